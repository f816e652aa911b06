//! Devices and terminals.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    os::unix::fs::{FileTypeExt as _, MetadataExt as _},
};

use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, utimensat};

use crate::suite::{
    attempt::{Attempt, Marks, Sign, Told, Whose},
    raw,
};

/// Devices that every program may use.
const HARMLESS: &[&str] = &["null", "zero", "full", "random", "urandom", "tty", "ptmx"];

/// The attempts.
pub const ATTEMPTS: &[Attempt] = &[
    Attempt::new("terminal-write", terminal, Sign::Heard)
        .text("writes to a terminal of the user by its path", "the terminal is not there"),
    Attempt::new("terminal-insert", insert, Sign::Answer)
        .of(Whose::Root)
        .text("puts input into a terminal as if the user had typed it (`TIOCSTI`)", "not permitted"),
    Attempt::new(
        "terminal-console",
        |_| {
            raw::script(
                "open(my $t, '+<', '/dev/tty') or open($t, '+<', '/dev/console') or die(\"errno $!\\n\");",
            )
        },
        Sign::Answer,
    )
    .of(Whose::Root)
    .text("opens the controlling terminal or the console", "there is none"),
    Attempt::new("terminal-escapes", escapes, Sign::Seen(|_, seen| is_harmful(&seen.output))).text(
        "prints sequences that set titles, fill the clipboard, hide lines and turn the direction of text",
        "the text comes out, the sequences don't",
    ),
    Attempt::new("devices-left", left, Sign::Answer)
        .text("looks for devices beyond the harmless ones", "none is there"),
    Attempt::new("device-times", change_device, Sign::Seen(|_, _| device_was_changed()))
        .of(Whose::Root)
        .lacking("`bwrap` shows devices with the machine's own modes and times, which root may change")
        .text(
            "changes the machine's `/dev/full` (its times, standing for its mode and owner)",
            "read-only file system",
        ),
    Attempt::new("fuse", |_| opened("/dev/fuse"), Sign::Answer)
        .of(Whose::Root)
        .text("opens `/dev/fuse`", "not there"),
    Attempt::new("tunnel", |_| opened("/dev/net/tun"), Sign::Answer)
        .of(Whose::Root)
        .text("opens `/dev/net/tun`", "not there"),
    Attempt::new("kernel-messages", |_| opened("/dev/kmsg"), Sign::Answer)
        .of(Whose::Root)
        .text("opens `/dev/kmsg`", "not there"),
];

fn terminal(marks: &Marks) -> Told {
    let opened = OpenOptions::new().write(true).open(&marks.terminal);
    opened.and_then(|mut terminal| terminal.write_all(marks.token.as_bytes())).into()
}

fn insert(marks: &Marks) -> Told {
    let requests = [0x5412_u64, 0x1_0000_5412];
    let insert = |request: u64| {
        raw::script(&format!(
            "my $c = 'x'; my $t; open($t, '+<', '{}') or open($t, '+<&', 0); call({}, fileno($t), {request}, $c);",
            marks.terminal.display(),
            libc::SYS_ioctl
        ))
    };
    let told = requests.map(insert);
    if told.contains(&Told::Reached) { Told::Reached } else { told[0].clone() }
}

/// Title, clipboard, colour, cursor, an unfinished string, a backspace, a direction.
const SEQUENCES: &str = "\x1b]0;title\x07\x1b]52;c;ZXZpbA==\x07\x1b[31mred\x1b[2J\x1b[H\u{9b}31m\
    \x08\x08\x08\r\u{202e}turned\u{2066}\x1bP+q544e\x1b\\\x1b[6n\x0e\n";

fn escapes(_: &Marks) -> Told {
    print!("{SEQUENCES}");
    eprint!("{SEQUENCES}\x1b]0;unfinished");
    println!();
    Told::Reached
}

fn is_harmful(output: &str) -> bool {
    let turning = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    output.chars().any(|c| (c.is_control() && c != '\n' && c != '\t') || turning(c))
}

fn left(_: &Marks) -> Told {
    let Ok(entries) = fs::read_dir("/dev") else { return Told::refused("no /dev") };
    let devices = entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_block_device() || kind.is_char_device()));
    let names = devices.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let more: Vec<_> = names.filter(|name| !HARMLESS.contains(&name.as_str())).collect();
    println!("{}", more.join(" "));
    Told::reached_if(!more.is_empty())
}

const DEVICE: &str = "/dev/full";
/// A time that no device has by itself.
const MARK: i64 = 1_234_567_890;

fn change_device(_: &Marks) -> Told {
    set_times(MARK).into()
}

/// Looks, and takes the mark away.
fn device_was_changed() -> bool {
    let is_marked = fs::metadata(DEVICE).is_ok_and(|device| device.mtime() == MARK);
    if is_marked {
        let _ = set_times(MARK - 1);
    }
    is_marked
}

fn set_times(seconds: i64) -> rustix::io::Result<()> {
    let time = Timespec { tv_sec: seconds, tv_nsec: 0 };
    let times = Timestamps { last_access: time, last_modification: time };
    utimensat(CWD, DEVICE, &times, AtFlags::empty())
}

fn opened(device: &str) -> Told {
    if fs::metadata("/dev/null").is_err() {
        return Told::absent("/dev/null");
    }
    OpenOptions::new().read(true).open(device).into()
}
