//! What the pieces of a line of code are: a few kinds, which the style sheet has colours for.

use std::sync::LazyLock;

use syntect::parsing::{ParseState, Scope, ScopeStack, ScopeStackOp, SyntaxReference, SyntaxSet};

/// Longer lines, words and rows of one sign keep the state that they find. Grammars search on
/// from each character, some more than once: on what nobody writes they take seconds a line.
const LINE_BYTES_MAX: usize = 160;
const WORD_BYTES_MAX: usize = 40;
const ROW_BYTES_MAX: usize = 12;
/// Signs that people draw lines with.
const DRAWN: &[u8] = b" -=*/#~.+";

static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(SyntaxSet::load_defaults_newlines);

/// Scopes of the grammars, and the class that a piece of them has. The first that fits counts.
const CLASSES: &[(&str, &str)] = &[
    ("comment", "c"),
    ("string", "s"),
    ("constant.numeric", "n"),
    ("constant", "n"),
    ("entity.name.function", "f"),
    ("support.function", "f"),
    ("support.macro", "f"),
    ("variable.function", "f"),
    ("entity.name.tag", "t"),
    ("entity.name.type", "t"),
    ("entity.name.class", "t"),
    ("entity.name.struct", "t"),
    ("entity.name.enum", "t"),
    ("entity.name.trait", "t"),
    ("entity.name.impl", "t"),
    ("entity.name.section", "t"),
    ("entity.other.attribute-name", "t"),
    ("support.type", "t"),
    ("support.class", "t"),
    ("markup.heading", "t"),
    ("markup.raw", "s"),
    ("keyword.operator", ""),
    ("keyword", "k"),
    ("storage", "k"),
];

static SCOPES: LazyLock<Vec<(Scope, &str)>> = LazyLock::new(|| {
    CLASSES.iter().filter_map(|(name, class)| Some((Scope::new(name).ok()?, *class))).collect()
});

/// Languages without a grammar of their own that read like another.
const LIKE: &[(&str, &str)] = &[
    ("ts", "js"),
    ("tsx", "js"),
    ("jsx", "js"),
    ("mjs", "js"),
    ("cjs", "js"),
    ("bash", "sh"),
    ("pyi", "py"),
    ("jsonc", "json"),
    ("svg", "xml"),
];

/// Grammars that take seconds even for lines that are short.
const SLOW: &[&str] = &["Makefile"];

/// The grammar for a file.
pub(super) fn grammar(path: &str) -> Option<&'static SyntaxReference> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let end = name.rsplit('.').next().unwrap_or(name);
    let end = LIKE.iter().find(|(from, _)| *from == end).map_or(end, |(_, to)| *to);
    let found = SYNTAXES.find_syntax_by_extension(end).or_else(|| SYNTAXES.find_syntax_by_extension(name));
    found.filter(|grammar| !SLOW.contains(&grammar.name.as_str()))
}

/// One side of a hunk while it is read.
#[derive(Clone)]
pub(super) struct Painter {
    state: ParseState,
    stack: ScopeStack,
}

impl Painter {
    pub fn new(grammar: &SyntaxReference) -> Self {
        Self { state: ParseState::new(grammar), stack: ScopeStack::new() }
    }

    /// The pieces of a line with their classes.
    pub fn line<'a>(&mut self, line: &'a str) -> Vec<(&'static str, &'a str)> {
        if !is_read(line) {
            return vec![("", line)];
        }
        match self.state.parse_line(&format!("{line}\n"), &SYNTAXES) {
            Ok(changes) => self.pieces(line, &changes),
            Err(_) => vec![("", line)],
        }
    }

    fn pieces<'a>(
        &mut self,
        line: &'a str,
        changes: &[(usize, ScopeStackOp)],
    ) -> Vec<(&'static str, &'a str)> {
        let (mut pieces, mut from) = (Vec::new(), 0);
        for (at, change) in changes {
            let at = (*at).min(line.len());
            push(&mut pieces, self.class(), line.get(from..at).unwrap_or_default());
            from = at.max(from);
            // A grammar that takes away what is not there leaves the rest without colour.
            if self.stack.apply(change).is_err() {
                self.stack = ScopeStack::new();
            }
        }
        push(&mut pieces, self.class(), line.get(from..).unwrap_or_default());
        pieces
    }

    /// What stands in a comment or a text is that; else the innermost scope counts.
    fn class(&self) -> &'static str {
        let classes = self.stack.as_slice().iter().rev().filter_map(|scope| class_of(*scope));
        let mut innermost = None;
        for class in classes {
            if matches!(class, "c" | "s") {
                return class;
            }
            innermost = innermost.or(Some(class));
        }
        innermost.unwrap_or_default()
    }
}

/// Whether a line is one that a grammar reads in good time.
fn is_read(line: &str) -> bool {
    let (mut word, mut row, mut last) = (0, 0, 0);
    for byte in line.bytes() {
        word = if byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80 { word + 1 } else { 0 };
        row = if byte == last && !DRAWN.contains(&byte) { row + 1 } else { 0 };
        last = byte;
        if word > WORD_BYTES_MAX || row > ROW_BYTES_MAX {
            return false;
        }
    }
    line.len() <= LINE_BYTES_MAX
}

fn class_of(scope: Scope) -> Option<&'static str> {
    SCOPES.iter().find(|(prefix, _)| prefix.is_prefix_of(scope)).map(|(_, class)| *class)
}

/// Adds a piece; one of the class of the last makes that longer.
fn push<'a>(pieces: &mut Vec<(&'static str, &'a str)>, class: &'static str, piece: &'a str) {
    if !piece.is_empty() {
        pieces.push((class, piece));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn painted(path: &str, line: &str) -> String {
        let mut painter = Painter::new(grammar(path).unwrap());
        let pieces = painter.line(line).into_iter().map(|(class, piece)| match class {
            "" => piece.to_owned(),
            _ => format!("<{class}:{piece}>"),
        });
        pieces.collect()
    }

    #[test]
    fn code_has_its_classes() {
        for (path, line, expected) in [
            ("src/a.rs", "let x = 5; // five", "<k:let> x = <n:5>; <c://><c: five>"),
            ("a.py", "def f(): return 'x'", "<k:def> <f:f>(): <k:return> <s:'><s:x><s:'>"),
            ("web/a.ts", "const a = 1;", "<k:const> a = <n:1>;"),
            ("a.json", "{\"a\": true}", "{<s:\"><s:a><s:\">: <n:true>}"),
        ] {
            assert_eq!(painted(path, line), expected);
        }
    }

    #[test]
    fn a_comment_goes_on_in_the_next_line() {
        let mut painter = Painter::new(grammar("a.c").unwrap());
        painter.line("/* one");
        assert_eq!(painter.line("two")[0], ("c", "two"));
    }

    #[test]
    fn what_nobody_writes_is_not_read() {
        for (line, read) in [
            ("let value = call(other[1], \"text\"); // why", true),
            ("/*********************************************************", true),
            (&"a b ".repeat(40), true),
            (&"a b ".repeat(41), false),
            (&"ab".repeat(21), false),
            (&"(".repeat(14), false),
        ] {
            assert_eq!(is_read(line), read, "{line}");
        }
    }

    #[test]
    fn what_has_no_grammar_has_no_classes() {
        for path in ["a.nothing-known", "", "Makefile", "a.mk"] {
            assert!(grammar(path).is_none(), "{path}");
        }
    }
}
