use std::cmp::Ordering;

/// Whether a part of a version is a number.
pub fn is_number(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
}

/// Compares two runs of digits by value, however long they are; nothing is zero.
///
/// Versions are written by strangers, and dates with times already exceed 64 bits.
pub fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// Takes the longest run of bytes of a kind from the front.
pub fn take<'a>(text: &mut &'a str, kind: impl Fn(char) -> bool) -> &'a str {
    let end = text.find(|letter| !kind(letter)).unwrap_or(text.len());
    let (front, rest) = text.split_at(end);
    *text = rest;
    front
}

/// Takes the digits from the front.
pub fn digits<'a>(text: &mut &'a str) -> &'a str {
    take(text, |letter| letter.is_ascii_digit())
}

/// Compares part by part; whatever is missing counts as `missing`.
pub fn each<T>(a: &[T], b: &[T], missing: T, compare: impl Fn(&T, &T) -> Ordering) -> Ordering {
    (0..a.len().max(b.len()))
        .map(|at| compare(a.get(at).unwrap_or(&missing), b.get(at).unwrap_or(&missing)))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_by_value_beyond_any_width() {
        assert_eq!(compare("007", "7"), Ordering::Equal);
        assert_eq!(compare("", "0"), Ordering::Equal);
        assert_eq!(
            compare("999999999999999999999999999991", "1000000000000000000000000000000"),
            Ordering::Less
        );
    }
}
