//! Expressions: what is written out is read, what has to be worked out is kept as source.

use super::{
    Entry, NESTING_MAX, Node, Value,
    cursor::Cursor,
    text::{heredoc, quoted},
};

/// What the end of a line means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Newline {
    Ends,
    Space,
}

const OPERATORS: &[&str] = &["==", "!=", "<=", ">=", "&&", "||", "+", "-", "*", "/", "%", "<", ">"];
/// Calls that give back what they are given, in another form.
const TRANSPARENT: &[&str] =
    &["jsonencode", "yamlencode", "toset", "tolist", "tomap", "tostring", "tobool", "tonumber", "sensitive"];

pub(super) fn parse(cursor: &mut Cursor<'_>, newline: Newline, depth: usize) -> Result<Node, String> {
    if depth > NESTING_MAX {
        return Err(cursor.fault("is nested too deep"));
    }
    skip(cursor, newline)?;
    let start = cursor.at();
    let mut node = operand(cursor, newline, depth)?;
    loop {
        let end = cursor.at();
        skip(cursor, newline)?;
        if let Some(operator) = OPERATORS.iter().find(|operator| cursor.starts_with(operator)) {
            cursor.advance(operator.len());
            skip(cursor, newline)?;
            operand(cursor, newline, depth)?;
        } else if cursor.take("?") {
            parse(cursor, newline, depth + 1)?;
            skip(cursor, newline)?;
            cursor.expect(b':', "a condition has no second branch")?;
            parse(cursor, newline, depth + 1)?;
        } else {
            node.span = if cursor.at() == end { cursor.span(start) } else { node.span };
            return Ok(node);
        }
        node = source(cursor, start);
    }
}

fn skip(cursor: &mut Cursor<'_>, newline: Newline) -> Result<(), String> {
    if newline == Newline::Space { cursor.skip_blank_lines() } else { cursor.skip_spaces() }
}

fn source(cursor: &Cursor<'_>, start: usize) -> Node {
    Node::new(cursor.span(start), Value::Expression(cursor.since(start).trim().to_owned()))
}

/// A term with what stands before and after it.
fn operand(cursor: &mut Cursor<'_>, newline: Newline, depth: usize) -> Result<Node, String> {
    let start = cursor.at();
    while matches!(cursor.peek(), Some(b'!' | b'-')) {
        cursor.advance(1);
        cursor.skip_spaces()?;
    }
    let prefixed = cursor.at() > start;
    let node = term(cursor, depth)?;
    let bare = cursor.at();
    postfix(cursor, newline, depth)?;
    let literal_number = prefixed && matches!(&node.value, Value::Scalar { quoted: false, .. });
    if cursor.at() > bare || (prefixed && !literal_number) {
        return Ok(source(cursor, start));
    }
    if literal_number {
        return Ok(Node::scalar(cursor.span(start), cursor.since(start), false));
    }
    Ok(node)
}

/// Attributes, indices and splats.
fn postfix(cursor: &mut Cursor<'_>, newline: Newline, depth: usize) -> Result<(), String> {
    loop {
        let end = cursor.at();
        if newline == Newline::Space {
            cursor.skip_blank_lines()?;
        }
        match cursor.peek() {
            Some(b'.') if !cursor.starts_with("...") => {
                cursor.advance(1);
                if cursor.identifier().is_none() && !cursor.take("*") {
                    digits(cursor)?;
                }
            }
            Some(b'[') if cursor.at() == end => {
                cursor.advance(1);
                cursor.skip_blank_lines()?;
                if !cursor.take("*") {
                    parse(cursor, Newline::Space, depth + 1)?;
                }
                cursor.skip_blank_lines()?;
                cursor.expect(b']', "an index is not closed")?;
            }
            _ => return Ok(()),
        }
    }
}

fn digits(cursor: &mut Cursor<'_>) -> Result<(), String> {
    let rest = cursor.rest();
    let count = rest.bytes().take_while(u8::is_ascii_digit).count();
    cursor.advance(count);
    if count == 0 { Err(cursor.fault("a dot has nothing behind it")) } else { Ok(()) }
}

fn term(cursor: &mut Cursor<'_>, depth: usize) -> Result<Node, String> {
    let start = cursor.at();
    match cursor.peek() {
        Some(b'"') => quoted(cursor, depth),
        Some(b'<') if cursor.starts_with("<<") => heredoc(cursor),
        Some(b'[') => list(cursor, depth),
        Some(b'{') => object(cursor, depth),
        Some(b'(') => {
            cursor.advance(1);
            let inner = parse(cursor, Newline::Space, depth + 1)?;
            cursor.skip_blank_lines()?;
            cursor.expect(b')', "a parenthesis is not closed")?;
            Ok(inner)
        }
        Some(b'0'..=b'9') => {
            let number = |c: char| c.is_ascii_alphanumeric() || c == '.';
            let rest = cursor.rest();
            cursor.advance(rest.find(|c| !number(c)).unwrap_or(rest.len()));
            Ok(Node::scalar(cursor.span(start), cursor.since(start), false))
        }
        _ => name(cursor, depth),
    }
}

fn name(cursor: &mut Cursor<'_>, depth: usize) -> Result<Node, String> {
    let start = cursor.at();
    let Some(name) = cursor.identifier() else { return Err(cursor.fault("a value is missing")) };
    while cursor.take("::") {
        cursor.identifier();
    }
    if cursor.peek() == Some(b'(') {
        return call(cursor, name, start, depth);
    }
    if matches!(name, "true" | "false" | "null") {
        return Ok(Node::scalar(cursor.span(start), name, false));
    }
    Ok(source(cursor, start))
}

fn call(cursor: &mut Cursor<'_>, name: &str, start: usize, depth: usize) -> Result<Node, String> {
    cursor.advance(1);
    let mut arguments = members(cursor, b')', depth)?;
    match arguments.pop() {
        Some(only) if arguments.is_empty() && TRANSPARENT.contains(&name) => Ok(only),
        _ => Ok(source(cursor, start)),
    }
}

fn members(cursor: &mut Cursor<'_>, close: u8, depth: usize) -> Result<Vec<Node>, String> {
    let mut members = Vec::new();
    loop {
        cursor.skip_blank_lines()?;
        if cursor.peek() == Some(close) {
            cursor.advance(1);
            return Ok(members);
        }
        members.push(parse(cursor, Newline::Space, depth + 1)?);
        cursor.skip_blank_lines()?;
        if cursor.take("...") {
            cursor.skip_blank_lines()?;
        }
        if !cursor.take(",") && cursor.peek() != Some(close) {
            return Err(cursor.fault("a list is not closed"));
        }
    }
}

fn list(cursor: &mut Cursor<'_>, depth: usize) -> Result<Node, String> {
    let start = cursor.at();
    cursor.advance(1);
    cursor.skip_blank_lines()?;
    if is_for(cursor) {
        return comprehension(cursor, start, b']', depth);
    }
    let items = members(cursor, b']', depth)?;
    Ok(Node::new(cursor.span(start), Value::List(items)))
}

fn is_for(cursor: &Cursor<'_>) -> bool {
    let rest = cursor.rest();
    rest.strip_prefix("for").is_some_and(|rest| rest.starts_with([' ', '\t', '\n']))
}

/// `for name, name in list : value => value if condition`.
fn comprehension(cursor: &mut Cursor<'_>, start: usize, close: u8, depth: usize) -> Result<Node, String> {
    cursor.advance("for".len());
    loop {
        cursor.skip_blank_lines()?;
        if cursor.peek() == Some(close) {
            cursor.advance(1);
            return Ok(source(cursor, start));
        }
        let between = [",", ":", "=>", "..."].iter().any(|mark| cursor.take(mark));
        if !between {
            parse(cursor, Newline::Space, depth + 1)?;
        }
    }
}

fn object(cursor: &mut Cursor<'_>, depth: usize) -> Result<Node, String> {
    let start = cursor.at();
    cursor.advance(1);
    cursor.skip_blank_lines()?;
    if is_for(cursor) {
        return comprehension(cursor, start, b'}', depth);
    }
    let mut entries = Vec::new();
    loop {
        cursor.skip_blank_lines()?;
        if cursor.peek() == Some(b'}') {
            cursor.advance(1);
            return Ok(Node::new(cursor.span(start), Value::Map(entries)));
        }
        let key_start = cursor.at();
        let key = operand(cursor, Newline::Ends, depth + 1)?;
        let key_span = cursor.span(key_start);
        cursor.skip_spaces()?;
        if !cursor.take("=") && !cursor.take(":") {
            return Err(cursor.fault("a key of an object has no value"));
        }
        let node = parse(cursor, Newline::Ends, depth + 1)?;
        entries.push(Entry { key: key.text().unwrap_or("").to_owned(), key_span, node });
        cursor.skip_spaces()?;
        if !cursor.take(",") && !matches!(cursor.peek(), Some(b'}' | b'\n')) {
            return Err(cursor.fault("an object is not closed"));
        }
    }
}
