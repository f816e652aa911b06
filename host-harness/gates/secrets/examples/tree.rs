//! Looks through a folder with two threads and tells how long that took.
//!
//!     cargo run --release --example tree -- FOLDER [RULE-FILE]... [--show]

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use secrets::{Leak, Options, RuleFile, Rules, Scanner, Worker, masked};

const THREADS: usize = 2;

fn main() {
    let started = Instant::now();
    let (flags, names): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|word| word.starts_with("--"));
    let (folder, files) = names.split_first().expect("a folder");
    let texts: Vec<String> = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    let files: Vec<_> = files.iter().zip(&texts).map(|(name, text)| RuleFile { name, text }).collect();
    let rules = if files.is_empty() { Rules::built_in() } else { Rules::load(&files) };
    let scanner = Scanner::new(Arc::new(rules.unwrap()), Options::default());
    let loaded = started.elapsed();
    let mut paths = Vec::new();
    gather(Path::new(folder), &mut paths);
    let walked = started.elapsed();
    let (next, bytes, found) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let mut worker = scanner.worker();
                let mut buffer = Vec::new();
                while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let leaks = look(&scanner, &mut worker, path, &mut buffer, &bytes);
                    found.lock().unwrap().extend(leaks.into_iter().map(|leak| (path.clone(), leak)));
                }
            });
        }
    });
    let mut found = found.into_inner().unwrap();
    found.sort_by(|one, other| (&one.0, one.1.bytes.start).cmp(&(&other.0, other.1.bytes.start)));
    if flags.iter().any(|flag| flag == "--show") {
        found.iter().for_each(|(path, leak)| show(&scanner, path, leak));
    }
    let (files, bytes, leaks) = (paths.len(), bytes.into_inner(), found.len());
    println!(
        "{files} files, {bytes} bytes, {leaks} secrets; rules {loaded:?}, walk {walked:?}, all {:?}",
        started.elapsed()
    );
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().filter(|line| line.starts_with("VmHWM")).for_each(|line| println!("{line}"));
}

fn show(scanner: &Scanner, path: &Path, leak: &Leak) {
    let (rule, line) = (&scanner.rule(leak).id, leak.span.line);
    println!("{}:{line}: {rule} {} {:?}", path.display(), masked(&leak.secret), leak.encoding);
}

fn look(
    scanner: &Scanner,
    worker: &mut Worker,
    path: &Path,
    buffer: &mut Vec<u8>,
    bytes: &AtomicUsize,
) -> Vec<Leak> {
    let mut file = fs::File::open(path).unwrap();
    let name = path.to_str();
    buffer.clear();
    file.by_ref().take(1 << 20).read_to_end(buffer).unwrap();
    bytes.fetch_add(buffer.len(), Ordering::Relaxed);
    if buffer.len() < 1 << 20 {
        return scanner.leaks(worker, name, buffer).unwrap();
    }
    let mut stream = scanner.stream(worker, name);
    while !buffer.is_empty() {
        stream.feed(buffer).unwrap();
        buffer.clear();
        file.by_ref().take(64 << 10).read_to_end(buffer).unwrap();
        bytes.fetch_add(buffer.len(), Ordering::Relaxed);
    }
    stream.finish().unwrap()
}

fn gather(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            gather(&entry.path(), paths);
        } else if kind.is_file() {
            paths.push(entry.path());
        }
    }
}
