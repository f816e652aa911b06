//! Real programs, and the ends that they come to.
#![cfg(target_os = "linux")]

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use agent_contract::check::CheckOutcome;
use kernel::{
    Itself,
    process::{Cancel, Command, Ended, Limits, Place, allowed_environment, run, run_all},
};

const WHOLE: &str = "the whole tree ended";

fn itself() -> Itself {
    Itself::new(env!("CARGO_BIN_EXE_code-assist-under-test"))
}

fn sh(script: &str, wall_ms: u64) -> Command {
    Command {
        argv: ["sh", "-c", script].map(str::to_owned).into(),
        place: Place::Bare(PathBuf::from("/")),
        environment: allowed_environment(&[]),
        limits: Limits {
            wall: Duration::from_millis(wall_ms),
            output_bytes: 4096,
            output_bytes_max: 256 * 1024 * 1024,
        },
    }
}

fn ended(script: &str) -> Ended {
    run(&sh(script, 10_000), &itself(), &Cancel::default())
}

fn is_alive(pid: &str) -> bool {
    let pid: u32 = pid.trim().parse().unwrap_or_else(|_| panic!("{pid:?} is no process"));
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    !stat.is_empty() && !stat.contains(") Z")
}

/// A second or so that no other process sleeps for.
fn own_time(seconds: u32) -> String {
    format!("{seconds}.{}", std::process::id())
}

/// Whether processes whose command line holds a word are gone, or soon will be: a
/// signal is on its way for a moment.
fn are_gone(word: &str) -> bool {
    let start = Instant::now();
    while !living(word).is_empty() {
        if start.elapsed() > Duration::from_secs(2) {
            return false;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    true
}

fn living(word: &str) -> Vec<String> {
    let entries = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let pids = entries.filter_map(|entry| entry.file_name().into_string().ok());
    pids.filter(|pid| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains(word)
    })
    .collect()
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
    assert_eq!(run(&missing, &itself(), &Cancel::default()).outcome, CheckOutcome::Unavailable);
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
    let ended =
        run(&sh("trap '' TERM INT; sleep 77 & echo $!; sleep 77", 300), &itself(), &Cancel::default());
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
        "(setsid env -i sh -c 'echo $$; exec sleep 77' &) ; sleep 0.2",
        "(setsid env -i sh -c 'echo $$; exec sleep 77 >/dev/null 2>&1 </dev/null' &) ; sleep 0.2",
        "(setsid sh -c '(setsid sh -c \"echo \\$\\$; trap : TERM HUP INT; while :; do sleep 1; done\" &)' &) ; sleep 0.3",
    ] {
        let start = Instant::now();
        let ended = ended(script);
        assert_eq!(ended.outcome, CheckOutcome::Passed);
        assert!(start.elapsed() < Duration::from_secs(3));
        assert!(!is_alive(&ended.output), "{script}");
        assert!(ended.sandbox.contains(&WHOLE.to_owned()), "{script}: {:?}", ended.sandbox);
    }
}

#[test]
fn what_forks_as_it_is_killed_is_ended_too() {
    let time = own_time(78);
    let ended = ended(&format!(
        "f() {{ while :; do (setsid sleep {time} &) ; done; }}; f & f & f & sleep 0.5; echo on"
    ));
    assert_eq!((ended.outcome, ended.output.as_str()), (CheckOutcome::Passed, "on\n"));
    assert_eq!(living(&time), Vec::<String>::new());
    assert!(ended.sandbox.contains(&WHOLE.to_owned()));
}

#[test]
fn a_command_that_kills_its_holder_ends_too_and_the_result_says_what_that_means() {
    let start = Instant::now();
    let time = own_time(79);
    let ended = ended(&format!("kill -9 $PPID; sleep {time}"));
    assert_eq!((ended.outcome, ended.exit_code), (CheckOutcome::Failed, None));
    assert!(start.elapsed() < Duration::from_secs(3));
    assert!(are_gone(&time));
    assert!(ended.sandbox.iter().any(|held| held.starts_with("missing: a process")));
}

/// Whoever runs as root, and the holder with them, reads and writes whatever it likes.
#[test]
fn a_command_finds_no_hand_of_its_holder() {
    let ended = ended("ls /proc/self/fd | sort -n | head -3 | tr '\\n' ' '; readlink /proc/self/fd/0");
    assert_eq!(ended.output, "0 1 2 /dev/null\n");
}

#[test]
fn no_process_of_ours_is_left_unburied() {
    for _ in 0..20 {
        ended("(setsid true &) ; (true &) ; true");
    }
    let own = std::process::id().to_string();
    let children = std::fs::read_to_string(format!("/proc/{own}/task/{own}/children")).unwrap_or_default();
    let dead = children.split_whitespace().filter(|pid| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.contains(") Z")
    });
    assert_eq!(dead.count(), 0);
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
    assert_eq!(run(&sh("sleep 77", 60_000), &itself(), &cancel).outcome, CheckOutcome::Interrupted);
    assert!(start.elapsed() < Duration::from_secs(2));
    thread.join().unwrap();
}

#[test]
fn the_environment_is_what_was_named() {
    let mut command = sh("env", 5000);
    command.environment =
        [("ONLY".to_owned(), "this".to_owned()), ("PATH".to_owned(), "/usr/bin:/bin".to_owned())].into();
    let output = run(&command, &itself(), &Cancel::default()).output;
    assert!(output.contains("ONLY=this") && !output.contains("HOME="), "{output}");
}

#[test]
fn programs_run_side_by_side_and_end_in_order() {
    let start = Instant::now();
    let commands = (0..10).map(|index| sh(&format!("sleep 0.3; echo {index}"), 5000)).collect();
    let ended = run_all(commands, 10, &itself(), &Cancel::default());
    let output: Vec<_> = ended.iter().map(|end| end.output.trim().to_owned()).collect();
    assert_eq!(output, (0..10).map(|index| index.to_string()).collect::<Vec<_>>());
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}
