//! The process that holds the check: its life, its pipes, its program.

use std::{
    fs::{self, OpenOptions},
    io::{Read as _, Write as _},
    thread,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};

use crate::suite::{
    attempt::{Attempt, Marks, Sign, Told, Whose},
    proc,
    scene::Scene,
    seen::Seen,
};

/// What an attempt here ends with, so that one sees that it was left in peace.
pub const OWN_EXIT: i32 = 7;
/// What the holder says to the Runner.
const FORGED: &str = r#"{"ended":{"exit_code":0,"signal":null,"whole":true,"exceeded":null,"sandbox":[]}}"#;
/// What the first process inside says to the holder.
const FORGED_WORD: &str = "{\"ended\":{\"exit_code\":0,\"signal\":null}}\n";

/// The attempts.
pub const ATTEMPTS: &[Attempt] = &[
    Attempt::new("kill-parent", |_| kill_parent(Signal::KILL), Sign::Seen(no_longer_told)).held().text(
        "kills the process that holds it",
        "nothing comes of it: the first process of a namespace can't be killed from within",
    ),
    Attempt::new("terminate-parent", |_| kill_parent(Signal::TERM), Sign::Seen(no_longer_told))
        .held()
        .text("asks the process that holds it to end", "nothing comes of it"),
    Attempt::new("stop-parent", |_| kill_parent(Signal::STOP), Sign::Seen(no_longer_told))
        .text("stops the process that holds it, so that nobody ends the check", "nothing comes of it")
        .not_outside(
            "it waits for the time limit, and the Runner then kills its holder: seen in `kill-parent`",
        ),
    Attempt::new("forge-report", forge, Sign::Seen(|_, seen| seen.passed)).of(Whose::Root).held().text(
        "writes a report of success into every pipe of the process that holds it, kills that, and fails",
        "the pipes can't be reached; the check failed",
    ),
    Attempt::new("forge-by-descriptor", forge_by_descriptor, Sign::Seen(|_, seen| seen.passed))
        .text(
            "writes a report of success to every descriptor that it has, and fails",
            "the report is read from a pipe that it does not have",
        )
        .not_outside("the process that holds a command without a sandbox keeps its pipe to itself, too"),
    Attempt::new("read-parent", read_parent, Sign::Answer)
        .of(Whose::Root)
        .held()
        .text("reads environment, memory map and descriptors of the process that holds it", "not permitted"),
    Attempt::new("read-parent-program", read_parent_program, Sign::Answer).of(Whose::Root).held().text(
        "opens the host's own program by `/proc/<parent>/exe`, past every read-only mount",
        "not permitted",
    ),
    Attempt::new("overwrite-own-program", overwrite_program, Sign::Touched)
        .text(
            "overwrites its own program by `/proc/self/exe`, by way of a descriptor kept across an exec",
            "read-only file system",
        )
        .not_outside(
            "a program that runs can't be written to; the folder that it lies in is `write-shown-folder`",
        ),
];

fn parent() -> Option<Pid> {
    rustix::process::getppid()
}

/// Signals the parent, waits, and ends in a way of its own.
fn kill_parent(signal: Signal) -> Told {
    let told = parent().map_or(Ok(()), |parent| kill_process(parent, signal)).into();
    thread::sleep(Duration::from_millis(200));
    end(&told)
}

fn end(told: &Told) -> ! {
    println!("{}", told.line());
    std::process::exit(OWN_EXIT)
}

fn no_longer_told(_: &Scene, seen: &Seen) -> bool {
    seen.exit_code != Some(OWN_EXIT)
}

fn forge(marks: &Marks) -> Told {
    let mut told = Told::refused("no pipe");
    let Some(holder) = parent() else { end(&told) };
    for descriptor in 0..16 {
        match forge_at(&format!("/proc/{}/fd/{descriptor}", holder.as_raw_nonzero()), marks) {
            Ok(()) => told = Told::Reached,
            Err(error) if told != Told::Reached => told = Told::refused(error),
            Err(_) => {}
        }
    }
    let _ = kill_process(holder, Signal::KILL);
    end(&told)
}

fn forge_by_descriptor(marks: &Marks) -> Told {
    println!();
    for descriptor in 0..64 {
        let _ = forge_at(&format!("/proc/self/fd/{descriptor}"), marks);
    }
    end(&Told::Reached)
}

fn forge_at(path: &str, marks: &Marks) -> std::io::Result<()> {
    let forged = if proc::is_outside(marks) { FORGED } else { FORGED_WORD };
    OpenOptions::new().write(true).open(path)?.write_all(forged.as_bytes())
}

fn read_parent(_: &Marks) -> Told {
    let Some(holder) = parent() else { return Told::absent("a parent") };
    let folder = format!("/proc/{}", holder.as_raw_nonzero());
    let read = |file: &str| fs::read(format!("{folder}/{file}")).map(|bytes| bytes.len());
    let opened = (0..8).map(|number| fs::read_link(format!("{folder}/fd/{number}")).map(|_| 1));
    let opened = opened.reduce(Result::or).unwrap_or(Ok(0));
    let tries = [read("environ"), read("maps"), opened];
    let reached = tries.iter().any(|tried| matches!(tried, Ok(count) if *count > 0));
    let refused = tries.into_iter().find_map(Result::err);
    if reached { Told::Reached } else { Told::refused(refused.map_or("empty".to_owned(), |e| e.to_string())) }
}

fn read_parent_program(_: &Marks) -> Told {
    let Some(holder) = parent() else { return Told::absent("a parent") };
    let opened = fs::File::open(format!("/proc/{}/exe", holder.as_raw_nonzero()));
    opened.and_then(|mut program| program.read_exact(&mut [0; 4])).into()
}

fn overwrite_program(_: &Marks) -> Told {
    let paths = ["/proc/self/exe".to_owned(), format!("/proc/{}/exe", proc::own())];
    let write = |path: &String| OpenOptions::new().write(true).open(path).map(drop);
    paths.iter().map(write).reduce(Result::or).unwrap_or(Ok(())).into()
}
