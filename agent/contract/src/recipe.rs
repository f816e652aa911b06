//! A change that needs no model: a recipe by its name, with what it is to be done to.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{CapabilityName, check::CheckPreset, limit};

/// A recipe that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecipeCall {
    /// Its name.
    #[schemars(length(min = 1, max = limit::CHECK_NAME_CHARS_MAX))]
    pub name: String,
    /// Its parameters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(length(max = limit::PARAMETERS_MAX))]
    pub parameters: BTreeMap<String, String>,
}

/// A recipe that an agent has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecipeDescription {
    /// Its name.
    pub name: String,
    /// What it does, in a few words.
    pub title: String,
    /// What it does, what it leaves alone, and when it refuses.
    pub description: String,
    /// What it is to be told.
    pub parameters: Vec<RecipeParameter>,
    /// The capabilities that it needs.
    pub capabilities: Vec<CapabilityName>,
    /// The checks that are worth running on its change.
    pub checks: Vec<CheckPreset>,
}

/// A parameter of a recipe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecipeParameter {
    /// Its name.
    pub name: String,
    /// What it may say.
    pub expected: String,
    /// What it is for.
    pub description: String,
    /// Whether it has to be given.
    pub required: bool,
    /// What it says when it is not given.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// All that it can say, where that is a choice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
}
