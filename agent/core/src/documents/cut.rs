//! A document in parts: a heading begins one, and one that is long ends where it pauses.

use agent_contract::RepoPath;

const LINES_MAX: usize = 40;
const BYTES_MAX: usize = 3_000;

/// A part of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// Its first line, from one.
    pub first: usize,
    /// Its last line.
    pub last: usize,
    /// The headings that it stands under, on one line, and its own lines.
    pub text: String,
}

impl Part {
    /// Where it is from.
    pub fn source(&self, path: &RepoPath) -> String {
        match self.first == self.last {
            true => format!("{path} line {}", self.first),
            false => format!("{path} lines {}-{}", self.first, self.last),
        }
    }
}

/// How headings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Markup {
    /// `# Heading`, and lines beneath.
    Markdown,
    /// `= Heading`.
    AsciiDoc,
    /// A line beneath.
    Underlined,
    /// Not at all: a text, a program.
    None,
}

fn markup(path: &RepoPath) -> Markup {
    let name = path.as_str().rsplit('/').next().unwrap_or_default();
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "md" | "markdown" | "mdx" => Markup::Markdown,
        "adoc" | "asciidoc" => Markup::AsciiDoc,
        "rst" => Markup::Underlined,
        _ => Markup::None,
    }
}

/// The parts of a document. None is empty.
pub(super) fn parts(path: &RepoPath, text: &str) -> Vec<Part> {
    let lines: Vec<&str> = text.lines().collect();
    let mut cutting = Cutting { lines: &lines, headings: Vec::new(), from: 0, parts: Vec::new() };
    let (markup, mut fence) = (markup(path), None);
    for at in 0..lines.len() {
        fence = fenced(lines[at], fence);
        let heading = if fence.is_none() { heading(&lines, at, markup) } else { None };
        if let Some((level, title)) = heading {
            cutting.end(at);
            cutting.enter(level, title);
        } else if cutting.is_full(at) {
            let pause = cutting.pause(at);
            cutting.end(pause);
        }
    }
    cutting.end(lines.len());
    cutting.parts
}

/// The sign that ends a block of code, while inside one.
fn fenced<'a>(line: &'a str, fence: Option<&'a str>) -> Option<&'a str> {
    let line = line.trim_start();
    match fence {
        Some(sign) => (!line.starts_with(sign)).then_some(sign),
        None => ["```", "~~~"].into_iter().find(|sign| line.starts_with(sign)),
    }
}

/// The level and the words of a heading.
fn heading<'a>(lines: &[&'a str], at: usize, markup: Markup) -> Option<(usize, &'a str)> {
    let line = lines[at];
    let signed = |sign: char| {
        let level = line.len() - line.trim_start_matches(sign).len();
        let title = line.get(level..)?.strip_prefix(' ')?.trim();
        ((1..=6).contains(&level) && !title.is_empty()).then_some((level, title))
    };
    match markup {
        Markup::Markdown => signed('#').or_else(|| underlined(lines, at, "=-")),
        Markup::AsciiDoc => signed('='),
        Markup::Underlined => underlined(lines, at, "=-~^\"'*+#"),
        Markup::None => None,
    }
}

fn underlined<'a>(lines: &[&'a str], at: usize, signs: &str) -> Option<(usize, &'a str)> {
    let below = lines.get(at + 1)?.trim_end();
    let sign = below.chars().next().filter(|sign| signs.contains(*sign))?;
    let title = lines[at].trim();
    let is_title = !title.is_empty() && lines[at].starts_with(|c: char| c.is_alphanumeric() || c == '`');
    let is_line = below.len() >= 3 && below.chars().all(|c| c == sign);
    let is_alone = at == 0 || lines[at - 1].trim().is_empty();
    (is_title && is_line && is_alone).then(|| (signs.find(sign).unwrap_or(0) + 1, title))
}

/// A document while it is cut.
struct Cutting<'a> {
    lines: &'a [&'a str],
    headings: Vec<(usize, &'a str)>,
    from: usize,
    parts: Vec<Part>,
}

impl<'a> Cutting<'a> {
    fn enter(&mut self, level: usize, title: &'a str) {
        self.headings.retain(|(outer, _)| *outer < level);
        self.headings.push((level, title));
    }

    fn is_full(&self, at: usize) -> bool {
        let bytes: usize = self.lines[self.from..=at].iter().map(|line| line.len() + 1).sum();
        at - self.from >= LINES_MAX || at > self.from && bytes > BYTES_MAX
    }

    /// The last blank line before, unless that is too far up.
    fn pause(&self, at: usize) -> usize {
        let half = self.from + (at - self.from) / 2;
        let blank = (half..at).rev().find(|line| self.lines[*line].trim().is_empty());
        blank.map_or(at, |line| line + 1)
    }

    /// Ends the part that is going on.
    fn end(&mut self, to: usize) {
        let is_blank = |at: &usize| self.lines[*at].trim().is_empty();
        let first = (self.from..to).find(|at| !is_blank(at));
        let last = (self.from..to).rev().find(|at| !is_blank(at));
        if let (Some(first), Some(last)) = (first, last) {
            let text = self.text(first, last);
            self.parts.push(Part { first: first + 1, last: last + 1, text });
        }
        self.from = to;
    }

    fn text(&self, first: usize, last: usize) -> String {
        let own = self.lines[first..=last].join("\n");
        let above = self.headings.iter().map(|(_, title)| *title);
        // The last heading may be what the part begins with.
        let above: Vec<_> = above.filter(|title| !self.lines[first].contains(title)).collect();
        let whole = if above.is_empty() { own } else { format!("{}:\n{own}", above.join(" > ")) };
        shortened(whole)
    }
}

/// A line can be as long as a file.
fn shortened(mut text: String) -> String {
    if text.len() > BYTES_MAX * 2 {
        let end = (0..=BYTES_MAX * 2).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
    text
}
