//! Runs that are decided by real clients of played decision points: everyone must allow,
//! whoever does not is named, and the trace proves who said what.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use code_assist_tests::{
    World, assert_exit,
    played::{Asked, Played, Reply},
    said,
};
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_code-assist-under-test");

/// What each protocol's server answers when it says `yes` to everything.
fn authzen(asked: &Asked, yes: impl Fn(&Value) -> bool) -> Reply {
    match asked.body.get("evaluations").and_then(Value::as_array) {
        Some(list) => {
            let answers: Vec<_> = list.iter().map(|one| json!({ "decision": yes(one) })).collect();
            Reply::json(json!({ "evaluations": answers }))
        }
        None => Reply::json(json!({ "decision": yes(&asked.body) })),
    }
}

fn openfga(asked: &Asked, yes: impl Fn(&Value) -> bool) -> Reply {
    match asked.body.get("checks").and_then(Value::as_array) {
        Some(list) => {
            let results: BTreeMap<_, _> = list
                .iter()
                .map(|one| {
                    (one["correlation_id"].as_str().unwrap().to_owned(), json!({ "allowed": yes(one) }))
                })
                .collect();
            Reply::json(json!({ "result": results }))
        }
        None => Reply::json(json!({ "allowed": yes(&asked.body) })),
    }
}

fn opa(asked: &Asked, yes: impl Fn(&Value) -> bool) -> Reply {
    Reply::json(json!({ "result": yes(&asked.body["input"]) }))
}

fn passing_runner(asked: &Asked, yes: impl Fn(&Value) -> bool) -> Reply {
    match yes(&asked.body) {
        true => Reply::json(json!({
            "allowed": true, "capability_id": "cap-there", "expires_at": "2099-01-01T00:00:00Z",
        })),
        false => Reply::json(json!({ "allowed": false, "reason": "not here" })),
    }
}

/// A moment that a capability of another Runner may end at: an hour ahead.
fn in_an_hour() -> String {
    let output =
        std::process::Command::new("date").args(["-u", "-d", "+1 hour", "+%Y-%m-%dT%H:%M:%SZ"]).output();
    String::from_utf8(output.unwrap().stdout).unwrap().trim().to_owned()
}

fn point(name: &str, protocol: &str, url: &str, more: &str) -> String {
    format!(
        "[[decision_points]]\nname = \"{name}\"\nprotocol = \"{protocol}\"\nurl = \"{url}\"\ntimeout_ms = 2000\n{more}\n"
    )
}

/// A server and its configuration for each protocol that goes over HTTP.
fn everyone(denies: Option<&'static str>) -> (Vec<Played>, String) {
    let end = in_an_hour();
    let says = move |name: &'static str| move |_: &Value| denies != Some(name);
    let servers = vec![
        Played::start(move |asked| authzen(asked, says("authz"))),
        Played::start(move |asked| opa(asked, says("rules"))),
        Played::start(move |asked| openfga(asked, says("relations"))),
        Played::start(move |asked| {
            let reply = passing_runner(asked, says("upstream"));
            Reply { body: reply.body.replace("2099-01-01T00:00:00Z", &end), ..reply }
        }),
    ];
    let config = [
        point("authz", "authzen", &servers[0].url, ""),
        point("rules", "opa", &servers[1].url, "rule = \"data.code_assist.allow\""),
        point(
            "relations",
            "openfga",
            &servers[2].url,
            "store = \"01HVMMBCMGZNT3SED4Z17ECXCA\"\nmodel = \"01HVMMBD123456789ABCDEFGHJ\"",
        ),
        point("upstream", "runner", &servers[3].url, ""),
    ];
    (servers, format!("[identity]\nagent_did = \"did:web:agents.example.com:coder\"\n{}", config.concat()))
}

fn decisions(records: &[Value]) -> Vec<&Value> {
    let proofs = records.iter().filter_map(|record| record["body"]["proof"].get("decision"));
    proofs.collect()
}

#[test]
fn everyone_allows_and_the_trace_proves_it() {
    let world = World::new(PROGRAM);
    let (servers, config) = everyone(None);
    assert_exit(&world.run(&config, &[]), 0, &["in the working tree"]);
    assert_eq!(world.content(), "b\n");
    let records = world.records();
    let decisions = decisions(&records);
    assert_eq!(decisions.len(), 4, "audit.write, repo.read, repo.write, repo.diff");
    for decision in &decisions {
        assert!(decision["id"].as_str().unwrap().starts_with("dec-"));
        assert_eq!(decision["request_sha256"].as_str().unwrap().len(), 64);
        let points = decision["points"].as_array().unwrap();
        let names: Vec<_> = points.iter().map(|point| point["point"].as_str().unwrap()).collect();
        assert_eq!(names, ["local-policy", "authz", "rules", "relations", "upstream"]);
        assert!(points.iter().all(|point| point["answer"] == "allow" && point["latency_us"].is_u64()));
        assert_eq!(points[0]["policy_sha256"].as_str().unwrap().len(), 64);
        assert_eq!(points[3]["model"], "01HVMMBD123456789ABCDEFGHJ");
        assert_eq!(points[4]["capability_id"], "cap-there");
        assert_eq!(points[1]["by"].as_str().unwrap(), servers[0].url);
    }
    let batches = servers[0].asked().len() + servers[2].asked().len();
    assert_eq!(batches, 2, "all capabilities of the plan in one batch each");
}

#[test]
fn whoever_denies_is_named_and_nothing_changes() {
    for name in ["authz", "rules", "relations", "upstream"] {
        let world = World::new(PROGRAM);
        let (_servers, config) = everyone(Some(name));
        let output = world.run(&config, &[]);
        assert_exit(&output, 3, &[name, "point-denied", "nowhere"]);
        assert_eq!(world.content(), "a\n");
        assert_exit(&world.call(&["audit", "verify"]), 0, &["complete"]);
    }
}

#[test]
fn a_denial_of_one_capability_says_which() {
    let world = World::new(PROGRAM);
    let server = Played::start(|asked| {
        authzen(asked, |one| one["action"]["properties"]["capability"]["name"] != "repo.write")
    });
    let asked_for = world.run(&point("authz", "authzen", &server.url, ""), &[]);
    let body = &server.asked()[0].body;
    assert_exit(&asked_for, 3, &["`repo.write` is denied by `authz`"]);
    assert!(!said(&asked_for).contains("`repo.read` is denied"), "{body}");
}

#[test]
fn a_silent_point_denies_within_its_time() {
    let world = World::new(PROGRAM);
    let server = Played::start(|_| Reply::json(json!({ "decision": true })).after(Duration::from_secs(30)));
    let config = point("authz", "authzen", &server.url, "").replace("2000", "300");
    let started = Instant::now();
    assert_exit(&world.run(&config, &[]), 3, &["point-timeout"]);
    assert!(started.elapsed() < Duration::from_millis(1500), "{:?}", started.elapsed());
    assert_eq!(world.content(), "a\n");
}

#[test]
fn a_point_that_is_not_there_denies() {
    let world = World::new(PROGRAM);
    assert_exit(&world.run(&point("authz", "authzen", "http://127.0.0.1:9", ""), &[]), 3, &["point-refused"]);
}

#[test]
fn discovery_is_followed_on_its_own_ground_only() {
    for (elsewhere, code) in [(false, 0), (true, 3)] {
        let world = World::new(PROGRAM);
        let place = Arc::new(std::sync::OnceLock::new());
        let known: Arc<std::sync::OnceLock<String>> = place.clone();
        let server = Played::start(move |asked| {
            let url = known.get().cloned().unwrap_or_default();
            let endpoint = if elsewhere { "http://127.0.0.1:9/x".to_owned() } else { format!("{url}/ask") };
            match asked.path.as_str() {
                "/.well-known/authzen-configuration" => Reply::json(json!({
                    "policy_decision_point": url, "access_evaluation_endpoint": endpoint,
                })),
                "/ask" => authzen(asked, |_| true),
                _ => Reply::json(json!({})).status(404),
            }
        });
        place.set(server.url.clone()).unwrap();
        let output = world.run(&point("authz", "authzen", &server.url, "discovery = true"), &[]);
        assert_exit(&output, code, &[]);
    }
}

/// Where to ask and asking have one time between them.
#[test]
fn discovery_takes_its_time_from_the_question() {
    let world = World::new(PROGRAM);
    let place = Arc::new(std::sync::OnceLock::new());
    let known: Arc<std::sync::OnceLock<String>> = place.clone();
    let server = Played::start(move |asked| {
        let url = known.get().cloned().unwrap_or_default();
        let metadata =
            json!({ "policy_decision_point": url, "access_evaluation_endpoint": format!("{url}/ask") });
        let reply = if asked.path == "/ask" { authzen(asked, |_| true) } else { Reply::json(metadata) };
        reply.after(Duration::from_millis(250))
    });
    place.set(server.url.clone()).unwrap();
    let config = point("authz", "authzen", &server.url, "discovery = true").replace("2000", "300");
    assert_exit(&world.run(&config, &[]), 3, &["point-timeout"]);
    let latency = world
        .records()
        .iter()
        .find_map(|record| record["body"]["proof"]["decision"]["points"][1]["latency_us"].as_u64());
    assert!(latency.is_some_and(|us| us < 350_000), "{latency:?}");
}

#[test]
fn what_a_point_narrows_stays_narrow() {
    let narrow = |obligation: Value| {
        move |asked: &Asked| {
            let one = json!({ "decision": true, "context": { "obligations": [obligation] } });
            let count = asked.body["evaluations"].as_array().map_or(1, Vec::len);
            Reply::json(json!({ "evaluations": vec![one; count] }))
        }
    };
    for (obligation, code, word) in [
        (json!({ "id": "limit", "uses": 100, "seconds": 600 }), 0, "in the working tree"),
        (json!({ "id": "scope", "paths": ["a.txt"] }), 0, "in the working tree"),
        (json!({ "id": "scope", "paths": ["src"] }), 3, "point-obligation"),
        (json!({ "id": "limit", "bytes": 1 }), 3, "capability-bytes"),
        (json!({ "id": "notify", "whom": "everyone" }), 3, "point-obligation"),
        (json!({ "id": "approval" }), 3, "approval-needed"),
    ] {
        let world = World::new(PROGRAM);
        let server = Played::start(narrow(obligation.clone()));
        let output = world.run(&point("authz", "authzen", &server.url, ""), &[]);
        assert_exit(&output, code, &[word]);
        assert_eq!(world.content(), if code == 0 { "b\n" } else { "a\n" }, "{obligation}");
    }
}

#[test]
fn a_credential_reaches_the_point_and_nothing_else() {
    let world = World::new(PROGRAM);
    let server = Played::start(|asked| {
        let shown = asked.header("authorization").unwrap_or_default();
        let told = json!({ "decision": true, "context": { "reason_user": shown } }).to_string();
        let reply = authzen(asked, |_| true);
        Reply { body: reply.body.replace("{\"decision\":true}", &told), ..reply }
    });
    let token = world.lay("token", "s3cret-of-the-point\n");
    std::fs::set_permissions(token, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let config = point("authz", "authzen", &server.url, "credential = { file = \"token\" }");
    let output = world.run(&config, &["--json"]);
    assert_exit(&output, 0, &[]);
    assert_eq!(server.asked()[0].header("authorization"), Some("Bearer s3cret-of-the-point"));
    assert!(!said(&output).contains("s3cret"));
    let kept = code_assist_tests::tree(&world.path().join("state"));
    let told = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).contains("s3cret");
    assert!(!kept.values().any(told), "the state directory holds the credential");
}

#[test]
fn an_answer_that_says_so_is_kept_for_reading_and_for_nothing_else() {
    let world = World::new(PROGRAM);
    let server = Played::start(|asked| opa(asked, |_| true).with("cache-control", "max-age=30"));
    let config = point("rules", "opa", &server.url, "rule = \"data.code_assist.allow\"\nevery_call = true");
    world.lay("twice.patch", "*** Begin Patch\n*** Update File: a.txt\n@@\n-a\n+b\n*** Update File: a.txt\n@@\n-b\n+c\n*** End Patch\n");
    assert_exit(&world.run(&config, &[]), 0, &[]);
    let calls = server.asked();
    let of = |action: &str| {
        calls.iter().filter(|asked| asked.body["input"]["question"]["action"] == action).count()
    };
    assert_eq!(of("repo.write"), 1, "every write is asked about");
    let records = world.records();
    let points: Vec<_> = records
        .iter()
        .filter_map(|record| record["body"]["decision"]["proof"]["points"].as_array())
        .flatten()
        .filter(|point| point["point"] == "rules")
        .collect();
    assert!(!points.is_empty() && points.iter().all(|point| point["answer"] == "allow"));
    let writes = records.iter().filter(|record| record["body"]["function"] == "repo.write");
    assert!(
        writes
            .filter_map(|record| record["body"]["decision"]["proof"]["points"].as_array())
            .flatten()
            .all(|point| point.get("cached").is_none())
    );
}

#[test]
fn a_point_at_every_call_stops_the_one_that_it_denies() {
    let world = World::new(PROGRAM);
    let server = Played::start(|asked| opa(asked, |input| input["question"]["action"] != "repo.write"));
    let config = point("rules", "opa", &server.url, "rule = \"data.code_assist.allow\"\nevery_call = true");
    assert_exit(&world.run(&config, &[]), 3, &["`repo.write` is denied by `rules`"]);
    assert_eq!(world.content(), "a\n");
}

#[test]
fn what_the_runner_owns_nobody_else_says() {
    for (more, code) in [
        (json!({ "decision_metadata": { "opa": { "runId": "run-1" } } }), "context-owned"),
        (json!({ "decision_metadata": { "authzen": { "agent_did": "did:web:x" } } }), "context-owned"),
        (json!({ "agent_id": { "metadata": { "run_mode": "dry_run" } } }), "context-owned"),
        (
            json!({ "decision_metadata": { "opa": { "team": "a" }, "authzen": { "team": "b" } } }),
            "context-clash",
        ),
        (json!({ "agent_id": { "organization": "evil" } }), "context-clash"),
    ] {
        let world = World::new(PROGRAM);
        let mut request = json!({
            "version": "1.0", "instruction": "x", "mode": "proposed_change",
            "proposal": { "text": code_assist_tests::PATCH },
        });
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        world.lay("request.json", &request.to_string());
        world.lay("config.toml", "[identity]\norganization = \"acme\"");
        let output = world.call(&[
            "--json",
            "run",
            "--repo",
            "repository",
            "--request",
            "request.json",
            "--config",
            "config.toml",
        ]);
        assert_exit(&output, 2, &[code]);
        assert_eq!(world.content(), "a\n");
    }
}
