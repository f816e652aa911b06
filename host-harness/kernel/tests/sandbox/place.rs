//! A checkout to run something over.

use std::{fs, path::PathBuf, time::Duration};

use kernel::{
    Itself, Workspace,
    process::{
        Cancel, Command, Ended, Limits, Place as Where, Sandbox, allowed_environment, run, sandbox::Backend,
    },
    workspace::Staged,
};
use libtest_mimic::Trial;
use policy::config::{Limits as RunLimits, SandboxConfig};
use tempfile::TempDir;

pub const MIB: u64 = 1024 * 1024;

/// A test by its name, which is its function's.
#[macro_export]
macro_rules! tests {
    ($($name:ident),+ $(,)?) => {
        pub fn tests() -> Vec<libtest_mimic::Trial> {
            vec![$($crate::place::trial(stringify!($name), $name)),+]
        }
    };
}

pub fn trial(name: &str, test: fn()) -> Trial {
    Trial::test(name, move || {
        test();
        Ok(())
    })
}

/// A checkout and a place for what is staged.
pub struct Place {
    folder: TempDir,
    pub config: SandboxConfig,
    pub wall: Duration,
}

impl Place {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = Self { folder, config: SandboxConfig::default(), wall: Duration::from_secs(60) };
        fs::create_dir(place.checkout()).unwrap();
        place
    }

    pub fn with(files: &[(&str, &str)]) -> Self {
        let place = Self::new();
        for (path, text) in files {
            let path = place.checkout().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        place
    }

    pub fn checkout(&self) -> PathBuf {
        self.folder.path().join("check out:a,b\\c")
    }

    pub fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    pub fn workspace(&self) -> Workspace {
        Workspace::open(&self.checkout(), &RunLimits::default()).unwrap()
    }

    pub fn stage(&self) -> Staged {
        self.workspace().stage(&self.work()).unwrap()
    }

    pub fn command(&self, staged: &Staged, argv: &[&str]) -> Command {
        let sandbox = Sandbox::new(staged, &self.config, Backend::Native).unwrap();
        Command {
            argv: argv.iter().map(|word| (*word).to_owned()).collect(),
            place: Where::Sandboxed(sandbox),
            environment: allowed_environment(&[]),
            limits: Limits {
                wall: self.wall,
                output_bytes: 64 * 1024,
                output_bytes_max: self.config.output_bytes_max,
            },
        }
    }

    pub fn run(&self, argv: &[&str]) -> Ended {
        let staged = self.stage();
        held(&self.command(&staged, argv))
    }

    pub fn sh(&self, script: &str) -> Ended {
        self.run(&["sh", "-c", script])
    }

    /// What a script prints, where it passes.
    pub fn out(&self, script: &str) -> String {
        let ended = self.sh(script);
        assert_eq!(ended.exit_code, Some(0), "{ended:#?}");
        ended.output
    }
}

pub fn itself() -> Itself {
    Itself::found().unwrap()
}

pub fn held(command: &Command) -> Ended {
    run(command, &itself(), &Cancel::default())
}
