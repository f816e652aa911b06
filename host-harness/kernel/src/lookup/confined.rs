//! What the process that reads sources may still do once it has begun: read and write what
//! is open, have memory, end. Everything else is its end.

use std::io;

/// Takes everything else away.
#[cfg(target_os = "linux")]
pub(super) fn confine() -> io::Result<()> {
    linux::confine()
}

/// Elsewhere it is a process of its own, and no more than that.
#[cfg(not(target_os = "linux"))]
pub(super) fn confine() -> io::Result<()> {
    Ok(())
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{collections::BTreeMap, io};

    use rustix::process::{Resource, Rlimit, setrlimit};
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch, apply_filter};

    /// Memory for the largest file that is read, many times over.
    const MEMORY_BYTES: u64 = 1 << 30;
    const SECONDS: u64 = 120;

    /// Reading and writing what is open, memory, time, and the end.
    const ALLOWED: &[i64] = &[
        libc::SYS_read,
        libc::SYS_readv,
        libc::SYS_write,
        libc::SYS_writev,
        libc::SYS_close,
        libc::SYS_mmap,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_mprotect,
        libc::SYS_madvise,
        libc::SYS_brk,
        libc::SYS_futex,
        libc::SYS_clock_gettime,
        libc::SYS_clock_nanosleep,
        libc::SYS_nanosleep,
        libc::SYS_getrandom,
        libc::SYS_sched_yield,
        libc::SYS_rt_sigreturn,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_sigaltstack,
        libc::SYS_exit,
        libc::SYS_exit_group,
    ];

    pub(super) fn confine() -> io::Result<()> {
        let limit = |max: u64| Rlimit { current: Some(max), maximum: Some(max) };
        setrlimit(Resource::As, limit(MEMORY_BYTES))?;
        setrlimit(Resource::Cpu, limit(SECONDS))?;
        setrlimit(Resource::Core, limit(0))?;
        setrlimit(Resource::Fsize, limit(0))?;
        let filter = filter().map_err(|error| io::Error::other(error.to_string()))?;
        apply_filter(&filter).map_err(|error| io::Error::other(error.to_string()))
    }

    fn filter() -> Result<BpfProgram, seccompiler::Error> {
        let rules: BTreeMap<_, _> = ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
        let arch: TargetArch = std::env::consts::ARCH.try_into().map_err(seccompiler::Error::Backend)?;
        let filter = SeccompFilter::new(rules, SeccompAction::KillProcess, SeccompAction::Allow, arch)
            .map_err(seccompiler::Error::Backend)?;
        filter.try_into().map_err(seccompiler::Error::Backend)
    }
}
