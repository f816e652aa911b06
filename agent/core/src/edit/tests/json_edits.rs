use super::{gives, refused};

#[test]
fn json_edits_change_files() {
    gives(r#"[{"op":"replace","path":"a","old":"b","new":"c"}]"#, &[("a", "abd")], &[("a", "acd")]);
    gives(
        r#"{"edits":[{"op":"replace","path":"a","old":"b","new":"c","all":true}]}"#,
        &[("a", "b b")],
        &[("a", "c c")],
    );
    gives(
        r#"[{"op":"replace","path":"a","old":"x\ny","new":"z"}]"#,
        &[("a", "x\r\ny\r\n")],
        &[("a", "z\r\n")],
    );
    gives(r#"[{"op":"write","path":"a","content":"x","mode":"100755"}]"#, &[], &[("a", "+x:x")]);
    gives(r#"[{"op":"write","path":"a","content_base64":"AAEC"}]"#, &[], &[("a", "\0\u{1}\u{2}")]);
    gives(
        r#"[{"op":"rename","path":"a","to":"b"},{"op":"replace","path":"b","old":"x","new":"y"}]"#,
        &[("a", "x")],
        &[("b", "y")],
    );
    gives(r#"[{"op":"mode","path":"a","mode":"100755"}]"#, &[("a", "x")], &[("a", "+x:x")]);
    gives(r#"[{"op":"delete","path":"a"}]"#, &[("a", "x")], &[]);
}

#[test]
fn json_edits_are_refused_with_their_place() {
    for (text, expected) in [
        (r#"[{"op":"replace","path":"a","old":"b","new":"c","wat":1}]"#, "/0/wat"),
        (r#"[{"op":"delete","path":"a","op":"delete"}]"#, "duplicate key"),
        (r#"[{"op":"delete","path":"a","to":"b"}]"#, "/0/to: `delete` does not take `to`"),
        (r#"{"edits":[{"op":"write","path":"a"}]}"#, "/edits/0: `write` needs one of"),
        (r#"[{"op":"write","path":"a","content_base64":"*"}]"#, "content_base64"),
        ("[", "EOF"),
    ] {
        let hints = refused(text, &[], "proposal-malformed");
        assert!(hints[0].contains(expected), "{text}: {hints:?}");
    }
    refused("[]", &[], "proposal-empty");
    refused(r#"[{"op":"replace","path":"a","old":"b","new":"c"}]"#, &[("a", "b b")], "edit-ambiguous");
    refused(r#"[{"op":"replace","path":"a","old":"q","new":"c"}]"#, &[("a", "b b")], "edit-not-found");
}

#[test]
fn a_path_that_leads_elsewhere_is_named_with_its_place() {
    for (text, expected) in [
        (r#"[{"op":"delete","path":"../a"}]"#, "/0/path: `../a`"),
        (r#"{"edits":[{"op":"rename","path":"a","to":"/etc/passwd"}]}"#, "/edits/0/to: `/etc/passwd`"),
    ] {
        let hints = refused(text, &[], "path-outside");
        assert!(hints[0].starts_with(expected), "{hints:?}");
    }
    refused(r#"[{"op":"delete","path":1}]"#, &[], "proposal-malformed");
}

#[test]
fn replacing_keeps_to_the_file() {
    let replace =
        |old: &str, new: &str| format!(r#"[{{"op":"replace","path":"a","old":"{old}","new":"{new}"}}]"#);
    gives(&replace("b", r"c\nd"), &[("a", "a\r\nb\r\n")], &[("a", "a\r\nc\r\nd\r\n")]);
    gives(&replace("b", r"c\nd"), &[("a", "a\nb\n")], &[("a", "a\nc\nd\n")]);
    gives(&replace(r"a\r\nb", r"a\nb"), &[("a", "a\r\nb\r\n")], &[("a", "a\nb\r\n")]);
    refused(&replace("aa", "b"), &[("a", "aaa")], "edit-ambiguous");
    refused(&replace("", "b"), &[("a", "aaa")], "proposal-malformed");
    refused(r#"[{"op":"replace","path":"a","old":"x","new":"y"}]"#, &[], "file-missing");
}

#[test]
fn contradictions_and_renames_onto_files_are_refused() {
    let write = r#"{"op":"write","path":"a","content":"x"}"#;
    for second in [write, r#"{"op":"delete","path":"a"}"#, r#"{"op":"rename","path":"c","to":"a"}"#] {
        let hints = refused(&format!("[{write},{second}]"), &[], "proposal-malformed");
        assert!(hints[0].starts_with("/1: `a` is "), "{hints:?}");
    }
    gives(&format!(r#"[{{"op":"delete","path":"a"}},{write}]"#), &[("a", "y")], &[("a", "x")]);
    refused(r#"[{"op":"rename","path":"a","to":"b"}]"#, &[("a", "x"), ("b", "y")], "file-exists");
    let chain = r#"[{"op":"rename","path":"a","to":"b"},{"op":"rename","path":"b","to":"c"}]"#;
    gives(chain, &[("a", "x")], &[("c", "x")]);
}
