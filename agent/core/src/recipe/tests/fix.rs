use super::*;

fn fixed(name: &str, text: &str) -> Change {
    Change::Write { path: path(name), bytes: text.as_bytes().to_vec(), mode: None }
}

#[test]
fn what_the_check_put_right_is_taken_over() {
    let mut shelf = Shelf { fixes: vec![fixed("a.rs", "a\n")], ..shelf(&[("a.rs", "a")]) };
    let outcome = shelf.did("fix", &[("check", "fmt")]);
    assert_eq!(
        (outcome.told, shelf.text("a.rs")),
        (vec!["`a.rs`: put right by check `fmt`".to_owned()], "a\n")
    );
}

#[test]
fn a_check_that_changes_nothing_has_no_effect() {
    let (code, message) = shelf(&[]).fault("fix", &[("check", "fmt")]);
    assert_eq!(
        (code, message.lines().last()),
        ("edit-without-effect", Some("hint: check `fmt` changed nothing"))
    );
}

#[test]
fn what_lies_beyond_the_paths_is_refused() {
    let fixes = vec![fixed("src/a.rs", "a\n"), fixed("b.rs", "b\n")];
    let mut there = Shelf { fixes, ..shelf(&[("src/a.rs", "a"), ("b.rs", "b")]) };
    let (code, message) = there.fault("fix", &[("check", "fmt"), ("paths", "src")]);
    assert_eq!(code, "recipe-outside");
    assert!(message.starts_with("check `fmt` changed 1 file beyond `paths`: `b.rs`"), "{message}");
    there.did("fix", &[("check", "fmt"), ("paths", "src,b.rs")]);
}

#[test]
fn an_unknown_check_is_the_hosts_to_tell() {
    let stopped = shelf(&[]).run("fix", &[("check", "nope")]).unwrap_err();
    assert!(matches!(stopped, Stopped::Desk(CallError::Failed(failure)) if failure.code == "check-unknown"));
}

#[test]
fn steps_follow_each_other() {
    let mut shelf = Shelf {
        fixes: vec![fixed("a.rs", "let new = 1;\n")],
        ..shelf(&[("a.rs", "let  old=1;"), ("b.rs", "old")])
    };
    let outcome = shelf.did("rename-and-format", &[("from", "old"), ("to", "new"), ("check", "fmt")]);
    assert_eq!((shelf.text("a.rs"), shelf.text("b.rs"), shelf.written), ("let new = 1;\n", "new", 2));
    assert_eq!(outcome.changes, [fixed("a.rs", "let new = 1;\n"), fixed("b.rs", "new")]);
}
