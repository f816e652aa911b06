//! What a decision point knows the Runner by. It is never printed.

use std::{env, path::Path};

use policy::Code;
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use crate::{KernelError, input};

const BYTES_MAX: u64 = 64 * 1024;

/// Headers that say what a request is; a credential in one of them would break it.
const TAKEN: &[&str] = &[
    "accept",
    "accept-encoding",
    "connection",
    "content-length",
    "content-type",
    "expect",
    "host",
    "te",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-request-id",
];

/// A secret and how it is carried.
#[derive(Debug, Clone)]
pub enum Credential {
    /// `Authorization: Bearer <secret>`.
    Bearer(SecretString),
    /// A header of its own, such as an API key's.
    Header {
        /// The header's name.
        name: String,
        /// The secret.
        value: SecretString,
    },
    /// Keys of AWS: requests are signed with them, and they go nowhere themselves.
    Aws {
        /// The id of the access key.
        access_key: SecretString,
        /// The secret that belongs to it.
        secret_key: SecretString,
        /// The token of a session, which is sent.
        session_token: Option<SecretString>,
    },
}

/// How a credential is carried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carrier {
    /// As a bearer token.
    Bearer,
    /// In the header of this name.
    Header(String),
}

impl Credential {
    /// Reads a secret from an environment variable.
    pub fn from_env(carrier: Carrier, variable: &str) -> Result<Self, KernelError> {
        let place = format!("the environment variable `{variable}`");
        let value = env::var_os(variable).ok_or_else(|| unusable(&place, "is not set"))?;
        let text = value.into_string().map_err(|_| unusable(&place, "is not UTF-8 text"))?;
        Ok(Self::carried(carrier, secret(text, &place)?))
    }

    /// Reads a secret from a file.
    pub fn from_file(carrier: Carrier, path: &Path) -> Result<Self, KernelError> {
        let text = input::read_text(path, BYTES_MAX)?;
        Ok(Self::carried(carrier, secret(text, &format!("`{}`", path.display()))?))
    }

    fn carried(carrier: Carrier, secret: SecretString) -> Self {
        match carrier {
            Carrier::Bearer => Self::Bearer(secret),
            Carrier::Header(name) => Self::Header { name, value: secret },
        }
    }

    /// Everything of it that is secret.
    fn secrets(&self) -> impl Iterator<Item = &[u8]> {
        let all = match self {
            Self::Bearer(secret) | Self::Header { value: secret, .. } => [Some(secret), None, None],
            Self::Aws { access_key, secret_key, session_token } => {
                [Some(secret_key), session_token.as_ref(), Some(access_key)]
            }
        };
        all.into_iter()
            .flatten()
            .map(|secret| secret.expose_secret().as_bytes())
            .filter(|secret| !secret.is_empty())
    }

    /// Whether a text repeats the secret.
    pub(super) fn is_in(&self, text: &[u8]) -> bool {
        self.secrets().any(|secret| text.windows(secret.len()).any(|part| part == secret))
    }

    /// The text without the secret.
    pub(super) fn redact(&self, text: &[u8]) -> Vec<u8> {
        self.secrets().fold(text.to_vec(), |text, secret| Self::without(&text, secret))
    }

    fn without(text: &[u8], secret: &[u8]) -> Vec<u8> {
        let mut kept = Vec::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.windows(secret.len()).position(|part| part == secret) {
            kept.extend_from_slice(&rest[..at]);
            kept.extend_from_slice(b"[redacted]");
            rest = &rest[at + secret.len()..];
        }
        kept.extend_from_slice(rest);
        kept
    }

    /// The header that carries it, marked so that nothing prints it.
    pub(super) fn header(&self) -> Result<(HeaderName, HeaderValue), KernelError> {
        self.header_after(None)
    }

    /// The same with this before the secret instead of what is usual there.
    pub(super) fn header_after(
        &self,
        prefix: Option<&str>,
    ) -> Result<(HeaderName, HeaderValue), KernelError> {
        let (name, usual, secret) = match self {
            Self::Bearer(secret) => (AUTHORIZATION, "Bearer ", secret),
            Self::Header { name, value } => (header_name(name)?, "", value),
            Self::Aws { .. } => return Err(unusable("the credential", "is made of keys of AWS, which sign")),
        };
        let text = SecretString::from(format!("{}{}", prefix.unwrap_or(usual), secret.expose_secret()));
        let mut value = HeaderValue::from_str(text.expose_secret())
            .map_err(|_| unusable("the credential", "holds what no header can"))?;
        value.set_sensitive(true);
        Ok((name, value))
    }

    /// The secret, for what carries it in another way than a header.
    pub(super) fn exposed(&self) -> &SecretString {
        match self {
            Self::Bearer(secret) | Self::Header { value: secret, .. } => secret,
            Self::Aws { secret_key, .. } => secret_key,
        }
    }
}

fn unusable(place: &str, why: &str) -> KernelError {
    KernelError::new(Code::ArgumentMalformed, format!("{place} {why}, so there is no credential"))
}

fn secret(text: String, place: &str) -> Result<SecretString, KernelError> {
    crate::secret::one_line(text).map_err(|why| unusable(place, why))
}

fn header_name(name: &str) -> Result<HeaderName, KernelError> {
    let refused = |why: &str| {
        let message =
            format!("no credential goes in the header `{}`: {why}", agent_contract::fault::shown(name));
        KernelError::new(Code::ArgumentMalformed, message)
    };
    let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refused("it is no name of a header"))?;
    match TAKEN.contains(&parsed.as_str()) {
        true => Err(refused("the Runner says it itself")),
        false => Ok(parsed),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn read(text: &str) -> Result<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        fs::write(&path, text).unwrap();
        match Credential::from_file(Carrier::Bearer, &path) {
            Ok(Credential::Bearer(secret)) => Ok(secret.expose_secret().to_owned()),
            Ok(other) => panic!("{other:?}"),
            Err(error) => Err(error.message.replace(&path.display().to_string(), "FILE")),
        }
    }

    #[test]
    fn a_secret_is_one_line() {
        for (text, expected) in
            [("s3cret", "s3cret"), ("s3cret\n", "s3cret"), ("s3cret\r\n", "s3cret"), (" s ", " s ")]
        {
            assert_eq!(read(text).as_deref(), Ok(expected));
        }
        for (text, why) in [
            ("", "is empty"),
            ("\n", "is empty"),
            ("s3cret\n\n", "holds a control character"),
            ("s3\ncret", "holds a control character"),
            ("s3\0cret", "holds a control character"),
        ] {
            assert_eq!(read(text), Err(format!("`FILE` {why}, so there is no credential")));
        }
    }

    #[test]
    fn a_variable_is_read_or_missed() {
        let Ok(Credential::Header { name, value }) =
            Credential::from_env(Carrier::Header("x-api-key".to_owned()), "CARGO_PKG_NAME")
        else {
            panic!("no credential")
        };
        assert_eq!((name.as_str(), value.expose_secret()), ("x-api-key", env!("CARGO_PKG_NAME")));
        let missing = Credential::from_env(Carrier::Bearer, "CODE_ASSIST_NO_SUCH_VARIABLE").unwrap_err();
        assert!(missing.message.contains("`CODE_ASSIST_NO_SUCH_VARIABLE` is not set"), "{missing}");
        assert!(Credential::from_file(Carrier::Bearer, Path::new("no/such/file")).is_err());
    }

    #[test]
    fn a_secret_is_never_printed() {
        let bearer = Credential::Bearer("s3cret".into());
        let header = Credential::Header { name: "x-api-key".to_owned(), value: "s3cret".into() };
        for credential in [bearer, header] {
            let printed = format!("{credential:?} {:?}", credential.header().unwrap());
            assert!(!printed.contains("s3cret"), "{printed}");
        }
        let aws = aws();
        assert!(!format!("{aws:?}").contains("s3cret"));
        assert!(!aws.header().unwrap_err().message.contains("s3cret"));
        let broken = Credential::Bearer("s3cret\n".into()).header().unwrap_err();
        assert!(!broken.message.contains("s3cret"), "{broken}");
    }

    fn aws() -> Credential {
        let session_token = Some("s3cret-token".into());
        Credential::Aws { access_key: "s3cret-id".into(), secret_key: "s3cret-key".into(), session_token }
    }

    #[test]
    fn every_part_of_a_credential_is_taken_out() {
        let text = b"a s3cret-key, s3cret-id, s3cret-token, s3cret-key";
        assert!(aws().is_in(text) && aws().is_in(b"s3cret-id") && !aws().is_in(b"s3cret"));
        let clean = b"a [redacted], [redacted], [redacted], [redacted]";
        assert_eq!(String::from_utf8(aws().redact(text)).unwrap().as_bytes(), clean);
    }

    #[test]
    fn a_credential_takes_no_header_of_the_runners() {
        for name in ["Host", "content-type", "X-Request-ID", "", "a b", "x\n"] {
            let credential = Credential::Header { name: name.to_owned(), value: "s3cret".into() };
            assert!(credential.header().is_err(), "{name:?}");
        }
    }
}
