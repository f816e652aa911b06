//! Texts as words that can be compared.

/// Words that say nothing about a text.
const COMMON: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "can", "do", "for", "from", "has", "have", "if",
    "in", "into", "is", "it", "its", "no", "not", "of", "on", "or", "so", "that", "the", "their", "then",
    "there", "this", "to", "was", "when", "which", "will", "with",
];

/// The words of a text: small letters, names taken apart (`readFile` also as `read` and
/// `file`), without an `s` at the end.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for run in text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|run| !run.is_empty()) {
        let parts = parts(run);
        if parts.len() > 1 {
            words.extend(word(&run.replace('_', "")));
        }
        words.extend(parts.into_iter().filter_map(word));
    }
    words
}

fn word(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let bare = match lower.strip_suffix('s') {
        Some(bare) if bare.len() > 3 && !bare.ends_with('s') => bare,
        _ => &lower,
    };
    (!COMMON.contains(&lower.as_str()) && !bare.is_empty()).then(|| bare.to_owned())
}

/// `read_file` and `readFile` are two words.
fn parts(run: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for piece in run.split('_').filter(|piece| !piece.is_empty()) {
        let mut from = 0;
        let mut before_is_small = false;
        for (at, c) in piece.char_indices() {
            if c.is_uppercase() && before_is_small {
                parts.push(&piece[from..at]);
                from = at;
            }
            before_is_small = c.is_lowercase();
        }
        parts.push(&piece[from..]);
    }
    parts
}
