//! Whether an instruction has a form, and what it tells then.

use std::collections::BTreeMap;

use super::{
    pattern::{Extent, Part, Pattern},
    words::{Word, WordKind},
};
use crate::recipe::{Kind, book::Recipe};

/// Ways to read one instruction by one form; more than this and it is ambiguous anyhow.
const WAYS_MAX: usize = 8;

type Told = BTreeMap<String, String>;

/// Every way in which an instruction has the form.
pub(super) fn fits(pattern: &Pattern, recipe: &Recipe, words: &[Word]) -> Vec<Told> {
    let mut fitting = Fitting { recipe, ways: Vec::new() };
    let parts: Vec<&Part> = pattern.parts.iter().collect();
    fitting.go(&parts, words, &Told::new());
    fitting.ways
}

struct Fitting<'a> {
    recipe: &'a Recipe,
    ways: Vec<Told>,
}

impl Fitting<'_> {
    /// The depth is bounded by the parts of a form, which is ours.
    fn go(&mut self, parts: &[&Part], words: &[Word], told: &Told) {
        if self.ways.len() >= WAYS_MAX {
            return;
        }
        let Some((part, rest)) = parts.split_first() else {
            self.ways.extend(words.is_empty().then(|| told.clone()));
            return;
        };
        match part {
            Part::Word(any) => {
                if let Some((word, after)) = words.split_first().filter(|(word, _)| is_one_of(word, any)) {
                    debug_assert!(word.kind == WordKind::Plain);
                    self.go(rest, after, told);
                }
            }
            Part::Optional(inner) => {
                self.go(rest, words, told);
                let with: Vec<&Part> = inner.iter().chain(rest.iter().copied()).collect();
                self.go(&with, words, told);
            }
            Part::Slot { parameter, extent } => {
                for count in 1..=most(*extent, words) {
                    let (taken, after) = words.split_at(count);
                    let Some(value) = self.value(parameter, *extent, taken) else { continue };
                    let mut told = told.clone();
                    told.insert(parameter.clone(), value);
                    self.go(rest, after, &told);
                }
            }
        }
    }

    /// What words say for a parameter, if they can.
    fn value(&self, name: &str, extent: Extent, words: &[Word]) -> Option<String> {
        let parameter = self.recipe.parameter(name)?;
        let is_plain = |word: &Word| word.kind == WordKind::Plain;
        let value = match (extent, words) {
            (Extent::Quoted, [word]) if !is_plain(word) => word.text.clone(),
            (Extent::One, [word]) => word.text.clone(),
            (Extent::Many, words) if parameter.kind == Kind::Paths => paths(words)?,
            (Extent::Many, words) => joined(words)?,
            _ => return None,
        };
        let excepted = words.iter().all(is_plain)
            && parameter.except.iter().any(|except| except.eq_ignore_ascii_case(&value));
        let is_fit = !excepted && parameter.kind.fault_in(&value, &parameter.choices).is_none();
        is_fit.then_some(value)
    }
}

fn most(extent: Extent, words: &[Word]) -> usize {
    match extent {
        Extent::One | Extent::Quoted => words.len().min(1),
        Extent::Many => words.len(),
    }
}

fn is_one_of(word: &Word, any: &[String]) -> bool {
    word.kind == WordKind::Plain && any.contains(&word.text.to_lowercase())
}

/// `a`, `a, b`, `a and b`, `a, b and c`: nothing else is a list of paths.
fn paths(words: &[Word]) -> Option<String> {
    let mut paths: Vec<&str> = Vec::new();
    let mut wants_path = true;
    for word in words {
        let is_mark = word.kind == WordKind::Plain && matches!(word.text.as_str(), "," | "and");
        match (is_mark, wants_path) {
            (false, true) => paths.push(&word.text),
            (true, false) => {}
            // `a, and b`
            (true, true) if word.text == "and" && !paths.is_empty() => continue,
            _ => return None,
        }
        wants_path = is_mark;
    }
    (!wants_path && paths.iter().all(|path| !path.contains(','))).then(|| paths.join(","))
}

/// Words of a name. Brackets and colons are no part of one.
fn joined(words: &[Word]) -> Option<String> {
    let is_mark = |word: &Word| matches!(word.text.as_str(), "(" | ")" | ":" | ";" | ",");
    let held = words.iter().all(|word| word.kind == WordKind::Quoted || !is_mark(word));
    held.then(|| words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" "))
}
