//! What is refused when a policy is loaded, and what is not.

use policy::point::rego::{RegoPolicy, Source, is_source};

/// Loads modules and documents, deciding by `data.p.allow`.
pub fn load(files: &[(&str, &str)]) -> Result<RegoPolicy, String> {
    load_rule(files, "data.p.allow")
}

fn load_rule(files: &[(&str, &str)], rule: &str) -> Result<RegoPolicy, String> {
    let source = |(name, text): &(&str, &str)| Source { name: (*name).into(), bytes: (*text).into() };
    RegoPolicy::load(files.iter().map(source).collect(), rule).map_err(|error| error.to_string())
}

/// A module of package `p` with these lines.
pub fn module(lines: &str) -> String {
    format!("package p\n\n{lines}\n")
}

fn refusal(lines: &str) -> String {
    load(&[("p.rego", &module(lines))]).map(|_| "loaded".to_owned()).unwrap_or_else(|error| error)
}

#[test]
fn what_the_engine_does_not_have_is_refused_before_it_is_reached() {
    let never = "allow if { input.never; CALL }";
    let calls = [
        ("io.jwt.decode(\"x\")", "io.jwt.decode"),
        ("graphql.parse(\"x\", \"y\")", "graphql.parse"),
        ("net.cidr_merge([\"10.0.0.0/8\"])", "net.cidr_merge"),
        ("crypto.sha256(\"x\")", "crypto.sha256"),
        ("made.up(1)", "made.up"),
        ("made_up(1)", "made_up"),
        ("rego.metadata.rule()", "rego.metadata.rule"),
    ];
    for (call, name) in calls {
        let error = refusal(&never.replace("CALL", call));
        assert!(error.starts_with("`p.rego:3:"), "{error}");
        assert!(error.contains(&format!("`{name}` is neither defined here nor")), "{error}");
    }
}

#[test]
fn calls_are_found_wherever_they_are() {
    let places = [
        "allow if { every x in [1] { some y in [http.send({})]; y == x } }",
        "allow if count([1 | http.send({})]) == 1",
        "allow if count({x: 1 | x := http.send({})}) == 1",
        "allow if not http.send({})",
        "allow if { x := {\"k\": [http.send({})]}; x }",
        "allow if input.x[http.send({})]",
        "allow if http.send({}).status_code == 200",
        "allow if 1 + http.send({}) == 2",
        "allow if http.send({}) in [1]",
        "allow if input.x with input.x as http.send({})",
        "allow if false\nelse if http.send({})",
        "allow := x if { false } else := http.send({})",
        "allow := http.send({})",
        "allow if f(1)\nf(x) := http.send(x)",
        "allow if f(1)\ndefault f(_) := false\nf(x) := true if http.send(x)",
        "allow if s[1]\ns contains http.send({})",
        "allow if o[1]\no[http.send({})] := 1",
        "unused := http.send({})\nallow := true",
    ];
    for place in places {
        let error = refusal(place);
        assert!(error.contains("`http.send` reaches out"), "{place}: {error}");
    }
}

#[test]
fn what_is_not_the_same_twice_or_has_no_bounds_is_refused() {
    let calls = [
        "opa.runtime()",
        "rand.intn(\"x\", 2)",
        "time.now_ns()",
        "uuid.rfc4122(\"x\")",
        "numbers.range(1, 9)",
        "numbers.range_step(1, 9, 2)",
        "net.cidr_expand(\"10.0.0.0/8\")",
        "bits.lsh(1, 9)",
        "net.lookup_ip_addr(\"x\")",
    ];
    for call in calls {
        let error = refusal(&format!("allow if {call}"));
        let name = call.split('(').next().unwrap();
        assert!(error.starts_with(&format!("`p.rego:3:10`: `{name}` ")), "{error}");
    }
    assert!(refusal("allow if time.now_ns() > 1").contains("`input.decision.time_ms`"));
}

#[test]
fn own_functions_are_found_by_every_name_they_have() {
    let lib = ("lib.rego", "package lib.names\n\nours(x) if startswith(x, \"a\")\n");
    let users = [
        "allow if data.lib.names.ours(\"a\")",
        "import data.lib.names\nallow if names.ours(\"a\")",
        "import data.lib.names as other\nallow if other.ours(\"a\")",
        "import data.lib.names.ours\nallow if ours(\"a\")",
        "import rego.v1\nimport data.lib.names[\"ours\"] as f\nallow if f(\"a\")",
    ];
    for user in users {
        let policy = load(&[("p.rego", &module(user)), lib]);
        assert!(policy.is_ok(), "{user}: {policy:?}");
    }
    let error = load(&[("p.rego", &module("allow if data.lib.names.theirs(\"a\")")), lib]).unwrap_err();
    assert!(error.contains("`data.lib.names.theirs` is neither defined here"), "{error}");
}

#[test]
fn faults_of_a_module_are_told_with_their_place() {
    let cases = [
        ("allow if {", "`p.rego:"),
        ("allow { input.x }", "`p.rego:3:"),
        ("allow = true { input.x }", "`p.rego:3:"),
        ("import future.keywords.unheard_of\nallow := true", "`p.rego:3:"),
        ("__target__ := \"x\"\nallow := true", "`p.rego:1:1`: `__target__`"),
    ];
    for (lines, start) in cases {
        let error = refusal(lines);
        assert!(error.starts_with(start) && !error.contains('\n'), "{lines}: {error}");
    }
}

#[test]
fn rego_of_today_is_taken_with_and_without_its_import() {
    for import in ["", "import rego.v1\n", "import future.keywords.if\nimport future.keywords.in\n"] {
        let loaded = load(&[("p.rego", &module(&format!("{import}allow if 1 in [1]")))]);
        assert!(loaded.is_ok(), "{import}: {loaded:?}");
    }
}

#[test]
fn a_variable_that_nothing_binds_is_refused() {
    for lines in ["allow if inptu.x", "allow if x > 1", "allow if not y", "allow if { x := y; y := x }"] {
        let error = refusal(lines);
        assert_ne!(error, "loaded", "{lines}");
    }
}

#[test]
fn the_rule_must_be_there() {
    let files = [("p.rego", "package p\n\nallow := true\n\nf(x) := x\n\ns contains 1\n")];
    let cases = [
        ("data.p.deny", "no module defines it"),
        ("data.p", "it names no rule"),
        ("data.q.allow", "no module defines it"),
        ("data.p.f", "it is a function"),
        ("data.p.allow.x", "no module defines it"),
        ("p.allow", "does not begin with `data`"),
        ("data.p.", "not of the form"),
        ("data.p.allow[", "not of the form"),
        ("data.p.allow[0]", "not of the form"),
        ("data p.allow", "not of the form"),
        ("", "does not begin with `data`"),
        ("data.p.all-ow", "not of the form"),
        ("data.p.allow; true", "not of the form"),
    ];
    for (rule, expected) in cases {
        let error = load_rule(&files, rule).unwrap_err();
        assert!(error.contains(expected), "{rule}: {error}");
    }
    assert!(load_rule(&files, "data.p.allow").is_ok());
    assert!(load_rule(&files, "data[\"p\"][\"allow\"]").is_ok());
}

#[test]
fn odd_packages_are_reached_by_their_spelling() {
    let files = [("t.rego", "package teams[\"platform-1\"]\n\nallow := true\n")];
    let policy = load_rule(&files, "data.teams[\"platform-1\"].allow").unwrap();
    assert_eq!(policy.rule().to_string(), "data.teams[\"platform-1\"].allow");
    let context =
        crate::contexts::plain(agent_contract::CapabilityName::RepoRead, agent_contract::RunMode::DryRun);
    assert_eq!(policy.decide(&context).objection, None);
}

#[test]
fn there_must_be_modules_and_nothing_but_policy() {
    let cases: [(&[(&str, &str)], &str); 7] = [
        (&[], "no modules"),
        (&[("data.json", "{}")], "no modules"),
        (&[("p.rego", "package p\nallow := true"), ("README.md", "")], "`README.md` is neither"),
        (&[("p.rego", "package p\nallow := true"), ("data.yaml", "a: 1")], "`data.yaml` is neither"),
        (&[("p.rego", "package p\nallow := true"), ("p.rego", "package q\n")], "`p.rego` is given twice"),
        (&[("p.rego", "package p\nallow := true"), ("data.json", "{\"a\":1,\"a\":2}")], "duplicate key"),
        (&[("p.rego", "package p\nallow := true"), ("data.json", "[]")], "`data.json` is no JSON object"),
    ];
    for (files, expected) in cases {
        let error = load(files).unwrap_err();
        assert!(error.contains(expected), "{files:?}: {error}");
    }
    let latin = Source { name: "p.rego".into(), bytes: vec![b'#', 0xe9] };
    let error = RegoPolicy::load(vec![latin], "data.p.allow").unwrap_err();
    assert!(error.to_string().contains("is not UTF-8"), "{error}");
}

#[test]
fn a_folder_shows_what_belongs_to_its_policy() {
    for name in ["a.rego", "x/a.rego", "data.json", "x/data.json", "data.yaml", "x/data.yml"] {
        assert!(is_source(name), "{name}");
    }
    for name in ["README.md", "mydata.json", "data.json.bak", "rego", "x/other.json"] {
        assert!(!is_source(name), "{name}");
    }
}

#[test]
fn two_that_say_different_things_in_one_place_clash() {
    let p = |lines: &str| module(lines);
    let cases = [
        (p("default allow := false"), p("default allow := true"), "default"),
        (p("allow := true"), p("allow(x) := x"), "a function of 1 arguments here and a value"),
        (p("allow := true\ns := {1}"), p("s contains 2"), "a set here and a value"),
        (p("allow := true\nf(x) := x"), p("f(x, y) := x + y"), "a function of 2 arguments here"),
        (p("allow := true"), "package p.allow\n\nx := 1\n".into(), "lies within the rule"),
        (p("allow := true\no := {}"), p("o.x := 1"), "lies within the rule"),
    ];
    for (one, other, expected) in cases {
        let error = load(&[("one.rego", &one), ("two.rego", &other)]).unwrap_err();
        assert!(error.contains("clashes") && error.contains(expected), "{error}");
    }
    let both = load(&[("one.rego", &p("allow if input.x")), ("two.rego", &p("allow if input.y"))]);
    assert!(both.is_ok(), "{both:?}");
}

#[test]
fn no_document_takes_the_place_of_a_rule() {
    let allow = module("default allow := false\n\nallow if false\n\nlimits.a := 1");
    let cases = [
        ("data.json", r#"{"p": {"allow": true}}"#, "data.p.allow"),
        ("p/data.json", r#"{"allow": true}"#, "data.p.allow"),
        ("data.json", r#"{"p": 1}"#, "data.p.allow"),
        ("data.json", r#"{"p": {"limits": {"a": 2}}}"#, "data.p.limits.a"),
        ("p/limits/data.json", r#"{"a": {"b": 2}}"#, "data.p.limits.a"),
    ];
    for (name, text, place) in cases {
        let error = load(&[("p.rego", &allow), (name, text)]).unwrap_err();
        assert!(error.contains(&format!("`{place}` clashes: a data document")), "{error}");
    }
    assert!(
        load(&[("p.rego", &allow), ("data.json", r#"{"p": {"other": true, "limits": {"b": 1}}}"#)]).is_ok()
    );
}

#[test]
fn two_documents_in_one_place_clash() {
    let files = |one: &'static str, other: &'static str| {
        [("p.rego", "package p\n\nallow := true\n"), ("data.json", one), ("a/data.json", other)]
    };
    for (one, other) in [(r#"{"a": {"b": 1}}"#, r#"{"b": 2}"#), (r#"{"a": {"b": 1}}"#, r#"{"b": 1}"#)] {
        let error = load(&files(one, other)).unwrap_err();
        assert!(error.contains("`/a/b`"), "{error}");
    }
    let error = load(&files(r#"{"a": 1}"#, r#"{"b": 1}"#)).unwrap_err();
    assert!(error.contains("`/a`"), "{error}");
    assert!(load(&files(r#"{"a": {"b": {"c": 1}}}"#, r#"{"b": {"d": 2}}"#)).is_ok());
}

#[test]
fn functions_that_lead_back_to_themselves_are_refused() {
    let circles = [
        "allow if f(1)\nf(x) := f(x)",
        "allow if f(1)\nf(x) := g(x)\ng(x) := count([y | y := h(x)])\nh(x) := f(x)",
        "allow if data.p.f(1)\nf(x) := data.p.f(x)",
    ];
    for lines in circles {
        let error = refusal(lines);
        assert!(error.contains("leads back to itself"), "{error}");
    }
}

#[test]
fn no_function_stands_in_for_another() {
    let lines = [
        "allow if f(1) with f as 2\nf(x) := x",
        "allow if f(1) with data.p.f as 1 / 0\nf(x) := x",
        "allow if count([]) with count as max",
        "allow if f(1) with f as http.send\nf(x) := x",
    ];
    for lines in lines {
        let error = refusal(lines);
        assert!(error.contains("documents in `input` and `data` only"), "{error}");
    }
    assert_ne!(refusal("allow if input.x with input.x as true"), "an error");
    assert_eq!(refusal("allow if x with input.x as true\nx := input.x"), "loaded");
}

fn row(length: usize) -> String {
    let rules = (0..length).map(|n| format!("r{n} := r{}\n", n + 1)).collect::<String>();
    let functions = (0..length).map(|n| format!("f{n}(x) := f{}(x)\n", n + 1)).collect::<String>();
    format!("allow if CHOICE\n{rules}r{length} := true\n{functions}f{length}(x) := x\n")
}

#[test]
fn rows_of_rules_are_as_long_as_the_stack_bears() {
    for choice in ["r0", "f0(true)"] {
        let error = refusal(&row(60).replace("CHOICE", choice));
        assert!(error.contains("rests on a row of more than"), "{error}");
        let policy = load(&[("p.rego", &module(&row(45).replace("CHOICE", choice)))]).unwrap();
        let context =
            crate::contexts::plain(agent_contract::CapabilityName::RepoRead, agent_contract::RunMode::DryRun);
        assert_eq!(policy.decide(&context).objection, None);
    }
}

#[test]
fn the_digest_is_of_names_and_contents_in_any_order() {
    let (a, b) = (("a.rego", "package p\n\nallow := true\n"), ("b.rego", "package q\n\nx := 1\n"));
    let digest = |files: &[(&str, &str)]| load(files).unwrap().sha256().to_owned();
    assert_eq!(digest(&[a, b]), digest(&[b, a]));
    assert_eq!(digest(&[a, b]).len(), 64);
    assert_ne!(digest(&[a, b]), digest(&[a]));
    assert_ne!(digest(&[a, b]), digest(&[a, ("c.rego", b.1)]));
    assert_ne!(digest(&[a, b]), digest(&[a, ("b.rego", "package q\n\nx := 2\n")]));
}
