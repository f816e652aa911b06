//! The change as a unified diff that `git apply` takes.

use agent_contract::{RepoPath, operation::OperationKind};
use imara_diff::{Algorithm, Diff, InternedInput, sources::byte_lines};

use super::{HeldFile, Net};

/// Lines, before and after together, up to which a diff is made to be read.
const HISTOGRAM_LINES_MAX: usize = 20_000;

const CONTEXT_LINES: u32 = 3;
/// How far git looks for a NUL before it takes a file for text.
const BINARY_PROBE_BYTES: usize = 8000;

/// A file's part of the diff, and how many lines it adds and removes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileDiff {
    /// The text. It may hold bytes that are not UTF-8, as the files may.
    pub text: Vec<u8>,
    /// Lines added.
    pub added: u64,
    /// Lines removed.
    pub removed: u64,
}

/// The diff of one file.
pub fn of(net: &Net) -> FileDiff {
    let mut diff = FileDiff::default();
    let old_path = net.from.as_ref().unwrap_or(&net.path);
    header(net, old_path, &mut diff.text);
    let (old, new) = (bytes(net.before.as_ref()), bytes(net.after.as_ref()));
    if old == new {
        return diff;
    }
    let old_name = if net.before.is_some() { quoted("a/", old_path) } else { "/dev/null".to_owned() };
    let new_name = if net.after.is_some() { quoted("b/", &net.path) } else { "/dev/null".to_owned() };
    if is_binary(old) || is_binary(new) {
        push(&mut diff.text, &format!("Binary files {old_name} and {new_name} differ\n"));
        return diff;
    }
    push(&mut diff.text, &format!("--- {old_name}\n+++ {new_name}\n"));
    hunks(old, new, &mut diff);
    diff
}

fn bytes(file: Option<&HeldFile>) -> &[u8] {
    file.map_or(&[], |file| file.blob.bytes())
}

fn is_binary(bytes: &[u8]) -> bool {
    bytes[..bytes.len().min(BINARY_PROBE_BYTES)].contains(&0)
}

fn push(to: &mut Vec<u8>, text: &str) {
    to.extend_from_slice(text.as_bytes());
}

fn header(net: &Net, old_path: &RepoPath, to: &mut Vec<u8>) {
    push(to, &format!("diff --git {} {}\n", quoted("a/", old_path), quoted("b/", &net.path)));
    match (&net.before, &net.after) {
        (None, Some(new)) => push(to, &format!("new file mode {}\n", new.mode)),
        (Some(old), None) => push(to, &format!("deleted file mode {}\n", old.mode)),
        (Some(old), Some(new)) if old.mode != new.mode => {
            push(to, &format!("old mode {}\nnew mode {}\n", old.mode, new.mode));
        }
        _ => {}
    }
    if net.kind == OperationKind::Rename {
        push(to, &format!("rename from {}\nrename to {}\n", quoted("", old_path), quoted("", &net.path)));
    }
}

/// A path as git writes it: in quotes when it holds what would break a line.
fn quoted(prefix: &str, path: &RepoPath) -> String {
    let text = format!("{prefix}{path}");
    let plain = |b: u8| b >= 0x20 && b != b'"' && b != b'\\' && b != 0x7f && b < 0x80;
    if text.bytes().all(plain) {
        return text;
    }
    let escape = |b: u8| match b {
        b'"' | b'\\' => format!("\\{}", char::from(b)),
        b'\n' => "\\n".to_owned(),
        b'\t' => "\\t".to_owned(),
        _ if plain(b) => char::from(b).to_string(),
        _ => format!("\\{b:03o}"),
    };
    format!("\"{}\"", text.bytes().map(escape).collect::<String>())
}

fn hunks(old: &[u8], new: &[u8], to: &mut FileDiff) {
    let input = InternedInput::new(byte_lines(old), byte_lines(new));
    // The one reads better; its time grows with the square of a file that changes in many places.
    let large = input.before.len() + input.after.len() > HISTOGRAM_LINES_MAX;
    let algorithm = if large { Algorithm::Myers } else { Algorithm::Histogram };
    let mut diff = Diff::compute(algorithm, &input);
    diff.postprocess_lines(&input);
    let (old_lines, new_lines): (Vec<&[u8]>, Vec<&[u8]>) =
        (byte_lines(old).collect(), byte_lines(new).collect());
    let changes: Vec<_> = diff.hunks().map(|hunk| (hunk.before, hunk.after)).collect();
    for group in groups(&changes) {
        write_group(group, &old_lines, &new_lines, to);
    }
}

type Range = std::ops::Range<u32>;
type Changed = (Range, Range);

/// Changes whose contexts touch go into one hunk.
fn groups(changes: &[Changed]) -> Vec<&[Changed]> {
    changes.chunk_by(|one, next| next.0.start - one.0.end <= 2 * CONTEXT_LINES).collect()
}

fn write_group(group: &[Changed], old: &[&[u8]], new: &[&[u8]], to: &mut FileDiff) {
    let (first, last) = (&group[0], &group[group.len() - 1]);
    let lead = first.0.start.min(CONTEXT_LINES);
    let old_end = (last.0.end + CONTEXT_LINES).min(old.len() as u32);
    let tail = old_end - last.0.end;
    let (old_start, new_start) = (first.0.start - lead, first.1.start - lead);
    let title = format!("@@ -{} +{} @@\n", span(old_start, old_end), span(new_start, last.1.end + tail));
    push(&mut to.text, &title);
    let mut at = old_start;
    for (removed, added) in group {
        lines(b' ', &old[at as usize..removed.start as usize], &mut to.text);
        lines(b'-', &old[removed.start as usize..removed.end as usize], &mut to.text);
        lines(b'+', &new[added.start as usize..added.end as usize], &mut to.text);
        to.removed += u64::from(removed.end - removed.start);
        to.added += u64::from(added.end - added.start);
        at = removed.end;
    }
    lines(b' ', &old[at as usize..old_end as usize], &mut to.text);
}

fn span(start: u32, end: u32) -> String {
    match end - start {
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        count => format!("{},{count}", start + 1),
    }
}

fn lines(sign: u8, lines: &[&[u8]], to: &mut Vec<u8>) {
    for line in lines {
        to.push(sign);
        to.extend_from_slice(line);
        if !line.ends_with(b"\n") {
            push(to, "\n\\ No newline at end of file\n");
        }
    }
}
