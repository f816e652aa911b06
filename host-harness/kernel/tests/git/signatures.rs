//! Signed commits, verified by git with keys that it is told to trust.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, process::Command, time::Duration};

use kernel::git::Branched;

use crate::world::{World, code};

const CHANGE: &[(&str, Option<&str>)] = &[("a.txt", Some("ONE\n"))];

fn ssh_key(path: &Path, passphrase: &str) {
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", passphrase, "-C", "x", "-f"])
        .arg(path)
        .status();
    assert!(made.unwrap().success());
}

fn signing(world: &World, format: &str, key: &Path) -> policy::config::GitUpdate {
    world.configured(&format!("\n[signing]\nformat = \"{format}\"\nkey = \"{}\"", key.display()))
}

#[test]
fn a_commit_is_signed_with_an_ssh_key() {
    let world = World::new();
    let key = world.path("key");
    ssh_key(&key, "");
    let made = world.commit_with(&signing(&world, "ssh", &key), "op", CHANGE).unwrap();
    assert!(made.signed);
    let public = fs::read_to_string(world.path("key.pub")).unwrap();
    fs::write(world.path("allowed"), format!("code-assist@agennext.invalid {public}")).unwrap();
    let allowed = format!("gpg.ssh.allowedSignersFile={}", world.path("allowed").display());
    let verified = world.plain(&["-c", &allowed, "verify-commit", &made.id]);
    let said = String::from_utf8_lossy(&verified.stderr);
    assert!(verified.status.success() && said.contains("Good \"git\" signature"), "{said}");
    world.git(&["fsck", "--strict"]);
    assert!(world.is_clean());
    assert!(!world.commit(CHANGE).unwrap().signed);
    assert!(
        !world.plain(&["-c", &allowed, "verify-commit", &world.commit(CHANGE).unwrap().id]).status.success()
    );
}

/// A repeated operation is known by its signature, too: another key's is another's.
fn is_known_again(world: &World, own: &policy::config::GitUpdate, other: &policy::config::GitUpdate) {
    let commit = |update| world.commit_with(update, "op-1", CHANGE).unwrap().id;
    let first = commit(own);
    assert_eq!(world.branch_signed(own, "code-assist/x", &first).unwrap(), Branched::Created);
    world.time_ms.set(world.time_ms.get() + 60_000);
    let again = world.branch_signed(own, "code-assist/x", &commit(own)).unwrap();
    assert_eq!(again, Branched::Repeated(first));
    let foreign = commit(other);
    assert_eq!(world.branch_signed(other, "code-assist/y", &foreign).unwrap(), Branched::Created);
    world.time_ms.set(world.time_ms.get() + 60_000);
    assert_eq!(code(world.branch_signed(own, "code-assist/y", &commit(own))), "branch-exists");
    assert!(world.is_clean());
}

#[test]
fn a_repeated_operation_is_known_by_its_signature() {
    let world = World::new();
    let updates = ["key", "other"].map(|name| {
        ssh_key(&world.path(name), "");
        signing(&world, "ssh", &world.path(name))
    });
    is_known_again(&world, &updates[0], &updates[1]);
}

#[test]
fn a_repeated_operation_is_known_by_its_openpgp_signature() {
    let world = World::new();
    let updates = ["key", "other"].map(|name| {
        let (home, key) = (world.path(&format!("{name}-home")), world.path(name));
        openpgp_key(&home, &key);
        signing(&world, "openpgp", &key)
    });
    is_known_again(&world, &updates[0], &updates[1]);
}

fn gpg(home: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("gpg")
        .env("GNUPGHOME", home)
        .args(["--batch", "--quiet"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn openpgp_key(home: &Path, key: &Path) {
    fs::create_dir(home).unwrap();
    fs::set_permissions(home, fs::Permissions::from_mode(0o700)).unwrap();
    gpg(home, &["--passphrase", "", "--quick-gen-key", "Bot <bot@example.org>", "ed25519", "sign", "never"]);
    fs::write(key, gpg(home, &["--armor", "--export-secret-keys"])).unwrap();
}

#[test]
fn a_commit_is_signed_with_an_openpgp_key() {
    let world = World::new();
    let (home, key) = (world.path("gnupg"), world.path("key.asc"));
    openpgp_key(&home, &key);
    let made = world.commit_with(&signing(&world, "openpgp", &key), "op", CHANGE).unwrap();
    let verified = Command::new("git")
        .env("GNUPGHOME", &home)
        .arg("-C")
        .arg(world.root())
        .args(["verify-commit", &made.id])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&verified.stderr).into_owned();
    let _ = Command::new("gpgconf").env("GNUPGHOME", &home).args(["--kill", "all"]).status();
    assert!(verified.status.success() && said.contains("Good signature"), "{said}");
    world.git(&["fsck", "--strict"]);
    assert!(world.is_clean());
    assert!(no_agent_is_left());
}

/// Another test may have one for a moment.
fn no_agent_is_left() -> bool {
    (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        agents() == 0
    })
}

/// What serves a keyring of ours.
fn agents() -> usize {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let lines = processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
    lines
        .filter(|line| {
            let line = String::from_utf8_lossy(line);
            line.contains("gpg-agent") && line.contains("/ca-")
        })
        .count()
}

#[test]
fn a_key_that_signs_nothing_is_told() {
    let world = World::new();
    let (locked, rubbish) = (world.path("locked"), world.path("rubbish"));
    ssh_key(&locked, "a passphrase");
    fs::write(&rubbish, "rubbish").unwrap();
    fs::set_permissions(&rubbish, fs::Permissions::from_mode(0o600)).unwrap();
    for (format, key) in [
        ("ssh", &locked),
        ("ssh", &rubbish),
        ("openpgp", &rubbish),
        ("ssh", &world.path("none")),
        ("openpgp", &world.path("none")),
    ] {
        let made = world.commit_with(&signing(&world, format, key), "op", CHANGE);
        assert_eq!(code(made), "signing-failed", "{format} {}", key.display());
        assert!(world.is_clean());
    }
    assert!(no_agent_is_left());
}
