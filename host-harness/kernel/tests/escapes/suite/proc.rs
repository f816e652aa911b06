//! `/proc`, as both sides look at it.

use std::fs;

use super::attempt::Marks;

/// What every planted secret begins with.
pub const PLANTED: &str = "planted-";

/// The processes that can be seen.
pub fn pids() -> Vec<i32> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// This process' own number.
pub fn own() -> u32 {
    std::process::id()
}

/// The name of the process namespace that this process is in.
pub fn pid_namespace() -> Option<String> {
    Some(fs::read_link("/proc/self/ns/pid").ok()?.display().to_string())
}

/// Whether this process is outside, or can't tell.
pub fn is_outside(marks: &Marks) -> bool {
    pid_namespace().is_none_or(|own| own == marks.pid_namespace)
}

/// Where a line of `maps` begins and ends.
pub fn range(line: &str) -> Option<(u64, u64)> {
    let (start, end) = line.split_whitespace().next()?.split_once('-')?;
    Some((u64::from_str_radix(start, 16).ok()?, u64::from_str_radix(end, 16).ok()?))
}

/// Prints what was planted in some bytes; says whether anything was.
pub fn print_planted(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let found = text.match_indices(PLANTED).map(|(at, _)| text[at..].chars().take(64).collect::<String>());
    found.map(|found| println!("{}", found.escape_debug())).count() > 0
}

/// What the processes of an attempt take together.
#[derive(Debug, Clone, Copy, Default)]
pub struct Taken {
    /// Processes.
    pub processes: u64,
    /// Threads.
    pub threads: u64,
    /// Resident memory.
    pub resident_bytes: u64,
}

impl Taken {
    /// What the processes that name this token take now.
    pub fn by(token: &str) -> Self {
        let taken = named(token).into_iter().map(Self::of);
        taken.fold(Self::default(), |sum, one| Self {
            processes: sum.processes + one.processes,
            threads: sum.threads + one.threads,
            resident_bytes: sum.resident_bytes + one.resident_bytes,
        })
    }

    /// The larger of each.
    pub fn peak(self, other: Self) -> Self {
        Self {
            processes: self.processes.max(other.processes),
            threads: self.threads.max(other.threads),
            resident_bytes: self.resident_bytes.max(other.resident_bytes),
        }
    }

    fn of(process: i32) -> Self {
        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let field = |name: &str| -> u64 {
            let value = status.lines().find_map(|line| line.strip_prefix(name));
            value.and_then(|value| value.split_whitespace().next()?.parse().ok()).unwrap_or(0)
        };
        Self { processes: 1, threads: field("Threads:"), resident_bytes: field("VmRSS:") * 1024 }
    }
}

/// The processes that name a token in their arguments.
pub fn named(token: &str) -> Vec<i32> {
    let names = |process: &i32| {
        let arguments = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
        arguments.windows(token.len()).any(|window| window == token.as_bytes())
    };
    pids().into_iter().filter(|process| *process != own().cast_signed() && names(process)).collect()
}
