//! Runs that come to a change.

use agent_contract::report::Conclusion;
use serde_json::json;

use crate::world::{World, calls, edits, path, reviews, says, status};

pub const GREETER: &[(&str, &str)] = &[
    ("Cargo.toml", "[package]\nname = \"greeter\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
    ("README.md", "# Greeter\n\nGreets the world.\n"),
    ("src/lib.rs", "pub fn greet() -> &'static str {\n    \"Hello, wrold\"\n}\n"),
];

#[test]
fn a_line_is_fixed_in_two_small_requests() {
    let script = vec![edits("src/lib.rs", "wrold", "world"), reviews(true, &[])];
    let mut world = World::new(GREETER, script).roles(&[], &["a"], &["a"]);
    let report = world.run(json!({ "checks": { "presets": ["unit"] } }));
    assert_eq!(report.conclusion, Conclusion::Proposed, "{report:#?}");
    assert!(world.text("src/lib.rs").contains("Hello, world"));
    assert_eq!(world.asked.len(), 2);
    println!("{} bytes: {:#?}", world.bytes(), world.asked);
    assert!(world.bytes() <= 3_000, "{} bytes", world.bytes());
    assert_eq!(
        world.passes,
        ["hydrate", "draft", "propose", "check", "review", "report"],
        "each pass tells that it began"
    );
}

#[test]
fn what_a_check_says_goes_back_and_is_mended() {
    let script = vec![
        edits("src/lib.rs", "wrold", "wordl"),
        edits("src/lib.rs", "wordl", "world"),
        reviews(true, &[]),
    ];
    let holds = |files: &std::collections::BTreeMap<_, agent_core::host::Content>| {
        let text = String::from_utf8_lossy(&files[&path("src/lib.rs")].bytes).into_owned();
        if text.contains("world") { Ok(()) } else { Err("assertion failed: it greets nobody".to_owned()) }
    };
    let mut world = World::new(GREETER, script).roles(&[], &["a"], &["a"]).checked(holds);
    let report = world.run(json!({ "checks": { "presets": ["unit"] } }));
    assert_eq!(report.conclusion, Conclusion::Proposed, "{report:#?}");
    let heard = world.asked[1].to_string();
    assert!(heard.contains("it greets nobody") && heard.contains("exit code 3"), "{heard}");
    assert!(world.passes.contains(&"mend".to_owned()));
}

#[test]
fn what_a_gate_finds_goes_back_and_is_mended() {
    let look = |files: &std::collections::BTreeMap<_, agent_core::host::Content>| {
        let text = String::from_utf8_lossy(&files[&path("src/lib.rs")].bytes).into_owned();
        text.contains("system").then_some("src/lib.rs:2: a command is put together from input")
    };
    let script = vec![edits("src/lib.rs", "wrold", "system"), edits("src/lib.rs", "system", "world")];
    let mut world = World::new(GREETER, script).looked_into(look);
    let report = world.run(json!({ "gates": { "required": ["sast"] } }));
    assert_eq!(report.conclusion, Conclusion::Proposed, "{report:#?}");
    assert!(world.text("src/lib.rs").contains("world"));
    let heard = world.asked[1].to_string();
    assert!(heard.contains("gate `sast` does not pass") && heard.contains("put together"), "{heard}");
    assert!(world.passes.contains(&"mend".to_owned()), "{:?}", world.passes);
}

#[test]
fn what_a_gate_finds_and_nobody_mends_ends_within_the_budget() {
    let words: Vec<_> = (0..30).map(|at| format!("system-{at}")).collect();
    let first = edits("src/lib.rs", "wrold", &words[0]);
    let turns = words.windows(2).map(|pair| edits("src/lib.rs", &pair[0], &pair[1]));
    let look = |_: &std::collections::BTreeMap<_, agent_core::host::Content>| Some("src/lib.rs:2: a fault");
    let script = std::iter::once(first).chain(turns).collect();
    let mut world = World::new(GREETER, script).looked_into(look);
    let report = world.run(json!({ "gates": { "required": ["sast"] }, "budgets": { "steps": 3 } }));
    // What stands in the way in the end is the Runner's to say.
    assert_eq!(report.reasons[0].code, "gate-failed", "{report:#?}");
    assert!(world.asked.len() <= 4, "{}", world.asked.len());
}

#[test]
fn a_reviewer_who_gives_no_verdict_is_followed_by_the_next() {
    let script = vec![
        edits("src/lib.rs", "wrold", "world"),
        says("It looks nice."),
        says("I like it."),
        reviews(true, &[]),
    ];
    let mut world = World::new(GREETER, script).roles(&[], &["a"], &["a", "b"]);
    let report = world.run(json!({}));
    assert_eq!(report.conclusion, Conclusion::Proposed, "{report:#?}");
    assert_eq!(world.bindings.last().map(String::as_str), Some("model.b"), "{:?}", world.bindings);
}

#[test]
fn what_a_reviewer_finds_goes_back_too() {
    let script = vec![
        edits("src/lib.rs", "Hello, wrold", "Hi, world"),
        reviews(false, &["src/lib.rs: the greeting was to stay `Hello`"]),
        edits("src/lib.rs", "Hi, world", "Hello, world"),
        reviews(true, &[]),
    ];
    let mut world = World::new(GREETER, script).roles(&[], &["a"], &["b"]);
    let report = world.run(json!({}));
    assert_eq!(report.conclusion, Conclusion::Proposed, "{report:#?}");
    assert_eq!(world.bindings, ["model.a", "model.b", "model.a", "model.b"]);
    assert!(world.asked[2].to_string().contains("was to stay"), "{:#?}", world.asked[2]);
}

#[test]
fn a_model_reads_and_searches_before_it_edits() {
    let many: Vec<_> = (0..40).map(|at| (format!("src/m{at}.rs"), "x\n".repeat(200))).collect();
    let mut files: Vec<_> = many.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    files.extend(GREETER);
    let script = vec![
        calls(&[("search", json!({ "text": "wrold" })), ("list", json!({ "folder": "src" }))]),
        calls(&[
            ("read", json!({ "path": "src/lib.rs", "from": 1, "to": 2 })),
            ("symbols", json!({ "path": "src/lib.rs" })),
        ]),
        calls(&[("edit", json!({ "edits": [{ "path": "src/lib.rs", "old": "wrold", "new": "world" }] }))]),
        calls(&[("check", json!({ "name": "unit" }))]),
        says("Done."),
    ];
    let mut world = World::new(&files, script);
    let report = world.run(json!({ "checks": { "presets": ["unit"] } }));
    assert_eq!(report.conclusion, Conclusion::Proposed, "{report:#?}");
    let last = world.asked[4]["messages"].to_string();
    for held in
        ["src/lib.rs:2:", "src/lib.rs 1-2 of 3", "1 fn greet()", "edited src/lib.rs", "check `unit` passed"]
    {
        assert!(last.contains(held), "{held}: {last}");
    }
}

#[test]
fn files_come_and_go() {
    let script = vec![calls(&[(
        "edit",
        json!({ "done": true, "edits": [
            { "path": "src/new.rs", "old": "", "new": "pub fn new() {}\n" },
            { "path": "README.md", "delete": true },
        ] }),
    )])];
    let mut world = World::new(GREETER, script);
    let report = world.run(json!({}));
    assert_eq!(report.conclusion, Conclusion::Proposed, "{report:#?}");
    assert_eq!(world.text("src/new.rs"), "pub fn new() {}\n");
    assert!(!world.files.contains_key(&path("README.md")));
}

#[test]
fn the_next_model_is_asked_where_one_can_not_be_had() {
    for gone in [status(500), status(429), status(401)] {
        let script = vec![gone, edits("src/lib.rs", "wrold", "world")];
        let mut world = World::new(GREETER, script).roles(&[], &["a", "b"], &[]);
        let report = world.run(json!({}));
        assert_eq!(report.conclusion, Conclusion::Proposed, "{report:#?}");
        assert_eq!(world.bindings, ["model.a", "model.b"]);
        assert!(report.warnings[0].starts_with("the next model was asked: `model.a`"), "{report:#?}");
    }
}

#[test]
fn what_git_ignores_is_not_shown() {
    let mut files = GREETER.to_vec();
    files.push(("private/plan.txt", "Alice earns much.\n"));
    let script = vec![
        calls(&[("read", json!({ "path": "private/plan.txt" }))]),
        edits("private/plan.txt", "Bob earns", "x"),
        calls(&[("symbols", json!({ "path": "private/plan.txt" }))]),
        edits("src/lib.rs", "wrold", "world"),
    ];
    let mut world = World::new(&files, script);
    world.ignored = vec!["private/plan.txt"];
    assert_eq!(world.run(json!({})).conclusion, Conclusion::Proposed);
    for asked in &world.asked[1..] {
        assert!(asked.to_string().contains("git ignores it"), "{asked}");
        assert!(!asked.to_string().contains("Alice"), "{asked}");
    }
}

#[test]
fn an_answer_that_is_none_is_asked_for_once_more() {
    let none = json!({ "status": 200, "content_type": "text/html", "headers": {}, "body": "hello" });
    for (nones, bindings) in [(1, vec!["model.a", "model.a"]), (2, vec!["model.a", "model.a", "model.b"])] {
        let mut script = vec![none.clone(); nones];
        script.push(edits("src/lib.rs", "wrold", "world"));
        let mut world = World::new(GREETER, script).roles(&[], &["a", "b"], &[]);
        let report = world.run(json!({}));
        assert_eq!(report.conclusion, Conclusion::Proposed, "{report:#?}");
        assert_eq!(world.bindings, bindings);
    }
}

#[test]
fn a_tool_that_is_none_is_told_of_and_does_not_stay_in_the_conversation() {
    let shell = ("shell.exec!", json!({ "argv": ["env"] }));
    let both = calls(&[shell.clone(), ("read", json!({ "path": "README.md" }))]);
    let script = vec![calls(&[shell]), both, edits("src/lib.rs", "wrold", "world")];
    let mut world = World::new(GREETER, script);
    let report = world.run(json!({}));
    assert_eq!(report.conclusion, Conclusion::Proposed, "{report:#?}");
    assert_eq!(report.warnings.len(), 2, "{report:#?}");
    for asked in &world.asked[1..] {
        assert!(asked.to_string().contains("there is no tool `shell.exec!`"), "{asked}");
        assert!(!asked.to_string().contains("argv"), "{asked}");
    }
}

#[test]
fn an_edit_that_fits_nowhere_is_told_with_what_comes_near() {
    let script = vec![edits("src/lib.rs", "Hello, wurld!", "x"), edits("src/lib.rs", "wrold", "world")];
    let mut world = World::new(GREETER, script);
    assert_eq!(world.run(json!({})).conclusion, Conclusion::Proposed);
    let heard = world.asked[1].to_string();
    assert!(heard.contains("edit-not-found") && heard.contains("Hello, wrold"), "{heard}");
}

#[test]
fn what_was_found_out_is_told_to_the_next_run() {
    let mut world = World::new(GREETER, vec![edits("src/lib.rs", "wrold", "world")]);
    world.memory = Some(String::new());
    assert_eq!(world.run(json!({ "checks": { "presets": ["unit"] } })).conclusion, Conclusion::Proposed);
    let kept = world.memory.clone().unwrap();
    assert!(kept.contains("- checks that exist and passed: `unit`"), "{kept}");
    world.script.push_back(edits("src/lib.rs", "world", "you"));
    world.run(json!({}));
    assert!(world.asked[1].to_string().contains("checks that exist and passed"));
}

#[test]
fn passages_of_documents_are_told_with_where_they_are_from() {
    let style = "# Style\n\nGreetings begin with a capital letter.\n\n# Other\n\nNothing about that.\n";
    let many: Vec<_> = (0..20).map(|at| (format!("m{at}.rs"), "x\n".repeat(200))).collect();
    let mut files: Vec<_> = many.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    files.extend(GREETER);
    files.push(("docs/style.md", style));
    let mut world = World::new(&files, vec![edits("src/lib.rs", "wrold", "world")]);
    let report = world.run(json!({ "instruction": "Fix the greetings", "documents": ["docs/style.md"] }));
    assert_eq!(report.conclusion, Conclusion::Proposed, "{report:#?}");
    let told = world.asked[0].to_string();
    assert!(told.contains("docs/style.md") && told.contains("capital letter"), "{told}");
    let mut world = World::new(GREETER, Vec::new());
    let report = world.run(json!({ "documents": ["docs/none.md"] }));
    assert_eq!(report.reasons[0].code, "document-missing");
}
