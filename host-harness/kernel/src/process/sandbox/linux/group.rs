//! Control groups: where one can be made, the kernel itself counts memory and processes.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{
    mounts::{self, Mounted},
    tell,
};
use crate::process::{Limit, sandbox::Bounds};

const PREFIX: &str = "code-assist-";
/// The dead leave their group a moment after they are gone.
const LEAVING: Duration = Duration::from_millis(1);
const LEAVING_TRIES: u32 = 200;

/// What counts the memory of all processes together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Counting {
    /// The kernel, all of it.
    Kernel,
    /// A look at the processes, which sees what they have mapped.
    Look,
}

/// What a kind of group is told, and where it tells that a limit was met.
struct Controller {
    name: &'static str,
    limit: &'static str,
    /// Further files, which not every kernel has.
    besides: &'static [(&'static str, &'static str)],
    events: &'static str,
    event: &'static str,
    means: Limit,
}

/// The present form of the two controllers, and the one before it.
const MEMORY: [Controller; 2] = [
    Controller {
        name: "memory",
        limit: "memory.max",
        besides: &[("memory.swap.max", "0"), ("memory.oom.group", "1")],
        events: "memory.events",
        event: "oom_kill",
        means: Limit::Memory,
    },
    Controller {
        name: "memory",
        limit: "memory.limit_in_bytes",
        besides: &[("memory.swappiness", "0")],
        events: "memory.oom_control",
        event: "oom_kill",
        means: Limit::Memory,
    },
];
const PIDS: Controller = Controller {
    name: "pids",
    limit: "pids.max",
    besides: &[],
    events: "pids.events",
    event: "max",
    means: Limit::Processes,
};

/// A group for one controller, removed when it is dropped.
pub(super) struct Group {
    folder: PathBuf,
    controller: &'static Controller,
}

/// The groups of a sandbox: none, one or both.
#[derive(Default)]
pub(super) struct Groups(Vec<Group>);

impl Groups {
    /// Makes what can be made. What is written counts as memory for the kernel.
    pub fn make(bounds: &Bounds) -> Self {
        let Ok(mounted) = mounts::read() else { return Self::default() };
        let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let memory = bounds.memory_bytes.saturating_add(bounds.disk_bytes);
        let wanted = [
            (&MEMORY[0], "cgroup2", memory),
            (&MEMORY[1], "cgroup", memory),
            (&PIDS, "cgroup2", bounds.processes + 1),
            (&PIDS, "cgroup", bounds.processes + 1),
        ];
        let mut groups: Vec<Group> = Vec::new();
        for (controller, kind, limit) in wanted {
            if groups.iter().all(|group| group.controller.name != controller.name) {
                let places = places(controller, kind, &mounted, &own);
                groups.extend(places.iter().find_map(|place| Group::make(place, controller, limit)));
            }
        }
        Self(groups)
    }

    /// Puts a process into all of them; without that they are none.
    pub fn take(mut self, process: u32) -> Self {
        self.0.retain(|group| tell(group.folder.join("cgroup.procs"), &process.to_string()).is_ok());
        self
    }

    /// Whether the kernel counts this.
    pub fn counts(&self, what: Limit) -> bool {
        self.0.iter().any(|group| group.controller.means == what)
    }

    /// What counts memory.
    pub fn counting(&self) -> Counting {
        if self.counts(Limit::Memory) { Counting::Kernel } else { Counting::Look }
    }

    /// The limit that was met.
    pub fn exceeded(&self) -> Option<Limit> {
        self.0.iter().find(|group| group.is_exceeded()).map(|group| group.controller.means)
    }
}

impl Group {
    fn make(place: &Path, controller: &'static Controller, limit: u64) -> Option<Self> {
        clear(place);
        let folder = place.join(format!("{PREFIX}{}", std::process::id()));
        match fs::create_dir(&folder) {
            Ok(()) => {}
            // The other controller's, in the same place.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(_) => return None,
        }
        let group = Self { folder, controller };
        tell(group.folder.join(controller.limit), &limit.to_string()).ok()?;
        for (name, value) in controller.besides {
            let _ = tell(group.folder.join(name), value);
        }
        Some(group)
    }

    fn is_exceeded(&self) -> bool {
        let text = fs::read_to_string(self.folder.join(self.controller.events)).unwrap_or_default();
        let mut lines = text.lines().filter_map(|line| line.split_once(' '));
        lines.any(|(name, count)| name == self.controller.event && count != "0")
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        for _ in 0..LEAVING_TRIES {
            match fs::remove_dir(&self.folder) {
                Err(error) if error.kind() == io::ErrorKind::ResourceBusy => std::thread::sleep(LEAVING),
                _ => return,
            }
        }
    }
}

/// Removes the groups of holders that are gone.
fn clear(place: &Path) {
    let entries = fs::read_dir(place).into_iter().flatten().filter_map(Result::ok);
    for entry in entries {
        let name = entry.file_name();
        let holder = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        if holder.is_some_and(|holder| !Path::new("/proc").join(holder).exists()) {
            // One that is in use again can't be removed.
            let _ = fs::remove_dir(entry.path());
        }
    }
}

/// Where a group for a controller may be made: below our own or beside it.
fn places(controller: &Controller, kind: &str, mounted: &[Mounted], own: &str) -> Vec<PathBuf> {
    let is_v2 = kind == "cgroup2";
    let names = |options: &str| is_v2 || options.split(',').any(|option| option == controller.name);
    let Some(mounted) = mounted.iter().find(|one| one.kind == kind && names(&one.options)) else {
        return Vec::new();
    };
    // `number:controllers:path`, without controllers in the present form.
    let mut lines = own.lines().filter_map(|line| line.split_once(':')?.1.split_once(':'));
    let is_it = |names: &str| {
        if is_v2 { names.is_empty() } else { names.split(',').any(|name| name == controller.name) }
    };
    let Some((_, path)) = lines.find(|(names, _)| is_it(names)) else { return Vec::new() };
    let Some(folder) = mounted.locate(Path::new(path)) else { return Vec::new() };
    let beside = folder.parent().filter(|beside| beside.starts_with(&mounted.place)).map(Path::to_owned);
    std::iter::once(folder).chain(beside).collect()
}
