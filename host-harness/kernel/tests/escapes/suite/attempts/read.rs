//! Reading what is not shown.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::suite::{
    attempt::{Attempt, Marks, Sign, Told, Whose},
    proc,
    read::print,
};

/// What stands in `/home` inside.
const OWN_HOME: &str = "check";

/// The attempts.
pub const ATTEMPTS: &[Attempt] = &[
    Attempt::new("read-home", |marks| print(&marks.home.join(".ssh/id_ed25519")), Sign::Secret)
        .text("reads a private key in the user's home", "the home is not there"),
    Attempt::new("read-state", |marks| print(&marks.state.join("runs/1/trace.jsonl")), Sign::Secret)
        .text("reads a trace in the Runner's state directory", "the folder is not there"),
    Attempt::new("read-common-temporary", |marks| print(&common(marks)), Sign::Secret)
        .text("reads somebody's file in the common `/tmp`", "its `/tmp` is its own"),
    Attempt::new(
        "read-common-memory",
        |marks| print(&Path::new("/dev/shm").join(format!("{}-secret", marks.token))),
        Sign::Secret,
    )
    .text("reads somebody's shared memory in `/dev/shm`", "its `/dev/shm` is its own"),
    Attempt::new(
        "read-shadow",
        |_| accounts("/etc/shadow"),
        Sign::Seen(|_, seen| seen.output.contains("root:")),
    )
    .of(Whose::Root)
    .text("reads `/etc/shadow`", "the file is not there"),
    Attempt::new(
        "read-accounts",
        |_| accounts("/etc/passwd"),
        Sign::Seen(|_, seen| seen.output.contains("daemon:")),
    )
    .text("reads the machine's accounts", "a made `/etc/passwd` names nobody but the user and nobody"),
    Attempt::new("read-machine", machine, Sign::Seen(|_, seen| machine_is_told(&seen.output)))
        .text("reads the machine's name, id and name servers", "none of them is shown"),
    Attempt::new("read-host-paths", host_paths, Sign::Seen(|scene, seen| scene.is_placed_by(&seen.output)))
        .lacking("the mounts that `bwrap` makes name the folders that they show")
        .text(
            "looks into `/proc/self/mountinfo` and its own folder for where the checkout lies on the machine",
            "no path of the checkout or the staged change is there",
        ),
    Attempt::new(BELOW_SYSTEM[0], below_system, Sign::Secret).text(
        "reads `.git` and a hidden file of a checkout that lies below `/usr`, by their paths on the machine",
        "they are not shown with `/usr`",
    ),
    Attempt::new("read-run-and-var", run_and_var, Sign::Answer).text(
        "lists `/run`, `/var/log`, `/root`, `/home` and `/mnt`",
        "none of them is shown, or it is empty",
    ),
    Attempt::new("read-sys", |_| listed("/sys/class/net"), Sign::Answer)
        .text("lists the machine's devices in `/sys`", "there is no `/sys`"),
    Attempt::new("read-own-environment", |_| planted_in(Path::new("/proc/self/environ")), Sign::Secret).text(
        "prints its own environment, where the Runner's holds a secret",
        "only named variables are there",
    ),
    Attempt::new("read-others-environment", |marks| scan("environ", marks), Sign::Secret)
        .text("prints `environ` of every process, the Runner's too", "no process of the outside is there"),
    Attempt::new("read-others-arguments", |marks| scan("cmdline", marks), Sign::Secret)
        .text("prints `cmdline` of every process", "no process of the outside is there"),
    Attempt::new("read-others-descriptors", |marks| scan("fd/0", marks), Sign::Secret).text(
        "reads the standard input of every process",
        "no process of the outside is there; the first one's is refused",
    ),
    Attempt::new(
        "read-system-log",
        |_| crate::suite::raw::call(libc::SYS_syslog, "3, room(4096), 4096"),
        Sign::Answer,
    )
    .of(Whose::Root)
    .text("reads the kernel's log by `syslog(2)`", "not permitted"),
    Attempt::new("read-kernel-memory", |_| kernel_memory(), Sign::Answer).of(Whose::Root).text(
        "reads `/proc/kcore`, `/proc/kpageflags`, `/proc/kallsyms` addresses and `/dev/mem`",
        "not there, masked or not permitted",
    ),
    Attempt::new("read-by-handle", by_handle, Sign::Answer)
        .of(Whose::Root)
        .text("opens a file by its handle, past every mount (`open_by_handle_at`)", "not permitted"),
    Attempt::new("watch-outside", watch, Sign::Answer)
        .text("watches a file outside by inotify", "the file is not there"),
];

fn common(marks: &Marks) -> PathBuf {
    Path::new("/tmp").join(format!("{}-secret", marks.token))
}

fn machine(_: &Marks) -> Told {
    let hostname = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    println!("hostname:{}", hostname.trim());
    let _ = print(Path::new("/etc/machine-id"));
    print(Path::new("/etc/resolv.conf"))
}

/// Whether the machine's name, which is asked for here, or its name servers stand there.
fn machine_is_told(output: &str) -> bool {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let id = fs::read_to_string("/etc/machine-id").unwrap_or_default();
    let has_id = !id.trim().is_empty() && output.contains(id.trim());
    output.contains(&format!("hostname:{name}\n")) || output.contains("nameserver") || has_id
}

/// Attempts whose scenes root sets below `/usr`.
pub const BELOW_SYSTEM: [&str; 2] = ["read-below-system", "unix-system"];

fn below_system(marks: &Marks) -> Told {
    let places = [marks.checkout.join(".git/config"), marks.checkout.join("hidden.env")];
    places.map(|place| print(&place)).into_iter().reduce(either).unwrap_or(Told::Reached)
}

fn host_paths(_: &Marks) -> Told {
    println!("{}", std::env::current_dir().unwrap_or_default().display());
    print(Path::new("/proc/self/mountinfo"))
}

fn run_and_var(_: &Marks) -> Told {
    let folders = ["/run", "/var/log", "/root", "/home", "/mnt"];
    folders
        .into_iter()
        .map(listed)
        .find(|told| *told == Told::Reached)
        .unwrap_or(Told::refused("nothing there"))
}

fn listed(folder: &str) -> Told {
    match fs::read_dir(folder) {
        Err(error) => Told::refused(error),
        Ok(entries) => Told::reached_if(entries.flatten().any(|entry| entry.file_name() != OWN_HOME)),
    }
}

/// Looks through a file of every process. Outside, where they are not ours, of two that are.
fn scan(file: &str, marks: &Marks) -> Told {
    let parent = rustix::process::getppid().map_or(0, |parent| parent.as_raw_nonzero().get());
    let seen = if proc::is_outside(marks) { vec![parent, marks.victim] } else { proc::pids() };
    let own = std::process::id().cast_signed();
    let others = seen.into_iter().filter(|process| *process != own);
    let told = others.map(|process| planted_in(&PathBuf::from(format!("/proc/{process}/{file}"))));
    told.reduce(either).unwrap_or(Told::refused("no other process"))
}

fn planted_in(path: &Path) -> Told {
    match crate::suite::read::bytes(path) {
        Err(error) => Told::refused(error),
        Ok(bytes) => Told::reached_if(proc::print_planted(&bytes)),
    }
}

fn either(one: Told, other: Told) -> Told {
    if one == Told::Reached { one } else { other }
}

/// Prints the names of a list of accounts, and nothing else of it.
fn accounts(path: &str) -> Told {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => return Told::refused(error),
    };
    text.lines().filter_map(|line| line.split_once(':')).for_each(|(name, _)| println!("{name}:"));
    Told::Reached
}

fn kernel_memory() -> Told {
    let text = fs::read_to_string("/proc/kallsyms").unwrap_or_default();
    if text.lines().any(|line| !line.starts_with("0000000000000000")) {
        return Told::Reached;
    }
    use std::io::Read as _;
    let files = ["/proc/kcore", "/proc/kpageflags", "/proc/kpagecount", "/dev/mem", "/dev/kmem"];
    let open = |file: &str| fs::File::open(file).and_then(|mut file| file.read_exact(&mut [0; 8]));
    files.into_iter().map(open).reduce(Result::or).unwrap_or(Ok(())).into()
}

/// A handle is good for the whole file system, whatever part of it is mounted.
fn by_handle(marks: &Marks) -> Told {
    let (named, opened) = (libc::SYS_name_to_handle_at, libc::SYS_open_by_handle_at);
    let folder = marks.cache.display();
    crate::suite::raw::script(&format!(
        "my ($p, $h, $m) = ('{folder}', pack('Ll', 128, 0) . room(128), pack('l', 0)); \
         call({named}, -100, $p, $h, $m, 0); open(my $d, '<', $p) or die('errno ' . $! . \"\\n\"); \
         call({opened}, fileno($d), $h, 0);"
    ))
}

fn watch(marks: &Marks) -> Told {
    use rustix::fs::inotify::{CreateFlags, WatchFlags, add_watch, init};
    let watching = init(CreateFlags::CLOEXEC);
    watching.and_then(|queue| add_watch(&queue, marks.outside.join("file"), WatchFlags::ALL_EVENTS)).into()
}
