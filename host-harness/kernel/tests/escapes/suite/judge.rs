//! The judgement, made outside.

use super::{
    attempt::{Attempt, Measure, Sign, Told},
    scene::{BOUNDS, Scene},
    seen::Seen,
};

/// Why an attempt did not come out as expected.
pub type Fault = String;

/// Whether the sign of an attempt is there.
pub fn is_reached(attempt: &Attempt, scene: &mut Scene, seen: &Seen) -> bool {
    let told = Told::read(&seen.output) == Some(Told::Reached);
    match attempt.sign {
        Sign::Secret => !scene.secrets_in(&seen.output).is_empty(),
        Sign::Touched => !scene.touched().is_empty(),
        Sign::Heard => !scene.heard().is_empty(),
        Sign::Struck => scene.struck(),
        Sign::Outlived => seen.outlived > 0,
        Sign::Beyond(Measure::Cpu) => told,
        Sign::Beyond(measure) => seen.used(measure) > allowed(measure),
        Sign::Answer => told,
        Sign::Seen(is_so) => is_so(scene, seen),
    }
}

/// What an attempt may be seen to use: the limit, and what looking at it costs.
fn allowed(measure: Measure) -> u64 {
    match measure {
        Measure::Processes | Measure::Threads => BOUNDS.processes + 8,
        Measure::Memory | Measure::Hidden => BOUNDS.memory_bytes * 4,
        Measure::Output => BOUNDS.output_bytes * 16,
        Measure::Disk => BOUNDS.disk_bytes,
        Measure::File => BOUNDS.file_bytes,
        Measure::Files => BOUNDS.files,
        Measure::Cpu => BOUNDS.cpu_seconds,
    }
}

/// Whether the sandbox held: the sign is not there, nor any other sign of an escape, and
/// the attempt was really made.
pub fn held(attempt: &Attempt, scene: &mut Scene, seen: &Seen) -> Result<Told, Fault> {
    if let Some(why) = &seen.unavailable {
        return Err(format!("it was not run: {why}"));
    }
    if is_reached(attempt, scene, seen) {
        return Err(format!("it got there: {}", last_lines(&seen.output)));
    }
    let escaped = escaped(scene, seen);
    if !escaped.is_empty() {
        return Err(escaped.join("; "));
    }
    was_made(attempt, seen)
}

/// Every sign that something got out, whatever was tried.
fn escaped(scene: &mut Scene, seen: &Seen) -> Vec<Fault> {
    let mut signs = Vec::new();
    let secrets = scene.secrets_in(&seen.output);
    signs.extend((!secrets.is_empty()).then(|| format!("it printed the secret of {}", secrets.join(", "))));
    let touched = scene.touched();
    signs.extend((!touched.is_empty()).then(|| format!("it touched {}", touched.join(", "))));
    let heard = scene.heard();
    signs.extend((!heard.is_empty()).then(|| format!("it was heard by {}", heard.join(", "))));
    signs.extend(scene.struck().then(|| "it struck a process outside".to_owned()));
    signs.extend((seen.outlived > 0).then(|| format!("{} processes outlived it", seen.outlived)));
    signs.extend(seen.mounts_left.then(|| "a mount is left".to_owned()));
    signs.extend(seen.output.contains('\x1b').then(|| "an escape sequence came out".to_owned()));
    signs
}

/// Whether the attempt came to its end, or was ended by a limit that it was after.
fn was_made(attempt: &Attempt, seen: &Seen) -> Result<Told, Fault> {
    match (Told::read(&seen.output), attempt.sign) {
        (Some(Told::Reached), Sign::Answer) => Err("it got there, it says".to_owned()),
        (Some(told), _) => Ok(told),
        (None, Sign::Beyond(_)) if !seen.passed => {
            Ok(Told::refused(seen.exceeded.map_or("ended".to_owned(), |limit| format!("ended: {limit}"))))
        }
        (None, Sign::Outlived) if !seen.passed => Ok(Told::refused("ended")),
        (None, _) => Err(format!(
            "it was not made to its end: exit code {:?}, {}",
            seen.exit_code,
            last_lines(&seen.output)
        )),
    }
}

fn last_lines(output: &str) -> String {
    let lines: Vec<_> = output.lines().rev().take(4).collect();
    let lines: Vec<_> =
        lines.into_iter().rev().map(|line| line.chars().take(160).collect::<String>()).collect();
    lines.join(" | ")
}
