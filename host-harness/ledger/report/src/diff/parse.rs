//! Reads a unified diff as git writes it. Nothing is an error: a line that is none of those
//! that are known is kept as a note.

/// A line of a file's change.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// The head of a hunk, whose lines follow.
    Hunk(&'a str),
    Same(u64, u64, &'a str),
    Removed(u64, &'a str),
    Added(u64, &'a str),
    /// What is no line of the file: no newline at its end, what could not be read.
    Note(&'a str),
}

/// What became of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct File<'a> {
    /// Its path, of a deleted file the one that it had.
    pub path: &'a str,
    /// What git says of it: new, deleted, renamed, mode.
    pub heads: Vec<&'a str>,
    pub lines: Vec<Line<'a>>,
    /// Lines that are not kept.
    pub left: usize,
}

/// Reads a diff, and keeps so many lines of it at most.
pub(super) fn parse(diff: &str, lines_max: usize) -> Vec<File<'_>> {
    let mut reader = Reader { lines_max, ..Reader::default() };
    diff.split_terminator('\n').for_each(|line| reader.take(line));
    reader.files
}

/// Files whose lines are told; those that come after are told as one.
const FILES_MAX: usize = 2_000;
/// Lines about a file before its hunks.
const HEADS_MAX: usize = 20;

#[derive(Default)]
struct Reader<'a> {
    files: Vec<File<'a>>,
    lines_max: usize,
    kept: usize,
    /// Lines that the hunk still has of the old and of the new file, and their numbers.
    left: (u64, u64),
    at: (u64, u64),
}

impl<'a> Reader<'a> {
    fn take(&mut self, line: &'a str) {
        match self.left {
            (0, 0) => self.between(line),
            _ => self.within(line),
        }
    }

    /// A line that stands in no hunk.
    fn between(&mut self, line: &'a str) {
        if let Some(names) = line.strip_prefix("diff --git ") {
            return self.start(second_name(names));
        }
        match hunk(line) {
            Some((at, left)) => {
                (self.at, self.left) = (at, left);
                self.put(Line::Hunk(line));
            }
            None => self.head(line),
        }
    }

    fn start(&mut self, path: &'a str) {
        match self.files.len() < FILES_MAX {
            true => self.files.push(File { path, ..File::default() }),
            false => self.head("diff"),
        }
    }

    fn file(&mut self) -> &mut File<'a> {
        if self.files.is_empty() {
            self.files.push(File::default());
        }
        let last = self.files.len() - 1;
        &mut self.files[last]
    }

    fn head(&mut self, line: &'a str) {
        let file = self.file();
        let named = line.strip_prefix("--- a/").or_else(|| line.strip_prefix("+++ b/"));
        match named {
            Some(path) => file.path = path,
            None if line.starts_with("\\ ") => self.put(Line::Note(line)),
            None if ["--- ", "+++ ", "index "].iter().any(|head| line.starts_with(head)) => {}
            None if !line.is_empty() && file.heads.len() < HEADS_MAX => file.heads.push(line),
            None => {}
        }
    }

    /// A line of a hunk.
    fn within(&mut self, line: &'a str) {
        let (old, new) = self.at;
        let (side, text) = line.split_at_checked(1).unwrap_or((" ", line));
        let (told, old_more, new_more) = match side {
            "+" => (Line::Added(new, text), 0, 1),
            "-" => (Line::Removed(old, text), 1, 0),
            " " => (Line::Same(old, new, text), 1, 1),
            _ => (Line::Note(line), 0, 0),
        };
        self.at = (old.saturating_add(old_more), new.saturating_add(new_more));
        self.left = (self.left.0.saturating_sub(old_more), self.left.1.saturating_sub(new_more));
        self.put(told);
    }

    fn put(&mut self, line: Line<'a>) {
        let keep = self.kept < self.lines_max;
        self.kept += usize::from(keep);
        let file = self.file();
        match keep {
            true => file.lines.push(line),
            false => file.left += 1,
        }
    }
}

/// The new name of `a/NAME b/NAME`.
fn second_name(names: &str) -> &str {
    let half = names.len() / 2;
    let same = names.is_char_boundary(half) && names[half..].starts_with(" b/");
    match (same, names.rfind(" b/")) {
        (true, _) => &names[half + 3..],
        (false, Some(at)) => &names[at + 3..],
        (false, None) => names,
    }
}

/// Where a hunk begins and how many lines it has, of the old and of the new file.
fn hunk(line: &str) -> Option<((u64, u64), (u64, u64))> {
    let (ranges, _) = line.strip_prefix("@@ -")?.split_once(" @@")?;
    let (old, new) = ranges.split_once(" +")?;
    let ((old, old_lines), (new, new_lines)) = (range(old)?, range(new)?);
    Some(((old, new), (old_lines, new_lines)))
}

fn range(text: &str) -> Option<(u64, u64)> {
    let (start, lines) = text.split_once(',').unwrap_or((text, "1"));
    Some((start.parse().ok()?, lines.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Line::{Added, Hunk, Note, Removed, Same};
    use proptest::prelude::*;

    const DIFF: &str = "diff --git a/a b/c.rs b/a b/c.rs\nindex 1..2 100644\n--- a/a b/c.rs\n+++ b/a b/c.rs\n\
        @@ -3,3 +3,3 @@ fn x\n one\n--- two\n+++ TWO\n three\n\\ No newline at end of file\n\
        diff --git a/old b/new\nsimilarity index 100%\nrename from old\nrename to new\n\
        diff --git a/gone b/gone\ndeleted file mode 100644\n--- a/gone\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n";

    #[test]
    fn a_diff_is_read() {
        let files = parse(DIFF, 100);
        let paths: Vec<_> = files.iter().map(|file| file.path).collect();
        assert_eq!(paths, ["a b/c.rs", "new", "gone"]);
        let lines = [
            Hunk("@@ -3,3 +3,3 @@ fn x"),
            Same(3, 3, "one"),
            Removed(4, "-- two"),
            Added(4, "++ TWO"),
            Same(5, 5, "three"),
            Note("\\ No newline at end of file"),
        ];
        assert_eq!(files[0].lines, lines);
        assert_eq!(files[1].heads, ["similarity index 100%", "rename from old", "rename to new"]);
        assert_eq!(files[2].lines, [Hunk("@@ -1 +0,0 @@"), Removed(1, "x")]);
    }

    #[test]
    fn lines_beyond_the_limit_are_counted() {
        let files = parse(DIFF, 2);
        assert_eq!((files[0].lines.len(), files[0].left, files[2].left), (2, 4, 2));
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(diff in "([-+ @\\\\]|diff --git a/|@@ -[0-9]{1,20},9 \\+1 @@|\n|é|.)*") {
            let files = parse(&diff, 5);
            prop_assert!(files.iter().map(|file| file.lines.len()).sum::<usize>() <= 5);
        }
    }
}
