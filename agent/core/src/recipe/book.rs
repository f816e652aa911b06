//! The recipes, as the documents say.

use std::{collections::BTreeMap, sync::LazyLock};

use agent_contract::{CapabilityName, Fault, check::CheckPreset, document};
use serde::Deserialize;

use super::{Kind, Primitive, instruction::Pattern, sound};

/// A recipe.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The name by which it is chosen.
    pub name: String,
    /// What it does, in a few words.
    pub title: String,
    /// What it does, what it leaves alone, and when it refuses.
    pub description: String,
    /// How its change is worked out.
    #[serde(default)]
    pub way: Way,
    /// What it is to be told.
    #[serde(default)]
    pub parameters: Vec<Parameter>,
    /// The instructions that choose it.
    #[serde(default)]
    pub instructions: Vec<Pattern>,
    /// What it does, in order.
    #[serde(default)]
    pub steps: Vec<StepText>,
    /// The capabilities that it needs.
    pub capabilities: Vec<Needed>,
    /// The checks that are worth running on its change.
    #[serde(default)]
    pub checks: Vec<CheckPreset>,
}

/// How the change of a recipe is worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// By its steps.
    #[default]
    Steps,
    /// By the `proposal` of the request.
    Proposal,
}

/// A parameter of a recipe.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// What it may say.
    pub kind: Kind,
    /// Whether it has to be given.
    #[serde(default)]
    pub required: bool,
    /// What it says when it is not given.
    #[serde(default)]
    pub default: Option<String>,
    /// All that it can say, where that is a choice.
    #[serde(default)]
    pub choices: Vec<String>,
    /// Words that are never taken for it in an instruction.
    #[serde(default)]
    pub except: Vec<String>,
    /// What it is for.
    pub description: String,
}

/// A step of a recipe.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepText {
    /// What is done.
    #[serde(rename = "do")]
    pub primitive: Primitive,
    /// With what: `{name}` stands for a parameter, everything else for itself.
    pub with: BTreeMap<String, String>,
}

/// A capability that a recipe needs, and what for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Needed {
    /// The capability.
    pub name: CapabilityName,
    /// What for.
    pub reason: String,
}

impl Recipe {
    /// Reads a document: strict JSON, known fields only, and steps that can be followed.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let value = document::parse_value(text)?;
        let recipe: Self =
            serde_json::from_value(value).map_err(|error| Fault::new("", error.to_string()))?;
        sound::check(&recipe)?;
        Ok(recipe)
    }

    /// A parameter by its name.
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }
}

/// The documents, in the order in which they are listed.
pub(super) const TEXTS: &[&str] = &[
    include_str!("../../recipes/rename.json"),
    include_str!("../../recipes/rename-and-format.json"),
    include_str!("../../recipes/rewrite.json"),
    include_str!("../../recipes/rust-assert.json"),
    include_str!("../../recipes/python-assert-equal.json"),
    include_str!("../../recipes/headers.json"),
    include_str!("../../recipes/bump.json"),
    include_str!("../../recipes/fix.json"),
    include_str!("../../recipes/proposal.json"),
];

/// Every recipe. One whose document is not sound is left out rather than followed; a test
/// holds that none is.
pub fn all() -> &'static [Recipe] {
    static ALL: LazyLock<Vec<Recipe>> =
        LazyLock::new(|| TEXTS.iter().filter_map(|text| Recipe::parse(text).ok()).collect());
    &ALL
}
