//! Scopes only ever get narrower.

use agent_contract::{CapabilityName, Refusal, RepoPath, capability::Scope};

use crate::Code;

/// The part of `asked` that lies within `allowed`.
pub(crate) fn narrow(name: CapabilityName, asked: &Scope, allowed: Scope) -> Result<Scope, Refusal> {
    Ok(Scope {
        paths: narrow_paths(name, asked.paths.as_deref(), allowed.paths)?,
        checks: narrow_names(asked.checks.as_deref(), allowed.checks),
        bindings: narrow_names(asked.bindings.as_deref(), allowed.bindings),
        uses: least(asked.uses, allowed.uses),
        bytes: least(asked.bytes, allowed.bytes),
        seconds: least(asked.seconds, allowed.seconds),
    })
}

fn least(asked: Option<u64>, allowed: Option<u64>) -> Option<u64> {
    match (asked, allowed) {
        (Some(asked), Some(allowed)) => Some(asked.min(allowed)),
        (one, other) => one.or(other),
    }
}

fn narrow_names(asked: Option<&[String]>, allowed: Option<Vec<String>>) -> Option<Vec<String>> {
    match (asked, allowed) {
        (Some(asked), Some(allowed)) => {
            Some(allowed.into_iter().filter(|name| asked.contains(name)).collect())
        }
        (Some(asked), None) => Some(asked.to_vec()),
        (None, allowed) => allowed,
    }
}

fn narrow_paths(
    name: CapabilityName,
    asked: Option<&[RepoPath]>,
    allowed: Option<Vec<RepoPath>>,
) -> Result<Option<Vec<RepoPath>>, Refusal> {
    let (Some(asked), Some(allowed)) = (asked, &allowed) else {
        return Ok(asked.map(<[_]>::to_vec).or(allowed));
    };
    let within = |path: &RepoPath, folders: &[RepoPath]| folders.iter().any(|folder| path.is_within(folder));
    let inside = asked.iter().filter(|path| within(path, allowed));
    let around = allowed.iter().filter(|path| within(path, asked) && !asked.contains(path));
    let both: Vec<_> = inside.chain(around).cloned().collect();
    match (both.is_empty(), asked.first()) {
        (true, Some(first)) => Err(outside(
            format!("`{name}` was asked for `{first}`, which is outside the paths that are allowed"),
            Some(format!(
                "\"capabilities\": [{{ \"capability\": \"{name}\", \"scope\": {{ \"paths\": [\"{first}\"] }} }}]"
            )),
        )),
        _ => Ok(Some(both)),
    }
}

fn outside(message: String, grant: Option<String>) -> Refusal {
    Refusal { code: Code::ScopePath.to_string(), message, grant }
}
