//! Who the Runner is to a Vault, and for how long.

use std::time::{Duration, Instant};

use policy::{
    Code,
    config::{VaultAppRole, VaultAuth, VaultSource},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::{
    super::{Known, Source},
    speak::{Ask, Speaker},
};
use crate::KernelError;

/// How the Runner shows who it is.
pub(super) enum Auth {
    Token(Given),
    AppRole { mount: String, role_id: String, secret_id: Option<Given> },
}

/// What the operator gave.
pub(super) struct Given {
    secret: SecretString,
    wrapped: bool,
}

/// A token and how long it lives.
pub(super) struct Session {
    pub(super) token: SecretString,
    since: Instant,
    /// None where it never ends.
    lives: Option<Duration>,
    renewable: bool,
}

impl Auth {
    pub(super) fn open(config: &VaultAuth, known: &Known) -> Result<Self, KernelError> {
        let given = |source: &VaultSource, name: &str| {
            let secret = Source::of_vault(source)?.read_here()?.expect("what opens a Vault is not in it");
            known.learn(name, &secret);
            Ok(Given { secret, wrapped: source.wrapped })
        };
        match (&config.token, &config.approle) {
            (Some(source), None) => given(source, "vault token").map(Self::Token),
            (None, Some(VaultAppRole { role_id, secret_id, mount })) => Ok(Self::AppRole {
                mount: mount.clone().unwrap_or_else(|| "approle".to_owned()),
                role_id: role_id.clone(),
                secret_id: secret_id.as_ref().map(|source| given(source, "vault secret_id")).transpose()?,
            }),
            _ => {
                Err(KernelError::new(Code::SecretMissing, "`vault.auth` needs one of `token` and `approle`"))
            }
        }
    }

    /// Whether the token is one that the Vault gave for this run.
    pub(super) fn is_login(&self) -> bool {
        matches!(self, Self::AppRole { .. }) || matches!(self, Self::Token(given) if given.wrapped)
    }

    /// Whether there is another token to be had. What was wrapped can be had once.
    pub(super) fn can_repeat(&self) -> bool {
        match self {
            Self::Token(_) => false,
            Self::AppRole { secret_id, .. } => !secret_id.as_ref().is_some_and(|given| given.wrapped),
        }
    }

    async fn start(&self, speaker: &Speaker, known: &Known) -> Result<Session, KernelError> {
        match self {
            Self::Token(given) if given.wrapped => unwrapped_token(given, speaker, known).await,
            Self::Token(given) => Ok(looked_up(given.secret.clone(), speaker).await),
            Self::AppRole { mount, role_id, secret_id } => {
                let mut body = json!({ "role_id": role_id });
                if let Some(given) = secret_id {
                    body["secret_id"] = secret_of(given, speaker, known).await?.expose_secret().into();
                }
                let heard = speaker.ask(&Ask::post(format!("auth/{mount}/login"), Some(body)), None).await?;
                Session::read(heard, known)
            }
        }
    }
}

impl Session {
    /// What a login, a renewal or an unwrapping gave.
    fn read(mut heard: Value, known: &Known) -> Result<Self, KernelError> {
        let malformed =
            || KernelError::new(Code::VaultMalformed, "the Vault let the Runner in and gave it no token");
        let seconds = heard.pointer("/auth/lease_duration").and_then(Value::as_u64);
        let renewable = heard.pointer("/auth/renewable").and_then(Value::as_bool).unwrap_or(false);
        let Some(Value::String(token)) = heard.pointer_mut("/auth/client_token").map(Value::take) else {
            return Err(malformed());
        };
        let token = SecretString::from(token);
        known.learn("vault token", &token);
        Ok(Self { token, since: Instant::now(), lives: lives(seconds), renewable })
    }

    /// Two thirds of its life are over.
    fn is_due(&self) -> bool {
        self.lives.is_some_and(|lives| self.since.elapsed() * 3 >= lives * 2)
    }

    fn is_over(&self) -> bool {
        self.lives.is_some_and(|lives| self.since.elapsed() >= lives)
    }
}

/// No seconds, or none that are told: it does not end.
fn lives(seconds: Option<u64>) -> Option<Duration> {
    seconds.filter(|seconds| *seconds > 0).map(Duration::from_secs)
}

/// A token that is good for now: the one there is, renewed if two thirds of its life are
/// over, else another one.
pub(super) async fn token(
    session: &mut Option<Session>,
    auth: &Auth,
    speaker: &Speaker,
    known: &Known,
) -> Result<SecretString, KernelError> {
    let next = match session.take() {
        None => auth.start(speaker, known).await?,
        Some(held) if !held.is_due() => held,
        Some(held) => later(held, auth, speaker, known).await?,
    };
    Ok(session.insert(next).token.clone())
}

async fn later(held: Session, auth: &Auth, speaker: &Speaker, known: &Known) -> Result<Session, KernelError> {
    let renewed = match held.renewable && !held.is_over() {
        true => renewed(&held, speaker, known).await,
        false => None,
    };
    match renewed {
        Some(renewed) => Ok(renewed),
        None if auth.can_repeat() => auth.start(speaker, known).await,
        None if !held.is_over() => Ok(held),
        None => Err(KernelError::new(
            Code::VaultDenied,
            "the life of the Vault's token is over and it can't be renewed\nhint: give a token that lives longer, or a role",
        )),
    }
}

/// Renewed, if that gained anything: near the end of its longest life it does not.
async fn renewed(held: &Session, speaker: &Speaker, known: &Known) -> Option<Session> {
    let ask = Ask::post("auth/token/renew-self", Some(json!({})));
    let renewed =
        speaker.ask(&ask, Some(&held.token)).await.and_then(|heard| Session::read(heard, known)).ok()?;
    let left = held.lives?.saturating_sub(held.since.elapsed());
    // Seconds are whole: one more than is left may be none more.
    let gained = |lives: Duration| lives > left + Duration::from_secs(1) || Some(lives * 2) > held.lives;
    renewed.lives.is_some_and(gained).then_some(renewed)
}

/// A token that the operator gave. One that may not even look at itself may still read.
async fn looked_up(token: SecretString, speaker: &Speaker) -> Session {
    let heard = speaker.ask(&Ask::get("auth/token/lookup-self"), Some(&token)).await.unwrap_or_default();
    let seconds = heard.pointer("/data/ttl").and_then(Value::as_u64);
    let renewable = heard.pointer("/data/renewable").and_then(Value::as_bool).unwrap_or(false);
    Session { token, since: Instant::now(), lives: lives(seconds), renewable }
}

async fn unwrapped(given: &Given, speaker: &Speaker) -> Result<Value, KernelError> {
    let ask = Ask::post("sys/wrapping/unwrap", None).once();
    speaker.ask(&ask, Some(&given.secret)).await.map_err(|error| match error.code {
        Code::VaultDenied => KernelError::new(
            Code::VaultDenied,
            format!(
                "{}\nhint: a wrapping token is good for once: if nobody of yours used it, somebody else did",
                error.message
            ),
        ),
        _ => error,
    })
}

/// The token that was wrapped: one made by a login or wrapped as `token`.
async fn unwrapped_token(given: &Given, speaker: &Speaker, known: &Known) -> Result<Session, KernelError> {
    let mut heard = unwrapped(given, speaker).await?;
    if heard.get("auth").is_some_and(Value::is_object) {
        return Session::read(heard, known);
    }
    match heard.pointer_mut("/data/token").map(Value::take) {
        Some(Value::String(token)) => {
            let token = SecretString::from(token);
            known.learn("vault token", &token);
            Ok(looked_up(token, speaker).await)
        }
        _ => Err(KernelError::new(Code::VaultMalformed, "what was wrapped is no token")),
    }
}

async fn secret_of(given: &Given, speaker: &Speaker, known: &Known) -> Result<SecretString, KernelError> {
    if !given.wrapped {
        return Ok(given.secret.clone());
    }
    let mut heard = unwrapped(given, speaker).await?;
    match heard.pointer_mut("/data/secret_id").map(Value::take) {
        Some(Value::String(text)) => {
            let secret = SecretString::from(text);
            known.learn("vault secret_id", &secret);
            Ok(secret)
        }
        _ => Err(KernelError::new(Code::VaultMalformed, "what was wrapped is no secret id")),
    }
}
