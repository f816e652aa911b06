//! What comes of every capability in every mode, with and without its allowance, whatever
//! the decision points say: one table in one file. `BLESS=1` writes it.

use std::{fmt::Write as _, fs, path::Path};

use agent_contract::{CapabilityName, Request, RunMode, capability::Scope};
use policy::{
    Answer, Code, Config, Decision, Objection, Word,
    answer::Protocol,
    issue::{Ask, Context, issue, propose},
    local::Policy,
};
use serde_json::json;

/// What the local policy and another decision point say.
struct State {
    name: &'static str,
    local: &'static str,
    point: Option<fn() -> Word>,
}

const STATES: [State; 9] = [
    State { name: "alone", local: "allow", point: None },
    State { name: "allow", local: "allow", point: Some(Word::allow) },
    State { name: "ask", local: "allow", point: Some(|| Word::ask("a person decides")) },
    State { name: "deny", local: "allow", point: Some(|| denied(Code::PointDenied)) },
    State { name: "silent", local: "allow", point: Some(|| denied(Code::PointTimeout)) },
    State { name: "undecided", local: "allow", point: Some(|| denied(Code::PointUndecided)) },
    State { name: "inactive", local: "allow", point: Some(|| denied(Code::AgentIdInactive)) },
    State { name: "local ask", local: "ask", point: Some(Word::allow) },
    State { name: "local deny", local: "deny", point: Some(Word::allow) },
];

fn denied(code: Code) -> Word {
    Word::deny(Objection::new(code, "no"))
}

/// The allowance that a capability needs, if it needs one.
fn allowance(name: CapabilityName) -> Option<&'static str> {
    match name {
        CapabilityName::RepoCommit => Some("commit"),
        CapabilityName::RepoPush => Some("push"),
        CapabilityName::RepoOpenPr => Some("pull_request"),
        CapabilityName::NotifySend => Some("notify"),
        _ => None,
    }
}

fn request(mode: RunMode, allowed: Option<&str>) -> Request {
    let text = json!({ "version": "1.0", "instruction": "x", "mode": "dry_run" }).to_string();
    let mut request = Request::parse(&text).unwrap();
    request.mode = mode;
    let allowances = &mut request.allowances;
    match allowed {
        Some("commit") => allowances.commit = true,
        Some("push") => allowances.push = true,
        Some("pull_request") => allowances.pull_request = true,
        Some("notify") => allowances.notify = true,
        _ => {}
    }
    request
}

fn answer(protocol: Protocol, word: Word) -> Answer {
    Answer {
        point: "point".to_owned(),
        protocol,
        by: "test".to_owned(),
        policy_sha256: None,
        model: None,
        word,
        latency_us: 0,
        cached: false,
    }
}

/// What comes of one cell, in a word.
fn outcome(name: CapabilityName, request: &Request, state: &State) -> String {
    let policy = Policy::parse(&format!("default = \"{}\"", state.local)).unwrap();
    let config = Config { policy, ..Config::default() };
    let context =
        Context { run_id: "run", request, config: &config, now_ms: 0, branch: None, base_branch: None };
    let ask = Ask { operation: name.to_string(), scope: Scope::default(), reason: String::new() };
    let issued = propose(&ask, context).and_then(|proposed| {
        let local = answer(Protocol::LocalPolicy, proposed.word());
        let point = state.point.map(|word| answer(Protocol::Authzen, word()));
        let answers = std::iter::once(local).chain(point).collect();
        let decision = Decision { id: String::new(), request_sha256: "0".repeat(64), answers };
        let asks = decision.stance() == policy::answer::Stance::Ask;
        issue(proposed, &decision, "cap".to_owned(), context).map(|_| asks)
    });
    match issued {
        Ok(false) => "granted".to_owned(),
        Ok(true) => "asks".to_owned(),
        Err(refusal) => refusal.code,
    }
}

fn table() -> String {
    let mut text =
        "# What comes of a capability that the agent asks for. `granted`: it is issued. `asks`: it is\n\
        # issued, and each call under it needs a person's approval. Anything else is the code of the\n\
        # refusal. Columns: the local policy alone; then, where it allows, what another decision\n\
        # point says; then what it says itself, where the other allows.\n\n"
            .to_owned();
    let heads: Vec<_> = STATES.iter().map(|state| format!("{:21}", state.name)).collect();
    let _ =
        writeln!(text, "{:26} {:17} {:12} {}", "capability", "mode", "allowance", heads.join(" ").trim_end());
    for name in CapabilityName::ALL {
        for mode in RunMode::ALL {
            let rows = match allowance(*name) {
                None => vec![(None, "-".to_owned())],
                Some(one) => vec![(None, "none".to_owned()), (Some(one), one.to_owned())],
            };
            for (allowed, label) in rows {
                let request = request(*mode, allowed);
                let cells = STATES.iter().map(|state| format!("{:21}", outcome(*name, &request, state)));
                let cells = cells.collect::<Vec<_>>().join(" ");
                let _ = writeln!(text, "{name:26} {mode:17} {label:12} {}", cells.trim_end());
            }
        }
    }
    text
}

#[test]
fn every_capability_comes_to_what_the_table_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/matrix.txt");
    let table = table();
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &table).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap();
    let differing = table.lines().zip(golden.lines()).find(|(now, then)| now != then);
    assert_eq!(differing, None, "(what is, what the table says)");
    assert_eq!(table, golden);
}

#[test]
fn every_capability_has_a_row_for_every_mode_and_allowance() {
    let golden = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/matrix.txt")).unwrap();
    let rows: Vec<Vec<_>> = golden.lines().map(|line| line.split_whitespace().take(3).collect()).collect();
    for name in CapabilityName::ALL {
        for mode in RunMode::ALL {
            let labels = allowance(*name).map_or(vec!["-"], |one| vec!["none", one]);
            for label in labels {
                let row = vec![name.as_str(), mode.as_str(), label];
                assert_eq!(rows.iter().filter(|one| **one == row).count(), 1, "{row:?}");
            }
        }
    }
}

#[test]
fn only_a_plain_yes_of_everyone_grants() {
    for name in CapabilityName::ALL {
        for mode in RunMode::ALL {
            for state in STATES.iter().filter(|state| state.point.is_some_and(|word| word() != Word::allow()))
            {
                let outcome = outcome(*name, &request(*mode, allowance(*name)), state);
                assert_ne!(outcome, "granted", "{name} {mode} {}", state.name);
            }
        }
    }
}
