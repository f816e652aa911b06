//! Secrets planted in the environment, in a file and in a Vault, and somebody who prints
//! them in every way: what is written afterwards holds none of it.

use std::{fs, os::unix::fs::PermissionsExt as _, process::Command};

use kernel::secret::{Known, Secrets};
use policy::config::{CredentialConfig, VaultConfig};
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::{
    standin::{self, ROOT},
    ways::WAYS,
};

const IN_ENV: &str = "env-9aZ3xQ7Kd0VwLm4TtB2nRy8s";
const IN_FILE: &str = "file/Uc6JeHf1Go5P+x==";
const IN_VAULT: &str = "the-n3w-forge-token";
const PART: &str = "CODE_ASSIST_TEST_PLANTED";

/// Runs in a process of its own, for there the environment can be set.
#[test]
fn a_planted_secret_is_in_no_byte_of_what_is_written() {
    if std::env::var(PART).is_ok_and(|value| value == IN_ENV) {
        return planted();
    }
    let test = "planted::a_planted_secret_is_in_no_byte_of_what_is_written";
    let this = std::env::current_exe().unwrap();
    let output = Command::new(this).args(["--exact", test]).env(PART, IN_ENV).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
}

#[tokio::main(flavor = "current_thread")]
async fn planted() {
    let folder = tempfile::tempdir().unwrap();
    let secrets = opened(folder.path()).await;
    let read =
        ["env", "file", "vault"].map(|place| secrets.secret(place).unwrap().expose_secret().to_owned());
    assert_eq!(read, [IN_ENV, IN_FILE, IN_VAULT]);
    let state = folder.path().join("state");
    fs::create_dir(&state).unwrap();
    let mut written = 0;
    for secret in &read {
        for (at, (_, way)) in WAYS.iter().enumerate() {
            written += write(secrets.known(), &way(secret), &state.join(format!("{written}-{at}")));
        }
    }
    assert_eq!(written, read.len() * WAYS.len());
    for file in fs::read_dir(&state).unwrap() {
        let path = file.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        for secret in &read {
            for (name, way) in WAYS {
                let printed = way(secret);
                let found = bytes.windows(printed.len()).any(|part| part == printed);
                assert!(!found, "{} {name}", path.display());
            }
        }
    }
}

async fn opened(folder: &std::path::Path) -> Secrets {
    let (address, _state) = standin::start();
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path.to_string_lossy().into_owned()
    };
    let vault: VaultConfig = toml::from_str(&format!(
        "address = \"http://{address}\"\nauth = {{ token = {{ file = {:?} }} }}",
        file("vault-token", ROOT)
    ))
    .unwrap();
    let configs: [(&str, CredentialConfig); 3] = [
        ("env", toml::from_str(&format!("env = {PART:?}")).unwrap()),
        ("file", toml::from_str(&format!("file = {:?}", file("token", IN_FILE))).unwrap()),
        ("vault", toml::from_str("vault = \"team/forge#token\"").unwrap()),
    ];
    let places = configs.iter().map(|(place, config)| ((*place).to_owned(), config));
    Secrets::open(places, Some(&vault)).await.unwrap()
}

/// Writes what was printed as output that came in pieces, as a record, and as a message.
fn write(known: &Known, printed: &[u8], path: &std::path::Path) -> usize {
    let mut redactor = known.redactor();
    let mut output: Vec<u8> = printed.chunks(5).flat_map(|piece| redactor.push(piece)).collect();
    output.extend(redactor.finish());
    let text = String::from_utf8_lossy(printed).into_owned();
    let mut record = json!({ "output": text, &text: 1 });
    known.redact_json(&mut record);
    let message = known.redact_text(format!("the check failed: {text}"));
    let whole = [output, record.to_string().into_bytes(), message.into_bytes()].concat();
    fs::write(path, whole).unwrap();
    1
}
