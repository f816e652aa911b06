//! Giving itself more: limits, priorities, powers.

use std::fs;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::suite::{
    attempt::{Attempt, Marks, Sign, Told, Whose},
    raw,
};

/// The attempts.
pub const ATTEMPTS: &[Attempt] = &[
    Attempt::new("raise-limits", raise, Sign::Answer).of(Whose::FullRoot).text(
        "raises its own hard limits, on memory, processes, file size, processor time and open files",
        "not permitted",
    ),
    Attempt::new("raise-priority", |_| rustix::process::setpriority_process(None, -20).into(), Sign::Answer)
        .of(Whose::Root)
        .text("raises its own priority", "not permitted"),
    Attempt::new("raise-scheduling", realtime, Sign::Answer)
        .of(Whose::Root)
        .text("asks for the scheduling of real-time programs", "not permitted"),
    Attempt::new("raise-oom-score", |_| fs::write("/proc/self/oom_score_adj", "-999").into(), Sign::Answer)
        .of(Whose::FullRoot)
        .text("asks the system to end anybody else first when memory is short", "not permitted"),
    Attempt::new("lock-memory", lock, Sign::Answer)
        .of(Whose::Root)
        .text("locks more memory than a plain user may", "refused"),
    Attempt::new("capabilities-left", capabilities, Sign::Answer)
        .of(Whose::Root)
        .text("looks for capabilities that it has or could get", "all five sets are empty"),
    Attempt::new("leave-cgroup", leave_cgroup, Sign::Answer)
        .of(Whose::Root)
        .text("moves itself to the topmost control group", "the files are not there"),
    Attempt::new("change-cgroup", change_cgroup, Sign::Answer)
        .of(Whose::Root)
        .text("makes a control group of its own", "the files are not there"),
];

fn raise(_: &Marks) -> Told {
    let resources =
        [Resource::Data, Resource::Nproc, Resource::Fsize, Resource::Cpu, Resource::Nofile, Resource::Core];
    let raised = resources.map(|resource| {
        let now = getrlimit(resource);
        // Where there is no limit one is set, so that there is one to raise.
        let Some(limit) = now.maximum.or(Some(1 << 40)) else { return Ok(()) };
        if now.maximum.is_none() {
            setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) })?;
        }
        setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit + 1) })
    });
    raised.into_iter().reduce(Result::or).unwrap_or(Ok(())).into()
}

fn realtime(_: &Marks) -> Told {
    raw::call(libc::SYS_sched_setscheduler, "0, 1, pack('l', 1)")
}

fn lock(_: &Marks) -> Told {
    let (map, lock) = (libc::SYS_mmap, libc::SYS_mlock);
    raw::script(&format!(
        "my $s = 64 << 20; my $a = call({map}, 0, $s, 3, 0x22, -1, 0); call({lock}, $a, $s);"
    ))
}

fn capabilities(_: &Marks) -> Told {
    let Ok(status) = fs::read_to_string("/proc/self/status") else {
        return Told::absent("/proc/self/status");
    };
    let sets = status.lines().filter(|line| line.starts_with("Cap"));
    let left: Vec<_> = sets.filter(|set| !set.ends_with("0000000000000000")).collect();
    println!("{}", left.join("\n"));
    Told::reached_if(!left.is_empty())
}

/// The files of both versions of control groups.
const GROUPS: &[&str] =
    &["/sys/fs/cgroup", "/sys/fs/cgroup/memory", "/sys/fs/cgroup/pids", "/sys/fs/cgroup/unified"];

fn leave_cgroup(_: &Marks) -> Told {
    let write = |group: &&str| {
        let path = format!("{group}/cgroup.procs");
        fs::OpenOptions::new()
            .write(true)
            .open(path)
            .and_then(|mut file| std::io::Write::write_all(&mut file, b"0"))
    };
    GROUPS.iter().map(write).reduce(Result::or).unwrap_or(Ok(())).into()
}

fn change_cgroup(marks: &Marks) -> Told {
    let make = |group: &&str| {
        let path = format!("{group}/{}", marks.token);
        fs::create_dir(&path).and_then(|()| fs::remove_dir(&path))
    };
    GROUPS[1..].iter().chain(&GROUPS[..1]).map(make).reduce(Result::or).unwrap_or(Ok(())).into()
}
