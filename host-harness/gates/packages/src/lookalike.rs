//! Names that could be taken for those of packages that many use.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use crate::{Ecosystem, name};

/// The letters that a name needs for one letter more, less or other to be a sign of a mistake:
/// shorter names that differ in a letter are different words.
const LETTERS_MIN: usize = 7;

/// The letters that it needs for two letters in the wrong order, a doubled letter, another
/// separator, or a sign that looks like a letter.
const LETTERS_MIN_ALIKE: usize = 5;

macro_rules! lists {
    ($folder:literal) => {
        [
            (Ecosystem::Cargo, include_str!(concat!("../", $folder, "/cargo.txt"))),
            (Ecosystem::Npm, include_str!(concat!("../", $folder, "/npm.txt"))),
            (Ecosystem::PyPI, include_str!(concat!("../", $folder, "/pypi.txt"))),
            (Ecosystem::Go, include_str!(concat!("../", $folder, "/go.txt"))),
            (Ecosystem::Maven, include_str!(concat!("../", $folder, "/maven.txt"))),
            (Ecosystem::NuGet, include_str!(concat!("../", $folder, "/nuget.txt"))),
            (Ecosystem::Packagist, include_str!(concat!("../", $folder, "/packagist.txt"))),
            (Ecosystem::RubyGems, include_str!(concat!("../", $folder, "/rubygems.txt"))),
        ]
    };
}

/// The packages that many use, by ecosystem.
static POPULAR: LazyLock<BTreeMap<Ecosystem, Popular>> = LazyLock::new(|| {
    lists!("popular").into_iter().map(|(ecosystem, list)| (ecosystem, Popular::of(list))).collect()
});

/// Names that are close to those and are packages of good standing.
static KNOWN: LazyLock<BTreeMap<Ecosystem, BTreeSet<&'static str>>> = LazyLock::new(|| {
    lists!("known").into_iter().map(|(ecosystem, list)| (ecosystem, list.lines().collect())).collect()
});

struct Popular {
    names: BTreeSet<&'static str>,
    spaces: BTreeSet<&'static str>,
}

impl Popular {
    fn of(list: &'static str) -> Self {
        let names: BTreeSet<_> = list.lines().filter(|line| !line.is_empty()).collect();
        let spaces = names.iter().map(|name| parts(name).0).filter(|space| !space.is_empty()).collect();
        Self { names, spaces }
    }
}

/// A name's space, which has an owner, and the rest: `@types/node`, `symfony/yaml`,
/// `org.slf4j:slf4j-api`, `github.com/owner/name`.
fn parts(name: &str) -> (&str, &str) {
    match name.rfind(':').or_else(|| name.rfind('/')) {
        Some(at) => (&name[..at], &name[at + 1..]),
        None => ("", name),
    }
}

/// The name that many use and that this one could be taken for; none where it is one of them,
/// is known, or is only a different name.
pub fn lookalikes(name: &str, ecosystem: Ecosystem) -> Option<&'static str> {
    let name = name::normal(ecosystem, name);
    let name = if ecosystem == Ecosystem::Go { without_major(&name).to_lowercase() } else { name };
    let popular = POPULAR.get(&ecosystem)?;
    let known = KNOWN.get(&ecosystem).is_some_and(|known| known.contains(name.as_str()));
    if known || popular.names.contains(name.as_str()) || name.len() > 256 {
        return None;
    }
    let (space, rest) = parts(&name);
    if space.is_empty() {
        let plain = popular.names.iter().filter(|other| parts(other).0.is_empty());
        return plain.copied().find(|other| could_be(&name, other, ecosystem));
    }
    // Whoever owns a space answers for every name in it.
    if popular.spaces.contains(space) {
        return None;
    }
    popular.names.iter().copied().find(|other| {
        let (other_space, other_rest) = parts(other);
        other_rest == rest && !other_space.is_empty() && could_be(space, other_space, ecosystem)
    })
}

/// A module of Go without the major version at its end.
fn without_major(name: &str) -> &str {
    match name.rsplit_once("/v") {
        Some((module, major)) if !major.is_empty() && major.bytes().all(|byte| byte.is_ascii_digit()) => {
            module
        }
        _ => name,
    }
}

fn could_be(name: &str, other: &str, ecosystem: Ecosystem) -> bool {
    let lengths = (letters(name), letters(other));
    if lengths.0.abs_diff(lengths.1) > 2 || lengths.1 < LETTERS_MIN_ALIKE {
        return false;
    }
    let (plain, other_plain) = (bare(name), bare(other));
    if plain == other_plain {
        // Cargo takes `-` and `_` for the same, so no other package can have that name.
        return !(ecosystem == Ecosystem::Cargo && name.replace('-', "_") == other.replace('-', "_"));
    }
    if shape(name) == shape(other) {
        return true;
    }
    // Another letter and another separator would be two slips.
    let (own, others): (Vec<char>, Vec<char>) = (name.chars().collect(), other.chars().collect());
    swapped(&own, &others)
        || doubled(&own, &others)
        || lengths.1 >= LETTERS_MIN && differ_in_one(&own, &others)
}

fn letters(name: &str) -> usize {
    name.chars().filter(|c| c.is_alphanumeric()).count()
}

/// A name without what separates its words.
fn bare(name: &str) -> String {
    name.chars().filter(|c| !"-_.".contains(*c)).collect()
}

/// A name as it looks, whatever signs it is made of.
fn shape(name: &str) -> String {
    let one = |c: char| match c {
        '0' | 'о' | 'ο' | 'О' => 'o',
        '1' | 'I' | 'і' | 'ı' | '|' | 'ӏ' => 'l',
        'а' | 'α' => 'a',
        'е' | 'ҽ' => 'e',
        'р' | 'ρ' => 'p',
        'с' | 'ϲ' => 'c',
        'у' | 'γ' => 'y',
        'х' | 'χ' => 'x',
        'ѕ' => 's',
        'ԁ' => 'd',
        other => other,
    };
    name.chars().map(one).collect::<String>().replace("rn", "m").replace("vv", "w")
}

/// Whether two letters beside each other have changed places.
fn swapped(own: &[char], others: &[char]) -> bool {
    let Some(at) = own.iter().zip(others).position(|(own, other)| own != other) else { return false };
    own.len() == others.len()
        && at + 1 < own.len()
        && own[at] == others[at + 1]
        && own[at + 1] == others[at]
        && own[at + 2..] == others[at + 2..]
}

/// Whether a letter is twice in one that is once in the other.
fn doubled(own: &[char], others: &[char]) -> bool {
    let (long, short) = if own.len() > others.len() { (own, others) } else { (others, own) };
    match extra(long, short) {
        Some(at) => {
            let twin = |beside: Option<&char>| beside == Some(&long[at]);
            long[at].is_alphabetic() && (twin(long.get(at + 1)) || at > 0 && twin(long.get(at - 1)))
        }
        None => false,
    }
}

/// Where the one letter is that the longer has more.
fn extra(long: &[char], short: &[char]) -> Option<usize> {
    if long.len() != short.len() + 1 {
        return None;
    }
    let at = long.iter().zip(short).position(|(one, other)| one != other).unwrap_or(short.len());
    (long[at + 1..] == short[at..]).then_some(at)
}

/// Whether one letter is other, more or less. Digits count versions, another first letter or
/// one more at an end makes another word: none of these is a slip of the hand.
fn differ_in_one(own: &[char], others: &[char]) -> bool {
    let (long, short) = if own.len() > others.len() { (own, others) } else { (others, own) };
    if long.len() == short.len() {
        let mut different = own.iter().zip(others).enumerate().filter(|(_, (own, other))| own != other);
        let first = different.next();
        return first
            .is_some_and(|(at, (own, other))| at > 0 && own.is_alphabetic() && other.is_alphabetic())
            && different.next().is_none();
    }
    extra(long, short).is_some_and(|at| at > 0 && at + 1 < long.len() && long[at].is_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ecosystem::{Cargo, Go, Maven, Npm, NuGet, Packagist, PyPI, RubyGems};

    #[test]
    fn names_that_could_be_taken_for_others_are_told() {
        for (ecosystem, name, expected) in [
            (Npm, "crossenv", "cross-env"),
            (Npm, "mongose", "mongoose"),
            (Npm, "loadsh", "lodash"),
            (Npm, "electorn", "electron"),
            (Npm, "expresss", "express"),
            (Npm, "babelcli", "babel-cli"),
            (Npm, "@typess/node", "@types/node"),
            (Npm, "@bable/core", "@babel/core"),
            (PyPI, "urlib3", "urllib3"),
            (PyPI, "reqeusts", "requests"),
            (PyPI, "requsts", "requests"),
            (PyPI, "jeIlyfish", "jellyfish"),
            (PyPI, "colourama", "colorama"),
            (PyPI, "djago-filter", "django-filter"),
            (Cargo, "rustdecimal", "rust_decimal"),
            (Cargo, "serd_json", "serde_json"),
            (Cargo, "reqwset", "reqwest"),
            (Go, "github.com/strechr/testify", "github.com/stretchr/testify"),
            (Maven, "org.sl4fj:slf4j-api", "org.slf4j:slf4j-api"),
            (NuGet, "Newtonsof.Json", "newtonsoft.json"),
            (Packagist, "symfonny/yaml", "symfony/yaml"),
            (RubyGems, "nokogirl", "nokogiri"),
            (RubyGems, "atcivesupport", "activesupport"),
        ] {
            assert_eq!(lookalikes(name, ecosystem), Some(expected), "{name}");
        }
    }

    #[test]
    fn other_names_are_let_be() {
        for (ecosystem, name) in [
            (Npm, "lodash"),
            (Npm, "@types/whatever"),
            (Npm, "@mine/lodash"),
            (Npm, "preact"),
            (Npm, "react2"),
            (Npm, "chokidar2"),
            (Cargo, "serde-json"),
            (Cargo, "num"),
            (Cargo, "sha3"),
            (PyPI, "psycopg"),
            (PyPI, "Zope.Interface"),
            (Go, "github.com/golang-jwt/jwt/v5"),
            (Go, "github.com/me/testify"),
            (Maven, "org.springframework:spring-cores"),
            (RubyGems, "my-own-gem"),
        ] {
            assert_eq!(lookalikes(name, ecosystem), None, "{name}");
        }
    }

    #[test]
    fn lists_hold_names_in_normal_form_once() {
        for (ecosystem, list) in lists!("popular").into_iter().chain(lists!("known")) {
            let lines: Vec<&str> = list.lines().collect();
            for line in &lines {
                assert_eq!(name::normal(ecosystem, line), *line, "{ecosystem:?}");
            }
            assert!(lines.windows(2).all(|pair| pair[0] < pair[1]), "{ecosystem:?}: in order, none twice");
        }
    }
}
