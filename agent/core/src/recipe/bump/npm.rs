//! package.json.

use agent_contract::{RepoPath, fault::shown};

use super::{
    Bump,
    edits::Edits,
    json::Json,
    requirement::{Signs, wanted},
};
use crate::recipe::{RecipeFault, answer::Span};

pub(super) const TABLES: [&str; 4] =
    ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];

/// Goes through a manifest.
pub(super) fn manifest(
    bump: &Bump,
    path: &RepoPath,
    text: &str,
    edits: &mut Edits,
) -> Result<(), RecipeFault> {
    let quoted = format!("\"{}\"", bump.package);
    if !text.contains(&quoted) {
        return Ok(());
    }
    let document = Json::parse(text, &format!("`{path}`"))?;
    for (there, span) in requirements(bump, &document) {
        match is_place(there) {
            true => edits.leave(path, &format!("it takes `{}` from `{}`", bump.package, shown(there))),
            false => {
                let wanted = wanted(bump, there, Signs::NPM, &format!("`{path}`"))?;
                // A version without a sign is that one and no other.
                edits.is_exact |= !wanted.text(there).starts_with(['^', '>']);
                edits.require(path, there, span, wanted);
            }
        }
    }
    for table in ["overrides", "resolutions"] {
        if document.get(table).is_some_and(|table| table.get(&bump.package).is_some()) {
            edits.warn(format!("`{path}` has `{}` under `{table}` too; that is left as it is", bump.package));
        }
    }
    Ok(())
}

/// What the tables of a manifest, or its copy in a lock file, ask for.
pub(super) fn requirements<'a>(bump: &Bump, owner: &'a Json) -> Vec<(&'a str, Span)> {
    let asked = |table: &&str| owner.get(table)?.get(&bump.package)?.text();
    TABLES.iter().filter_map(asked).collect()
}

/// A place, an alias or a member of the workspace instead of a version.
pub(super) fn is_place(requirement: &str) -> bool {
    requirement.contains([':', '/'])
}
