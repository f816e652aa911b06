//! Using more than is given. Each stops at a few times its limit, so that a sandbox that
//! does not hold costs a failed test and not the machine.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::time::{ClockId, clock_gettime};

use crate::suite::{
    attempt::{Attempt, Marks, Measure, Sign, Told, Whose},
    raw,
};

const CHUNK: usize = 1024 * 1024;
/// How often over its limit each goes.
const TIMES: u64 = 3;
/// The same for processor time, which whoever tests has to wait for.
const TIMES_BURNT: u64 = 2;
/// The same where the end comes by looking now and then, and so a little late.
const TIMES_WATCHED: u64 = 8;
/// What is printed: far more than passes before one looks.
const PRINTED: u64 = 128 * CHUNK as u64;
/// How long what was taken is held, so that one can see it.
const HOLD: Duration = Duration::from_millis(800);
/// What a part of this program does that only takes memory, or only is there.
pub const HOG: &str = "hog";

/// The attempts.
pub const ATTEMPTS: &[Attempt] = &[
    Attempt::new("bomb-forks", forks, Sign::Beyond(Measure::Processes))
        .text("starts three times as many processes as it may", "no more than the limit are ever there"),
    Attempt::new("bomb-forks-detached", forks_detached, Sign::Beyond(Measure::Processes)).text(
        "the same, each in a session of its own and an orphan",
        "no more than the limit are ever there, and all end",
    ),
    Attempt::new("bomb-threads", threads, Sign::Beyond(Measure::Threads))
        .text("starts three times as many threads as it may", "no more than the limit are ever there"),
    Attempt::new("bomb-memory", memory, Sign::Beyond(Measure::Memory))
        .text("fills memory in one process", "ended at the limit"),
    Attempt::new("bomb-memory-tree", memory_tree, Sign::Beyond(Measure::Memory)).text(
        "fills memory in eight processes, none of which goes beyond the limit alone",
        "ended at the limit",
    ),
    Attempt::new("bomb-memory-file", memory_file, Sign::Beyond(Measure::Hidden)).text(
        "fills memory files (`memfd_create`), which count as no process' memory",
        "refused, or ended at the limit",
    ),
    Attempt::new("bomb-memory-shared", memory_shared, Sign::Beyond(Measure::Hidden)).text(
        "fills System V shared memory and lets go of it, which then counts as no process' memory",
        "refused, or ended at the limit",
    ),
    Attempt::new("bomb-pipes", pipes, Sign::Beyond(Measure::Hidden))
        .of(Whose::Root)
        .text("fills pipes, enlarged as far as they go", "bounded by descriptors and the system's own limit"),
    Attempt::new("bomb-disk-one", |marks| one_file(Path::new("large"), marks), Sign::Beyond(Measure::File))
        .text("writes a file that is larger than a file may be", "ended or refused at the limit"),
    Attempt::new("bomb-disk-many", many_files, Sign::Beyond(Measure::Disk))
        .text("writes many files to the workspace, in all more than it may", "no space left"),
    Attempt::new("bomb-disk-spread", spread, Sign::Beyond(Measure::Disk)).text(
        "writes to the workspace, `/tmp`, home and `/dev/shm` by turns, in all more than it may",
        "no space left: they share one limit",
    ),
    Attempt::new("bomb-disk-deleted", deleted, Sign::Beyond(Measure::Disk))
        .text("writes files that it has removed and keeps open", "no space left"),
    Attempt::new("bomb-inodes", inodes, Sign::Beyond(Measure::Files))
        .lacking("`bwrap` sets no limit on the number of files, only on their bytes")
        .text("makes empty files without end", "no space left"),
    Attempt::new("bomb-depth", depth, Sign::Seen(|_, seen| seen.mounts_left))
        .text(
            "makes folders in folders, a thousand deep, each without permission for its owner",
            "all is gone with the sandbox",
        )
        .not_outside("it is about what a sandbox leaves behind"),
    Attempt::new("bomb-output", output, Sign::Beyond(Measure::Output))
        .text("prints without end", "ended at the limit; what is kept is the beginning and the end"),
    Attempt::new("bomb-processor", burn, Sign::Beyond(Measure::Cpu))
        .text("burns two processors in one process", "ended at the limit"),
    Attempt::new("bomb-processor-tree", burn_by_turns, Sign::Beyond(Measure::Cpu))
        .text("burns the processor in short-lived processes, each far below the limit", "ended at the limit"),
];

fn hog(marks: &Marks, what: &str) -> Command {
    let mut hog = Command::new("/proc/self/exe");
    hog.args([HOG, what, &marks.token]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    hog
}

/// Takes what is named and holds it.
pub fn be_hog(what: &str) -> Result<(), std::num::ParseIntError> {
    match what.split_once('-') {
        Some(("memory", bytes)) => drop(fill(bytes.parse()?)),
        Some(("burn", millis)) => burn_for(Duration::from_millis(millis.parse()?)),
        _ => thread::sleep(Duration::from_secs(2)),
    }
    Ok(())
}

fn forks(marks: &Marks) -> Told {
    let count = marks.limits.processes * TIMES;
    let (mut hogs, mut refused) = (Vec::new(), Told::Reached);
    for _ in 0..count {
        match hog(marks, "sleep").spawn() {
            Ok(hog) => hogs.push(hog),
            Err(error) => refused = Told::refused(error),
        }
    }
    thread::sleep(HOLD);
    end(hogs);
    refused
}

fn forks_detached(marks: &Marks) -> Told {
    let count = marks.limits.processes * TIMES;
    let shell = format!(
        "i=0; while [ $i -lt {count} ]; do (setsid sh -c 'sleep 1; :' {} &) ; i=$((i+1)); done; sleep 0.3",
        marks.token
    );
    let run =
        Command::new("/bin/sh").args(["-c", &shell]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    run.map_err(|error| error.to_string())
        .and_then(|status| if status.success() { Ok(()) } else { Err(status.to_string()) })
        .into()
}

fn threads(marks: &Marks) -> Told {
    for _ in 0..marks.limits.processes * TIMES {
        let started =
            thread::Builder::new().stack_size(64 * 1024).spawn(|| thread::sleep(Duration::from_secs(2)));
        if let Err(error) = started {
            thread::sleep(HOLD);
            return Told::refused(error);
        }
    }
    thread::sleep(HOLD);
    Told::Reached
}

fn memory(marks: &Marks) -> Told {
    Told::reached_if(!fill(marks.limits.memory_bytes * TIMES_WATCHED).is_empty())
}

fn memory_tree(marks: &Marks) -> Told {
    let each = format!("memory-{}", marks.limits.memory_bytes * TIMES_WATCHED / 8);
    let hogs: io::Result<Vec<Child>> = (0..8).map(|_| hog(marks, &each).spawn()).collect();
    hogs.map(|mut hogs| hogs.iter_mut().try_for_each(|hog| hog.wait().map(drop))).into()
}

fn fill(bytes: u64) -> Vec<Vec<u8>> {
    let filled = (0..bytes / CHUNK as u64).map(|_| vec![1; CHUNK]).collect();
    thread::sleep(HOLD);
    filled
}

fn memory_file(marks: &Marks) -> Told {
    use rustix::fs::{MemfdFlags, memfd_create};
    let (mut held, mut files) = (0, Vec::new());
    let per_file = marks.limits.file_bytes / 2;
    while held < marks.limits.memory_bytes * TIMES_WATCHED {
        let file = match memfd_create("hidden", MemfdFlags::CLOEXEC) {
            Ok(file) => File::from(file),
            Err(error) => return told(held, &error),
        };
        if let Err(error) = pour(&file, per_file) {
            return told(held, &error);
        }
        held += per_file;
        files.push(file);
    }
    thread::sleep(HOLD);
    told(held, &"enough")
}

fn memory_shared(marks: &Marks) -> Told {
    let count = marks.limits.memory_bytes * TIMES_WATCHED / (16 * 1024 * 1024);
    let (get, control) = (libc::SYS_shmget, libc::SYS_shmctl);
    raw::script(&format!(
        "my ($n, @s) = (0); END {{ print \"attempt-used: \" . $n * 16777216 . \"\\n\"; \
         syscall({control}, $_, 0, 0) for @s; }} \
         for (1..{count}) {{ my $i = call({get}, 0, 16777216, 0600 | 01000); push @s, $i; \
         my $b = room(65536); for my $o (0..255) {{ shmwrite($i, $b, $o * 65536, 65536) or die(\"errno $!\\n\") }} \
         $n++; }} select(undef, undef, undef, 0.3);"
    ))
}

fn pipes(marks: &Marks) -> Told {
    let (mut held, mut pipes) = (0, Vec::new());
    while held < marks.limits.memory_bytes * TIMES_WATCHED {
        match full_pipe() {
            Ok((bytes, pipe)) => {
                held += bytes;
                pipes.push(pipe);
            }
            Err(error) => return told(held, &error),
        }
    }
    thread::sleep(HOLD);
    told(held, &"enough")
}

fn full_pipe() -> io::Result<(u64, (io::PipeReader, File))> {
    let (reader, writer) = io::pipe()?;
    let _ = rustix::pipe::fcntl_setpipe_size(&writer, CHUNK);
    rustix::io::ioctl_fionbio(&writer, true)?;
    let mut writer = File::from(std::os::fd::OwnedFd::from(writer));
    let mut bytes = 0;
    while let Ok(written) = writer.write(&[1; 64 * 1024]) {
        bytes += written as u64;
    }
    Ok((bytes, (reader, writer)))
}

fn one_file(path: &Path, marks: &Marks) -> Told {
    ignore_size_signal();
    let opened = File::create(path);
    let bytes = marks.limits.file_bytes * TIMES;
    let poured = opened.and_then(|file| pour(&file, bytes));
    let held = path.metadata().map_or(0, |metadata| metadata.len());
    let _ = fs::remove_file(path);
    told(held, &poured.map_or_else(|error| error.to_string(), |()| "enough".to_owned()))
}

fn many_files(marks: &Marks) -> Told {
    pour_over(&["."], marks)
}

fn spread(marks: &Marks) -> Told {
    let home = std::env::var("HOME").unwrap_or_default();
    pour_over(&[".", "/tmp", "/dev/shm", &home], marks)
}

/// Files of 256 KiB in these folders by turns, until there are too many or no more are taken.
fn pour_over(folders: &[&str], marks: &Marks) -> Told {
    const EACH: u64 = 256 * 1024;
    let (mut held, mut made, mut last) = (0, Vec::new(), "enough".to_owned());
    let count = marks.limits.disk_bytes * 2 / EACH;
    for index in 0..count {
        let folder = Path::new(folders[index as usize % folders.len()]);
        let path = folder.join(format!("{}-{index}", marks.token));
        let poured = File::create(&path).and_then(|file| pour(&file, EACH));
        made.push(path);
        match poured {
            Ok(()) => held += EACH,
            Err(error) => last = error.to_string(),
        }
    }
    made.iter().for_each(|path| drop(fs::remove_file(path)));
    told(held, &last)
}

fn deleted(marks: &Marks) -> Told {
    let each = marks.limits.file_bytes / 2;
    let (mut held, mut files) = (0, Vec::new());
    while held < marks.limits.disk_bytes * 2 {
        let open = || OpenOptions::new().create_new(true).write(true).open("removed");
        let poured = open().and_then(|file| {
            fs::remove_file("removed")?;
            pour(&file, each).map(|()| file)
        });
        match poured {
            Ok(file) => files.push(file),
            Err(error) => return told(held, &error),
        }
        held += each;
    }
    told(held, &"enough")
}

fn inodes(marks: &Marks) -> Told {
    let start = Instant::now();
    let _ = fs::create_dir("many");
    for count in 0..marks.limits.files + 10_000 {
        if let Err(error) = File::create(format!("many/{count}")) {
            return told(count, &error);
        }
        if start.elapsed() > Duration::from_secs(20) {
            return Told::absent(format!("time for more than {count} files"));
        }
    }
    told(marks.limits.files + 10_000, &"enough")
}

fn depth(_: &Marks) -> Told {
    use std::os::unix::fs::PermissionsExt as _;
    for _ in 0..1000 {
        let made = fs::create_dir("deep").and_then(|()| std::env::set_current_dir("deep"));
        if let Err(error) = made {
            return Told::refused(error);
        }
    }
    fs::set_permissions(".", fs::Permissions::from_mode(0o000)).into()
}

fn output(_: &Marks) -> Told {
    let line = [b'x'; 64 * 1024];
    let (mut left, mut out) = (PRINTED, io::stdout());
    while left > 0 {
        if let Err(error) = out.write_all(&line) {
            return Told::refused(error);
        }
        left = left.saturating_sub(line.len() as u64);
    }
    println!();
    Told::Reached
}

fn burn(marks: &Marks) -> Told {
    let time = Duration::from_secs(marks.limits.cpu_seconds * TIMES_BURNT);
    let other = thread::spawn(move || burn_for(time));
    burn_for(time);
    Told::reached_if(other.join().is_ok())
}

fn burn_by_turns(marks: &Marks) -> Told {
    for _ in 0..marks.limits.cpu_seconds * TIMES_BURNT * 5 {
        if let Err(error) = hog(marks, "burn-200").status() {
            return Told::refused(error);
        }
    }
    Told::Reached
}

/// Burns until this process has used so much of the processors, however busy they are.
fn burn_for(time: Duration) {
    let used = || Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).unwrap_or(time);
    let mut number = 1_u64;
    while used() < time {
        for _ in 0..10_000 {
            number = std::hint::black_box(number.wrapping_mul(31).wrapping_add(7));
        }
    }
}

/// What was taken, for the judge to measure, and why it went no further.
fn told(used: u64, why: &impl std::fmt::Display) -> Told {
    println!("attempt-used: {used}");
    Told::refused(why)
}

fn pour(mut file: &File, bytes: u64) -> io::Result<()> {
    let chunk = vec![1; 64 * 1024];
    let mut left = bytes;
    while left > 0 {
        let count = left.min(chunk.len() as u64) as usize;
        file.write_all(&chunk[..count])?;
        left -= count as u64;
    }
    Ok(())
}

/// A file that is too large is then an error and not the end.
fn ignore_size_signal() {
    let _ = signal_hook::flag::register(libc::SIGXFSZ, std::sync::Arc::default());
}

fn end(hogs: Vec<Child>) {
    for mut hog in hogs {
        let _ = hog.kill();
        let _ = hog.wait();
    }
}
