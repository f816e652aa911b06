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
