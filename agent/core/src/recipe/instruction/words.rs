//! An instruction as words.

const WORDS_MAX: usize = 48;
const BYTES_MAX: usize = 4096;

/// A word. What stands in backticks or quotation marks is one word, and never one of the
/// words of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub text: String,
    pub kind: WordKind,
}

/// How a word was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WordKind {
    Plain,
    Quoted,
}

/// Splits an instruction. `None` for one that is too long for a recipe, or in which a
/// quotation has no end.
pub(super) fn split(instruction: &str) -> Option<Vec<Word>> {
    let text = instruction.trim().trim_end_matches(['.', '!']);
    if text.len() > BYTES_MAX {
        return None;
    }
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        rest = match first {
            c if c.is_whitespace() => &rest[c.len_utf8()..],
            '`' | '"' | '\u{201c}' => quoted(rest, first, &mut words)?,
            _ => plain(rest, &mut words),
        };
        if words.len() > WORDS_MAX {
            return None;
        }
    }
    Some(words)
}

fn quoted<'a>(rest: &'a str, mark: char, words: &mut Vec<Word>) -> Option<&'a str> {
    let end = if mark == '\u{201c}' { '\u{201d}' } else { mark };
    let (text, rest) = rest[mark.len_utf8()..].split_once(end)?;
    words.push(Word { text: text.to_owned(), kind: WordKind::Quoted });
    Some(rest)
}

/// A run without spaces; brackets, commas and colons at its ends are words of their own.
fn plain<'a>(rest: &'a str, words: &mut Vec<Word>) -> &'a str {
    let mut push = |text: &str| words.push(Word { text: text.to_owned(), kind: WordKind::Plain });
    if rest.starts_with(['(', ',']) {
        push(&rest[..1]);
        return &rest[1..];
    }
    let ends = |c: char| c.is_whitespace() || matches!(c, '`' | '"' | '\u{201c}');
    let (run, after) = rest.split_at(rest.find(ends).unwrap_or(rest.len()));
    let mut core = run;
    while let Some(shorter) = core.strip_suffix([')', ',', ':', ';']) {
        if shorter.is_empty() || core.ends_with(')') && shorter.contains('(') {
            break;
        }
        core = shorter;
    }
    push(core);
    run[core.len()..].chars().for_each(|mark| push(mark.encode_utf8(&mut [0; 4])));
    after
}
