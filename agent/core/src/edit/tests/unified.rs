use super::{gives, refused};

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
        "--- a/a\n+++ b/a\n@@ -1,9 +1,7 @@\n one\n-two\n+TWO\n-- \n2.39\n",
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

const TAIL: &str = "--- a/b\n+++ b/b\n@@ -1 +1 @@\n-x\n+y\n";

#[test]
fn wrong_counts_are_put_right() {
    let two = &[("a", "x\n"), ("b", "x\n")];
    for counts in ["-1 +1", "-1,4 +1,4", "-1,9 +1", "-1,0 +1,7", "-1,2 +1,2"] {
        for gap in ["", "\n", "\n\n"] {
            let text = format!("--- a/a\n+++ b/a\n@@ {counts} @@\n-x\n+y\n{gap}{TAIL}");
            gives(&text, two, &[("a", "y\n"), ("b", "y\n")]);
        }
    }
    gives(
        "--- a/a\n+++ b/a\n@@ -1 +1 @@\n one\n-two\n+2\n three\n",
        &[("a", "one\ntwo\nthree\n")],
        &[("a", "one\n2\nthree\n")],
    );
    gives("--- a/a\n+++ b/a\n@@\n-x\n+y\n", &[("a", "x\n")], &[("a", "y\n")]);
    refused("--- a/a\n+++ b/a\n@@\n+y\n", &[("a", "x\n")], "proposal-malformed");
}

#[test]
fn a_diff_that_is_cut_off_is_refused() {
    let part = |counts: &str, body: &str| format!("--- a/a\n+++ b/a\n@@ {counts} @@\n{body}");
    let numbers = &[("a", "1\n2\n3\n")];
    for (counts, body) in [
        ("-1,3 +1,3", " 1\n-2\n"),
        ("-1,3 +1,4", " 1\n-2\n+2\n"),
        ("-1,2 +1,3", " 1\n-2\n+2\n"),
        ("-1,3 +1,3", " 1\n"),
        ("-1,9 +1,9", " 1\n-2\n+x\n"),
    ] {
        for end in ["", "\n"] {
            let hints = refused(&part(counts, &format!("{body}{end}")), numbers, "proposal-malformed");
            assert!(hints[0].starts_with("line 3: the last hunk has fewer lines"), "{hints:?}");
        }
    }
    refused(&part("-1,3 +1,3", "-1\n+I\n-2\n+II\n"), numbers, "edit-not-found");
    refused("--- /dev/null\n+++ b/b\n@@ -0,0 +1,2 @@\n+x\n", &[], "proposal-malformed");
    let blank = &[("a", "1\n\n\n")];
    for body in ["-1\n+I\n", "-1\n+I\n\n", "-1\n+I\n\n\n", "-1\n+I\n \n \n"] {
        gives(&part("-1,3 +1,3", body), blank, &[("a", "I\n\n\n")]);
    }
}

#[test]
fn a_carriage_return_without_a_line_end_is_a_letter() {
    const NOTE: &str = "\\ No newline at end of file\n";
    let new = format!("--- /dev/null\n+++ b/f\n@@ -0,0 +1,2 @@\n+a\n+b\r\n{NOTE}");
    gives(&new, &[], &[("f", "a\nb\r")]);
    gives(&new.replace('\n', "\r\n").replace("\r\r", "\r"), &[], &[("f", "a\r\nb")]);
    let change = format!("--- a/f\n+++ b/f\n@@ -2 +2 @@\n-b\n{NOTE}+c\r\n{NOTE}");
    gives(&change, &[("f", "a\nb")], &[("f", "a\nc\r")]);
    let back = format!("--- a/f\n+++ b/f\n@@ -2 +2 @@\n-c\r\n{NOTE}+b\n{NOTE}");
    gives(&back, &[("f", "a\nc\r")], &[("f", "a\nb")]);
    let mixed = format!("--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\r\n-b\r\n{NOTE}+c\r\n{NOTE}");
    gives(&mixed, &[("f", "a\r\nb\r")], &[("f", "a\r\nc\r")]);
}

#[test]
fn line_ends_are_those_that_are_meant() {
    let part = |body: &str| format!("--- a/a\n+++ b/a\n@@ -4 +4 @@\n{body}");
    gives(&part("-x\r\n+y\r\n"), &[("a", "1\n2\n3\nx\r\n")], &[("a", "1\n2\n3\ny\r\n")]);
    gives(&part("-x\n+y\n"), &[("a", "1\r\n2\r\n3\r\nx\n")], &[("a", "1\r\n2\r\n3\r\ny\n")]);
    gives(&part("-x\n+y\n"), &[("a", "1\r\n2\r\n3\r\nx\r\n")], &[("a", "1\r\n2\r\n3\r\ny\r\n")]);
    gives(&part("-x\r\n+y\r\n"), &[("a", "1\n2\n3\nx\n")], &[("a", "1\n2\n3\ny\n")]);
    gives(&part("-x\n+y\n"), &[("a", "1\n2\n3\nx")], &[("a", "1\n2\n3\ny")]);
    gives(&part("-x\n+x\n\\ No newline at end of file\n"), &[("a", "1\n2\n3\nx\n")], &[("a", "1\n2\n3\nx")]);
    gives(&part("-x\n+y\n").replace('\n', "\r\n"), &[("a", "1\n2\n3\nx\n")], &[("a", "1\n2\n3\ny\n")]);
}

#[test]
fn a_byte_order_mark_stays() {
    let marked = &[("a", "\u{feff}x\nz\n")];
    let part = |body: &str| format!("--- a/a\n+++ b/a\n@@ -1 +1 @@\n{body}");
    gives(&part("-\u{feff}x\n+\u{feff}y\n"), marked, &[("a", "\u{feff}y\nz\n")]);
    gives(&part("-x\n+y\n"), marked, &[("a", "\u{feff}y\nz\n")]);
    gives(&part("-x\n+\u{feff}y\n"), marked, &[("a", "\u{feff}y\nz\n")]);
    gives(&part("-\u{feff}x\n+x\n"), marked, &[("a", "x\nz\n")]);
    gives("--- a/a\n+++ b/a\n@@ -0,0 +1 @@\n+y\n", marked, &[("a", "y\n\u{feff}x\nz\n")]);
}

#[test]
fn bytes_that_are_no_text_stay() {
    use super::super::{Matching, apply, parse};
    use crate::host::{Change, Content};
    let bytes = b"\xff\xfe\nx\n\xe9\n".to_vec();
    let file = Content { bytes, mode: super::FileMode::Plain };
    let set = parse(&super::proposal("--- a/a\n+++ b/a\n@@ -2 +2 @@\n-x\n+y\n")).unwrap();
    let applied = apply(&set, &[(super::path("a"), Some(file))].into(), Matching::Strict);
    let expected =
        Change::Write { path: super::path("a"), bytes: b"\xff\xfe\ny\n\xe9\n".to_vec(), mode: None };
    assert_eq!(applied.map(|applied| applied.changes), Ok(vec![expected]));
}

#[test]
fn names_are_read_as_they_are_written() {
    let body = "@@ -1 +1 @@\n-x\n+y\n";
    let here = &[("d/a", "x\n")];
    for names in [
        "--- d/a\n+++ d/a\n",
        "--- d/a.orig\t2020-01-01 00:00:00\n+++ d/a\t2020-01-01 00:00:00\n",
        "diff --git i/d/a w/d/a\n--- i/d/a\n+++ w/d/a\n",
        "diff --git a/d/a b/d/a\nindex 1..2 100644\n--- a/d/a\n+++ b/d/a\n",
        "diff --git d/a d/a\n--- d/a\n+++ d/a\n",
    ] {
        gives(&format!("{names}{body}"), here, &[("d/a", "y\n")]);
    }
    gives(&format!("--- a/my file\t\n+++ b/my file\t\n{body}"), &[("my file", "x\n")], &[("my file", "y\n")]);
    gives(
        "--- n\t1970-01-01 01:00:00.000000000 +0100\n+++ n\t2020-01-01 00:00:00 +0000\n@@ -0,0 +1 @@\n+x\n",
        &[],
        &[("n", "x\n")],
    );
    refused(&format!("--- a\n+++ b\n{body}"), &[("a", "x\n")], "proposal-malformed");
    refused(
        &format!("diff --git a/a b/a\nindex 1..2 120000\n--- a/a\n+++ b/a\n{body}"),
        &[("a", "x\n")],
        "proposal-malformed",
    );
    let quoted = "diff --git \"a/q\\\" x\" \"b/q\\\" x\"\nold mode 100644\nnew mode 100755\n";
    gives(quoted, &[("q\" x", "x\n")], &[("q\" x", "+x:x\n")]);
    refused("diff --git a/s b/s\nindex 1..2 160000\n", &[], "proposal-malformed");
}

#[test]
fn a_mismatch_names_file_hunk_and_line() {
    use super::super::{Matching, apply, parse};
    let text = "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n+y\n@@ -9 +9 @@\n-gone\n+y\n--- a/b\n+++ b/b\n@@ -1 +1 @@\n-q\n+r\n";
    let files = super::files(&[("a", "x\n"), ("b", "x\n")]);
    let set = parse(&super::proposal(text)).unwrap();
    let mismatch = apply(&set, &files, Matching::Strict).unwrap_err();
    let expected = "`a`: hunk 2: the lines to change are not in the file, below the hunk before (line 6 of the proposal); and 1 more does not fit";
    assert_eq!(mismatch.message, expected);
}
