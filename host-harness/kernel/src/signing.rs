//! What signs a ledger: a key that this process reads, or a program that keeps it to itself.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use policy::{Code, config::CredentialConfig};
use secrecy::SecretString;

use crate::{
    KernelError,
    process::Cancel,
    secret::Source,
    tool::{Bounds, Tool},
};

/// A signature takes no longer than this, wherever the key is.
const SIGNING_TIME: Duration = Duration::from_secs(20);
const SIGNATURE_BYTES_MAX: usize = 4096;

/// The secret that a place of the configuration names, where no Vault is needed for it.
pub fn secret(config: &CredentialConfig) -> Result<SecretString, KernelError> {
    let missing = || KernelError::new(Code::SecretUnusable, "a key of the ledger can't be in the Vault");
    Source::of(config)?.read_key()?.ok_or_else(missing)
}

/// The key of this machine, where it has one.
pub fn own(path: &Path) -> Result<Option<SecretString>, KernelError> {
    match path.exists() {
        false => Ok(None),
        true => Source::File(path.to_owned()).read_key(),
    }
}

/// Keeps a key for this machine, unless it has one by now. Nobody else may read it.
pub fn keep(path: &Path, pem: &str) -> Result<(), KernelError> {
    let failed = |operation| KernelError::io(operation, path.display());
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(failed("create the folder of"))?;
    let part = folder.join(format!(".{}.part", uuid::Uuid::now_v7().simple()));
    let written = write_private(&part, pem).and_then(|()| fs::hard_link(&part, path));
    let _ = fs::remove_file(&part);
    match written {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        written => written.map_err(failed("write")),
    }
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut options = fs::OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Has a program sign: the message on its standard input, the signature in base64 on its
/// standard output.
pub fn by_program(argv: &[String], message: &[u8]) -> Result<[u8; 64], KernelError> {
    let fault =
        |why: String| KernelError::new(Code::KernelFailed, format!("the signer of the ledger: {why}"));
    let (program, words) = argv.split_first().ok_or_else(|| fault("no program".to_owned()))?;
    let tool = match Path::new(program).is_absolute() {
        true => Tool::at(PathBuf::from(program)),
        false => Tool::find(program),
    };
    let tool = tool.ok_or_else(|| fault(format!("there is no program `{program}`")))?;
    let bounds = Bounds { wall: SIGNING_TIME, bytes: SIGNATURE_BYTES_MAX };
    let said = tool.fed(message).call(words, Path::new("/"), bounds, &Cancel::default())?;
    let said = said.ok(Code::KernelFailed, "the signer of the ledger")?;
    let bytes = BASE64_STANDARD.decode(said.out.trim()).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| fault("it did not say 64 bytes in base64".to_owned()))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn sh(script: &str) -> Result<[u8; 64], KernelError> {
        by_program(&["sh".to_owned(), "-c".to_owned(), script.to_owned()], b"message")
    }

    #[test]
    fn a_program_signs_what_it_reads_or_says_why_not() {
        let signature = sh("head -c 7 > /dev/null; head -c 64 /dev/zero | base64 -w0").unwrap();
        assert_eq!(signature, [0; 64]);
        assert!(sh("cat > /dev/null; echo short").unwrap_err().message.contains("64 bytes"));
        assert!(sh("echo locked >&2; exit 1").unwrap_err().message.contains("locked"));
        assert!(by_program(&["no-such-signer".to_owned()], b"").is_err());
    }

    #[test]
    fn a_key_is_kept_once_and_for_its_owner() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/key.pem");
        assert!(own(&path).unwrap().is_none());
        keep(&path, "one").unwrap();
        keep(&path, "two").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert!(own(&path).unwrap().is_some());
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }
}
