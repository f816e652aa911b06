//! What was seen of an attempt while it ran and after.

use kernel::process::Limit;

use super::{attempt::Measure, proc::Taken};

/// All that the judge goes by, besides the scene.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// What it printed, as a person would get to see it.
    pub output: String,
    /// Bytes that it printed.
    pub printed: u64,
    /// Whether it counts as a success.
    pub passed: bool,
    /// Why it was not run at all, where it was not.
    pub unavailable: Option<String>,
    /// Its exit code.
    pub exit_code: Option<i32>,
    /// The limit that ended it.
    pub exceeded: Option<Limit>,
    /// The most that it took at one time.
    pub peak: Taken,
    /// Processes of it that were still there a while after its end.
    pub outlived: usize,
    /// Whether a mount of it was still there.
    pub mounts_left: bool,
}

impl Seen {
    /// What was used of something.
    pub fn used(&self, measure: Measure) -> u64 {
        match measure {
            Measure::Processes => self.peak.processes,
            Measure::Threads => self.peak.threads,
            Measure::Memory => self.peak.resident_bytes,
            Measure::Output => self.printed,
            Measure::Cpu | Measure::Disk | Measure::File | Measure::Files | Measure::Hidden => {
                self.told_used()
            }
        }
    }

    fn told_used(&self) -> u64 {
        let told = self.output.lines().filter_map(|line| line.strip_prefix("attempt-used: "));
        told.filter_map(|used| used.parse::<u64>().ok()).max().unwrap_or(0)
    }
}
