//! Dockerfiles: directives, logical lines with their heredocs, instructions with their places.

mod expand;
mod instruction;
mod line;

pub(crate) use expand::expand;
pub(crate) use instruction::{Form, Instruction};
pub(crate) use line::Heredoc;

use finding::Span;

use crate::place::Lines;
use instruction::Builder;

/// A word and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// A comment at the top that steers the build, such as `# syntax=…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Directive {
    pub(crate) name: String,
    pub(crate) value: Word,
}

/// A Dockerfile that was read.
#[derive(Debug)]
pub(crate) struct Dockerfile {
    pub(crate) directives: Vec<Directive>,
    pub(crate) instructions: Vec<Instruction>,
    /// Empty lines inside an instruction.
    pub(crate) blanks: Vec<Span>,
    pub(crate) escape: char,
}

/// Reads a Dockerfile; what Docker itself can't begin with is refused.
pub(crate) fn parse(text: &str) -> Result<Dockerfile, String> {
    let lines = Lines::of(text);
    let directives = directives(text, &lines);
    let escape = match directives.iter().find(|directive| directive.name == "escape") {
        None => '\\',
        Some(directive) if directive.value.text == "\\" => '\\',
        Some(directive) if directive.value.text == "`" => '`',
        Some(_) => {
            return Err("has a directive `escape` that is neither a backslash nor a backtick".to_owned());
        }
    };
    let read = line::read(text, escape)?;
    let builder = Builder::new(&lines, escape);
    let instructions: Vec<_> = read.logical.into_iter().map(|line| builder.instruction(line)).collect();
    if instructions.is_empty() {
        return Err("has no instruction".to_owned());
    }
    if !instructions.iter().any(|one| one.keyword == "FROM") {
        return Err("has no `FROM`".to_owned());
    }
    let blanks = read.blanks.into_iter().map(|at| lines.span(at..at)).collect();
    Ok(Dockerfile { directives, instructions, blanks, escape })
}

/// Only the first lines count, and only as long as each of them is a directive.
fn directives(text: &str, lines: &Lines) -> Vec<Directive> {
    let mut found: Vec<Directive> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let Some(comment) = line.trim_start().strip_prefix('#') else { break };
        let Some((name, value)) = comment.split_once('=') else { break };
        let name = name.trim().to_ascii_lowercase();
        if !["syntax", "escape", "check"].contains(&name.as_str()) {
            break;
        }
        if found.iter().all(|there| there.name != name) {
            let end = at + line.trim_end().len();
            let value = Word { text: value.trim().to_owned(), span: lines.span(at..end) };
            found.push(Directive { name, value });
        }
        at += line.len();
    }
    found
}

#[cfg(test)]
mod tests;
