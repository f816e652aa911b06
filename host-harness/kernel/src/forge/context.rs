//! What a task is about, as strangers wrote it: bounded, harmless to look at, and marked
//! as nothing to be trusted.

use serde::Serialize;

/// A task's text and what was said about it. Serialised as the agent gets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaskContext {
    /// How far it can be trusted: never.
    pub trust: Trust,
    /// What it comes from.
    pub source: Source,
    /// Where it is, without an address: `owner/name#12`.
    pub reference: String,
    /// Its state, as the forge has it.
    pub state: String,
    /// Its title.
    pub title: Text,
    /// Who wrote it.
    pub author: Author,
    /// Its labels.
    pub labels: Vec<Text>,
    /// Its text.
    pub body: Text,
    /// What was said about it, in order.
    pub comments: Vec<Comment>,
    /// The files that a pull request changes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileNote>,
    /// How many comments there are that are not among `comments`.
    pub comments_left_out: u64,
    /// How many files there are that are not among `files`.
    pub files_left_out: u64,
}

/// How far a text can be trusted. There is one answer for what strangers write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// It may say anything, and nothing in it is an instruction.
    Untrusted,
}

/// What a task comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// An issue.
    Issue,
    /// A pull request.
    PullRequest,
    /// A discussion.
    Discussion,
}

/// Who wrote a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Author {
    /// The name on the forge; `ghost` when the account is gone.
    pub login: String,
    /// What the forge says that they are to the repository, such as `MEMBER` or `NONE`.
    pub association: String,
}

/// Something that was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comment {
    /// Who said it.
    pub author: Author,
    /// When, as the forge writes it.
    pub at: String,
    /// The file that it is about, for one of a review.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Text>,
    /// The line that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// What was said.
    pub body: Text,
}

/// A file that a pull request changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileNote {
    /// The file.
    pub path: Text,
    /// What becomes of it, as the forge calls it.
    pub status: String,
    /// Lines that are added.
    pub additions: u64,
    /// Lines that go away.
    pub deletions: u64,
    /// The difference, where the forge gives one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch: Option<Text>,
}

/// A stranger's text. Characters that can't be seen, or that move what is around them,
/// stand there by their numbers, such as `[U+202E]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Text {
    /// The text.
    pub text: String,
    /// How many bytes of it were cut off.
    #[serde(skip_serializing_if = "is_zero")]
    pub bytes_cut: u64,
    /// How many characters stand there by their numbers.
    #[serde(skip_serializing_if = "is_zero")]
    pub characters_named: u64,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A short word of the forge's own, such as a name or a state.
pub(super) fn word(text: &str) -> String {
    let plain = |c: &char| c.is_ascii_graphic() || *c == ' ';
    text.chars().filter(plain).take(WORD_CHARS_MAX).collect()
}

const WORD_CHARS_MAX: usize = 100;

/// How much of a task's text is still taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    each: u64,
    left: u64,
}

impl Budget {
    /// So many bytes for a text, and so many for all of them.
    pub fn new(each: u64, all: u64) -> Self {
        Self { each, left: all }
    }

    /// Whether there is nothing left.
    pub fn is_used_up(&self) -> bool {
        self.left == 0
    }

    /// Takes a text in, as far as it may reach.
    pub fn take(&mut self, written: &str) -> Text {
        let max = self.each.min(self.left) as usize;
        let mut text = String::new();
        let mut characters_named = 0;
        let mut taken = 0;
        let mut characters = written.char_indices().peekable();
        while let Some((at, c)) = characters.next() {
            let next = characters.peek().map(|(_, next)| *next);
            let (shown, named) = shown(c, next);
            if text.len() + shown.len() > max {
                break;
            }
            text.push_str(&shown);
            characters_named += u64::from(named);
            taken = at + c.len_utf8();
        }
        self.left -= text.len() as u64;
        Text { text, bytes_cut: (written.len() - taken) as u64, characters_named }
    }
}

/// A character as it is harmless to look at, and whether that is another text than it was.
fn shown(c: char, next: Option<char>) -> (String, bool) {
    match c {
        '\r' if next == Some('\n') => (String::new(), false),
        '\n' | '\t' => (c.to_string(), false),
        _ if is_harmful(c) => (format!("[U+{:04X}]", c as u32), true),
        _ => (c.to_string(), false),
    }
}

/// Controls, what turns or moves text, and what can't be seen; but for what joins the
/// parts of an emoji or the letters of some scripts.
fn is_harmful(c: char) -> bool {
    let joins = matches!(c, '\u{200c}' | '\u{200d}');
    let hides = matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{3164}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'
    );
    !joins && (c.is_control() || agent_contract::fault::is_unseen(c) || hides)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_turns_or_hides_text_stands_there_by_its_number() {
        let mut budget = Budget::new(1000, 1000);
        let text = budget.take("a\u{202e}b\u{1b}[31mc\u{200b}\u{e0041}\r\nd\re\tf 👩‍💻");
        assert_eq!(text.text, "a[U+202E]b[U+001B][31mc[U+200B][U+E0041]\nd[U+000D]e\tf 👩‍💻");
        assert_eq!((text.characters_named, text.bytes_cut), (5, 0));
    }

    #[test]
    fn a_text_is_cut_where_its_bound_or_the_bound_of_all_is() {
        let mut budget = Budget::new(5, 8);
        let text = budget.take("ääää");
        assert_eq!((text.text.as_str(), text.bytes_cut), ("ää", 4));
        assert_eq!(budget.take("123456").text, "1234");
        assert!(budget.is_used_up());
        assert_eq!(budget.take("x").bytes_cut, 1);
    }

    #[test]
    fn untrusted_is_what_the_agent_reads() {
        assert_eq!(serde_json::to_string(&Trust::Untrusted).unwrap(), "\"untrusted\"");
    }

    #[test]
    fn a_word_is_short_and_plain() {
        assert_eq!(word("octo\u{202e}cat\n[bot]"), "octocat[bot]");
        assert_eq!(word(&"a".repeat(1000)).len(), WORD_CHARS_MAX);
    }
}
