//! Nothing is left, however it ends.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use agent_contract::check::CheckOutcome;

use crate::place::Place;

crate::tests![
    a_daemon_does_not_outlive_the_check,
    a_signal_and_an_exit_code_are_told,
    nothing_is_left_when_the_check_ends,
    nothing_is_left_when_the_runner_is_killed,
    nothing_is_left_when_the_holder_is_killed,
    the_first_process_can_not_be_killed_from_inside,
];

fn a_daemon_does_not_outlive_the_check() {
    let word = word("301");
    let start = Instant::now();
    let ended = Place::new()
        .sh(&format!("setsid sh -c 'trap \"\" TERM HUP; sleep {word}' >/dev/null 2>&1 & echo begun"));
    assert_eq!((ended.outcome, ended.output.as_str()), (CheckOutcome::Passed, "begun\n"));
    assert!(start.elapsed() < Duration::from_secs(10));
    assert!(living(&word).is_empty());
}

fn a_signal_and_an_exit_code_are_told() {
    let place = Place::new();
    assert_eq!(place.sh("exit 3").exit_code, Some(3));
    let ended = place.sh("kill -9 $$");
    assert_eq!((ended.exit_code, ended.signal), (None, Some(9)));
}

fn nothing_is_left_when_the_check_ends() {
    let place = Place::new();
    let before = fs::read_to_string("/proc/self/mountinfo").unwrap();
    let word = word("302");
    place.sh(&format!("sleep {word} & mkdir /tmp/x; echo x > /tmp/x/y"));
    assert_eq!(fs::read_to_string("/proc/self/mountinfo").unwrap(), before);
    assert!(living(&word).is_empty());
    // What another test's killed holder left is cleared away by the next.
    let start = Instant::now();
    while !groups().is_empty() {
        assert!(start.elapsed() < Duration::from_secs(10), "{:?}", groups());
        place.sh("true");
    }
    assert_eq!(fs::read_dir(place.work()).unwrap().count(), 0);
}

fn nothing_is_left_when_the_runner_is_killed() {
    let (mut runner, place, word) = a_runner("303");
    runner.kill().unwrap();
    runner.wait().unwrap();
    assert_gone(&word);
    // What it staged is cleared away by the next.
    drop(place.stage());
    assert_eq!(fs::read_dir(place.work()).unwrap().count(), 0);
}

fn nothing_is_left_when_the_holder_is_killed() {
    let (mut runner, _place, word) = a_runner("304");
    let children = fs::read_to_string(format!("/proc/{0}/task/{0}/children", runner.id())).unwrap();
    let kill = Command::new("kill").arg("-9").args(children.split_whitespace()).status().unwrap();
    assert!(kill.success(), "{children}");
    assert_gone(&word);
    runner.wait().unwrap();
}

fn the_first_process_can_not_be_killed_from_inside() {
    let ended = Place::new().sh("kill -9 1; kill -STOP 1; kill -TERM 1; sleep 0.1; echo here");
    assert_eq!((ended.outcome, ended.output.as_str()), (CheckOutcome::Passed, "here\n"));
}

/// Runs a sleeping check in a process of its own, as a Runner would.
fn a_runner(seconds: &str) -> (Child, Place, String) {
    let (place, word) = (Place::new(), word(seconds));
    let program = std::env::current_exe().unwrap();
    let mut command = Command::new(program);
    command.args(["be-a-runner", &word]).arg(place.checkout()).arg(place.work()).stdout(Stdio::piped());
    let mut runner = command.spawn().unwrap();
    let start = Instant::now();
    while living(&word).len() < 3 {
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", living(&word));
        std::thread::sleep(Duration::from_millis(5));
    }
    let mut line = String::new();
    BufReader::new(runner.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (runner, place, word)
}

/// What `a_runner` starts.
pub fn be_a_runner() -> ! {
    use kernel::{
        Workspace,
        process::{Place as Where, Sandbox, sandbox::Backend},
    };
    let argv: Vec<_> = std::env::args().collect();
    let place = Place::new();
    let workspace = Workspace::open(argv[3].as_ref(), &policy::config::Limits::default()).unwrap();
    let staged = workspace.stage(argv[4].as_ref()).unwrap();
    let mut command = place.command(&staged, &["sh", "-c", &format!("sleep {} & wait", argv[2])]);
    command.place = Where::Sandboxed(Sandbox::new(&staged, &place.config, Backend::Native).unwrap());
    println!("begun");
    crate::place::held(&command);
    std::process::exit(0)
}

fn assert_gone(word: &str) {
    let start = Instant::now();
    while !living(word).is_empty() {
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", living(word));
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A number of seconds that no other process sleeps for.
fn word(seconds: &str) -> String {
    format!("{seconds}.{}", std::process::id())
}

/// The processes that have a word in their command line, but for this one.
fn living(word: &str) -> Vec<String> {
    let entries = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let pids = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let pids = pids.filter(|pid| pid.bytes().all(|byte| byte.is_ascii_digit()));
    let has = |pid: &String| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let own = pid == &std::process::id().to_string();
        !own && String::from_utf8_lossy(&line).contains(word)
            && !String::from_utf8_lossy(&line).contains("be-a-runner")
    };
    pids.filter(has).collect()
}

/// The control groups that this process's holders left.
fn groups() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut left = vec![PathBuf::from("/sys/fs/cgroup")];
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let name = entry.file_name();
            let holder = name.to_str().and_then(|name| name.strip_prefix("code-assist-"));
            match holder {
                // One whose holder lives is another test's.
                Some(holder) if !PathBuf::from("/proc").join(holder).exists() => found.push(entry.path()),
                Some(_) => {}
                None if is_folder => left.push(entry.path()),
                None => {}
            }
        }
    }
    found
}
