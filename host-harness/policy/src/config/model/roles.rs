use agent_contract::fault::shown;
use serde::{Deserialize, Serialize};

use super::MODEL_PREFIX;

/// What a model is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// What is to be done.
    Plan,
    /// To do it.
    Edit,
    /// Whether what was done is what was asked for.
    Review,
}

/// Who is asked for what, as it is written: names of models, the next one if one fails.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RolesConfig {
    plan: Option<Vec<String>>,
    edit: Option<Vec<String>>,
    review: Option<Vec<String>>,
}

/// Who is asked for what: bindings, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Roles {
    /// For a plan; nobody, unless somebody is named.
    pub plan: Vec<String>,
    /// For edits.
    pub edit: Vec<String>,
    /// For a review.
    pub review: Vec<String>,
}

impl Roles {
    /// The bindings that are asked, in order.
    pub fn of(&self, role: Role) -> &[String] {
        match role {
            Role::Plan => &self.plan,
            Role::Edit => &self.edit,
            Role::Review => &self.review,
        }
    }
}

impl RolesConfig {
    /// The roles among models of these names.
    pub(super) fn resolve(&self, names: &[&str]) -> Result<Roles, String> {
        let edit = match &self.edit {
            None => names.iter().map(|name| binding(name)).collect(),
            Some(none) if none.is_empty() && !names.is_empty() => {
                return Err(
                    "`edit` names no model\nhint: leave it out, and all are asked in order".to_owned()
                );
            }
            Some(named) => known("edit", named, names)?,
        };
        let plan = self.plan.as_deref().map_or(Ok(Vec::new()), |named| known("plan", named, names))?;
        let review =
            self.review.as_deref().map_or_else(|| Ok(edit.clone()), |named| known("review", named, names))?;
        Ok(Roles { plan, edit, review })
    }
}

fn binding(name: &str) -> String {
    format!("{MODEL_PREFIX}{name}")
}

fn known(role: &str, named: &[String], names: &[&str]) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    for name in named {
        let binding = binding(name);
        if !names.contains(&name.as_str()) {
            let all = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let all = if all.is_empty() { "none".to_owned() } else { all };
            return Err(format!(
                "`{role}` names `{}`, and no model is called that\nhint: the models are: {all}",
                shown(name)
            ));
        }
        if found.contains(&binding) {
            return Err(format!("`{role}` names `{name}` twice"));
        }
        found.push(binding);
    }
    Ok(found)
}
