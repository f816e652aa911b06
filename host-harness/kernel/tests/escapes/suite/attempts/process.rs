//! Processes of the outside: their memory, their lives, their descriptors.

use std::{process::Command, thread, time::Duration};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use crate::suite::{
    attempt::{Attempt, Marks, Sign, Told, Whose},
    proc, raw,
};

const SEIZE: u32 = 0x4206;

/// The attempts.
pub const ATTEMPTS: &[Attempt] = &[
    Attempt::new("trace-outside", |marks| trace(marks.victim), Sign::Answer).text(
        "attaches to a process of the outside by its number (`ptrace`)",
        "no such process, or not permitted",
    ),
    Attempt::new("trace-parent", |_| trace(parent()), Sign::Answer)
        .of(Whose::Root)
        .held()
        .text("attaches to the process that holds it", "not permitted"),
    Attempt::new("trace-sibling", sibling, Sign::Answer)
        .text("attaches to another process of the same check", "not permitted"),
    Attempt::new("read-memory-by-proc", memory_by_proc, Sign::Secret)
        .text("reads a process' memory by `/proc/<pid>/mem`", "no process of the outside is there"),
    Attempt::new("read-memory-by-call", |marks| read_memory(marks.victim), Sign::Answer)
        .text("reads a process' memory by `process_vm_readv`", "no such process, or not permitted"),
    Attempt::new("take-descriptor", take_descriptor, Sign::Secret)
        .text("takes a process' standard input by `pidfd_getfd`", "no such process, or not permitted"),
    Attempt::new("compare-processes", |marks| compare(marks.victim), Sign::Answer)
        .text("compares kernel objects with another process by `kcmp`", "no such process, or not permitted"),
    Attempt::new("signal-outside", |marks| signal(marks.victim), Sign::Struck)
        .text("signals a process of the outside by its number", "no such process"),
    Attempt::new("signal-guessed", guessed, Sign::Struck)
        .text("signals every number up to 100,000", "only its own processes are met")
        .not_outside("it would signal every process of the machine"),
    Attempt::new("signal-all", all, Sign::Struck)
        .text("signals all that it may (`kill -1`)", "only its own processes are met")
        .not_outside("it would signal every process of the machine"),
    Attempt::new("signal-by-terminal-group", |marks| group(marks.victim), Sign::Struck)
        .text("signals a process group of the outside", "no such group"),
    Attempt::new("limit-others", limit_others, Sign::Answer)
        .text("lowers another process' limits (`prlimit`)", "no such process"),
    Attempt::new("reprioritise-others", |marks| reprioritise(marks.victim), Sign::Answer)
        .text("lowers another process' priority", "no such process"),
];

fn parent() -> i32 {
    rustix::process::getppid().map_or(0, |parent| parent.as_raw_nonzero().get())
}

fn trace(process: i32) -> Told {
    raw::script(&format!("call({}, {SEIZE}, {process}, 0, 0);", libc::SYS_ptrace))
}

fn sibling(_: &Marks) -> Told {
    let mut sleep = match Command::new("/bin/sleep").arg("5").spawn() {
        Ok(sleep) => sleep,
        Err(error) => return Told::absent(format!("sleep: {error}")),
    };
    let told = trace(sleep.id().cast_signed());
    let _ = sleep.kill();
    let _ = sleep.wait();
    told
}

/// Looks for what was planted where the environment of a process lies: high on its stack.
fn memory_by_proc(marks: &Marks) -> Told {
    use std::os::unix::fs::FileExt as _;
    let text = std::fs::read_to_string(format!("/proc/{}/maps", marks.victim));
    let memory = std::fs::File::open(format!("/proc/{}/mem", marks.victim));
    let (text, memory) = match (text, memory) {
        (Ok(text), Ok(memory)) => (text, memory),
        (Err(error), _) | (_, Err(error)) => return Told::refused(error),
    };
    let Some((start, end)) = text.lines().find(|line| line.ends_with("[stack]")).and_then(proc::range) else {
        return Told::refused("no stack");
    };
    let mut bytes = vec![0; usize::try_from(end - start).unwrap_or(0)];
    match memory.read_exact_at(&mut bytes, start) {
        Err(error) => Told::refused(error),
        Ok(()) => Told::reached_if(proc::print_planted(&bytes)),
    }
}

fn read_memory(process: i32) -> Told {
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps")).unwrap_or_default();
    let from = maps.lines().next().and_then(proc::range).map_or(0x1000, |(start, _)| start);
    raw::script(&format!(
        "my $b = room(64); my $l = pack('PQ', $b, 64); my $r = pack('QQ', {from}, 64); \
         call({}, {process}, $l, 1, $r, 1, 0);",
        libc::SYS_process_vm_readv
    ))
}

fn take_descriptor(marks: &Marks) -> Told {
    raw::script(&format!(
        "my $p = call({}, {}, 0); my $d = call({}, $p, 0, 0); open(my $f, '<&=', $d) or die; \
         seek($f, 0, 0); print <$f>;",
        libc::SYS_pidfd_open,
        marks.victim,
        libc::SYS_pidfd_getfd
    ))
}

fn compare(process: i32) -> Told {
    raw::script(&format!("call({}, $$ + 0, {process}, 0, 0, 0);", libc::SYS_kcmp))
}

fn signal(process: i32) -> Told {
    let Some(process) = Pid::from_raw(process) else { return Told::absent("a process") };
    kill_process(process, Signal::URG).into()
}

/// Says that it got there where more than its own few answer; does no harm to whoever is
/// met: unless it was asked for, the signal is ignored.
fn guessed(_: &Marks) -> Told {
    let own = Pid::from_raw(std::process::id().cast_signed());
    let others = (2..100_000).filter_map(Pid::from_raw).filter(|process| Some(*process) != own);
    Told::reached_if(others.filter(|process| kill_process(*process, Signal::URG).is_ok()).count() > 0)
}

fn all(marks: &Marks) -> Told {
    let told = raw::script("kill('URG', -1) or die(\"errno $!\\n\");");
    thread::sleep(Duration::from_millis(20));
    let victim = Pid::from_raw(marks.victim).map(test_kill_process);
    if victim.is_some_and(|met| met.is_ok()) { told } else { Told::refused("nobody of the outside was met") }
}

fn group(process: i32) -> Told {
    let Some(group) = Pid::from_raw(process) else { return Told::absent("a process") };
    rustix::process::kill_process_group(group, Signal::URG).into()
}

fn limit_others(marks: &Marks) -> Told {
    use rustix::process::{Resource, Rlimit, prlimit};
    let limit = Rlimit { current: Some(0), maximum: Some(0) };
    prlimit(Pid::from_raw(marks.victim), Resource::Core, limit).into()
}

fn reprioritise(process: i32) -> Told {
    rustix::process::setpriority_process(Pid::from_raw(process), 19).into()
}
