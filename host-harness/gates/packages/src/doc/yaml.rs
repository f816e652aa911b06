use std::collections::BTreeMap;

use granit_parser::{Event, Parser, ScalarStyle};

use super::{DEPTH_MAX, Node, Value, fault, lines::number};

/// Reads YAML of one document. Aliases are refused: no lock file has them, and they can make
/// a small text into a large value.
pub(crate) fn yaml(text: &str) -> Result<Node, String> {
    let mut open = Vec::new();
    let mut whole = None;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| fault(error.marker().line(), error.info()))?;
        let line = number(span.start.line());
        let node = match event {
            Event::Scalar(text, style, ..) => Node { line, value: scalar(text.into_owned(), style) },
            Event::SequenceStart(..) => {
                open.push(Open { line, key: None, held: Held::List(Vec::new()) });
                continue;
            }
            Event::MappingStart(..) => {
                open.push(Open { line, key: None, held: Held::Table(BTreeMap::new()) });
                if open.len() > DEPTH_MAX {
                    return Err(fault(line, "it is nested too deeply"));
                }
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(done) => done.node(),
                None => continue,
            },
            Event::Alias(..) | Event::UnresolvedAlias(..) => return Err(fault(line, "it has an alias")),
            Event::DocumentStart(..) if whole.is_some() => {
                return Err(fault(line, "it has a second document"));
            }
            _ => continue,
        };
        match open.last_mut() {
            Some(parent) => parent.take(node)?,
            None => whole = Some(node),
        }
    }
    whole.ok_or_else(|| "it holds no value".to_owned())
}

struct Open {
    line: u32,
    key: Option<(String, u32)>,
    held: Held,
}

enum Held {
    List(Vec<Node>),
    Table(BTreeMap<String, Node>),
}

impl Open {
    fn take(&mut self, node: Node) -> Result<(), String> {
        match (&mut self.held, self.key.take()) {
            (Held::List(items), _) => {
                if items.len() > 1 << 20 {
                    return Err(fault(node.line, "it has too long a list"));
                }
                items.push(node);
            }
            (Held::Table(_), None) => {
                let line = node.line;
                let key = node.owned().ok_or_else(|| fault(line, "it has a key that is not text"))?;
                self.key = Some((key, line));
            }
            (Held::Table(table), Some((key, line))) => {
                if table.contains_key(&key) {
                    return Err(fault(line, format!("it has the key `{key}` twice")));
                }
                table.insert(key, Node { line, ..node });
            }
        }
        Ok(())
    }

    fn node(self) -> Node {
        let value = match self.held {
            Held::List(items) => Value::List(items),
            Held::Table(table) => Value::Table(table),
        };
        Node { line: self.line, value }
    }
}

fn scalar(text: String, style: ScalarStyle) -> Value {
    match text.as_str() {
        "" | "~" | "null" if style == ScalarStyle::Plain => Value::Nothing,
        "true" if style == ScalarStyle::Plain => Value::Truth(true),
        "false" if style == ScalarStyle::Plain => Value::Truth(false),
        _ => Value::Text(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_know_the_lines_of_their_keys() {
        let read = yaml("a:\n  b: 1.0\n  '@c/d@1':\n    dev: true\n    e: {f: g}\nl: [x, y]\n").unwrap();
        assert_eq!(read.at("a").at("b").text(), Some("1.0"));
        assert_eq!(read.at("a").at("@c/d@1").line, 3);
        assert!(read.at("a").at("@c/d@1").at("dev").is_true());
        assert_eq!(read.at("a").at("@c/d@1").at("e").at("f").text(), Some("g"));
        assert_eq!(read.at("l").texts().collect::<Vec<_>>(), ["x", "y"]);
    }

    #[test]
    fn bombs_and_broken_texts_are_refused() {
        for text in ["", "a: &x 1\nb: *x\n", "a: 1\na: 2\n", "a: [", "? [x]\n: 1\n", "a: 1\n---\nb: 2\n"] {
            assert!(yaml(text).is_err(), "{text}");
        }
        assert!(yaml(&"[".repeat(100_000)).is_err());
        assert!(yaml(&"{a: ".repeat(100_000)).is_err());
        assert!(yaml(&"- ".repeat(100_000)).is_err());
    }
}
