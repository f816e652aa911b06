//! The second way to a sandbox: the program `bwrap` makes the namespaces and what is seen,
//! where this program may not, and this program runs inside as the first process, without
//! any power. There it fills the workspace, sets limits and filters, and runs the command.
//!
//! Without powers there is no overlay: the workspace is a copy, in the one small file
//! system of all that is written.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, PipeReader, PipeWriter, Read as _, Write as _},
    os::{
        fd::AsRawFd as _,
        unix::fs::{PermissionsExt as _, symlink},
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use rustix::{
    event::{PollFd, PollFlags, poll},
    fd::OwnedFd,
    process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal},
    thread::{CapabilitySets, capabilities, set_no_new_privs},
};

use super::{
    Fault, Held, bounds,
    enter::{self, Over, Said},
    etc,
    first::{self, Ready},
    group::Groups,
    kept::Kept,
    lacking, program, view,
};
use crate::{
    process::{
        hold::{Job, Report},
        sandbox::{Access, HOME, MISSING, SYSTEM, Sandbox, WORKSPACE},
    },
    workspace::stage,
};

/// Where the program may lie.
const PROGRAMS: [&str; 3] = ["/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap"];
/// The file system of all that is written, inside.
const OWN: &str = "/own";
/// What lies there, and who may write to it.
const OWN_PLACES: [(&str, &str); 4] = [("work", "0755"), ("tmp", "1777"), ("home", "0700"), ("shm", "1777")];
/// The checkout, inside, read-only.
const LOWER: &str = "/lower";
/// The change of the run, inside.
const STAGED: &str = "/staged";
/// This program, inside.
const ITSELF: &str = "/hold";
/// What is made ready for `bwrap` beside the change of the run.
const READY: &str = "bubblewrap";
const EMPTY: &str = "empty";
const NOTHING: &str = "nothing";

/// Runs a command in a sandbox that `bwrap` makes.
pub(super) fn hold(sandbox: &Sandbox, argv: &[OsString]) -> Report {
    let held = begin(sandbox, argv);
    held.unwrap_or_else(|fault| Report::Refused { part: fault.part.to_owned(), error: fault.error })
}

fn begin(sandbox: &Sandbox, argv: &[OsString]) -> Held<Report> {
    let program = PROGRAMS.iter().map(Path::new).find(|program| program.exists());
    let program =
        program.ok_or_else(|| Fault { part: "bubblewrap", error: "it is not installed".to_owned() })?;
    let ready = make_ready(sandbox).map_err(lacking("bubblewrap", "make ready what it shows"))?;
    let _ = crate::process::tree::Tree::adopt();
    let groups = Groups::make(&sandbox.bounds);
    let started =
        start(program, &arguments(sandbox, &ready), argv).map_err(lacking("bubblewrap", "start it"))?;
    run_to_end(sandbox, started, groups)
}

fn run_to_end(sandbox: &Sandbox, (mut outer, info): (Child, PipeReader), groups: Groups) -> Held<Report> {
    let mut said = Said::of(&mut outer);
    let Some(first) = started(info) else {
        let _ = outer.kill();
        let _ = outer.wait();
        return Err(Fault {
            part: "bubblewrap",
            error: "it made no sandbox; what it printed says why".to_owned(),
        });
    };
    let handle =
        pidfd_open(first, PidfdFlags::empty()).map_err(lacking("bubblewrap", "watch what it started"))?;
    let groups = groups.take(first.as_raw_nonzero().get().cast_unsigned());
    let told = enter::say(&mut outer, sandbox);
    let over = match told.and_then(|()| enter::say(&mut outer, &groups.counting())) {
        Ok(()) => enter::watch(&outer, &mut said, &groups, sandbox),
        Err(_) => Ok(Over::Gone),
    };
    end(&handle);
    let words = enter::words(&mut outer, said);
    let exceeded = match over.map_err(lacking("limits", "watch the processes"))? {
        Over::Exceeded(limit) => Some(limit),
        Over::Gone => groups.exceeded(),
        Over::LetGo => None,
    };
    Ok(enter::report(words, exceeded, &groups))
}

/// Ends the first process, and waits until it is gone: then all the others are.
fn end(first: &OwnedFd) {
    let _ = pidfd_send_signal(first, Signal::KILL);
    while poll(&mut [PollFd::new(first, PollFlags::IN)], None).is_err() {}
}

/// What `bwrap` says about what it started, seen from here.
fn started(mut said: PipeReader) -> Option<Pid> {
    let mut text = String::new();
    said.read_to_string(&mut text).ok()?;
    let told: serde_json::Value = serde_json::from_str(&text).ok()?;
    Pid::from_raw(i32::try_from(told.get("child-pid")?.as_i64()?).ok()?)
}

fn start(program: &Path, arguments: &[OsString], argv: &[OsString]) -> io::Result<(Child, PipeReader)> {
    let (said, says) = io::pipe()?;
    hand_on(&says)?;
    let mut command = Command::new(program);
    command.args(arguments).arg("--info-fd").arg(says.as_raw_fd().to_string());
    command.args(["--", ITSELF, "hold", "--", &serde_json::to_string(&Job::First)?]).args(argv);
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn()?;
    Ok((child, said))
}

fn hand_on(pipe: &PipeWriter) -> io::Result<()> {
    Ok(rustix::io::fcntl_setfd(pipe, rustix::io::FdFlags::empty())?)
}

/// Makes what is shown and not there yet: an `/etc`, and something empty to hide with.
fn make_ready(sandbox: &Sandbox) -> io::Result<(PathBuf, Vec<PathBuf>)> {
    let ready = sandbox.staged.join(READY);
    fs::create_dir_all(ready.join(EMPTY))?;
    fs::write(ready.join(NOTHING), "")?;
    let etc = ready.join("etc");
    fs::create_dir_all(&etc)?;
    let folders = etc::fill(&etc)?;
    Ok((ready, folders))
}

/// The view, in the words of `bwrap`.
struct Words(Vec<OsString>);

impl Words {
    fn say<const COUNT: usize>(&mut self, words: [&str; COUNT]) {
        self.0.extend(words.map(OsString::from));
    }

    fn show(&mut self, outside: &Path, inside: &Path) {
        self.0.extend(["--ro-bind".into(), outside.into(), inside.into()]);
    }
}

fn arguments(sandbox: &Sandbox, (ready, etc): &(PathBuf, Vec<PathBuf>)) -> Vec<OsString> {
    let mut words = Words(Vec::new());
    words.say(["--unshare-all", "--unshare-user", "--disable-userns", "--hostname", "sandbox"]);
    words.say(["--die-with-parent", "--new-session", "--as-pid-1", "--cap-drop", "ALL"]);
    system(&mut words, ready, etc);
    own_places(&mut words, sandbox);
    devices(&mut words);
    processes(&mut words, ready);
    shown(&mut words, sandbox);
    workspace(&mut words, sandbox, ready);
    words.say(["--remount-ro", "/", "--chdir", "/"]);
    words.0
}

fn system(words: &mut Words, ready: &Path, etc: &[PathBuf]) {
    for name in SYSTEM {
        let outside = Path::new("/").join(name);
        match fs::read_link(&outside) {
            Ok(target) => words.0.extend(["--symlink".into(), target.into(), outside.into()]),
            Err(_) if outside.is_dir() => words.show(&outside, &outside),
            Err(_) => {}
        }
    }
    words.show(&ready.join("etc"), Path::new("/etc"));
    for folder in etc.iter().map(|folder| Path::new("/etc").join(folder)) {
        words.show(&folder, &folder);
    }
    if let Ok(program) = std::env::current_exe() {
        words.show(&program, Path::new(ITSELF));
    }
}

/// One file system holds them all, so that one limit does.
fn own_places(words: &mut Words, sandbox: &Sandbox) {
    let bytes = sandbox.bounds.disk_bytes.to_string();
    words.say(["--perms", "0755", "--size", &bytes, "--tmpfs", OWN]);
    for (name, mode) in OWN_PLACES {
        words.say(["--perms", mode, "--dir", &format!("{OWN}/{name}")]);
    }
    words.say(["--symlink", "own/tmp", "/tmp", "--symlink", "own/work", WORKSPACE]);
    words.say(["--dir", "/home", "--symlink", "../own/home", HOME]);
}

fn devices(words: &mut Words) {
    words.say(["--tmpfs", "/dev", "--symlink", "../own/shm", "/dev/shm"]);
    for device in view::DEVICES.iter().map(|name| format!("/dev/{name}")) {
        words.say(["--dev-bind", &device, &device]);
    }
    for (name, target) in [("fd", "/proc/self/fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")]
    {
        words.say(["--symlink", target, &format!("/dev/{name}")]);
    }
    words.say(["--remount-ro", "/dev"]);
}

fn processes(words: &mut Words, ready: &Path) {
    words.say(["--proc", "/proc"]);
    for (cover, names) in [(NOTHING, view::SECRET_FILES), (EMPTY, view::SECRET_FOLDERS)] {
        for place in names.iter().map(|name| Path::new("/proc").join(name)).filter(|place| place.exists()) {
            words.show(&ready.join(cover), &place);
        }
    }
    words.show(Path::new("/proc/sys"), Path::new("/proc/sys"));
}

fn shown(words: &mut Words, sandbox: &Sandbox) {
    let bytes = sandbox.bounds.disk_bytes.to_string();
    for shown in &sandbox.shown {
        match shown.access {
            Access::Read | Access::Overlaid => words.show(&shown.path, &shown.path),
            Access::Empty => words.say(["--size", &bytes, "--tmpfs", &shown.path.to_string_lossy()]),
        }
    }
}

/// The checkout without what is hidden, and the change, for the first process to copy.
fn workspace(words: &mut Words, sandbox: &Sandbox, ready: &Path) {
    let is_shown = |place: &Path| {
        let mut system = SYSTEM.iter().map(|name| Path::new("/").join(name));
        let mut shown = sandbox.shown.iter().map(|shown| &shown.path);
        system.any(|one| place.starts_with(one)) || shown.any(|one| place != one && place.starts_with(one))
    };
    for place in [&sandbox.checkout, &sandbox.staged].into_iter().filter(|place| is_shown(place)) {
        words.show(&ready.join(EMPTY), place);
    }
    words.show(&sandbox.checkout, Path::new(LOWER));
    for path in sandbox.hidden.iter().map(String::as_str).chain([".git"]) {
        let Ok(metadata) = sandbox.checkout.join(path).symlink_metadata() else { continue };
        let cover = if metadata.is_dir() { EMPTY } else { NOTHING };
        // A link leads nowhere inside, and is not copied.
        if !metadata.is_symlink() {
            words.show(&ready.join(cover), &Path::new(LOWER).join(path));
        }
    }
    words.show(&sandbox.staged, Path::new(STAGED));
}

/// What the first process does inside: the rest that `bwrap` does not.
pub(super) fn build(sandbox: &Sandbox) -> Held<Ready> {
    let mut parts = ["mount namespace", "control group namespace", "loopback only", "own root"]
        .map(str::to_owned)
        .to_vec();
    parts.push("no further user namespaces".to_owned());
    let writable = fill(sandbox).map_err(lacking("workspace", "copy the checkout"))?;
    parts.push("workspace: a copy, checkout read-only".to_owned());
    parts.push("own /proc".to_owned());
    let overlaid = sandbox.shown.iter().any(|shown| shown.access == Access::Overlaid);
    parts.extend(overlaid.then(|| format!("{MISSING}caches that seem writable")));
    // A bound socket is the real one, read-only or not, and `bwrap` 0.8 makes no overlays.
    parts.push(format!("{MISSING}sockets of the machine's folders out of reach"));
    // Read-only they could not be opened as devices: `bwrap` knows no way to have both.
    let is_root = rustix::process::getuid().is_root();
    parts.extend(is_root.then(|| format!("{MISSING}devices whose modes root can't change")));
    let environment = program::environment(sandbox);
    let kept = Kept::of_copy(sandbox, &Path::new(OWN).join("work"), Path::new(STAGED));
    let kept = kept.map_err(lacking("workspace", "note what is written"))?;
    let counting = first::hear().map_err(lacking("limits", "hear how they are kept"))?;
    bounds::each(&sandbox.bounds).map_err(lacking("limits on processes", "set them"))?;
    has_no_powers().map_err(lacking("no capabilities", "give them up"))?;
    parts.push("no capabilities".to_owned());
    parts.extend(first::fences(&writable, kept.as_ref(), counting));
    Ok(Ready { parts, environment, kept })
}

fn has_no_powers() -> io::Result<()> {
    set_no_new_privs(true)?;
    let CapabilitySets { effective, permitted, inheritable } = capabilities(None)?;
    match (effective | permitted | inheritable).is_empty() {
        true => Ok(()),
        false => Err(io::Error::other("`bwrap` left some")),
    }
}

/// Fills the workspace; gives what can be written to.
fn fill(sandbox: &Sandbox) -> io::Result<Vec<PathBuf>> {
    let own = Path::new(OWN);
    let work = own.join("work");
    let left_out =
        sandbox.hidden.iter().map(PathBuf::from).chain([PathBuf::from(".git")]).collect::<Vec<_>>();
    copy(Path::new(LOWER), &work, Path::new(""), &left_out)?;
    for file in stage::read(Path::new(STAGED))? {
        lay(&file, &work)?;
    }
    for path in &sandbox.hidden {
        hide(Path::new(LOWER), &work, path)?;
    }
    std::env::set_current_dir(WORKSPACE)?;
    let empty = sandbox.shown.iter().filter(|shown| shown.access == Access::Empty);
    let places = OWN_PLACES.map(|(name, _)| own.join(name));
    Ok(places.into_iter().chain(empty.map(|shown| shown.path.clone())).collect())
}

/// Copies files, folders and links; of sockets and the like a copy would be another thing.
fn copy(from: &Path, to: &Path, path: &Path, left_out: &[PathBuf]) -> io::Result<()> {
    for entry in fs::read_dir(from.join(path))? {
        let entry = entry?;
        let path = path.join(entry.file_name());
        let (kind, place) = (entry.file_type()?, to.join(&path));
        if left_out.contains(&path) {
            continue;
        }
        if kind.is_dir() {
            fs::create_dir(&place)?;
            copy(from, to, &path, left_out)?;
            fs::set_permissions(&place, entry.metadata()?.permissions())?;
        } else if kind.is_symlink() {
            symlink(fs::read_link(entry.path())?, place)?;
        } else if kind.is_file() {
            fs::copy(entry.path(), place)?;
        }
    }
    Ok(())
}

/// Lays one file of the change. A link that stands in the way gives way to a folder.
fn lay(file: &stage::StagedFile, work: &Path) -> io::Result<()> {
    let place = work.join(&file.path);
    let Some(content) = &file.content else { return remove(&place) };
    let above: Vec<_> = place.ancestors().skip(1).take_while(|folder| *folder != work).collect();
    for folder in above.into_iter().rev() {
        if !folder.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()) {
            remove(folder)?;
            fs::create_dir(folder)?;
        }
    }
    remove(&place)?;
    let mut to = File::create_new(&place)?;
    to.write_all(&fs::read(Path::new(STAGED).join(content))?)?;
    fs::set_permissions(&place, fs::Permissions::from_mode(if file.executable { 0o755 } else { 0o644 }))
}

fn remove(place: &Path) -> io::Result<()> {
    match place.symlink_metadata() {
        Err(_) => Ok(()),
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(place),
        Ok(_) => fs::remove_file(place),
    }
}

/// Puts something empty where something is hidden.
fn hide(lower: &Path, work: &Path, path: &str) -> io::Result<()> {
    let Ok(metadata) = lower.join(path).symlink_metadata() else { return Ok(()) };
    let place = work.join(path);
    remove(&place)?;
    if metadata.is_dir() { fs::create_dir(place) } else { File::create_new(place).map(drop) }
}
