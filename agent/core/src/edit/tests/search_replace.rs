use super::{gives, refused};

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

fn block(above: &str, old: &str, new: &str) -> String {
    format!("{above}\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n")
}

#[test]
fn paths_are_read_in_every_form() {
    for above in [
        "a.rs",
        "`a.rs`",
        "### a.rs",
        "**a.rs**",
        "a.rs:",
        "**`a.rs`**:",
        "In `a.rs`:",
        "File: a.rs",
        "**File: a.rs**",
        "**File:** a.rs",
        "```rust\na.rs",
        "a.rs\n```rust",
        "```rust a.rs",
        "```path=a.rs",
        "~~~ {.rust title=\"a.rs\"}",
    ] {
        gives(&block(above, "x\n", "y\n"), &[("a.rs", "x\n")], &[("a.rs", "y\n")]);
    }
    refused(&block("../a.rs", "x\n", "y\n"), &[], "path-outside");
    let two = &[("a b.txt", "x\n"), ("b.txt", "x\n")];
    gives(&block("```a b.txt", "x\n", "y\n"), two, &[("a b.txt", "y\n"), ("b.txt", "x\n")]);
    refused(&block("```text b.txt", "x\n", "y\n"), two, "proposal-malformed");
    gives(&block("```Makefile", "x\n", "y\n"), &[("Makefile", "x\n")], &[("Makefile", "y\n")]);
    gives(
        &block("a/Makefile\n```Makefile", "x\n", "y\n"),
        &[("a/Makefile", "x\n")],
        &[("a/Makefile", "y\n")],
    );
}

#[test]
fn the_divider_is_as_long_as_its_mark() {
    let heading = &[("a", "Title\n=====\n")];
    gives(
        &block("a", "Title\n=====\n", "New\n=====\n").replace("=====\n>", "-----\n>"),
        heading,
        &[("a", "New\n-----\n")],
    );
    refused(&block("a", "Title\n=======\n", "New\n"), heading, "proposal-malformed");
    gives("a\n<<<<< SEARCH\nx\n=========\ny\n>>>>>> REPLACE\n", &[("a", "x\n")], &[("a", "y\n")]);
    refused("a\n<<<< SEARCH\nx\n====\ny\n>>>> REPLACE\n", &[("a", "x\n")], "proposal-format-unknown");
}

#[test]
fn the_file_keeps_its_ends() {
    gives(&block("a", "two\n", "two\nthree\n"), &[("a", "one\ntwo")], &[("a", "one\ntwo\nthree")]);
    gives(&block("a", "x\n", "y\nz\n").replace('\n', "\r\n"), &[("a", "x\n")], &[("a", "y\nz\n")]);
    gives(&block("a", "one  \ntwo\n", "one  \n2\n"), &[("a", "one\ntwo\n")], &[("a", "one\n2\n")]);
    gives(&block("a", "x\n\n", "y\n\n"), &[("a", "x\nz\n")], &[("a", "y\nz\n")]);
    gives(&block("a", "", "x\n"), &[("a", "")], &[("a", "x\n")]);
}

#[test]
fn the_place_where_most_lines_agree_is_named_first() {
    let file: String = (100..=130).map(|index| format!("some text {index}\n")).collect();
    let old = "some text 107\nsome text 108\nnope\nsome text 110\n";
    let hints = refused(&block("f", old, "x\n"), &[("f", &file)], "edit-not-found");
    assert_eq!(hints[0], "line 10: some text 109 (3 of 4 lines agree from line 8 on)");
    let hints = refused(&block("f", "q\naa\n", "x\n"), &[("f", "q\na\nb\nq\na\nb\n")], "edit-not-found");
    let agree = |line: usize| format!("(1 of 2 lines agree from line {line} on)");
    assert_eq!(hints, [format!("line 2: a {}", agree(1)), format!("line 5: a {}", agree(4))]);
    let hints = refused(&block("f", "a\nb\nc\nd\n", "x\n"), &[("f", "c\nd\nx\ny\na\nb\n")], "edit-not-found");
    let agree = |line: usize| format!("(2 of 4 lines agree from line {line} on)");
    assert_eq!(hints, [format!("line 1: c {}", agree(1)), format!("line 5: a {}", agree(5))]);
    let hints = refused(&block("f", "aa\nb\n", "x\n"), &[("f", "c\nd\n")], "edit-not-found");
    assert!(hints.is_empty(), "{hints:?}");
}
