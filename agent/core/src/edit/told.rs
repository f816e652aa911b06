//! A mismatch as a model is told of it.

use agent_contract::fault::is_unseen;

/// What is told at the most: it is paid for with every try.
pub(super) const BYTES_MAX: usize = 600;
const MESSAGE_BYTES_MAX: usize = 240;
const SOUGHT_BYTES_MAX: usize = 100;
const HINT_BYTES_MAX: usize = 200;

/// The lines that a model is told.
pub(super) fn told(code: &str, message: &str, sought: &[String], hints: &[String]) -> String {
    let mut lines = vec![format!("{code}: {}", cut(&clean(message), MESSAGE_BYTES_MAX))];
    let first = sought.iter().find(|line| !line.trim().is_empty());
    lines.extend(first.map(|line| {
        let line = cut(&clean(line), SOUGHT_BYTES_MAX);
        match sought.len() {
            1 => format!("sought: {line}"),
            count => format!("sought: {line} (the first of {count} lines)"),
        }
    }));
    lines.extend(hints.iter().map(|hint| cut(&clean(hint), HINT_BYTES_MAX)));
    let mut told = String::new();
    for line in lines {
        let room = BYTES_MAX.saturating_sub(told.len() + 1);
        if !told.is_empty() && line.len() > room {
            break;
        }
        told.extend((!told.is_empty()).then_some('\n'));
        told.push_str(&line);
    }
    told
}

/// On one line, and without characters that can't be seen. A tab stays: whether there is
/// one may be what does not fit.
fn clean(text: &str) -> String {
    let odd = |c: char| c != '\t' && (c.is_control() || is_unseen(c));
    text.chars().map(|c| if odd(c) { c.escape_unicode().to_string() } else { c.to_string() }).collect()
}

fn cut(text: &str, bytes_max: usize) -> String {
    match text.len() > bytes_max {
        true => format!("{}...", &text[..text.floor_char_boundary(bytes_max - 3)]),
        false => text.to_owned(),
    }
}
