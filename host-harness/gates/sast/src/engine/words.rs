use std::collections::HashMap;

use crate::rules::{Pattern, Rule};

/// Words that stand in nearly every file, and tell nothing.
const COMMON: &[&str] = &[
    "and", "as", "async", "await", "const", "else", "false", "False", "for", "func", "function", "if",
    "import", "in", "int", "let", "nil", "none", "None", "not", "null", "or", "public", "return", "self",
    "static", "this", "true", "True", "var", "void", "char", "String",
];

/// The words of all rules of a language, and which rules need which.
#[derive(Default)]
pub(super) struct Words {
    numbers: HashMap<Vec<u8>, u32>,
    /// For each rule: of each list, in one of the sets, every word has to be in the file.
    needs: Vec<Vec<Vec<Vec<u32>>>>,
}

impl Words {
    pub fn add(&mut self, rule: &Rule) {
        let mut lists = Vec::new();
        for sets in needed(rule) {
            let numbered =
                sets.into_iter().map(|set| set.into_iter().map(|word| self.number(word)).collect());
            lists.push(numbered.collect());
        }
        self.needs.push(lists);
    }

    fn number(&mut self, word: String) -> u32 {
        let next = self.numbers.len() as u32;
        *self.numbers.entry(word.into_bytes()).or_insert(next)
    }

    /// The rules of which all the words stand in a file.
    pub fn fitting(&self, bytes: &[u8]) -> Vec<usize> {
        let mut present = vec![false; self.numbers.len()];
        for word in bytes.split(|byte| !is_word(*byte)).filter(|word| word.len() > 1) {
            if let Some(number) = self.numbers.get(word) {
                present[*number as usize] = true;
            }
        }
        let is_present = |set: &Vec<u32>| set.iter().all(|word| present[*word as usize]);
        let fits =
            |(_, lists): &(usize, &Vec<Vec<Vec<u32>>>)| lists.iter().all(|sets| sets.iter().any(is_present));
        self.needs.iter().enumerate().filter(fits).map(|(rule, _)| rule).collect()
    }
}

/// Lists of sets of words: of each list, one set has to be whole in a file.
fn needed(rule: &Rule) -> Vec<Vec<Vec<String>>> {
    let of_patterns = |patterns: &[Pattern]| patterns.iter().map(of_pattern).collect();
    let mut lists = Vec::new();
    if !rule.keywords.is_empty() {
        let split = |words: &String| words.split_whitespace().map(str::to_owned).collect();
        lists.push(rule.keywords.iter().map(split).collect());
    } else if rule.query.is_none() {
        lists.push(of_patterns(if rule.sinks.is_empty() { &rule.any } else { &rule.sinks }));
    }
    if !rule.sources.is_empty() {
        lists.push(of_patterns(&rule.sources));
    }
    lists
}

fn of_pattern(pattern: &Pattern) -> Vec<String> {
    match pattern {
        Pattern::Code(code) => words(code),
        Pattern::Kind { .. } => Vec::new(),
    }
}

/// The words of a pattern, without its metavariables.
fn words(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(at) = rest.find(|c: char| c == '$' || (c.is_ascii() && is_word(c as u8))) {
        let is_variable = rest[at..].starts_with('$');
        let from = at + rest[at..].len() - rest[at..].trim_start_matches('$').len();
        let end = rest[from..]
            .find(|c: char| !c.is_ascii() || !is_word(c as u8))
            .map_or(rest.len(), |end| from + end);
        let word = &rest[from..end];
        if !is_variable && word.len() > 1 && !COMMON.contains(&word) {
            found.push(word.to_owned());
        }
        rest = &rest[end.max(at + 1)..];
    }
    found
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_that_must_stand_in_the_file() {
        for (code, expected) in [
            ("subprocess.$FN($CMD, $$$, shell=True)", vec!["subprocess", "shell"]),
            ("$X.execute($$$REST)", vec!["execute"]),
            ("$A + $B", vec![]),
            ("ü.eval($X)", vec!["eval"]),
        ] {
            assert_eq!(words(code), expected, "{code}");
        }
    }
}
