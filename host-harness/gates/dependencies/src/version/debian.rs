use std::cmp::Ordering;

use super::number;

/// dpkg's order: epoch, upstream version, revision; `~` comes before the end, letters before
/// other signs.
pub fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (Version::parse(a), Version::parse(b));
    number::compare(a.epoch, b.epoch)
        .then_with(|| part(a.upstream, b.upstream))
        .then_with(|| part(a.revision, b.revision))
}

struct Version<'a> {
    epoch: &'a str,
    upstream: &'a str,
    revision: &'a str,
}

impl<'a> Version<'a> {
    fn parse(text: &'a str) -> Self {
        let text = text.trim();
        let (epoch, rest) = match text.split_once(':') {
            Some((epoch, rest)) if number::is_number(epoch) => (epoch, rest),
            _ => ("0", text),
        };
        let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, ""));
        Self { epoch, upstream, revision }
    }
}

fn part(mut a: &str, mut b: &str) -> Ordering {
    while !a.is_empty() || !b.is_empty() {
        let sign = |letter: char| !letter.is_ascii_digit();
        let (signs_a, signs_b) = (number::take(&mut a, sign), number::take(&mut b, sign));
        let order = signs(signs_a, signs_b)
            .then_with(|| number::compare(number::digits(&mut a), number::digits(&mut b)));
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}

fn signs(a: &str, b: &str) -> Ordering {
    let weigh = |text: &str| text.bytes().map(weight).collect::<Vec<i32>>();
    number::each(&weigh(a), &weigh(b), 0, i32::cmp)
}

fn weight(byte: u8) -> i32 {
    match byte {
        b'~' => -1,
        letter if letter.is_ascii_alphabetic() => i32::from(letter),
        sign => i32::from(sign) + 256,
    }
}
