//! A requirement on one line: `name[extra] >=1.2 ; python_version < "3.12"`.

/// What a line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked<'a> {
    pub name: &'a str,
    pub line: Line,
}

/// How it says which version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// Not at all.
    Anything,
    /// By an address.
    Place,
    /// In these bytes of the line.
    Version { from: usize, to: usize },
}

/// Reads a line. What has no name is none.
pub(super) fn parse(line: &str) -> Option<Asked<'_>> {
    let start = line.len() - line.trim_start().len();
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name = &line[start..][..line[start..].find(|c| !part(c)).unwrap_or(line.len() - start)];
    if name.is_empty() {
        return None;
    }
    let mut at = start + name.len();
    at += blanks(&line[at..]);
    if line[at..].starts_with('[') {
        at += line[at..].find(']')? + 1;
        at += blanks(&line[at..]);
    }
    let to = at + line_end(&line[at..]);
    let said = &line[at..to];
    let line = match said {
        "" => Line::Anything,
        _ if said.starts_with('@') => Line::Place,
        _ => bracketed(at, said),
    };
    Some(Asked { name, line })
}

/// Where a version ends: before a marker, a comment or an option.
pub(super) fn line_end(line: &str) -> usize {
    let ends = [line.find(';'), line.find(" #"), line.find(" --"), line.find('\\')];
    let end = ends.into_iter().flatten().min().unwrap_or(line.len());
    line[..end].trim_end().len()
}

/// `(>=1.2)` is an old way to write it.
fn bracketed(at: usize, said: &str) -> Line {
    match said.strip_prefix('(').and_then(|said| said.strip_suffix(')')) {
        Some(inner) => Line::Version { from: at + 1, to: at + 1 + inner.len() },
        None => Line::Version { from: at, to: at + said.len() },
    }
}

fn blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t']).len()
}
