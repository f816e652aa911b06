//! The language that is meant when none is named.

use std::collections::BTreeSet;

use agent_contract::RepoPath;

use crate::recipe::{RecipeFault, kind::quoted};

/// The one language of the files.
pub(super) fn of(files: &[RepoPath]) -> Result<&'static str, RecipeFault> {
    let languages: BTreeSet<&'static str> = files.iter().filter_map(spoken).collect();
    match languages.iter().copied().collect::<Vec<_>>().as_slice() {
        [one] => Ok(one),
        [] => {
            Err(RecipeFault::new("recipe-nothing-found", "there is no source file in a language known here"))
        }
        many => Err(RecipeFault::parameter(
            "language",
            format!("is missing, and the files are in more than one: {}", quoted(many)),
        )
        .hint("set it, or name by `paths` the files that are meant")),
    }
}

fn spoken(path: &RepoPath) -> Option<&'static str> {
    let name = path.as_str().rsplit('/').next().unwrap_or_default();
    Some(match name.rsplit_once('.')?.1 {
        "rs" => "rust",
        "py" | "pyi" => "python",
        "ts" | "mts" | "cts" => "typescript",
        "tsx" => "tsx",
        "js" | "jsx" | "mjs" | "cjs" => "javascript",
        "go" => "go",
        "java" => "java",
        "c" => "c",
        "cc" | "cpp" | "cxx" | "hh" | "hpp" | "hxx" | "h" => "cpp",
        "cs" => "c-sharp",
        "rb" => "ruby",
        "php" => "php",
        _ => return None,
    })
}
