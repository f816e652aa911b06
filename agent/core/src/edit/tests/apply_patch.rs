use super::{gives, patch, refused};

#[test]
fn apply_patch_changes_files() {
    gives(&patch("*** Add File: a/b.md\n+one\n+two"), &[], &[("a/b.md", "one\ntwo\n")]);
    gives(&patch("*** Delete File: a"), &[("a", "x\n")], &[]);
    gives(&patch("*** Delete File: ./a"), &[("a", "x\n")], &[]);
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
fn wrappers_are_passed_over() {
    let body = patch("*** Update File: a\n@@\n-x\n+y");
    for text in [
        format!("apply_patch <<'EOF'\n{body}EOF\n"),
        format!("```\n{body}```\n"),
        format!("Here it is:\n\n{body}\n"),
        body.replace('\n', "\r\n"),
    ] {
        gives(&text, &[("a", "x\n")], &[("a", "y\n")]);
        gives(&text, &[("a", "x\r\n")], &[("a", "y\r\n")]);
    }
    refused(&format!("{body}and more"), &[("a", "x\n")], "proposal-malformed");
}

#[test]
fn a_header_narrows_and_never_picks_the_first() {
    let twice = &[("a", "fn one\n  x\nfn two\n  x\n")];
    refused(&patch("*** Update File: a\n@@ fn one\n-  x\n+  y"), twice, "edit-ambiguous");
    refused(&patch("*** Update File: a\n@@\n-  x\n+  y"), twice, "edit-ambiguous");
    gives(&patch("*** Update File: a\n@@ fn two\n-  x\n+  y"), twice, &[("a", "fn one\n  x\nfn two\n  y\n")]);
    gives(
        &patch("*** Update File: a\n@@ -4 +4 @@\n-  x\n+  y"),
        twice,
        &[("a", "fn one\n  x\nfn two\n  y\n")],
    );
    gives(
        &patch("*** Update File: a\n@@ A\n@@ f\n-x\n+y"),
        &[("a", "x\nA\n  f\nx\n")],
        &[("a", "x\nA\n  f\ny\n")],
    );
    gives(&patch("*** Update File: a\n@@ A\n+new"), &[("a", "A\nB\n")], &[("a", "A\nnew\nB\n")]);
    refused(&patch("*** Update File: a\n@@ A\n+new"), &[("a", "A\nA\n")], "edit-ambiguous");
}

#[test]
fn the_end_of_the_file_is_the_end() {
    let at_end = patch("*** Update File: a\n@@\n-x\n+y\n*** End of File");
    gives(&at_end, &[("a", "x\nx\n")], &[("a", "x\ny\n")]);
    refused(&at_end, &[("a", "x\nz\n")], "edit-not-found");
    gives(&patch("*** Update File: a\n@@\n-a\n+b"), &[("a", "a\nz")], &[("a", "b\nz")]);
}

#[test]
fn a_blank_that_is_not_there_takes_no_other_line() {
    refused(&patch("*** Update File: a\n@@\n-x\n-\n+z"), &[("a", "x\ny\n")], "edit-not-found");
    refused(&patch("*** Update File: a\n@@\n x\n\n+z"), &[("a", "x\ny\n")], "edit-not-found");
    gives(&patch("*** Update File: a\n@@\n-x\n+z\n\n@@\n-y\n+w"), &[("a", "x\ny\n")], &[("a", "z\nw\n")]);
}

#[test]
fn hunks_keep_their_order() {
    let text = patch("*** Update File: a\n@@\n-two\n+2\n@@\n-one\n+1");
    refused(&text, &[("a", "one\ntwo\n")], "edit-not-found");
    let text = patch("*** Update File: a\n@@\n-one\n+1\n*** Update File: a\n@@\n-1\n+I");
    gives(&text, &[("a", "one\n")], &[("a", "I\n")]);
}

#[test]
fn contradictions_are_refused() {
    for body in [
        "*** Add File: a\n+x\n*** Add File: a\n+y",
        "*** Add File: a\n+x\n*** Delete File: a",
        "*** Delete File: a\n*** Delete File: a",
        "*** Update File: a\n@@\n-x\n+y\n*** Delete File: a",
        "*** Update File: a\n*** Move to: b\n*** Update File: a\n@@\n-x\n+y",
    ] {
        refused(&patch(body), &[("a", "x\n")], "proposal-malformed");
    }
    gives(&patch("*** Add File: b\n+x\n*** Update File: b\n@@\n-x\n+y"), &[], &[("b", "y\n")]);
    gives(&patch("*** Delete File: a\n*** Add File: a\n+y"), &[("a", "x\n")], &[("a", "y\n")]);
    refused(&patch("*** Delete File: a\n*** Add File: a\n+y"), &[], "file-missing");
}

#[test]
fn a_blank_line_of_the_file_is_a_line() {
    let update = |body: &str| patch(&format!("*** Update File: a\n{body}"));
    gives(&update("@@\n+x\n "), &[("a", "a\n\nb\n")], &[("a", "a\nx\n\nb\n")]);
    gives(
        &update("@@ fn a\n+ more\n "),
        &[("a", "top\n\nfn a\n body\n\nfn c\n")],
        &[("a", "top\n\nfn a\n body\n more\n\nfn c\n")],
    );
    gives(&update("@@\n-a\n+A\n b\n \n*** End of File"), &[("a", "a\nb\n\n")], &[("a", "A\nb\n\n")]);
    refused(&update("@@\n+x\n "), &[("a", "a\n\n\nb\n")], "edit-ambiguous");
    refused(&update("@@\n+x\n "), &[("a", "a\nb\n")], "edit-not-found");
}

#[test]
fn an_empty_line_of_the_proposal_is_for_the_eye() {
    let update = |body: &str| patch(&format!("*** Update File: a\n{body}\n*** Add File: b\n+b"));
    for body in ["@@\n+x\n", "@@\n+x\n\n", "\n@@\n+x", " \n\n@@\n+x", "@@\n+x\n*** End of File\n\n"] {
        gives(&update(body), &[("a", "a\n\nb\n")], &[("a", "a\n\nb\nx\n"), ("b", "b\n")]);
    }
    gives(&update("@@\n-a\n+A\n b\n\n"), &[("a", "a\nb\nc\n")], &[("a", "A\nb\nc\n"), ("b", "b\n")]);
}

#[test]
fn what_is_added_to_the_end_moves_no_other_hunk() {
    let text =
        patch("*** Update File: a\n@@\n+after-context\n+second line\n@@\n l1\n-l2\n-l3\n+line2-replacement");
    let after = "l1\nline2-replacement\nafter-context\nsecond line\n";
    gives(&text, &[("a", "l1\nl2\nl3\n")], &[("a", after)]);
    gives(&text, &[("a", "l1\nl2\nl3")], &[("a", after)]);
    gives(&patch("*** Update File: a\n@@\n+1\n@@\n+2"), &[("a", "x\n")], &[("a", "x\n1\n2\n")]);
}

#[test]
fn a_blank_line_that_is_taken_away_and_added_need_not_be_there() {
    let update = |body: &str| patch(&format!("*** Update File: a\n@@\n{body}"));
    for body in ["-b\n-\n+c\n+", "-b\n+c\n-\n+"] {
        gives(&update(body), &[("a", "a\nb\n")], &[("a", "a\nc\n")]);
        gives(&update(body), &[("a", "a\nb\n\nx\n")], &[("a", "a\nc\n\nx\n")]);
    }
    for body in ["-b\n-\n+c", "-b\n+c\n+\n-", "-b\n-\n+\n+c", "-\n+"] {
        refused(&update(body).replace("+c\n+\n-", "-x\n+"), &[("a", "a\nb\n")], "edit-not-found");
    }
}
