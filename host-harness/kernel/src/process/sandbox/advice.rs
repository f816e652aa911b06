//! What to do about a part of the sandbox that can't be had.

use std::{fs, path::Path};

/// A setting of the system that forbids namespaces to users, and what to say of it.
const SETTINGS: &[(&str, &str, &str)] = &[
    (
        "/proc/sys/kernel/unprivileged_userns_clone",
        "0",
        "this system forbids user namespaces to users: `sysctl kernel.unprivileged_userns_clone=1` allows them",
    ),
    (
        "/proc/sys/user/max_user_namespaces",
        "0",
        "this system allows no user namespaces at all: set `sysctl user.max_user_namespaces` to 15000 or so",
    ),
    (
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
        "1",
        "AppArmor takes the powers of user namespaces away: give `code-assist` a profile with `userns,`, or \
         allow them to all with `sysctl kernel.apparmor_restrict_unprivileged_userns=0`",
    ),
];

/// The first word of a missing part, and what to do about it.
const PARTS: &[(&str, &str)] = &[
    ("own /proc", "in a container, start it with `--security-opt systempaths=unconfined`"),
    ("overlay", "an overlay within a user namespace needs Linux 5.11 or later with `overlay` loaded"),
    ("Landlock", "Landlock needs Linux 5.13 or later, and `landlock` in its `lsm=` list"),
    ("seccomp", "seccomp needs a kernel with `CONFIG_SECCOMP_FILTER`"),
    (
        "sockets",
        "only the Runner's own sandbox keeps them out of reach: `backend = \"native\"` in `[sandbox]`",
    ),
    ("bubblewrap", "install the package `bubblewrap`, or leave the backend to the Runner itself"),
    ("namespaces", "only Linux has a sandbox for native programs"),
];

const IN_CONTAINER: &str = "in a container, namespaces have to be allowed: start it with `--security-opt \
    seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined`";

/// Advice on parts that are missing.
pub(super) fn on(missing: &[&str]) -> Vec<String> {
    let named = PARTS.iter().filter(|(part, _)| missing.iter().any(|one| one.starts_with(part)));
    let mut advice: Vec<_> = named.map(|(_, advice)| (*advice).to_owned()).collect();
    if missing.iter().any(|one| one.contains("namespace:") || one.starts_with("own root")) {
        advice.extend(namespaces());
    }
    advice
}

fn namespaces() -> Vec<String> {
    let is_set = |path: &str, value: &str| fs::read_to_string(path).is_ok_and(|text| text.trim() == value);
    let found = SETTINGS.iter().filter(|(path, value, _)| is_set(path, value));
    let mut advice: Vec<_> = found.map(|(.., advice)| (*advice).to_owned()).collect();
    let is_container = ["/.dockerenv", "/run/.containerenv"].iter().any(|mark| Path::new(mark).exists());
    advice.extend(is_container.then(|| IN_CONTAINER.to_owned()));
    advice
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_part_is_answered_with_what_to_do_about_it() {
        let advice = on(&["own /proc: EPERM: Operation not permitted", "seccomp: no"]);
        assert_eq!(advice.len(), 2, "{advice:?}");
        assert!(advice[0].contains("systempaths=unconfined"), "{advice:?}");
    }

    #[test]
    fn nothing_missing_needs_no_advice() {
        assert!(on(&[]).is_empty());
    }
}
