//! A command and everything that it starts, seen from the process that holds it.

use std::{
    process::{Child, Command},
    time::{Duration, Instant},
};

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(not(target_os = "linux"))]
use other as system;

/// How long the dead may take to go. What can't be killed within it is reported.
const END_MAX: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(1);

/// The processes below the holder.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tree {
    leader: u32,
}

impl Tree {
    /// Gives this process a session of its own and makes it the parent of all that
    /// detaches itself below it; says whether the system can do that.
    pub fn adopt() -> bool {
        system::adopt()
    }

    /// Prepares a command for being the root of a tree.
    pub fn root(command: &mut Command) {
        system::root(command);
    }

    /// The tree below a command that was started.
    pub fn of(leader: &Child) -> Self {
        Self { leader: leader.id() }
    }

    /// Kills the session of a holder that is gone. What left the session is lost sight of.
    pub fn kill_orphans(holder: u32) {
        system::kill_session(holder);
    }

    /// Kills all of the tree that can be seen now.
    pub fn kill(self) {
        system::kill_group(self.leader);
        system::kill_below();
    }

    /// Waits for the command, burying what else dies meanwhile; its exit code and its signal.
    pub fn wait(self, leader: Child) -> (Option<i32>, Option<i32>) {
        system::wait(leader)
    }

    /// Kills until nothing is left; says whether that came true.
    pub fn end(self) -> bool {
        let deadline = Instant::now() + END_MAX;
        loop {
            self.kill();
            if system::is_alone() {
                return true;
            }
            if Instant::now() > deadline {
                return false;
            }
            std::thread::sleep(PAUSE);
        }
    }
}

/// Whether nothing is below this process any more.
#[cfg(target_os = "linux")]
pub(super) fn is_alone() -> bool {
    system::is_alone()
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{
        collections::BTreeSet,
        os::unix::process::CommandExt as _,
        process::{Child, Command},
    };

    use rustix::{
        io::Errno,
        process::{
            DumpableBehavior, Pid, Signal, WaitOptions, kill_process, kill_process_group,
            wait as wait_for_any,
        },
    };

    pub fn adopt() -> bool {
        // What is held may not write into the report.
        let _ = rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable);
        rustix::process::setsid().is_ok() && rustix::process::set_child_subreaper(Some(Pid::INIT)).is_ok()
    }

    pub fn root(command: &mut Command) {
        command.process_group(0);
    }

    pub fn wait(leader: Child) -> (Option<i32>, Option<i32>) {
        let leader = Pid::from_raw(leader.id().cast_signed());
        loop {
            match wait_for_any(WaitOptions::empty()) {
                Ok(Some((pid, status))) if Some(pid) == leader => {
                    return (status.exit_status(), status.terminating_signal());
                }
                Ok(_) | Err(Errno::INTR) => {}
                Err(_) => return (None, None),
            }
        }
    }

    /// Buries the dead. Whoever was orphaned below us is our child, so without children
    /// nothing is below us.
    pub fn is_alone() -> bool {
        loop {
            match wait_for_any(WaitOptions::NOHANG) {
                Ok(Some(_)) | Err(Errno::INTR) => {}
                Ok(None) => return false,
                Err(error) => return error == Errno::CHILD,
            }
        }
    }

    pub fn kill_group(leader: u32) {
        let _ = Pid::from_raw(leader.cast_signed()).map(|group| kill_process_group(group, Signal::KILL));
    }

    pub fn kill_below() {
        kill(below(rustix::process::getpid().as_raw_nonzero().get()));
    }

    pub fn kill_session(holder: u32) {
        let session = holder.cast_signed();
        kill(processes().into_iter().filter(|process| process.session == session).collect());
    }

    /// By groups first: a group dies at once, however fast it forks.
    fn kill(found: Vec<Process>) {
        let own = rustix::process::getpgrp().as_raw_nonzero().get();
        let groups: BTreeSet<i32> = found.iter().map(|process| process.group).collect();
        for group in groups.into_iter().filter(|group| *group != own) {
            let _ = Pid::from_raw(group).map(|group| kill_process_group(group, Signal::KILL));
        }
        for process in found {
            let _ = Pid::from_raw(process.pid).map(|pid| kill_process(pid, Signal::KILL));
        }
    }

    struct Process {
        pid: i32,
        parent: i32,
        group: i32,
        session: i32,
    }

    /// All that descends from a process.
    fn below(top: i32) -> Vec<Process> {
        let (mut found, mut left) = (Vec::new(), processes());
        let mut known = BTreeSet::from([top]);
        loop {
            let (new, others): (Vec<_>, Vec<_>) =
                left.into_iter().partition(|process| known.contains(&process.parent));
            if new.is_empty() {
                return found;
            }
            known.extend(new.iter().map(|process| process.pid));
            found.extend(new);
            left = others;
        }
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
        let mut fields = rest.split_whitespace().skip(1);
        let parent = fields.next()?.parse().ok()?;
        let group = fields.next()?.parse().ok()?;
        let session = fields.next()?.parse().ok()?;
        Some(Process { pid, parent, group, session })
    }
}

/// Where the orphans of a tree can't be found, `adopt` says so, and so does the report.
#[cfg(not(target_os = "linux"))]
mod other {
    use std::process::{Child, Command};

    pub fn adopt() -> bool {
        #[cfg(unix)]
        let _ = rustix::process::setsid();
        false
    }

    #[cfg(unix)]
    pub fn root(command: &mut Command) {
        use std::os::unix::process::CommandExt as _;
        command.process_group(0);
    }

    #[cfg(not(unix))]
    pub fn root(_: &mut Command) {}

    pub fn wait(mut leader: Child) -> (Option<i32>, Option<i32>) {
        let Ok(status) = leader.wait() else { return (None, None) };
        #[cfg(unix)]
        let signal = std::os::unix::process::ExitStatusExt::signal(&status);
        #[cfg(not(unix))]
        let signal = None;
        (status.code(), signal)
    }

    pub fn is_alone() -> bool {
        true
    }

    pub fn kill_below() {}

    pub fn kill_session(_: u32) {}

    #[cfg(unix)]
    pub fn kill_group(leader: u32) {
        use rustix::process::{Pid, Signal, kill_process_group};
        let _ = Pid::from_raw(leader.cast_signed()).map(|group| kill_process_group(group, Signal::KILL));
    }

    #[cfg(not(unix))]
    pub fn kill_group(leader: u32) {
        let leader = leader.to_string();
        let _ = Command::new("taskkill").args(["/F", "/T", "/PID", &leader]).status();
    }
}
