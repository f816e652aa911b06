use std::{borrow::Cow, collections::BTreeMap};

use agent_contract::{
    RepoPath,
    gate::{Finding, Location, Severity, Standing},
};
use sha2::{Digest as _, Sha256};

/// Where in a file, counted from one; a column is a byte of its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first line.
    pub line: u32,
    /// The first column.
    pub column: u32,
    /// The last line.
    pub end_line: u32,
    /// The column after the last.
    pub end_column: u32,
}

impl Span {
    /// The span of some bytes of a text.
    pub fn of(text: &[u8], bytes: std::ops::Range<usize>) -> Self {
        let (line, column) = place(text, bytes.start);
        let (end_line, end_column) = place(text, bytes.end);
        Self { line, column, end_line, end_column }
    }

    /// A whole line.
    pub fn line(line: u32) -> Self {
        Self { line, column: 1, end_line: line, end_column: 1 }
    }
}

fn place(text: &[u8], at: usize) -> (u32, u32) {
    let before = &text[..at.min(text.len())];
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    (number(line), number(before.len() - start + 1))
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// What a scanner says of a place, before it is known whether it is new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The rule that is broken, such as `secrets/aws-access-key-id`.
    pub rule: Cow<'static, str>,
    /// How grave it is.
    pub severity: Severity,
    /// The file; none where it is of the whole repository.
    pub path: Option<RepoPath>,
    /// Where in it.
    pub span: Option<Span>,
    /// What is wrong: what, which object, where. Never the value of a secret.
    pub message: String,
    /// What to do about it.
    pub remedy: Cow<'static, str>,
    /// What it is about, whatever the lines around it do: the code without its indentation,
    /// the package and the advisory, the secret itself. Only its hash goes on from here.
    pub subject: Vec<u8>,
}

/// Findings, each with a fingerprint of rule, file and subject; of those that are the same
/// in all three, the later ones are told apart by their number.
pub fn findings(found: Vec<Found>, tool: &str) -> Vec<Finding> {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    found
        .into_iter()
        .map(|found| {
            let plain = fingerprint(&found, 0);
            let count = seen.entry(plain.clone()).or_default();
            let fingerprint = if *count == 0 { plain } else { fingerprint(&found, *count) };
            *count += 1;
            finding(found, fingerprint, tool)
        })
        .collect()
}

fn finding(found: Found, fingerprint: String, tool: &str) -> Finding {
    let span = found.span;
    Finding {
        location: found.path.map(|path| Location {
            path,
            line: span.map(|span| span.line),
            column: span.map(|span| span.column),
            end_line: span.map(|span| span.end_line),
            end_column: span.map(|span| span.end_column),
        }),
        rule: found.rule.into_owned(),
        severity: found.severity,
        fingerprint,
        message: found.message,
        remedy: found.remedy.into_owned(),
        tool: tool.to_owned(),
        standing: Standing::New,
        fails: false,
        waiver: None,
    }
}

fn fingerprint(found: &Found, number: u32) -> String {
    let mut hash = Sha256::new();
    let path = found.path.as_ref().map_or("", RepoPath::as_str);
    for part in [found.rule.as_bytes(), path.as_bytes(), &found.subject, &number.to_be_bytes()] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rule: &'static str, line: u32, subject: &str) -> Found {
        Found {
            rule: rule.into(),
            severity: Severity::High,
            path: RepoPath::parse("a.rs").ok(),
            span: Some(Span::line(line)),
            message: "wrong".to_owned(),
            remedy: "mend it".into(),
            subject: subject.as_bytes().to_vec(),
        }
    }

    #[test]
    fn a_fingerprint_stays_where_lines_move_and_tells_twins_apart() {
        let before = findings(vec![found("r", 1, "x"), found("r", 2, "x"), found("r", 3, "y")], "t");
        let after = findings(vec![found("r", 7, "x"), found("r", 8, "x"), found("s", 9, "y")], "t");
        let print = |findings: &[Finding], at: usize| findings[at].fingerprint.clone();
        assert_eq!(print(&before, 0), print(&after, 0));
        assert_eq!(print(&before, 1), print(&after, 1));
        assert_ne!(print(&before, 0), print(&before, 1));
        assert_ne!(print(&before, 2), print(&after, 2));
    }

    #[test]
    fn a_span_counts_lines_and_bytes_from_one() {
        let span = Span::of("ab\ncdé\n".as_bytes(), 4..7);
        assert_eq!((span.line, span.column, span.end_line, span.end_column), (2, 2, 2, 5));
        assert_eq!(Span::of(b"", 0..0), Span::line(1));
    }
}
