//! What a file is, told from its name first and from what it holds then.

use agent_contract::RepoPath;
use serde::Deserialize;

use crate::document::Node;

/// What a set of rules is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Family {
    Kubernetes,
    Helm,
    Terraform,
    Actions,
}

/// What a name promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Promise {
    /// A workflow, an action or the settings of Dependabot.
    Actions,
    /// Values of a chart, or the chart's own file.
    Helm,
    /// Terraform in its own syntax.
    Hcl,
    /// Terraform as JSON.
    TerraformJson,
    /// It may hold objects of Kubernetes.
    Perhaps,
}

pub(crate) const FOREIGN: &str = "not a file of infrastructure or configuration";
pub(crate) const UNKNOWN: &str = "not of a kind that this gate knows";
pub(crate) const COMPOSE: &str = "a compose file is for the container gate";

/// What a file promises by its name, or why it is not for this gate.
pub(crate) fn promise(path: &RepoPath) -> Result<Promise, &'static str> {
    if !may_be_ours(path.as_str()) {
        return Err(FOREIGN);
    }
    let name = path.components().next_back().unwrap_or("").to_ascii_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    if ends(&[".tf", ".tofu", ".tfvars"]) {
        return Ok(Promise::Hcl);
    }
    if ends(&[".tf.json", ".tofu.json", ".tfvars.json"]) {
        return Ok(Promise::TerraformJson);
    }
    if ends(&[".json"]) {
        return Ok(Promise::Perhaps);
    }
    if !ends(&[".yml", ".yaml"]) {
        return Err(FOREIGN);
    }
    let stem = name.rsplit_once('.').map_or("", |(stem, _)| stem);
    if is_compose(stem) {
        return Err(COMPOSE);
    }
    Ok(yaml(path, stem))
}

/// Most files of a tree end in something else; this tells so without a copy of the name.
fn may_be_ours(path: &str) -> bool {
    let endings = [".tf", ".tofu", ".tfvars", ".json", ".yml", ".yaml"];
    let ends = |ending: &str| {
        let at = path.len().wrapping_sub(ending.len());
        path.as_bytes().get(at..).is_some_and(|end| end.eq_ignore_ascii_case(ending.as_bytes()))
    };
    endings.iter().any(|ending| ends(ending))
}

fn is_compose(stem: &str) -> bool {
    let names = ["docker-compose", "compose", "podman-compose"];
    names
        .iter()
        .any(|name| stem.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
}

fn yaml(path: &RepoPath, stem: &str) -> Promise {
    let folders: Vec<&str> = path.components().rev().skip(1).collect();
    let workflow = folders.first() == Some(&"workflows") && folders.get(1) == Some(&".github");
    if workflow || stem == "action" || (stem == "dependabot" && folders.first() == Some(&".github")) {
        return Promise::Actions;
    }
    let values =
        stem.strip_prefix("values").is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '.', '_']))
            || stem.ends_with(".values")
            || stem.ends_with("-values");
    if values || stem == "chart" { Promise::Helm } else { Promise::Perhaps }
}

/// Whether a text that can't be read was meant for Kubernetes.
pub(crate) fn looks_like_kubernetes(text: &str) -> bool {
    let has = |key: &str| {
        text.lines().any(|line| {
            let bare = line.trim_start_matches([' ', '\t', '-', '"', '\'', '{']);
            bare.strip_prefix(key)
                .is_some_and(|rest| rest.trim_start_matches(['"', '\'', ' ']).starts_with(':'))
        })
    };
    has("apiVersion") && has("kind")
}

/// Whether a document is an object of Kubernetes.
pub(crate) fn is_kubernetes(root: &Node) -> bool {
    root.get("apiVersion").is_some() && root.get("kind").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_files_promise() {
        let table = [
            ("a/.github/workflows/ci.yml", Ok(Promise::Actions)),
            ("x/action.yaml", Ok(Promise::Actions)),
            ("infra/main.tf", Ok(Promise::Hcl)),
            ("infra/x.tf.json", Ok(Promise::TerraformJson)),
            ("chart/values-prod.yaml", Ok(Promise::Helm)),
            ("k8s/pod.yaml", Ok(Promise::Perhaps)),
            ("compose.yaml", Err(COMPOSE)),
            ("docker-compose.dev.yml", Err(COMPOSE)),
            ("src/main.rs", Err(FOREIGN)),
        ];
        for (path, expected) in table {
            assert_eq!(promise(&RepoPath::parse(path).unwrap()), expected, "{path}");
        }
    }
}
