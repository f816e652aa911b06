use std::cmp::Ordering;

use super::number;

/// The order of `Gem::Version`: numbers and words, words before numbers, zeros at the end of
/// the numbers and of the rest not counting.
pub fn compare(a: &str, b: &str) -> Ordering {
    // RubyGems reads a hyphen as the start of a pre-release.
    let (a, b) = (a.replace('-', ".pre."), b.replace('-', ".pre."));
    number::each(&segments(&a), &segments(&b), "0", |a, b| {
        match (number::is_number(a), number::is_number(b)) {
            (true, true) => number::compare(a, b),
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => a.cmp(b),
        }
    })
}

fn segments(mut text: &str) -> Vec<&str> {
    let mut all = Vec::new();
    while let Some(first) = text.chars().next() {
        let part = match first {
            '0'..='9' => number::digits(&mut text),
            'a'..='z' | 'A'..='Z' => number::take(&mut text, |letter| letter.is_ascii_alphabetic()),
            _ => {
                number::take(&mut text, |letter| !letter.is_ascii_alphanumeric());
                continue;
            }
        };
        all.push(part);
    }
    let word = all.iter().position(|part| !number::is_number(part)).unwrap_or(all.len());
    let mut rest = all.split_off(word);
    drop_zeros(&mut all);
    drop_zeros(&mut rest);
    all.append(&mut rest);
    all
}

fn drop_zeros(parts: &mut Vec<&str>) {
    while parts.last().is_some_and(|part| part.bytes().all(|byte| byte == b'0')) {
        parts.pop();
    }
}
