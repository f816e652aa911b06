//! As whom the attempts are made: as root and, from there, as a plain user too.

use std::{
    fs::{self, Permissions},
    io,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::Command,
};

use super::{
    attempt::{Privileged, Whose},
    stage::{PREPARED, Planted, RUNNER_SECRET},
};

/// A user that no machine has.
const PLAIN: &str = "61234";

/// Whether this process is root's.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Whether this user is among them.
pub fn is_among(whose: Whose) -> bool {
    match whose {
        Whose::Anyone => true,
        Whose::Root => is_root(),
        Whose::FullRoot => is_root() && has_all_capabilities(),
        Whose::Plain => !is_root(),
    }
}

fn has_all_capabilities() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let last = fs::read_to_string("/proc/sys/kernel/cap_last_cap").unwrap_or_default();
    let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let effective = effective.and_then(|set| u64::from_str_radix(set.trim(), 16).ok());
    effective.zip(last.trim().parse::<u32>().ok()).is_some_and(|(set, last)| set.count_ones() == last + 1)
}

/// How this user is called in what is printed.
pub fn name() -> &'static str {
    if is_root() { "root" } else { "a plain user" }
}

/// Whether this process' environment holds the Runner's secret already.
pub fn is_ready() -> bool {
    std::env::var_os(RUNNER_SECRET).is_some()
}

/// Runs this program again, with a secret in its environment and, as root, a second time
/// as a plain user for whom root has prepared something. Says whether all held.
pub fn again(arguments: &[String]) -> io::Result<bool> {
    let program = std::env::current_exe()?;
    let mut same = Command::new(&program);
    let same = with_secret(same.args(arguments)).status()?.success();
    Ok(if is_root() { as_plain_user(&program, arguments)? && same } else { same })
}

fn as_plain_user(program: &Path, arguments: &[String]) -> io::Result<bool> {
    let folder = tempfile::Builder::new().prefix("escapes-prepared-").tempdir()?;
    let secret = Planted::new("a file for root alone").secret;
    Privileged::prepare(folder.path(), &secret)?;
    let copy = tempfile::Builder::new().prefix("escapes-suite-").tempdir()?;
    fs::set_permissions(&copy, Permissions::from_mode(0o755))?;
    let suite = copy.path().join("suite");
    fs::copy(program, &suite)?;
    let mut plain = Command::new("/usr/bin/setpriv");
    plain.args(["--reuid", PLAIN, "--regid", PLAIN, "--clear-groups", "--"]).arg(&suite).args(arguments);
    plain.env(PREPARED, folder.path()).env("ESCAPES_ONLY_ROOT", secret).env("HOME", "/nonexistent");
    Ok(with_secret(plain.current_dir("/")).status()?.success())
}

fn with_secret(command: &mut Command) -> &mut Command {
    command.env(RUNNER_SECRET, Planted::new("the Runner's environment").secret)
}
