//! What all attempts of one user share: the program, what root has prepared, and what
//! lies in the kernel.

use std::{
    fs::{self, Permissions},
    io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use super::{
    attempt::{Privileged, Told},
    proc::{PLANTED, pid_namespace},
    raw,
};

/// The variable of the Runner that holds a secret.
pub const RUNNER_SECRET: &str = "ESCAPES_SECRET";
/// The variable that names what root has prepared.
pub const PREPARED: &str = "ESCAPES_PREPARED";

/// What all attempts of one user share.
pub struct Stage {
    /// Where this program lies, and nothing else.
    pub bin: TempDir,
    /// What root has prepared.
    pub privileged: Option<(PathBuf, Privileged)>,
    /// The key of a shared memory segment.
    pub shared_memory: i32,
    /// The process namespace of the outside.
    pub pid_namespace: String,
    /// What was planted for all.
    pub planted: Vec<Planted>,
}

/// A secret and where it stands.
#[derive(Debug, Clone)]
pub struct Planted {
    /// Where.
    pub place: &'static str,
    /// The secret.
    pub secret: String,
}

impl Planted {
    /// A new secret.
    pub fn new(place: &'static str) -> Self {
        let bytes = kernel::place::random::<12>().expect("randomness");
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Self { place, secret: format!("{PLANTED}{}-{hex}", place.replace([' ', '\''], "-")) }
    }
}

impl Stage {
    /// Sets it.
    pub fn set() -> io::Result<Self> {
        let bin = tempfile::Builder::new().prefix("escapes-bin-").tempdir()?;
        fs::set_permissions(&bin, Permissions::from_mode(0o755))?;
        fs::copy(std::env::current_exe()?, bin.path().join("attempt"))?;
        let privileged = std::env::var_os(PREPARED).map(PathBuf::from);
        let (key, segment) = (Planted::new("a keyring"), Planted::new("shared memory"));
        let shared_memory = i32::try_from(std::process::id()).unwrap_or(1) + 0x0e5c_0000;
        keep(&key, &segment, shared_memory);
        let runner = std::env::var(RUNNER_SECRET).unwrap_or_default();
        let mut planted = vec![key, segment, Planted { place: "the Runner's environment", secret: runner }];
        let only_root = std::env::var("ESCAPES_ONLY_ROOT").ok();
        planted.extend(only_root.map(|secret| Planted { place: "a file for root alone", secret }));
        Ok(Self {
            bin,
            privileged: privileged.map(|folder| (folder.clone(), Privileged::within(&folder))),
            shared_memory,
            pid_namespace: pid_namespace().unwrap_or_default(),
            planted,
        })
    }

    /// This program, at a place that can be shown.
    pub fn program(&self) -> PathBuf {
        self.bin.path().join("attempt")
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = raw::script(&format!(
            "my $i = shmget({}, 0, 0); defined $i and shmctl($i, 0, 0);",
            self.shared_memory
        ));
    }
}

/// Puts secrets into the user's keyring and into shared memory.
fn keep(key: &Planted, segment: &Planted, number: i32) {
    let (key, segment) = (&key.secret, &segment.secret);
    let kept = raw::script(&format!(
        "my ($t, $d, $p) = ('user', 'planted-key', '{key}'); \
         call({}, $t, $d, $p, length($p), -4); \
         my $i = shmget({number}, 4096, 0600 | 01000); defined $i or die; shmwrite($i, '{segment}', 0, 64) or die;",
        libc::SYS_add_key
    ));
    if kept != Told::Reached {
        eprintln!("no keyring or no shared memory to plant secrets in: {kept:?}");
    }
}

impl Privileged {
    fn within(folder: &Path) -> Self {
        Self {
            setuid: folder.join("setuid"),
            capable: folder.join("capable"),
            only_root: folder.join("only-root"),
        }
    }

    /// Prepares the programs; only root can.
    pub fn prepare(folder: &Path, secret: &str) -> io::Result<()> {
        /// Version 2, effective; `CAP_DAC_OVERRIDE` and `CAP_DAC_READ_SEARCH`.
        const CAPABILITY: [u8; 20] = [1, 0, 0, 2, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let files = Self::within(folder);
        fs::copy("/usr/bin/id", &files.setuid)?;
        fs::set_permissions(&files.setuid, Permissions::from_mode(0o4755))?;
        fs::copy("/usr/bin/cat", &files.capable)?;
        rustix::fs::setxattr(
            &files.capable,
            "security.capability",
            &CAPABILITY,
            rustix::fs::XattrFlags::empty(),
        )?;
        fs::write(&files.only_root, secret)?;
        fs::set_permissions(&files.only_root, Permissions::from_mode(0o600))?;
        fs::set_permissions(folder, Permissions::from_mode(0o755))
    }
}
