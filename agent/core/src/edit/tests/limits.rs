//! Large files and proposals stay cheap. What is slow here would not end for minutes; the
//! clock is read only where that would be half a minute, and has ten times the time needed.

use std::time::{Duration, Instant};

use super::{
    gives,
    layers::{layered, tool},
    patch, refused,
};

const LINES: usize = 100_000;

#[test]
fn a_large_file_is_searched_once_for_each_layer() {
    let line = |index: usize| format!("    let value_{index} = compute_{index}(input);\n");
    let file: String = (0..LINES).map(line).collect();
    let text = patch("*** Update File: a\n@@\n-    let value_77777 = compute_77778(input);\n+y");
    let hints = refused(&text, &[("a", &file)], "edit-not-found");
    assert!(
        hints.contains(&"line 77778:     let value_77777 = compute_77777(input);".to_owned()),
        "{hints:?}"
    );
}

#[test]
fn lines_that_repeat_cost_no_more() {
    let file = "x\n".repeat(LINES);
    let text = patch(&format!("*** Update File: a\n@@\n{}-y\n+z", " x\n".repeat(LINES / 2)));
    refused(&text, &[("a", &file)], "edit-not-found");
}

#[test]
fn blocks_without_a_line_in_common_are_not_compared() {
    let half = |word: &str| (0..LINES / 4).map(|index| format!("{word}{index}\n")).collect::<String>();
    let (old, new) = (half("a"), half("b"));
    let text = format!("f\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n");
    gives(&text, &[("f", &old)], &[("f", &new)]);
}

/// A build without optimisation takes apart a tenth of it.
const MANY_LINES: usize = if cfg!(debug_assertions) { 200_000 / 10 } else { 200_000 };

fn numbered(count: usize, every: usize, word: &str) -> String {
    let word = |index: usize| if index % every == every / 2 { word } else { "line" };
    (0..count).map(|index| format!("    some {} {index};\n", word(index))).collect()
}

/// A hunk for every tenth line, its numbers off by `shift`.
fn hunks(count: usize, shift: usize) -> String {
    let hunk = |index: usize| {
        let at = index * 10 + 5;
        let (place, line) = (at + shift, |at: usize| format!("    some line {at};"));
        let (above, below) = (line(at - 1), line(at + 1));
        format!("@@ -{place},3 +{place},3 @@\n {above}\n-{}\n+    some word {at};\n {below}\n", line(at))
    };
    (0..count).map(hunk).collect()
}

#[track_caller]
fn soon(work: impl FnOnce()) {
    let start = Instant::now();
    work();
    let (taken, most) = (start.elapsed(), if cfg!(debug_assertions) { 120 } else { 20 });
    assert!(taken < Duration::from_secs(most), "{taken:?}");
}

#[test]
fn many_hunks_are_found_in_one_reading() {
    let (old, new) = (numbered(MANY_LINES, 10, "line"), numbered(MANY_LINES, 10, "word"));
    for shift in [0, 3] {
        let text = format!("--- a/f\n+++ b/f\n{}", hunks(MANY_LINES / 10, shift));
        soon(|| gives(&text, &[("f", &old)], &[("f", &new)]));
    }
}

#[test]
fn many_blocks_take_a_file_apart_once() {
    let (old, new) = (numbered(MANY_LINES, 100, "line"), numbered(MANY_LINES, 100, "word\nof"));
    let line = |at: usize, word: &str| format!("    some {word} {at};\n");
    let places = (0..MANY_LINES / 100).rev().map(|index| index * 100 + 50);
    let block = |at: usize| {
        let (old, new) = (line(at, "line"), line(at, "word\nof"));
        format!("f\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n")
    };
    let edit = |at: usize| serde_json::json!({ "op": "replace", "path": "f", "old": line(at, "line"), "new": line(at, "word\nof") });
    let blocks: String = places.clone().map(block).collect();
    let edits = serde_json::Value::from(places.map(edit).collect::<Vec<_>>()).to_string();
    for text in [&blocks, &edits] {
        soon(|| gives(text, &[("f", &old)], &[("f", &new)]));
        soon(|| drop(refused(text, &[("f", &new)], "edit-not-found")));
    }
}

#[test]
fn empty_lines_are_looked_behind_once() {
    let text = format!("--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n-x\n+y\n{}-x\n+y\n", "\n".repeat(MANY_LINES * 5));
    soon(|| drop(refused(&text, &[("f", "x\n")], "edit-not-found")));
}

#[test]
fn the_second_place_of_a_block_is_seen_wherever_the_first_came_from() {
    let block = |old: &str, new: &str| format!("f\n<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n");
    let text = block("a", "b\nc") + &block("b\nc", "d");
    gives(&text, &[("f", "a\nx\n")], &[("f", "d\nx\n")]);
    refused(&text, &[("f", "a\nb\nc\n")], "edit-ambiguous");
    gives(&(block("b", "x") + &text), &[("f", "a\nb\nc\n")], &[("f", "d\nx\nc\n")]);
    refused(&(block("x", "b") + &text), &[("f", "a\nx\nc")], "edit-ambiguous");
    gives(&(block("c", "c\nd") + &block("d", "e")), &[("f", "a\r\nc")], &[("f", "a\r\nc\r\ne")]);
}

#[test]
fn a_models_lines_are_sought_in_large_files_within_bounds() {
    let alike: String = (0..LINES).map(|_| "    let value = compute(input, 7);\n").collect();
    let shifted = "\tlet value = compute(input, 7);\n".repeat(LINES / 4);
    let wrong = "    let value = conpute(input, 7);\n".repeat(100);
    for (old, file) in [
        (shifted.as_str(), &alike),
        (&wrong, &alike),
        (&wrong.repeat(100), &alike),
        (&"    let value_9 = conpute(input);\n".repeat(5), &numbered(LINES, 10, "word")),
    ] {
        soon(|| drop(layered(&tool(old, "x\n"), file).unwrap_err()));
    }
}
