//! What an agent is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{CapabilityName, recipe::RecipeDescription};

/// An agent, in its own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The version of the contract that it speaks.
    pub contract: String,
    /// Its passes, in order.
    pub passes: Vec<String>,
    /// The capabilities that it may ask for.
    pub capabilities: Vec<CapabilityName>,
    /// The recipes that it has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recipes: Vec<RecipeDescription>,
}
