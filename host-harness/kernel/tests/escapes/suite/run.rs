//! Running an attempt: in the sandbox, or outside to show what it would do there.

use std::{
    fs::File,
    io,
    process::{Child, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use agent_contract::check::CheckOutcome;
use kernel::{
    Itself, Workspace,
    process::{
        Cancel, Command, Ended, Limits, Place, allowed_environment,
        sandbox::{Access, Backend, Bounds, Sandbox, Shown},
    },
};
use policy::config::SandboxConfig;

use super::{
    attempt::{Attempt, Sign, Under},
    proc::{self, Taken},
    scene::{BOUNDS, Scene, attempting, plain},
    seen::Seen,
    stage::Stage,
};

/// The attempt that goes on until its time is over.
pub const OVERTIME: &str = "outlive-time-limit";
/// The time limit of an attempt that runs into it.
pub const SHORT_WALL: Duration = Duration::from_secs(2);
const WALL: Duration = Duration::from_secs(30);
const OUTPUT_BYTES: usize = 64 * 1024;
const BETWEEN_LOOKS: Duration = Duration::from_millis(15);
/// How long the dead may take to go.
const GRACE: Duration = Duration::from_millis(300);

/// Runs an attempt in the sandbox.
pub fn inside(attempt: &Attempt, scene: &Scene, stage: &Stage, backend: Backend) -> Result<Seen, String> {
    let workspace = Workspace::open(&scene.marks.checkout, &policy::config::Limits::default());
    let staged =
        workspace.and_then(|workspace| workspace.stage(&scene.work)).map_err(|error| error.to_string())?;
    let mut sandbox =
        Sandbox::new(&staged, &SandboxConfig::default(), backend).map_err(|error| error.to_string())?;
    sandbox.bounds = Bounds {
        memory_bytes: BOUNDS.memory_bytes,
        processes: BOUNDS.processes,
        cpu_seconds: BOUNDS.cpu_seconds,
        disk_bytes: BOUNDS.disk_bytes,
        file_bytes: BOUNDS.file_bytes,
    };
    sandbox.hidden = vec!["hidden.env".to_owned()];
    let shown =
        [Some(stage.bin.path()), Some(&scene.marks.cache), stage.privileged.as_ref().map(|p| p.0.as_path())];
    sandbox.shown.extend(
        shown.into_iter().flatten().map(|path| Shown { path: path.to_owned(), access: Access::Read }),
    );
    kernel(attempt, scene, stage, Place::Sandboxed(sandbox))
}

/// Kills the process that holds an attempt, once the attempt has begun; says whether there was one.
pub fn kill_holder(scene: &Scene) -> bool {
    use rustix::process::{Pid, Signal, kill_process};
    let is_holder = |process: &i32| {
        let parent = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        parent.lines().any(|line| line == format!("PPid:\t{}", std::process::id()))
    };
    let start = Instant::now();
    while start.elapsed() < SHORT_WALL {
        let named = proc::named(&scene.marks.token);
        let holder = named.iter().copied().find(is_holder).and_then(Pid::from_raw);
        // Holder, first process, attempt and what the attempt leaves behind.
        if let Some(holder) = holder.filter(|_| named.len() > 3) {
            return kill_process(holder, Signal::KILL).is_ok();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    false
}

/// Runs an attempt where nothing holds it.
pub fn outside(attempt: &Attempt, scene: &Scene, stage: &Stage, under: Under) -> Result<Seen, String> {
    match under {
        Under::Holder => kernel(attempt, scene, stage, Place::Bare(scene.marks.checkout.clone())),
        Under::Runner => child(attempt, scene, stage).map_err(|error| error.to_string()),
    }
}

/// By the Kernel's own primitive.
fn kernel(attempt: &Attempt, scene: &Scene, stage: &Stage, place: Place) -> Result<Seen, String> {
    let command = Command {
        argv: attempting(&stage.program(), attempt.name, &scene.marks).map_err(|error| error.to_string())?,
        place,
        environment: allowed_environment(&[]),
        limits: Limits {
            wall: wall(attempt),
            output_bytes: OUTPUT_BYTES,
            output_bytes_max: BOUNDS.output_bytes,
        },
    };
    let itself = Itself::found().map_err(|error| error.to_string())?;
    let (ended, peak) =
        watched(attempt, scene, || kernel::process::run(&command, &itself, &Cancel::default()));
    Ok(of(&ended, peak).after(scene))
}

fn of(ended: &Ended, peak: Taken) -> Seen {
    let unavailable = ended.outcome == CheckOutcome::Unavailable;
    Seen {
        output: ended.output.clone(),
        printed: ended.output.len() as u64 + ended.output_bytes_dropped,
        passed: ended.outcome == CheckOutcome::Passed,
        unavailable: unavailable.then(|| ended.output.clone()),
        exit_code: ended.exit_code,
        exceeded: ended.exceeded,
        peak,
        ..Seen::default()
    }
}

/// As a child of this process, waited for and killed as one does without further thought.
fn child(attempt: &Attempt, scene: &Scene, stage: &Stage) -> io::Result<Seen> {
    let path = scene.work.join("output");
    let output = File::create(&path)?;
    let mut command = plain(&attempting(&stage.program(), attempt.name, &scene.marks)?);
    command
        .current_dir(&scene.marks.checkout)
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output);
    let (exit_code, peak) =
        watched(attempt, scene, || command.spawn().and_then(|child| wait(child, wall(attempt))));
    let exit_code = exit_code?;
    let output = String::from_utf8_lossy(&std::fs::read(&path)?).into_owned();
    let seen = Seen {
        printed: output.len() as u64,
        output,
        passed: exit_code == Some(0),
        exit_code,
        peak,
        ..Seen::default()
    };
    Ok(seen.after(scene))
}

fn wait(mut child: Child, wall: Duration) -> io::Result<Option<i32>> {
    let start = Instant::now();
    while start.elapsed() < wall {
        if let Some(status) = child.try_wait()? {
            return Ok(status.code());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill()?;
    child.wait().map(|_| None)
}

fn wall(attempt: &Attempt) -> Duration {
    if attempt.name == OVERTIME { SHORT_WALL } else { WALL }
}

/// Runs something while looking at what the attempt takes, where that matters.
fn watched<T>(attempt: &Attempt, scene: &Scene, run: impl FnOnce() -> T) -> (T, Taken) {
    if !matches!(attempt.sign, Sign::Beyond(_)) {
        return (run(), Taken::default());
    }
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut peak = Taken::default();
            while !over.load(Ordering::SeqCst) {
                peak = peak.peak(Taken::by(&scene.marks.token));
                std::thread::sleep(BETWEEN_LOOKS);
            }
            peak
        });
        let result = run();
        over.store(true, Ordering::SeqCst);
        (result, watcher.join().unwrap_or_default())
    })
}

impl Seen {
    /// Looks at what is left of an attempt, and ends that.
    fn after(mut self, scene: &Scene) -> Self {
        // Twice, for one that starts the next and ends may be missed once.
        let left = || {
            let seen = proc::named(&scene.marks.token);
            std::thread::sleep(Duration::from_millis(10));
            if seen.is_empty() { proc::named(&scene.marks.token) } else { seen }
        };
        let start = Instant::now();
        let mut left_now = left();
        while !left_now.is_empty() && start.elapsed() < GRACE {
            left_now = left();
        }
        let left = left_now;
        self.outlived = left.len();
        for process in left.into_iter().filter_map(rustix::process::Pid::from_raw) {
            let _ = rustix::process::kill_process(process, rustix::process::Signal::KILL);
        }
        self.mounts_left = scene.is_mounted();
        self
    }
}
