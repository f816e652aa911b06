//! The real checkout, its links and its `.git`.

use std::{
    fs::{self, File, OpenOptions, Permissions},
    io::Write as _,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use rustix::fs::{CWD, RenameFlags};

use crate::suite::attempt::{Attempt, Marks, Sign, Told};

const RACE: Duration = Duration::from_millis(300);

/// The attempts.
pub const ATTEMPTS: &[Attempt] = &[
    Attempt::new("change-checkout", change_everything, Sign::Touched).text(
        "writes to, changes modes of, renames and removes every file of the workspace",
        "the real checkout keeps its bytes, modes, times and link counts",
    ),
    Attempt::new("write-hard-linked", hard_linked, Sign::Touched).text(
        "writes to a file of the checkout that has a second name outside",
        "only the check's own copy of it changes",
    ),
    Attempt::new("map-shared", map_descriptor, Sign::Touched).text(
        "keeps a descriptor from before the first change and writes through it by `/proc/self/fd`",
        "only the check's own copy of it changes",
    ),
    Attempt::new("link-race", link_race, Sign::Touched).text(
        "swaps a file for a link to the outside, again and again, while writing to it",
        "whichever is met, nothing outside changes",
    ),
    Attempt::new("exchange-race", exchange_race, Sign::Touched).text(
        "exchanges a folder with a link to the outside, again and again, while writing into it",
        "whichever is met, nothing outside changes",
    ),
    Attempt::new("hard-link-race", hard_link_race, Sign::Touched).text(
        "makes and removes hard links to the checkout's files while writing to them",
        "link counts and bytes of the real ones stay",
    ),
    Attempt::new("checkout-by-path", by_path, Sign::Touched)
        .text("writes into the real checkout by its path on the machine", "the path is not there"),
    Attempt::new("git-hooks", git_hooks, Sign::Touched)
        .text("writes a hook into `.git/hooks`", "the real one is not there; an empty `.git` is read-only"),
    Attempt::new("git-configuration", git_configuration, Sign::Touched).text(
        "names a program as `core.fsmonitor` in `.git/config`",
        "the real one is not there; an empty `.git` is read-only",
    ),
    Attempt::new("git-removed", git_removed, Sign::Touched)
        .text("moves `.git` away and removes what is in it", "the real one stays"),
    Attempt::new(
        "read-git-configuration",
        |_| crate::suite::read::print(Path::new(".git/config")),
        Sign::Secret,
    )
    .text("reads the credential in the real `.git/config`", "the real one is not there"),
    Attempt::new("read-hidden", |_| crate::suite::read::print(Path::new("hidden.env")), Sign::Secret)
        .text("reads a file of the checkout that is to be hidden", "something empty stands there"),
];

fn change_everything(_: &Marks) -> Told {
    for entry in ["src/main.rs", "program", "linked"] {
        let mut changes = vec![fs::set_permissions(entry, Permissions::from_mode(0o777))];
        changes.push(fs::write(entry, "changed"));
        changes.push(fs::rename(entry, format!("{entry}-moved")));
        if let Some(error) = changes.into_iter().find_map(Result::err) {
            return Told::refused(error);
        }
    }
    fs::remove_dir_all("src").into()
}

fn hard_linked(_: &Marks) -> Told {
    let opened = OpenOptions::new().append(true).open("linked");
    opened.and_then(|mut file| file.write_all(b"changed")).into()
}

fn map_descriptor(_: &Marks) -> Told {
    use std::os::fd::AsRawFd as _;
    let Ok(before) = File::open("src/main.rs") else { return Told::absent("src/main.rs") };
    let path = format!("/proc/self/fd/{}", before.as_raw_fd());
    let opened = OpenOptions::new().write(true).open(path);
    opened.and_then(|mut file| file.write_all(b"changed")).into()
}

fn link_race(marks: &Marks) -> Told {
    let target = marks.outside.join("file");
    race(
        || {
            let _ = fs::remove_file("racing");
            let _ = fs::write("racing", "");
            let _ = fs::remove_file("racing");
            let _ = symlink(&target, "racing");
        },
        || fs::write("racing", "changed").is_ok() && fs::read_to_string(&target).is_ok(),
    )
}

fn exchange_race(marks: &Marks) -> Told {
    let _ = fs::create_dir("racing");
    let _ = symlink(&marks.outside, "leading-out");
    race(
        || {
            let _ = rustix::fs::renameat_with(CWD, "racing", CWD, "leading-out", RenameFlags::EXCHANGE);
        },
        || fs::write("racing/written", "changed").is_ok() && marks.outside.join("written").exists(),
    )
}

fn hard_link_race(_: &Marks) -> Told {
    race(
        || {
            let _ = fs::hard_link("program", "alias");
            let _ = fs::remove_file("alias");
        },
        || fs::write("alias", "changed").is_ok(),
    )
}

/// Does two things against each other for a while; reached where the second came about once.
fn race(swap: impl Fn() + Sync, mut strike: impl FnMut() -> bool) -> Told {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                swap();
            }
        });
        let start = Instant::now();
        let mut struck = false;
        while start.elapsed() < RACE {
            struck |= strike();
        }
        over.store(true, Ordering::Relaxed);
        Told::reached_if(struck)
    })
}

fn by_path(marks: &Marks) -> Told {
    fs::write(marks.checkout.join("src/main.rs"), "changed").into()
}

fn git_hooks(_: &Marks) -> Told {
    fs::write(".git/hooks/post-checkout", "#!/bin/sh\ntouch /tmp/hooked\n").into()
}

fn git_configuration(_: &Marks) -> Told {
    let opened = OpenOptions::new().create(true).append(true).open(".git/config");
    opened.and_then(|mut file| file.write_all(b"[core]\n\tfsmonitor = ./program\n")).into()
}

fn git_removed(_: &Marks) -> Told {
    let renamed = fs::rename(".git", "git-moved");
    renamed.or_else(|_| fs::remove_dir_all(".git")).into()
}
