//! Names and the words in them.

use std::collections::{BTreeMap, BTreeSet};

/// Shorter parts of names stand everywhere.
const PART_CHARS_MIN: usize = 3;

/// The words of a task.
#[derive(Debug, Default)]
pub(super) struct Words {
    whole: BTreeSet<String>,
    parts: BTreeMap<String, usize>,
    /// The lengths that words have, a bit each: most names are told apart by theirs.
    whole_lengths: u64,
    part_lengths: u64,
}

/// What a name has of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mention {
    /// The name itself.
    Whole,
    /// A word in it, by its number.
    Part(usize),
}

impl Words {
    pub fn new(words: &[String]) -> Self {
        let mut parts = BTreeMap::new();
        let mut whole = BTreeSet::new();
        for word in words.iter().flat_map(|word| word.split(|c: char| !c.is_alphanumeric() && c != '_')) {
            for_each_part(word, |part| {
                let number = parts.len();
                parts.entry(part.to_owned()).or_insert(number);
            });
            if word.chars().count() >= PART_CHARS_MIN {
                whole.insert(word.trim_start_matches('_').to_lowercase());
            }
        }
        let lengths = |lengths: u64, word: &String| lengths | length_bit(word);
        let whole_lengths = whole.iter().fold(0, lengths);
        let part_lengths = parts.keys().fold(0, lengths);
        Self { whole, parts, whole_lengths, part_lengths }
    }

    pub fn is_empty(&self) -> bool {
        self.whole.is_empty() && self.parts.is_empty()
    }

    /// How many words there are.
    pub fn len(&self) -> usize {
        self.parts.len()
    }

    /// Tells what a name, or a path, has of the task.
    pub fn mentions(&self, name: &str, mut tell: impl FnMut(Mention)) {
        let bare = name.trim_start_matches(['_', '@', '$', '#']);
        let may_be = !bare.is_ascii() || self.whole_lengths & length_bit(bare) != 0;
        if may_be && self.whole.contains(&bare.to_lowercase()) {
            tell(Mention::Whole);
        }
        for_each_part(name, |part| {
            if self.part_lengths & length_bit(part) == 0 {
                return;
            }
            self.parts.get(part).into_iter().for_each(|number| tell(Mention::Part(*number)));
        });
    }
}

fn length_bit(word: &str) -> u64 {
    1 << word.len().min(63)
}

/// The words of a name in small letters: `parse_URLPath2` has `parse`, `url`, `path2`.
fn for_each_part(name: &str, mut tell: impl FnMut(&str)) {
    let mut part = String::new();
    let mut chars = 0;
    let mut before = ' ';
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        let next_is_small = rest.peek().is_some_and(|next| next.is_lowercase());
        let begins = c.is_uppercase() && (!before.is_uppercase() || next_is_small);
        if !c.is_alphanumeric() || begins {
            if chars >= PART_CHARS_MIN {
                tell(&part);
            }
            part.clear();
            chars = 0;
        }
        if c.is_alphanumeric() {
            match c.is_ascii() {
                true => part.push(c.to_ascii_lowercase()),
                false => part.extend(c.to_lowercase()),
            }
            chars += 1;
        }
        before = c;
    }
    if chars >= PART_CHARS_MIN {
        tell(&part);
    }
}

/// How much a name tells by itself: one made of several words is used for one thing, one
/// of a letter or two for anything, and a private one only at home.
pub(super) fn weight(name: &str) -> f64 {
    let bare = name.trim_start_matches(['@', '$', '#']);
    let chars = bare.chars().count();
    let is_composed = bare.trim_matches('_').contains('_')
        || bare
            .chars()
            .zip(bare.chars().skip(1))
            .any(|(one, next)| one.is_lowercase() && next.is_uppercase());
    let length = match chars {
        0..3 => 0.1,
        8.. if is_composed => 3.0,
        _ => 1.0,
    };
    if bare.starts_with('_') && !bare.starts_with("__") { length * 0.1 } else { length }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_into_words() {
        for (name, parts) in [
            ("parse_URLPath2", vec!["parse", "url", "path2"]),
            ("HTTPServer", vec!["http", "server"]),
            ("src/db/pool.rs", vec!["src", "pool"]),
            ("größeÄndern", vec!["größe", "ändern"]),
            ("a_b", vec![]),
            ("", vec![]),
        ] {
            let mut found = Vec::new();
            for_each_part(name, |part| found.push(part.to_owned()));
            assert_eq!(found, parts, "{name}");
        }
    }

    #[test]
    fn telling_names_weigh_more() {
        let order = ["_id", "id", "load", "load_config"].map(weight);
        assert!(order.is_sorted() && order[0] < order[3], "{order:?}");
        assert!(weight("__init__") > weight("_initialise"));
    }
}
