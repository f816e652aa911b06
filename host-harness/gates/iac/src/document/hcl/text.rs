//! Quoted strings and heredocs, with the templates inside them.

use super::{NESTING_MAX, Node, Value, cursor::Cursor};

/// A string in quotes; one with a template in it is an expression.
pub(super) fn quoted(cursor: &mut Cursor<'_>, depth: usize) -> Result<Node, String> {
    let start = cursor.at();
    let template = skip_quoted(cursor, depth)?;
    let raw = cursor.since(start);
    let inner = unescaped(raw.get(1..raw.len().saturating_sub(1)).unwrap_or(""));
    Ok(of(cursor, start, inner, template))
}

fn of(cursor: &Cursor<'_>, start: usize, text: String, template: bool) -> Node {
    let value = if template { Value::Template(text) } else { Value::Scalar { text, quoted: true } };
    Node::new(cursor.span(start), value)
}

fn unescaped(raw: &str) -> String {
    if !raw.contains('\\') {
        return raw.to_owned();
    }
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some('t')) => out.push('\t'),
            ('\\', Some('r')) => out.push('\r'),
            ('\\', Some(other)) => out.push(other),
            _ => out.push(c),
        }
    }
    out
}

/// Goes over a quoted string, and says whether it has a template in it.
fn skip_quoted(cursor: &mut Cursor<'_>, depth: usize) -> Result<bool, String> {
    cursor.advance(1);
    let mut template = false;
    loop {
        match cursor.peek() {
            None | Some(b'\n') => return Err(cursor.fault("a string is not closed")),
            Some(b'"') => {
                cursor.advance(1);
                return Ok(template);
            }
            Some(b'\\') => cursor.advance(2),
            Some(b'$' | b'%') => template |= sigil(cursor, depth)?,
            Some(_) => cursor.advance(1),
        }
    }
}

/// Goes over `$` or `%`, and over the template where it opens one.
fn sigil(cursor: &mut Cursor<'_>, depth: usize) -> Result<bool, String> {
    if cursor.take("$${") || cursor.take("%%{") {
        return Ok(false);
    }
    if cursor.take("${") || cursor.take("%{") {
        skip_braced(cursor, depth + 1)?;
        return Ok(true);
    }
    cursor.advance(1);
    Ok(false)
}

fn skip_braced(cursor: &mut Cursor<'_>, depth: usize) -> Result<(), String> {
    if depth > NESTING_MAX {
        return Err(cursor.fault("is nested too deep"));
    }
    let mut open = 1_usize;
    while open > 0 {
        match cursor.peek() {
            None => return Err(cursor.fault("a template is not closed")),
            Some(b'"') => {
                skip_quoted(cursor, depth + 1)?;
            }
            Some(b'{') => (open, _) = (open + 1, cursor.advance(1)),
            Some(b'}') => (open, _) = (open - 1, cursor.advance(1)),
            Some(_) => cursor.advance(1),
        }
    }
    Ok(())
}

/// `<<NAME` up to a line that is NAME.
pub(super) fn heredoc(cursor: &mut Cursor<'_>) -> Result<Node, String> {
    let start = cursor.at();
    cursor.advance(2);
    cursor.take("-");
    let Some(name) = cursor.identifier() else { return Err(cursor.fault("a heredoc has no name")) };
    cursor.skip_line();
    cursor.advance(1);
    let begin = cursor.at();
    loop {
        let line = cursor.rest().split('\n').next().unwrap_or("");
        if line.trim() == name {
            let text = cursor.since(begin).to_owned();
            cursor.advance(line.trim_end().len());
            let template = text.contains("${") || text.contains("%{");
            return Ok(of(cursor, start, text, template));
        }
        if cursor.peek().is_none() {
            return Err(cursor.fault("a heredoc is not closed"));
        }
        cursor.advance(line.len() + 1);
    }
}
