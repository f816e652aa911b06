//! Large files and proposals stay cheap. Counted in work done, not in time: a test that
//! reads a clock fails on a busy machine. What is slow here would not end for minutes.

use super::{gives, patch, refused};

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
