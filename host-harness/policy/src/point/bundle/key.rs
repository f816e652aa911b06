//! The keys that can vouch for a bundle. The configuration says what each is for; a
//! signature has no say in it.

use std::fmt;

use ring::{hmac, signature};
use serde::Deserialize;
use spki::{ObjectIdentifier, SubjectPublicKeyInfoOwned, der::DecodePem};

use super::BundleError;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");

/// A shorter secret than the hash itself can be guessed (RFC 7518, 3.2).
const SECRET_BYTES_MIN: usize = 32;

/// How a bundle is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Algorithm {
    /// RSA, PKCS #1 v1.5, SHA-256: OPA's default.
    #[serde(rename = "RS256")]
    Rs256,
    /// ECDSA on P-256, SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// HMAC with a shared secret, SHA-256.
    #[serde(rename = "HS256")]
    Hs256,
}

impl Algorithm {
    /// Its name in a JSON Web Signature.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::Hs256 => "HS256",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A key with what it is for.
#[derive(Clone)]
pub struct Key {
    algorithm: Algorithm,
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    Secret(hmac::Key),
    Public(Vec<u8>),
}

impl Key {
    /// Reads a key: a public one in PEM (`-----BEGIN PUBLIC KEY-----`), or a shared secret
    /// as it is.
    pub fn read(algorithm: Algorithm, text: &str) -> Result<Self, BundleError> {
        let kind = match algorithm {
            Algorithm::Hs256 => secret(text),
            Algorithm::Rs256 => public(text, RSA, None).map(Kind::Public),
            Algorithm::Es256 => public(text, EC, Some(P256)).map(Kind::Public),
        };
        let kind = kind.map_err(|message| BundleError::Key { algorithm, message: message.to_owned() })?;
        Ok(Self { algorithm, kind })
    }

    /// What it is for.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether the signature of a message is this key's.
    pub(super) fn vouches(&self, message: &[u8], signature: &[u8]) -> bool {
        let by: &'static dyn signature::VerificationAlgorithm = match (&self.kind, self.algorithm) {
            (Kind::Secret(key), _) => return hmac::verify(key, message, signature).is_ok(),
            (_, Algorithm::Rs256) => &signature::RSA_PKCS1_2048_8192_SHA256,
            (_, Algorithm::Es256) => &signature::ECDSA_P256_SHA256_FIXED,
            (_, Algorithm::Hs256) => return false,
        };
        let Kind::Public(key) = &self.kind else { return false };
        signature::UnparsedPublicKey::new(by, key).verify(message, signature).is_ok()
    }
}

fn secret(text: &str) -> Result<Kind, &'static str> {
    match text.len() {
        0..SECRET_BYTES_MIN => Err("is a secret of fewer than 32 bytes"),
        _ if text.contains("-----BEGIN ") => Err("is in PEM; HS256 has a shared secret"),
        _ => Ok(Kind::Secret(hmac::Key::new(hmac::HMAC_SHA256, text.as_bytes()))),
    }
}

fn public(
    text: &str,
    of: ObjectIdentifier,
    curve: Option<ObjectIdentifier>,
) -> Result<Vec<u8>, &'static str> {
    let read = SubjectPublicKeyInfoOwned::from_pem(text.trim());
    let key = read.map_err(|_| "is no public key in PEM (`-----BEGIN PUBLIC KEY-----`)")?;
    let on = key.algorithm.parameters.as_ref().and_then(|on| on.decode_as::<ObjectIdentifier>().ok());
    if key.algorithm.oid != of || curve.is_some() && on != curve {
        return Err("is a key for something else");
    }
    key.subject_public_key.as_bytes().map(<[u8]>::to_vec).ok_or("is cut off")
}

/// Never prints a key: it may be secret.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.algorithm)
    }
}
