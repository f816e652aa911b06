//! Secrets in a Vault.

use std::{fs, os::unix::fs::PermissionsExt as _, path::PathBuf, time::Duration};

use kernel::{
    KernelError,
    secret::{Known, Secrets, Vault},
};
use policy::{
    Code,
    config::{CredentialConfig, VaultAppRole, VaultAuth, VaultConfig, VaultSource},
};
use secrecy::ExposeSecret as _;
use tempfile::TempDir;

use crate::standin::{self, Identity, ROLE, ROOT, SECRET_ID, Shared, Token, odd};

/// A file that holds what opens the Vault.
fn keeping(folder: &TempDir, text: &str) -> VaultSource {
    let path: PathBuf = folder.path().join("opens");
    fs::write(&path, format!("{text}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    VaultSource { file: Some(path.to_string_lossy().into_owned()), ..VaultSource::default() }
}

fn by_token(address: String, source: VaultSource) -> VaultConfig {
    let auth = VaultAuth { token: Some(source), approle: None };
    VaultConfig { address, auth, timeout_ms: Some(2000), ..VaultConfig::default() }
}

fn by_role(address: String, secret_id: VaultSource) -> VaultConfig {
    let role = VaultAppRole { role_id: ROLE.to_owned(), secret_id: Some(secret_id), mount: None };
    let auth = VaultAuth { token: None, approle: Some(role) };
    VaultConfig { address, auth, timeout_ms: Some(2000), ..VaultConfig::default() }
}

/// A Vault with an operator's token for it.
fn with_token(known: &Known, token: &str) -> (Vault, Shared) {
    let (folder, (address, state)) = (tempfile::tempdir().unwrap(), standin::start());
    let config = by_token(format!("http://{address}"), keeping(&folder, token));
    (Vault::open(&config, known).unwrap(), state)
}

fn with_role(known: &Known) -> (Vault, Shared) {
    let (folder, (address, state)) = (tempfile::tempdir().unwrap(), standin::start());
    let config = by_role(format!("http://{address}"), keeping(&folder, SECRET_ID));
    (Vault::open(&config, known).unwrap(), state)
}

async fn forge(vault: &Vault) -> Result<String, KernelError> {
    let kept = vault.kept("team/forge", None).await?;
    Ok(kept.secret("token")?.expose_secret().to_owned())
}

fn count(state: &Shared, question: &str) -> usize {
    state.lock().unwrap().asked.iter().filter(|asked| *asked == question).count()
}

const LOGIN: &str = "POST /v1/auth/approle/login";
const RENEW: &str = "POST /v1/auth/token/renew-self";
const READ: &str = "GET /v1/secret/data/team/forge";

#[tokio::test]
async fn a_secret_is_read_in_its_latest_version_or_an_older_one() {
    let known = Known::default();
    let (vault, _) = with_token(&known, ROOT);
    assert_eq!(forge(&vault).await.as_deref(), Ok("the-n3w-forge-token"));
    let old = vault.kept("team/forge", Some(1)).await.unwrap();
    assert_eq!(old.secret("token").unwrap().expose_secret(), "the-0ld-forge-token");
    assert_eq!(known.names(), ["vault token"]);
    assert!(!format!("{vault:?} {old:?}").contains("0ld"));
}

#[tokio::test]
async fn what_is_not_there_is_told_with_what_is() {
    let (vault, state) = with_token(&Known::default(), ROOT);
    state.lock().unwrap().kept.get_mut("team/forge").unwrap().push(None);
    state
        .lock()
        .unwrap()
        .kept
        .insert("short".to_owned(), vec![Some(serde_json::json!({ "k": "abc", "n": 1, "empty": "" }))]);
    let code = |error: KernelError| error.code;
    assert_eq!(vault.kept("team/forge", None).await.map_err(code).err(), Some(Code::VaultMissing), "deleted");
    assert_eq!(
        vault.kept("team/forge", Some(9)).await.map_err(code).err(),
        Some(Code::VaultMissing),
        "no version"
    );
    assert_eq!(
        vault.kept("team/nothing", None).await.map_err(code).err(),
        Some(Code::VaultMissing),
        "no path"
    );
    let kept = vault.kept("team/forge", Some(2)).await.unwrap();
    let missing = kept.secret("tokn").unwrap_err();
    assert_eq!(missing.code, Code::VaultMissing);
    assert!(missing.message.contains("`tokn`") && missing.message.contains("`token`"), "{missing}");
    assert!(!missing.message.contains("the-n3w"), "{missing}");
    let short = vault.kept("short", None).await.unwrap();
    for key in ["k", "n", "empty"] {
        assert_eq!(short.secret(key).unwrap_err().code, Code::SecretUnusable, "{key}");
    }
}

#[tokio::test]
async fn a_role_logs_in_once_and_its_token_is_given_back() {
    let known = Known::default();
    let (vault, state) = with_role(&known);
    for _ in 0..3 {
        assert_eq!(forge(&vault).await.as_deref(), Ok("the-n3w-forge-token"));
    }
    assert_eq!((count(&state, LOGIN), count(&state, RENEW), count(&state, READ)), (1, 0, 3));
    assert_eq!(known.find(b"X-Vault-Token: hvs.from-login-number-1").as_deref(), Some("vault token"));
    assert_eq!(known.find(SECRET_ID.as_bytes()).as_deref(), Some("vault secret_id"));
    vault.close().await;
    assert_eq!(state.lock().unwrap().tokens.keys().collect::<Vec<_>>(), [ROOT]);
}

#[tokio::test]
async fn what_was_lent_is_given_back_when_another_secret_is_missing() {
    let (folder, (address, state)) = (tempfile::tempdir().unwrap(), standin::start());
    let vault = by_role(format!("http://{address}"), keeping(&folder, SECRET_ID));
    let credential = |toml: &str| toml::from_str::<CredentialConfig>(toml).unwrap();
    let kept = credential("vault = \"team/forge#token\"");
    let missing = credential("env = \"NO_SUCH_VARIABLE_OF_ANYBODY\"");
    let places = [("agent_id".to_owned(), &kept), ("bindings.model".to_owned(), &missing)];
    let error = Secrets::open(places, Some(&vault)).await.unwrap_err();
    assert_eq!(error.code, Code::SecretMissing);
    assert_eq!(count(&state, LOGIN), 1);
    assert_eq!(state.lock().unwrap().tokens.keys().collect::<Vec<_>>(), [ROOT]);
}

#[tokio::test]
async fn the_operators_token_is_not_given_back() {
    let (vault, state) = with_token(&Known::default(), ROOT);
    forge(&vault).await.unwrap();
    vault.close().await;
    assert!(state.lock().unwrap().tokens.contains_key(ROOT));
}

#[tokio::test]
async fn a_token_is_renewed_when_two_thirds_of_its_life_are_over() {
    let (vault, state) = with_role(&Known::default());
    state.lock().unwrap().ttl = 3;
    forge(&vault).await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    forge(&vault).await.unwrap();
    assert_eq!((count(&state, LOGIN), count(&state, RENEW)), (1, 0), "too early");
    for (renewals, wait) in [(1, 1800), (2, 2300)] {
        tokio::time::sleep(Duration::from_millis(wait)).await;
        assert_eq!(forge(&vault).await.as_deref(), Ok("the-n3w-forge-token"));
        assert_eq!((count(&state, LOGIN), count(&state, RENEW)), (1, renewals));
    }
}

#[tokio::test]
async fn a_role_logs_in_again_where_its_token_is_not_renewable_or_was_taken_back() {
    let (vault, state) = with_role(&Known::default());
    (state.lock().unwrap().ttl, state.lock().unwrap().renewable) = (1, false);
    forge(&vault).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(forge(&vault).await.as_deref(), Ok("the-n3w-forge-token"));
    assert_eq!((count(&state, LOGIN), count(&state, RENEW)), (2, 0));
    state.lock().unwrap().ttl = 3600;
    state.lock().unwrap().tokens.clear();
    assert_eq!(forge(&vault).await.as_deref(), Ok("the-n3w-forge-token"));
    assert_eq!(count(&state, LOGIN), 3);
}

#[tokio::test]
async fn at_the_end_of_its_longest_life_a_renewal_gains_nothing_and_a_role_logs_in() {
    let (vault, state) = with_role(&Known::default());
    (state.lock().unwrap().ttl, state.lock().unwrap().ttl_max) = (2, 2);
    forge(&vault).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1500)).await;
    forge(&vault).await.unwrap();
    assert_eq!((count(&state, LOGIN), count(&state, RENEW)), (2, 1));
}

#[tokio::test]
async fn an_operators_token_is_renewed_and_ends_where_it_cant_be() {
    let (vault, state) = with_token(&Known::default(), "hvs.of-the-operator");
    state.lock().unwrap().tokens.insert("hvs.of-the-operator".to_owned(), Token::lasting(Some(1)));
    state.lock().unwrap().ttl = 1;
    state.lock().unwrap().ttl_max = 2;
    forge(&vault).await.unwrap();
    tokio::time::sleep(Duration::from_millis(800)).await;
    assert_eq!(forge(&vault).await.as_deref(), Ok("the-n3w-forge-token"));
    assert_eq!(count(&state, RENEW), 1);
    tokio::time::sleep(Duration::from_millis(1600)).await;
    let over = forge(&vault).await.unwrap_err();
    assert_eq!(over.code, Code::VaultDenied, "{over}");
}

#[tokio::test]
async fn what_is_wrapped_is_unwrapped_once() {
    let (folder, (address, state)) = (tempfile::tempdir().unwrap(), standin::start());
    state.lock().unwrap().tokens.insert("hvs.was-wrapped".to_owned(), Token::lasting(Some(60)));
    state
        .lock()
        .unwrap()
        .wrapped
        .insert("hvs.wraps-a-token".to_owned(), standin::wrapped_login("hvs.was-wrapped", 60));
    state.lock().unwrap().wrapped.insert("hvs.wraps-an-id".to_owned(), standin::wrapped_secret_id());
    let known = Known::default();
    let token = VaultSource { wrapped: true, ..keeping(&folder, "hvs.wraps-a-token") };
    let config = by_token(format!("http://{address}"), token);
    let vault = Vault::open(&config, &known).unwrap();
    assert_eq!(forge(&vault).await.as_deref(), Ok("the-n3w-forge-token"));
    assert!(known.find(b"hvs.was-wrapped").is_some());
    let stolen = forge(&Vault::open(&config, &known).unwrap()).await.unwrap_err();
    assert_eq!(stolen.code, Code::VaultDenied);
    assert!(stolen.message.contains("somebody else"), "{stolen}");
    let secret_id = VaultSource { wrapped: true, ..keeping(&folder, "hvs.wraps-an-id") };
    let vault = Vault::open(&by_role(format!("http://{address}"), secret_id), &known).unwrap();
    assert_eq!(forge(&vault).await.as_deref(), Ok("the-n3w-forge-token"));
}

#[tokio::test]
async fn each_way_to_fail_has_a_code_and_what_passes_is_waited_for() {
    for (reply, times, expected) in [
        (odd("503 Service Unavailable", &["Vault is sealed"]), 2, Ok(())),
        (odd("503 Service Unavailable", &["Vault is sealed"]), 9, Err(Code::VaultSealed)),
        (
            odd(
                "429 Too Many Requests",
                &["request path \"secret/data/team/forge\": rate limit quota exceeded"],
            ),
            3,
            Ok(()),
        ),
        (odd("429 Too Many Requests", &[]), 9, Err(Code::VaultBusy)),
        (odd("429 Too Many Requests", &[]).and("retry-after", "60"), 1, Err(Code::VaultBusy)),
        (odd("412 Precondition Failed", &["required index state not present"]), 1, Ok(())),
        (
            odd("500 Internal Server Error", &["local node not active but active cluster node not found"]),
            1,
            Ok(()),
        ),
        (odd("502 Bad Gateway", &[]), 9, Err(Code::VaultBroken)),
        (
            odd("307 Temporary Redirect", &[]).and("location", "http://127.0.0.1:1/"),
            9,
            Err(Code::VaultElsewhere),
        ),
        (odd("403 Forbidden", &["permission denied"]), 9, Err(Code::VaultDenied)),
        (odd("405 Method Not Allowed", &[]), 9, Err(Code::VaultMalformed)),
        (odd("200 OK", &[]), 9, Err(Code::VaultMalformed)),
        (odd("200 OK", &[]).body(b"<html>"), 9, Err(Code::VaultMalformed)),
        (odd("200 OK", &[]).body(&vec![b' '; 2 * 1024 * 1024]), 9, Err(Code::VaultMalformed)),
    ] {
        let (vault, state) = with_token(&Known::default(), ROOT);
        forge(&vault).await.unwrap();
        let what = format!("{} {} times", reply.status, times);
        state.lock().unwrap().odd = vec![reply; times];
        let heard = forge(&vault).await.map(|_| ()).map_err(|error| error.code);
        assert_eq!(heard, expected, "{what}");
    }
}

#[tokio::test]
async fn a_vault_that_is_gone_silent_or_false_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let open = |address: &str, ms| {
        let config =
            VaultConfig { timeout_ms: Some(ms), ..by_token(address.to_owned(), keeping(&folder, ROOT)) };
        Vault::open(&config, &Known::default())
    };
    let gone = forge(&open("http://127.0.0.1:9", 500).unwrap()).await.unwrap_err();
    assert_eq!(gone.code, Code::VaultUnreachable, "{gone}");
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent =
        forge(&open(&format!("http://{}", silent.local_addr().unwrap()), 300).unwrap()).await.unwrap_err();
    assert!(silent.code == Code::VaultUnreachable && silent.message.contains("300 ms"), "{silent}");
    let denied = forge(&with_token(&Known::default(), "hvs.of-nobody").0).await.unwrap_err();
    assert_eq!(denied.code, Code::VaultDenied);
    assert!(!denied.message.contains("hvs."), "{denied}");
    assert!(open("http://vault.example.org", 1).is_err(), "not encrypted");
}

#[tokio::test]
async fn a_vault_with_tls_is_trusted_by_its_authority_alone() {
    let (folder, identity) = (tempfile::tempdir().unwrap(), Identity::of("localhost"));
    let (address, _state) = standin::start_tls(&identity);
    let ca = folder.path().join("ca.pem");
    fs::write(&ca, &identity.ca_pem).unwrap();
    let config = by_token(format!("https://localhost:{}", address.port()), keeping(&folder, ROOT));
    let trusting = VaultConfig { ca_file: Some(ca.to_string_lossy().into_owned()), ..config.clone() };
    let vault = Vault::open(&trusting, &Known::default()).unwrap();
    assert_eq!(forge(&vault).await.as_deref(), Ok("the-n3w-forge-token"));
    fs::write(&ca, &Identity::of("localhost").ca_pem).unwrap();
    let other = forge(&Vault::open(&trusting, &Known::default()).unwrap()).await.unwrap_err();
    assert_eq!(other.code, Code::VaultUnreachable, "{other}");
}

#[tokio::test]
async fn a_namespace_goes_with_everything() {
    let (folder, (address, state)) = (tempfile::tempdir().unwrap(), standin::start());
    state.lock().unwrap().namespace = Some("team/a".to_owned());
    let config = by_role(format!("http://{address}"), keeping(&folder, SECRET_ID));
    let outside = forge(&Vault::open(&config, &Known::default()).unwrap()).await.unwrap_err();
    assert_eq!(outside.code, Code::VaultMissing);
    let config = VaultConfig { namespace: Some("team/a".to_owned()), ..config };
    let vault = Vault::open(&config, &Known::default()).unwrap();
    assert_eq!(forge(&vault).await.as_deref(), Ok("the-n3w-forge-token"));
}

/// A Vault that says back what it was told.
#[tokio::test]
async fn an_error_holds_nothing_of_what_opens_the_vault() {
    let credential = toml::from_str::<CredentialConfig>("vault = \"team/forge#token\"").unwrap();
    let long = format!("{} {SECRET_ID}", "x".repeat(180));
    for (what, said, role, secret) in [
        ("a token", format!("bad token {ROOT}"), false, ROOT),
        ("a token in base64", base64::Engine::encode(&base64::prelude::BASE64_STANDARD, ROOT), false, ROOT),
        ("a secret id", format!("bad id {SECRET_ID}"), true, SECRET_ID),
        ("a secret id that is cut off", long, true, "84896a0c"),
    ] {
        let (folder, (address, state)) = (tempfile::tempdir().unwrap(), standin::start());
        let address = format!("http://{address}");
        let config = match role {
            true => by_role(address, keeping(&folder, SECRET_ID)),
            false => by_token(address, keeping(&folder, ROOT)),
        };
        state.lock().unwrap().odd = vec![odd("403 Forbidden", &[&said]); 3];
        let error = Secrets::open([("agent_id".to_owned(), &credential)], Some(&config)).await.unwrap_err();
        assert_eq!(error.code, Code::VaultDenied, "{what}: {error}");
        assert!(error.message.contains("[secret vault"), "{what}: {error}");
        assert!(!error.message.contains(secret) && !error.message.contains("aHZzLnJvb3Q"), "{what}: {error}");
    }
}

/// The token of a login is known as soon as there is one.
#[tokio::test]
async fn an_error_holds_nothing_of_what_a_login_gave() {
    let credential = toml::from_str::<CredentialConfig>("vault = \"team/forge#token\"").unwrap();
    let (folder, (address, state)) = (tempfile::tempdir().unwrap(), standin::start());
    let config = by_role(format!("http://{address}"), keeping(&folder, SECRET_ID));
    state.lock().unwrap().says_token_back = true;
    let error = Secrets::open([("agent_id".to_owned(), &credential)], Some(&config)).await.unwrap_err();
    assert_eq!(error.code, Code::VaultDenied, "{error}");
    assert!(error.message.contains("[secret vault token]"), "{error}");
    assert!(!error.message.contains("from-login"), "{error}");
}

#[tokio::test]
async fn a_login_that_is_refused_is_asked_for_once() {
    for status in ["400 Bad Request", "403 Forbidden"] {
        let (vault, state) = with_role(&Known::default());
        state.lock().unwrap().odd = vec![odd(status, &["invalid role or secret ID"]); 5];
        let error = forge(&vault).await.unwrap_err();
        assert_eq!((error.code, count(&state, LOGIN)), (Code::VaultDenied, 1), "{status}");
    }
}

#[tokio::test]
async fn another_version_than_the_one_asked_for_is_refused() {
    let (vault, state) = with_token(&Known::default(), ROOT);
    forge(&vault).await.unwrap();
    for (version, expected) in [(Some(1), Err(Code::VaultMalformed)), (Some(2), Ok(())), (None, Ok(()))] {
        let body = serde_json::json!({ "data": { "data": { "token": "the-n3w-forge-token" }, "metadata": { "version": 2 } } });
        state.lock().unwrap().odd = vec![odd("200 OK", &[]).body(body.to_string().as_bytes())];
        let heard = vault.kept("team/forge", version).await.map(|_| ()).map_err(|error| error.code);
        assert_eq!(heard, expected, "{version:?}");
    }
}
