//! Compose files.

mod extends;

pub(crate) use yaml::{Entry, Node, Twice, Value};

/// A compose file that was read.
#[derive(Debug)]
pub(crate) struct Compose {
    pub(crate) root: Node,
    pub(crate) twice: Vec<Twice>,
}

/// Reads a compose file; one that no tool would begin with is refused.
pub(crate) fn parse(text: &str) -> Result<Compose, String> {
    let documents = yaml::parse(text)?;
    let twice = documents.twice;
    let mut roots = documents.roots.into_iter().filter(|root| !root.is_null());
    let Some(mut root) = roots.next() else { return Err("is an empty compose file".to_owned()) };
    if roots.next().is_some() {
        return Err("has more than one document, where a compose file has one".to_owned());
    }
    if !matches!(root.value, Value::Map(_)) {
        return Err("is a compose file that is no map".to_owned());
    }
    let known = ["services", "include", "volumes", "networks", "secrets", "configs", "models"];
    let old =
        |root: &Node| root.children().any(|node| node.get("image").is_some() || node.get("build").is_some());
    if !known.iter().any(|key| root.get(key).is_some()) && !old(&root) {
        return Err("is a compose file without `services`".to_owned());
    }
    extends::follow(&mut root)?;
    Ok(Compose { root, twice })
}
