use std::cmp::Ordering;

use super::number;

/// A version in the manner of semver.org, read leniently: a leading `v` or `=` is dropped, a
/// missing number is zero, and more than three numbers count.
struct Version<'a> {
    numbers: Vec<&'a str>,
    before: &'a str,
    build: &'a str,
}

impl<'a> Version<'a> {
    fn parse(text: &'a str) -> Self {
        let text = text.trim().trim_start_matches(['=', ' ']);
        let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let (text, build) = text.split_once('+').unwrap_or((text, ""));
        let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
        let (core, before) = text.split_at(end);
        let numbers = core.split('.').filter(|part| !part.is_empty()).collect();
        Self { numbers, before: before.strip_prefix('-').unwrap_or(before), build }
    }
}

/// How case counts in a pre-release.
#[derive(Clone, Copy)]
enum Case {
    Counts,
    Folds,
}

/// The order of semver.org: build metadata does not count.
pub fn compare(a: &str, b: &str) -> Ordering {
    ordered(&Version::parse(a), &Version::parse(b), Case::Counts)
}

/// NuGet's order: four numbers, and pre-releases without regard to case.
pub fn compare_nuget(a: &str, b: &str) -> Ordering {
    ordered(&Version::parse(a), &Version::parse(b), Case::Folds)
}

/// Pub's order: as semver.org's, and build metadata counts last, with none before some.
pub fn compare_pub(a: &str, b: &str) -> Ordering {
    let (a, b) = (Version::parse(a), Version::parse(b));
    ordered(&a, &b, Case::Counts).then_with(|| match (a.build, b.build) {
        ("", "") => Ordering::Equal,
        ("", _) => Ordering::Less,
        (_, "") => Ordering::Greater,
        (a, b) => identifiers(a, b, Case::Counts),
    })
}

fn ordered(a: &Version, b: &Version, case: Case) -> Ordering {
    number::each(&a.numbers, &b.numbers, "0", |a, b| number::compare(a, b)).then_with(|| {
        match (a.before, b.before) {
            ("", "") => Ordering::Equal,
            ("", _) => Ordering::Greater,
            (_, "") => Ordering::Less,
            (a, b) => identifiers(a, b, case),
        }
    })
}

fn identifiers(a: &str, b: &str, case: Case) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => match identifier(a, b, case) {
                Ordering::Equal => {}
                order => return order,
            },
        }
    }
}

fn identifier(a: &str, b: &str, case: Case) -> Ordering {
    match (number::is_number(a), number::is_number(b)) {
        (true, true) => number::compare(a, b),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => match case {
            Case::Counts => a.cmp(b),
            Case::Folds => a.to_ascii_lowercase().cmp(&b.to_ascii_lowercase()),
        },
    }
}
