//! Still being there when the check is over.

use std::{
    os::unix::process::CommandExt as _,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use crate::suite::attempt::{Attempt, Marks, Sign, Told};

/// The attempts.
pub const ATTEMPTS: &[Attempt] = &[
    Attempt::new("outlive-detached", detached, Sign::Outlived)
        .text("forks twice, takes a session of its own and closes everything", "it ends with the check"),
    Attempt::new("outlive-holding-output", holding_output, Sign::Outlived).text(
        "leaves a process behind that holds the output open",
        "it ends with the check, and the result comes at once",
    ),
    Attempt::new("outlive-deaf", deaf, Sign::Outlived).text(
        "leaves a process behind that ignores every signal it can, in a process group of its own",
        "it ends with the check",
    ),
    Attempt::new("outlive-forking", forking, Sign::Outlived).text(
        "leaves a chain of processes behind, each of which starts the next and ends",
        "it ends with the check",
    ),
    Attempt::new(crate::suite::run::OVERTIME, overtime, Sign::Outlived)
        .text("leaves a process behind and goes on until its time is over", "both end at the time limit"),
    Attempt::new("outlive-crash", crash, Sign::Outlived)
        .text("leaves a process behind and crashes", "it ends with the check"),
];

/// A shell that names the attempt in its arguments, in a session of its own. It ends by
/// itself in a while, for the machine's sake.
fn shell(script: &str, marks: &Marks) -> Command {
    let mut shell = Command::new("/usr/bin/setsid");
    shell.args(["/bin/sh", "-c", script, &marks.token]).process_group(0);
    shell.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    shell
}

/// What a process left behind does.
const STAY: &str = "i=0; while [ $i -lt 100 ]; do sleep 0.1; i=$((i+1)); done";

fn leave(mut command: Command) -> Told {
    let started = command.spawn().map(drop);
    thread::sleep(Duration::from_millis(30));
    started.into()
}

fn detached(marks: &Marks) -> Told {
    let outer = format!("(setsid sh -c '{STAY}' {} >/dev/null 2>&1 &) &", marks.token);
    leave(shell(&outer, marks))
}

fn holding_output(marks: &Marks) -> Told {
    let mut command = shell(STAY, marks);
    command.stdout(Stdio::inherit()).stderr(Stdio::inherit());
    leave(command)
}

fn deaf(marks: &Marks) -> Told {
    leave(shell(&format!("trap '' HUP INT TERM QUIT USR1 USR2 PIPE ALRM; {STAY}"), marks))
}

fn forking(marks: &Marks) -> Told {
    let step = r#"n=$1; [ "$n" -lt 40 ] && { sleep 0.1; setsid sh -c "$2" "$0" $((n+1)) "$2" & }"#;
    let mut command = shell(step, marks);
    command.args(["0", step]);
    leave(command)
}

fn overtime(marks: &Marks) -> Told {
    let told = leave(shell(STAY, marks));
    thread::sleep(Duration::from_secs(crate::suite::run::SHORT_WALL.as_secs() + 1));
    told
}

fn crash(marks: &Marks) -> Told {
    let told = leave(shell(STAY, marks));
    println!("{}", told.line());
    std::process::abort()
}
