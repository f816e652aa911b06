//! Compose files: YAML as a tree of values that know where they stand.

mod yaml;

use finding::Span;

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) value: Value,
}

/// What a file can hold.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// A scalar as it was written, without its quotes.
    Scalar {
        text: String,
        quoted: bool,
    },
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key and what it holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_span: Span,
    pub(crate) node: Node,
}

/// A key that stands twice in one map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Twice {
    pub(crate) key: String,
    pub(crate) span: Span,
}

/// A compose file that was read.
#[derive(Debug)]
pub(crate) struct Compose {
    pub(crate) root: Node,
    pub(crate) twice: Vec<Twice>,
}

impl Node {
    fn new(span: Span, value: Value) -> Self {
        Self { span, value }
    }

    fn scalar(span: Span, text: impl Into<String>, quoted: bool) -> Self {
        Self { span, value: Value::Scalar { text: text.into(), quoted } }
    }

    /// What a key holds; of twins the last, as the tools have it.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().rev().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    pub(crate) fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    fn children(&self) -> impl Iterator<Item = &Node> {
        self.items().iter().chain(self.entries().iter().map(|entry| &entry.node))
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    pub(crate) fn key_text(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Node::text)
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, quoted: false } if matches!(text.as_str(), "" | "~" | "null"))
    }
}

/// Reads a compose file; one that no tool would begin with is refused.
pub(crate) fn parse(text: &str) -> Result<Compose, String> {
    let documents = yaml::parse(text)?;
    let twice = documents.twice;
    let mut roots = documents.roots.into_iter().filter(|root| !root.is_null());
    let Some(root) = roots.next() else { return Err("an empty compose file".to_owned()) };
    if roots.next().is_some() {
        return Err("more than one document in a compose file".to_owned());
    }
    if !matches!(root.value, Value::Map(_)) {
        return Err("a compose file that is no map".to_owned());
    }
    let known = ["services", "include", "volumes", "networks", "secrets", "configs", "models"];
    let old =
        |root: &Node| root.children().any(|node| node.get("image").is_some() || node.get("build").is_some());
    if !known.iter().any(|key| root.get(key).is_some()) && !old(&root) {
        return Err("a compose file without `services`".to_owned());
    }
    Ok(Compose { root, twice })
}
