//! Aliases and merge keys are followed as far as a bound goes.

use std::collections::{HashMap, HashSet};

use finding::Span;
use granit_parser::{Event, Options, Parser, Span as Place};

use crate::{Entry, Node, Twice, Value};

/// The nodes that aliases may add to a file: enough for any honest one, too few for a bomb.
const COPIES_MAX: usize = 100_000;
const NESTING_MAX: usize = 100;
/// A key is looked for this far: JSON files of generators have long lines.
const KEY_BYTES_MAX: usize = 4096;

/// The documents of a file.
#[derive(Debug, Default)]
pub struct Documents {
    /// What each of them holds.
    pub roots: Vec<Node>,
    /// Keys that stand twice in one map, in any of them.
    pub twice: Vec<Twice>,
}

/// Reads every document of a text.
pub fn parse(text: &str) -> Result<Documents, String> {
    let mut builder = Builder::default();
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.flow_nesting_limit = NESTING_MAX;
    options.block_nesting_limit = NESTING_MAX;
    options.simple_key_max_lookahead = KEY_BYTES_MAX;
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, place) = event.map_err(|error| format!("is not YAML: {error}"))?;
        builder.take(event, span(&place))?;
    }
    Ok(builder.documents)
}

fn span(place: &Place) -> Span {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Span {
        line: number(place.start.line()),
        column: number(place.start.col()).saturating_add(1),
        end_line: number(place.end.line()),
        end_column: number(place.end.col()).saturating_add(1),
    }
}

/// A collection whose end has not come yet.
struct Open {
    span: Span,
    anchor: usize,
    list: bool,
    items: Vec<Node>,
    entries: Vec<Entry>,
    key: Option<Node>,
}

#[derive(Default)]
struct Builder {
    documents: Documents,
    open: Vec<Open>,
    anchors: HashMap<usize, (Node, usize)>,
    copies: usize,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), String> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let quoted = style != granit_parser::ScalarStyle::Plain;
                self.put(Node::scalar(span, text.into_owned(), quoted), anchor);
            }
            Event::SequenceStart(_, anchor, _) => self.begin(span, anchor, true),
            Event::MappingStart(_, anchor, _) => self.begin(span, anchor, false),
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Alias(id) => self.copy(id, span)?,
            Event::DocumentEnd => self.anchors.clear(),
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, span: Span, anchor: usize, list: bool) {
        let open = Open { span, anchor, list, items: Vec::new(), entries: Vec::new(), key: None };
        self.open.push(open);
    }

    fn end(&mut self, span: Span) {
        let Some(open) = self.open.pop() else { return };
        let anchor = open.anchor;
        let span = Span { end_line: span.end_line, end_column: span.end_column, ..open.span };
        let value = if open.list { Value::List(open.items) } else { Value::Map(merged(open.entries)) };
        self.put(Node::new(span, value), anchor);
    }

    fn put(&mut self, node: Node, anchor: usize) {
        if anchor != 0 {
            let size = node.size();
            self.copies += size;
            self.anchors.insert(anchor, (node.clone(), size));
        }
        let Some(open) = self.open.last_mut() else { return self.documents.roots.push(node) };
        if open.list {
            return open.items.push(node);
        }
        let Some(key) = open.key.take() else {
            open.key = Some(node);
            return;
        };
        let text = key.text().unwrap_or("").to_owned();
        open.entries.push(Entry { key: text, key_span: key.span, node });
        self.tell_twin();
    }

    /// An anchored node that lies in an anchored node is counted with each: quadratic files end here.
    fn copy(&mut self, id: usize, span: Span) -> Result<(), String> {
        let Some((node, size)) = self.anchors.get(&id) else {
            return Err(format!("has an alias on line {} that stands inside what it names", span.line));
        };
        self.copies += size;
        if self.copies > COPIES_MAX {
            return Err(format!(
                "is too much: aliases repeat more than {COPIES_MAX} values, on line {}",
                span.line
            ));
        }
        let node = node.clone();
        self.put(node, 0);
        Ok(())
    }

    fn tell_twin(&mut self) {
        let Some(open) = self.open.last() else { return };
        let Some((last, before)) = open.entries.split_last() else { return };
        // Looking back over a long map at every key would be quadratic.
        let window = &before[before.len().saturating_sub(256)..];
        if last.key != "<<" && !last.key.is_empty() && window.iter().any(|entry| entry.key == last.key) {
            self.documents.twice.push(Twice { key: last.key.clone(), span: last.key_span });
        }
    }
}

/// Follows `<<`: what is merged in gives way to what is written out.
fn merged(entries: Vec<Entry>) -> Vec<Entry> {
    if entries.iter().all(|entry| entry.key != "<<") {
        return entries;
    }
    let (merges, mut own): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| entry.key == "<<");
    let mut keys: HashSet<String> = own.iter().map(|entry| entry.key.clone()).collect();
    for merge in merges {
        let maps = if let Value::List(items) = merge.node.value { items } else { vec![merge.node] };
        for map in maps {
            let Value::Map(entries) = map.value else { continue };
            for entry in entries {
                if keys.insert(entry.key.clone()) {
                    own.push(entry);
                }
            }
        }
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Node {
        parse(text).unwrap().roots.remove(0)
    }

    #[test]
    fn values_know_their_lines() {
        let node = one("a: 1\nb:\n  - x\n  - yé: 'z'\n");
        let deep = node.get("b").unwrap().items()[1].get("yé").unwrap();
        assert_eq!((deep.text(), deep.span.line, deep.span.column), (Some("z"), 4, 9));
    }

    #[test]
    fn merge_keys_give_way_to_what_is_written_out() {
        let node = one("base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\n");
        let used = node.get("use").unwrap();
        assert_eq!((used.key_text("x"), used.key_text("y")), (Some("1"), Some("3")));
    }

    #[test]
    fn json_with_tabs_is_read() {
        let node = one("{\n\t\"kind\": \"Pod\",\n\t\"list\": [\n\t\t1,\n\t\t2\n\t]\n}\n");
        assert_eq!(node.key_text("kind"), Some("Pod"));
    }

    #[test]
    fn twins_are_told() {
        assert_eq!(parse("a: 1\nb: 2\na: 3\n").unwrap().twice[0].key, "a");
    }

    #[test]
    fn a_bomb_is_refused() {
        let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
        for level in 1..12 {
            let refs = vec![format!("*a{}", level - 1); 9].join(",");
            bomb += &format!("a{level}: &a{level} [{refs}]\n");
        }
        assert!(parse(&bomb).unwrap_err().contains("aliases repeat"));
    }

    #[test]
    fn depth_is_bounded() {
        assert!(parse(&"[".repeat(100_000)).is_err());
        assert!(parse(&"- ".repeat(100_000)).is_err());
        assert!(parse("a: *nothing\n").is_err());
    }
}
