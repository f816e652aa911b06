//! Real programs, and the ends that they come to.
#![cfg(target_os = "linux")]

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use agent_contract::check::CheckOutcome;
use kernel::process::{Cancel, Command, Ended, Limits, allowed_environment, run, run_all};

fn sh(script: &str, wall_ms: u64) -> Command {
    Command {
        argv: ["sh", "-c", script].map(str::to_owned).into(),
        folder: PathBuf::from("/"),
        environment: allowed_environment(&[]),
        limits: Limits { wall: Duration::from_millis(wall_ms), output_bytes: 4096 },
    }
}

fn ended(script: &str) -> Ended {
    run(&sh(script, 10_000), &Cancel::default())
}

fn is_alive(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    !stat.is_empty() && !stat.contains(") Z")
}

#[test]
fn ends_are_told_apart() {
    for (script, outcome, code, signal) in [
        ("exit 0", CheckOutcome::Passed, Some(0), None),
        ("exit 3", CheckOutcome::Failed, Some(3), None),
        ("kill -9 $$", CheckOutcome::Failed, None, Some(9)),
    ] {
        let ended = ended(script);
        assert_eq!((ended.outcome, ended.exit_code, ended.signal), (outcome, code, signal), "{script}");
    }
    let missing = Command { argv: vec!["no-such-program".to_owned()], ..sh("", 1000) };
    assert_eq!(run(&missing, &Cancel::default()).outcome, CheckOutcome::Unavailable);
}

#[test]
fn both_streams_arrive_in_order_and_a_flood_is_cut() {
    assert_eq!(ended("echo a; echo b >&2; echo c").output, "a\nb\nc\n");
    let flood = ended("head -c 50000000 /dev/zero | tr '\\0' x; echo end");
    assert!(flood.output.len() < 5000 && flood.output.ends_with("end\n"));
    assert!(flood.output_bytes_dropped > 49_000_000);
}

#[test]
fn the_time_limit_ends_the_whole_tree() {
    let start = Instant::now();
    let ended = run(&sh("trap '' TERM INT; sleep 77 & echo $!; sleep 77", 300), &Cancel::default());
    assert_eq!(ended.outcome, CheckOutcome::TimedOut);
    assert!(start.elapsed() < Duration::from_millis(1500), "{:?}", start.elapsed());
    assert!(!is_alive(&ended.output));
}

#[test]
fn what_is_left_behind_is_ended_and_nobody_waits_for_it() {
    for script in [
        "sleep 77 & echo $!",
        "setsid sh -c 'echo $$; exec sleep 77' & sleep 0.2",
        "(setsid sh -c 'echo $$; exec sleep 77' &) ; sleep 0.2",
    ] {
        let start = Instant::now();
        let ended = ended(script);
        assert_eq!(ended.outcome, CheckOutcome::Passed);
        assert!(start.elapsed() < Duration::from_secs(3));
        assert!(!is_alive(&ended.output), "{script}");
        assert!(ended.sandbox.contains(&"the whole tree ended".to_owned()));
    }
}

#[test]
fn the_end_can_be_called_from_outside() {
    let cancel = Cancel::default();
    let other = cancel.clone();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        other.cancel();
    });
    let start = Instant::now();
    assert_eq!(run(&sh("sleep 77", 60_000), &cancel).outcome, CheckOutcome::Interrupted);
    assert!(start.elapsed() < Duration::from_secs(2));
    thread.join().unwrap();
}

#[test]
fn the_environment_is_what_was_named() {
    let mut command = sh("env", 5000);
    command.environment =
        [("ONLY".to_owned(), "this".to_owned()), ("PATH".to_owned(), "/usr/bin:/bin".to_owned())].into();
    let output = run(&command, &Cancel::default()).output;
    assert!(output.contains("ONLY=this") && !output.contains("HOME="), "{output}");
}

#[test]
fn programs_run_side_by_side_and_end_in_order() {
    let start = Instant::now();
    let commands = (0..10).map(|index| sh(&format!("sleep 0.3; echo {index}"), 5000)).collect();
    let ended = run_all(commands, 10, &Cancel::default());
    let output: Vec<_> = ended.iter().map(|end| end.output.trim().to_owned()).collect();
    assert_eq!(output, (0..10).map(|index| index.to_string()).collect::<Vec<_>>());
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}
