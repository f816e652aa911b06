//! OPA bundles: a policy in one file, signed. Only what a configured key vouches for is
//! taken, whole and in the form in which it was signed.

mod archive;
mod canonical;
mod key;
mod manifest;
mod signature;

use std::collections::BTreeMap;

use agent_contract::fault::shown;

use super::rego::{RegoError, Source};
use crate::blob::sha256;

pub use key::{Algorithm, Key};
pub use manifest::Manifest;

const MANIFEST: &str = ".manifest";
const SIGNATURES: &str = ".signatures.json";

/// Why a bundle can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// Nothing could vouch for it.
    #[error(
        "no key is configured for the bundle\nhint: name one in `keys`; a policy without a signature comes from a `folder`"
    )]
    NoKeys,
    /// A key can't be used.
    #[error("the {algorithm} key {message}")]
    Key {
        /// What it is for.
        algorithm: Algorithm,
        /// What is wrong with it.
        message: String,
    },
    /// It is larger than the Runner takes.
    #[error("the bundle has more than {max} {what}")]
    TooLarge {
        /// Of what there is too much.
        what: &'static str,
        /// How much there may be.
        max: usize,
    },
    /// It is no compressed archive.
    #[error("the bundle is no `.tar.gz`: {message}")]
    Archive {
        /// What is wrong with it.
        message: String,
    },
    /// A file in it can't be used.
    #[error("`{name}` in the bundle {message}")]
    File {
        /// The file.
        name: String,
        /// What is wrong with it.
        message: String,
    },
    /// Nobody, or nobody known, vouches for it.
    #[error("the bundle's signature does not hold: {message}")]
    Signature {
        /// What is wrong with it.
        message: String,
    },
    /// Its manifest and its content disagree.
    #[error(
        "the bundle's roots do not permit `{place}`\nhint: add it to `roots` in `.manifest`, or leave it out"
    )]
    Roots {
        /// What lies outside.
        place: String,
    },
    /// Its policy can't be used.
    #[error(transparent)]
    Policy(#[from] RegoError),
}

/// The files of a bundle, by name.
type Files = BTreeMap<String, Vec<u8>>;

/// Opens a bundle: the sources of its policy, which one of the keys has signed for that
/// scope, and what its manifest says.
pub fn open(
    bytes: &[u8],
    keys: &BTreeMap<String, Key>,
    scope: Option<&str>,
) -> Result<(Vec<Source>, Manifest), BundleError> {
    if keys.is_empty() {
        return Err(BundleError::NoKeys);
    }
    let mut files = archive::files(bytes)?;
    let Some(signatures) = files.remove(SIGNATURES) else {
        return Err(signature("there is none: the bundle has no `.signatures.json`"));
    };
    let signed = signature::verified(&signatures, keys, scope.unwrap_or_default())?;
    compare(&files, signed)?;
    let manifest =
        files.remove(MANIFEST).map(|bytes| Manifest::read(&bytes)).transpose()?.unwrap_or_default();
    let sources = files.into_iter().map(source).collect::<Result<Vec<_>, _>>()?;
    manifest.refuse_outside(&sources)?;
    Ok((sources, manifest))
}

/// Every file is signed as it is, and every signed file is there.
fn compare(files: &Files, mut signed: BTreeMap<String, String>) -> Result<(), BundleError> {
    for (name, bytes) in files {
        let Some(hash) = signed.remove(name) else {
            return Err(file(name, "is not among the signed files"));
        };
        if !hash.eq_ignore_ascii_case(&hashed(name, bytes)?) {
            return Err(file(name, "is not what was signed"));
        }
    }
    match signed.into_keys().next() {
        None => Ok(()),
        Some(missing) => Err(file(&missing, "is signed and missing")),
    }
}

/// OPA hashes documents in a canonical form, so that only what they say is signed, and
/// everything else byte for byte.
fn hashed(name: &str, bytes: &[u8]) -> Result<String, BundleError> {
    if !is_document(name) {
        return Ok(sha256(bytes));
    }
    let text = text(name, bytes)?;
    let form = canonical::form(text).map_err(|fault| file(name, fault.to_string()))?;
    Ok(sha256(form.as_bytes()))
}

fn is_document(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or_default();
    name == MANIFEST || last == "data.json"
}

fn source((name, bytes): (String, Vec<u8>)) -> Result<Source, BundleError> {
    match name.ends_with(".rego") || is_document(&name) {
        true => Ok(Source { name, bytes }),
        false => Err(file(&name, "is no part of a policy: neither a module (`.rego`) nor `data.json`")),
    }
}

fn text<'a>(name: &str, bytes: &'a [u8]) -> Result<&'a str, BundleError> {
    std::str::from_utf8(bytes).map_err(|error| file(name, format!("is not UTF-8: {error}")))
}

fn file(name: &str, message: impl Into<String>) -> BundleError {
    BundleError::File { name: shown(name), message: message.into() }
}

fn signature(message: impl Into<String>) -> BundleError {
    BundleError::Signature { message: message.into() }
}
