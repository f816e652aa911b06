use super::{gives, refused};

fn moved(way: &str, from: &str, to: &str) -> String {
    format!("diff --git a/{from} b/{to}\n{way} from {from}\n{way} to {to}\n")
}

const EDIT: &str = "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n+y\n";

#[test]
fn renames_and_copies_take_what_was_there_before() {
    let two = &[("a", "x\n"), ("b", "B\n")];
    let swap = moved("rename", "a", "b") + &moved("rename", "b", "a");
    gives(&swap, two, &[("a", "B\n"), ("b", "x\n")]);
    let chain = moved("rename", "a", "b") + &moved("rename", "b", "c");
    gives(&chain, two, &[("b", "x\n"), ("c", "B\n")]);
    gives(&format!("{EDIT}{}", moved("copy", "a", "c")), two, &[("a", "y\n"), ("b", "B\n"), ("c", "x\n")]);
    let taken = format!("--- /dev/null\n+++ b/a\n@@ -0,0 +1 @@\n+new\n{}", moved("rename", "a", "c"));
    gives(&taken, two, &[("a", "new\n"), ("b", "B\n"), ("c", "x\n")]);
    let folder = format!("--- /dev/null\n+++ b/a/n\n@@ -0,0 +1 @@\n+new\n{}", moved("rename", "a", "a/m"));
    gives(&folder, two, &[("a/m", "x\n"), ("a/n", "new\n"), ("b", "B\n")]);
}

#[test]
fn renames_and_copies_replace_nothing() {
    let two = &[("a", "x\n"), ("b", "B\n")];
    refused(&moved("rename", "a", "b"), two, "file-exists");
    refused(&moved("copy", "a", "b"), two, "file-exists");
    refused(&moved("rename", "c", "d"), two, "file-missing");
    refused(&format!("{EDIT}{}", moved("rename", "a", "c")), two, "proposal-malformed");
    refused(&format!("{}{EDIT}", moved("rename", "a", "c")), two, "proposal-malformed");
    let deleted = "--- a/b\n+++ /dev/null\n@@ -1 +0,0 @@\n-B\n";
    gives(&format!("{deleted}{}", moved("rename", "a", "b")), two, &[("b", "x\n")]);
}

#[test]
fn commits_of_a_mailbox_follow_each_other() {
    let mail = |body: &str| {
        format!(
            "From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\n\n{body}-- \n2.39\n\n"
        )
    };
    let text = mail(EDIT) + &mail(&moved("rename", "a", "c"));
    gives(&text, &[("a", "x\n")], &[("c", "y\n")]);
    let text = mail("--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+x\n")
        + &mail("--- a/n\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n");
    gives(&text, &[], &[]);
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

#[test]
fn binary_content_belongs_to_the_file_it_was_made_from() {
    let literal = |head: &str| {
        format!("diff --git a/b b/b\n{head}GIT binary patch\nliteral 5\nMcmZQzWMXCk000>P3jhEB\n\n")
    };
    let back = "literal 3\nKcmZQzWC8#H2LJ>B\n\n";
    gives(&literal("new file mode 100644\n"), &[], &[("b", "\0\u{1}\u{2}\u{3}\u{4}")]);
    refused(&literal("new file mode 100644\n"), &[("b", "other")], "file-exists");
    refused(&literal(""), &[], "file-missing");
    refused(&format!("{}{back}", literal("")), &[("b", "other")], "edit-not-found");
    refused(&literal("").replace("Mcm", "M c"), &[("b", "x")], "proposal-malformed");
    refused(&literal("").replace("literal 5", "literal 99999999999"), &[("b", "x")], "proposal-malformed");
    let empty = "diff --git a/b b/b\nindex 1..2 100644\nGIT binary patch\nliteral 0\nHcmV?d00001\n\n";
    gives(empty, &[("b", "\0")], &[("b", "")]);
}

#[test]
fn a_diff_without_prefixes_keeps_its_folders() {
    let git = "diff --git a/b.txt a/b.txt\n";
    let old = &[("a/b.txt", "hi\n")];
    let new = format!("{git}new file mode 100644\n--- /dev/null\n+++ a/b.txt\n@@ -0,0 +1 @@\n+hi\n");
    gives(&new, &[], old);
    let gone = format!("{git}deleted file mode 100644\n--- a/b.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-hi\n");
    gives(&gone, old, &[]);
    gives(&format!("{git}--- a/b.txt\n+++ a/b.txt\n@@ -1 +1 @@\n-hi\n+x\n"), old, &[("a/b.txt", "x\n")]);
    gives(&format!("{git}new file mode 100644\n"), &[], &[("a/b.txt", "")]);
    let prefixed = new.replace("a/b.txt a/b.txt", "a/b.txt b/b.txt").replace("+++ a/", "+++ b/");
    gives(&prefixed, &[], &[("b.txt", "hi\n")]);
}

#[test]
fn a_space_at_the_end_of_a_name_stays() {
    let git = "diff --git a/t  b/t \n";
    let old = &[("t ", "x\n")];
    let new = format!("{git}new file mode 100644\n--- /dev/null\n+++ b/t \t\n@@ -0,0 +1 @@\n+x\n");
    gives(&new, &[], old);
    let gone = format!("{git}deleted file mode 100644\n--- a/t \t\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n");
    gives(&gone, old, &[]);
    gives(&format!("{git}--- a/t \t\n+++ b/t \t\n@@ -1 +1 @@\n-x\n+y\n"), old, &[("t ", "y\n")]);
    gives(&format!("{git}new file mode 100644\n"), &[], &[("t ", "")]);
    gives(&format!("{git}deleted file mode 100644\n"), old, &[]);
    gives(&format!("{git}old mode 100644\nnew mode 100755\n"), old, &[("t ", "+x:x\n")]);
    gives(&moved("rename", "t ", "u "), old, &[("u ", "x\n")]);
    let edit = "--- a/t \t\n+++ b/u \t\n@@ -1 +1 @@\n-x\n+y\n";
    gives(&(moved("rename", "t ", "u ") + edit), old, &[("u ", "y\n")]);
}

#[test]
fn a_quoted_name_is_right_or_refused() {
    let new = |name: &str| format!("--- /dev/null\n+++ {name}\n@@ -0,0 +1 @@\n+x\n");
    gives(&new(r#""b/x\ty\303\251""#), &[], &[("x\ty\u{e9}", "x\n")]);
    gives(&new(r#""b/x \"y\"""#), &[], &[("x \"y\"", "x\n")]);
    for name in [r#""b/x\cy""#, r#""b/x\8""#, r#""b/x\12""#, r#""b/x\777""#, r#""b/x"#, r#""b/x"y"#] {
        refused(&new(name), &[], "proposal-malformed");
        refused(&format!("diff --git a/x {name}\nnew file mode 100644\n"), &[], "proposal-malformed");
    }
}

#[test]
fn a_dot_in_front_of_a_path_is_no_folder() {
    let here = &[("f", "x\n")];
    gives("--- ./f\n+++ ./f\n@@ -1 +1 @@\n-x\n+y\n", here, &[("f", "y\n")]);
    gives("--- ./f.orig\n+++ ./f\n@@ -1 +1 @@\n-x\n+y\n", here, &[("f", "y\n")]);
    gives("--- /dev/null\n+++ ./d/n\n@@ -0,0 +1 @@\n+y\n", &[], &[("d/n", "y\n")]);
    for path in ["././f", "./../f", "d/./f", ".//f", "./"] {
        let text = format!("--- /dev/null\n+++ {path}\n@@ -0,0 +1 @@\n+y\n");
        refused(&text, &[], "path-outside");
    }
}
