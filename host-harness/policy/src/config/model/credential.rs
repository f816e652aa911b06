use serde::Deserialize;

use super::provider::Provider;
use crate::config::CredentialConfig;

/// What a model's provider knows the Runner by, as it is written: a secret, or keys of AWS.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ModelCredential {
    header: Option<String>,
    prefix: Option<String>,
    env: Option<String>,
    file: Option<String>,
    vault: Option<String>,
    aws: Option<WrittenAws>,
}

/// `true`: from the usual variables; or where each key is kept.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "EitherAws")]
struct WrittenAws {
    access_key: CredentialConfig,
    secret_key: CredentialConfig,
    session_token: SessionToken,
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "`aws` is `true` or { access_key = ..., secret_key = ..., session_token = ... }"
)]
enum EitherAws {
    Usual(bool),
    Keys(Box<AwsKeys>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AwsKeys {
    access_key: CredentialConfig,
    secret_key: CredentialConfig,
    session_token: Option<CredentialConfig>,
}

/// What requests to AWS are signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsConfig {
    /// The region that is signed for.
    pub region: String,
    /// The id of the access key.
    pub access_key: CredentialConfig,
    /// The secret that belongs to it.
    pub secret_key: CredentialConfig,
    /// The token of a session, for keys that are lent.
    pub session_token: SessionToken,
}

/// Whether keys belong to a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionToken {
    /// They don't.
    None,
    /// They do where the variable is set.
    IfSet(CredentialConfig),
    /// They do.
    Kept(CredentialConfig),
}

impl TryFrom<EitherAws> for WrittenAws {
    type Error = String;

    fn try_from(either: EitherAws) -> Result<Self, String> {
        match either {
            EitherAws::Usual(true) => Ok(Self::usual()),
            EitherAws::Usual(false) => Err("`aws` is `false`; leave it out instead".to_owned()),
            EitherAws::Keys(keys) => Ok(Self {
                access_key: keys.access_key,
                secret_key: keys.secret_key,
                session_token: keys.session_token.map_or(SessionToken::None, SessionToken::Kept),
            }),
        }
    }
}

impl WrittenAws {
    fn usual() -> Self {
        Self {
            access_key: in_variable("AWS_ACCESS_KEY_ID"),
            secret_key: in_variable("AWS_SECRET_ACCESS_KEY"),
            session_token: SessionToken::IfSet(in_variable("AWS_SESSION_TOKEN")),
        }
    }

    fn fault(&self) -> Option<String> {
        let session = match &self.session_token {
            SessionToken::Kept(kept) => Some(("session_token", kept)),
            SessionToken::None | SessionToken::IfSet(_) => None,
        };
        let keys = [("access_key", &self.access_key), ("secret_key", &self.secret_key)];
        keys.into_iter().chain(session).find_map(|(key, kept)| {
            let carried = kept.header.is_some() || kept.prefix.is_some();
            let carried = carried.then(|| "it is signed with and goes into no header".to_owned());
            let fault = kept.source_fault().or(carried)?;
            Some(format!("`credential.aws.{key}`: {fault}"))
        })
    }
}

impl AwsConfig {
    /// Where its keys are kept, but for the token of a session.
    pub(super) fn credentials_mut(&mut self) -> impl Iterator<Item = &mut CredentialConfig> {
        let session = match &mut self.session_token {
            SessionToken::Kept(kept) => Some(kept),
            SessionToken::None | SessionToken::IfSet(_) => None,
        };
        [&mut self.access_key, &mut self.secret_key].into_iter().chain(session)
    }
}

impl ModelCredential {
    pub(super) fn fault(&self, provider: Provider) -> Option<String> {
        let Some(aws) = &self.aws else { return self.plain().source_fault() };
        let more =
            [&self.header, &self.prefix, &self.env, &self.file, &self.vault].into_iter().any(Option::is_some);
        match provider {
            _ if more => Some("`credential` has `aws` and something else; give one".to_owned()),
            Provider::Bedrock => aws.fault(),
            _ => Some("`credential.aws` is for models of `bedrock`".to_owned()),
        }
    }

    /// The same as other bindings have it.
    pub(super) fn plain(&self) -> CredentialConfig {
        CredentialConfig {
            header: self.header.clone(),
            prefix: self.prefix.clone(),
            env: self.env.clone(),
            file: self.file.clone(),
            vault: self.vault.clone(),
        }
    }
}

/// Keys of AWS, where they are what the provider knows the Runner by.
pub(super) fn aws(credential: Option<&ModelCredential>, region: &str) -> Option<AwsConfig> {
    let written = match credential {
        None => WrittenAws::usual(),
        Some(credential) => credential.aws.clone()?,
    };
    let WrittenAws { access_key, secret_key, session_token } = written;
    Some(AwsConfig { region: region.to_owned(), access_key, secret_key, session_token })
}

pub(super) fn in_variable(name: &str) -> CredentialConfig {
    CredentialConfig { env: Some(name.to_owned()), ..CredentialConfig::default() }
}
