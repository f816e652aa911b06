use std::fmt;

use agent_contract::fault::shown;
use policy::{Blob, Code, blob};

use crate::KernelError;

/// The SHA-256 of a content, which is its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Digest(String);

impl Digest {
    /// The digest of bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(blob::sha256(bytes))
    }

    /// Reads 64 hexadecimal digits in small letters.
    pub fn parse(text: &str) -> Result<Self, KernelError> {
        let is_digit = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        match text.len() == 64 && text.bytes().all(is_digit) {
            true => Ok(Self(text.to_owned())),
            false => {
                let message = format!("`{}` is no SHA-256 in hexadecimal", shown(text));
                Err(KernelError::new(Code::ArgumentMalformed, message))
            }
        }
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name in a store: `sha256/ab/cdef...`, so that no folder holds all of them.
    pub(super) fn key(&self) -> String {
        let (first, rest) = self.0.split_at(2);
        format!("sha256/{first}/{rest}")
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an artifact is known by. Both must hold when it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// The digest of its content.
    pub digest: Digest,
    /// Its length.
    pub bytes: u64,
}

impl Artifact {
    /// What a content is known by.
    pub fn of(content: &Blob) -> Self {
        Self { digest: Digest(content.sha256().to_owned()), bytes: content.bytes().len() as u64 }
    }

    /// The content, if it is the one that is meant.
    pub(super) fn verified(&self, bytes: Vec<u8>) -> Result<Blob, KernelError> {
        let content = Blob::new(bytes);
        let found = Self::of(&content);
        match found == *self {
            true => Ok(content),
            false => Err(self.corrupt(&format!(
                "what lies there has {} bytes and the digest `{}`",
                found.bytes, found.digest
            ))),
        }
    }

    pub(super) fn corrupt(&self, why: &str) -> KernelError {
        let message = format!(
            "the artifact `{}` ({} bytes) is not what its name says: {why}\nhint: nothing here replaces it; look at who else writes there",
            self.digest, self.bytes
        );
        KernelError::new(Code::ArtifactCorrupt, message)
    }

    pub(super) fn missing(&self) -> KernelError {
        KernelError::new(Code::ArtifactMissing, format!("there is no artifact `{}`", self.digest))
    }
}
