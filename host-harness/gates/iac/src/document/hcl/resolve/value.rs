//! Works an expression out, as far as literals and locals go.

use std::cell::Cell;

use super::{
    super::{
        super::{Node, Value},
        cursor::Cursor,
        expression::{self, Newline},
        text,
    },
    Locals,
};

const DEPTH_MAX: usize = 16;
/// No honest text that is put together is longer.
const TEXT_BYTES_MAX: usize = 16 << 10;

/// The values, and pieces of text, that locals may add: enough for any honest module, too few for
/// a bomb.
pub(super) const COPIES_MAX: usize = 100_000;
/// So much text weighs as much as a value.
const PIECE_BYTES: usize = 64;

pub(super) struct Evaluator<'l> {
    locals: &'l Locals,
    left: Cell<usize>,
}

impl<'l> Evaluator<'l> {
    pub(super) fn new(locals: &'l Locals, left: usize) -> Self {
        Self { locals, left: Cell::new(left) }
    }

    /// What may still be added.
    pub(super) fn left(&self) -> usize {
        self.left.get()
    }

    /// Takes from what may be added; nothing is told any more once that is used up.
    fn take(&self, weight: usize) -> Option<()> {
        let left = self.left.get().checked_sub(weight);
        self.left.set(left.unwrap_or(0));
        left.map(drop)
    }
    /// What an expression, or a text with a template in it, comes to.
    pub(super) fn told(&self, node: &Node) -> Option<Node> {
        let source = node.text()?;
        self.take(1 + source.len() / PIECE_BYTES)?;
        if matches!(node.value, Value::Template(_)) { self.template(source, 0) } else { self.whole(source) }
    }

    fn whole(&self, source: &str) -> Option<Node> {
        let mut cursor = Cursor::new(source);
        let node = self.expression(&mut cursor, 0)?;
        cursor.skip_blank_lines().ok()?;
        cursor.peek().is_none().then_some(node)
    }

    fn expression(&self, cursor: &mut Cursor<'_>, depth: usize) -> Option<Node> {
        if depth > DEPTH_MAX {
            return None;
        }
        cursor.skip_blank_lines().ok()?;
        match cursor.peek()? {
            b'"' => {
                let node = text::quoted(cursor, 0).ok()?;
                if node.is_expression() { self.template(node.text()?, depth + 1) } else { Some(node) }
            }
            b'(' => {
                cursor.advance(1);
                let node = self.expression(cursor, depth + 1)?;
                cursor.skip_blank_lines().ok()?;
                cursor.take(")").then_some(node)
            }
            b'[' => self.list(cursor, depth),
            b'0'..=b'9' | b'-' => {
                let node = expression::parse(cursor, Newline::Space, 0).ok()?;
                (!node.is_expression()).then_some(node)
            }
            _ => self.name(cursor, depth),
        }
    }

    fn list(&self, cursor: &mut Cursor<'_>, depth: usize) -> Option<Node> {
        let start = cursor.at();
        cursor.advance(1);
        let items = self.members(cursor, "]", depth)?;
        Some(Node::new(cursor.span(start), Value::List(items)))
    }

    fn members(&self, cursor: &mut Cursor<'_>, close: &str, depth: usize) -> Option<Vec<Node>> {
        let mut members = Vec::new();
        loop {
            cursor.skip_blank_lines().ok()?;
            if cursor.take(close) {
                return Some(members);
            }
            members.push(self.expression(cursor, depth + 1)?);
            cursor.skip_blank_lines().ok()?;
            if !cursor.take(",") && !cursor.starts_with(close) {
                return None;
            }
        }
    }

    fn name(&self, cursor: &mut Cursor<'_>, depth: usize) -> Option<Node> {
        let start = cursor.at();
        let name = cursor.identifier()?;
        if cursor.take("(") {
            let given = self.members(cursor, ")", depth)?;
            let text = call(name, &given)?;
            self.take(text.len() / PIECE_BYTES)?;
            return (text.len() <= TEXT_BYTES_MAX).then(|| Node::scalar(cursor.span(start), text, true));
        }
        match name {
            "true" | "false" | "null" => Some(Node::scalar(cursor.span(start), name, false)),
            "local" => self.local(cursor, depth),
            _ => None,
        }
    }

    fn local(&self, cursor: &mut Cursor<'_>, depth: usize) -> Option<Node> {
        cursor.take(".").then_some(())?;
        let mut node = self.locals.get(cursor.identifier()?)?;
        loop {
            if cursor.take("[") {
                let key = self.expression(cursor, depth + 1)?;
                cursor.skip_blank_lines().ok()?;
                cursor.take("]").then_some(())?;
                node = part(node, scalar(&key)?)?;
            } else if cursor.peek() == Some(b'.') && !cursor.starts_with("...") {
                cursor.advance(1);
                node = part(node, cursor.identifier()?)?;
            } else {
                self.take(weight(node))?;
                return Some(node.clone());
            }
        }
    }

    /// The text with each `${ }` in it put in; that of a single one is what it gives.
    fn template(&self, source: &str, depth: usize) -> Option<Node> {
        let mut cursor = Cursor::new(source);
        let mut out = String::new();
        while cursor.peek().is_some() {
            if cursor.take("$${") {
                out.push_str("${");
            } else if cursor.take("%%{") {
                out.push_str("%{");
            } else if cursor.starts_with("%{") {
                return None;
            } else if cursor.starts_with("${") {
                let alone = cursor.at() == 0;
                let node = self.placed_in(&mut cursor, depth)?;
                if alone && cursor.peek().is_none() {
                    return Some(node);
                }
                out.push_str(scalar(&node)?);
            } else {
                let rest = cursor.rest();
                let next = rest.char_indices().skip(1).find(|(_, c)| matches!(c, '$' | '%'));
                let end = next.map_or(rest.len(), |(at, _)| at);
                out.push_str(rest.get(..end)?);
                cursor.advance(end);
            }
            if out.len() > TEXT_BYTES_MAX {
                return None;
            }
        }
        self.take(out.len() / PIECE_BYTES)?;
        Some(Node::scalar(cursor.span(0), out, true))
    }

    fn placed_in(&self, cursor: &mut Cursor<'_>, depth: usize) -> Option<Node> {
        cursor.advance(2);
        cursor.take("~");
        let node = self.expression(cursor, depth + 1)?;
        cursor.skip_blank_lines().ok()?;
        cursor.take("~");
        cursor.take("}").then_some(node)
    }
}

fn weight(node: &Node) -> usize {
    1 + node.text().map_or(0, str::len) / PIECE_BYTES + node.children().map(weight).sum::<usize>()
}

fn part<'d>(node: &'d Node, key: &str) -> Option<&'d Node> {
    match &node.value {
        Value::Map(_) => node.get(key),
        Value::List(items) => items.get(key.parse::<usize>().ok()?),
        _ => None,
    }
}

fn scalar(node: &Node) -> Option<&str> {
    node.text().filter(|_| !node.is_expression() && !node.is_null())
}

fn call(name: &str, given: &[Node]) -> Option<String> {
    match (name, given) {
        ("format", [form, values @ ..]) => format(scalar(form)?, values),
        ("join", [between, list]) => {
            let texts: Option<Vec<_>> = list.items().iter().map(scalar).collect();
            let is_list = matches!(list.value, Value::List(_));
            texts.filter(|_| is_list).map(|texts| Some(texts.join(scalar(between)?)))?
        }
        ("lower", [text]) => Some(scalar(text)?.to_lowercase()),
        ("upper", [text]) => Some(scalar(text)?.to_uppercase()),
        ("trimspace", [text]) => Some(scalar(text)?.trim().to_owned()),
        ("tostring", [text]) => Some(scalar(text)?.to_owned()),
        _ => None,
    }
}

/// `%s`, `%v`, `%d` and `%%`; what has a width or another verb is left to Terraform.
fn format(form: &str, values: &[Node]) -> Option<String> {
    let mut values = values.iter();
    let mut out = String::new();
    let mut rest = form;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let verb = after.chars().next()?;
        match verb {
            '%' => out.push('%'),
            's' | 'v' | 'd' => out.push_str(scalar(values.next()?)?),
            _ => return None,
        }
        rest = &after[1..];
    }
    out.push_str(rest);
    values.next().is_none().then_some(out)
}
