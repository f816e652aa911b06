//! What tells a secret from what merely looks like one.

/// Shannon's entropy in bits, as gitleaks counts it: over characters, by the length in bytes.
pub(crate) fn entropy(text: &[u8]) -> f64 {
    match std::str::from_utf8(text) {
        Ok(text) if !text.is_ascii() => of_characters(text),
        _ => of_bytes(text),
    }
}

fn of_bytes(text: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text {
        counts[usize::from(*byte)] += 1;
    }
    sum(counts.into_iter().filter(|count| *count > 0), text.len())
}

fn of_characters(text: &str) -> f64 {
    let mut letters: Vec<char> = text.chars().collect();
    letters.sort_unstable();
    let runs = letters.chunk_by(|one, other| one == other);
    sum(runs.map(|run| u32::try_from(run.len()).unwrap_or(u32::MAX)), text.len())
}

fn sum(counts: impl Iterator<Item = u32>, length: usize) -> f64 {
    let share = |count: u32| f64::from(count) / length as f64;
    counts.map(|count| -share(count) * share(count).log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_is_counted_in_bits() {
        assert_eq!(entropy(b""), 0.0);
        assert_eq!(entropy(b"aaaa"), 0.0);
        assert_eq!(entropy(b"abab"), 1.0);
        assert_eq!(entropy(b"abcdefgh"), 3.0);
        assert!((entropy("äbäb".as_bytes()) - 1.0566).abs() < 0.001);
    }
}
