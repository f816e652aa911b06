use std::cmp::Ordering;

use super::{form, number};

/// A version by PEP 440, or the parts of one that is older than it.
enum Version {
    Public(Public),
    Legacy(Vec<String>),
}

/// Words are told by their rank, numbers by their digits.
struct Public {
    epoch: String,
    release: Vec<String>,
    before: Option<(u8, String)>,
    post: Option<String>,
    dev: Option<String>,
    local: Option<Vec<String>>,
}

/// The order of PEP 440; what it does not allow comes before everything else, in the order of
/// the setuptools of that time.
pub fn compare(a: &str, b: &str) -> Ordering {
    match (parse(a), parse(b)) {
        (Version::Public(a), Version::Public(b)) => public(&a, &b),
        (Version::Legacy(a), Version::Legacy(b)) => a.cmp(&b),
        (Version::Legacy(_), Version::Public(_)) => Ordering::Less,
        (Version::Public(_), Version::Legacy(_)) => Ordering::Greater,
    }
}

/// Whether a text is a version: by PEP 440, or one of those that are older than it.
pub fn reads(text: &str) -> bool {
    is_regular(text) || form::is_legacy(text)
}

/// Whether PEP 440 allows a version.
pub fn is_regular(text: &str) -> bool {
    matches!(parse(text), Version::Public(_))
}

fn parse(text: &str) -> Version {
    let text = text.trim().to_ascii_lowercase();
    Public::parse(&text).map_or_else(|| Version::Legacy(legacy(&text)), Version::Public)
}

fn public(a: &Public, b: &Public) -> Ordering {
    number::compare(&a.epoch, &b.epoch)
        .then_with(|| number::each(&a.release, &b.release, String::new(), |a, b| number::compare(a, b)))
        .then_with(|| a.phase().cmp(&b.phase()))
        .then_with(|| match (&a.before, &b.before) {
            (Some((_, a)), Some((_, b))) => number::compare(a, b),
            _ => Ordering::Equal,
        })
        .then_with(|| optional(a.post.as_deref(), b.post.as_deref(), Ordering::Less))
        .then_with(|| optional(a.dev.as_deref(), b.dev.as_deref(), Ordering::Greater))
        .then_with(|| local(a.local.as_deref(), b.local.as_deref()))
}

/// Compares numbers of which one may be absent; `absent` is how that one stands to the other.
fn optional(a: Option<&str>, b: Option<&str>, absent: Ordering) -> Ordering {
    match (a, b) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => absent,
        (Some(_), None) => absent.reverse(),
        (Some(a), Some(b)) => number::compare(a, b),
    }
}

fn local(a: Option<&[String]>, b: Option<&[String]>) -> Ordering {
    let (Some(a), Some(b)) = (a, b) else { return a.is_some().cmp(&b.is_some()) };
    a.iter()
        .zip(b)
        .map(|(a, b)| match (number::is_number(a), number::is_number(b)) {
            (true, true) => number::compare(a, b),
            (false, false) => a.cmp(b),
            (a, b) => a.cmp(&b),
        })
        .find(|order| order.is_ne())
        .unwrap_or_else(|| a.len().cmp(&b.len()))
}

impl Public {
    /// A release for development comes before its alphas; a post-release of it does not.
    fn phase(&self) -> u8 {
        match (&self.before, &self.post, &self.dev) {
            (Some((rank, _)), _, _) => *rank,
            (None, None, Some(_)) => 0,
            _ => 4,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let (text, local) = match text.split_once('+') {
            Some((text, local)) => (text, Some(labels(local)?)),
            None => (text, None),
        };
        let (epoch, mut rest) = text.split_once('!').unwrap_or(("0", text));
        if !number::is_number(epoch) {
            return None;
        }
        let release = release(&mut rest)?;
        let before = word(&mut rest, &BEFORE);
        let post = post(&mut rest);
        let dev = word(&mut rest, &[("dev", 0)]).map(|(_, number)| number);
        let epoch = epoch.to_owned();
        rest.is_empty().then_some(Self { epoch, release, before, post, dev, local })
    }
}

/// Longer words first, so that `preview` is not taken for `pre`.
const BEFORE: [(&str, u8); 8] =
    [("alpha", 1), ("beta", 2), ("preview", 3), ("pre", 3), ("rc", 3), ("a", 1), ("b", 2), ("c", 3)];

fn labels(text: &str) -> Option<Vec<String>> {
    let labels: Vec<String> = text.split(['.', '_', '-']).map(str::to_owned).collect();
    let sound = |label: &String| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric());
    labels.iter().all(sound).then_some(labels)
}

fn release(text: &mut &str) -> Option<Vec<String>> {
    let mut release = Vec::new();
    loop {
        let digits = number::digits(text);
        if digits.is_empty() {
            return None;
        }
        release.push(digits.to_owned());
        match text.strip_prefix('.') {
            Some(rest) if rest.starts_with(|letter: char| letter.is_ascii_digit()) => *text = rest,
            _ => return Some(release),
        }
    }
}

fn word(text: &mut &str, words: &[(&str, u8)]) -> Option<(u8, String)> {
    let inside = text.strip_prefix(['.', '-', '_']).unwrap_or(text);
    let (word, rank) = words.iter().find(|(word, _)| inside.starts_with(word))?;
    let after = &inside[word.len()..];
    let mut rest = after.strip_prefix(['.', '-', '_']).unwrap_or(after);
    let digits = number::digits(&mut rest).to_owned();
    *text = if digits.is_empty() { after } else { rest };
    Some((*rank, digits))
}

fn post(text: &mut &str) -> Option<String> {
    if let Some(mut rest) = text.strip_prefix('-') {
        let digits = number::digits(&mut rest);
        if !digits.is_empty() {
            *text = rest;
            return Some(digits.to_owned());
        }
    }
    word(text, &[("post", 0), ("rev", 0), ("r", 0)]).map(|(_, number)| number)
}

/// Numbers are padded to eight digits, words marked so that they come before numbers, and
/// trailing zeros before a word do not count.
fn legacy(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for part in pieces(text).into_iter().chain(["final"]) {
        let part = match part {
            "." => continue,
            "pre" | "preview" | "rc" => "*c".to_owned(),
            "-" => "*final-".to_owned(),
            "dev" => "*@".to_owned(),
            digits if number::is_number(digits) => format!("{digits:0>8}"),
            word => format!("*{word}"),
        };
        if part.starts_with('*') {
            while part.as_str() < "*final" && parts.last().is_some_and(|last| last == "*final-") {
                parts.pop();
            }
            while parts.last().is_some_and(|last| last == "00000000") {
                parts.pop();
            }
        }
        parts.push(part);
    }
    parts
}

fn pieces(mut text: &str) -> Vec<&str> {
    let kind = |letter: char| match letter {
        '0'..='9' => 0,
        'a'..='z' => 1,
        '.' => 2,
        '-' => 3,
        _ => 4,
    };
    let mut pieces = Vec::new();
    while let Some(first) = text.chars().next() {
        let piece = match kind(first) {
            2 | 3 => {
                let (piece, rest) = text.split_at(1);
                text = rest;
                piece
            }
            this => number::take(&mut text, |letter| kind(letter) == this),
        };
        pieces.push(piece);
    }
    pieces
}
