//! The first process in the new namespaces. When it ends the kernel ends all the others
//! and takes the mounts away.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    io::{self, Write as _},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use nix::sched::{CloneFlags, unshare};
use rustix::process::{
    DumpableBehavior, Signal, set_dumpable_behavior, set_parent_process_death_signal, setsid,
};
use serde::de::DeserializeOwned;

use super::{
    Held, Word, bounds, bubblewrap, calls,
    group::Counting,
    kept::{self, Kept},
    lacking, loopback, powers,
    powers::Fence,
    program,
    view::{self, Seen},
};
use crate::process::{
    sandbox::{Backend, MISSING, Sandbox},
    tree::Tree,
};

/// Builds the sandbox, runs the command in it and says how it ended. Without a command it
/// is tried whether everything holds.
pub(in crate::process) fn run(argv: &[OsString]) -> bool {
    let Some(sandbox) = begin() else { return false };
    let outside = argv.first().and_then(|name| program::outside(name));
    let built = match sandbox.backend {
        Backend::Native => build(&sandbox),
        Backend::Bubblewrap => bubblewrap::build(&sandbox),
    };
    let (environment, kept) = match built {
        Ok(Ready { parts, environment, kept }) => {
            say(&Word::Ready(parts));
            (environment, kept)
        }
        Err(fault) => return say(&Word::Refused { part: fault.part.to_owned(), error: fault.error }),
    };
    let Some((name, arguments)) = argv.split_first() else {
        return say(&Word::Ended { exit_code: Some(0), signal: None });
    };
    let before = kept.map(Kept::look);
    match start(name, arguments, &environment) {
        Ok(leader) => {
            let (exit_code, signal) = Tree::of(&leader).wait(leader);
            if let Some(before) = before.filter(|_| exit_code.is_some()) {
                say(&Word::Wrote(kept::wrote(before)));
            }
            say(&Word::Ended { exit_code, signal })
        }
        Err(error) => say(&Word::Unrunnable(program::reason(&error, outside.as_deref()))),
    }
}

/// Waits for the holder's word. Whoever loses their holder ends at once.
fn begin() -> Option<Sandbox> {
    set_parent_process_death_signal(Some(Signal::KILL)).ok()?;
    // Nothing to read: the holder went before the signal was set.
    let sandbox = hear().ok()?;
    bounds::first_to_go();
    // What runs inside may neither look into this process nor open its descriptors.
    set_dumpable_behavior(DumpableBehavior::NotDumpable).ok()?;
    let _ = setsid();
    Some(sandbox)
}

/// Hears what the holder says, in a line.
pub(super) fn hear<T: DeserializeOwned>() -> io::Result<T> {
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(serde_json::from_str(&line)?)
}

/// A sandbox in which a command can be run.
pub(super) struct Ready {
    /// The parts that hold, or don't.
    pub parts: Vec<String>,
    /// What the command sees of the environment.
    pub environment: BTreeMap<OsString, OsString>,
    /// What is needed to note what it writes.
    pub kept: Option<Kept>,
}

fn build(sandbox: &Sandbox) -> Held<Ready> {
    unshare(CloneFlags::CLONE_NEWNS).map_err(lacking("mount namespace", "enter one"))?;
    let mut parts = vec!["mount namespace".to_owned()];
    rustix::system::sethostname(b"sandbox").map_err(lacking("UTS namespace", "name the machine"))?;
    parts.push(part("loopback only", loopback::raise()));
    let Seen { writable, kept, parts: seen } = view::enter(sandbox)?;
    parts.push("own root".to_owned());
    parts.extend(seen);
    let environment = program::environment(sandbox);
    // The holder puts this process into its control groups meanwhile. Their namespace begins
    // where it is by then.
    let counting = hear().map_err(lacking("limits", "hear how they are kept"))?;
    parts.push(part("control group namespace", unshare(CloneFlags::CLONE_NEWCGROUP)));
    parts.extend(lock(sandbox, &writable, kept.as_ref(), counting)?);
    Ok(Ready { parts, environment, kept })
}

fn part<E: std::fmt::Display>(name: &str, done: Result<(), E>) -> String {
    done.map_or_else(|error| format!("{MISSING}{name}: {error}"), |()| name.to_owned())
}

/// Takes every power away. What can no longer be done afterwards was done before.
fn lock(
    sandbox: &Sandbox,
    writable: &[PathBuf],
    kept: Option<&Kept>,
    counting: Counting,
) -> Held<Vec<String>> {
    let mut parts = Vec::new();
    bounds::each(&sandbox.bounds).map_err(lacking("limits on processes", "set them"))?;
    powers::give_up().map_err(lacking("no capabilities", "give them up"))?;
    parts.push("no capabilities".to_owned());
    parts.extend(fences(writable, kept, counting));
    Ok(parts)
}

/// What keeps a program from what it sees and from the kernel, besides its having no powers.
pub(super) fn fences(writable: &[PathBuf], kept: Option<&Kept>, counting: Counting) -> [String; 2] {
    let fence = powers::fence(writable, kept);
    let calls = calls::refuse(counting);
    let fence = match fence {
        Ok(Fence::Stands(abi)) => format!("Landlock ABI {abi}"),
        // One of the two is enough where the kernel has no more.
        Ok(Fence::Unknown) if calls.is_ok() => "no Landlock in this kernel".to_owned(),
        Ok(Fence::Unknown) => format!("{MISSING}Landlock: this kernel does not have it"),
        Err(error) => format!("{MISSING}Landlock: {error}"),
    };
    [fence, part("seccomp", calls)]
}

fn start(
    name: &OsStr,
    arguments: &[OsString],
    environment: &BTreeMap<OsString, OsString>,
) -> io::Result<Child> {
    let mut command = Command::new(name);
    command.args(arguments).env_clear().envs(environment);
    command.stdin(Stdio::null()).stdout(io::stderr()).stderr(Stdio::inherit());
    Tree::root(&mut command);
    command.spawn()
}

fn say(word: &Word) -> bool {
    let Ok(mut text) = serde_json::to_vec(word) else { return false };
    text.push(b'\n');
    let mut out = io::stdout();
    out.write_all(&text).and_then(|()| out.flush()).is_ok()
}
