//! What a preset means in a repository, found from what it is built with.

mod node;
mod table;

use agent_contract::check::CheckPreset;

/// What the finder looks at.
pub trait Repository {
    /// A file's content.
    fn read(&self, path: &str) -> Option<Vec<u8>>;
    /// The names in a folder; of the root when absent.
    fn list(&self, folder: Option<&str>) -> Vec<String>;
}

/// A command that a preset stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The preset, with the ecosystem where there are several.
    pub name: String,
    /// The program and its arguments.
    pub argv: Vec<String>,
}

/// The order in which `all` runs what there is: the quick ones first.
const ORDER: [CheckPreset; 6] = [
    CheckPreset::Dependency,
    CheckPreset::Lint,
    CheckPreset::Typecheck,
    CheckPreset::Build,
    CheckPreset::Unit,
    CheckPreset::Smoke,
];

/// The commands that a preset stands for; none where the repository has no such thing.
pub fn resolve(preset: CheckPreset, repository: &dyn Repository) -> Vec<Found> {
    match preset {
        CheckPreset::All => ORDER.iter().flat_map(|preset| resolve(*preset, repository)).collect(),
        preset => one(preset, repository),
    }
}

fn one(preset: CheckPreset, repository: &dyn Repository) -> Vec<Found> {
    let files = repository.list(None);
    let mut found: Vec<_> = table::commands(preset, &files, repository);
    found.extend(node::command(preset, &files, repository).map(|argv| ("node", argv)));
    if found.is_empty() {
        found.extend(make(preset, &files, repository).map(|argv| ("make", argv)));
    }
    let several = found.len() > 1;
    let name = |ecosystem: &str| if several { format!("{preset}:{ecosystem}") } else { preset.to_string() };
    found.into_iter().map(|(ecosystem, argv)| Found { name: name(ecosystem), argv }).collect()
}

/// What was looked for, for the person who asked for something that is not there.
pub fn looked_for(preset: CheckPreset) -> String {
    let or = |names: &[&str]| names.join("` or `");
    let mut places: Vec<_> = table::marks(preset).into_iter().map(|mark| format!("`{mark}`")).collect();
    if preset == CheckPreset::Unit {
        places.push("Python tests".to_owned());
    } else if table::has_python_tool(preset) {
        places.push("a Python tool for it in `pyproject.toml`".to_owned());
    }
    if !node::names(preset).is_empty() {
        places.push(format!("a script `{}` in a readable `package.json`", or(node::names(preset))));
    }
    places.push(format!("a Makefile with `{}`", or(targets(preset))));
    places.join(", ")
}

/// A Makefile says by its targets what it can do; it is asked where nothing richer is there.
fn make(preset: CheckPreset, files: &[String], repository: &dyn Repository) -> Option<Vec<String>> {
    let file = ["GNUmakefile", "makefile", "Makefile"]
        .into_iter()
        .find(|name| files.iter().any(|file| file == name))?;
    let text = String::from_utf8_lossy(&repository.read(file)?).into_owned();
    let is_target = |name: &str| {
        text.lines().any(|line| {
            line.strip_prefix(name).is_some_and(|rest| {
                rest.trim_start().starts_with(':') && !rest.trim_start().starts_with(":=")
            })
        })
    };
    let target = targets(preset).iter().find(|name| is_target(name))?;
    Some(vec!["make".to_owned(), (*target).to_owned()])
}

fn targets(preset: CheckPreset) -> &'static [&'static str] {
    match preset {
        CheckPreset::Unit => &["unit", "test", "check"],
        CheckPreset::Lint => &["lint"],
        CheckPreset::Typecheck => &["typecheck", "types"],
        CheckPreset::Build => &["build", "all"],
        CheckPreset::Smoke => &["smoke"],
        CheckPreset::Dependency => &["dependency", "deps-check"],
        CheckPreset::All => &["test", "lint", "build"],
    }
}

#[cfg(test)]
mod tests;
