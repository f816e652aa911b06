//! One trial for each attempt: outside, to show that it gets there, and then in every
//! sandbox that the machine has.

use std::{process::ExitCode, sync::Arc, time::Instant};

use kernel::process::sandbox::{Backend, probe};
use libtest_mimic::{Arguments, Failed, Trial};
use policy::config::{SandboxBackend, SandboxConfig};

use super::{
    attempt::{Attempt, Outside, Told},
    attempts, judge,
    report::{Report, Shown},
    run,
    scene::Scene,
    stage::Stage,
    table, who,
};

/// How many are made at one time.
const AT_ONCE: usize = 6;

/// Makes them all, and prints what came of them.
pub fn all() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Most of the time is spent waiting, for what takes its time to end.
    arguments.test_threads = arguments.test_threads.or(Some(AT_ONCE));
    if arguments.list {
        return libtest_mimic::run(&arguments, listed()).exit_code();
    }
    let stage = Arc::new(Stage::set().expect("a stage"));
    let report = Arc::new(Report::new(backends(&stage)));
    let conclusion = libtest_mimic::run(&arguments, trials(&stage, &report));
    println!("{}", report.summary());
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let left: Vec<_> = mounts.lines().filter(|mount| mount.contains("/escapes-")).collect();
    left.iter().for_each(|mount| println!("left: {mount}"));
    if left.is_empty() { conclusion.exit_code() } else { ExitCode::FAILURE }
}

fn listed() -> Vec<Trial> {
    attempts::all().map(|attempt| Trial::test(attempt.name, || Ok(()))).collect()
}

fn trials(stage: &Arc<Stage>, report: &Arc<Report>) -> Vec<Trial> {
    let mut trials: Vec<_> = attempts::all()
        .map(|attempt| {
            let (stage, report) = (stage.clone(), report.clone());
            Trial::test(attempt.name, move || {
                an_attempt_to_escape_is_held(attempt, &stage, &report).map_err(Failed::from)
            })
        })
        .collect();
    trials.push(Trial::test("the_table_in_the_documentation_is_this_one", || {
        table::check().map_err(Failed::from)
    }));
    for backend in report.backends.clone() {
        let (stage, name) = (stage.clone(), format!("a_killed_holder_leaves_nothing_behind_{backend:?}"));
        trials.push(Trial::test(name.to_lowercase(), move || {
            a_killed_holder_leaves_nothing_behind(&stage, backend).map_err(Failed::from)
        }));
    }
    let report = report.clone();
    trials
        .push(Trial::test("a_sandbox_can_be_had_at_all", move || report.is_possible().map_err(Failed::from)));
    trials
}

/// The backends that this machine has.
pub fn backends(stage: &Stage) -> Vec<Backend> {
    let itself = kernel::Itself::found().expect("this program");
    let within = stage.bin.path().join("probe");
    let asked = [SandboxBackend::Native, SandboxBackend::Bubblewrap];
    let found = asked.map(|backend| {
        let config = SandboxConfig { backend, ..SandboxConfig::default() };
        probe(&config, &itself, &within)
    });
    for probe in &found {
        println!("as {}: {:?}", who::name(), probe);
    }
    found.into_iter().filter_map(|probe| probe.backend).collect()
}

fn an_attempt_to_escape_is_held(attempt: &Attempt, stage: &Stage, report: &Report) -> Result<(), String> {
    let start = Instant::now();
    // Others of this machine may be in the way for once: they took the very port, say.
    let shown = an_attempt_gets_there_without_a_sandbox(attempt, stage)
        .or_else(|_| an_attempt_gets_there_without_a_sandbox(attempt, stage))
        .or_else(|_| an_attempt_gets_there_without_a_sandbox(attempt, stage));
    let mut faults: Vec<String> = shown.as_ref().err().cloned().into_iter().collect();
    for backend in &report.backends {
        let held = held(attempt, stage, *backend);
        if let (Err(_), Backend::Bubblewrap, Some(reason)) = (&held, backend, attempt.lacking) {
            report.lack(format!("{}: {reason}", attempt.name));
            continue;
        }
        let told = held.and_then(|told| consistent(told, shown.as_ref().ok().copied()));
        match &told {
            Ok(told) => report.note(format!("{backend:?} {}: {}", attempt.name, told.line())),
            Err(fault) => faults.push(format!("{backend:?}: {fault}")),
        }
        report.count(told.is_ok());
    }
    report.took(attempt.name, start.elapsed());
    report.show(shown.unwrap_or(Shown::Not));
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

/// Kills what holds an attempt, as hard as can be, while that goes on.
fn a_killed_holder_leaves_nothing_behind(stage: &Stage, backend: Backend) -> Result<(), String> {
    let attempt = attempts::all().find(|attempt| attempt.name == run::OVERTIME).ok_or("no such attempt")?;
    let scene = Scene::set("killed", stage).map_err(|error| error.to_string())?;
    let seen = std::thread::scope(|scope| {
        let killing = scope.spawn(|| run::kill_holder(&scene));
        let seen = run::inside(attempt, &scene, stage, backend);
        if killing.join().is_ok_and(|killed| killed) {
            seen
        } else {
            Err("there was no holder to kill".to_owned())
        }
    })?;
    match (seen.outlived, seen.mounts_left, seen.passed) {
        (0, false, false) => Ok(()),
        (outlived, mounts, passed) => {
            Err(format!("{outlived} processes are left, mounts: {mounts}, passed: {passed}"))
        }
    }
}

/// What is absent inside must be absent outside: else the attempt was not made.
fn consistent(told: Told, shown: Option<Shown>) -> Result<Told, String> {
    match (&told, shown) {
        (Told::Absent(what), Some(Shown::Reached)) => Err(format!("not made for want of {what}")),
        _ => Ok(told),
    }
}

fn held(attempt: &Attempt, stage: &Stage, backend: Backend) -> Result<Told, String> {
    let mut scene = Scene::set(attempt.name, stage).map_err(|error| error.to_string())?;
    let seen = run::inside(attempt, &scene, stage, backend)?;
    judge::held(attempt, &mut scene, &seen)
}

/// Makes the attempt outside, where that can be done by this user.
fn an_attempt_gets_there_without_a_sandbox(attempt: &Attempt, stage: &Stage) -> Result<Shown, String> {
    let Outside::Shown(whose, under) = attempt.outside else { return Ok(Shown::NotTried) };
    if !who::is_among(whose) {
        return Ok(Shown::ByOthers);
    }
    let mut scene = Scene::set(attempt.name, stage).map_err(|error| error.to_string())?;
    let seen = run::outside(attempt, &scene, stage, under)?;
    match Told::read(&seen.output) {
        _ if judge::is_reached(attempt, &mut scene, &seen) => Ok(Shown::Reached),
        Some(Told::Absent(_)) => Ok(Shown::Absent),
        told => Err(format!("without the sandbox it does not get there either: {told:?}")),
    }
}
