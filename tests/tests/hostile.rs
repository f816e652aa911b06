//! Every hostile guest is refused or stopped with a code of its own, nothing outside
//! its workspace changes, its trace is whole, and the Runner goes on.

use std::{
    fs,
    path::{Path, PathBuf},
};

use agent_contract::{
    Request, RunResult,
    event::{Event, EventName},
    result::Outcome,
};
use code_assist_tests::{guest, guests, tree};
use kernel::Itself;
use ledger::{Kind, Status, Store, verify};
use policy::{Code, Config};
use runner::{Agent, Control, Events, Setup, approver::Approvals};
use serde_json::json;

/// Guest, outcome, code.
const TABLE: &[(&str, Outcome, &str)] = &[
    ("allocates", Outcome::Failed, "limit-memory"),
    ("asks_again", Outcome::Refused, "capability-exhausted"),
    ("asks_again_revoked", Outcome::Refused, "capability-revoked"),
    ("asks_for_merge", Outcome::Refused, "capability-unknown"),
    ("asks_for_more", Outcome::Refused, "allowance-missing"),
    ("calls", Outcome::Failed, "limit-calls"),
    ("floods", Outcome::Failed, "limit-bytes"),
    ("huge_list", Outcome::Failed, "limit-bytes"),
    ("invokes_network", Outcome::Refused, "capability-not-requested"),
    ("loops", Outcome::Failed, "limit-time"),
    ("malformed_scope", Outcome::Refused, "argument-malformed"),
    ("malformed_text", Outcome::Failed, "agent-trapped"),
    ("many_changes", Outcome::Refused, "argument-malformed"),
    ("nul_text", Outcome::Refused, "path-outside"),
    ("opens_handles", Outcome::Failed, "limit-handles"),
    ("overflows_stack", Outcome::Failed, "agent-trapped"),
    ("panics", Outcome::Failed, "agent-panicked"),
    ("reads_absolute", Outcome::Refused, "path-outside"),
    ("reads_git", Outcome::Refused, "path-link"),
    ("reads_link", Outcome::Refused, "path-link"),
    ("reads_parent", Outcome::Refused, "path-outside"),
    ("renames_secrets", Outcome::Refused, "policy-denied"),
    ("runs_unknown_check", Outcome::Refused, "check-unknown"),
    ("searches_beyond_scope", Outcome::Refused, "scope-path"),
    ("searches_secrets", Outcome::Failed, "agent-panicked"),
    ("writes_after_checks", Outcome::Failed, "check-missing"),
    ("writes_exhausted", Outcome::Refused, "capability-exhausted"),
    ("writes_expired", Outcome::Refused, "capability-expired"),
    ("writes_foreign", Outcome::Failed, "agent-trapped"),
    ("writes_git", Outcome::Refused, "path-outside"),
    ("writes_link", Outcome::Refused, "path-link"),
    ("writes_outside_scope", Outcome::Refused, "scope-path"),
    ("writes_revoked", Outcome::Refused, "capability-revoked"),
    ("writes_too_much", Outcome::Refused, "capability-bytes"),
    ("writes_without_grant", Outcome::Refused, "capability-kind"),
];

const CONFIG: &str = r#"
[limits]
run_seconds = 3
memory_bytes = 268435456
host_calls = 20000
host_bytes = 50000000
call_bytes = 30000000

[[policy.rules]]
name = "secrets-stay"
effect = "deny"
capabilities = ["repo.read"]
paths = ["secret/**"]

[[policy.rules]]
name = "one-look"
effect = "allow"
capabilities = ["repo.diff"]
limits = { uses = 1 }
"#;

struct World {
    _folder: tempfile::TempDir,
    root: PathBuf,
    store: Store,
}

/// A repository with links that lead out of it and into `.git`, and a file beside it.
fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("repository");
    fs::create_dir_all(root.join(".git/hooks")).unwrap();
    fs::write(root.join(".git/config"), "[core]\n\trepositoryformatversion = 0\n").unwrap();
    fs::write(root.join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
    fs::create_dir_all(root.join(".git/objects")).unwrap();
    fs::create_dir_all(root.join(".git/refs")).unwrap();
    fs::write(root.join("a.txt"), "a\n").unwrap();
    fs::create_dir(root.join("secret")).unwrap();
    fs::write(root.join("secret/token.txt"), "hunter2\n").unwrap();
    fs::write(folder.path().join("outside.txt"), "outside\n").unwrap();
    #[cfg(unix)]
    for (target, link) in [("..", "link"), (".git", "gitlink"), ("../outside.txt", "outlink.txt")] {
        std::os::unix::fs::symlink(target, root.join(link)).unwrap();
    }
    let store = Store::new(folder.path().join("state"));
    World { root, store, _folder: folder }
}

fn request() -> Request {
    let capabilities: Vec<_> = ["repo.read", "repo.write", "repo.diff", "repo.check", "audit.write"]
        .map(|name| json!({ "capability": name }))
        .into();
    let wait = json!({ "name": "wait", "argv": ["sleep", "1.1"] });
    let request = json!({
        "version": "1.0", "instruction": "be good", "mode": "proposed_change",
        "capabilities": capabilities, "checks": { "commands": [wait] },
    });
    Request::parse(&request.to_string()).unwrap()
}

/// Takes back every capability for writing as soon as it is issued.
struct Revoker(Control);

impl Events for Revoker {
    fn wants(&self, name: EventName) -> bool {
        name == EventName::CapabilityIssued
    }

    fn take(&mut self, event: &Event) {
        if event.details["operation"] == "repo.write" {
            self.0.revoke(event.details["capability"].as_str().unwrap_or_default());
        }
    }
}

fn run(agent: &Agent, world: &World, events: Option<fn(Control) -> Box<dyn Events>>) -> RunResult {
    let control = Control::default();
    let events = events
        .map_or_else(|| Box::new(runner::event::Silent) as Box<dyn Events>, |make| make(control.clone()));
    let setup = Setup {
        request: request(),
        root: world.root.clone(),
        config: Config::parse(CONFIG).unwrap(),
        store: world.store.clone(),
        itself: Itself::new(env!("CARGO_BIN_EXE_code-assist-under-test")),
        control,
        approvals: Approvals::default(),
        unsandboxed: false,
        earlier: None,
        trace_context: None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(runner::run(agent, setup, events)).unwrap()
}

fn untouched(world: &World) -> (std::collections::BTreeMap<String, Vec<u8>>, Vec<u8>) {
    let beside = world.root.parent().unwrap().join("outside.txt");
    (tree(&world.root), fs::read(Path::new(&beside)).unwrap())
}

#[test]
fn every_hostile_guest_comes_to_its_own_end_and_changes_nothing() {
    let mut faults = Vec::new();
    for (name, outcome, code) in TABLE {
        let world = world();
        let before = untouched(&world);
        let agent = Agent::load(&guest(name), None).unwrap();
        let revoke: Option<fn(Control) -> Box<dyn Events>> =
            name.ends_with("_revoked").then_some(|control| Box::new(Revoker(control)));
        let result = run(&agent, &world, revoke);
        let codes: Vec<_> = result.verdict.reasons.iter().map(|reason| reason.code.as_str()).collect();
        if result.outcome != *outcome || codes.first() != Some(code) {
            faults
                .push(format!("{name}: {} {codes:?} {}", result.outcome, result.verdict.reasons[0].message));
        }
        if untouched(&world) != before {
            faults.push(format!("{name}: it changed something"));
        }
        if result.verdict.production_ready {
            faults.push(format!("{name}: production-ready"));
        }
        if verify(&world.store, &result.run_id).unwrap().status != Status::Complete {
            faults.push(format!("{name}: its trace is not whole"));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn the_table_names_every_guest() {
    let mut named: Vec<_> =
        TABLE.iter().map(|(name, ..)| (*name).to_owned()).chain(["imports_wasi".to_owned()]).collect();
    named.sort();
    let hostile: Vec<_> = guests()
        .into_iter()
        .filter(|name| ["bench_", "out_", "ready_"].iter().all(|other| !name.starts_with(other)))
        .collect();
    assert_eq!(named, hostile);
}

#[test]
fn an_import_that_no_agent_may_have_is_refused_before_it_runs() {
    let error = Agent::load(&guest("imports_wasi"), None).err().unwrap();
    assert_eq!(error.code, Code::ComponentImports);
    assert!(error.message.contains("wasi:clocks/wall-clock@0.2.0"), "{}", error.message);
}

#[test]
fn a_component_with_another_digest_is_refused_before_it_runs() {
    let bytes = guest("panics");
    assert_eq!(Agent::load(&bytes, Some(&"0".repeat(64))).err().unwrap().code, Code::ComponentDigest);
    assert!(Agent::load(&bytes, Some(&policy::blob::sha256(&bytes))).is_ok());
    assert_eq!(Agent::load(b"not wasm", None).err().unwrap().code, Code::ComponentInvalid);
}

#[test]
fn a_panic_leaves_its_word_in_the_trace() {
    let world = world();
    let agent = Agent::load(&guest("panics"), None).unwrap();
    let result = run(&agent, &world, None);
    let records = world.store.records(&result.run_id).unwrap();
    let panicked = records.iter().find(|record| record.kind == Kind::AgentPanicked).unwrap();
    assert!(panicked.body["message"].as_str().unwrap().contains("the hostile word"));
}
