//! Content with its hash, made together so that neither is ever without the other.

use sha2::{Digest, Sha256};

/// Bytes and their SHA-256.
#[derive(Clone, PartialEq, Eq)]
pub struct Blob {
    bytes: std::sync::Arc<[u8]>,
    sha256: String,
}

impl Blob {
    /// Takes bytes in and hashes them.
    pub fn new(bytes: Vec<u8>) -> Self {
        let sha256 = sha256(&bytes);
        Self { bytes: bytes.into(), sha256 }
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Their hash, in hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }
}

/// Never prints content: it may be large, and it may be secret.
impl std::fmt::Debug for Blob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Blob({} bytes, {})", self.bytes.len(), self.sha256)
    }
}

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digest = Sha256::digest(bytes);
    digest
        .iter()
        .flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]])
        .map(char::from)
        .collect()
}
