/// As much of a secret as may be shown: its first four characters, and never more than a
/// quarter of it.
pub fn masked(secret: &[u8]) -> String {
    let text = String::from_utf8_lossy(secret);
    let shown = (text.chars().count() / 4).min(4);
    let plain = |letter: &char| letter.is_ascii_graphic() && !matches!(letter, '`' | '\\' | '"');
    let mut out: String = text.chars().take(shown).take_while(plain).collect();
    out.push('…');
    out
}

/// Whether a value is what was left of a secret.
pub(crate) fn is_mask(value: &[u8]) -> bool {
    value.strip_suffix("…".as_bytes()).is_some_and(|shown| shown.len() <= 4 && shown.is_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_of_a_secret_is_shown_and_nothing_of_a_short_one() {
        for (secret, shown) in [
            ("", "…"),
            ("abc", "…"),
            ("abcdefgh", "ab…"),
            ("abcdefghijklmnopqrstuvw", "abcd…"),
            ("\u{1b}[31mabcdef", "…"),
            ("a\\\"bcdefghijklmnop", "a…"),
        ] {
            assert_eq!(masked(secret.as_bytes()), shown);
            assert!(is_mask(shown.as_bytes()) && !is_mask(secret.as_bytes()));
        }
    }
}
