//! What a sandbox costs: `cost` as the suite's first argument prints it.

use std::time::{Duration, Instant};

use kernel::{
    Itself, Workspace,
    process::{
        Cancel, Command, Limits, Place, allowed_environment, run,
        sandbox::{Backend, Sandbox},
    },
};
use policy::config::SandboxConfig;

const RUNS: usize = 21;

/// Prints the median of what `true` takes, bare and in each sandbox.
pub fn print() -> Result<(), kernel::KernelError> {
    let (folder, itself) = (kernel::place::scratch("escapes-cost")?, Itself::found()?);
    let workspace = Workspace::open(&folder, &policy::config::Limits::default())?;
    println!("bare: {:.1?}", median(|| Ok(Place::Bare(folder.clone())), &itself)?);
    for backend in [Backend::Native, Backend::Bubblewrap] {
        let took = median(
            || {
                let staged = workspace.stage(&std::env::temp_dir().join("escapes-cost-staged"))?;
                let sandbox = Sandbox::new(&staged, &SandboxConfig::default(), backend)?;
                // Kept until the end, for what it names has to be there.
                std::mem::forget(staged);
                Ok(Place::Sandboxed(sandbox))
            },
            &itself,
        )?;
        println!("{backend:?}: {took:.1?}");
    }
    let _ = std::fs::remove_dir_all(std::env::temp_dir().join("escapes-cost-staged"));
    std::fs::remove_dir_all(&folder).map_err(kernel::KernelError::io("remove", folder.display()))
}

fn median(
    place: impl Fn() -> Result<Place, kernel::KernelError>,
    itself: &Itself,
) -> Result<Duration, kernel::KernelError> {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let command = Command {
            argv: vec!["/bin/true".to_owned()],
            place: place()?,
            environment: allowed_environment(&[]),
            limits: Limits { wall: Duration::from_secs(20), output_bytes: 1024, output_bytes_max: 1024 },
        };
        let start = Instant::now();
        let ended = run(&command, itself, &Cancel::default());
        times.push(start.elapsed());
        assert_eq!(ended.exit_code, Some(0), "{}", ended.output);
    }
    times.sort();
    Ok(times[RUNS / 2])
}
