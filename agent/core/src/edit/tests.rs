use std::collections::BTreeMap;

use agent_contract::{
    RepoPath,
    operation::FileMode,
    proposal::{Proposal, ProposalFormat},
};
use proptest::prelude::*;
use similar::TextDiff;

use super::{apply, parse};
use crate::host::{Change, Content};

type Files = BTreeMap<RepoPath, Option<Content>>;

fn path(text: &str) -> RepoPath {
    RepoPath::parse(text).unwrap()
}

fn proposal(text: &str) -> Proposal {
    Proposal { format: ProposalFormat::Auto, text: text.to_owned() }
}

fn files(pairs: &[(&str, &str)]) -> Files {
    let content = |text: &str| Some(Content { bytes: text.as_bytes().to_vec(), mode: FileMode::Plain });
    pairs.iter().map(|(name, text)| (path(name), content(text))).collect()
}

/// The files after a proposal, or the code and the hints of what was wrong with it.
fn after(text: &str, before: &[(&str, &str)]) -> Result<BTreeMap<String, String>, (String, Vec<String>)> {
    let set = parse(&proposal(text)).map_err(|fault| (fault.code().to_owned(), vec![fault.to_string()]))?;
    let mut state = files(before);
    for name in set.paths() {
        state.entry(name).or_insert(None);
    }
    let changes = apply(&set, &state).map_err(|mismatch| (mismatch.code().to_owned(), mismatch.hints))?;
    for change in changes {
        perform(&mut state, change);
    }
    let text = |content: Content| {
        let mark = if content.mode == FileMode::Executable { "+x:" } else { "" };
        format!("{mark}{}", String::from_utf8_lossy(&content.bytes))
    };
    Ok(state.into_iter().filter_map(|(name, content)| Some((name.to_string(), text(content?)))).collect())
}

fn perform(state: &mut Files, change: Change) {
    match change {
        Change::Write { path, bytes, mode } => {
            let held = state.get(&path).cloned().flatten().map(|content| content.mode);
            let mode = mode.or(held).unwrap_or(FileMode::Plain);
            state.insert(path, Some(Content { bytes, mode }));
        }
        Change::Delete { path } => drop(state.insert(path, None)),
        Change::Rename { from, to } => {
            let content = state.insert(from, None).flatten();
            state.insert(to, content);
        }
    }
}

#[track_caller]
fn gives(text: &str, before: &[(&str, &str)], expected: &[(&str, &str)]) {
    let expected: BTreeMap<_, _> =
        expected.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    assert_eq!(after(text, before), Ok(expected));
}

#[track_caller]
fn refused(text: &str, before: &[(&str, &str)], code: &str) -> Vec<String> {
    let (found, hints) = after(text, before).unwrap_err();
    assert_eq!(found, code, "{hints:?}");
    hints
}

fn patch(body: &str) -> String {
    format!("*** Begin Patch\n{body}\n*** End Patch\n")
}

#[test]
fn apply_patch_changes_files() {
    gives(&patch("*** Add File: a/b.md\n+one\n+two"), &[], &[("a/b.md", "one\ntwo\n")]);
    gives(&patch("*** Delete File: a"), &[("a", "x\n")], &[]);
    gives(
        &patch("*** Update File: a\n@@\n-two\n+TWO"),
        &[("a", "one\ntwo\nthree\n")],
        &[("a", "one\nTWO\nthree\n")],
    );
    gives(
        &patch("*** Update File: a\n*** Move to: b/c\n@@\n-x\n+y"),
        &[("a", "x\n"), ("b/c", "old\n")],
        &[("b/c", "y\n")],
    );
    gives(&patch("*** Update File: a\n@@\n+end"), &[("a", "one\n")], &[("a", "one\nend\n")]);
    gives(
        &patch("*** Update File: a\n@@\n-no end\n+first\n+second"),
        &[("a", "no end")],
        &[("a", "first\nsecond\n")],
    );
    gives(&patch("*** Update File: a\n@@\n-one\n+ONE"), &[("a", "one\r\ntwo")], &[("a", "ONE\r\ntwo")]);
    gives(
        &patch("*** Update File: a\n@@ fn two\n-  x\n+  y"),
        &[("a", "fn one\n  x\nfn two\n  x\n")],
        &[("a", "fn one\n  x\nfn two\n  y\n")],
    );
    gives(&patch("*** Update File: a\n@@\n-x\n+y\n*** End of File"), &[("a", "x\nx\n")], &[("a", "x\ny\n")]);
    gives(
        "  *** Begin Patch  \n *** Update File: a \n@@\n-x\n+y\n  *** End Patch ",
        &[("a", "x\n")],
        &[("a", "y\n")],
    );
    gives(
        &patch("*** Update File: a\n@@\n one\n-caf\u{e9} \u{2013} x\n+tea"),
        &[("a", "one\ncaf\u{e9} - x\n")],
        &[("a", "one\ntea\n")],
    );
}

#[test]
fn apply_patch_is_refused_where_it_does_not_fit() {
    for (body, before, code) in [
        ("", &[][..], "proposal-empty"),
        ("*** Update File: a", &[("a", "x\n")][..], "proposal-malformed"),
        ("*** Frobnicate File: a", &[][..], "proposal-malformed"),
        ("*** Update File: a\n@@\n*x", &[("a", "x\n")][..], "proposal-malformed"),
        ("*** Add File: ../a\n+x", &[][..], "path-outside"),
        ("*** Delete File: .git/config", &[][..], "path-outside"),
        ("*** Update File: a\n@@\n-y\n+z", &[("a", "x\n")][..], "edit-not-found"),
        ("*** Update File: a\n@@\n-x\n+z", &[("a", "x\ny\nx\n")][..], "edit-ambiguous"),
        ("*** Update File: a\n@@ nowhere\n-x\n+z", &[("a", "x\n")][..], "edit-not-found"),
        ("*** Update File: gone\n@@\n-x\n+z", &[][..], "file-missing"),
        ("*** Delete File: gone", &[][..], "file-missing"),
        ("*** Add File: new\n+x\n*** Update File: gone\n@@\n-x\n+z", &[][..], "file-missing"),
    ] {
        refused(&patch(body), before, code);
    }
}

#[test]
fn what_came_close_is_told() {
    let hints = refused(
        &patch("*** Update File: a\n@@\n-let total = sum(x);\n+y"),
        &[("a", "fn a\nlet total = sum(y);\n")],
        "edit-not-found",
    );
    assert_eq!(hints, ["line 2: let total = sum(y);"]);
    let hints = refused(&patch("*** Update File: a\n@@\n-x\n+z"), &[("a", "x\ny\nx\n")], "edit-ambiguous");
    assert_eq!(hints, ["it matches at line 1", "it matches at line 3"]);
}

#[test]
fn unified_diffs_change_files() {
    gives(
        "--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n one\n-two\n+TWO\n",
        &[("a", "one\ntwo\n")],
        &[("a", "one\nTWO\n")],
    );
    gives("--- a\t2020\n+++ a\t2021\n@@ -1 +1 @@\n-x\n+y\n", &[("a", "x\n")], &[("a", "y\n")]);
    gives(
        "--- /dev/null\n+++ b/d/new\n@@ -0,0 +1 @@\n+x\n\\ No newline at end of file\n",
        &[],
        &[("d/new", "x")],
    );
    gives("--- a/a\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n", &[("a", "x\n")], &[]);
    gives(
        "diff --git a/a b/b\nsimilarity index 100%\nrename from a\nrename to b\n",
        &[("a", "x\n")],
        &[("b", "x\n")],
    );
    gives(
        "diff --git a/a b/b\nrename from a\nrename to b\n--- a/a\n+++ b/b\n@@ -1 +1 @@\n-x\n+y\n",
        &[("a", "x\n")],
        &[("b", "y\n")],
    );
    gives("diff --git a/a b/b\ncopy from a\ncopy to b\n", &[("a", "x\n")], &[("a", "x\n"), ("b", "x\n")]);
    gives("diff --git a/a b/a\nold mode 100644\nnew mode 100755\n", &[("a", "x\n")], &[("a", "+x:x\n")]);
    gives("diff --git a/e b/e\nnew file mode 100755\nindex 0000000..e69de29\n", &[], &[("e", "+x:")]);
    gives("diff --git a/e b/e\ndeleted file mode 100644\nindex e69de29..0000000\n", &[("e", "")], &[]);
    gives(
        "--- \"a/na\\303\\257ve\"\n+++ \"b/na\\303\\257ve\"\n@@ -1 +1 @@\n-x\n+y\n",
        &[("naïve", "x\n")],
        &[("naïve", "y\n")],
    );
    gives(
        "--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n one\r\n-two\r\n+TWO\r\n",
        &[("a", "one\r\ntwo\r\n")],
        &[("a", "one\r\nTWO\r\n")],
    );
    gives("--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\r\n+x\n", &[("a", "x\r\n")], &[("a", "x\n")]);
    gives(
        "--- a/a\n+++ b/a\n@@ -9,2 +9,2 @@\n one\n-two\n+TWO\n",
        &[("a", "zero\none\ntwo\n")],
        &[("a", "zero\none\nTWO\n")],
    );
    gives("--- a/a\n+++ b/a\n@@ -3 +3 @@\n-x\n+y\n", &[("a", "x\nz\nx\n")], &[("a", "x\nz\ny\n")]);
    gives(
        "--- a/a\n+++ b/a\n@@ -1,9 +1,7 @@\n one\n-two\n+TWO\n",
        &[("a", "one\ntwo\n")],
        &[("a", "one\nTWO\n")],
    );
    gives(
        "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+x\n",
        &[("a", "x")],
        &[("a", "x\n")],
    );
    gives(
        "--- a/a\n+++ b/a\n@@ -1 +1,2 @@\n x\n\\ No newline at end of file\n+y\n\\ No newline at end of file\n",
        &[("a", "x")],
        &[("a", "x\ny")],
    );
    gives(
        "Subject: x\n\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n+y\n-- \n2.39\n",
        &[("a", "x\n")],
        &[("a", "y\n")],
    );
    gives("--- a/a\n+++ b/a\n@@ -1 +1 @@\n--- x\n+++ y\n", &[("a", "-- x\n")], &[("a", "++ y\n")]);
}

#[test]
fn unified_diffs_are_refused_where_they_do_not_fit() {
    refused("--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n+y\n", &[("a", "z\n")], "edit-not-found");
    refused("--- a/a\n+++ b/a\n@@ -2 +2 @@\n-x\n+y\n", &[("a", "x\nz\nx\n")], "edit-ambiguous");
    refused("--- /dev/null\n+++ b/a\n@@ -0,0 +1 @@\n+x\n", &[("a", "other\n")], "file-exists");
    refused("--- a/a\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n", &[("a", "x\nmore\n")], "edit-not-found");
    refused("--- a/a\n+++ b/../../etc/passwd\n@@ -1 +1 @@\n-x\n+y\n", &[], "path-outside");
    refused("--- a/a\n+++ b/a\n@@ nonsense\n-x\n+y\n", &[("a", "x\n")], "proposal-malformed");
    refused("diff --git a/a b/a\nBinary files a/a and b/a differ\n", &[("a", "x")], "proposal-malformed");
    refused("diff --git a/l b/l\nnew file mode 120000\n", &[], "proposal-malformed");
}

/// What `git diff --binary` made of three bytes that became five, and of three
/// thousand letters that got a tail.
#[test]
fn binary_content_comes_out_right() {
    let literal = "diff --git a/b b/b\nindex 8352675..85025d9 100644\nGIT binary patch\nliteral 5\nMcmZQzWMXCk000>P3jhEB\n\nliteral 3\nKcmZQzWC8#H2LJ>B\n\n";
    gives(literal, &[("b", "\0\u{1}\u{2}")], &[("b", "\0\u{1}\u{2}\u{3}\u{4}")]);
    let delta = "diff --git a/z b/z\nindex 1cd935d..17e2eed 100644\nGIT binary patch\ndelta 12\nTcmdlXzDIn+4sI5P)Vve`9~}fy\n\ndelta 7\nOcmdlZzC(P&4sHMqGy@g@\n\n";
    let before = "a".repeat(3000);
    gives(delta, &[("z", &before)], &[("z", &format!("{before}\0end"))]);
    refused(delta, &[("z", "another")], "edit-not-found");
}

const BLOCK: &str = "src/a.rs\n```rust\n<<<<<<< SEARCH\ntwo\n=======\nTWO\n>>>>>>> REPLACE\n```\n";

#[test]
fn search_replace_changes_files() {
    let a = "src/a.rs";
    gives(BLOCK, &[(a, "one\ntwo\n")], &[(a, "one\nTWO\n")]);
    gives(BLOCK, &[(a, "one\r\ntwo\r\n")], &[(a, "one\r\nTWO\r\n")]);
    gives(BLOCK, &[(a, "one\ntwo")], &[(a, "one\nTWO")]);
    gives("new.txt\n<<<<<<< SEARCH\n=======\nx\n>>>>>>> REPLACE\n", &[], &[("new.txt", "x\n")]);
    gives(
        "```rust src/a.rs\n<<<<<<< SEARCH\ntwo\n=======\n>>>>>>> REPLACE\n```\n",
        &[(a, "one\ntwo\n")],
        &[(a, "one\n")],
    );
    gives(
        "**src/a.rs**:\n<<<<<<< SEARCH\none\n=======\n1\n>>>>>>> REPLACE\n<<<<<<< SEARCH\ntwo\n=======\n2\n>>>>>>> REPLACE\n",
        &[(a, "one\ntwo\n")],
        &[(a, "1\n2\n")],
    );
}

#[test]
fn search_replace_is_refused_where_it_does_not_fit() {
    refused(BLOCK, &[("src/a.rs", "two\ntwo\n")], "edit-ambiguous");
    refused(BLOCK, &[("src/a.rs", "one\n")], "edit-not-found");
    refused(BLOCK, &[], "file-missing");
    refused("a.rs\n<<<<<<< SEARCH\nx\n>>>>>>> REPLACE\n", &[], "proposal-malformed");
    refused("a.rs\n<<<<<<< SEARCH\nx\n=======\ny\n", &[], "proposal-malformed");
    refused("<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\n", &[], "proposal-malformed");
    refused("a.rs\n<<<<<<< SEARCH\n=======\ny\n>>>>>>> REPLACE\n", &[("a.rs", "z\n")], "file-exists");
}

#[test]
fn json_edits_change_files() {
    gives(r#"[{"op":"replace","path":"a","old":"b","new":"c"}]"#, &[("a", "abd")], &[("a", "acd")]);
    gives(
        r#"{"edits":[{"op":"replace","path":"a","old":"b","new":"c","all":true}]}"#,
        &[("a", "b b")],
        &[("a", "c c")],
    );
    gives(
        r#"[{"op":"replace","path":"a","old":"x\ny","new":"z"}]"#,
        &[("a", "x\r\ny\r\n")],
        &[("a", "z\r\n")],
    );
    gives(r#"[{"op":"write","path":"a","content":"x","mode":"100755"}]"#, &[], &[("a", "+x:x")]);
    gives(r#"[{"op":"write","path":"a","content_base64":"AAEC"}]"#, &[], &[("a", "\0\u{1}\u{2}")]);
    gives(
        r#"[{"op":"rename","path":"a","to":"b"},{"op":"replace","path":"b","old":"x","new":"y"}]"#,
        &[("a", "x")],
        &[("b", "y")],
    );
    gives(r#"[{"op":"mode","path":"a","mode":"100755"}]"#, &[("a", "x")], &[("a", "+x:x")]);
    gives(r#"[{"op":"delete","path":"a"}]"#, &[("a", "x")], &[]);
}

#[test]
fn json_edits_are_refused_with_their_place() {
    for (text, expected) in [
        (r#"[{"op":"replace","path":"a","old":"b","new":"c","wat":1}]"#, "/0/wat"),
        (r#"[{"op":"delete","path":"a","op":"delete"}]"#, "duplicate key"),
        (r#"[{"op":"delete","path":"a","to":"b"}]"#, "/0: `delete` does not take `to`"),
        (r#"[{"op":"delete","path":"../a"}]"#, "/0/path"),
        (r#"{"edits":[{"op":"write","path":"a"}]}"#, "/edits/0: `write` needs one of"),
        (r#"[{"op":"write","path":"a","content_base64":"*"}]"#, "content_base64"),
        ("[", "EOF"),
    ] {
        let hints = refused(text, &[], "proposal-malformed");
        assert!(hints[0].contains(expected), "{text}: {hints:?}");
    }
    refused("[]", &[], "proposal-empty");
    refused(r#"[{"op":"replace","path":"a","old":"b","new":"c"}]"#, &[("a", "b b")], "edit-ambiguous");
    refused(r#"[{"op":"replace","path":"a","old":"q","new":"c"}]"#, &[("a", "b b")], "edit-not-found");
}

#[test]
fn whole_files_are_written() {
    gives(
        "Here it is.\n\n`src/a.rs`\n```rust\none\n```\n",
        &[("src/a.rs", "old\n")],
        &[("src/a.rs", "one\n")],
    );
    gives("### b.md\n````\n```\ninner\n```\n````\n", &[], &[("b.md", "```\ninner\n```\n")]);
    gives("```py path=c.py\nx\n```\n", &[], &[("c.py", "x\n")]);
    refused("a.md\n```\nx\n", &[], "proposal-malformed");
    refused("a.md\n```\nx\n```\na.md\n```\ny\n```\n", &[], "proposal-malformed");
}

#[test]
fn what_is_no_proposal_says_so() {
    refused("", &[], "proposal-empty");
    refused(" \n ", &[], "proposal-empty");
    refused("please fix the bug", &[], "proposal-format-unknown");
    let stated = Proposal { format: ProposalFormat::ApplyPatch, text: BLOCK.to_owned() };
    assert_eq!(parse(&stated).unwrap_err().code(), "proposal-malformed");
}

fn lines() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[a-d]{0,3}", 0..30)
}

fn text_of(lines: &[String], end: &str, last: bool) -> String {
    let mut text: String = lines.iter().map(|line| format!("{line}{end}")).collect();
    if !last && !lines.is_empty() {
        text.truncate(text.len() - end.len());
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_diff_of_two_texts_makes_one_the_other(old in lines(), new in lines(), carriage: bool, old_last: bool, new_last: bool) {
        let end = if carriage { "\r\n" } else { "\n" };
        let (old, new) = (text_of(&old, end, old_last), text_of(&new, end, new_last));
        prop_assume!(old != new && !old.is_empty() && !new.is_empty());
        let diff = TextDiff::from_lines(old.as_str(), new.as_str()).unified_diff().context_radius(3).header("a/f", "b/f").to_string();
        prop_assert_eq!(after(&diff, &[("f", &old)]).map(|files| files["f"].clone()), Ok(new), "{}", diff);
    }

    #[test]
    fn no_byte_outside_the_named_line_changes(before in "[a-z \r\n]{0,80}", behind in "[a-z \r\n]{0,80}") {
        let old = format!("{before}\nTHE LINE\n{behind}");
        let new = format!("{before}\nTHE NEW LINE\n{behind}");
        let text = patch("*** Update File: f\n@@\n-THE LINE\n+THE NEW LINE");
        let carriage = old.matches("\r\n").count() * 2 > old.matches('\n').count();
        prop_assume!(!carriage);
        prop_assert_eq!(after(&text, &[("f", &old)]).map(|files| files["f"].clone()), Ok(new));
    }

    #[test]
    fn a_context_that_is_there_twice_is_refused(filler in lines()) {
        let old = format!("X\n{}X\n", text_of(&filler, "\n", true));
        refused(&patch("*** Update File: f\n@@\n-X\n+Y"), &[("f", &old)], "edit-ambiguous");
    }

    #[test]
    fn nothing_that_is_written_makes_it_panic(text in "(?s).{0,200}") {
        let _ = after(&text, &[("a", "x\n")]);
        let _ = after(&patch(&text), &[("a", "x\n")]);
        let _ = after(&format!("--- a/a\n+++ b/a\n@@ -1 +1 @@\n{text}"), &[("a", "x\n")]);
        let _ = after(&format!("a\n<<<<<<< SEARCH\n{text}\n=======\n{text}\n>>>>>>> REPLACE"), &[("a", "x\n")]);
    }
}
