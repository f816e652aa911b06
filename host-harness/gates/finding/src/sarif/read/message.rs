use super::super::{Fault, Node};

/// The text of a `message` member, from itself or from its rule's texts by their id.
pub(super) fn message(node: &Node, rule: Option<&Node>) -> Result<String, Fault> {
    let Some(message) = node.get("message")? else {
        return Err(node.fault("it has no `message`"));
    };
    if let Some(text) = message.text_of("text")? {
        return fill(text, &message);
    }
    if let Some(id) = message.text_of("id")?
        && let Some(rule) = rule
        && let Some(texts) = rule.get("messageStrings")?
        && let Some(found) = texts.get(id)?
        && let Some(text) = found.text_of("text")?
    {
        return fill(text, &message);
    }
    // A result whose words are nowhere is still a result.
    let words = [message.text_of("markdown")?, message.text_of("id")?];
    Ok(words.into_iter().flatten().next().unwrap_or_default().to_owned())
}

/// Puts arguments for `{0}`, `{1}`; `{{` and `}}` stand for one brace.
fn fill(text: &str, message: &Node) -> Result<String, Fault> {
    let arguments: Vec<&str> = message.list("arguments")?.iter().map(Node::text).collect::<Result<_, _>>()?;
    if arguments.is_empty() {
        return Ok(text.to_owned());
    }
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        filled.push_str(&rest[..at]);
        rest = &rest[at..];
        let taken = if rest.starts_with("{{") || rest.starts_with("}}") {
            filled.push_str(&rest[..1]);
            2
        } else if let Some((argument, length)) = argument(rest, &arguments) {
            filled.push_str(argument);
            length
        } else {
            filled.push_str(&rest[..1]);
            1
        };
        rest = &rest[taken..];
    }
    filled.push_str(rest);
    Ok(filled)
}

fn argument<'a>(rest: &str, arguments: &[&'a str]) -> Option<(&'a str, usize)> {
    let end = rest.bytes().take(8).position(|byte| byte == b'}')?;
    let number: usize = rest.get(1..end)?.parse().ok()?;
    Some((arguments.get(number)?, end + 1))
}
