use proptest::prelude::*;
use similar::TextDiff;

use super::{
    Matching, after, apply,
    layers::{layered, tool},
    parse, patch, proposal, refused,
};

fn lines() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[a-d]{0,3}", 0..30)
}

/// Lines that each have an end of their own, and the last one perhaps none.
fn text() -> impl Strategy<Value = String> {
    let line = ("[a-d]{0,3}|-- a/f|\\+\\+ b/f|@@ -1 \\+1 @@", any::<bool>());
    (prop::collection::vec(line, 0..30), any::<bool>()).prop_map(|(lines, ended)| {
        let mut text: String = lines
            .iter()
            .map(|(line, carriage)| format!("{line}{}", if *carriage { "\r\n" } else { "\n" }))
            .collect();
        if !ended {
            text.truncate(text.trim_end_matches(['\r', '\n']).len());
        }
        text
    })
}

fn text_of(lines: &[String], end: &str) -> String {
    lines.iter().map(|line| format!("{line}{end}")).collect()
}

fn diff(old: &str, new: &str, context: usize) -> String {
    TextDiff::from_lines(old, new).unified_diff().context_radius(context).header("a/f", "b/f").to_string()
}

/// A text that may have a byte order mark.
fn marked() -> impl Strategy<Value = String> {
    (prop::bool::weighted(0.2), text())
        .prop_map(|(mark, text)| format!("{}{text}", if mark { "\u{feff}" } else { "" }))
}

/// Lines and what becomes of them.
type Edit = (Vec<String>, Vec<String>);

fn edit() -> impl Strategy<Value = Edit> {
    let line = || prop_oneof![9 => "[a-d]{0,2}\r?", 1 => "\u{feff}[a-d]{0,2}"];
    let old = ("\u{feff}?[a-d]{1,2}\r?", prop::collection::vec(line(), 0..2));
    let old = old.prop_map(|(first, rest)| [vec![first], rest].concat());
    (old, prop::collection::vec(line(), 0..3))
}

fn signed(sign: char, lines: &[String]) -> String {
    lines.iter().map(|line| format!("{sign}{line}\n")).collect()
}

fn envelope(edits: &[Edit]) -> String {
    let update =
        |(old, new): &Edit| format!("*** Update File: f\n@@\n{}{}", signed('-', old), signed('+', new));
    patch(edits.iter().map(update).collect::<String>().trim_end_matches('\n'))
}

fn blocks(edits: &[Edit]) -> String {
    let block = |(old, new): &Edit| {
        format!("f\n<<<<<<< SEARCH\n{}=======\n{}>>>>>>> REPLACE\n", text_of(old, "\n"), text_of(new, "\n"))
    };
    edits.iter().map(block).collect()
}

fn list(edits: &[Edit]) -> String {
    let edit = |(old, new): &Edit| serde_json::json!({ "op": "replace", "path": "f", "old": old.join("\n") + "c", "new": new.join("\n") });
    serde_json::Value::from(edits.iter().map(edit).collect::<Vec<_>>()).to_string()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_diff_of_two_texts_makes_one_the_other(old in text(), new in text(), context in 1_usize..5) {
        prop_assume!(old != new && !old.is_empty() && !new.is_empty());
        let diff = diff(&old, &new, context);
        prop_assert_eq!(after(&diff, &[("f", &old)]).map(|files| files["f"].clone()), Ok(new), "{}", diff);
    }

    #[test]
    fn a_diff_by_a_model_means_the_same(old in text(), new in text(), context in 1_usize..5) {
        prop_assume!(old != new && !old.is_empty() && !new.is_empty());
        let diff = diff(&old, &new, context);
        let after = layered(&parse(&proposal(&diff)).unwrap(), &old).map(|(text, _)| text);
        prop_assert_eq!(after, Ok(new), "{}", diff);
    }

    #[test]
    fn a_change_in_one_place_is_made_there(old in text(), line in "[a-d]{0,3}(\r)?\n", at in 0_usize..30, context in 1_usize..3) {
        prop_assume!(!old.is_empty());
        let place = old.match_indices('\n').map(|(end, _)| end + 1).nth(at).unwrap_or(0);
        let new = format!("{}{line}{}", &old[..place], &old[place..]);
        let diff = diff(&old, &new, context);
        prop_assert_eq!(after(&diff, &[("f", &old)]).map(|files| files["f"].clone()), Ok(new), "{}", diff);
    }

    #[test]
    fn a_diff_made_for_another_line_end_keeps_the_files(old in lines(), new in lines()) {
        let texts = |end| (text_of(&old, end), text_of(&new, end));
        let ((old, new), (held, expected)) = (texts("\n"), texts("\r\n"));
        prop_assume!(old != new && !old.is_empty() && !new.is_empty());
        let diff = diff(&old, &new, 3);
        prop_assert_eq!(after(&diff, &[("f", &held)]).map(|files| files["f"].clone()), Ok(expected), "{}", diff);
    }

    #[test]
    fn no_byte_outside_the_named_line_changes(before in "[a-z \r\n]{0,80}", behind in "[a-z \r\n]{0,80}") {
        let old = format!("{before}\nTHE LINE\n{behind}");
        let new = format!("{before}\nTHE NEW LINE\n{behind}");
        let carriage = old.matches("\r\n").count() * 2 > old.matches('\n').count();
        prop_assume!(!carriage);
        for text in [
            patch("*** Update File: f\n@@\n-THE LINE\n+THE NEW LINE"),
            "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-THE LINE\n+THE NEW LINE\n".to_owned(),
            "f\n<<<<<<< SEARCH\nTHE LINE\n=======\nTHE NEW LINE\n>>>>>>> REPLACE\n".to_owned(),
            r#"[{"op":"replace","path":"f","old":"THE LINE","new":"THE NEW LINE"}]"#.to_owned(),
        ] {
            prop_assert_eq!(after(&text, &[("f", &old)]).map(|files| files["f"].clone()), Ok(new.clone()), "{}", text);
        }
    }

    #[test]
    fn a_context_that_is_there_twice_is_refused(filler in lines()) {
        let old = format!("HEAD\nX\n{}X\n", text_of(&filler, "\n"));
        refused(&patch("*** Update File: f\n@@\n-X\n+Y"), &[("f", &old)], "edit-ambiguous");
        refused(&patch("*** Update File: f\n@@ HEAD\n-X\n+Y"), &[("f", &old)], "edit-ambiguous");
        refused("--- a/f\n+++ b/f\n@@ -1 +1 @@\n-X\n+Y\n", &[("f", &old)], "edit-ambiguous");
        refused("f\n<<<<<<< SEARCH\nX\n=======\nY\n>>>>>>> REPLACE\n", &[("f", &old)], "edit-ambiguous");
        refused(r#"[{"op":"replace","path":"f","old":"X","new":"Y"}]"#, &[("f", &old)], "edit-ambiguous");
    }

    /// A run of edits takes the file apart once: nobody may see that.
    #[test]
    fn edits_in_a_row_are_made_one_after_the_other(old in marked(), edits in prop::collection::vec(edit(), 1..6)) {
        for notation in [envelope, blocks, list] {
            let one_by_one = edits.iter().try_fold(old.clone(), |held, edit| {
                after(&notation(std::slice::from_ref(edit)), &[("f", &held)]).map(|files| files["f"].clone())
            });
            let at_once = after(&notation(&edits), &[("f", &old)]).map(|files| files["f"].clone());
            let code = |(code, _)| code;
            prop_assert_eq!(at_once.map_err(code), one_by_one.map_err(code), "{}", notation(&edits));
        }
    }

    #[test]
    fn a_file_that_does_not_fit_is_never_changed_in_part(filler in lines()) {
        let file = text_of(&filler, "\n");
        let text = patch("*** Add File: g\n+x\n*** Update File: f\n@@\n-NOWHERE\n+Y");
        refused(&text, &[("f", &file)], "edit-not-found");
    }

    #[test]
    fn nothing_that_is_written_makes_it_panic(text in "(?s).{0,200}") {
        tried(&text);
    }

    /// Whatever stands in the file, and whatever a model remembers of it.
    #[test]
    fn nothing_that_a_model_remembers_makes_it_panic(
        file in "(?s)[ab \t\r\n\u{feff}\u{301}é…“]{0,60}", old in "(?s)[ab \t\r\n\u{feff}\u{301}e.\"]{1,12}", new in "(?s)[ab \t\r\n]{0,12}",
    ) {
        prop_assume!(old != new);
        let _ = layered(&tool(&old, &new), &file).map_err(|mismatch| mismatch.told());
    }

    /// Lines that mean something somewhere, in any order.
    #[test]
    fn no_order_of_marks_makes_it_panic(marks in prop::collection::vec(0..MARKS.len(), 0..14)) {
        tried(&marks.into_iter().map(|index| format!("{}\n", MARKS[index])).collect::<String>());
    }
}

const MARKS: &[&str] = &[
    "diff --git a/a b/a",
    "diff --git \"a/a\" b/a",
    "--- a/a",
    "+++ b/a",
    "--- /dev/null",
    "+++ /dev/null",
    "@@ -1 +1 @@",
    "@@ -1,9 +9 @@",
    "@@",
    "@@ x",
    "rename from a",
    "rename to b",
    "copy from a",
    "copy to b",
    "new file mode 100755",
    "GIT binary patch",
    "literal 5",
    "delta 12",
    "McmZQzWMXCk000>P3jhEB",
    "TcmdlXzDIn+4sI5P)Vve`9~}fy",
    "\\ No newline",
    "",
    "\r",
    " x",
    "-x",
    "+x",
    " y",
    "-é",
    "*** Begin Patch",
    "*** End Patch",
    "*** Update File: a",
    "*** Add File: b",
    "*** Delete File: a",
    "*** Move to: b",
    "*** End of File",
    "<<<<<<< SEARCH",
    "=======",
    ">>>>>>> REPLACE",
    "a",
    "`b`",
    "```",
    "````",
    "```rust a",
    "[",
    "{\"edits\":[",
    "]}",
    "{\"op\":\"delete\",\"path\":\"a\"}",
    "-- ",
    "\u{feff}x",
];

fn tried(text: &str) {
    let files: &[(&str, &str)] = &[("a", "x\n"), ("c", "\u{feff}é\r\nx")];
    for text in [
        text.to_owned(),
        patch(text),
        patch(&format!("*** Update File: a\n@@\n{text}")),
        format!("--- a/a\n+++ b/a\n@@ -1 +1 @@\n{text}"),
        format!("diff --git a/a b/a\n{text}"),
        format!("a\n<<<<<<< SEARCH\n{text}\n=======\n{text}\n>>>>>>> REPLACE"),
        format!("a.md\n```\n{text}\n```\n"),
    ] {
        let _ = after(&text, files);
        let _ = parse(&proposal(&text)).map(|set| apply(&set, &super::files(files), Matching::Layered));
    }
}
