//! All of it once more, as a user without any power.

use std::{env, fs, os::unix::fs::PermissionsExt as _, path::Path, process::Command};

crate::tests![all_of_it_holds_for_a_plain_user_too];

/// A user that need not exist.
const PLAIN: &str = "61234";

fn all_of_it_holds_for_a_plain_user_too() {
    let is_root = rustix::process::getuid().is_root();
    if !is_root || !Path::new("/usr/bin/setpriv").exists() {
        println!("only root can become another");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let program = folder.path().join("sandbox");
    fs::copy(env::current_exe().unwrap(), &program).unwrap();
    let home = folder.path().join("home");
    let mut command = Command::new("setpriv");
    command.args(["--reuid", PLAIN, "--regid", PLAIN, "--clear-groups", "--"]).arg(&program);
    // The costs are the same, and the caches are root's.
    command.args(["--skip", "cost", "--skip", "cache", "--test-threads", "2"]);
    command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", home).current_dir(folder.path());
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("test no_power_is_left"), "{text}");
}
