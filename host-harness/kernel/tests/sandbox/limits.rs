//! What a check may use.

use std::time::{Duration, Instant};

use agent_contract::check::CheckOutcome;
use kernel::process::{Ended, Limit};

use crate::place::{MIB, Place};

crate::tests![
    memory_of_one_process_is_bounded,
    memory_of_many_processes_together_is_bounded,
    shared_memory_counts,
    a_fork_bomb_ends,
    processor_time_of_one_process_is_bounded,
    processor_time_of_many_processes_together_is_bounded,
    what_is_written_is_bounded,
    the_number_of_files_is_bounded,
    the_size_of_a_file_is_bounded,
    a_flood_of_output_is_ended,
    wall_time_is_bounded,
];

fn python(place: &Place, script: &str) -> Ended {
    place.run(&["/usr/bin/python3", "-c", script])
}

fn assert_exceeded(ended: &Ended, limit: Limit, key: &str) {
    assert_eq!((ended.outcome, ended.exceeded), (CheckOutcome::Failed, Some(limit)), "{ended:#?}");
    let end = ended.output.trim_end().lines().last().unwrap_or_default().to_owned();
    assert!(end.starts_with("[ended: ") && end.contains(&format!("`sandbox.{key}`")), "{end}");
}

fn small() -> Place {
    let mut place = Place::new();
    place.config.memory_bytes = 256 * MIB;
    place.config.disk_bytes = 64 * MIB;
    place
}

fn memory_of_one_process_is_bounded() {
    let ended = python(&small(), "try: x = bytearray(2**30)\nexcept MemoryError: print('refused')");
    let refused = ended.output == "refused\n";
    assert!(refused || ended.exceeded == Some(Limit::Memory), "{ended:#?}");
}

/// Each of them keeps below the bound that holds for one.
fn memory_of_many_processes_together_is_bounded() {
    let script = "import os, time\nfor _ in range(6):\n  if os.fork() == 0: x = bytearray(b'x') * (100 * 2**20); time.sleep(50)\ntime.sleep(50)";
    assert_exceeded(&python(&small(), script), Limit::Memory, "memory_bytes");
}

fn shared_memory_counts() {
    let script = "import mmap, time\nx = mmap.mmap(-1, 2**30)\nfor at in range(0, 2**30, 4096): x[at] = 1\ntime.sleep(50)";
    assert_exceeded(&python(&small(), script), Limit::Memory, "memory_bytes");
}

fn a_fork_bomb_ends() {
    let mut place = Place::new();
    place.config.processes = 64;
    place.wall = Duration::from_secs(20);
    let start = Instant::now();
    let ended = python(&place, "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass");
    assert_ne!(ended.outcome, CheckOutcome::Passed);
    assert!(start.elapsed() < Duration::from_secs(25), "{:?}", start.elapsed());
    assert_eq!(ended.missing(), Vec::<&str>::new());
}

fn processor_time_of_one_process_is_bounded() {
    let mut place = Place::new();
    place.config.cpu_seconds = 1;
    assert_exceeded(&python(&place, "while True: pass"), Limit::CpuTime, "cpu_seconds");
}

/// Each of them is gone before the bound that holds for one.
fn processor_time_of_many_processes_together_is_bounded() {
    let mut place = Place::new();
    place.config.cpu_seconds = 2;
    let script = "while true; do timeout 0.5 sh -c 'while :; do :; done'; done";
    assert_exceeded(&place.sh(script), Limit::CpuTime, "cpu_seconds");
}

fn what_is_written_is_bounded() {
    let mut place = small();
    place.config.disk_bytes = 8 * MIB;
    let script = "for d in /work /tmp /home/check /dev/shm; do head -c 5000000 /dev/zero > $d/x 2>/dev/null || echo $d is full; done";
    let output = place.out(script);
    assert_eq!(output.lines().count(), 3, "{output}");
}

fn the_number_of_files_is_bounded() {
    let mut place = small();
    place.config.disk_bytes = MIB;
    let script = "n = 0\ntry:\n  while n < 100000: open(f'/tmp/{n}', 'w').close(); n += 1\nexcept OSError: print('full')";
    assert_eq!(python(&place, script).output, "full\n");
}

fn the_size_of_a_file_is_bounded() {
    let mut place = Place::new();
    place.config.file_bytes = MIB;
    let ended = place.run(&["head", "-c", "2000000", "/dev/zero"]);
    assert_eq!(ended.outcome, CheckOutcome::Passed, "a pipe is no file: {ended:#?}");
    let ended = place.run(&["dd", "if=/dev/zero", "of=/tmp/x", "bs=64k", "count=100", "status=none"]);
    assert_exceeded(&ended, Limit::FileSize, "file_bytes");
}

fn a_flood_of_output_is_ended() {
    let mut place = Place::new();
    place.config.output_bytes_max = 8 * MIB;
    let ended = place.run(&["yes", "x".repeat(1000).as_str()]);
    assert_exceeded(&ended, Limit::Output, "output_bytes_max");
    assert!(ended.duration < Duration::from_secs(20) && ended.output.len() < 70_000);
}

fn wall_time_is_bounded() {
    let mut place = Place::new();
    place.wall = Duration::from_millis(300);
    let ended = place.run(&["sleep", "60"]);
    assert_eq!((ended.outcome, ended.exceeded), (CheckOutcome::TimedOut, None));
    assert!(ended.duration < Duration::from_secs(3), "{:?}", ended.duration);
}
