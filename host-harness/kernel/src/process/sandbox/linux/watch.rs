//! A look at all processes of a sandbox, from outside.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use rustix::param::clock_ticks_per_second;

use crate::process::{Limit, sandbox::Bounds};

/// What a socket may hold unseen, both ways: the kernel's usual maximum.
const SOCKET_BYTES: u64 = 2 * 212_992;

/// What the processes of a tree use together.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Use {
    tasks: u64,
    memory_bytes: u64,
    ticks: u64,
}

/// Whether this kernel tells who is whose child.
pub(super) fn is_possible() -> bool {
    Path::new("/proc/thread-self/children").exists()
}

/// Watches the tree below a process.
pub(super) struct Watch {
    first: u32,
    bounds: Bounds,
}

impl Watch {
    /// How often it is worth a look.
    pub const EVERY: Duration = Duration::from_millis(20);

    /// Watches the first process of a sandbox and all below it.
    pub fn new(first: u32, bounds: Bounds) -> Self {
        Self { first, bounds }
    }

    /// The bound that they exceed together, among those that are to be looked at.
    pub fn exceeded(&self, looked_at: impl Fn(Limit) -> bool) -> Option<Limit> {
        let used = self.used();
        let seconds = used.ticks / clock_ticks_per_second();
        let over = [
            (Limit::Memory, used.memory_bytes > self.bounds.memory_bytes),
            (Limit::Processes, used.tasks > self.bounds.processes),
            (Limit::CpuTime, seconds >= self.bounds.cpu_seconds),
        ];
        over.into_iter().find(|(limit, is_over)| *is_over && looked_at(*limit)).map(|(limit, _)| limit)
    }

    fn used(&self) -> Use {
        let mut used = Use { memory_bytes: sockets(self.first) * SOCKET_BYTES, ..Use::default() };
        let mut left = vec![self.first];
        while let Some(process) = left.pop() {
            let folder = PathBuf::from(format!("/proc/{process}"));
            let tasks = fs::read_dir(folder.join("task")).into_iter().flatten().filter_map(Result::ok);
            for task in tasks {
                used.tasks += 1;
                let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
                left.extend(children.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
            }
            used.memory_bytes += memory(&folder.join("status"));
            used.ticks += ticks(&folder.join("stat"));
        }
        // The first process is ours.
        used.tasks = used.tasks.saturating_sub(1);
        used
    }
}

/// What a process holds that is no file's content.
fn memory(status: &Path) -> u64 {
    let text = fs::read_to_string(status).unwrap_or_default();
    let kib = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    let names = ["RssAnon:", "RssShmem:", "VmPTE:", "VmSwap:"];
    names.into_iter().filter_map(kib).sum::<u64>() * 1024
}

/// Processor time of a process and of the children that it buried.
fn ticks(stat: &Path) -> u64 {
    let text = fs::read_to_string(stat).unwrap_or_default();
    let Some((_, rest)) = text.rsplit_once(')') else { return 0 };
    // The fields after the name begin with the third.
    rest.split_whitespace().skip(11).take(4).filter_map(|field| field.parse::<u64>().ok()).sum()
}

/// The sockets in the network namespace of a process.
fn sockets(process: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{process}/net/sockstat")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("sockets: used "));
    line.and_then(|count| count.trim().parse().ok()).unwrap_or(0)
}
