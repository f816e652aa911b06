//! Whether a recipe's document can be followed: its parameters, its steps and the
//! instructions that choose it fit each other.

use std::collections::BTreeSet;

use agent_contract::{CapabilityName, Fault};

use super::{
    Kind, Primitive,
    book::{Parameter, Recipe, StepText, Way},
    chosen::reference,
    instruction::Pattern,
    primitive::Need,
};

/// Refuses a recipe that can't be followed.
pub(super) fn check(recipe: &Recipe) -> Result<(), Fault> {
    let parameters = recipe.parameters.iter().try_for_each(|one| parameter(recipe, one));
    let steps = || recipe.steps.iter().try_for_each(|one| step(recipe, one));
    let instructions = || recipe.instructions.iter().try_for_each(|one| instruction(recipe, one));
    let capabilities = || capabilities(recipe);
    parameters.and_then(|()| steps()).and_then(|()| instructions()).and_then(|()| capabilities())
}

fn require(holds: bool, at: &str, message: &str) -> Result<(), Fault> {
    if holds { Ok(()) } else { Err(Fault::new(at, message)) }
}

fn parameter(recipe: &Recipe, parameter: &Parameter) -> Result<(), Fault> {
    let at = format!("/parameters/{}", parameter.name);
    let named = recipe.parameters.iter().filter(|other| other.name == parameter.name).count();
    let used = recipe.steps.iter().flat_map(|step| step.with.values());
    let is_used = used.filter_map(|text| reference(text)).any(|name| name == parameter.name);
    let default = parameter.default.as_deref();
    let fault = default.and_then(|text| parameter.kind.fault_in(text, &parameter.choices));
    require(named == 1, &at, "is there twice")?;
    require(is_used, &at, "is used by no step")?;
    require(
        (parameter.kind == Kind::Choice) != parameter.choices.is_empty(),
        &at,
        "has choices and is none, or the other way round",
    )?;
    require(fault.is_none(), &at, "has a default that it can't say")?;
    require(!parameter.required || default.is_none(), &at, "has to be given and has a default")?;
    require(!parameter.description.is_empty(), &at, "is not described")
}

fn step(recipe: &Recipe, step: &StepText) -> Result<(), Fault> {
    let takes = step.primitive.takes();
    for (name, text) in &step.with {
        let at = format!("/steps/{name}");
        let Some(argument) = takes.iter().find(|argument| argument.name == name) else {
            return Err(Fault::new(at, "is no argument of the step"));
        };
        let Some(parameter) = reference(text) else {
            let fault = argument.kind.fault_in(text, std::slice::from_ref(text));
            require(fault.is_none(), &at, "is not of the kind that the step takes")?;
            continue;
        };
        let Some(parameter) = recipe.parameter(parameter) else {
            return Err(Fault::new(at, "names a parameter that is not there"));
        };
        require(parameter.kind == argument.kind, &at, "is a parameter of another kind")?;
        require(argument.need == Need::Optional || parameter.required, &at, "could be missing")?;
    }
    let is_there = |name: &str| step.with.contains_key(name);
    let all = takes.iter().all(|argument| argument.need == Need::Optional || is_there(argument.name));
    require(all, "/steps", "lacks an argument of a step")
}

/// An instruction tells all that has to be told.
fn instruction(recipe: &Recipe, pattern: &Pattern) -> Result<(), Fault> {
    let told: BTreeSet<_> = pattern.parameters().into_iter().collect();
    let known = told.iter().all(|name| recipe.parameter(name).is_some());
    let mut required = recipe.parameters.iter().filter(|parameter| parameter.required);
    require(known, "/instructions", "names a parameter that is not there")?;
    let all = required.all(|parameter| told.contains(parameter.name.as_str()));
    require(all, "/instructions", "does not tell all that is required")
}

fn capabilities(recipe: &Recipe) -> Result<(), Fault> {
    let at = "/capabilities";
    let has = |name| recipe.capabilities.iter().any(|needed| needed.name == name);
    let fixes = recipe.steps.iter().any(|step| step.primitive == Primitive::Fix);
    require(
        has(CapabilityName::RepoRead) && has(CapabilityName::RepoWrite),
        at,
        "reads and writes without them",
    )?;
    require(has(CapabilityName::RepoCheck) == fixes, at, "runs a check without it, or has it for nothing")?;
    require(
        recipe.steps.is_empty() == (recipe.way == Way::Proposal),
        "/steps",
        "has none, or some beside a proposal",
    )
}
