//! What a run costs, and what that is compared with, in one go: medians.
//! `cargo bench -p code-assist-tests --bench cost -- [loading|instantiation|call|dry]`.

use std::{
    fs,
    hint::black_box,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use agent_contract::{CapabilityName, Request, capability::Scope};
use code_assist_tests::guest;
use kernel::{Itself, Workspace};
use ledger::{Kind, Store};
use policy::{Config, Decided, Grant, call::ReadCall, issue::Context};
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
    let parts: [Part; 4] = [
        ("loading", |_| loading()),
        ("instantiation", |_| instantiation()),
        ("call", host_call),
        ("dry", dry_runs),
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
    timed(|| {
        for _ in 0..CALLS {
            let now_ms = kernel::clock::now_ms();
            let context = Context { run_id: "run-1", request: &request, config: &config, now_ms };
            let opened = json!({ "function": "repo.read", "capability": "cap-1", "arguments": { "path": "f0.txt" }, "decision": { "allow": true, "by": "local-policy" } });
            let decided = policy::decide(ReadCall::parse("f0.txt"), &grant, context);
            let entry = trace.open(now_ms, Kind::CallOpened, &opened).expect("a record");
            let Decided::Allowed(permit) = decided else { panic!("denied") };
            let file = workspace.read(permit).expect("a file");
            trace
                .close(
                    entry,
                    kernel::clock::now_ms(),
                    Kind::CallClosed,
                    json!({ "done": { "state": file.state() } }),
                )
                .expect("a record");
        }
        trace.reread(|record| drop(black_box(record))).expect("the trace");
    })
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
    let setup = Setup {
        request: request(more),
        root: root.to_owned(),
        config: Config::default(),
        store: store.clone(),
        itself: Itself::new(""),
        control: Control::default(),
        approvals: Approvals::default(),
    };
    runtime().block_on(runner::run(agent, setup, Box::new(Silent))).expect("a run");
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime")
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
