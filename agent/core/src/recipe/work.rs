//! A recipe, step by step.

use std::collections::BTreeMap;

use agent_contract::RepoPath;

use super::{
    Chosen, RecipeFault,
    bench::Bench,
    desk::{Desk, Outcome, Stopped},
};
use crate::host::Change;

/// Follows a recipe. What a step changes is written before the next one looks; a step that
/// has nothing to do is told, and a recipe that changes nothing is an error.
pub fn work<D: Desk>(chosen: &Chosen, desk: &mut D) -> Result<Outcome, Stopped<D::Error>> {
    let mut bench = Bench::new(desk);
    let mut all = Outcome::default();
    for step in &chosen.steps {
        let outcome = step.work(&mut bench)?;
        if !outcome.changes.is_empty() {
            bench.write(&outcome.changes)?;
        }
        all.join(outcome);
    }
    all.changes = last_of_each(all.changes);
    match all.changes.is_empty() {
        true => Err(without_effect(chosen, &all.told).into()),
        false => Ok(all),
    }
}

/// A file that two steps changed is as the later one left it.
fn last_of_each(changes: Vec<Change>) -> Vec<Change> {
    let renames = changes.iter().any(|change| matches!(change, Change::Rename { .. }));
    if renames {
        return changes;
    }
    let key = |change: &Change| change.paths().first().map(|path| (*path).clone());
    let last: BTreeMap<Option<RepoPath>, Change> =
        changes.into_iter().map(|change| (key(&change), change)).collect();
    last.into_values().collect()
}

fn without_effect(chosen: &Chosen, told: &[String]) -> RecipeFault {
    const TOLD_MAX: usize = 5;
    let fault =
        RecipeFault::without_effect(format!("recipe `{}` leaves every file as it is", chosen.recipe.name));
    told.iter().take(TOLD_MAX).fold(fault, |fault, line| fault.hint(line))
}
