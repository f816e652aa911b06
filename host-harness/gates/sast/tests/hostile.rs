//! Sources, rules and children that mean harm.

mod common;

use std::{
    io,
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use common::{client, found, path, scanner, spawn_as};
use finding::{FileScanner as _, Look};
use proptest::prelude::*;
use sast::{Client, Ends, RuleFault, RuleFile, Rules, Scanner, check, serve};

fn of(text: &str) -> Result<Rules, RuleFault> {
    Rules::of(vec![RuleFile { name: "mine.toml".to_owned(), text: text.to_owned() }])
}

fn rule(more: &str) -> String {
    format!(
        "[[rule]]\nid = 'a-rule'\nlanguages = ['python']\nseverity = 'high'\nmessage = 'm'\nremedy = 'r'\nreference = 'CWE-1'\n{more}"
    )
}

#[test]
fn a_rule_without_its_cases_does_not_load() {
    for (more, fault) in [
        ("any = ['f($X)']\nmiss = ['g(1)']", "no case that it must match"),
        ("any = ['f($X)']\nmatch = ['f(1)']", "no case that it must miss"),
        ("match = ['f(1)']\nmiss = ['g(1)']", "needs one of"),
        ("any = ['@none']\nmatch = ['f(1)']\nmiss = ['g(1)']", "no list `none`"),
        ("sinks = ['f($X)']\nmatch = ['f(1)']\nmiss = ['g(1)']", "go together"),
        ("query = '(call) @hit'\nmatch = ['f(1)']\nmiss = ['g(1)']", "`keywords`"),
        ("any = ['f($X)']\nkeywords = ['a.b']\nmatch = ['f(1)']\nmiss = ['g(1)']", "letters"),
        ("any = ['f($X)']\ncovers = ['b']\nmatch = ['f(1)']\nmiss = ['g(1)']", "which is no rule"),
        ("any = ['f($X)']\nmatch = ['f(1)']\nmiss = ['g(1)']\nignore = true", "ignore"),
    ] {
        let message = of(&rule(more)).unwrap_err().to_string();
        assert!(message.contains(fault) && message.contains("mine.toml"), "{message}");
    }
    assert!(of(&rule("any = ['f($X)']\nmatch = ['f(1)']\nmiss = ['g(1)']")).is_ok());
    assert!(matches!(of("[[rule"), Err(RuleFault::Malformed { .. })));
}

#[test]
fn a_rule_that_cannot_be_understood_breaks_the_files_that_it_is_for() {
    let good = rule("any = ['f($X)']\nmatch = ['f(1)']\nmiss = ['g(1)']");
    let bad = good.replace("'f($X)'", "'f($X'").replace("a-rule", "b-rule");
    let rules = of(&format!("{good}\n{bad}")).unwrap();
    assert!(check(&rules).iter().any(|fault| fault.rule == "b-rule"));
    let scanner = Scanner::new(rules);
    let look = scanner.look(&path("a.py"), b"f(1)\n");
    assert!(matches!(&look, Look::Broken(why) if why.contains("`b-rule`")), "{look:?}");
}

#[test]
fn an_operators_rule_stands_beside_the_others() {
    let text = rule("any = ['legacy($X)']\nmatch = ['legacy(1)']\nmiss = ['modern(1)']");
    let rules = Rules::with(vec![RuleFile { name: "mine.toml".to_owned(), text }]).unwrap();
    let scanner = Scanner::new(rules);
    let found = found(&scanner, "a.py", "legacy(2)\nos.system(x)\n");
    assert_eq!(common::rules(&found), ["sast/a-rule", "sast/python-os-system"]);
}

/// Files that want time or memory without end are done, or told, within a bound.
#[test]
fn hostile_sources_are_done_or_broken_in_time() {
    let scanner = scanner();
    let many = |unit: &str, count: usize| unit.repeat(count);
    for (name, text) in [
        ("a.py", format!("os.system({}x{})", many("(", 4_000), many(")", 4_000))),
        ("a.py", format!("os.system({}x{})", many("[", 40_000), many("]", 40_000))),
        ("a.py", format!("eval(x{})", many(" + x", 20_000))),
        (
            "a.py",
            format!(
                "import os\n{}os.system(x0)\n",
                (0..5_000).map(|n| format!("x{n} = x{}\n", n + 1)).collect::<String>()
            ),
        ),
        ("a.js", many("function f(req) { eval(req.query.a); ", 1_000)),
        ("a.js", format!("eval({}req.query.x)", many("a => ", 3_000))),
        ("a.c", many("#if A\nstrcpy(", 20_000)),
        ("a.rs", format!("fn f() {{ transmute({}) }}", many("!", 50_000))),
        ("A.java", format!("class A {{ Object f() {{ return {}MessageDigest; }} }}", many("a.", 200_000))),
        ("a.cpp", format!("void f() {{ {}system(x); }}", many("a::", 200_000))),
        ("a.py", format!("subprocess.run({}, shell=True)", many("a=1,", 20_000))),
        (
            "A.java",
            format!(
                "class A {{ void f() {{ {} }} }}",
                many("st.execute(\"select a from b where c = \" + x);", 3_000)
            ),
        ),
    ] {
        let start = Instant::now();
        let look = scanner.look(&path(name), text.as_bytes());
        println!("{name}: {} bytes in {:?}", text.len(), start.elapsed());
        assert!(start.elapsed() < Duration::from_secs(60), "{name} {}: {:?}", text.len(), start.elapsed());
        assert!(!matches!(look, Look::Skipped(_)), "{name}");
    }
}

#[test]
fn what_cannot_be_read_is_broken() {
    let large = vec![b'x'; (4 << 20) + 1];
    let deep = format!("os.system({}", "(".repeat(10_000));
    for scanner in [&scanner() as &dyn finding::FileScanner, &client()] {
        for bytes in [b"os.system(x)\0".as_slice(), b"x\0", &large, deep.as_bytes()] {
            let look = scanner.look(&path("a.py"), bytes);
            assert!(matches!(look, Look::Broken(_)), "{look:?}");
        }
    }
}

#[test]
fn a_child_that_goes_away_or_lies_breaks_its_file_and_no_other() {
    static SPAWNED: AtomicU32 = AtomicU32::new(0);
    let answers: [&[u8]; 6] = [
        b"",
        b"HTTP/1.1 200 OK\r\n\r\n",
        &[0xff; 4],
        &[9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0],
        // Another question's answer.
        &[21, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        // More hits than bytes.
        &[25, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff],
    ];
    let client = Client::open(Rules::embedded().unwrap(), move || {
        let spawned = SPAWNED.fetch_add(1, Ordering::Relaxed) as usize;
        spawn_as(move |mut input, mut output| match answers.get(spawned) {
            Some(answer) => drop(output.write_all(answer)),
            None => drop(serve(&mut input, output)),
        })
    });
    for _ in answers {
        let look = client.look(&path("a.py"), b"os.system(x)\n");
        assert!(matches!(look, Look::Broken(_)), "{look:?}");
    }
    assert_eq!(found(&client, "a.py", "os.system(x)\n").len(), 1);
}

#[test]
fn hits_that_are_outside_of_the_file_are_no_findings() {
    let lie = |rule: u32, start: u32, end: u32| {
        let numbers = [1_u32, 0, 0, 0, 0, 1, rule, start, end, 0];
        let mut frame: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        frame.insert(4, 0);
        [(frame.len() as u32).to_le_bytes().to_vec(), frame].concat()
    };
    for answer in [lie(0, 5, 9_000), lie(0, 9, 5), lie(u32::MAX, 0, 1)] {
        let client = Client::open(Rules::embedded().unwrap(), move || {
            let answer = answer.clone();
            spawn_as(move |mut input, mut output| {
                let _ = output.write_all(&answer);
                let _ = io::copy(&mut input, &mut io::sink());
            })
        });
        let look = client.look(&path("a.py"), b"os.system(x)\n");
        assert!(matches!(look, Look::Broken(_)), "{look:?}");
    }
}

#[test]
fn a_child_that_cannot_be_had_is_asked_for_once() {
    static ASKED: AtomicU32 = AtomicU32::new(0);
    let client = Client::open(Rules::embedded().unwrap(), || -> io::Result<Ends> {
        ASKED.fetch_add(1, Ordering::Relaxed);
        Err(io::ErrorKind::NotFound.into())
    });
    for _ in 0..40 {
        assert!(matches!(client.look(&path("a.py"), b"x\n"), Look::Broken(_)));
    }
    assert_eq!(ASKED.load(Ordering::Relaxed), 1);
}

#[test]
fn what_is_no_question_ends_the_child() {
    for bytes in [&[1, 0][..], &[0xff; 4], &[4, 0, 0, 0, 9, 9, 9, 9], &[0, 0, 0, 0]] {
        let mut output = Vec::new();
        assert!(serve(bytes, &mut output).is_err(), "{bytes:?}");
        assert!(output.is_empty());
    }
    serve(&[][..], Vec::new()).unwrap();
}

/// What rules look for is read once.
static SCANNER: LazyLock<Scanner> = LazyLock::new(scanner);

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_text_of_code_has_an_answer(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "os.system(", "eval(", "request.args", "req.query.x", "subprocess.run(", ", shell=True", "f\"{x}\"", "`${x}`",
                "fn f(", "def f(x):\n    ", "class A {", "a", "ü", "(", ")", "{", "}", "\"", "'", "`", "//", "/*", "#", "\n", "  ",
                ":", ";", "<", ">", "=", " + ", "$A", "import x as y\n", "const {a: b} = require('c');", "strcpy(a, argv[1]);",
                "db.query(", "\"SELECT a FROM b WHERE c = '\" + x", "package p\n", "use a::{b as c};", "=>", "x = x", "\u{202e}",
            ]),
            0..120,
        ),
        name in prop::sample::select(vec!["a.py", "a.js", "a.ts", "a.tsx", "a.go", "A.java", "a.rs", "a.c", "a.cpp"]),
    ) {
        let look = SCANNER.look(&path(name), parts.concat().as_bytes());
        prop_assert!(matches!(look, Look::Scanned(_)), "{:?}", look);
    }

    #[test]
    fn any_bytes_have_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let bytes = [b"os.system(x); eval(y) #".as_slice(), &bytes].concat();
        for name in ["a.py", "a.js", "a.c"] {
            let look = SCANNER.look(&path(name), &bytes);
            prop_assert_eq!(matches!(look, Look::Broken(_)), bytes.contains(&0), "{:?}", look);
        }
    }
}
