use crate::KernelError;

/// Keeps the memory of this process to itself: it leaves no image when it crashes, and no
/// other process of the same user can look into it. What it starts is bound by the first
/// alone.
#[cfg(target_os = "linux")]
pub fn guard_process() -> Result<(), KernelError> {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    leave_no_image()?;
    let failed =
        |error: rustix::io::Errno| KernelError::io("guard the memory of", "this process")(error.into());
    set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(failed)
}

/// Keeps the memory of this process to itself: it leaves no image when it crashes.
#[cfg(all(unix, not(target_os = "linux")))]
pub fn guard_process() -> Result<(), KernelError> {
    leave_no_image()
}

/// What a system does with the memory of what crashes is its own matter here.
#[cfg(not(unix))]
pub fn guard_process() -> Result<(), KernelError> {
    Ok(())
}

#[cfg(unix)]
fn leave_no_image() -> Result<(), KernelError> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let failed =
        |error: rustix::io::Errno| KernelError::io("forbid an image of", "this process")(error.into());
    setrlimit(Resource::Core, none).map_err(failed)
}
