//! The edits of a tool call.

use std::collections::BTreeMap;

use super::{
    Files, Matching, files,
    layers::{layered, tool},
    path, perform,
};
use crate::{
    edit::{EditSet, ToolEdit, apply},
    host::Content,
};
use agent_contract::operation::FileMode;

fn replace(name: &str, old: &str, new: &str) -> ToolEdit {
    ToolEdit::Replace { path: path(name), old: old.to_owned(), new: new.to_owned() }
}

fn delete(name: &str) -> ToolEdit {
    ToolEdit::Delete { path: path(name) }
}

/// The files after a call, or what is told of why there are none.
fn after(edits: &[ToolEdit], mut state: Files) -> Result<BTreeMap<String, String>, String> {
    let set = EditSet::from_tool(edits).map_err(|fault| format!("{}: {fault}", fault.code()))?;
    let applied = apply(&set, &state, Matching::Layered).map_err(|mismatch| mismatch.told())?;
    applied.changes.into_iter().for_each(|change| perform(&mut state, change));
    let text = |content: Content| String::from_utf8_lossy(&content.bytes).into_owned();
    Ok(state.into_iter().filter_map(|(name, content)| Some((name.to_string(), text(content?)))).collect())
}

#[track_caller]
fn gives(edits: &[ToolEdit], before: &[(&str, &str)], expected: &[(&str, &str)]) {
    let expected = expected.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    assert_eq!(after(edits, files(before)), Ok(expected));
}

#[track_caller]
fn refused(edits: &[ToolEdit], before: &[(&str, &str)], told: &str) {
    assert_eq!(after(edits, files(before)), Err(told.to_owned()));
}

#[test]
fn files_are_made_changed_emptied_and_deleted() {
    gives(&[replace("a/b", "", "x\n")], &[], &[("a/b", "x\n")]);
    gives(&[replace("a", "", "")], &[], &[("a", "")]);
    gives(&[replace("a", "", "x")], &[("a", "")], &[("a", "x")]);
    gives(&[replace("a", "x", "y")], &[("a", "x")], &[("a", "y")]);
    gives(&[replace("a", "x\n", "")], &[("a", "x\n")], &[("a", "")]);
    gives(&[delete("a")], &[("a", "x\0"), ("b", "")], &[("b", "")]);
    gives(&[delete("a"), replace("a", "", "y")], &[("a", "x")], &[("a", "y")]);
}

#[test]
fn edits_of_one_file_are_made_in_turn() {
    let edits = [replace("a", "one", "two"), replace("a", "two\n", "three\n"), replace("b", "", "x")];
    gives(&edits, &[("a", "one\n")], &[("a", "three\n"), ("b", "x")]);
    refused(
        &edits,
        &[("a", "one\ntwo\n")],
        "edit-ambiguous: edit 2: `a`: the text to replace is there 2 times; give more of it\nsought: two\nit matches at line 1\nit matches at line 2",
    );
    gives(&[replace("a", "", "x\n"), replace("a", "x", "y")], &[], &[("a", "y\n")]);
}

#[test]
fn one_edit_that_fails_leaves_nothing() {
    let (good, bad) = (replace("a", "x", "y"), replace("b", "nowhere", "y"));
    let before = &[("a", "x"), ("b", "x")];
    let told = |number: usize| {
        format!(
            "edit-not-found: edit {number}: `b`: the lines to change are not in the file\nsought: nowhere"
        )
    };
    refused(&[good.clone(), bad.clone()], before, &told(2));
    refused(&[bad.clone(), good.clone()], before, &told(1));
    let more = format!("{}; and 1 more does not fit\nsought: nowhere", told(1).lines().next().unwrap());
    refused(&[bad.clone(), good, bad], before, &more);
}

#[test]
fn what_is_no_edit_is_refused() {
    refused(&[], &[], "proposal-empty: the call is without an edit; give at least one");
    refused(
        &[replace("a", "x", "x")],
        &[("a", "x")],
        "proposal-malformed: edit 1: the old and the new text are the same; give the text that is to be there",
    );
    refused(
        &[replace("a", "x", "y")],
        &[],
        "file-missing: edit 1: `a`: the file does not exist; leave `old` empty to make it",
    );
    refused(
        &[replace("a", "", "y")],
        &[("a", "x")],
        "file-exists: edit 1: `a`: the file is there already; give in `old` the text to replace",
    );
    refused(
        &[replace("a", "x", "y")],
        &[("a", "x\0")],
        "edit-binary: edit 1: `a`: the file holds bytes that are no text; only a whole file can take its place",
    );
    refused(
        &[delete("a"), delete("a")],
        &[("a", "x")],
        "proposal-malformed: edit 2: `a` is deleted twice; say once what becomes of it",
    );
    refused(
        &[replace("a", "x", "y"), delete("a")],
        &[("a", "x")],
        "proposal-malformed: edit 2: `a` is deleted here and edited above; say once what becomes of it",
    );
}

#[test]
fn lines_neither_run_together_nor_leave_blanks() {
    for (old, new, before, after) in [
        // The end of the last line stays, whether it is given or not.
        ("b\n", "B", "a\nb\nc\n", "a\nB\nc\n"),
        ("b", "B\n", "a\nb\nc\n", "a\nB\n\nc\n"),
        ("b\r\n", "B", "a\r\nb\r\nc\r\n", "a\r\nB\r\nc\r\n"),
        ("b\nc\n", "B", "a\r\nb\r\nc\r\n", "a\r\nB\r\n"),
        // Lines that go, go with their ends and their indentation.
        ("b\n", "", "a\nb\nc\n", "a\nc\n"),
        ("b", "", "a\nb\nc\n", "a\nc\n"),
        ("b", "", "a\r\n  b \r\nc\r\n", "a\r\nc\r\n"),
        ("b\n", "", "a\n  b\nc\n", "a\nc\n"),
        ("b", "", "a\nb", "a\n"),
        // A part of a line is a part of a line.
        ("b", "", "a\nb c\n", "a\n c\n"),
        ("b", "", "a\nc b\n", "a\nc \n"),
        ("b", "x\ny", "a b c\r\nd\r\n", "a x\r\ny c\r\nd\r\n"),
        ("\nb", "", "a\nb\nc\n", "a\nc\n"),
    ] {
        let found = layered(&tool(old, new), before).map(|(text, _)| text);
        assert_eq!(found, Ok(after.to_owned()), "{old:?} {new:?} {before:?}");
    }
}

#[test]
fn the_mark_and_what_is_no_utf8_stay() {
    let change = |old: &str, new: &str, bytes: &[u8]| {
        let content = Content { bytes: bytes.to_vec(), mode: FileMode::Executable };
        let state: Files = [(path("f"), Some(content))].into();
        let applied =
            apply(&tool(old, new), &state, Matching::Layered).map_err(|mismatch| mismatch.code())?;
        let mut state = state;
        applied.changes.into_iter().for_each(|change| perform(&mut state, change));
        let after = state.remove(&path("f")).flatten().unwrap();
        assert_eq!(after.mode, FileMode::Executable);
        Ok::<_, &'static str>(after.bytes)
    };
    assert_eq!(change("a\n", "b\n", b"\xef\xbb\xbfa\n"), Ok(b"\xef\xbb\xbfb\n".to_vec()));
    assert_eq!(change("a \n", "b\n", b"\xef\xbb\xbfa\nc\n"), Ok(b"\xef\xbb\xbfb\nc\n".to_vec()));
    assert_eq!(change("a \nc\n", "b\n", b"\xffx\na\nc\n\xfe"), Ok(b"\xffx\nb\n\xfe".to_vec()));
    assert_eq!(change("\u{fffd}\n", "b\n", b"\xff\n"), Err("edit-not-found"));
    assert_eq!(change("a", "b", b"\xff\xfea\0\n\0"), Err("edit-binary"));
}

#[test]
fn a_model_is_told_what_came_close_in_few_bytes() {
    let file: String = (1..=60).map(|index| format!("\tlet value_{index} = compute({index});\n")).collect();
    let old = |verb: &str| {
        let line = |index: usize, verb: &str| format!("\tlet value_{index} = {verb}({index});\n");
        [line(7, "compute"), line(8, verb), line(9, "compute")].concat()
    };
    let near = "sought: \tlet value_7 = compute(7); (the first of 3 lines)\nline 8: \tlet value_8 = compute(8); (2 of 3 lines agree from line 7 on)\nline 17: \tlet value_17 = compute(17);\nline 27: \tlet value_27 = compute(27);";
    let told = |code: &str, what: &str| {
        format!("{code}: edit 1: `f`: the lines to change are not in the file{what}\n{near}")
    };
    refused(&[replace("f", &old("read_from_disk"), "x\n")], &[("f", &file)], &told("edit-not-found", ""));
    let close = ", and 6 places come close; give the lines as they stand there";
    refused(&[replace("f", &old("conjure"), "x\n")], &[("f", &file)], &told("edit-ambiguous", close));
}

#[test]
fn what_a_model_is_told_is_bounded_and_clean() {
    let name = "d\u{1b}[31m/".to_owned() + &"\u{e9}".repeat(120);
    let line = |end: &str| "\u{fc}\u{202e}".repeat(200) + end;
    let file = format!("{}\n{}\n{}\n", line("a"), line("b"), line("c"));
    let told = after(&[replace(&name, &line("d"), "x")], files(&[(&name, &file)])).unwrap_err();
    assert!(told.len() <= crate::edit::told::BYTES_MAX, "{}", told.len());
    assert!(told.contains("sought: ") && told.contains("line 1: "), "{told}");
    assert!(!told.contains(['\u{1b}', '\u{202e}']), "{told}");
}
