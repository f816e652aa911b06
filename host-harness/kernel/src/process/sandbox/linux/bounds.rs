use std::{io, path::Path};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::tell;
use crate::process::sandbox::{Bounds, MISSING};

/// Process numbers that the kernel keeps back once it has counted through them.
const PIDS_KEPT_BACK: u64 = 300;
const OPEN_FILES_MAX: u64 = 4096;
const QUEUE_BYTES_MAX: u64 = 1024 * 1024;
const MAPPED_LOCKED_MAX: u64 = 8 * 1024 * 1024;
/// The first to go where the whole machine runs out of memory.
const FIRST_TO_GO: &str = "1000";

/// Bounds every process of the sandbox; all of them together are watched from outside.
pub(super) fn each(bounds: &Bounds) -> io::Result<()> {
    for (resource, max) in [
        // Not nought: where a handler takes the cores, it would run outside all the same. At
        // one the kernel starts none, and a file of one byte is none.
        (Resource::Core, 1),
        (Resource::Fsize, bounds.file_bytes),
        (Resource::Data, bounds.memory_bytes),
        (Resource::Nofile, OPEN_FILES_MAX),
        (Resource::Nproc, bounds.processes + 1),
        (Resource::Msgqueue, QUEUE_BYTES_MAX),
        (Resource::Memlock, MAPPED_LOCKED_MAX),
        (Resource::Rtprio, 0),
    ] {
        lower(resource, max, max)?;
    }
    // The signal at the soft limit can be ignored, the one a second later can't.
    lower(Resource::Cpu, bounds.cpu_seconds, bounds.cpu_seconds.saturating_add(1))?;
    Ok(())
}

fn lower(resource: Resource, soft: u64, hard: u64) -> io::Result<()> {
    let before = getrlimit(resource);
    let least = |wanted: u64, old: Option<u64>| Some(old.map_or(wanted, |old| old.min(wanted)));
    let hard = least(hard, before.maximum);
    let soft = least(soft, hard);
    Ok(setrlimit(resource, Rlimit { current: soft, maximum: hard })?)
}

/// Settings of the new namespaces, written where their `/proc` is: the number of processes
/// (also for root; kernels before 6.14 have one number for the whole machine and refuse),
/// no further user namespaces, each of which would bring powers back, and what processes
/// share without its being anybody's memory.
pub(super) fn settings(proc: &Path, bounds: &Bounds) -> Vec<String> {
    let set = |name: &str, value: u64| tell(proc.join("sys").join(name), &value.to_string());
    for (name, value) in [("shmall", bounds.memory_bytes / 4096), ("shmmni", 64), ("msgmni", 32)] {
        let _ = set(&format!("kernel/{name}"), value);
    }
    let numbers = set("kernel/pid_max", bounds.processes + PIDS_KEPT_BACK + 1);
    let mut parts: Vec<_> = numbers.ok().map(|()| "process numbers".to_owned()).into_iter().collect();
    parts.push(match set("user/max_user_namespaces", 0) {
        Ok(()) => "no further user namespaces".to_owned(),
        Err(error) => format!("{MISSING}no further user namespaces: {error}"),
    });
    parts
}

/// Lets the kernel take the check first when it runs out of memory.
pub(super) fn first_to_go() {
    let _ = tell("/proc/self/oom_score_adj", FIRST_TO_GO);
}
