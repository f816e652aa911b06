//! The recipe that an instruction in words asks for. Every word has to be accounted for:
//! what is not understood whole is not understood.

mod fit;
mod pattern;
mod words;

use std::collections::BTreeMap;

use super::{
    Chosen, RecipeFault,
    book::{Recipe, all},
    chosen::chosen,
    kind::quoted,
};

pub use pattern::Pattern;

type Told = (&'static Recipe, BTreeMap<String, String>);

/// The recipe that an instruction asks for; `None` when it asks for none. Two recipes, or
/// one that could be meant in two ways, are an error.
pub fn told_by(instruction: &str) -> Result<Option<Chosen>, RecipeFault> {
    let Some(words) = words::split(instruction) else { return Ok(None) };
    let mut told: Vec<Told> = Vec::new();
    for recipe in all() {
        for parameters in recipe.instructions.iter().flat_map(|pattern| fit::fits(pattern, recipe, &words)) {
            if !told.iter().any(|(other, before)| other.name == recipe.name && *before == parameters) {
                told.push((recipe, parameters));
            }
        }
    }
    match told.as_slice() {
        [] => Ok(None),
        [(recipe, parameters)] => chosen(recipe, parameters).map(Some),
        many => Err(ambiguous(many)),
    }
}

fn ambiguous(many: &[Told]) -> RecipeFault {
    let mut names: Vec<&str> = many.iter().map(|(recipe, _)| recipe.name.as_str()).collect();
    names.dedup();
    let message = match names.as_slice() {
        [one] => format!("the instruction can be read as recipe `{one}` in more than one way"),
        _ => format!("the instruction can be read as more than one recipe: {}", quoted(&names)),
    };
    RecipeFault::new("recipe-ambiguous", message).hint("name the recipe and its parameters in the request")
}
