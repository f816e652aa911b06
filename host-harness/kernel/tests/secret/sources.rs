//! Where secrets come from, and that each is read once.

use std::{fs, os::unix::fs::PermissionsExt as _};

use kernel::secret::{Secrets, Source, files, places};
use policy::{
    Code,
    config::{Config, CredentialConfig},
};
use secrecy::ExposeSecret as _;

use crate::standin::{self, ROOT};

fn credential(toml: &str) -> CredentialConfig {
    toml::from_str(toml).unwrap()
}

/// A file of mode 600.
fn write(path: &std::path::Path, text: &str, mode: u32) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[tokio::test]
async fn all_secrets_of_a_configuration_are_opened_in_one_go() {
    let folder = tempfile::tempdir().unwrap();
    let (address, state) = standin::start();
    write(&folder.path().join("vault-token"), ROOT, 0o600);
    write(&folder.path().join("pdp"), "the-pdp-t0ken\n", 0o400);
    let text = format!(
        r#"
        [vault]
        address = "http://{address}"
        auth = {{ token = {{ file = "vault-token" }} }}
        [[decision_points]]
        name = "pdp"
        protocol = "authzen"
        url = "https://pdp.example.org"
        credential = {{ file = "pdp" }}
        [[decision_points]]
        name = "opa"
        protocol = "opa"
        rule = "data.a.b"
        url = "https://opa.example.org"
        credential = {{ vault = "team/forge#token", header = "X-Key" }}
        [agent_id]
        registry = "https://ids.example.org"
        did = "did:web:example.org"
        credential = {{ vault = "team/forge#other" }}
        "#
    );
    let config = Config::parse(&text).unwrap().beside(folder.path());
    let names: Vec<_> = places(&config).into_iter().map(|(place, _)| place).collect();
    assert_eq!(names, ["decision_points.pdp", "decision_points.opa", "agent_id"]);
    let secrets = Secrets::open(places(&config), config.vault.as_ref()).await.unwrap();
    for (place, expected) in [
        ("decision_points.pdp", "the-pdp-t0ken"),
        ("decision_points.opa", "the-n3w-forge-token"),
        ("agent_id", "an0ther-value"),
    ] {
        assert_eq!(secrets.secret(place).unwrap().expose_secret(), expected);
        assert!(secrets.known().find(expected.as_bytes()).is_some(), "{place} is not known");
    }
    assert!(
        matches!(secrets.credential("decision_points.opa"), Some(kernel::net::Credential::Header { name, .. }) if name == "X-Key")
    );
    assert!(secrets.credential("elsewhere").is_none());
    let asked = state.lock().unwrap().asked.clone();
    assert_eq!(
        asked,
        ["GET /v1/auth/token/lookup-self", "GET /v1/secret/data/team/forge"],
        "a path is asked for once"
    );
    let printed = format!("{secrets:?}");
    assert!(!["t0ken", "n3w", "an0ther", ROOT].iter().any(|part| printed.contains(part)), "{printed}");
    let credentials = places(&config).into_iter().map(|(_, credential)| credential);
    let read: Vec<_> = files(credentials, config.vault.as_ref());
    assert_eq!(read, [folder.path().join("pdp"), folder.path().join("vault-token")]);
    secrets.lent().give_back().await;
}

#[test]
fn every_table_that_takes_a_credential_is_a_place() {
    let text = r#"
        [[bindings]]
        name = "model.default"
        url = "https://model.example.org"
        credential = { env = "MODEL" }
        [[bindings]]
        name = "open"
        url = "https://open.example.org"
        [[update.git.remotes]]
        name = "origin"
        url = "https://forge.example.org/a.git"
        credential = { env = "FORGE" }
        [artifacts]
        store = "s3"
        s3 = { bucket = "runs", access_key = { env = "ID" }, secret_key = { env = "KEY" } }
        "#;
    let config = Config::parse(text).unwrap();
    let names: Vec<_> = places(&config).into_iter().map(|(place, _)| place).collect();
    let expected =
        ["bindings.model.default", "update.git.origin", "artifacts.s3.access_key", "artifacts.s3.secret_key"];
    assert_eq!(names, expected);
}

#[tokio::test]
async fn a_secret_that_is_no_secret_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str, mode| {
        let path = folder.path().join(name);
        write(&path, text, mode);
        credential(&format!("file = {:?}", path.to_str().unwrap()))
    };
    for (config, code, part) in [
        (file("a", "s3cret", 0o644), Code::SecretExposed, "chmod 600"),
        (file("b", "s3cret", 0o660), Code::SecretExposed, "660"),
        (file("c", "abc\n", 0o600), Code::SecretUnusable, "shorter than four bytes"),
        (file("d", "\n", 0o600), Code::SecretUnusable, "is empty"),
        (file("e", "a\nb\n", 0o600), Code::SecretUnusable, "control character"),
        (file("f", &"x".repeat(70_000), 0o600), Code::SecretUnusable, "larger than"),
        (credential("file = \"/no/such/file\""), Code::SecretMissing, "/no/such/file"),
        (credential("file = \"/dev/zero\""), Code::SecretUnusable, "is not a file"),
        (credential("env = \"CODE_ASSIST_NO_SUCH_VARIABLE\""), Code::SecretMissing, "is not set"),
        (credential("vault = \"a#b\""), Code::SecretMissing, "no `[vault]`"),
        (credential("vault = \"a\""), Code::SecretUnusable, "path#key"),
    ] {
        let error = Secrets::open([("bindings.forge".to_owned(), &config)], None).await.unwrap_err();
        assert_eq!(error.code, code, "{error}");
        assert!(error.message.starts_with("credential of `bindings.forge`: "), "{error}");
        assert!(error.message.contains(part), "{error}");
        assert!(!error.message.contains("s3cret"), "{error}");
    }
}

#[tokio::test]
async fn a_variable_is_read_and_known_by_its_name() {
    let config = credential("env = \"CARGO_PKG_NAME\"");
    let secrets = Secrets::open([("a".to_owned(), &config), ("b".to_owned(), &config)], None).await.unwrap();
    assert_eq!(secrets.known().names(), ["CARGO_PKG_NAME"]);
    let redacted = secrets.known().redact_text(format!("it is {}!", env!("CARGO_PKG_NAME")));
    assert_eq!(redacted, "it is [secret CARGO_PKG_NAME]!");
    assert_eq!(Source::of(&config).unwrap().file(), None);
}
