//! `diff -u`, with git's extended headers and without.

use agent_contract::{RepoPath, operation::FileMode};

use super::{
    binary::{self, Content},
    fault::{ProposalFault, path},
    names::unquoted,
    step::{Action, BodyLine, Hunk, Onto, Sign, Step},
};

const NOWHERE: &str = "/dev/null";

/// Reads a diff. Text before, between and after its parts is passed over.
pub(super) fn parse(text: &str) -> Result<Vec<Step>, ProposalFault> {
    let mut reader = Reader { lines: text.split_terminator('\n').collect(), at: 0 };
    let mut steps = Vec::new();
    while let Some(part) = reader.part()? {
        steps.extend(part.into_step()?);
    }
    Ok(steps)
}

/// What a diff says of one file.
#[derive(Default)]
struct Part {
    line: usize,
    git: Option<(String, String)>,
    old: Option<String>,
    new: Option<String>,
    old_mode: Option<FileMode>,
    mode: Option<FileMode>,
    created: bool,
    deleted: bool,
    from: Option<String>,
    to: Option<String>,
    copied: bool,
    binary: Option<Content>,
    hunks: Vec<Hunk>,
}

struct Reader<'a> {
    lines: Vec<&'a str>,
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.lines.get(self.at).copied()
    }

    /// A line of a header, its carriage return left out.
    fn header(&self) -> Option<&'a str> {
        self.peek().map(|line| line.trim_end_matches('\r'))
    }

    /// `--- a` with `+++ b` below.
    fn at_names(&self) -> bool {
        let next = self.lines.get(self.at + 1);
        self.peek().is_some_and(|line| line.starts_with("--- "))
            && next.is_some_and(|line| line.starts_with("+++ "))
    }

    fn at_part(&self) -> bool {
        self.at_names() || self.peek().is_some_and(|line| line.starts_with("diff --git "))
    }

    fn part(&mut self) -> Result<Option<Part>, ProposalFault> {
        while self.peek().is_some() && !self.at_part() {
            self.stray()?;
            self.at += 1;
        }
        let Some(first) = self.header() else { return Ok(None) };
        let mut part = Part { line: self.at + 1, ..Part::default() };
        if let Some(names) = first.strip_prefix("diff --git ") {
            part.git = both(names);
            self.at += 1;
            while self.peek().is_some() && !self.at_part() && self.extended(&mut part)? {
                self.at += 1;
            }
        }
        if self.at_names() {
            part.old = Some(self.name("--- ")?);
            part.new = Some(self.name("+++ ")?);
            while self.peek().is_some_and(|line| line.starts_with("@@")) {
                let hunk = self.hunk()?;
                part.hunks.push(hunk);
            }
        }
        Ok(Some(part))
    }

    /// A hunk without a file's name above it belongs nowhere.
    fn stray(&self) -> Result<(), ProposalFault> {
        match self.peek().is_some_and(|line| line.starts_with("@@ -")) {
            true => Err(ProposalFault::malformed(self.at + 1, "a hunk without `---` and `+++` above it")),
            false => Ok(()),
        }
    }

    fn name(&mut self, mark: &str) -> Result<String, ProposalFault> {
        let line = self.header().unwrap_or_default();
        let text = line.strip_prefix(mark).unwrap_or(line);
        let text =
            if text.starts_with('"') { text } else { text.split('\t').next().unwrap_or(text).trim_end() };
        self.at += 1;
        unquoted(text)
            .ok_or_else(|| ProposalFault::malformed(self.at, format!("`{text}` is no name of a file")))
    }

    /// Takes an extended header; says whether the line was one.
    fn extended(&mut self, part: &mut Part) -> Result<bool, ProposalFault> {
        let line = self.header().unwrap_or_default();
        let number = self.at + 1;
        let name = |text: &str| {
            unquoted(text)
                .ok_or_else(|| ProposalFault::malformed(number, format!("`{text}` is no name of a file")))
        };
        let value = |mark: &str| line.strip_prefix(mark);
        if let Some(mode) = value("old mode ") {
            part.old_mode = Some(file_mode(mode, number)?);
        } else if let Some(mode) = value("new mode ") {
            part.mode = Some(file_mode(mode, number)?);
        } else if let Some(mode) = value("new file mode ") {
            (part.mode, part.created) = (Some(file_mode(mode, number)?), true);
        } else if let Some(mode) = value("deleted file mode ") {
            file_mode(mode, number)?;
            part.deleted = true;
        } else if let Some(text) = value("rename from ") {
            part.from = Some(name(text)?);
        } else if let Some(text) = value("rename to ") {
            part.to = Some(name(text)?);
        } else if let Some(text) = value("copy from ") {
            (part.from, part.copied) = (Some(name(text)?), true);
        } else if let Some(text) = value("copy to ") {
            part.to = Some(name(text)?);
        } else if line == "GIT binary patch" {
            self.at += 1;
            part.binary = Some(self.binary()?);
            self.at -= 1;
        } else if line.starts_with("Binary files ") {
            return Err(ProposalFault::malformed(
                number,
                "a binary file without its content; make the diff with `git diff --binary`",
            ));
        } else {
            return Ok(["index ", "similarity index ", "dissimilarity index "]
                .iter()
                .any(|mark| line.starts_with(mark)));
        }
        Ok(true)
    }

    /// `literal 12` or `delta 12`, lines of base 85, an empty line; a second one that
    /// tells the way back is passed over.
    fn binary(&mut self) -> Result<Content, ProposalFault> {
        let number = self.at + 1;
        let fault = |what: &str| ProposalFault::malformed(number, format!("binary content: {what}"));
        let header = self.header().unwrap_or_default();
        let (kind, size) = header.split_once(' ').ok_or_else(|| fault("`literal` or `delta` is missing"))?;
        let size: usize = size.parse().map_err(|_| fault("its size is no number"))?;
        self.at += 1;
        let mut packed = Vec::new();
        while let Some(line) = self.header().filter(|line| !line.is_empty()) {
            packed.extend(binary::decode_line(line).ok_or_else(|| fault("a line is not base 85"))?);
            self.at += 1;
        }
        self.at += 1;
        self.skip_way_back();
        let bytes =
            binary::inflate(&packed, size).ok_or_else(|| fault("it can't be unpacked to its size"))?;
        match kind {
            "literal" => Ok(Content::Literal(bytes)),
            "delta" => Ok(Content::Delta(bytes)),
            _ => Err(fault("neither `literal` nor `delta`")),
        }
    }

    fn skip_way_back(&mut self) {
        if self.header().is_some_and(|line| line.starts_with("literal ") || line.starts_with("delta ")) {
            while self.header().is_some_and(|line| !line.is_empty()) {
                self.at += 1;
            }
        }
    }

    fn hunk(&mut self) -> Result<Hunk, ProposalFault> {
        let line = self.at + 1;
        let (stated, mut old_left, mut new_left) = ranges(self.header().unwrap_or_default(), line)?;
        self.at += 1;
        let mut hunk = Hunk { line, stated, ends_last_line: true, ..Hunk::default() };
        while let Some(text) = self.peek() {
            if text.starts_with('\\') {
                hunk.body.last_mut().into_iter().for_each(|line| line.unended = true);
                self.at += 1;
                continue;
            }
            let counted = old_left > 0 || new_left > 0;
            let Some(body) = self.body(text, counted) else { break };
            old_left = old_left.saturating_sub(usize::from(body.sign != Sign::Add));
            new_left = new_left.saturating_sub(usize::from(body.sign != Sign::Remove));
            hunk.body.push(body);
            self.at += 1;
        }
        if hunk.body.is_empty() {
            return Err(ProposalFault::malformed(line, "a hunk without lines"));
        }
        hunk.settle_ends();
        Ok(hunk)
    }

    /// A line of a hunk. Counts are often wrong where a person or a model wrote them:
    /// past them, what still looks like a line of the hunk is one.
    fn body(&self, text: &str, counted: bool) -> Option<BodyLine> {
        let sign = match text.as_bytes().first() {
            None | Some(b'\r') if counted && self.goes_on() => Sign::Keep,
            None => return None,
            Some(b' ') => Sign::Keep,
            Some(b'+') => Sign::Add,
            Some(b'-') if counted || !(self.at_names() || matches!(text.trim_end(), "--" | "---")) => {
                Sign::Remove
            }
            _ => return None,
        };
        Some(BodyLine::new(sign, text.get(1..).unwrap_or(text)))
    }

    /// Whether an empty line is one of the file: another line of the hunk follows.
    fn goes_on(&self) -> bool {
        let rest = self.lines[self.at..].iter().find(|line| !line.trim_end().is_empty());
        rest.is_some_and(|line| line.starts_with([' ', '+', '-', '\\']))
    }
}

/// `@@ -1,2 +1,3 @@`: the place, and how many lines on either side. Without numbers
/// the place is found by the lines alone.
fn ranges(header: &str, line: usize) -> Result<(Option<usize>, usize, usize), ProposalFault> {
    let fault = || {
        ProposalFault::malformed(line, format!("`{header}` is no header of a hunk; `@@ -1,2 +1,3 @@` is one"))
    };
    let inner = header.trim_start_matches("@@").split("@@").next().unwrap_or_default().trim();
    if inner.is_empty() || !inner.starts_with('-') {
        return if header.starts_with("@@") && inner.is_empty() { Ok((None, 0, 0)) } else { Err(fault()) };
    }
    let (old, new) = inner.split_once(' ').ok_or_else(fault)?;
    let range = |text: &str, mark: char| {
        let text = text.trim().strip_prefix(mark)?;
        let (start, count) = text.split_once(',').unwrap_or((text, "1"));
        Some((start.parse::<usize>().ok()?, count.parse::<usize>().ok()?))
    };
    let (start, old_count) = range(old, '-').ok_or_else(fault)?;
    let (_, new_count) = range(new, '+').ok_or_else(fault)?;
    Ok((Some(start), old_count, new_count))
}

fn file_mode(text: &str, line: usize) -> Result<FileMode, ProposalFault> {
    match text.trim() {
        "100644" | "100664" => Ok(FileMode::Plain),
        "100755" => Ok(FileMode::Executable),
        "120000" => Err(ProposalFault::malformed(line, "symbolic links can't be proposed")),
        "160000" => Err(ProposalFault::malformed(line, "submodules can't be proposed")),
        other => Err(ProposalFault::malformed(
            line,
            format!("`{other}` is no mode of a file; 100644 and 100755 are"),
        )),
    }
}

/// The two names of a `diff --git` line. Unquoted names are told apart by being the same.
fn both(text: &str) -> Option<(String, String)> {
    if let Some(inner) = text.strip_prefix('"') {
        let ends = inner.match_indices('"').map(|(at, _)| at);
        let end = ends.into_iter().find(|at| !inner[..*at].ends_with('\\'))?;
        return Some((unquoted(&text[..end + 2])?, unquoted(inner[end + 1..].trim())?));
    }
    let same = text.match_indices(' ').find(|(at, _)| bare(&text[..*at]) == bare(&text[at + 1..]));
    let split = same.map(|(at, _)| at).or_else(|| text.find(' '))?;
    Some((text[..split].to_owned(), unquoted(text[split + 1..].trim())?))
}

/// A name without git's `a/` or `b/`.
fn bare(name: &str) -> &str {
    name.strip_prefix("a/").or_else(|| name.strip_prefix("b/")).unwrap_or(name)
}

impl Part {
    /// The names without git's prefixes, if both have them.
    fn names(&self) -> Option<(String, String)> {
        let git = self.git.clone();
        let (old, new) = self.old.clone().zip(self.new.clone()).or(git)?;
        let prefixed = |name: &str, mark: &str| name == NOWHERE || name.starts_with(mark);
        let strip = prefixed(&old, "a/") && prefixed(&new, "b/");
        let bare = |name: String| if strip && name != NOWHERE { name[2..].to_owned() } else { name };
        Some((bare(old), bare(new)))
    }

    fn into_step(self) -> Result<Option<Step>, ProposalFault> {
        let line = self.line;
        let (old, new) = self
            .names()
            .ok_or_else(|| ProposalFault::malformed(line, "the names of the file are missing"))?;
        let moved = self.from.clone().zip(self.to.clone());
        let (old, new) = moved.unwrap_or((old, new));
        if old == NOWHERE || self.created {
            return self.create(&new).map(Some);
        }
        let from = path(&old, line)?;
        if new == NOWHERE || self.deleted {
            return Ok(Some(Step { path: from, line, action: Action::Delete { hunks: self.hunks } }));
        }
        let to = path(&new, line)?;
        self.change(from, to)
    }

    fn create(self, name: &str) -> Result<Step, ProposalFault> {
        let (file, line) = (path(name, self.line)?, self.line);
        if let Some(content) = self.binary {
            return Ok(Step {
                path: file,
                line,
                action: Action::Binary { content, to: None, mode: self.mode },
            });
        }
        let mut bytes = Vec::new();
        for body in self.hunks.iter().flat_map(|hunk| &hunk.body) {
            if body.sign != Sign::Add {
                return Err(ProposalFault::malformed(
                    line,
                    format!("`{name}` is new, and a line of it is there before"),
                ));
            }
            bytes.extend_from_slice(body.text.as_bytes());
            let end = if body.carriage { "\r\n" } else { "\n" };
            bytes.extend_from_slice(if body.unended { b"" } else { end.as_bytes() });
        }
        Ok(Step { path: file, line, action: Action::Write { bytes, mode: self.mode, onto: Onto::Nothing } })
    }

    fn change(self, from: RepoPath, to: RepoPath) -> Result<Option<Step>, ProposalFault> {
        let line = self.line;
        let to = (from != to).then_some(to);
        if let Some(content) = self.binary {
            return Ok(Some(Step {
                path: from,
                line,
                action: Action::Binary { content, to, mode: self.mode },
            }));
        }
        if self.hunks.is_empty() && to.is_none() && self.mode.is_none() {
            return Err(ProposalFault::malformed(
                line,
                format!("nothing is said of `{from}`; a hunk is missing"),
            ));
        }
        let action = Action::Patch { hunks: self.hunks, to, keep: self.copied, mode: self.mode };
        Ok(Some(Step { path: from, line, action }))
    }
}
