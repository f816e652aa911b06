//! What this agent is, for a Runner that has never seen it.

use agent_contract::{
    CapabilityName, VERSION,
    description::Description,
    recipe::{RecipeDescription, RecipeParameter},
};

use crate::recipe::{self, Parameter, Recipe};

/// The description.
pub fn describe() -> Description {
    Description {
        name: "agennext-code-assist".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        contract: VERSION.to_owned(),
        passes: crate::pass::NAMES.iter().map(|name| (*name).to_owned()).collect(),
        capabilities: CapabilityName::ALL.to_vec(),
        recipes: recipe::all().iter().map(described).collect(),
    }
}

fn described(recipe: &Recipe) -> RecipeDescription {
    RecipeDescription {
        name: recipe.name.clone(),
        title: recipe.title.clone(),
        description: recipe.description.clone(),
        parameters: recipe.parameters.iter().map(parameter).collect(),
        capabilities: recipe.capabilities.iter().map(|needed| needed.name).collect(),
        checks: recipe.checks.clone(),
    }
}

fn parameter(parameter: &Parameter) -> RecipeParameter {
    RecipeParameter {
        name: parameter.name.clone(),
        expected: parameter.kind.expected().to_owned(),
        description: parameter.description.clone(),
        required: parameter.required,
        default: parameter.default.clone(),
        choices: parameter.choices.clone(),
    }
}
