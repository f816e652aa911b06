use std::cmp::Ordering;

use super::number;

/// The order of CRAN and Hackage: numbers between dots and hyphens, of which `1.0` comes
/// before `1.0.0`.
pub fn compare(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.trim().split(['.', '-']), b.trim().split(['.', '-']));
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (a, b) => a.is_some().cmp(&b.is_some()).then_with(|| part(a.unwrap_or(""), b.unwrap_or(""))),
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// Neither allows anything but numbers; what is none comes before them.
fn part(a: &str, b: &str) -> Ordering {
    match (number::is_number(a), number::is_number(b)) {
        (true, true) => number::compare(a, b),
        (false, false) => a.cmp(b),
        (a, b) => a.cmp(&b),
    }
}
