use std::cmp::Ordering;

use super::number;

/// RPM's order: epoch, version, release, each by `rpmvercmp`.
pub fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (Version::parse(a), Version::parse(b));
    number::compare(a.epoch, b.epoch)
        .then_with(|| part(a.version, b.version))
        .then_with(|| part(a.release, b.release))
}

struct Version<'a> {
    epoch: &'a str,
    version: &'a str,
    /// With its hyphen, so that an empty release is more than none.
    release: &'a str,
}

impl<'a> Version<'a> {
    fn parse(text: &'a str) -> Self {
        let text = text.trim();
        let (epoch, rest) = match text.split_once(':') {
            Some((epoch, rest)) if epoch.bytes().all(|byte| byte.is_ascii_digit()) => (epoch, rest),
            _ => ("0", text),
        };
        let (version, release) = rest.split_at(rest.find('-').unwrap_or(rest.len()));
        Self { epoch, version, release }
    }
}

fn part(mut a: &str, mut b: &str) -> Ordering {
    if a.is_empty() || b.is_empty() {
        return b.is_empty().cmp(&a.is_empty());
    }
    loop {
        let separator = |letter: char| !letter.is_ascii_alphanumeric() && letter != '~' && letter != '^';
        number::take(&mut a, separator);
        number::take(&mut b, separator);
        if let Some(order) = mark(&mut a, &mut b) {
            if order.is_ne() {
                return order;
            }
            continue;
        }
        if a.is_empty() || b.is_empty() {
            return b.is_empty().cmp(&a.is_empty());
        }
        let order = segment(&mut a, &mut b);
        if order.is_ne() {
            return order;
        }
    }
}

/// A tilde comes before everything, even the end; a caret after the end and before the rest.
fn mark(a: &mut &str, b: &mut &str) -> Option<Ordering> {
    for (sign, end) in [('~', Ordering::Less), ('^', Ordering::Greater)] {
        match (a.strip_prefix(sign), b.strip_prefix(sign)) {
            (Some(rest_a), Some(rest_b)) => {
                (*a, *b) = (rest_a, rest_b);
                return Some(Ordering::Equal);
            }
            (Some(_), None) => return Some(if b.is_empty() { end } else { Ordering::Less }),
            (None, Some(_)) => return Some(if a.is_empty() { end.reverse() } else { Ordering::Greater }),
            (None, None) => {}
        }
    }
    None
}

/// A number is more than letters.
fn segment(a: &mut &str, b: &mut &str) -> Ordering {
    let digit = |text: &str| text.starts_with(|letter: char| letter.is_ascii_digit());
    match (digit(a), digit(b)) {
        (true, true) => number::compare(number::digits(a), number::digits(b)),
        (false, false) => {
            let letter = |letter: char| letter.is_ascii_alphabetic();
            number::take(a, letter).cmp(number::take(b, letter))
        }
        (a, b) => a.cmp(&b),
    }
}
