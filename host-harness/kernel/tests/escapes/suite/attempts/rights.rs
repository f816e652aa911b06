//! Other users' rights: programs that give theirs away, identities, made devices.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    process::{Command, Stdio},
};

use rustix::fs::{CWD, FileType, Mode, makedev, mknodat};

use crate::suite::{
    attempt::{Attempt, Marks, Sign, Told, Whose},
    raw,
};

/// The attempts.
pub const ATTEMPTS: &[Attempt] = &[
    Attempt::new("setuid-program", setuid_program, Sign::Answer)
        .of(Whose::Plain)
        .text("runs a program that gives root's rights away (setuid)", "it runs with the check's own rights"),
    Attempt::new("capable-program", capable_program, Sign::Secret).of(Whose::Plain).text(
        "runs a program with a file capability to read a file that is root's alone",
        "it runs without the capability",
    ),
    Attempt::new("make-setuid", make_setuid, Sign::Touched)
        .text("leaves a setuid program behind in the workspace", "it is gone with the check"),
    Attempt::new("make-owned", make_owned, Sign::Answer)
        .of(Whose::Root)
        .text("gives a file to another user", "refused: no other user is mapped"),
    Attempt::new("become-other", become_other, Sign::Answer)
        .of(Whose::Root)
        .text("becomes another user", "refused: no other user is mapped"),
    Attempt::new(
        "become-root",
        |_| raw::script("$> = 0; open(my $f, '>>', '/etc/shadow') or die(\"errno $!\\n\");"),
        Sign::Answer,
    )
    .of(Whose::Root)
    .text("becomes root and opens `/etc/shadow` for writing", "not there, or not permitted"),
    Attempt::new("change-groups", |_| raw::call(libc::SYS_setgroups, "0, 0"), Sign::Answer)
        .of(Whose::Root)
        .text("leaves its groups, which may be what keeps a file from it", "not permitted"),
    Attempt::new("make-device", make_device, Sign::Answer)
        .of(Whose::FullRoot)
        .text("makes a device file for the machine's disk and reads it", "not permitted"),
    Attempt::new("lift-restrictions", lift, Sign::Answer)
        .text("runs a program that could gain rights: `no_new_privs` is not set", "it is set, for good"),
];

fn setuid_program(marks: &Marks) -> Told {
    let Some(privileged) = &marks.privileged else { return Told::absent("a prepared program") };
    let own = rustix::process::geteuid().as_raw().to_string();
    match Command::new(&privileged.setuid).arg("-u").stdin(Stdio::null()).output() {
        Err(error) => Told::refused(error),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            println!("{said}");
            Told::reached_if(!said.is_empty() && said != own)
        }
    }
}

fn capable_program(marks: &Marks) -> Told {
    let Some(privileged) = &marks.privileged else { return Told::absent("a prepared program") };
    let run = Command::new(&privileged.capable).arg(&privileged.only_root).stdin(Stdio::null()).status();
    run.map_err(|error| error.to_string())
        .and_then(|status| if status.success() { Ok(()) } else { Err(status.to_string()) })
        .into()
}

fn make_setuid(_: &Marks) -> Told {
    let copied = fs::copy("/usr/bin/id", "left-behind");
    copied.and_then(|_| fs::set_permissions("left-behind", Permissions::from_mode(0o6755))).into()
}

fn make_owned(_: &Marks) -> Told {
    let made = fs::write("given", "");
    made.and_then(|()| std::os::unix::fs::chown("given", Some(12_345), Some(12_345))).into()
}

fn become_other(_: &Marks) -> Told {
    raw::script("$> = 12345; $> == 12345 or die(\"errno $!\\n\");")
}

fn make_device(_: &Marks) -> Told {
    let disk = fs::read_to_string("/proc/partitions").unwrap_or_default();
    let numbers = disk.lines().skip(2).find_map(|line| {
        let mut fields = line.split_whitespace();
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    });
    // Inside, the list may be empty; the first disk of a virtual machine is then tried.
    let (major, minor) = numbers.unwrap_or((254, 0));
    let made = mknodat(CWD, "disk", FileType::BlockDevice, Mode::RUSR, makedev(major, minor));
    let read = made.map_err(std::io::Error::from).and_then(|()| {
        use std::io::Read as _;
        fs::File::open("disk")?.read_exact(&mut [0; 512])
    });
    let _ = fs::remove_file("disk");
    read.into()
}

fn lift(_: &Marks) -> Told {
    match rustix::thread::no_new_privs() {
        Ok(true) => Told::refused(format!("set; own mode {:o}", fs::metadata(".").map_or(0, |m| m.mode()))),
        Ok(false) => Told::Reached,
        Err(error) => Told::absent(error),
    }
}
