//! Which files are for this gate, told by their names.

use agent_contract::RepoPath;
use serde::Deserialize;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Family {
    Dockerfile,
    Compose,
}

/// How much a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Promise {
    /// It can only be this.
    Certain(Family),
    /// It may be a file of another kind, or a template, that bears the name.
    Perhaps(Family),
}

pub(crate) const FOREIGN: &str = "neither a container file nor a compose file";
pub(crate) const TEMPLATE: &str = "a template of a container file that only its own tool can fill in";

/// Endings that other kinds of files have; `Dockerfile.go` may be a Go file or build one.
const OTHER_ENDINGS: &[&str] = &[
    "md", "txt", "rst", "rs", "py", "go", "js", "ts", "rb", "java", "html", "sh", "ps1", "json", "yml",
    "yaml", "toml", "xml", "pyc", "vim", "lua", "el", "c", "h", "cs", "kt", "scala", "svg", "png", "css",
    "log", "j2", "jinja", "jinja2", "tmpl", "tpl", "template", "erb", "in", "mustache", "hbs", "m4", "ejs",
];

/// What a file promises by its name, or why it is not for this gate.
pub(crate) fn promise(path: &RepoPath) -> Result<Promise, &'static str> {
    let name = path.components().next_back().unwrap_or("").to_ascii_lowercase();
    if let Some(stem) = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"))
        && is_compose(stem)
    {
        return Ok(Promise::Certain(Family::Compose));
    }
    if name.ends_with(".dockerignore") || name.ends_with(".containerignore") {
        return Err(FOREIGN);
    }
    if [".dockerfile", ".containerfile"].iter().any(|end| name.ends_with(end)) {
        return Ok(Promise::Certain(Family::Dockerfile));
    }
    let rest = ["dockerfile", "containerfile"].iter().find_map(|start| name.strip_prefix(start));
    match rest {
        Some("") => Ok(Promise::Certain(Family::Dockerfile)),
        Some(rest) if rest.starts_with(['.', '-', '_']) => {
            let ending = rest.rsplit('.').next().unwrap_or("");
            let other = rest.contains('.') && OTHER_ENDINGS.contains(&ending);
            let kind = if other { Promise::Perhaps } else { Promise::Certain };
            Ok(kind(Family::Dockerfile))
        }
        _ => Err(FOREIGN),
    }
}

/// Whether a name is one of a compose file.
pub(crate) fn is_compose_file(path: &RepoPath) -> bool {
    promise(path) == Ok(Promise::Certain(Family::Compose))
}

/// Whether a name says that a tool fills the file in.
pub(crate) fn is_template(path: &RepoPath) -> bool {
    let name = path.components().next_back().unwrap_or("").to_ascii_lowercase();
    ["template", "tmpl", "tpl", "j2", "jinja", "jinja2", "erb", "mustache"]
        .iter()
        .any(|end| name.rsplit('.').next() == Some(end))
}

fn is_compose(stem: &str) -> bool {
    ["docker-compose", "compose", "podman-compose"].iter().any(|name| {
        stem.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart() {
        let of = |name: &str| promise(&RepoPath::parse(name).unwrap());
        let (docker, compose) = (Family::Dockerfile, Family::Compose);
        for name in ["Dockerfile", "a/Dockerfile.dev", "x.Dockerfile", "Containerfile", "dockerfile-alpine"] {
            assert_eq!(of(name), Ok(Promise::Certain(docker)), "{name}");
        }
        for name in ["Dockerfile.go", "Dockerfile.j2", "Dockerfile-x.template"] {
            assert_eq!(of(name), Ok(Promise::Perhaps(docker)), "{name}");
        }
        for name in ["compose.yml", "docker-compose.prod.yaml", "docker-compose-dev.yml"] {
            assert_eq!(of(name), Ok(Promise::Certain(compose)), "{name}");
        }
        for name in
            ["Dockerfile.dockerignore", "dockerfiles.rs", "dockerfile/x.rs", "compose.rs", "composer.yml"]
        {
            assert_eq!(of(name), Err(FOREIGN), "{name}");
        }
    }
}
