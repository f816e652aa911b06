use std::{
    fs,
    path::{Path, PathBuf},
};

use policy::{
    Code,
    config::{GitSigning, SigningFormat},
};

use super::{
    command::{Git, absolute, line},
    own::{OwnRepository, private_folder},
    program,
};
use crate::KernelError;

const SSH: &str = "ssh";

/// What signs a commit: one key out of one file, and nothing of the user's keyrings.
pub(super) struct Signer {
    format: &'static str,
    setting: &'static str,
    program: PathBuf,
    key: String,
    home: PathBuf,
    /// A short name of the same folder: a socket's path has some hundred bytes.
    short: PathBuf,
}

impl Signer {
    /// Gets the key ready.
    pub fn ready(signing: &GitSigning, own: &OwnRepository) -> Result<Self, KernelError> {
        if !fs::metadata(&signing.key).is_ok_and(|metadata| metadata.is_file()) {
            return Err(failed(&format!("there is no key `{}`", signing.key)));
        }
        let (format, setting, name) = match signing.format {
            SigningFormat::Ssh => (SSH, "gpg.ssh.program", "ssh-keygen"),
            SigningFormat::Openpgp => ("openpgp", "gpg.program", "gpg"),
        };
        let program = program::find(name).ok_or_else(|| failed(&format!("there is no `{name}`")))?;
        let home = own.folder().join("gnupg");
        let number = uuid::Uuid::now_v7().simple().to_string();
        let short = std::env::temp_dir().join(format!("ca-{}", &number[16..]));
        let mut signer = Self {
            format,
            setting,
            program,
            key: absolute(&signing.key)?.to_string_lossy().into_owned(),
            home,
            short,
        };
        if signing.format == SigningFormat::Openpgp {
            signer.key = signer.import(own)?;
        }
        Ok(signer)
    }

    /// Puts an OpenPGP key into a keyring of its own; its fingerprint.
    fn import(&self, own: &OwnRepository) -> Result<String, KernelError> {
        let laid = private_folder(&self.home).and_then(|()| {
            fs::write(self.home.join("gpg.conf"), "batch\nno-tty\npinentry-mode loopback\n")?;
            fs::write(self.home.join("gpg-agent.conf"), "allow-loopback-pinentry\n")?;
            link(&self.home, &self.short)
        });
        laid.map_err(KernelError::io("write", self.home.display()))?;
        let gpg = |arguments: &[&str]| {
            Git::program("gpg", "gpg", own.folder()).env("GNUPGHOME", &self.short).arguments(arguments)
        };
        gpg(&["--batch", "--quiet", "--import"])
            .argument(&self.key)
            .run(&[])
            .map_err(|error| failed(&error.message))?;
        let listed = gpg(&["--batch", "--with-colons", "--list-secret-keys"]).run(&[])?;
        let listed = line(listed);
        let fingerprint = listed
            .lines()
            .find_map(|line| line.strip_prefix("fpr:")?.split(':').find(|field| !field.is_empty()));
        fingerprint.map(str::to_owned).ok_or_else(|| failed(&format!("`{}` holds no private key", self.key)))
    }

    /// Has a command of git's sign with it.
    pub fn take_up(&self, git: Git) -> Git {
        let git = git.setting("gpg.format", self.format).setting(self.setting, &self.program);
        git.env("GNUPGHOME", &self.short).argument(format!("-S{}", self.key))
    }

    /// Whether this very key signed a commit.
    pub fn made(&self, own: &OwnRepository, commit: &str) -> Result<bool, KernelError> {
        let git = own.git(&["verify-commit", commit]).env("GNUPGHOME", &self.short);
        let git = git.setting("gpg.format", self.format).setting(self.setting, &self.program);
        let git = match self.format {
            SSH => git.setting("gpg.ssh.allowedSignersFile", self.allowed(own)?),
            _ => git,
        };
        Ok(git.answer(&[])?.exit_code == Some(0))
    }

    /// A list of this key alone.
    fn allowed(&self, own: &OwnRepository) -> Result<PathBuf, KernelError> {
        let list = own.folder().join("allowed_signers");
        let public =
            Git::program("ssh-keygen", "ssh-keygen", own.folder()).arguments(&["-y", "-P", "", "-f"]);
        let public = line(public.argument(&self.key).run(&[]).map_err(|error| failed(&error.message))?);
        let text = format!("code-assist namespaces=\"git\" {public}\n");
        fs::write(&list, text).map_err(KernelError::io("write", list.display()))?;
        Ok(list)
    }
}

impl Drop for Signer {
    /// The agent that gpg starts is not left behind.
    fn drop(&mut self) {
        if self.short.is_symlink() {
            let folder = self.home.parent().unwrap_or(&self.home);
            let stop = Git::program("gpgconf", "gpgconf", folder).env("GNUPGHOME", &self.short);
            let _ = stop.arguments(&["--kill", "all"]).run(&[]);
            let _ = fs::remove_file(&self.short);
        }
    }
}

#[cfg(unix)]
fn link(folder: &Path, name: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(folder, name)
}

#[cfg(not(unix))]
fn link(_: &Path, _: &Path) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

fn failed(why: &str) -> KernelError {
    KernelError::new(
        Code::SigningFailed,
        format!("can't sign the commit: {why}\nhint: mend `[update.git.signing]`"),
    )
}
