//! Where secrets are kept: the environment, a file, a Vault.

use std::{
    env,
    io::Read as _,
    path::{Path, PathBuf},
};

use policy::{
    Code,
    config::{CredentialConfig, VaultReference, VaultSource},
};
use secrecy::{ExposeSecret as _, SecretString, zeroize::Zeroizing};

use super::known;
use crate::KernelError;

/// A secret in a file is no larger than this.
const BYTES_MAX: u64 = 64 * 1024;

/// Where one secret is kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// In an environment variable.
    Env(String),
    /// In a file.
    File(PathBuf),
    /// In the Vault.
    Vault(VaultReference),
}

impl Source {
    /// Where a credential is kept.
    pub fn of(config: &CredentialConfig) -> Result<Self, KernelError> {
        let odd = |why: String| KernelError::new(Code::SecretUnusable, why);
        match (&config.env, &config.file, &config.vault) {
            (Some(name), None, None) => Ok(Self::Env(name.clone())),
            (None, Some(file), None) => Ok(Self::File(file.into())),
            (None, None, Some(text)) => VaultReference::parse(text).map(Self::Vault).map_err(odd),
            _ => Err(odd("a credential needs one of `env`, `file` and `vault`".to_owned())),
        }
    }

    /// Where what opens a Vault is kept.
    pub(super) fn of_vault(config: &VaultSource) -> Result<Self, KernelError> {
        match (&config.env, &config.file) {
            (Some(name), None) => Ok(Self::Env(name.clone())),
            (None, Some(file)) => Ok(Self::File(file.into())),
            _ => Err(KernelError::new(
                Code::SecretUnusable,
                "what opens a Vault needs one of `env` and `file`",
            )),
        }
    }

    /// The file, which must not be one of the repository's: the agent could read it.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            _ => None,
        }
    }

    /// What the secret is called where it is taken out.
    pub fn name(&self) -> String {
        match self {
            Self::Env(name) => name.clone(),
            Self::File(path) => path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
            Self::Vault(VaultReference { path, key, .. }) => format!("{path}#{key}"),
        }
    }

    /// Reads it, where no Vault is needed for that.
    pub(super) fn read_here(&self) -> Result<Option<SecretString>, KernelError> {
        match self {
            Self::Env(name) => from_env(name).map(Some),
            Self::File(path) => from_file(path).map(Some),
            Self::Vault(_) => Ok(None),
        }
    }
}

impl Source {
    /// Reads a key, which may have lines, where no Vault is needed for that.
    pub(crate) fn read_key(&self) -> Result<Option<SecretString>, KernelError> {
        match self {
            Self::Env(name) => text_of_env(name).map(|(text, _)| Some(text.into())),
            Self::File(path) => text_of_file(path).map(|(text, _)| Some(text.into())),
            Self::Vault(_) => Ok(None),
        }
    }
}

fn from_env(name: &str) -> Result<SecretString, KernelError> {
    text_of_env(name).and_then(|(text, place)| checked(text, &place))
}

fn text_of_env(name: &str) -> Result<(String, String), KernelError> {
    let place = format!("the environment variable `{name}`");
    let missing = || KernelError::new(Code::SecretMissing, format!("{place} is not set"));
    let value = env::var_os(name).ok_or_else(missing)?;
    let text = value.into_string().map_err(|_| unusable(&place, "is not UTF-8 text"))?;
    Ok((text, place))
}

fn from_file(path: &Path) -> Result<SecretString, KernelError> {
    text_of_file(path).and_then(|(text, place)| checked(text, &place))
}

fn text_of_file(path: &Path) -> Result<(String, String), KernelError> {
    let place = format!("`{}`", path.display());
    let missing = |error| KernelError::new(Code::SecretMissing, format!("can't read {place}: {error}"));
    // Looked at before it is opened: a pipe without a writer would keep us waiting for ever.
    if !path.metadata().map_err(missing)?.is_file() {
        return Err(unusable(&place, "is not a file"));
    }
    let file = crate::input::open(path).map_err(missing)?;
    let metadata = file.metadata().map_err(missing)?;
    refuse_exposed(&metadata, path)?;
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(missing)?;
    match std::str::from_utf8(&bytes) {
        _ if bytes.len() as u64 > BYTES_MAX => Err(unusable(&place, "is larger than 64 KiB")),
        Ok(text) => Ok((text.to_owned(), place)),
        Err(_) => Err(unusable(&place, "is not UTF-8 text")),
    }
}

/// What everybody on the machine may read is no secret.
#[cfg(unix)]
fn refuse_exposed(metadata: &std::fs::Metadata, path: &Path) -> Result<(), KernelError> {
    use std::os::unix::fs::PermissionsExt as _;
    let (mode, path) = (metadata.permissions().mode() & 0o777, path.display());
    match mode & 0o077 {
        0 => Ok(()),
        _ => Err(KernelError::new(
            Code::SecretExposed,
            format!(
                "`{path}` has the mode {mode:03o}, so others can get at the secret in it\nhint: `chmod 600 {path}`"
            ),
        )),
    }
}

#[cfg(not(unix))]
fn refuse_exposed(_: &std::fs::Metadata, _: &Path) -> Result<(), KernelError> {
    Ok(())
}

/// A secret that is one line, and long enough to be told from chance.
pub(super) fn checked(text: String, place: &str) -> Result<SecretString, KernelError> {
    let secret = one_line(text).map_err(|why| unusable(place, why))?;
    match secret.expose_secret().len() < known::BYTES_MIN {
        true => {
            Err(unusable(place, "is shorter than four bytes, which nobody could keep from being printed"))
        }
        false => Ok(secret),
    }
}

/// One newline at the end is the editor's, not the secret's.
pub(crate) fn one_line(text: String) -> Result<SecretString, &'static str> {
    let text = Zeroizing::new(text);
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    match line {
        "" => Err("is empty"),
        line if line.chars().any(char::is_control) => Err("holds a control character"),
        line => Ok(SecretString::from(line)),
    }
}

fn unusable(place: &str, why: &str) -> KernelError {
    KernelError::new(Code::SecretUnusable, format!("{place} {why}"))
}
