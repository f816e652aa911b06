use agent_contract::{
    description::Description,
    document,
    recipe::{RecipeDescription, RecipeParameter},
};
use serde_json::json;

use crate::{
    Problem, set_up,
    terminal::{line, out::say, style},
};

/// Lists the recipes that the agent has, or tells all of one.
pub(super) fn run(name: Option<&str>, json: bool) -> Result<u8, Problem> {
    let agent = set_up::agent(None, None)?;
    let text = set_up::runtime()?.block_on(agent.describe())?;
    let recipes = document::parse::<Description>(&text)?.recipes;
    let Some(name) = name else {
        recipes.iter().for_each(|recipe| match json {
            true => say!("{}", json!(recipe)),
            false => say!("{:20} {}", recipe.name, recipe.title),
        });
        return Ok(0);
    };
    let recipe = recipes.iter().find(|recipe| recipe.name == name).ok_or_else(|| {
        let message = format!("there is no recipe `{}`\nhint: `code-assist recipes` lists all", line(name));
        Problem::invalid("recipe-unknown", message)
    })?;
    match json {
        true => say!("{}", json!(recipe)),
        false => tell(recipe),
    }
    Ok(0)
}

fn tell(recipe: &RecipeDescription) {
    say!("{}{}{}  {}", style::TITLE, recipe.name, style::RESET, recipe.title);
    say!("{}\n", recipe.description);
    recipe.parameters.iter().for_each(parameter);
    let required = recipe.parameters.iter().filter(|parameter| parameter.required);
    let settings: String = required.map(|parameter| format!(" --set {}=...", parameter.name)).collect();
    say!("\n  code-assist run --recipe {}{settings}", recipe.name);
}

fn parameter(parameter: &RecipeParameter) {
    let need = match (&parameter.default, parameter.required) {
        (_, true) => ", required".to_owned(),
        (Some(default), false) => format!(", default `{default}`"),
        (None, false) => String::new(),
    };
    let (faint, reset) = (style::FAINT, style::RESET);
    say!("  {:16} {} {faint}({}{need}){reset}", parameter.name, parameter.description, parameter.expected);
}
