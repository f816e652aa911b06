//! Licence files, recognised by their wording.

mod shingles;

use std::{collections::HashSet, sync::LazyLock};

pub use shingles::same_wording;
use shingles::shingles;

/// A licence, and some of its wording.
struct Known {
    id: &'static str,
    /// How many places of its wording it has, those that aren't kept too.
    places: usize,
    /// The hashes of the places that are kept.
    kept: Vec<u32>,
}

/// Made from the licence texts by the test that compares it with them.
static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let lines = include_str!("../data/texts.txt").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(known).collect()
});

fn known(line: &'static str) -> Option<Known> {
    let mut words = line.split(' ');
    let (id, places) = (words.next()?, words.next()?.parse().ok()?);
    let kept = words.map(|word| u32::from_str_radix(word, 16)).collect::<Result<_, _>>().ok()?;
    Some(Known { id, places, kept })
}

/// Greater files aren't looked into further; the longest licence has a tenth of this.
const BYTES_MAX: usize = 1 << 20;

/// In tenths: how much of a licence's wording a file has to hold to be that licence.
const HELD_TENTHS_MIN: usize = 9;

/// The licences whose wording a file holds, by their SPDX identifiers, the longest first. Of
/// GNU's it tells the version; whether later ones may be taken stands elsewhere.
pub fn recognise(bytes: &[u8]) -> Vec<&'static str> {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(BYTES_MAX)]);
    let mut held: HashSet<u32> = shingles(&text).collect();
    let mut found = Vec::new();
    while let Some(known) = best(&held) {
        found.push(known.id);
        // What is explained by one licence doesn't speak for another that is part of it.
        known.kept.iter().for_each(|hash| {
            held.remove(hash);
        });
    }
    found
}

fn best(held: &HashSet<u32>) -> Option<&'static Known> {
    let weight = |known: &&Known| {
        // Most licences are given up after a few places.
        let lacking_max = known.kept.len() * (10 - HELD_TENTHS_MIN) / 10;
        let lacking = known.kept.iter().filter(|hash| !held.contains(hash)).take(lacking_max + 1).count();
        // A licence that is there in whole outweighs a longer one that is nearly there.
        let share = (known.kept.len() - lacking) * 100 / known.kept.len().max(1);
        (lacking <= lacking_max).then(|| share.pow(3) * known.places)
    };
    let weighed = KNOWN.iter().filter_map(|known| Some((weight(&known)?, known)));
    weighed.filter(|(weight, _)| *weight > 0).max_by_key(|(weight, _)| *weight).map(|(_, known)| known)
}

/// Whether a file is a licence, told from its name.
pub fn is_licence_file(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    let stem = upper.strip_suffix(".TXT").or_else(|| upper.strip_suffix(".MD")).unwrap_or(&upper);
    let stem = stem.strip_suffix(".RST").unwrap_or(stem);
    let is_code =
        stem.rsplit_once('.').is_some_and(|(_, end)| !stem.ends_with(".LESSER") && !is_version(end));
    if is_code {
        return false;
    }
    let starts = ["LICENSE", "LICENCE", "COPYING", "UNLICENSE", "UNLICENCE"];
    starts.iter().any(|start| {
        let rest = stem.strip_prefix(start);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_', '.']))
    })
}

/// `LICENSE.MIT`, `LICENSE-2.0`, but not `license.rs`.
fn is_version(name: &str) -> bool {
    let number = name.bytes().all(|byte| byte.is_ascii_digit());
    number
        || ["MIT", "APACHE", "BSD", "GPL", "LGPL", "AGPL", "MPL", "ISC", "ZLIB"]
            .iter()
            .any(|known| name.starts_with(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(id: &str) -> &'static str {
        let texts = spdx::text::LICENSE_TEXTS;
        texts.iter().find(|(known, _)| *known == id).expect("a licence").1
    }

    const LICENCES: &str = include_str!("../data/licences.txt");

    /// Where it is not, the file as it has to be is printed.
    #[test]
    fn the_wordings_on_disk_are_those_of_the_licence_texts() {
        let head =
            "# The wording of licences, as hashes of runs of words. Made by a test of `src/text.rs`.\n";
        let lines = LICENCES.lines().filter(|line| !line.starts_with('#'));
        let made = lines.map(|id| shingles::making::sketch(id, listed(id))).collect::<String>();
        let made = format!("{head}{made}");
        assert!(include_str!("../data/texts.txt") == made, "`data/texts.txt` has to be:\n{made}");
    }

    #[test]
    fn every_licence_that_is_known_is_recognised_by_its_own_text() {
        for known in KNOWN.iter() {
            assert_eq!(recognise(listed(known.id).as_bytes()).first(), Some(&known.id));
        }
    }

    #[test]
    fn no_other_licence_of_the_list_is_taken_for_one_without_a_reason() {
        let mut taken = Vec::new();
        // The long ones differ enough, and take long.
        for (id, text) in spdx::text::LICENSE_TEXTS.iter().filter(|(_, text)| text.len() < 12_000) {
            let found = recognise(text.as_bytes());
            // Forms of one licence, which its text doesn't tell apart.
            let base = id.split("-invariants").next().and_then(|id| id.split("-no-").next());
            let base = crate::expression::family(base.unwrap_or(id)).trim_end_matches('+');
            if found.len() == 1 && !found[0].starts_with(base) {
                taken.push(format!("{id} is taken for {}", found[0]));
            }
        }
        println!("{}", taken.join("\n"));
        assert!(taken.len() < 50, "{} licences are taken for others", taken.len());
    }

    #[test]
    fn a_file_with_two_licences_is_both() {
        let both = format!("{}\n\n---\n\n{}", listed("Apache-2.0"), listed("MIT"));
        assert_eq!(recognise(both.as_bytes()), ["Apache-2.0", "MIT"]);
    }

    #[test]
    fn another_holder_and_another_layout_change_nothing() {
        let text = listed("BSD-3-Clause").replace("the copyright holder nor", "Example Inc. nor");
        let text: String = text.split_whitespace().map(|word| format!("// {word}\r\n")).collect();
        assert_eq!(recognise(text.as_bytes()), ["BSD-3-Clause"]);
        assert!(recognise(b"All rights reserved.").is_empty());
        assert!(recognise(b"").is_empty());
    }

    #[test]
    fn licence_files_are_told_by_their_names() {
        for name in
            ["LICENSE", "License.md", "COPYING.LESSER", "LICENSE-MIT", "LICENSE_APACHE.txt", "LICENCE.MIT"]
        {
            assert!(is_licence_file(name), "{name}");
        }
        for name in ["license.rs", "licenses.json", "LICENSES.toml", "license_check.py", "README.md"] {
            assert!(!is_licence_file(name), "{name}");
        }
    }
}
