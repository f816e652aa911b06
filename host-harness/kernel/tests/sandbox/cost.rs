//! What the sandbox costs. The figures hold for a build as it is released.

use std::{
    fs,
    time::{Duration, Instant},
};

use kernel::process::{Cancel, Command, Place as Where, run_all};

use crate::place::{Place, held, itself};

crate::tests![
    a_sandboxed_true_costs_little_more_than_a_plain_one,
    a_workspace_of_a_hundred_thousand_files_is_ready_at_once_and_no_copy,
    ten_checks_of_a_second_run_side_by_side,
];

/// By which a build without optimisation may be slower.
const SLACK: u32 = if cfg!(debug_assertions) { 8 } else { 1 };
const PAIRS: usize = 20;
/// Rounds until one is quiet: on a machine with much else to do it takes a while.
const ROUNDS: usize = 16;
const READY_MAX: Duration = Duration::from_millis(100);
const MORE_MAX: Duration = Duration::from_millis(15);

fn a_sandboxed_true_costs_little_more_than_a_plain_one() {
    let place = Place::new();
    let staged = place.stage();
    let sandboxed = place.command(&staged, &["true"]);
    let plain = Command { place: Where::Bare(place.checkout()), ..sandboxed.clone() };
    // What else the machine does meanwhile is not the sandbox's cost: one quiet round counts.
    let quiet = (0..ROUNDS).map(|_| more(&sandboxed, &plain)).find(|more| *more < MORE_MAX * SLACK);
    assert!(quiet.is_some());
}

/// The median of what a sandboxed command takes more than the plain one after it.
fn more(sandboxed: &Command, plain: &Command) -> Duration {
    let mut pairs: Vec<_> = (0..PAIRS).map(|_| (timed(sandboxed), timed(plain))).collect();
    pairs.sort_by_key(|(sandboxed, plain)| sandboxed.saturating_sub(*plain));
    let (sandboxed, plain) = pairs[PAIRS / 2];
    let more = sandboxed.saturating_sub(plain);
    println!("a sandboxed `true`: {more:?} more than a plain one ({sandboxed:?} against {plain:?})");
    more
}

fn timed(command: &Command) -> Duration {
    let start = Instant::now();
    let ended = held(command);
    assert_eq!(ended.exit_code, Some(0), "{ended:#?}");
    start.elapsed()
}

fn a_workspace_of_a_hundred_thousand_files_is_ready_at_once_and_no_copy() {
    let place = Place::new();
    for folder in 0..100 {
        let folder = place.checkout().join(folder.to_string());
        fs::create_dir(&folder).unwrap();
        (0..1000).for_each(|file| fs::write(folder.join(file.to_string()), "x").unwrap());
    }
    // What else the machine does meanwhile is not the sandbox's cost: one quiet round counts.
    let quiet = (0..ROUNDS).map(|_| first_check(&place)).find(|whole| *whole < READY_MAX * SLACK);
    assert!(quiet.is_some());
}

/// From nothing to the end of the first check.
fn first_check(place: &Place) -> Duration {
    let start = Instant::now();
    let staged = place.stage();
    let ready = start.elapsed();
    let command = place.command(&staged, &["cat", "99/999"]);
    let start = Instant::now();
    let ended = held(&command);
    let whole = ready + start.elapsed();
    println!("100,000 files: staged in {ready:?}, the first check done after {whole:?}");
    assert_eq!(ended.output, "x");
    // The list of changes and the place to mount at.
    assert_eq!(fs::read_dir(staged.folder()).unwrap().count(), 2);
    whole
}

fn ten_checks_of_a_second_run_side_by_side() {
    let place = Place::new();
    let staged = place.stage();
    let commands: Vec<_> = (0..10)
        .map(|at| place.command(&staged, &["sh", "-c", &format!("sleep 1; echo {at} > x; cat x")]))
        .collect();
    let quiet =
        (0..ROUNDS).map(|_| side_by_side(&commands)).find(|elapsed| *elapsed < Duration::from_secs(2));
    assert!(quiet.is_some());
}

fn side_by_side(commands: &[Command]) -> Duration {
    let start = Instant::now();
    let ended = run_all(commands.to_vec(), 10, &itself(), &Cancel::default());
    let elapsed = start.elapsed();
    println!("ten checks of 1 s: {elapsed:?}");
    let output: Vec<_> = ended.iter().map(|end| end.output.trim().to_owned()).collect();
    assert_eq!(output, (0..10).map(|at| at.to_string()).collect::<Vec<_>>());
    elapsed
}
