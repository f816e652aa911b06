//! What manifests say of a licence, in the many forms in which they say it.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use crate::Expression;

/// What is to be made of what a manifest says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// An SPDX expression, or a name that can only mean one.
    Expression(Box<Expression>),
    /// A name for several licences; it does not tell which: `BSD`, `GPL`.
    OneOf(Vec<Expression>),
    /// Nobody else may use it.
    Proprietary,
    /// A file says it.
    File(String),
    /// Nothing that is understood.
    Unclear,
}

impl Said {
    /// Whether it is met whatever it means.
    pub fn is_met(&self, mut may: impl FnMut(&crate::Term) -> bool) -> bool {
        match self {
            Self::Expression(expression) => expression.is_met(may),
            Self::OneOf(several) => several.iter().all(|expression| expression.is_met(&mut may)),
            Self::Proprietary | Self::File(_) | Self::Unclear => false,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    name: Vec<Name>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Name {
    is: Vec<String>,
    said: Vec<String>,
}

static NAMES: LazyLock<BTreeMap<String, Said>> = LazyLock::new(|| {
    let names: Names =
        toml::from_str(include_str!("../data/names.toml")).expect("names that are brought along");
    let mut known = BTreeMap::new();
    for name in names.name {
        let parse = |text: &String| Expression::parse(text).expect("an expression");
        let mut is: Vec<Expression> = name.is.iter().map(parse).collect();
        let said = if is.len() == 1 { Said::Expression(Box::new(is.remove(0))) } else { Said::OneOf(is) };
        known.extend(name.said.iter().map(|text| (plain(text), said.clone())));
    }
    known
});

/// Longer texts are taken for a whole licence and not for the name of one.
const BYTES_MAX: usize = 2048;

/// Understands what a manifest says.
pub fn understand(said: &str) -> Said {
    let said = said.trim();
    if said.is_empty() {
        return Said::Unclear;
    }
    if said.len() > BYTES_MAX {
        return from_text(said);
    }
    if let Ok(expression) = Expression::parse(said) {
        return Said::Expression(Box::new(expression));
    }
    let lower = said.to_ascii_lowercase();
    if let Some(file) = lower.strip_prefix("see license in ") {
        return Said::File(said[said.len() - file.len()..].trim().to_owned());
    }
    if matches!(lower.as_str(), "unlicensed" | "proprietary" | "other/proprietary license") {
        return Said::Proprietary;
    }
    let name = said.rsplit(" :: ").next().unwrap_or(said);
    let found = named(name).or_else(|| several(name)).or_else(|| choice(said).map(one));
    let found = found.unwrap_or(Said::Unclear);
    if found == Said::Unclear && said.contains('\n') { from_text(said) } else { found }
}

fn one(expression: Expression) -> Said {
    Said::Expression(Box::new(expression))
}

fn from_text(said: &str) -> Said {
    match crate::recognise(said.as_bytes()).as_slice() {
        [id] => Expression::parse(id).map_or(Said::Unclear, one),
        _ => Said::Unclear,
    }
}

fn named(name: &str) -> Option<Said> {
    if let Some(found) = NAMES.get(&plain(name)) {
        return Some(found.clone());
    }
    let listed = spdx::identifiers::LICENSES.iter();
    let mut same = listed.filter(|known| known.name.eq_ignore_ascii_case(name.trim()));
    same.next().and_then(|known| Expression::parse(known.name).ok()).map(one)
}

/// `MIT/Apache-2.0` is a choice; of `MIT, BSD` nobody can tell, and both are asked for.
fn several(name: &str) -> Option<Said> {
    let (joint, parts) = split(name)?;
    let parts: Option<Vec<String>> = parts.iter().map(|part| as_expression(part)).collect();
    let joined = parts?.join(joint);
    Expression::parse(&joined).ok().map(one)
}

/// Of a choice between licences of which nobody knows some, those that are known.
pub fn choice(said: &str) -> Option<Expression> {
    if !said.contains(" OR ") || said.contains(['(', ')']) {
        return None;
    }
    let known: Vec<&str> = said.split(" OR ").filter(|part| Expression::parse(part).is_ok()).collect();
    Expression::parse(&known.join(" OR ")).ok()
}

fn as_expression(part: &str) -> Option<String> {
    let part = part.trim().trim_start_matches('(').trim_end_matches(')');
    let written = Expression::parse(part).ok().map(one);
    match written.or_else(|| named(part))? {
        Said::Expression(expression) => Some(format!("({expression})")),
        _ => None,
    }
}

fn split(name: &str) -> Option<(&'static str, Vec<&str>)> {
    let joints = [("/", " OR "), ("|", " OR "), (" or ", " OR "), (" OR ", " OR "), (" and ", " AND ")];
    let more = [(" AND ", " AND "), (";", " AND "), (",", " AND "), ("&", " AND ")];
    let (sign, joint) = joints.into_iter().chain(more).find(|(sign, _)| name.contains(sign))?;
    Some((joint, name.split(sign).filter(|part| !part.trim().is_empty()).collect()))
}

/// A name without what people vary: case, signs, and words that say nothing.
fn plain(name: &str) -> String {
    let lower = name.to_lowercase().replace("http://", "https://");
    if let Some(address) = lower.strip_prefix("https://") {
        let address = address.trim_start_matches("www.").trim_end_matches('/');
        return ["txt", "html", "php"].iter().fold(address.to_owned(), |address, end| {
            address.strip_suffix(&format!(".{end}")).map_or(address.clone(), str::to_owned)
        });
    }
    let dropped = ["the", "license", "licence", "licensed", "under", "version", "software", "v"];
    let words = lower.split(|char: char| !char.is_alphanumeric() && char != '.' && char != '+');
    let words = words.filter(|word| !word.is_empty() && !dropped.contains(word)).map(number);
    words.collect::<Vec<_>>().join(" ")
}

/// `v2.0` and `2.0` and `2` are one.
fn number(word: &str) -> &str {
    let digits = |word: &str| word.starts_with(|char: char| char.is_ascii_digit());
    let word = word.strip_prefix('v').filter(|rest| digits(rest)).unwrap_or(word);
    if digits(word) { word.strip_suffix(".0").unwrap_or(word) } else { word }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_manifests_say_is_understood() {
        for (said, means) in [
            ("Apache 2.0", "Apache-2.0"),
            ("Apache License, Version 2.0", "Apache-2.0"),
            ("The Apache Software License, Version 2.0", "Apache-2.0"),
            ("MIT/X11", "MIT"),
            ("mit", "MIT"),
            ("The MIT License (MIT)", "MIT"),
            ("MIT/Apache-2.0", "(MIT) OR (Apache-2.0)"),
            ("Apache-2.0/MIT", "(Apache-2.0) OR (MIT)"),
            ("License :: OSI Approved :: MIT License", "MIT"),
            ("License :: OSI Approved :: GNU General Public License v3 (GPLv3)", "GPL-3.0-only"),
            ("License :: OSI Approved :: BSD License", "one of"),
            ("BSD", "one of"),
            ("BSD-3-Clause license", "BSD-3-Clause"),
            ("New BSD License", "BSD-3-Clause"),
            ("GPLv2+", "GPL-2.0-or-later"),
            ("GNU GPL v3 or later", "GPL-3.0-or-later"),
            ("LGPLv3", "LGPL-3.0-only"),
            ("Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0"),
            ("https://www.apache.org/licenses/LICENSE-2.0.txt", "Apache-2.0"),
            ("https://opensource.org/licenses/MIT", "MIT"),
            ("(MIT OR CC0-1.0)", "MIT OR CC0-1.0"),
            ("SEE LICENSE IN LICENSE.md", "file LICENSE.md"),
            ("MIT OR Foo", "MIT"),
            ("Foo OR MIT AND ISC OR Zlib", "MIT AND ISC OR Zlib"),
            ("MIT AND Foo", "unclear"),
            ("(MIT OR Foo) AND GPL-3.0-only", "unclear"),
            ("Foo OR Bar", "unclear"),
            ("UNLICENSED", "proprietary"),
            ("whatever you like", "unclear"),
            ("", "unclear"),
        ] {
            let got = match understand(said) {
                Said::Expression(expression) => expression.to_string(),
                Said::OneOf(_) => "one of".to_owned(),
                Said::Proprietary => "proprietary".to_owned(),
                Said::File(file) => format!("file {file}"),
                Said::Unclear => "unclear".to_owned(),
            };
            let wanted = Expression::parse(means).map_or(means.to_owned(), |wanted| wanted.to_string());
            assert_eq!(got, wanted, "{said}");
        }
    }

    #[test]
    fn a_name_for_several_is_met_only_where_all_of_them_are() {
        let bsd = understand("BSD");
        assert!(bsd.is_met(|term| term.id.starts_with("BSD-")));
        assert!(!bsd.is_met(|term| term.id == "BSD-2-Clause"));
    }
}
