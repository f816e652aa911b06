//! What this process shows of its memory.

use std::{fs, process::Command};

const PART: &str = "CODE_ASSIST_TEST_GUARDED";

/// A process that guards itself and then looks at what the system lets others see.
#[test]
#[cfg(target_os = "linux")]
fn a_guarded_process_leaves_no_image_and_shows_its_memory_to_nobody() {
    if std::env::var_os(PART).is_some() {
        kernel::secret::guard_process().unwrap();
        kernel::secret::guard_process().unwrap();
        let limits = fs::read_to_string("/proc/self/limits").unwrap();
        let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap().to_owned();
        assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{core}");
        let dumpable = rustix::process::dumpable_behavior().unwrap();
        assert_eq!(dumpable, rustix::process::DumpableBehavior::NotDumpable);
        return;
    }
    let this = std::env::current_exe().unwrap();
    let test = "guard::a_guarded_process_leaves_no_image_and_shows_its_memory_to_nobody";
    let output = Command::new(this).args(["--exact", test]).env(PART, "1").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
}

#[test]
fn a_panic_prints_no_secret() {
    let secret = secrecy::SecretString::from("the-s3cret-that-panics");
    let credential = kernel::net::Credential::Bearer(secret.clone());
    let known = kernel::secret::Known::default();
    known.learn("NAME", &secret);
    let printed =
        std::panic::catch_unwind(move || panic!("{credential:?} {known:?} {secret:?}")).unwrap_err();
    let printed = printed.downcast_ref::<String>().unwrap();
    assert!(printed.contains("NAME") && !printed.contains("s3cret"), "{printed}");
}
