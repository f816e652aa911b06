//! What a run proved that is worth knowing in the next.

use agent_contract::fault::shown;

use super::{ENTRY_BYTES_MAX, could_be_secret};

/// The end of a run, as far as it is worth remembering.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof<'a> {
    /// The checks that ran and passed.
    pub checks: &'a [String],
    /// The recipe that made the change.
    pub recipe: Option<&'a str>,
    /// What was wrong with the change before it was mended, a line each.
    pub mended: &'a [String],
}

/// The facts, each fit for `add`. What could hold a secret is not among them.
pub fn notes(proof: &Proof) -> Vec<String> {
    let mut checks: Vec<_> = proof.checks.iter().map(|name| format!("`{}`", shown(name))).collect();
    checks.sort();
    checks.dedup();
    let checks = (!checks.is_empty()).then(|| format!("checks that exist and passed: {}", checks.join(", ")));
    let recipe = proof.recipe.map(|name| format!("recipe that worked: `{}`", shown(name)));
    let mended = proof.mended.iter().filter_map(|what| what.lines().find(|line| !line.trim().is_empty()));
    let mended = mended.map(|what| format!("a change had to be mended for this: {}", shown(what.trim())));
    let all = checks.into_iter().chain(recipe).chain(mended).map(|note| short(&note).to_owned());
    all.filter(|note| !could_be_secret(note)).collect()
}

fn short(text: &str) -> &str {
    let end = (0..=text.len().min(ENTRY_BYTES_MAX)).rev().find(|at| text.is_char_boundary(*at));
    text[..end.unwrap_or(0)].trim_end()
}
