//! How smoothly a text reads.
//!
//! Language models split words into few tokens and random characters into many. That tells
//! a name from a secret of the same entropy. A model's vocabulary is megabytes; a table of
//! the common pieces of words in text and code does nearly as well.

use std::sync::OnceLock;

/// The pieces, one a line, sorted; `corpus/pieces.py` makes them.
const PIECES: &str = include_str!("../data/pieces.txt");
const PIECE_BYTES_MAX: usize = 12;
/// A longer text is judged by its start.
const TEXT_BYTES_MAX: usize = 512;

/// How many characters of a text go into a token, with as few tokens as can be.
pub fn characters_per_token(text: &[u8]) -> f64 {
    let text = &text[..text.len().min(TEXT_BYTES_MAX)];
    if text.is_empty() {
        return 0.0;
    }
    text.len() as f64 / f64::from(fewest(text))
}

fn fewest(text: &[u8]) -> u32 {
    let lower = text.to_ascii_lowercase();
    let mut best = vec![u32::MAX; text.len() + 1];
    best[0] = 0;
    for start in 0..text.len() {
        let next = best[start] + 1;
        best[start + 1] = best[start + 1].min(next);
        for length in 2..=PIECE_BYTES_MAX.min(text.len() - start) {
            let end = start + length;
            if next < best[end] && is_piece(&lower[start..end]) && reads(&text[start..end]) {
                best[end] = next;
            }
        }
    }
    best[text.len()]
}

/// A word is written `word`, `Word` or `WORD`.
fn reads(piece: &[u8]) -> bool {
    let small = |bytes: &[u8]| !bytes.iter().any(u8::is_ascii_uppercase);
    small(&piece[1..]) || !piece.iter().any(u8::is_ascii_lowercase)
}

fn is_piece(text: &[u8]) -> bool {
    static SORTED: OnceLock<Vec<&[u8]>> = OnceLock::new();
    let sorted = SORTED.get_or_init(|| PIECES.lines().map(str::as_bytes).collect());
    sorted.binary_search(&text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_sorted_and_fit() {
        let pieces: Vec<&str> = PIECES.lines().collect();
        assert!(
            pieces.is_sorted() && pieces.iter().all(|piece| (2..=PIECE_BYTES_MAX).contains(&piece.len()))
        );
        assert!(PIECES.len() <= 100 * 1024);
    }

    #[test]
    fn words_read_more_smoothly_than_secrets() {
        for word in
            ["authentication_provider", "getSecretManagerClient", "PASSWORD_FIELD_NAME", "example-password"]
        {
            assert!(characters_per_token(word.as_bytes()) > 3.0, "{word}");
        }
        for secret in
            ["xK9fQ2vLp8RtW3zN", "8f14e45fceea167a5a36dedd4bea2543", "Zm9vYmFyYmF6cXV4cQ", "Tr0ub4dor&3x!9Q"]
        {
            assert!(characters_per_token(secret.as_bytes()) < 2.2, "{secret}");
        }
    }
}
