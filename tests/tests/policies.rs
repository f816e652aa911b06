//! The commands around policies: show, check, test, explain, learn.

use code_assist_tests::{World, assert_exit, said};

const PROGRAM: &str = env!("CARGO_BIN_EXE_code-assist-under-test");
const POLICY: &str = r#"default = "deny"

[[rules]]
name = "reading"
effect = "allow"
capabilities = ["repo.read", "repo.diff", "audit.write"]
examples = [{ capability = "repo.read", path = "a.txt", expect = "allow" }]

[[rules]]
name = "deploy-is-for-people"
effect = "deny"
reason = "what is deployed is changed by people"
capabilities = ["repo.write"]
paths = ["deploy/**"]
"#;

#[test]
fn the_default_is_shown_with_the_hard_rules() {
    let world = World::new(PROGRAM);
    let shown = world.call(&["policy", "show"]);
    assert_exit(&shown, 0, &["default = \"allow\"", "no-merge", "no-self-approval"]);
    world.lay("default.toml", &String::from_utf8(shown.stdout).unwrap());
    assert_exit(&world.call(&["policy", "check", "--policy", "default.toml"]), 0, &["in order"]);
}

#[test]
fn check_finds_what_is_wrong_and_where() {
    let world = World::new(PROGRAM);
    world.lay("p.toml", POLICY);
    assert_exit(&world.call(&["policy", "check", "--policy", "p.toml"]), 0, &["2 rules"]);
    for (from, to, words) in [
        ("effect = \"deny\"", "effect = \"maybe\"", "line 11"),
        ("[\"repo.write\"]", "[\"repo.merge\"]", "repo.merge"),
        ("reason =", "reasons =", "line 12"),
        ("expect = \"allow\"", "expect = \"deny\"", "reading"),
    ] {
        world.lay("p.toml", &POLICY.replace(from, to));
        assert_exit(&world.call(&["policy", "check", "--policy", "p.toml"]), 2, &["p.toml", words]);
    }
    world.lay("c.toml", "[[decision_points]]\nname = \"x\"\nprotocol = \"opa\"\nurl = \"http://pdp.example.com\"\nrule = \"data.a\"");
    assert_exit(&world.call(&["policy", "check", "--config", "c.toml"]), 2, &["decision_points[0] `x`"]);
}

#[test]
fn explain_answers_and_says_what_would_allow_it() {
    let world = World::new(PROGRAM);
    world.lay("p.toml", POLICY);
    let explain = |more: &[&str]| {
        let usual = ["policy", "explain", "--repo", "repository", "--policy", "p.toml"];
        world.call(&[&usual[..], more].concat())
    };
    assert_exit(&explain(&["--capability", "repo.read", "--path", "a.txt"]), 0, &["allow", "reading"]);
    assert_exit(
        &explain(&["--capability", "repo.write", "--path", "deploy/x", "--mode", "proposed_change"]),
        3,
        &["deny", "deploy-is-for-people", "what is deployed is changed by people", "policy-denied"],
    );
    let denied = explain(&["--capability", "repo.write", "--path", "a.txt"]);
    assert_exit(&denied, 3, &["[[rules]]", "effect = \"allow\"", "repo.write", "a.txt"]);
    assert_exit(
        &explain(&["--capability", "repo.commit", "--mode", "proposed_change"]),
        3,
        &["allowance-missing"],
    );
    let machine = explain(&["--json", "--capability", "repo.read"]);
    let value: serde_json::Value = serde_json::from_slice(&machine.stdout).unwrap();
    assert_eq!(value["answer"], "allow");
    assert_eq!(value["decision"]["points"][0]["point"], "local-policy");
    assert!(!world.path().join("state/runs").exists(), "nothing was run");
}

#[test]
fn a_folder_of_cases_is_run() {
    let world = World::new(PROGRAM);
    world.lay("p.toml", POLICY);
    let cases = "[[cases]]\nname = \"deploy\"\ncapability = \"repo.write\"\npath = \"deploy/x\"\nexpect = \"deny\"\nrule = \"deploy-is-for-people\"\n";
    world.lay("cases/one.toml", cases);
    assert_exit(
        &world.call(&["policy", "test", "cases", "--policy", "p.toml"]),
        0,
        &["1 cases as expected, 0 not"],
    );
    world.lay("cases/two.toml", &cases.replace("expect = \"deny\"", "expect = \"allow\""));
    let failed = world.call(&["policy", "test", "cases", "--policy", "p.toml"]);
    assert_exit(&failed, 1, &["two.toml", "deploy", "1 not"]);
    world.lay("cases/three.toml", "[[cases]]\nwhat = 1\n");
    assert_exit(&world.call(&["policy", "test", "cases", "--policy", "p.toml"]), 2, &["three.toml"]);
}

#[test]
fn what_is_learnt_from_a_denied_run_allows_it() {
    let world = World::new(PROGRAM);
    world.lay("p.toml", POLICY);
    let run = || {
        world.call(&[
            "run",
            "--repo",
            "repository",
            "--proposal",
            "good.patch",
            "--policy",
            "p.toml",
            "--mode",
            "proposed_change",
        ])
    };
    assert_exit(&run(), 3, &["policy-denied"]);
    for _ in 0..4 {
        let lesson = world.call(&["policy", "learn", "last", "--policy", "p.toml"]);
        assert_exit(&lesson, 0, &[]);
        let policy = std::fs::read_to_string(world.path().join("p.toml")).unwrap();
        world.lay("p.toml", &format!("{policy}\n{}", String::from_utf8_lossy(&lesson.stdout)));
        if run().status.code() == Some(0) {
            assert_eq!(world.content(), "b\n");
            return;
        }
    }
    panic!("{}", said(&run()));
}
