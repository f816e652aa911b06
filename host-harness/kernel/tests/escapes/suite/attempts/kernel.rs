//! The system's own doors: calls that few programs need and many faults were found in,
//! and settings of the whole machine.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    os::unix::{fs::PermissionsExt as _, process::ExitStatusExt as _},
    process::{Command, Stdio},
};

use crate::suite::{
    attempt::{Attempt, Marks, Sign, Told, Whose},
    proc, raw,
};

/// The attempts.
pub const ATTEMPTS: &[Attempt] = &[
    Attempt::new("keyring-add", |_| raw::script(&format!("my ($t, $d, $p) = ('user', 'escape', 'x'); call({}, $t, $d, $p, 1, -3);", libc::SYS_add_key)), Sign::Answer)
        .text("adds a key to the session's keyring", "not permitted"),
    Attempt::new("keyring-read", keyring_read, Sign::Secret)
        .text("reads a key that the user keeps in the kernel's keyring", "not permitted"),
    Attempt::new("keyring-request", |_| raw::script(&format!("my ($t, $d, $p) = ('user', 'escape', 'x'); syscall({}, $t, $d, $p, 1, -3); call({}, $t, $d, 0, -3);", libc::SYS_add_key,libc::SYS_request_key)), Sign::Answer)
        .text("asks for a key by its name", "not permitted"),
    Attempt::new("bpf", |_| raw::script(&format!("my $a = pack('LLLL', 2, 4, 8, 1) . room(112); call({}, 0, $a, 128);", libc::SYS_bpf)), Sign::Answer)
        .of(Whose::Root)
        .text("loads a map into the kernel (`bpf`)", "not permitted"),
    Attempt::new("perf", |_| raw::script(&format!("my $a = pack('LLQQQQQ', 1, 128, 0, 0, 0, 0, 1 | 1 << 5 | 1 << 6) . room(88); call({}, $a, 0, -1, -1, 0);", libc::SYS_perf_event_open)), Sign::Answer)
        .text("measures by `perf_event_open`", "not permitted"),
    Attempt::new("userfaultfd", |_| raw::call(libc::SYS_userfaultfd, "1"), Sign::Answer)
        .text("handles its own page faults, a helper of many exploits", "not permitted"),
    Attempt::new("io-uring", |_| raw::script(&format!("my $p = room(120); call({}, 1, $p);", libc::SYS_io_uring_setup)), Sign::Answer)
        .text("makes calls that no filter sees (`io_uring`)", "not permitted"),
    Attempt::new("foreign-calls", foreign, Sign::Answer)
        .text("runs a 32-bit program, whose calls have other numbers", "killed by the filter"),
    Attempt::new("foreign-numbers", |_| raw::call(0x4000_0000 + libc::SYS_getpid, ""), Sign::Answer)
        .text("makes calls by the numbers of x32", "there is no such call")
        .not_outside("few kernels have x32"),
    Attempt::new("personality", |_| raw::call(libc::SYS_personality, "0x0040000"), Sign::Answer)
        .text("switches address randomisation off for its children", "not permitted"),
    Attempt::new("shared-memory", shared_memory, Sign::Secret)
        .text("reads a shared memory segment of another program by its key", "there is none by that key"),
    Attempt::new("message-queues", queues, Sign::Answer)
        .text("looks for shared memory, semaphores and queues of other programs", "there are none"),
    Attempt::new("system-settings", settings, Sign::Answer)
        .of(Whose::Root)
        .text("writes settings of the machine in `/proc/sys` (the values that they have)", "read-only file system"),
    Attempt::new("core-handler", |_| same("/proc/sys/kernel/core_pattern"), Sign::Answer)
        .of(Whose::Root)
        .text("names the program that the kernel runs as root when a process crashes", "read-only file system"),
    Attempt::new("core-dump", core_dump, Sign::Answer)
        .text("crashes with its limit on core files raised: a handler would run outside", "no core is made"),
    Attempt::new("system-request", |_| wrote("/proc/sysrq-trigger", "h"), Sign::Answer)
        .text("writes to `/proc/sysrq-trigger`", "masked or read-only")
        .not_outside("it acts on the whole machine"),
    Attempt::new("kernel-files", kernel_files, Sign::Answer)
        .text("opens for writing whatever of `/proc` belongs to the whole machine", "read-only, masked or not permitted")
        .of(Whose::Root),
    Attempt::new("host-name", host_name, Sign::Answer)
        .of(Whose::Root)
        .text("sets the host's name (the one that it has)", "not permitted"),
    Attempt::new("clock", |marks| apart(marks, || raw::script(&format!("my $t = pack('qq', 1, 0); call({}, 0, $t);", libc::SYS_clock_settime))), Sign::Answer)
        .text("sets the clock", "not permitted")
        .not_outside("it would set the machine's clock"),
    Attempt::new("load-module", |marks| apart(marks, || raw::script(&format!("my ($m, $p) = (room(64), ''); call({}, $m, 64, $p);", libc::SYS_init_module))), Sign::Answer)
        .text("loads a module into the kernel", "not permitted")
        .not_outside("it would change the machine's kernel"),
    Attempt::new("replace-kernel", |marks| apart(marks, || raw::call(libc::SYS_kexec_load, "0, 0, 0, 0")), Sign::Answer)
        .text("puts another kernel in place (`kexec`)", "not permitted")
        .not_outside("it would take a prepared kernel away"),
    Attempt::new("restart", |marks| apart(marks, || raw::call(libc::SYS_reboot, "0xfee1dead, 672274793, 0, 0")), Sign::Answer)
        .text("asks for a restart's settings to be changed (`reboot`)", "not permitted")
        .not_outside("it would change what a key press does to the machine"),
    Attempt::new("swap", |marks| apart(marks, || raw::script(&format!("my $p = '/nowhere'; call({}, $p, 0);", libc::SYS_swapon))), Sign::Answer)
        .text("gives the machine a swap file", "not permitted")
        .not_outside("it would change the machine's memory"),
    Attempt::new("accounting", |marks| apart(marks, || raw::call(libc::SYS_acct, "0")), Sign::Answer)
        .text("switches the machine's accounting of processes", "not permitted")
        .not_outside("it would end the machine's accounting"),
    Attempt::new("quotas", |marks| apart(marks, || raw::call(libc::SYS_quotactl, "0x80000100, 0, 0, 0")), Sign::Answer)
        .text("changes quotas", "not permitted")
        .not_outside("it would write the machine's quotas"),
];

/// Does what would change the machine only where it can't be reached by mistake.
fn apart(marks: &Marks, act: impl FnOnce() -> Told) -> Told {
    if proc::is_outside(marks) { Told::absent("namespaces of its own") } else { act() }
}

fn keyring_read(_: &Marks) -> Told {
    let keyctl = libc::SYS_keyctl;
    raw::script(&format!(
        "my ($t, $d) = ('user', 'planted-key'); my $k = call({keyctl}, 10, -4, $t, $d, 0); \
         my $b = room(256); call({keyctl}, 11, $k, $b, 256); print $b, \"\\n\";"
    ))
}

/// A program for i386 that does nothing but end with 42.
fn foreign(_: &Marks) -> Told {
    if cfg!(not(target_arch = "x86_64")) {
        return Told::absent("a second architecture");
    }
    let code = [0xb8, 1, 0, 0, 0, 0xbb, 42, 0, 0, 0, 0xcd, 0x80];
    let mut program = Vec::from(*b"\x7fELF\x01\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x03\0\x01\0\0\0");
    let words =
        [0x0804_8054_u32, 52, 0, 0, 0x0020_0034, 1, 0, 1, 0, 0x0804_8000, 0x0804_8000, 0x60, 0x60, 5, 0x1000];
    program.extend(words.iter().flat_map(|word| word.to_le_bytes()));
    program.extend(code);
    let made = fs::write("foreign", program)
        .and_then(|()| fs::set_permissions("foreign", fs::Permissions::from_mode(0o755)));
    match made.and_then(|()| Command::new("./foreign").status()) {
        Ok(status) if status.code() == Some(42) => Told::Reached,
        Ok(status) => Told::refused(status),
        Err(error) => Told::refused(error),
    }
}

fn shared_memory(marks: &Marks) -> Told {
    raw::script(&format!(
        "my $i = shmget({}, 0, 0); defined $i or die(\"errno $!\\n\"); shmread($i, my $b, 0, 64) or die(\"errno $!\\n\"); print $b, \"\\n\";",
        marks.shared_memory
    ))
}

fn queues(_: &Marks) -> Told {
    let count = |kind: &str| {
        let text = fs::read_to_string(format!("/proc/sysvipc/{kind}")).unwrap_or_default();
        text.lines().skip(1).count()
    };
    Told::reached_if(["shm", "sem", "msg"].into_iter().map(count).sum::<usize>() > 0)
}

fn settings(_: &Marks) -> Told {
    let settings = ["vm/swappiness", "kernel/panic", "fs/file-max", "vm/overcommit_memory", "kernel/pid_max"];
    settings
        .map(|name| same(&format!("/proc/sys/{name}")))
        .into_iter()
        .reduce(either)
        .unwrap_or(Told::Reached)
}

fn either(one: Told, other: Told) -> Told {
    if one == Told::Reached { one } else { other }
}

/// Writes what stands there already.
fn same(path: &str) -> Told {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => return Told::refused(error),
    };
    wrote(path, &text)
}

fn wrote(path: &str, text: &str) -> Told {
    OpenOptions::new().write(true).open(path).and_then(|mut file| file.write_all(text.as_bytes())).into()
}

fn core_dump(_: &Marks) -> Told {
    // At nought a handler is started all the same; one is what the system takes for "never".
    let limit = rustix::process::getrlimit(rustix::process::Resource::Core);
    if limit.maximum == Some(0) {
        println!("a limit of nought stops no handler");
        return Told::Reached;
    }
    let shell = "ulimit -H -c unlimited; ulimit -c unlimited || ulimit -c $(ulimit -H -c); kill -SEGV $$";
    let mut crash = Command::new("/bin/bash");
    crash.args(["-c", shell]).stdin(Stdio::null()).stderr(Stdio::null());
    match crash.status() {
        Err(error) => Told::absent(format!("bash: {error}")),
        Ok(status) => Told::reached_if(status.core_dumped()),
    }
}

/// Opens without writing.
fn kernel_files(_: &Marks) -> Told {
    let files = [
        "/proc/irq/default_smp_affinity",
        "/proc/mtrr",
        "/proc/sys/kernel/hostname",
        "/proc/pressure/memory",
        "/proc/fs",
        "/proc/bus",
        "/proc/driver",
        "/proc/acpi",
        "/proc/scsi",
        "/proc/timer_list",
        "/proc/sysrq-trigger",
    ];
    let open = |file: &&str| OpenOptions::new().write(true).open(file).map(drop);
    files.iter().map(open).reduce(Result::or).unwrap_or(Ok(())).into()
}

fn host_name(_: &Marks) -> Told {
    let name = rustix::system::uname().nodename().to_bytes().to_vec();
    rustix::system::sethostname(&name).into()
}
