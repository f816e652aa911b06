//! What a model remembers wrongly: each layer finds its one place, and its twin, with two
//! places or a difference too many, is refused.

use super::{Matching, files, parse, patch, path, perform, proposal};
use crate::edit::{EditSet, Layer, Mismatch, ToolEdit, apply};

/// Applies a set as a model's: the file `f` after it, and what is said of where it was.
pub(super) fn layered(set: &EditSet, before: &str) -> Result<(String, Vec<String>), Mismatch> {
    let mut state = files(&[("f", before)]);
    let applied = apply(set, &state, Matching::Layered)?;
    applied.changes.into_iter().for_each(|change| perform(&mut state, change));
    let content = state.remove(&path("f")).flatten();
    let text = content.map(|content| String::from_utf8(content.bytes).unwrap()).unwrap_or_default();
    Ok((text, applied.matched.iter().map(ToString::to_string).collect()))
}

pub(super) fn tool(old: &str, new: &str) -> EditSet {
    let edit = ToolEdit::Replace { path: path("f"), old: old.to_owned(), new: new.to_owned() };
    EditSet::from_tool(&[edit]).unwrap()
}

#[track_caller]
fn gives(edit: (&str, &str), before: &str, after: &str, said: &str) {
    let said = vec![format!("edit 1: `f`: {said}")];
    assert_eq!(layered(&tool(edit.0, edit.1), before), Ok((after.to_owned(), said)));
}

#[track_caller]
fn refused(edit: (&str, &str), before: &str, code: &str) -> Mismatch {
    let mismatch = layered(&tool(edit.0, edit.1), before).unwrap_err();
    assert_eq!(mismatch.code(), code, "{mismatch}");
    mismatch
}

#[test]
fn exact_lines_come_first() {
    gives(("b\n", "B\n"), "a\nb\nb \n", "a\nB\nb \n", "matched at line 2");
    gives(("b\nc", "x"), "a\nb\nc\n", "a\nx\n", "matched at lines 2 to 3");
    gives((" + b", " - b"), "x = a + b;\n", "x = a - b;\n", "matched at line 1");
    refused(("b", "B"), "a\nb\nxb\n", "edit-ambiguous");
    refused(("aa", "b"), "aaa\n", "edit-ambiguous");
}

const ENDS: &str = "matched with other line ends or trailing blanks at ";

#[test]
fn line_ends_and_trailing_blanks_may_differ() {
    let at = |place: &str| format!("{ENDS}{place}");
    gives(("a\nb\n", "a\nB\n"), "a  \nb\t\nc\n", "a  \nB\nc\n", &at("lines 1 to 2"));
    gives(("a\nb\n", "a\nB\n"), "a\r\nb\r\nc\r\n", "a\r\nB\r\nc\r\n", &at("lines 1 to 2"));
    gives(("a\nb\n", "a\nB\n"), "a\r\nb\nc\n", "a\r\nB\nc\n", &at("lines 1 to 2"));
    gives(("a\nb\n", "a\nB\n"), "a\nb", "a\nB", &at("lines 1 to 2"));
    gives(("b  ", "B"), "a\nb\n", "a\nB\n", &at("line 2"));
    refused(("b  \n", "B\n"), "b\nb\t\n", "edit-ambiguous");
    refused(("a\nb\n", "x\n"), "a\nb \na\nb\t\n", "edit-ambiguous");
    refused((" \n\n", "x\n"), "a\n\n\t\nb\n", "edit-not-found");
}

#[test]
fn indentation_may_differ_by_one_rule() {
    let at = |place: &str| format!("matched with other indentation at {place}");
    let deeper = "impl A {\n    fn a() {\n        x();\n    }\n}\n";
    let edit = ("fn a() {\n    x();\n}\n", "fn a() {\n    if y {\n        x();\n    }\n}\n");
    let after = "impl A {\n    fn a() {\n        if y {\n            x();\n        }\n    }\n}\n";
    gives(edit, deeper, after, &at("lines 2 to 4"));
    let tabs = deeper.replace("    ", "\t");
    gives(edit, &tabs, &after.replace("    ", "\t"), &at("lines 2 to 4"));
    gives(
        ("        x;\n        y;\n", "        y;\n"),
        "{\n    x;\n    y;\n}\n",
        "{\n    y;\n}\n",
        &at("lines 2 to 3"),
    );
    gives(("    x;\n    y;\n", "    x;\n      z;\n"), "\tx;\n\ty;\n", "\tx;\n\t  z;\n", &at("lines 1 to 2"));
    // Lines of the edit that do not change keep the blanks that the file has.
    gives(("x;\n\ny;\n", "x;\n\nz;\n"), "  x; \n \n  y;\n", "  x; \n \n  z;\n", &at("lines 1 to 3"));
}

#[test]
fn indentation_without_a_rule_or_in_two_places_is_refused() {
    refused(("if a:\nb()\n", "b()\n"), "if a:\n    b()\n", "edit-not-found");
    refused(("x\ny\n", "z\n"), "  x\n  y\n\tx\n\ty\n", "edit-ambiguous");
    refused(("x\ny\n", "z\n"), "  x\n  y\nq\n    x\n    y\n", "edit-ambiguous");
    let mismatch = refused(("    x\n    y\n", "    x\nz\n"), "  x\n  y\n", "edit-not-found");
    assert_eq!(
        mismatch.message,
        "edit 1: `f`: the lines to change are at line 1 with less indentation, and an added line has not as much to lose; indent all lines as the file does"
    );
}

#[test]
fn look_alikes_are_the_same_and_stay_where_nothing_changes() {
    let at = |place: &str| format!("matched with characters that look alike at {place}");
    let text = "say(\u{201c}hi\u{201d});\u{a0}\nrange 1\u{2013}2\u{2026}\nx\u{200b}y\n";
    let old = "say(\"hi\");\nrange 1-2...\nxy\n";
    gives(
        (old, "say(\"hi\");\nrange 1-3\nxy\n"),
        text,
        "say(\u{201c}hi\u{201d});\u{a0}\nrange 1-3\nx\u{200b}y\n",
        &at("lines 1 to 3"),
    );
    gives(("caf\u{e9}\n", "tea\n"), "  cafe\u{301}\n", "  tea\n", &at("line 1"));
    gives(("\u{ff41}\u{ff1d}1\n", "b\n"), "a=1\n", "b\n", &at("line 1"));
    refused(("'a'\n", "b\n"), "\u{2018}a\u{2019}\n\u{201b}a\u{2019}\n", "edit-ambiguous");
    refused(("cafe\n", "tea\n"), "caf\u{e9}\n", "edit-not-found");
    refused(("\u{430}\n", "b\n"), "a\n", "edit-not-found");
}

/// The example of the reference.
#[test]
fn tabs_and_curly_quotes_stay_where_the_edit_has_others() {
    gives(
        ("if ready {\n    say(\"hi\")\n    go()\n}\n", "if ready {\n    say(\"hi\")\n    wait()\n}\n"),
        "if ready {\n\tsay(\u{201c}hi\u{201d})\n\tgo()\n}\n",
        "if ready {\n\tsay(\u{201c}hi\u{201d})\n\twait()\n}\n",
        "matched with characters that look alike at lines 1 to 4",
    );
}

const BLOCK: &str = "fn total(items: &[Item]) -> u64 {\n    let mut sum = start;\n    for item in items {\n        sum += item.price;\n    }\n    sum\n}\n";

fn with(from: &str, to: &str) -> String {
    assert!(BLOCK.contains(from));
    BLOCK.replace(from, to)
}

#[test]
fn the_only_similar_lines_are_found() {
    let said = "matched the only similar lines at lines 2 to 8";
    let file = format!("// head\n{BLOCK}// tail\n");
    // What the edit remembers wrongly and does not change stays as it is in the file.
    let old = with("items: &[Item]", "items: &[Itm]");
    let new = old.replace("item.price", "item.cost");
    let after = file.replace("item.price", "item.cost");
    gives((&old, &new), &file, &after, said);
    // Deeper in the file, and told so.
    let deep = |text: &str| text.lines().map(|line| format!("\t{line}\n")).collect::<String>();
    gives((&old, &new), &deep(&file), &deep(&after), said);
}

#[test]
fn what_is_not_similar_enough_is_refused() {
    let twin = |text: &str| format!("{BLOCK}\n{text}");
    for (old, file, code) in [
        // As good a place a second time, and one that is nearly as good.
        (with("Item]", "Itm]"), twin(BLOCK), "edit-ambiguous"),
        (with("Item]", "Itm]"), twin(&with("sum\n", "sums\n")), "edit-ambiguous"),
        // The first or the last line is another one.
        (with("fn total(", "fn grand_total_of("), BLOCK.to_owned(), "edit-not-found"),
        (with("sum\n}\n", "sum\n})\n"), BLOCK.to_owned(), "edit-not-found"),
        // One line is, whatever the others are.
        (with("sum += item.price;", "sum *= rebate(item);"), BLOCK.to_owned(), "edit-not-found"),
        // A number is another one.
        (with("start", "start2"), with("start", "start3"), "edit-not-found"),
        // The lines are not indented by one rule.
        (with("items {\n        sum", "itms {\n    sum"), BLOCK.to_owned(), "edit-not-found"),
        // Too few lines, or letters.
        (
            "fn total(items: &[Item]) -> u64 {\nlet mut sum = strt;\n".to_owned(),
            "fn total(items: &[Item]) -> u64 {\nlet mut sum = start;\n".to_owned(),
            "edit-not-found",
        ),
        (
            "first();\nsecnd();\nthird();\n".to_owned(),
            "first();\nsecond();\nthird();\n".to_owned(),
            "edit-not-found",
        ),
        // A line too many: nothing is deleted that the edit does not name.
        (with("    sum\n", ""), BLOCK.to_owned(), "edit-not-found"),
    ] {
        refused((&old, "x\n"), &file, code);
        refused((&old, ""), &file, code);
    }
}

/// A blank line too many at the end of an edit is passed over before a similar place is
/// taken for the one that is meant.
#[test]
fn the_same_lines_without_a_blank_one_come_before_similar_lines() {
    let file = format!("{}\n// other\n{BLOCK}", with("Item]", "Itm]"));
    let (new, after) = (with("Item]", "Thing]"), file.replace("Item]", "Thing]"));
    let said = format!("{ENDS}lines 10 to 16");
    gives((&format!("{BLOCK}\n"), &format!("{new}\n")), &file, &after, &said);
}

/// Each letter that is wrong takes one of a hundred from the likeness of these lines.
#[test]
fn the_threshold_is_where_it_is_said_to_be() {
    let line = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ";
    let file = format!("{line}\n{}\n{line}\n", "abcdefghijklmnopqrstuvwxyzAB");
    let old = |wrong: usize, in_edges: usize| {
        let spoilt = |text: &str, count: usize| format!("{}{}", "#".repeat(count), &text[count..]);
        let edge = spoilt(line, in_edges);
        format!("{edge}\n{}\n{edge}\n", spoilt("abcdefghijklmnopqrstuvwxyzAB", wrong))
    };
    let found = "matched the only similar lines at lines 1 to 3";
    gives((&old(5, 2), "x\n"), &file, "x\n", found);
    gives((&old(4, 3), "x\n"), &file, "x\n", found);
    refused((&old(5, 3), "x\n"), &file, "edit-not-found");
    refused((&old(6, 0), "x\n"), &file, "edit-not-found");
    refused((&old(0, 4), "x\n"), &file, "edit-not-found");
}

#[test]
fn every_notation_has_the_layers() {
    let file = "mod a {\n    // one\n    one();\n    two();\n}\n";
    let after = "mod a {\n    // one\n    one();\n    2();\n}\n";
    let said = vec!["edit 1: `f`: matched with other indentation at lines 3 to 4".to_owned()];
    for text in [
        "f\n<<<<<<< SEARCH\none();\ntwo();\n=======\none();\n2();\n>>>>>>> REPLACE\n".to_owned(),
        "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n one();\n-two();\n+2();\n".to_owned(),
        patch("*** Update File: f\n@@\n one();\n-two();\n+2();"),
        patch("*** Update File: f\n@@\n-one();\n-two();\n+one();\n+2();"),
        r#"[{"op":"replace","path":"f","old":"one();\ntwo();","new":"one();\n2();"}]"#.to_owned(),
    ] {
        let set = parse(&proposal(&text)).unwrap();
        assert_eq!(layered(&set, file), Ok((after.to_owned(), said.clone())), "{text}");
        let strict = apply(&set, &files(&[("f", file)]), Matching::Strict).unwrap_err();
        assert_eq!(strict.code(), "edit-not-found");
    }
}

#[test]
fn a_stated_line_tells_places_apart_but_not_similar_ones() {
    let hunk = |line: usize, old: &str| {
        let body: String = old.lines().map(|line| format!("-{line}\n")).collect();
        let count = old.lines().count();
        let text = format!("--- a/f\n+++ b/f\n@@ -{line},{count} +{line} @@\n{body}+x\n");
        parse(&proposal(&text)).unwrap()
    };
    let file = "  a\n  b\n\n    a\n    b\n";
    let said = vec!["edit 1: `f`: matched with other indentation at lines 4 to 5".to_owned()];
    assert_eq!(layered(&hunk(4, "a\nb\n"), file), Ok(("  a\n  b\n\n    x\n".to_owned(), said)));
    assert_eq!(layered(&hunk(3, "a\nb\n"), file).unwrap_err().code(), "edit-ambiguous");
    let twice = format!("{BLOCK}{BLOCK}");
    let wrong = with("Item]", "Itm]");
    assert_eq!(layered(&hunk(1, &wrong), &twice).unwrap_err().code(), "edit-ambiguous");
}

#[test]
fn layers_have_names_in_their_order() {
    assert!(Layer::ALL.is_sorted());
    let names = Layer::ALL.map(Layer::name);
    assert_eq!(names, ["exact", "line-ends", "indentation", "look-alikes", "similar"]);
}
