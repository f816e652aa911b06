//! Commands as documents write them.

use crate::{
    document::{Document, Kind},
    place::{self, upward},
    repository::Repository,
};

/// A command.
#[derive(Debug, Clone)]
pub(crate) struct Command {
    pub(crate) words: Vec<String>,
    /// Variables that are set for it, or by it.
    pub(crate) assigned: Vec<String>,
    pub(crate) line: u32,
    /// The folders that it may be meant for; none where nobody can tell.
    pub(crate) folders: Vec<String>,
}

impl Command {
    /// A word of it; empty where there are fewer.
    pub(crate) fn word(&self, at: usize) -> &str {
        self.words.get(at).map_or("", String::as_str)
    }

    /// The value of an option, written with a space or with `=`.
    pub(crate) fn values(&self, names: &[&str]) -> Vec<&str> {
        let mut values = Vec::new();
        for (at, word) in self.words.iter().enumerate().take_while(|(_, word)| *word != "--") {
            match word.split_once('=') {
                Some((name, value)) if names.contains(&name) => values.push(value),
                None if names.contains(&word.as_str()) => values.push(self.word(at + 1)),
                _ => {}
            }
        }
        values.retain(|value| is_plain(value) && !value.starts_with('-'));
        values
    }
}

/// Whether a word stands for itself, and not for what its reader puts in.
pub(crate) fn is_plain(word: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_./:@+=,-".contains(c);
    !word.is_empty() && word.chars().all(plain) && !word.contains("...")
}

const SHELLS: [&str; 9] =
    ["sh", "bash", "shell", "console", "zsh", "terminal", "shell-session", "shellsession", "sh-session"];

/// The commands of a document, in its blocks and, where it is no guide, in its text.
pub(crate) fn commands(document: &Document, repository: &Repository<'_>) -> Vec<Command> {
    let home: Vec<String> = upward(document.folder()).map(str::to_owned).collect();
    let mut place = Place { repository, folders: home.clone(), home, cloned: None, lost: false };
    let mut found = Vec::new();
    for block in &document.parts.blocks {
        let prompted = block.text.lines().any(|line| prompt(line).is_some());
        let language = block.language();
        let of_shell = SHELLS.contains(&language.as_str()) || (prompted && language.is_empty());
        if !of_shell {
            continue;
        }
        place.folders = place.home.clone();
        for (line, at) in logical_lines(&block.text) {
            let text = if prompted { prompt(&line) } else { Some(line.as_str()) };
            for mut command in text.map(split).unwrap_or_default() {
                command.line = block.line + at;
                command.folders = if place.lost { Vec::new() } else { place.folders.clone() };
                place.follow(&command);
                found.push(command);
            }
        }
    }
    let codes = document.parts.passages.iter().flat_map(|passage| &passage.codes);
    for code in codes.filter(|code| document.kind == Kind::Readme && code.text.contains(' ')) {
        for mut command in split(&code.text) {
            command.line = code.line;
            command.folders = if place.lost { Vec::new() } else { place.home.clone() };
            found.push(command);
        }
    }
    found
}

/// Where a reader who types all of it is.
struct Place<'a> {
    repository: &'a Repository<'a>,
    home: Vec<String>,
    folders: Vec<String>,
    cloned: Option<String>,
    lost: bool,
}

impl Place<'_> {
    fn follow(&mut self, command: &Command) {
        match (command.word(0), command.word(1)) {
            ("git", "clone") => {
                let url = command.words.iter().skip(2).find(|word| !word.starts_with('-'));
                self.cloned = url.map(|url| place::name(url.trim_end_matches('/')).to_owned());
            }
            ("cd" | "pushd", to) => self.enter(to.trim_end_matches('/')),
            _ => {}
        }
    }

    fn enter(&mut self, to: &str) {
        let cloned = self.cloned.as_deref().map(|name| name.strip_suffix(".git").unwrap_or(name));
        if cloned == Some(to) {
            self.folders = self.home.clone();
            return;
        }
        let inner = self.folders.iter().filter_map(|folder| place::resolve(folder, to));
        let inner: Vec<_> = inner.filter(|folder| self.repository.has_folder(folder)).collect();
        self.lost = inner.is_empty() || to.starts_with(['/', '~', '$']);
        self.folders = inner;
    }
}

fn prompt(line: &str) -> Option<&str> {
    let line = line.trim_start();
    ["$ ", "% ", "❯ ", "➜ "].iter().find_map(|sign| line.strip_prefix(sign))
}

/// Lines, those that end in `\` put together, what is fed in by `<<` left out.
fn logical_lines(text: &str) -> Vec<(String, u32)> {
    let mut found: Vec<(String, u32)> = Vec::new();
    let mut open = false;
    let mut until: Option<String> = None;
    for (at, line) in (0u32..).zip(text.lines()) {
        if let Some(end) = &until {
            if line.trim() == end {
                until = None;
            }
            continue;
        }
        let (part, goes_on) = match line.trim_end().strip_suffix('\\') {
            Some(part) => (part, true),
            None => (line, false),
        };
        match found.last_mut().filter(|_| open) {
            Some((whole, _)) => whole.push_str(part),
            None => found.push((part.to_owned(), at)),
        }
        open = goes_on;
        if let Some((_, marker)) = line.split_once("<<") {
            let marker = marker.trim_start_matches(['-', '<']).trim().trim_matches(['"', '\'']);
            let word = marker.split_whitespace().next().unwrap_or("").trim_matches(['"', '\'']);
            until = (!word.is_empty()).then(|| word.to_owned());
        }
    }
    found
}

/// The commands of a line.
pub(crate) fn split(line: &str) -> Vec<Command> {
    let mut commands = vec![Vec::new()];
    let mut word = Word::default();
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match (word.quote, c) {
            (Some(quote), _) if quote == c => word.quote = None,
            (None, '"' | '\'') => word.begin(Some(c)),
            (None, '#') if word.text.is_none() => break,
            (None, '|' | '&' | ';') => {
                word.end(&mut commands);
                while chars.next_if(|next| matches!(next, '|' | '&')).is_some() {}
                commands.push(Vec::new());
            }
            (None, c) if c.is_whitespace() => word.end(&mut commands),
            (_, c) => {
                word.begin(word.quote);
                word.text.get_or_insert_default().push(c);
            }
        }
    }
    word.end(&mut commands);
    commands.into_iter().filter_map(command).collect()
}

#[derive(Default)]
struct Word {
    text: Option<String>,
    quote: Option<char>,
}

impl Word {
    fn begin(&mut self, quote: Option<char>) {
        self.text.get_or_insert_default();
        self.quote = quote;
    }

    fn end(&mut self, commands: &mut [Vec<String>]) {
        if let (Some(text), Some(command)) = (self.text.take(), commands.last_mut()) {
            command.push(text);
        }
    }
}

fn command(words: Vec<String>) -> Option<Command> {
    let mut words = words.into_iter().peekable();
    let mut assigned = Vec::new();
    while let Some(word) = words.peek() {
        let name = word.split_once('=').map(|(name, _)| name).filter(|name| is_variable(name));
        match (name, word.as_str()) {
            (Some(name), _) => assigned.push(name.to_owned()),
            (None, "sudo" | "time" | "env" | "export" | "set" | "$" | "&&") => {}
            (None, _) => break,
        }
        words.next();
    }
    let words: Vec<_> = words.collect();
    let none = words.is_empty() && assigned.is_empty();
    (!none).then_some(Command { words, assigned, line: 0, folders: Vec::new() })
}

/// Whether a word is written as variables of the environment are.
pub(crate) fn is_variable(word: &str) -> bool {
    let first = word.chars().next().is_some_and(|c| c.is_ascii_uppercase());
    first && word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_split_as_a_shell_does() {
        let split = split("A=1 sudo x 'a b' --c=d && y | z # no");
        let words: Vec<_> = split.iter().map(|command| command.words.join("+")).collect();
        assert_eq!(words, ["x+a b+--c=d", "y", "z"]);
        assert_eq!(split[0].assigned, ["A"]);
        assert_eq!(split[0].values(&["--c"]), ["d"]);
    }

    #[test]
    fn lines_are_put_together_and_what_is_fed_in_is_left_out() {
        let lines = logical_lines("a \\\n b\ncat <<'E' > x\nc\nE\nd\n");
        let lines: Vec<_> = lines.iter().map(|(line, at)| (line.as_str(), *at)).collect();
        assert_eq!(lines, [("a  b", 0), ("cat <<'E' > x", 2), ("d", 5)]);
    }
}
