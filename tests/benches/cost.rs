//! What a run costs, and what that is compared with, in one go: medians.
//! `cargo bench -p code-assist-tests --bench cost -- [loading|instantiation|call|dry|points]`.

use std::{
    fs,
    hint::black_box,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use agent_contract::{CapabilityName, Request, capability::Scope};
use code_assist_tests::{
    guest,
    played::{Asked, Played, Reply},
};
use kernel::{Itself, Workspace};
use ledger::{Kind, Store};
use policy::{
    Answer, Config, Decided, Decision, Grant, Word,
    answer::Protocol,
    call::ReadCall,
    context::{self, Found, Question},
    issue::Context,
};
use runner::{Agent, Control, Setup, approver::Approvals, event::Silent};
use serde_json::{Value, json};

const FILES: [(&str, usize); 2] = [("small", 10), ("large", 100_000)];
const CALLS: u32 = 20_000;
const PATCH: &str = "--- a/f0.txt\n+++ b/f0.txt\n@@ -1 +1 @@\n-line\n+LINE\n";

/// A benchmark, by the word that chooses it; it works in the folder.
type Part = (&'static str, fn(&Path));

fn main() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    let parts: [Part; 5] = [
        ("loading", |_| loading()),
        ("instantiation", |_| instantiation()),
        ("call", host_call),
        ("dry", dry_runs),
        ("points", points),
    ];
    for (_, part) in parts.into_iter().filter(|(name, _)| name.contains(&wanted)) {
        part(scratch.path());
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn measure(rounds: usize, mut work: impl FnMut()) -> Duration {
    work();
    median((0..rounds).map(|_| timed(&mut work)).collect())
}

fn tell(what: &str, time: Duration, against: &str, other: Duration) {
    let ratio = time.as_secs_f64() / other.as_secs_f64();
    println!("{what:36} {time:>10.1?}   against {against:34} {other:>10.1?}   {ratio:>7.3} x");
}

fn loading() {
    let precompiled = measure(21, || drop(black_box(Agent::embedded().expect("the agent"))));
    let compiled =
        measure(3, || drop(black_box(Agent::load(agent_artifact::COMPONENT, None).expect("the agent"))));
    tell("load the agent, precompiled", precompiled, "compiling it", compiled);
}

fn instantiation() {
    let agent = Agent::embedded().expect("the agent");
    let instances = runtime().block_on(agent.time_instances(2001)).expect("instances");
    let process = measure(21, || drop(Command::new("true").status()));
    tell("instantiate the agent", median(instances), "starting the process `true`", process);
}

/// A guest that reads one file many times, against the work of a call done without it:
/// decide, two records, the read.
fn host_call(scratch: &Path) {
    let root = repository(scratch, "calls", 1);
    let store = Store::new(scratch.join("state-calls"));
    let agent = Agent::load(&guest("bench_reads"), None).expect("the guest");
    let (mut whole, mut work, mut extra) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..9 {
        let none = timed(|| run(&agent, &root, &store, json!({ "instruction": "0" })));
        let many = timed(|| run(&agent, &root, &store, json!({ "instruction": CALLS.to_string() })));
        let (per_call, own) = (many.saturating_sub(none) / CALLS, native_work(&root, &store) / CALLS);
        extra.push(per_call.saturating_sub(own));
        whole.push(per_call);
        work.push(own);
    }
    tell("a host call, whole", median(whole), "its work: decide, record, read", median(work.clone()));
    tell("a host call, on top of its work", median(extra), "its work: decide, record, read", median(work));
}

/// The work of the gate without the guest, and reading the trace back as a run does at its end.
fn native_work(root: &Path, store: &Store) -> Duration {
    let config = Config::default();
    let request = request(json!({ "instruction": "0" }));
    let mut workspace = Workspace::open(root, &config.limits).expect("the workspace");
    let grant =
        Grant::new("cap-1".to_owned(), "run-1".to_owned(), CapabilityName::RepoRead, Scope::default(), 0);
    let mut trace = store.start(&kernel::run_id::new(), 0).expect("a trace");
    let setting = context::setting(&request, &config.identity, &Found::default()).expect("a setting");
    let setting_sha256 = context::setting_digest(&setting);
    timed(|| {
        for _ in 0..CALLS {
            let now_ms = kernel::clock::now_ms();
            let call = ReadCall::parse("f0.txt").expect("a call");
            let question = Question::of_call(&call, &setting, Default::default(), Default::default());
            let decision = Decision {
                id: "dec-1".to_owned(),
                request_sha256: context::digest(&setting_sha256, &question),
                answers: vec![local(&config)],
            };
            let decided = policy::decide(Ok(call), &grant, given(&request, &config, now_ms));
            let opened = json!({
                "function": "repo.read", "capability": "cap-1", "arguments": { "path": "f0.txt" },
                "decision": { "allow": true, "proof": decision.describe() },
            });
            let entry = trace.open(now_ms, Kind::CallOpened, &opened).expect("a record");
            let Decided::Allowed(permit) = decided else { panic!("denied") };
            let file = workspace.read(permit).expect("a file");
            let closed = json!({ "done": { "state": file.state() } });
            trace.close_later(entry, kernel::clock::now_ms(), Kind::CallClosed, closed).expect("a record");
        }
        trace.reread(|record| drop(black_box(record))).expect("the trace");
    })
}

fn given<'a>(request: &'a Request, config: &'a Config, now_ms: u64) -> Context<'a> {
    Context { run_id: "run-1", request, config, now_ms, branch: None, base_branch: Some("main") }
}

fn local(config: &Config) -> Answer {
    Answer {
        point: "local-policy".to_owned(),
        protocol: Protocol::LocalPolicy,
        by: "this Runner".to_owned(),
        policy_sha256: Some(config.policy.sha256().to_owned()),
        model: None,
        word: Word::allow(),
        latency_us: 0,
        cached: false,
    }
}

/// A dry run that three decision points allow, each 5 ms late, against one without any.
fn points(scratch: &Path) {
    let root = repository(scratch, "points", 10);
    let store = Store::new(scratch.join("state-points"));
    let agent = Agent::embedded().expect("the agent");
    let servers: Vec<_> = (0..3).map(|_| Played::start(late)).collect();
    let config: String =
        servers.iter().enumerate().map(|(index, server)| point(index, &server.url)).collect();
    let config = Config::parse(&config).expect("a configuration");
    let body = || json!({ "instruction": "shout", "proposal": { "text": PATCH } });
    let one = |config: &Config| timed(|| run_with(&agent, &root, &store, config.clone(), body()));
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..31 {
        without.push(one(&Config::default()));
        with.push(one(&config));
    }
    tell("a run with 3 points at 5 ms", median(with), "one without", median(without));
}

fn late(asked: &Asked) -> Reply {
    let count = asked.body["evaluations"].as_array().map_or(1, Vec::len);
    let answers = vec![json!({ "decision": true }); count];
    Reply::json(json!({ "evaluations": answers })).after(Duration::from_millis(5))
}

fn point(index: usize, url: &str) -> String {
    format!("[[decision_points]]\nname = \"point-{index}\"\nprotocol = \"authzen\"\nurl = \"{url}\"\n")
}

fn dry_runs(scratch: &Path) {
    let roots = FILES.map(|(name, files)| repository(scratch, name, files));
    let store = Store::new(scratch.join("state"));
    let agent = Agent::embedded().expect("the agent");
    let one = |root: &Path| {
        timed(|| run(&agent, root, &store, json!({ "instruction": "shout", "proposal": { "text": PATCH } })))
    };
    let (mut small, mut large, mut status) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..15 {
        small.push(one(&roots[0]));
        large.push(one(&roots[1]));
        status.push(timed(|| git(&roots[1], &["status", "--porcelain"])));
    }
    let [small, large, status] = [small, large, status].map(median);
    tell("a dry run on 10 files", small, "`git status` on 100,000 files", status);
    tell("a dry run on 100,000 files", large, "a dry run on 10 files", small);
}

fn request(more: Value) -> Request {
    let mut request = json!({ "version": "1.0", "mode": "dry_run" });
    request.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    Request::parse(&request.to_string()).expect("a request")
}

fn run(agent: &Agent, root: &Path, store: &Store, more: Value) {
    run_with(agent, root, store, Config::default(), more);
}

fn run_with(agent: &Agent, root: &Path, store: &Store, config: Config, more: Value) {
    let setup = Setup {
        request: request(more),
        root: root.to_owned(),
        config,
        store: store.clone(),
        itself: Itself::new(""),
        control: Control::default(),
        approvals: Approvals::default(),
        unsandboxed: false,
        earlier: None,
        trace_context: None,
    };
    runtime().block_on(runner::run(agent, setup, Box::new(Silent))).expect("a run");
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

fn repository(scratch: &Path, name: &str, files: usize) -> PathBuf {
    let root = scratch.join(name);
    for index in 0..files {
        let folder = if index == 0 { root.clone() } else { root.join(format!("d{}", index / 100)) };
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join(format!("f{index}.txt")), "line\n").expect("a file");
    }
    git(&root, &["init", "-q"]);
    git(&root, &["add", "."]);
    git(&root, &["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "base"]);
    root
}

fn git(root: &Path, arguments: &[&str]) {
    let status = Command::new("git").arg("-C").arg(root).args(arguments).stdout(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "git {arguments:?}");
}
