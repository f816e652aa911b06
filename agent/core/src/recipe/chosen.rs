//! From what is asked for to a recipe with all that it needs to know.

use std::collections::BTreeMap;

use agent_contract::{RepoPath, fault::shown, recipe::RecipeCall};

use super::{
    RecipeFault,
    book::{Parameter, Recipe, StepText, Way, all},
    kind::quoted,
    primitive::{Arguments, Step},
};

/// A recipe, and all that it was told.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// The recipe.
    pub recipe: &'static Recipe,
    /// What its parameters say, defaults included.
    pub parameters: BTreeMap<String, String>,
    pub(super) steps: Vec<Step>,
}

impl Chosen {
    /// Files and folders that its changes stay within; `None`: the whole repository.
    pub fn paths_needed(&self) -> Option<Vec<RepoPath>> {
        let mut paths = Vec::new();
        for step in &self.steps {
            match step.paths() {
                [] => return None,
                within => paths.extend_from_slice(within),
            }
        }
        paths.sort();
        paths.dedup();
        Some(paths)
    }

    /// Files and folders that it looks at; `None`: the whole repository.
    pub fn reads(&self) -> Option<Vec<RepoPath>> {
        let mut paths = self.paths_needed()?;
        paths.extend(self.steps.iter().flat_map(Step::reads));
        paths.sort();
        paths.dedup();
        Some(paths)
    }

    /// The checks that it has put right what they can.
    pub fn fixing_checks(&self) -> Vec<&str> {
        self.steps.iter().filter_map(Step::check).collect()
    }

    /// What it does, step by step.
    pub fn steps(&self) -> Vec<String> {
        self.steps.iter().map(Step::told).collect()
    }

    /// What it was asked to do, on one line, so that it can be asked for again.
    pub fn told(&self) -> String {
        let defaults = |name: &str| self.recipe.parameter(name).and_then(|known| known.default.as_deref());
        let given = self.parameters.iter().filter(|(name, value)| defaults(name) != Some(value.as_str()));
        let given: String = given.map(|(name, value)| format!(" {name}={}", shown(value))).collect();
        format!("{}{given}", self.recipe.name)
    }
}

/// The recipe that a request names.
pub fn named(call: &RecipeCall) -> Result<Chosen, RecipeFault> {
    let recipe = all().iter().find(|recipe| recipe.name == call.name).ok_or_else(|| unknown(&call.name))?;
    chosen(recipe, &call.parameters)
}

/// A recipe with parameters as they were given.
pub(super) fn chosen(
    recipe: &'static Recipe,
    given: &BTreeMap<String, String>,
) -> Result<Chosen, RecipeFault> {
    if recipe.way == Way::Proposal {
        return Err(by_proposal(recipe));
    }
    for (name, value) in given {
        let parameter = recipe.parameter(name).ok_or_else(|| foreign(recipe, name))?;
        if let Some(fault) = parameter.kind.fault_in(value, &parameter.choices) {
            return Err(RecipeFault::parameter(name, fault).hint(&parameter.description));
        }
    }
    let mut parameters = given.clone();
    for parameter in &recipe.parameters {
        complete(recipe, parameter, &mut parameters)?;
    }
    let steps = recipe.steps.iter().map(|step| Step::of(step.primitive, &arguments(step, &parameters)));
    let steps = steps.collect::<Result<_, _>>()?;
    Ok(Chosen { recipe, parameters, steps })
}

fn complete(
    recipe: &Recipe,
    parameter: &Parameter,
    parameters: &mut BTreeMap<String, String>,
) -> Result<(), RecipeFault> {
    let name = &parameter.name;
    match (parameters.contains_key(name), &parameter.default) {
        (true, _) => Ok(()),
        (false, Some(default)) => {
            parameters.insert(name.clone(), default.clone());
            Ok(())
        }
        (false, None) if parameter.required => {
            let message = format!("recipe `{}` lacks its parameter `{name}`", recipe.name);
            let expected = format!("{}; {}", parameter.kind.expected(), parameter.description);
            Err(RecipeFault::new("recipe-parameter-missing", message).hint(expected))
        }
        (false, None) => Ok(()),
    }
}

/// The arguments of a step. A parameter that says nothing is an argument that is left out.
pub(super) fn arguments(step: &StepText, parameters: &BTreeMap<String, String>) -> Arguments {
    let said = step.with.iter().filter_map(|(name, text)| {
        let value = match reference(text) {
            Some(parameter) => parameters.get(parameter)?.clone(),
            None => text.clone(),
        };
        Some((name.clone(), value))
    });
    Arguments(said.collect())
}

/// The parameter that an argument stands for.
pub(super) fn reference(text: &str) -> Option<&str> {
    let name = text.strip_prefix('{')?.strip_suffix('}')?;
    let part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    (!name.is_empty() && name.chars().all(part)).then_some(name)
}

fn by_proposal(recipe: &Recipe) -> RecipeFault {
    let message = format!("recipe `{}` is followed by giving the request a `proposal`", recipe.name);
    RecipeFault::new("recipe-by-proposal", message)
        .hint("leave `recipe` out and put the edits into `proposal`, in one of the five notations")
}

fn unknown(name: &str) -> RecipeFault {
    let mut names: Vec<&str> = all().iter().map(|recipe| recipe.name.as_str()).collect();
    let fault = RecipeFault::new("recipe-unknown", format!("there is no recipe `{}`", shown(name)));
    names.sort_by_key(|known| (distance(name, known), *known));
    names.truncate(3);
    fault.hint(format!("the nearest are {}; `code-assist recipes` lists all", quoted(&names)))
}

fn foreign(recipe: &Recipe, name: &str) -> RecipeFault {
    let mut known: Vec<&str> = recipe.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
    known.sort_by_key(|known| distance(name, known));
    let message = format!("recipe `{}` has no parameter `{}`", recipe.name, shown(name));
    RecipeFault::new("recipe-parameter-unknown", message).hint(format!("it has {}", quoted(&known)))
}

/// How many letters have to be put in, taken out or changed to get from one to the other.
fn distance(left: &str, right: &str) -> usize {
    const CHARS_MAX: usize = 100;
    let right: Vec<char> = right.chars().take(CHARS_MAX).collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (at, letter) in left.chars().take(CHARS_MAX).enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], at + 1);
        for (column, other) in right.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}
