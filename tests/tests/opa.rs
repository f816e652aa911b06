//! The same policy, in the process and over HTTP: a played Open Policy Agent that is asked
//! by the Runner's own client decides as the policy in the process does.

use code_assist_tests::{
    World, assert_exit,
    played::{Played, Reply},
    workspace,
};
use kernel::net::{Client, Connection};
use policy::{
    Word,
    answer::Stance,
    context::DecisionContext,
    point::{
        heard::{self, Expected},
        opa,
        rego::{RegoPolicy, Source},
    },
};
use serde_json::{Value, json};

#[allow(dead_code, reason = "the other tests of these contexts use the rest")]
#[path = "../../host-harness/policy/tests/opa/contexts.rs"]
mod contexts;

const PROGRAM: &str = env!("CARGO_BIN_EXE_code-assist-under-test");
const RULE: &str = "data.code_assist.allow";

fn example() -> String {
    std::fs::read_to_string(workspace().join("schemas/opa/example/code_assist.rego")).unwrap()
}

fn policy() -> RegoPolicy {
    let source = Source { name: "code_assist.rego".into(), bytes: example().into() };
    RegoPolicy::load(vec![source], RULE).unwrap()
}

/// Reads the input of a request back and decides on it.
fn decided(policy: &RegoPolicy, body: &Value) -> Value {
    let context: DecisionContext = serde_json::from_value(body["input"].clone()).unwrap();
    json!({ "result": policy.decide(&context).stance == Stance::Allow })
}

#[test]
fn two_hundred_contexts_are_decided_alike_in_the_process_and_over_http() {
    let (here, there) = (policy(), policy());
    let server = Played::start(move |asked| Reply::json(decided(&there, &asked.body)));
    let connection = Connection {
        url: server.url.clone(),
        timeout_ms: 5000,
        bytes_max: 65_536,
        credential: None,
        ca_pem: None,
    };
    let client = Client::new(connection).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut dice = contexts::Dice::new(11);
    let mut allowed = 0;
    for _ in 0..200 {
        let context = contexts::likely(&mut dice);
        let heard = runtime.block_on(client.exchange(&opa::exchange(here.rule(), &context))).unwrap();
        let expected = Expected { request_id: None, now_ms: 0, skew_ms_max: u64::MAX };
        let word = Word::from(heard::object(&heard, &expected).and_then(|answer| opa::read(&answer)));
        assert_eq!(word.stance, here.decide(&context).stance, "{context:?}");
        allowed += u32::from(word.stance == Stance::Allow);
    }
    assert!((40..=160).contains(&allowed), "{allowed} of 200 allowed");
}

#[test]
fn a_run_is_decided_by_the_policy_in_a_folder() {
    let world = World::new(PROGRAM);
    world.lay("policies/code_assist.rego", &example());
    let config = format!(
        "[[decision_points]]\nname = \"house-rules\"\nprotocol = \"rego\"\nfolder = \"policies\"\nrule = \"{RULE}\"\n"
    );
    assert_exit(&world.run(&config, &[]), 0, &["in the working tree"]);
    let records = world.records();
    let point =
        records.iter().find_map(|record| record["body"]["proof"]["decision"]["points"].get(1)).unwrap();
    assert_eq!(point["policy_sha256"], policy().sha256());
    world.lay("deploy.patch", "*** Begin Patch\n*** Add File: deploy/x\n+x\n*** End Patch\n");
    let usual = ["run", "--repo", "repository", "--proposal", "deploy.patch"];
    let more = ["--mode", "proposed_change", "--config", "config.toml"];
    assert_exit(&world.call(&[&usual[..], &more[..]].concat()), 3, &["house-rules", "point-denied"]);
}

#[test]
fn a_policy_that_can_not_decide_is_refused_before_the_run_or_denies() {
    let head = "package code_assist\n\nimport rego.v1\n\n";
    for (rules, code, word) in [
        ("allow := io.jwt.decode(\"x\")", 2, "io.jwt.decode"),
        ("allow := http.send({\"method\": \"get\", \"url\": \"http://x\"}).body", 2, "http.send"),
        ("allow if {", 2, "code_assist.rego"),
        ("deny := true", 2, "allow"),
        ("allow if input.nowhere", 3, "rego-undefined"),
        ("allow := \"true\"", 3, "rego-kind"),
        ("allow := {\"allow\": true}", 3, "rego-kind"),
        ("allow := to_number(input.question.action) > 0", 3, "rego-failed"),
    ] {
        let world = World::new(PROGRAM);
        world.lay("policies/code_assist.rego", &format!("{head}{rules}\n"));
        let config = format!(
            "[[decision_points]]\nname = \"house-rules\"\nprotocol = \"rego\"\nfolder = \"policies\"\nrule = \"{RULE}\"\n"
        );
        assert_exit(&world.run(&config, &[]), code, &[word]);
        assert_eq!(world.content(), "a\n", "{rules}");
    }
}

/// An evaluation that takes too long is left behind, whatever it would have said.
#[test]
fn a_policy_that_takes_too_long_denies_in_time() {
    let world = World::new(PROGRAM);
    let text = "package code_assist\n\nimport rego.v1\n\nallow if count(sprintf(\"%150000000d\", [1])) > 0\n";
    world.lay("policies/code_assist.rego", text);
    let config = format!(
        "[[decision_points]]\nname = \"house-rules\"\nprotocol = \"rego\"\nfolder = \"policies\"\nrule = \"{RULE}\"\ntimeout_ms = 100\n"
    );
    let started = std::time::Instant::now();
    assert_exit(&world.run(&config, &[]), 3, &["point-timeout"]);
    assert!(started.elapsed().as_millis() < 1500, "{:?}", started.elapsed());
}
