//! The language of Terraform and OpenTofu: bodies of attributes and blocks.
//!
//! Blocks become maps under their labels, the form that `*.tf.json` has, so that rules need to
//! know only one. Parsers at hand recurse as deep as the file says, which lets a stranger's file
//! end the process; this one counts.

mod cursor;
mod expression;
mod resolve;
mod text;

pub(crate) use resolve::{Locals, locals, resolve};

use cursor::Cursor;
use finding::Span;

use super::{Entry, Node, Value, template};

const NESTING_MAX: usize = 64;

/// Reads a file.
pub(crate) fn parse(text: &str) -> Result<Node, String> {
    let mut cursor = Cursor::new(text);
    let entries = body(&mut cursor, 0)?;
    let span = Span { line: 1, column: 1, ..cursor.span(0) };
    Ok(Node::new(span, Value::Map(entries)))
}

/// Reads a file that is written as JSON; texts with templates in them are expressions there too.
pub(crate) fn parse_json(text: &str) -> Result<Vec<Node>, String> {
    let mut roots = yaml::parse(text)?.roots;
    roots.iter_mut().for_each(template::of_terraform);
    Ok(roots)
}

/// Attributes and blocks, up to a closing brace or the end.
fn body(cursor: &mut Cursor<'_>, depth: usize) -> Result<Vec<Entry>, String> {
    if depth > NESTING_MAX {
        return Err(cursor.fault("is nested too deep"));
    }
    let mut entries = Vec::new();
    loop {
        cursor.skip_blank_lines()?;
        match cursor.peek() {
            None if depth == 0 => return Ok(entries),
            None => return Err(cursor.fault("a block is not closed")),
            Some(b'}') if depth > 0 => return Ok(entries),
            Some(_) => entries.push(member(cursor, depth)?),
        }
    }
}

fn member(cursor: &mut Cursor<'_>, depth: usize) -> Result<Entry, String> {
    let start = cursor.at();
    let Some(name) = cursor.identifier() else {
        return Err(cursor.fault("neither an attribute nor a block"));
    };
    let (key, key_span) = (name.to_owned(), cursor.span(start));
    cursor.skip_spaces()?;
    if cursor.peek() == Some(b'=') {
        cursor.advance(1);
        let node = expression::parse(cursor, expression::Newline::Ends, depth)?;
        cursor.skip_spaces()?;
        return match cursor.peek() {
            None | Some(b'\n' | b'\r' | b'}') => Ok(Entry { key, key_span, node }),
            Some(_) => Err(cursor.fault("an expression goes on where it should end")),
        };
    }
    let labels = labels(cursor)?;
    cursor.expect(b'{', "a block has no opening brace")?;
    let entries = body(cursor, depth + 1)?;
    cursor.expect(b'}', "a block is not closed")?;
    let block = Node::new(cursor.span(start), Value::Map(entries));
    Ok(dynamic(key, key_span, labels, block))
}

fn labels(cursor: &mut Cursor<'_>) -> Result<Vec<(String, Span)>, String> {
    let mut labels = Vec::new();
    loop {
        cursor.skip_spaces()?;
        let start = cursor.at();
        if cursor.peek() == Some(b'"') {
            let node = text::quoted(cursor, 0)?;
            labels.push((node.text().unwrap_or("").to_owned(), cursor.span(start)));
        } else if let Some(name) = cursor.identifier() {
            labels.push((name.to_owned(), cursor.span(start)));
        } else {
            return Ok(labels);
        }
        if labels.len() > 8 {
            return Err(cursor.fault("a block has too many labels"));
        }
    }
}

/// Puts a block under its labels; a `dynamic` block under the name of the block that it makes.
fn dynamic(key: String, key_span: Span, labels: Vec<(String, Span)>, block: Node) -> Entry {
    if key == "dynamic"
        && let [(made, span)] = labels.as_slice()
        && let Some(content) = block.get("content")
    {
        return Entry { key: made.clone(), key_span: *span, node: content.clone() };
    }
    let span = block.span;
    let wrapped = labels.into_iter().rev().fold(block, |inner, (key, key_span)| {
        Node::new(span, Value::Map(vec![Entry { key, key_span, node: inner }]))
    });
    Entry { key, key_span, node: wrapped }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_lie_under_their_labels() {
        let node = parse(
            "# c\nresource \"aws_s3_bucket\" \"b\" {\n  acl = \"private\" // c\n  tags = { a = 1, \"b\" : true }\n  dynamic \"rule\" {\n    for_each = var.x\n    content {\n      port = 22\n    }\n  }\n}\n",
        )
        .unwrap();
        let bucket = node.at(&["resource", "aws_s3_bucket", "b"]).unwrap();
        assert_eq!(bucket.key_text("acl"), Some("private"));
        assert_eq!(bucket.at(&["tags", "b"]).unwrap().text(), Some("true"));
        assert_eq!(bucket.at(&["rule", "port"]).unwrap().span.line, 8);
    }

    #[test]
    fn what_is_not_the_language_is_refused() {
        for text in
            ["a {", "a = ", "a = \"x", "= 1", "a = [1", "a = b c", "a = <<E\nx\n", "a = 1 +", "}", "a = (1"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        for text in ["[", "(", "{a=", "!", "-", "\"${", "f(", "a?", "a[", "b {\n"] {
            let _ = parse(&format!("a = {}", text.repeat(200_000)));
            let _ = parse(&text.repeat(200_000));
        }
    }
}
