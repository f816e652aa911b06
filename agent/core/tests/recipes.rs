//! The reference of the recipes says what their documents say. `BLESS=1` writes it anew.

use std::{collections::BTreeSet, env, fs, path::Path};

use agent_core::recipe::{Kind, Parameter, Recipe, Way, all};

const REFERENCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/recipes.md");

const HEAD: &str = "\
# Recipes

Changes that need no model. A recipe is chosen by its name with its parameters, or by an
instruction of one of its forms; every word of the instruction has to fit, or it chooses
none. In a form `[...]` can be left out, `a|b` is either word, `{name}` is what a parameter
says, `` `{name}` `` has to stand in backticks or quotation marks, and `{name...}` may be
more than one word. [The guide](../guides/recipes.md) has examples.

This page is made from the documents in `agent/core/recipes/`.
";

#[test]
fn the_reference_is_up_to_date() {
    let text = format!("{HEAD}{}", all().iter().map(section).collect::<String>());
    if env::var_os("BLESS").is_some() {
        fs::write(REFERENCE, &text).unwrap();
    }
    let there = fs::read_to_string(Path::new(REFERENCE)).unwrap_or_default();
    assert!(there == text, "docs/reference/recipes.md is out of date; run this test with BLESS=1");
}

/// The codes that stand as texts in the rooms of the recipes and the memory.
#[test]
fn every_code_is_in_the_reference() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let reference = fs::read_to_string(root.join("../../docs/reference/codes.md")).unwrap();
    let mut codes = BTreeSet::new();
    for room in ["src/recipe", "src/memory"] {
        gather(&root.join(room), &mut codes);
    }
    assert!(codes.contains("recipe-unknown") && codes.contains("memory-secret"));
    let missing: Vec<_> = codes.iter().filter(|code| !reference.contains(&format!("| `{code}` |"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

fn gather(room: &Path, codes: &mut BTreeSet<String>) {
    for entry in fs::read_dir(room).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, codes);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let is_code = |text: &&str| {
            let plain = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
            plain && (text.starts_with("recipe-") || text.starts_with("memory-"))
        };
        codes.extend(text.split('"').filter(is_code).map(str::to_owned));
    }
}

fn section(recipe: &Recipe) -> String {
    let mut text = format!("\n## `{}`: {}\n\n{}\n", recipe.name, recipe.title, wrapped(&recipe.description));
    if !recipe.parameters.is_empty() {
        text.push_str("\n| parameter | what it says | when it is not given |\n|---|---|---|\n");
        text.extend(recipe.parameters.iter().map(row));
    }
    if !recipe.instructions.is_empty() {
        let forms = recipe.instructions.iter().map(|pattern| format!("{}\n", pattern.as_str()));
        text.push_str(&format!("\n```\n{}```\n", forms.collect::<String>()));
    }
    if recipe.way == Way::Steps {
        let needs = recipe.capabilities.iter().map(|needed| format!("`{}` ({})", needed.name, needed.reason));
        text.push_str(&format!("\nNeeds {}.\n", needs.collect::<Vec<_>>().join(", ")));
    }
    let checks = recipe.checks.iter().map(|check| format!("`{check}`")).collect::<Vec<_>>().join(", ");
    text + &format!("\nChecks worth running: {checks}.\n")
}

fn row(parameter: &Parameter) -> String {
    let choices =
        || parameter.choices.iter().map(|choice| format!("`{choice}`")).collect::<Vec<_>>().join(", ");
    let kind = match parameter.kind {
        Kind::Choice => choices(),
        kind => kind.expected().to_owned(),
    };
    let need = match (&parameter.default, parameter.required) {
        (_, true) => "an error".to_owned(),
        (Some(default), _) => format!("`{default}`"),
        (None, _) => String::new(),
    };
    format!("| `{}` | {} ({kind}) | {need} |\n", parameter.name, parameter.description)
}

fn wrapped(text: &str) -> String {
    const WIDTH: usize = 92;
    let (mut lines, mut line) = (String::new(), String::new());
    for word in text.split(' ') {
        if !line.is_empty() && line.len() + 1 + word.len() > WIDTH {
            lines.push_str(&line);
            lines.push('\n');
            line.clear();
        }
        line.push_str(if line.is_empty() { "" } else { " " });
        line.push_str(word);
    }
    lines + &line
}
