//! How proposals write the names of files.

/// Files that have neither a folder nor an extension and are known all the same.
const KNOWN: &[&str] = &[
    "AUTHORS",
    "BUILD",
    "CHANGELOG",
    "CODEOWNERS",
    "Containerfile",
    "Dockerfile",
    "Gemfile",
    "Jenkinsfile",
    "Justfile",
    "justfile",
    "LICENSE",
    "Makefile",
    "NOTICE",
    "Procfile",
    "README",
    "Rakefile",
    "Vagrantfile",
    "VERSION",
    "WORKSPACE",
];

/// A path as people write it above a block: with a list mark, a heading mark, bold,
/// backticks, a colon behind.
pub(super) fn heading(line: &str) -> Option<&str> {
    let text = line.trim().trim_start_matches(['#', '>']).trim();
    let text = text.strip_prefix("- ").or_else(|| text.strip_prefix("* ")).unwrap_or(text);
    let text = text.trim_start_matches('*').trim_start();
    let text =
        ["File:", "file:", "Path:", "path:"].iter().find_map(|word| text.strip_prefix(word)).unwrap_or(text);
    if let Some(quoted) = in_backticks(text) {
        return Some(quoted);
    }
    let text = text.trim().trim_start_matches(['*', '`']).trim_end_matches(['*', '`', ':']).trim();
    let plain = !text.is_empty() && !text.contains('`') && !text.ends_with(['.', '!', '?', ';', ',']);
    let word = !text.contains(char::is_whitespace) || text.contains(['/', '.']);
    let sentence = text.split_whitespace().count() > 4;
    (plain && word && !sentence).then_some(text)
}

/// Words that a sentence about a file starts with.
const LEADS: &[&str] = &[
    "add", "also", "and", "change", "changes", "contents", "create", "edit", "final", "for", "full", "here",
    "here's", "in", "modify", "new", "next", "now", "replace", "save", "see", "the", "then", "this",
    "update", "updated", "write",
];

/// A heading that can be nothing but a path. A bare word above a fence is as likely
/// the title of an example.
pub(super) fn sure_heading(line: &str) -> Option<&str> {
    let marked = line.contains(['`', '*']) || line.to_ascii_lowercase().contains("file:");
    let name = heading(line)?;
    let sure = marked || name.contains(['/', '.']) || is_known(name);
    // `Inside src/a.rs:`, `**Update src/a.rs**`: the path is only a part of it.
    let introduced = !marked && line.trim_end().ends_with(':') && name.contains(' ');
    let told = !line.contains('`') && leads(name);
    (sure && !introduced && !told).then_some(name)
}

fn leads(text: &str) -> bool {
    let first = text.split_once(' ').map(|(first, _)| first.to_ascii_lowercase());
    first.is_some_and(|first| LEADS.contains(&first.as_str()))
}

/// Whether a bare word is the name of a file for all that.
pub(super) fn is_known(name: &str) -> bool {
    KNOWN.contains(&name)
}

/// The one piece of a line that stands in backticks.
fn in_backticks(text: &str) -> Option<&str> {
    let mut pieces = text.split('`');
    let (_, quoted, rest) = (pieces.next()?, pieces.next()?, pieces.next()?);
    let only = pieces.next().is_none() && rest.trim().trim_end_matches(['*', ':']).is_empty();
    (only && !quoted.trim().is_empty()).then(|| quoted.trim())
}

/// An opening fence: its mark, how often it stands there, what follows.
pub(super) fn fence(line: &str) -> Option<(char, usize, &str)> {
    let text = line.trim();
    let mark = text.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let count = text.chars().take_while(|c| *c == mark).count();
    (count >= 3).then(|| (mark, count, text[count..].trim()))
}

/// Whether a line closes a fence.
pub(super) fn closes(line: &str, (mark, count): (char, usize)) -> bool {
    matches!(fence(line), Some((other, many, "")) if other == mark && many >= count)
}

/// A path in quotes as git writes it.
pub(super) fn unquoted(text: &str) -> Option<String> {
    let Some(inner) = text.strip_prefix('"') else { return Some(text.to_owned()) };
    let mut bytes = Vec::new();
    let mut rest = inner.bytes();
    loop {
        match rest.next()? {
            b'"' if rest.len() == 0 => return String::from_utf8(bytes).ok(),
            b'"' => return None,
            b'\\' => bytes.push(escaped(&mut rest)?),
            plain => bytes.push(plain),
        }
    }
}

fn escaped(rest: &mut impl Iterator<Item = u8>) -> Option<u8> {
    let digit = |byte: u8| (b'0'..=b'7').contains(&byte).then(|| byte - b'0');
    Some(match rest.next()? {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'v' => 11,
        first @ b'0'..=b'7' => {
            let (one, two, three) = (digit(first)?, digit(rest.next()?)?, digit(rest.next()?)?);
            one.checked_mul(64)?.checked_add(two * 8 + three)?
        }
        mark @ (b'"' | b'\\') => mark,
        _ => return None,
    })
}
