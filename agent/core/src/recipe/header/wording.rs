//! What a header says, and how it is known again when it says it of another year.

use agent_contract::RepoPath;

use super::style::Style;
use crate::recipe::RecipeFault;

const LINES_MAX: usize = 60;

/// Where the words come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// A licence by its identifier.
    Spdx(String),
    /// The text itself.
    Text(String),
    /// A file of the repository.
    File(RepoPath),
}

/// The lines of a header, without comment signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wording {
    pub lines: Vec<Line>,
    /// Whom the header names.
    pub holder: Option<String>,
}

/// A line, and what it was before year and holder were put in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub text: String,
    form: Form,
    year: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Form {
    /// `SPDX-License-Identifier: ...`
    Licence,
    /// `SPDX-FileCopyrightText: ...` or another copyright line.
    Copyright,
    /// A line of a text with `{year}` and `{holder}` in it, perhaps.
    Template(String),
}

/// How a line of a file stands to a line of a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Likeness {
    /// It is another line.
    Other,
    /// It is the line, perhaps of another year.
    Ours,
    /// It is the line in the name of somebody else.
    OfOthers,
}

const LICENCE: &str = "SPDX-License-Identifier:";
const COPYRIGHT: &str = "SPDX-FileCopyrightText:";

/// What stands in notices of every form, in small letters.
const NOTICE_WORDS: &[&str] = &[
    "spdx-",
    "licensed under",
    "all rights reserved",
    "\u{a9}",
    "author:",
    "authors:",
    "@license",
    "@licence",
    "@copyright",
    "permission is hereby granted",
    "source code form is subject to",
    "public domain",
];

impl Wording {
    /// The two lines that machines read.
    pub fn spdx(id: &str, year: Option<&str>, holder: Option<&str>) -> Self {
        let said: Vec<&str> = year.into_iter().chain(holder).collect();
        let copyright = holder.map(|_| Line {
            text: format!("{COPYRIGHT} {}", said.join(" ")),
            form: Form::Copyright,
            year: year.map(str::to_owned),
        });
        let licence = Line { text: format!("{LICENCE} {id}"), form: Form::Licence, year: None };
        Self { lines: copyright.into_iter().chain([licence]).collect(), holder: holder.map(str::to_owned) }
    }

    /// A text in which `{year}` and `{holder}` stand for what is told of them.
    pub fn text(text: &str, year: Option<&str>, holder: Option<&str>) -> Result<Self, RecipeFault> {
        for (name, value) in [("year", year), ("holder", holder)] {
            if value.is_none() && text.contains(&format!("{{{name}}}")) {
                let fault = RecipeFault::new(
                    "recipe-parameter-missing",
                    format!("the text names `{{{name}}}`, and parameter `{name}` is missing"),
                );
                return Err(fault);
            }
        }
        let trimmed = text.trim_matches(['\n', '\r']);
        if trimmed.trim().is_empty() || trimmed.lines().count() > LINES_MAX {
            let fault = format!("says nothing, or has more than {LINES_MAX} lines");
            return Err(RecipeFault::parameter("text", fault));
        }
        if let Some(why) = trimmed.lines().find_map(unfit) {
            return Err(RecipeFault::parameter("text", why));
        }
        let lines = trimmed.lines().map(|line| Line::template(line.trim_end(), year, holder));
        Ok(Self { lines: lines.collect(), holder: holder.map(str::to_owned) })
    }

    /// Why no comment of a style can hold it.
    pub fn unfit_for(&self, style: Style) -> Option<&'static str> {
        let doubled = self.lines.iter().any(|line| line.text.contains("--"));
        (style == Style::MARKUP && doubled).then_some("a comment of its can't hold the `--` of the header")
    }

    /// Whether it is the lines that machines read.
    pub fn is_spdx(&self) -> bool {
        self.lines.iter().any(Line::is_licence)
    }

    /// Whether a line says a licence or whose the file is, whoever wrote it.
    pub fn is_notice(line: &str) -> bool {
        let lower = line.to_lowercase();
        NOTICE_WORDS.iter().any(|words| lower.contains(words))
            || ["Copyright", "COPYRIGHT"].iter().any(|word| line.contains(word))
            || has_copyright_sign(&lower)
            || is_claim(line)
    }

    /// Whether a line says that the file is somebody else's.
    pub fn is_claim_of_others(&self, line: &str) -> bool {
        is_claim(line) && copyright(line, self.holder.as_deref()) == Likeness::OfOthers
    }

    /// Whether a line says that the file is ours.
    pub fn is_claim_of_ours(&self, line: &str) -> bool {
        is_claim(line) && copyright(line, self.holder.as_deref()) == Likeness::Ours
    }
}

/// `(c) ` on its own: in `f(c) ` it is code.
fn has_copyright_sign(lower: &str) -> bool {
    let is_free = |(at, _): (usize, &str)| !lower[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    lower.match_indices("(c) ").any(is_free)
}

/// Signs that end a comment, in one language or another.
const ENDS: &[&str] = &["*/", "-->", "?>"];

/// Why a line can stand in no comment, or would go beyond it.
fn unfit(line: &str) -> Option<&'static str> {
    let is_break = |c: char| c.is_control() && c != '\t' || matches!(c, '\u{2028}' | '\u{2029}');
    if ENDS.iter().any(|end| line.contains(end)) {
        return Some("holds the end of a comment (`*/`, `-->` or `?>`)");
    }
    if line.contains(is_break) {
        return Some("holds a control character or another line's end");
    }
    line.ends_with('\\').then_some("has a line that ends with `\\`, which draws the next one in")
}

/// Why a name can stand in no comment of any language.
pub(super) fn unfit_holder(holder: &str) -> Option<&'static str> {
    let signs = ["--", "]]"].iter().any(|sign| holder.contains(sign));
    match holder.contains(char::is_control) {
        true => Some("holds a control character, or is more than one line"),
        false => unfit(holder).or(signs.then_some("holds `--` or `]]`, which break some comments")),
    }
}

/// Whether a line says whose the file is, and does not only speak of copyright.
fn is_claim(line: &str) -> bool {
    let signed = ["(c)", "(C)", "\u{a9}"].iter().any(|sign| line.contains(sign));
    let named = signed || line.starts_with(COPYRIGHT);
    statement(line).is_some_and(|said| named || years(said).0.is_some())
}

impl Line {
    /// Whether it names the licence.
    pub fn is_licence(&self) -> bool {
        self.form == Form::Licence
    }

    fn template(line: &str, year: Option<&str>, holder: Option<&str>) -> Self {
        let text =
            line.replace("{year}", year.unwrap_or_default()).replace("{holder}", holder.unwrap_or_default());
        Self { text, form: Form::Template(line.to_owned()), year: year.map(str::to_owned) }
    }

    /// How a line of a file, without its comment signs, stands to this one.
    pub fn likeness(&self, line: &str, holder: Option<&str>) -> Likeness {
        match &self.form {
            _ if line == self.text.trim_start() => Likeness::Ours,
            Form::Licence if line.starts_with(LICENCE) => Likeness::Ours,
            Form::Licence => Likeness::Other,
            Form::Copyright => copyright(line, holder),
            Form::Template(template) => self.templated(template, line),
        }
    }

    /// The text that takes the place of a line. Without a year to be told, the year that
    /// stands there stays.
    pub fn instead_of(&self, line: &str) -> String {
        let (Form::Copyright, None) = (&self.form, &self.year) else {
            return self.text.trim_start().to_owned();
        };
        match statement(line).and_then(|said| years(said).0) {
            Some(there) => self.text.replacen(COPYRIGHT, &format!("{COPYRIGHT} {there}"), 1),
            None => self.text.clone(),
        }
    }

    fn templated(&self, template: &str, line: &str) -> Likeness {
        if dated(self.text.trim_start()) == dated(line) {
            return Likeness::Ours;
        }
        let form = dated(&template.trim_start().replace("{year}", "2000")).replacen("{holder}", GAP, 1);
        match form.contains(GAP) && fits(&form, &dated(line)) {
            true => Likeness::OfOthers,
            false => Likeness::Other,
        }
    }
}

/// Stands for a holder, which no text of ours can hold.
const GAP: &str = "\u{1}";

/// A line with one sign for whatever years are in it.
fn dated(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let there = years(rest).0;
        let length = match there {
            Some(there) => there.len(),
            None => rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()),
        };
        text.push_str(if there.is_some() { "\0" } else { &rest[..length] });
        rest = &rest[length..];
    }
    text + rest
}

/// Whether a line is the form with something in its one gap.
fn fits(form: &str, line: &str) -> bool {
    let Some((before, after)) = form.split_once(GAP) else { return form == line };
    let rest = line.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    rest.is_some_and(|gap| !gap.trim().is_empty())
}

fn is_years(text: &str) -> bool {
    let year = |part: &str| part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_digit());
    !text.is_empty() && text.split([',', '-']).all(|part| year(part.trim()))
}

/// How a copyright line stands to one of ours.
fn copyright(line: &str, holder: Option<&str>) -> Likeness {
    let Some(said) = statement(line) else { return Likeness::Other };
    let named = years(said).1;
    let same = |holder: &str| bare(named) == bare(holder);
    match holder {
        Some(holder) if same(holder) => Likeness::Ours,
        _ => Likeness::OfOthers,
    }
}

/// What a copyright line says after the word.
fn statement(line: &str) -> Option<&str> {
    let rest = match line.strip_prefix(COPYRIGHT) {
        Some(rest) => rest,
        None => line.get(..9).filter(|start| start.eq_ignore_ascii_case("copyright")).and(line.get(9..))?,
    };
    let rest = rest.trim_start().trim_start_matches("Copyright").trim_start();
    Some(["(c)", "(C)", "©"].into_iter().fold(rest, |rest, sign| rest.trim_start_matches(sign).trim_start()))
}

/// The years that a statement begins with, and the rest.
fn years(said: &str) -> (Option<&str>, &str) {
    let end = said.find(|c: char| !c.is_ascii_digit() && !matches!(c, '-' | ',' | ' ')).unwrap_or(said.len());
    let there = said[..end].trim_end_matches([' ', ',', '-']);
    match is_years(there) {
        true => (Some(there), said[there.len()..].trim_start_matches([' ', ','])),
        false => (None, said),
    }
}

fn bare(holder: &str) -> String {
    let holder = holder.trim().trim_end_matches('.').trim_end_matches("All rights reserved");
    holder.trim_end_matches(['.', ' ', ',']).to_lowercase()
}
