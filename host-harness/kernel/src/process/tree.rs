//! A program and everything that it starts. On Linux also what detaches itself: it
//! becomes a child of ours, and is known by a mark in its environment.

use std::process::{Child, Command};

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(not(target_os = "linux"))]
use other as system;

/// The variable that marks the processes of one program.
const MARK: &str = "CODE_ASSIST_PROCESS";

/// The processes of one program.
#[derive(Debug)]
pub(super) struct Tree {
    mark: String,
    leader: u32,
}

impl Tree {
    /// Prepares a command for being held.
    pub fn prepare(command: &mut Command) -> Self {
        let mark = uuid::Uuid::now_v7().simple().to_string();
        command.env(MARK, &mark);
        system::prepare(command);
        Self { mark, leader: 0 }
    }

    /// The tree of a program that was started.
    pub fn of(self, child: &Child) -> Self {
        Self { leader: child.id(), ..self }
    }

    /// Ends every process of the tree; says whether none is left.
    pub fn kill(&self) -> bool {
        system::kill(self)
    }

    /// What held the program, and what was missing.
    pub fn held(&self, whole: bool) -> Vec<String> {
        let tree = if whole { "the whole tree ended" } else { "missing: a process outlived its end" };
        [
            "own session",
            "time limit",
            "output limit",
            "named environment",
            tree,
            "missing: namespaces, network isolation, memory and process limits",
        ]
        .map(str::to_owned)
        .into()
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{
        collections::BTreeSet, os::unix::process::CommandExt as _, process::Command, sync::Once,
        time::Duration,
    };

    use rustix::process::{Pid, Signal, WaitOptions, kill_process, kill_process_group, waitpid};

    use super::{MARK, Tree};

    /// Rounds of looking for what is left. Each kills all it sees, so a tree can only
    /// outlast them by forking faster than we look.
    const ROUNDS_MAX: u32 = 50;

    pub fn prepare(command: &mut Command) {
        static ADOPT: Once = Once::new();
        // What detaches itself from its parent becomes our child instead of init's.
        ADOPT.call_once(|| {
            let _ = rustix::process::set_child_subreaper(Some(Pid::INIT));
        });
        #[allow(
            unsafe_code,
            reason = "between fork and exec; both calls are plain system calls that allocate nothing"
        )]
        unsafe {
            command.pre_exec(|| {
                rustix::process::setsid()?;
                rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
                Ok(())
            });
        }
    }

    pub fn kill(tree: &Tree) -> bool {
        let Some(leader) = Pid::from_raw(tree.leader.cast_signed()) else { return true };
        let _ = kill_process_group(leader, Signal::KILL);
        for _ in 0..ROUNDS_MAX {
            let left = members(tree);
            if left.is_empty() {
                return true;
            }
            for pid in left {
                let _ = kill_process(pid, Signal::KILL);
                reap(pid, leader);
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        false
    }

    /// The leader is waited for by its owner; orphans that we adopted, by us.
    fn reap(pid: Pid, leader: Pid) {
        if pid != leader {
            let _ = waitpid(Some(pid), WaitOptions::NOHANG);
        }
    }

    /// The living processes of the tree: of its session, marked, or descending from one of these.
    fn members(tree: &Tree) -> Vec<Pid> {
        let all = processes();
        let own = rustix::process::getpid().as_raw_nonzero().get();
        let mark = format!("{MARK}={}", tree.mark);
        let of_session = |process: &Process| process.session == tree.leader.cast_signed();
        let adopted = |process: &Process| process.parent == own && is_marked(process.pid, &mark);
        let mut found: BTreeSet<i32> = all
            .iter()
            .filter(|process| of_session(process) || adopted(process))
            .map(|process| process.pid)
            .collect();
        found.insert(tree.leader.cast_signed());
        loop {
            let children =
                all.iter().filter(|process| found.contains(&process.parent)).map(|process| process.pid);
            let new: Vec<_> = children.filter(|pid| !found.contains(pid)).collect();
            if new.is_empty() {
                break;
            }
            found.extend(new);
        }
        let alive = all.iter().filter(|process| found.contains(&process.pid) && !is_over(process, tree, own));
        alive.filter_map(|process| Pid::from_raw(process.pid)).collect()
    }

    /// A dead process that somebody else has to bury is none of ours any more.
    fn is_over(process: &Process, tree: &Tree, own: i32) -> bool {
        process.state == 'Z' && (process.parent != own || process.pid == tree.leader.cast_signed())
    }

    struct Process {
        pid: i32,
        state: char,
        parent: i32,
        session: i32,
    }

    fn processes() -> Vec<Process> {
        let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
        entries.filter_map(|entry| process(entry.ok()?.file_name().to_str()?.parse().ok()?)).collect()
    }

    /// `pid (name) state parent group session ...`; the name may hold anything.
    fn process(pid: i32) -> Option<Process> {
        let text = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
        let text = String::from_utf8_lossy(&text).into_owned();
        let (_, rest) = text.rsplit_once(')')?;
        let mut fields = rest.split_whitespace();
        let state = fields.next()?.chars().next()?;
        let parent = fields.next()?.parse().ok()?;
        let session = fields.nth(1)?.parse().ok()?;
        Some(Process { pid, state, parent, session })
    }

    fn is_marked(pid: i32, mark: &str) -> bool {
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
    }
}

#[cfg(not(target_os = "linux"))]
mod other {
    use std::process::Command;

    use super::Tree;

    #[cfg(unix)]
    pub fn prepare(command: &mut Command) {
        use std::os::unix::process::CommandExt as _;
        command.process_group(0);
    }

    #[cfg(not(unix))]
    pub fn prepare(_: &mut Command) {}

    #[cfg(unix)]
    pub fn kill(tree: &Tree) -> bool {
        use rustix::process::{Pid, Signal, kill_process_group};
        let leader = Pid::from_raw(tree.leader.cast_signed());
        leader.is_none_or(|leader| kill_process_group(leader, Signal::KILL).is_ok())
    }

    #[cfg(not(unix))]
    pub fn kill(_: &Tree) -> bool {
        false
    }
}
