use super::*;

fn rust(text: &'static str, matches: &[(&'static str, &[(&'static str, &'static str)])]) -> Shelf {
    let matches = matches.iter().map(|(code, captures)| ("a.rs", *code, captures.to_vec())).collect();
    Shelf { matches, ..shelf(&[("a.rs", text)]) }
}

#[test]
fn what_is_captured_keeps_its_bytes() {
    let mut shelf = rust(
        "let a = read( x )\n    .unwrap();\nlet b = größe.unwrap();\n",
        &[("read( x )\n    .unwrap()", &[("A", "read( x )")]), ("größe.unwrap()", &[("A", "größe")])],
    );
    let outcome = shelf.did("rewrite", &[("pattern", "$A.unwrap()"), ("template", "$A?")]);
    assert_eq!(shelf.text("a.rs"), "let a = read( x )?;\nlet b = größe?;\n");
    assert_eq!(outcome.told, ["`a.rs`: 2 replaced"]);
    let query = json!({ "kind": "pattern", "language": "rust", "text": "$A.unwrap()", "limit": 20_000 });
    assert_eq!(shelf.queries, [query]);
}

#[test]
fn many_pieces_and_several_lines_are_put_in() {
    let mut there = rust("  f(a, b);\r\n\tf();\r\n", &[("f(a, b)", &[("ARGS", "a, b")]), ("f()", &[])]);
    there.did("rewrite", &[("pattern", "f($$$ARGS)"), ("template", "g(\n  $$$ARGS,\n)")]);
    assert_eq!(there.text("a.rs"), "  g(\r\n    a, b,\r\n  );\r\n\tg(\r\n\t  ,\r\n\t);\r\n");
}

#[test]
fn of_matches_within_one_another_the_outer_one_is_replaced() {
    let mut there = rust("f(f(x));\n", &[("f(x)", &[("A", "x")]), ("f(f(x))", &[("A", "f(x)")])]);
    let outcome = there.did("rewrite", &[("pattern", "f($A)"), ("template", "g($A)")]);
    assert_eq!(there.text("a.rs"), "g(f(x));\n");
    assert_eq!(
        outcome.warnings,
        ["`a.rs`: 1 matches lie within others and stay; run the recipe once more for them"]
    );
}

#[test]
fn a_comment_that_would_be_lost_keeps_its_match() {
    let text = "f(a /* why */);\nf(b);\nf(\"//\");\n";
    let matches: &[(&str, &[(&str, &str)])] =
        &[("f(a /* why */)", &[("A", "a")]), ("f(b)", &[("A", "b")]), ("f(\"//\")", &[("A", "\"//\"")])];
    let mut there = rust(text, matches);
    let outcome = there.did("rewrite", &[("pattern", "f($A)"), ("template", "g($A)")]);
    assert_eq!(there.text("a.rs"), "f(a /* why */);\ng(b);\ng(\"//\");\n");
    assert_eq!(outcome.warnings, ["`a.rs` line 1: left, a comment in it would be lost"]);
}

#[test]
fn a_block_of_python_keeps_its_indentation_or_its_match() {
    for (template, expected) in [
        ("with my($A):\n    $$$B", Some("with my(x):\n    a()\n    b()\n")),
        ("if y:\n    with $A:\n        $$$B", None),
        ("with my($A):\n  $$$B", None),
    ] {
        let text = "with x:\n    a()\n    b()\n";
        let found = ("t.py", text.trim_end(), vec![("A", "x"), ("B", "a()\n    b()")]);
        let mut there = Shelf { matches: vec![found], ..shelf(&[("t.py", text)]) };
        let arguments = [("pattern", "with $A:\n    $$$B"), ("template", template)];
        match expected {
            Some(expected) => {
                there.did("rewrite", &arguments);
                assert_eq!(there.text("t.py"), expected);
            }
            None => assert_eq!(there.fault("rewrite", &arguments).0, "recipe-incomplete", "{template}"),
        }
    }
}

#[test]
fn what_is_so_already_is_no_change() {
    let mut there = rust("f(x);\n", &[("f(x)", &[("A", "x")])]);
    let (code, message) = there.fault("rewrite", &[("pattern", "f($A)"), ("template", "f($A)")]);
    assert_eq!(code, "edit-without-effect");
    assert!(message.ends_with("\nhint: `a.rs`: is so already"), "{message}");
    assert_eq!(
        there.fault("rewrite", &[("pattern", "g($A)"), ("template", "h($A)"), ("paths", "b.rs")]).0,
        "recipe-nothing-found"
    );
}

#[test]
fn a_template_names_what_its_pattern_has() {
    for (pattern, template, holds) in [
        ("f($A)", "$A + $A", true),
        ("f($A)", "$$A", true),
        ("f($$$A)", "g($$$A)", true),
        ("f($_X)", "$_X", true),
        ("f($A)", "$a $ {$} $1", true),
        ("f($A)", "$B", false),
        ("f($A)", "$$$A", false),
        ("f($$$A)", "$A", false),
        ("f($_)", "$_", false),
        ("f()", "$A", false),
    ] {
        let chosen = named(&call("rewrite", &[("pattern", pattern), ("template", template)]));
        assert_eq!(chosen.is_ok(), holds, "{pattern} {template}");
    }
}

#[test]
fn the_language_is_told_or_the_only_one() {
    let rewrite = &[("pattern", "f()"), ("template", "g()")];
    let mut two = shelf(&[("a.rs", "f()"), ("b.py", "f()")]);
    let (code, message) = two.fault("rewrite", rewrite);
    assert_eq!(code, "recipe-parameter-malformed");
    assert!(message.contains("more than one: `python`, `rust`"), "{message}");
    assert_eq!(shelf(&[("a.txt", "f()")]).fault("rewrite", rewrite).0, "recipe-nothing-found");
    two.matches = vec![("b.py", "f()", vec![])];
    two.did("rewrite", &[("pattern", "f()"), ("template", "g()"), ("paths", "b.py")]);
    two.fault("rewrite", &[("pattern", "f()"), ("template", "g()"), ("language", "rust")]);
    assert_eq!(
        two.queries.iter().map(|query| query["language"].as_str().unwrap()).collect::<Vec<_>>(),
        ["python", "rust"]
    );
}

#[test]
fn a_part_of_a_rewrite_is_none() {
    let rewrite = &[("pattern", "f()"), ("template", "g()")];
    let there = || rust("f()\n", &[("f()", &[])]);
    assert_eq!(Shelf { is_stale: true, ..there() }.fault("rewrite", rewrite).0, "recipe-stale");
    let mut skipped = Shelf { skipped: vec![("b.rs", "slow")], ..there() };
    assert_eq!(skipped.fault("rewrite", rewrite).0, "recipe-incomplete");
    skipped.did("rewrite", &[("pattern", "f()"), ("template", "g()"), ("allow_skipped", "true")]);
    let mut overlapping = rust("abc\n", &[("ab", &[]), ("bc", &[])]);
    assert_eq!(overlapping.fault("rewrite", rewrite).0, "recipe-overlap");
}

#[test]
fn recipes_of_data_alone_are_followed() {
    let mut there = rust("assert_eq!(f(), true);\n", &[("assert_eq!(f(), true)", &[("A", "f()")])]);
    there.did("rust-assert", &[]);
    assert_eq!(there.text("a.rs"), "assert!(f());\n");
    let mut there = Shelf {
        matches: vec![("t.py", "self.assertEquals(a, b)", vec![("ARGUMENTS", "a, b")])],
        ..shelf(&[("t.py", "self.assertEquals(a, b)\n")])
    };
    there.did("python-assert-equal", &[]);
    assert_eq!(there.text("t.py"), "self.assertEqual(a, b)\n");
}

#[test]
fn of_matches_with_one_beginning_the_longer_one_is_replaced() {
    let matches: &[(_, &[_])] = &[("a.f()", &[("A", "a")]), ("a.f().f()", &[("A", "a.f()")])];
    let mut there = rust("a.f().f();\n", matches);
    there.did("rewrite", &[("pattern", "$A.f()"), ("template", "g($A)")]);
    assert_eq!(there.text("a.rs"), "g(a.f());\n");
}
