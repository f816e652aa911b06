use finding::Span;

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub value: Value,
}

/// What a file can hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A scalar as it was written, without its quotes.
    Scalar {
        /// What it says.
        text: String,
        /// Whether it stood in quotes.
        quoted: bool,
    },
    /// What only the tool itself can work out: a reference, a call.
    Expression(String),
    /// A text with places in it that only the tool itself can fill.
    Template(String),
    /// Values in order.
    List(Vec<Node>),
    /// Keys and values in order.
    Map(Vec<Entry>),
}

/// A key and what it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub key_span: Span,
    /// What it holds.
    pub node: Node,
}

/// A key that stands twice in one map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twice {
    /// The key.
    pub key: String,
    /// Where it stands the second time.
    pub span: Span,
}

impl Node {
    /// A value at a place.
    pub fn new(span: Span, value: Value) -> Self {
        Self { span, value }
    }

    /// A scalar at a place.
    pub fn scalar(span: Span, text: impl Into<String>, quoted: bool) -> Self {
        Self { span, value: Value::Scalar { text: text.into(), quoted } }
    }

    /// What a key holds; of twins the last, as the tools have it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().rev().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    /// What a way of plain keys leads to.
    pub fn at(&self, keys: &[&str]) -> Option<&Node> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// What a map holds; nothing where it is none.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// What a list holds; nothing where it is none.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// Every value directly below.
    pub fn children(&self) -> impl Iterator<Item = &Node> {
        self.items().iter().chain(self.entries().iter().map(|entry| &entry.node))
    }

    /// Every value directly below, to be changed.
    pub fn children_mut(&mut self) -> Box<dyn Iterator<Item = &mut Node> + '_> {
        match &mut self.value {
            Value::List(items) => Box::new(items.iter_mut()),
            Value::Map(entries) => Box::new(entries.iter_mut().map(|entry| &mut entry.node)),
            _ => Box::new(std::iter::empty()),
        }
    }

    /// How many values it is made of, itself included.
    pub fn size(&self) -> usize {
        1 + self.children().map(Node::size).sum::<usize>()
    }

    /// The text of a scalar, or the source of what only the tool can work out.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } | Value::Expression(text) | Value::Template(text) => Some(text),
            _ => None,
        }
    }

    /// The text that a key holds.
    pub fn key_text(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Node::text)
    }

    /// Whether only the tool itself can work it out.
    pub fn is_expression(&self) -> bool {
        matches!(self.value, Value::Expression(_) | Value::Template(_))
    }

    /// Whether it says that there is nothing.
    pub fn is_null(&self) -> bool {
        match &self.value {
            Value::Scalar { text, quoted: false } => {
                matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL")
            }
            _ => false,
        }
    }
}
