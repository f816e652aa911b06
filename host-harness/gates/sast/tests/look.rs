//! What is said of a file: where, of what, and what to do.

mod common;

use common::{client, found, path, rules, scanner};
use finding::{FileScanner as _, Look, Severity, findings};

const SHELL: &str = "import os\n\ndef f(name):\n    os.system('rm ' + name)\n";

#[test]
fn a_finding_names_the_place_the_code_and_the_remedy() {
    let found = found(&scanner(), "src/a.py", SHELL);
    assert_eq!(rules(&found), ["sast/python-os-system"]);
    let one = &found[0];
    assert_eq!(one.severity, Severity::High);
    let span = one.span.unwrap();
    assert_eq!((span.line, span.column, span.end_line, span.end_column), (4, 5, 4, 28));
    assert!(one.message.contains("`system` runs `'rm ' + name` in a shell"), "{}", one.message);
    assert!(one.remedy.contains("list of arguments") && one.remedy.contains("CWE-78"), "{}", one.remedy);
}

#[test]
fn a_child_says_what_this_process_says() {
    let (here, there) = (scanner(), client());
    for (name, text) in [
        ("a.py", SHELL),
        ("a.js", "const { exec } = require('child_process');\nfunction f(x) { exec(`ls ${x}`); }\n"),
        ("a.tsx", "const a = <p dangerouslySetInnerHTML={{ __html: x }} />;\n"),
        ("a.go", "package p\nvar c = &tls.Config{InsecureSkipVerify: true}\n"),
        ("A.java", "class A { Object f() { return Cipher.getInstance(\"DES\"); } }\n"),
        ("a.rs", "fn f() { Rsa::generate(1024); }\n"),
        ("a.c", "void f(void) { char b[9]; gets(b); }\n"),
        ("a.h", "void f(void) { char b[9]; gets(b); }\n"),
        ("a.py", "x = (\n"),
    ] {
        let said = here.look(&path(name), text.as_bytes());
        assert_eq!(there.look(&path(name), text.as_bytes()), said, "{name}");
        let Look::Scanned(found) = said else { panic!("{name}: {said:?}") };
        assert_eq!(found.is_empty(), text.starts_with("x ="), "{name}: {found:?}");
    }
    assert_eq!(here.sources(), there.sources());
}

#[test]
fn the_canary_is_found() {
    for scanner in [&scanner() as &dyn finding::FileScanner, &client()] {
        let canary = scanner.canary();
        assert_eq!(scanner.passes_over(&canary.path), None);
        let Look::Scanned(found) = scanner.look(&canary.path, &canary.bytes) else { panic!() };
        assert!(found.iter().any(|one| one.rule == canary.rule), "{found:?}");
    }
}

#[test]
fn what_is_no_source_is_passed_over_with_a_reason() {
    let scanner = scanner();
    for name in ["README.md", "a.rb", "a.php", "a.cs", "Makefile.am"] {
        assert!(scanner.passes_over(&path(name)).is_some(), "{name}");
    }
    assert_eq!(scanner.passes_over(&path("bin/tool")), None);
    let look = scanner.look(&path("bin/tool"), b"#!/bin/sh\n");
    assert!(matches!(look, Look::Skipped(_)), "{look:?}");
    let found = found(&scanner, "bin/tool", &format!("#!/usr/bin/env python3\n{SHELL}"));
    assert_eq!(rules(&found), ["sast/python-os-system"]);
    let look = scanner.look(&path("de.ts"), b"<?xml version=\"1.0\"?><!DOCTYPE TS><TS></TS>");
    assert!(matches!(look, Look::Skipped(_)), "{look:?}");
}

#[test]
fn a_comment_in_the_source_has_no_power() {
    for comment in ["# nosec", "# noqa", "# nosemgrep", "# lgtm", "# type: ignore"] {
        let text = SHELL.replace("name)\n", &format!("name)  {comment}\n"));
        assert_eq!(rules(&found(&scanner(), "a.py", &text)), ["sast/python-os-system"], "{comment}");
    }
}

#[test]
fn a_fault_of_syntax_is_told_and_the_rest_is_scanned() {
    let text = format!("{SHELL}\ndef g(:\n");
    let found = found(&scanner(), "a.py", &text);
    assert!(rules(&found).contains(&"sast/python-os-system"), "{found:?}");
    let syntax = found.iter().find(|one| one.rule == "sast/syntax").unwrap();
    assert_eq!(syntax.severity, Severity::Medium);
    assert!(syntax.message.contains("parts of it may not have been looked into"), "{}", syntax.message);
}

#[test]
fn what_is_written_in_utf_16_is_read() {
    let little: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(SHELL.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let big: Vec<u8> =
        [0xfe, 0xff].into_iter().chain(SHELL.encode_utf16().flat_map(u16::to_be_bytes)).collect();
    for bytes in [little, big] {
        let Look::Scanned(found) = scanner().look(&path("a.py"), &bytes) else { panic!() };
        assert_eq!(rules(&found), ["sast/python-os-system"]);
    }
}

#[test]
fn a_fingerprint_stays_where_the_code_is_moved_and_indented() {
    let print = |text: &str| findings(found(&scanner(), "a.py", text), "t")[0].fingerprint.clone();
    let moved = SHELL.replace("def f", "\n\n\ndef f").replace("    os", "        os");
    assert_eq!(print(SHELL), print(&moved));
    assert_ne!(print(SHELL), print(&SHELL.replace("rm", "ls")));
}

#[test]
fn many_hits_are_all_told_and_too_many_are_no_pass() {
    let text = |count: usize| format!("import os\ndef f(x):\n{}", "    os.system('a' + x)\n".repeat(count));
    for scanner in [&scanner() as &dyn finding::FileScanner, &client()] {
        assert_eq!(found(scanner, "a.py", &text(250)).len(), 250);
        assert_eq!(found(scanner, "a.py", &text(10_000)).len(), 10_000);
        let Look::Broken(why) = scanner.look(&path("a.py"), text(10_001).as_bytes()) else { panic!() };
        assert!(why.contains("more than 10000 findings of `sast/python-os-system`"), "{why}");
    }
}

#[test]
fn a_message_has_no_placeholder() {
    let evaluated = found(&scanner(), "a.py", "def f(x):\n    return eval(x + '$FN $CMD')\n");
    assert!(evaluated[0].message.starts_with("`eval` runs `x + '$FN $CMD'`"), "{}", evaluated[0].message);
    let declared = found(&scanner(), "a.rs", "static mut COUNT: u32 = 0;\n");
    assert!(declared[0].message.starts_with("`COUNT` is"), "{}", declared[0].message);
}

#[test]
fn a_value_is_followed_through_names_but_not_into_another_function() {
    let tainted = "def f():\n    a = request.args['x']\n    b = a + '!'\n    os.system(b)\n";
    assert_eq!(rules(&found(&scanner(), "a.py", tainted)), ["sast/python-command-from-request"]);
    let other = "def f():\n    b = request.args['x']\n\ndef g():\n    b = 'ls'\n    os.system(b)\n";
    assert_eq!(rules(&found(&scanner(), "a.py", other)), [""; 0]);
}

#[test]
fn what_hides_itself_in_a_message_does_not() {
    let text = "import os\ndef f(x):\n    os.system('a\u{202e}\u{200b}`' + x)\n";
    let message = &found(&scanner(), "a.py", text)[0].message;
    assert!(!message.contains(['\u{202e}', '\u{200b}']), "{message:?}");
    assert_eq!(message.matches('`').count(), 4, "{message}");
}

#[test]
fn what_does_not_parse_does_not_hide_the_rest() {
    let scanner = scanner();
    for (name, fault, code, rule) in [
        ("a.py", "x = (\n", SHELL, "sast/python-os-system"),
        (
            "a.py",
            "x = (\n",
            "def f():\n    a = request.args['x']\n    os.system(a)\n",
            "sast/python-command-from-request",
        ),
        ("a.py", "x = [1, {\n", SHELL, "sast/python-os-system"),
        ("a.py", "x = 'it\n", SHELL, "sast/python-os-system"),
        ("a.py", "def g(:\n", SHELL, "sast/python-os-system"),
        ("a.py", "print 'x' % (\n", SHELL, "sast/python-os-system"),
        ("a.py", "class A\n", SHELL, "sast/python-os-system"),
        ("a.py", "if x == 1\n    y = 2\n", SHELL, "sast/python-os-system"),
        ("a.py", "<<<<<<< HEAD\n", SHELL, "sast/python-os-system"),
        ("a.js", "const x = {\n", "function f(x) { return eval(x + 'y'); }\n", "sast/js-eval"),
        ("a.js", "function g(\n", "function f(x) { return eval(x + 'y'); }\n", "sast/js-eval"),
        ("a.js", "let y = `\n", "function f(x) { return eval(x + 'y'); }\n", "sast/js-eval"),
        ("a.c", "int g( {\n", "void f(void) { char b[9]; gets(b); }\n", "sast/c-gets"),
        (
            "a.go",
            "package p\nvar x = (\n",
            "var c = &tls.Config{InsecureSkipVerify: true}\n",
            "sast/go-tls-unverified",
        ),
        ("a.rs", "fn g( {\n", "fn f() { Rsa::generate(1024); }\n", "sast/rust-small-key"),
        (
            "A.java",
            "class B {\n",
            "class A { Object f() { return Cipher.getInstance(\"DES\"); } }\n",
            "sast/java-weak-cipher",
        ),
    ] {
        for text in [format!("{fault}{code}"), format!("{fault}\n\n{code}\n"), format!("{code}{fault}")] {
            let found = found(&scanner, name, &text);
            assert_eq!(rules(&found).iter().filter(|found| **found == rule).count(), 1, "{text:?}");
            let syntax = found.iter().find(|one| one.rule == "sast/syntax").unwrap();
            assert_eq!(syntax.severity, Severity::Medium);
        }
    }
}
