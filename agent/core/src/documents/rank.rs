//! Which texts have most in common with a query: Okapi BM25.

use std::collections::{BTreeMap, BTreeSet};

use super::words::words;

/// How soon a word that comes again counts for less.
const SATURATION: f64 = 1.2;
/// How much a long text has to say a word more often.
const LENGTH: f64 = 0.75;

/// The places of the texts, the best first; those that share no word are left out. Of
/// equals the first comes first.
pub(super) fn best(query: &str, texts: &[&str]) -> Vec<usize> {
    let counted: Vec<Counted> = texts.iter().map(|text| Counted::of(text)).collect();
    let total: usize = counted.iter().map(|text| text.length).sum();
    let average = (total as f64 / counted.len().max(1) as f64).max(1.0);
    let sought: BTreeSet<String> = words(query).into_iter().collect();
    let mut scores = vec![0.0_f64; counted.len()];
    for word in &sought {
        let having = counted.iter().filter(|text| text.words.contains_key(word)).count() as f64;
        let rarity = (1.0 + (counted.len() as f64 - having + 0.5) / (having + 0.5)).ln();
        for (text, score) in counted.iter().zip(&mut scores) {
            let times = text.words.get(word).copied().unwrap_or(0) as f64;
            let weight = 1.0 - LENGTH + LENGTH * text.length as f64 / average;
            *score += rarity * times * (SATURATION + 1.0) / (times + SATURATION * weight);
        }
    }
    let mut order: Vec<usize> = (0..scores.len()).filter(|at| scores[*at] > 0.0).collect();
    order.sort_by(|left, right| scores[*right].total_cmp(&scores[*left]).then(left.cmp(right)));
    order
}

/// A text by its words.
struct Counted {
    length: usize,
    words: BTreeMap<String, usize>,
}

impl Counted {
    fn of(text: &str) -> Self {
        let mut counted = Self { length: 0, words: BTreeMap::new() };
        for word in words(text) {
            counted.length += 1;
            *counted.words.entry(word).or_default() += 1;
        }
        counted
    }
}
