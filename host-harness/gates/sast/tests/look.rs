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
    assert_eq!(syntax.severity, Severity::Low);
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
fn many_hits_are_told_up_to_a_number_and_the_rest_is_counted() {
    let text = format!("import os\ndef f(x):\n{}", "    os.system('a' + x)\n".repeat(250));
    let found = found(&scanner(), "a.py", &text);
    assert_eq!(found.len(), 100);
    assert!(found[0].message.contains("150 more places"), "{}", found[0].message);
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
