//! The holder's side: it enters the namespaces, starts the first process in them, watches
//! from outside and ends it all.

use std::{
    ffi::OsString,
    io::{self, Read as _, Write as _},
    os::unix::process::CommandExt as _,
    process::{Child, ChildStdout, Command, Stdio},
};

use nix::sched::{CloneFlags, unshare};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::{Pid, PidfdFlags, getgid, getuid, pidfd_open},
    thread::{capabilities, configure_capability_in_ambient_set, set_capabilities},
};
use serde::Serialize;

use super::{Held, Word, group::Groups, lacking, tell, watch::Watch};
use crate::process::{
    Limit,
    hold::{Job, Report},
    sandbox::{MISSING, Sandbox},
    tree::Tree,
};

/// What the first process is called.
const NAME: &str = "code-assist";

const NAMESPACES: [(CloneFlags, &str); 4] = [
    (CloneFlags::CLONE_NEWPID, "PID namespace"),
    (CloneFlags::CLONE_NEWNET, "network namespace"),
    (CloneFlags::CLONE_NEWIPC, "IPC namespace"),
    (CloneFlags::CLONE_NEWUTS, "UTS namespace"),
];

/// Runs a command in a sandbox.
pub(super) fn hold(sandbox: &Sandbox, argv: &[OsString]) -> Report {
    let held = begin(sandbox, argv);
    held.unwrap_or_else(|fault| Report::Refused { part: fault.part.to_owned(), error: fault.error })
}

fn begin(sandbox: &Sandbox, argv: &[OsString]) -> Held<Report> {
    let groups = Groups::make(&sandbox.bounds);
    enter_namespaces()?;
    // Not sooner: the maps of a process that hides itself are root's.
    let _ = Tree::adopt();
    let mut first = start(argv).map_err(lacking("PID namespace", "start a process in it"))?;
    let mut said = Said::of(&mut first);
    // It builds what is seen while it is put into its groups, which takes as long.
    let mut told = say(&mut first, sandbox);
    let groups = groups.take(first.id());
    told = told.and_then(|()| say(&mut first, &groups.counting()));
    let over = match told {
        Ok(()) => watch(&first, &mut said, &groups, sandbox),
        // It is gone already; what it said says why.
        Err(_) => Ok(Over::Gone),
    };
    let _ = first.kill();
    let words = words(&mut first, said);
    match over.map_err(lacking("limits", "watch the processes"))? {
        Over::Exceeded(limit) => Ok(report(words, Some(limit), &groups)),
        Over::Gone => Ok(report(words, groups.exceeded(), &groups)),
        Over::LetGo => Ok(report(words, None, &groups)),
    }
}

fn enter_namespaces() -> Held<()> {
    let (user, group) = (getuid().as_raw(), getgid().as_raw());
    unshare(CloneFlags::CLONE_NEWUSER).map_err(lacking("user namespace", "enter one"))?;
    let map = |id: u32| format!("{id} {id} 1");
    tell("/proc/self/setgroups", "deny")
        .and_then(|()| tell("/proc/self/uid_map", &map(user)))
        .and_then(|()| tell("/proc/self/gid_map", &map(group)))
        .map_err(lacking("user namespace", "say who is who in it"))?;
    for (namespace, name) in NAMESPACES {
        unshare(namespace).map_err(lacking(name, "enter one"))?;
    }
    keep_powers().map_err(lacking("user namespace", "keep its powers"))
}

/// Keeps the powers of this namespace across the start of the next program, also for one
/// who is not root in it.
fn keep_powers() -> io::Result<()> {
    let mut sets = capabilities(None)?;
    sets.inheritable = sets.permitted;
    set_capabilities(None, sets)?;
    for one in sets.permitted.iter() {
        configure_capability_in_ambient_set(one, true)?;
    }
    Ok(())
}

fn start(argv: &[OsString]) -> io::Result<Child> {
    let job = serde_json::to_string(&Job::First)?;
    let mut command = Command::new(std::env::current_exe()?);
    // What runs inside can read this, and is told nothing of where the program lies.
    command.arg0(NAME).args(["hold", "--", &job]).args(argv);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn()
}

/// Says something to the first process, in a line.
pub(super) fn say(first: &mut Child, word: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(word)?;
    line.push(b'\n');
    first.stdin.as_mut().map_or(Ok(()), |hand| hand.write_all(&line))
}

/// What the first process says. It is heard at once, for a pipe holds little; by this thread,
/// for a process that is about to have children in another namespace can have no second one.
pub(super) struct Said {
    /// None once all is said.
    out: Option<ChildStdout>,
    heard: Vec<u8>,
}

impl Said {
    const PIECE_BYTES: usize = 64 * 1024;

    pub fn of(first: &mut Child) -> Self {
        Self { out: first.stdout.take(), heard: Vec::new() }
    }

    /// Hears what is said by now, where something is.
    fn hear(&mut self) {
        let mut piece = vec![0; Self::PIECE_BYTES];
        let count = self.out.as_mut().map_or(Ok(0), |out| out.read(&mut piece));
        match count {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Ok(0) | Err(_) => self.out = None,
            Ok(count) => self.heard.extend_from_slice(&piece[..count]),
        }
    }

    /// All of it, once nobody says any more.
    fn all(mut self) -> String {
        while self.out.is_some() {
            self.hear();
        }
        String::from_utf8_lossy(&self.heard).into_owned()
    }
}

/// Why there is nothing more to watch.
pub(super) enum Over {
    /// The first process is gone.
    Gone,
    /// The Runner let go, or is gone itself.
    LetGo,
    /// The processes used more than they may.
    Exceeded(Limit),
}

/// Watches until the first process is gone, the Runner lets go, or a bound is exceeded.
pub(super) fn watch(first: &Child, said: &mut Said, groups: &Groups, sandbox: &Sandbox) -> io::Result<Over> {
    let watch = Watch::new(first.id(), sandbox.bounds);
    let pid = Pid::from_raw(first.id().cast_signed()).ok_or(io::ErrorKind::InvalidInput)?;
    let (gone, hand) = (pidfd_open(pid, PidfdFlags::empty())?, io::stdin());
    let tick = Timespec::try_from(Watch::EVERY).map_err(io::Error::other)?;
    loop {
        let mut ready = vec![PollFd::new(&gone, PollFlags::IN), PollFd::new(&hand, PollFlags::IN)];
        ready.extend(said.out.as_ref().map(|out| PollFd::new(out, PollFlags::IN)));
        match poll(&mut ready, Some(&tick)) {
            Err(rustix::io::Errno::INTR) => continue,
            polled => polled?,
        };
        let is_ready: Vec<_> = ready.into_iter().map(|one| !one.revents().is_empty()).collect();
        if is_ready.get(2) == Some(&true) {
            said.hear();
        }
        if is_ready[0] {
            return Ok(Over::Gone);
        }
        if is_ready[1] && io::stdin().read(&mut [0; 64]).map_or(true, |count| count == 0) {
            return Ok(Over::LetGo);
        }
        let exceeded = groups.exceeded().or_else(|| watch.exceeded(|limit| !groups.counts(limit)));
        if let Some(limit) = exceeded {
            return Ok(Over::Exceeded(limit));
        }
    }
}

/// What the first process said before it was gone, and with it all the others.
pub(super) fn words(first: &mut Child, said: Said) -> Vec<Word> {
    drop(first.stdin.take());
    let _ = first.wait();
    let text = said.all();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// What came of it, from what was said and seen.
pub(super) fn report(words: Vec<Word>, exceeded: Option<Limit>, groups: &Groups) -> Report {
    let (mut sandbox, mut end, mut wrote) = (None, (None, None), None);
    for word in words {
        match word {
            Word::Ready(parts) => sandbox = Some(parts),
            Word::Refused { part, error } => return Report::Refused { part, error },
            Word::Unrunnable(error) => return Report::Unavailable { error },
            Word::Wrote(what) => wrote = Some(what),
            Word::Ended { exit_code, signal } => end = (exit_code, signal),
        }
    }
    let began = sandbox.is_some();
    let mut parts = vec!["user namespace".to_owned()];
    parts.extend(NAMESPACES.map(|(_, name)| name.to_owned()));
    parts.extend(sandbox.unwrap_or_default());
    parts.extend(began.then(|| counted(groups)).into_iter().flatten());
    parts.extend((!began).then(|| format!("{MISSING}the rest: it ended before it began")));
    Report::Ended { exit_code: end.0, signal: end.1, whole: true, exceeded, sandbox: parts, wrote }
}

/// How the limits on all processes together were kept.
pub(super) fn counted(groups: &Groups) -> Vec<String> {
    let limits = [
        ("memory limit", Limit::Memory),
        ("process limit", Limit::Processes),
        ("processor time limit", Limit::CpuTime),
    ];
    let part = |(name, limit)| match (groups.counts(limit), super::watch::is_possible()) {
        (true, _) => format!("{name}, control group"),
        (false, true) => format!("{name}, watched"),
        (false, false) => format!("{MISSING}{name}: this kernel does not tell who is whose child"),
    };
    limits.map(part).into()
}
