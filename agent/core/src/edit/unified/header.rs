//! The lines of a diff that are not the file's.

use agent_contract::operation::FileMode;

use crate::edit::{fault::ProposalFault, names::unquoted};

/// The name and the time of a `---` or `+++` line. Where a tab ends the name, a space in
/// front of it is a part of it.
pub(super) fn name_and_time(text: &str) -> (&str, &str) {
    match (text.starts_with('"'), text.split_once('\t')) {
        (false, Some((name, time))) => (name, time),
        (false, None) => (text.trim_end(), ""),
        (true, _) => text.trim_end().rsplit_once('\t').unwrap_or((text.trim_end(), "")),
    }
}

/// `diff -N` gives a file that is not there the time of the epoch, in some time zone.
pub(super) fn is_epoch(time: &str) -> bool {
    let at = |day: &str, rest: &[&str]| rest.iter().any(|hour| time.starts_with(&format!("{day} {hour}")));
    let zoned = |zone: &[char]| time.rsplit_once(' ').is_some_and(|(_, offset)| offset.starts_with(zone));
    (at("1970-01-01", &["0", "1"]) && zoned(&['+'])) || (at("1969-12-31", &["1", "2"]) && zoned(&['-']))
}

/// `From 1c0ffee... Mon Sep 17 00:00:00 2001`: a commit of a mailbox.
pub(super) fn is_mail(line: &str) -> bool {
    let id = line.strip_prefix("From ").and_then(|rest| rest.split(' ').next()).unwrap_or_default();
    matches!(id.len(), 40 | 64) && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The two names of a `diff --git` line. Unquoted names are told apart by being the same.
pub(super) fn both(text: &str) -> Option<(String, String)> {
    let split = match text.starts_with('"') {
        true => quoted_length(text)?,
        false => {
            let same = |at: &usize| bare(&text[..*at]) == bare(&text[at + 1..]);
            let spaces = || text.match_indices(' ').map(|(at, _)| at);
            spaces().find(same).or_else(|| spaces().next())?
        }
    };
    Some((unquoted(&text[..split])?, unquoted(text[split..].strip_prefix(' ')?)?))
}

/// How long the quoted name at the start is; a backslash takes the letter after it along.
fn quoted_length(text: &str) -> Option<usize> {
    let mut letters = text.bytes().enumerate().skip(1);
    loop {
        match letters.next()? {
            (at, b'"') => return Some(at + 1),
            (_, b'\\') => drop(letters.next()?),
            _ => {}
        }
    }
}

/// A name without git's prefix: `a/` and `b/`, or what `diff.mnemonicPrefix` makes of them.
pub(super) fn bare(name: &str) -> &str {
    match name.as_bytes() {
        [b'a' | b'b' | b'c' | b'i' | b'o' | b'w', b'/', ..] => &name[2..],
        _ => name,
    }
}

/// What the header of a hunk says.
pub(super) struct Ranges {
    /// The line of the old file, from one.
    pub place: usize,
    /// How many lines there are of the old file and of the new one.
    pub counts: (usize, usize),
}

/// `@@ -1,2 +1,3 @@`. Without numbers the place is found by the lines alone.
pub(super) fn ranges(header: &str, line: usize) -> Result<Option<Ranges>, ProposalFault> {
    if header.trim_matches(['@', ' ']).is_empty() {
        return Ok(None);
    }
    let fault = || format!("`{header}` is no header of a hunk; `@@ -1,2 +1,3 @@` is one");
    numbers(header).map(Some).ok_or_else(|| ProposalFault::malformed(line, fault()))
}

/// The line at which a hunk's header says that it belongs.
pub(in crate::edit) fn stated_place(header: &str) -> Option<usize> {
    numbers(header).map(|ranges| ranges.place)
}

fn numbers(header: &str) -> Option<Ranges> {
    let inner = header.strip_prefix("@@ ")?.split(" @@").next()?;
    let (old, new) = inner.trim().split_once(' ')?;
    let ((place, old), (_, new)) = (range(old, '-')?, range(new, '+')?);
    Some(Ranges { place, counts: (old, new) })
}

fn range(text: &str, mark: char) -> Option<(usize, usize)> {
    let text = text.trim().strip_prefix(mark)?;
    let (start, count) = text.split_once(',').unwrap_or((text, "1"));
    Some((start.parse().ok()?, count.parse().ok()?))
}

pub(super) fn file_mode(text: &str, line: usize) -> Result<FileMode, ProposalFault> {
    let fault = |message: String| Err(ProposalFault::malformed(line, message));
    match text.trim() {
        "100644" | "100664" => Ok(FileMode::Plain),
        "100755" => Ok(FileMode::Executable),
        "120000" => fault("symbolic links can't be proposed".to_owned()),
        "160000" => fault("submodules can't be proposed".to_owned()),
        other => fault(format!("`{other}` is no mode of a file; 100644 and 100755 are")),
    }
}
