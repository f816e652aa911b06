//! Keys: who signs a ledger, and whose signatures somebody goes by.

use std::fmt;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use ed25519_dalek::{
    Signature, Signer as _, SigningKey, VerifyingKey,
    pkcs8::{DecodePrivateKey as _, DecodePublicKey as _, EncodePrivateKey as _, EncodePublicKey as _},
};
use signed_note::{Verifier, is_key_name_valid, key_id};
use spki::der::pem::LineEnding;

/// What signed notes call an Ed25519 key that signs notes, and one that cosigns checkpoints.
const SIGNS: u8 = 1;
const COSIGNS: u8 = 4;

/// Signs for a ledger. The key may lie in another process.
pub trait Signer: Send + Sync {
    /// What verifies its signatures.
    fn key(&self) -> &PublicKey;

    /// Signs.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], String>;
}

/// A public key with its name.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    name: String,
    kind: u8,
    key: VerifyingKey,
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.vkey())
    }
}

impl PublicKey {
    /// A key under the name that is made of it.
    pub fn new(bytes: &[u8; 32]) -> Result<Self, String> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| "no Ed25519 public key".to_owned())?;
        if key.is_weak() {
            return Err("a weak Ed25519 public key".to_owned());
        }
        let digest = policy::blob::sha256(bytes);
        let name = format!("code-assist-{}", digest.get(..16).unwrap_or_default());
        Ok(Self { name, kind: SIGNS, key })
    }

    /// The same key under another name.
    pub fn named(self, name: &str) -> Result<Self, String> {
        match is_key_name_valid(name) {
            true => Ok(Self { name: name.to_owned(), ..self }),
            false => Err(format!("`{}` is no name of a key: no spaces, no `+`", name.escape_debug())),
        }
    }

    /// Reads a verifier key as signed notes have it (`name+hash+key`), a PEM document, or the
    /// 32 bytes in base64.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.starts_with("-----BEGIN") {
            let key = VerifyingKey::from_public_key_pem(text)
                .map_err(|error| format!("no Ed25519 public key in PEM: {error}"))?;
            return Self::new(key.as_bytes());
        }
        match text.split_once('+').and_then(|(name, rest)| Some((name, rest.split_once('+')?))) {
            Some((name, (hash, key))) => Self::of_parts(name, hash, key),
            None => {
                Self::new(&bytes_of(text).ok_or("neither a verifier key, nor PEM, nor base64 of 32 bytes")?)
            }
        }
    }

    fn of_parts(name: &str, hash: &str, key: &str) -> Result<Self, String> {
        let typed = BASE64_STANDARD.decode(key).map_err(|_| "its key is no base64".to_owned())?;
        let told = (hash.len() == 8).then(|| u32::from_str_radix(hash, 16).ok()).flatten();
        if told != Some(key_id(name, &typed)) {
            return Err("its hash is not that of its name and key".to_owned());
        }
        let (kind, bytes) = typed.split_first().ok_or("its key is empty")?;
        let bytes = bytes.try_into().map_err(|_| "its key has not 32 bytes".to_owned())?;
        match *kind {
            SIGNS | COSIGNS => Ok(Self { kind: *kind, ..Self::new(bytes)? }.named(name)?),
            _ => Err(format!("its key is of the kind {kind}; only Ed25519 is known")),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it cosigns checkpoints of others.
    pub fn cosigns(&self) -> bool {
        self.kind == COSIGNS
    }

    /// As signed notes have it: `name+hash+key`.
    pub fn vkey(&self) -> String {
        format!("{}+{:08x}+{}", self.name, self.key_id(), BASE64_STANDARD.encode(self.typed()))
    }

    /// The SHA-256 of its bytes, by which envelopes name it.
    pub fn sha256(&self) -> String {
        policy::blob::sha256(self.key.as_bytes())
    }

    /// As everybody else has it.
    pub fn pem(&self) -> String {
        self.key.to_public_key_pem(LineEnding::LF).unwrap_or_default()
    }

    /// Whether a signature holds, by the strict rules: no weak key, no second spelling.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let signature = <&[u8; 64]>::try_from(signature).map(Signature::from_bytes);
        signature.is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }

    fn typed(&self) -> Vec<u8> {
        [&[self.kind], self.key.as_bytes().as_slice()].concat()
    }

    fn cosignature(&self, text: &[u8], signature: &[u8]) -> bool {
        let Some((time, signature)) = signature.split_first_chunk() else { return false };
        let head = format!("cosignature/v1\ntime {}\n", u64::from_be_bytes(*time));
        self.verifies(&[head.as_bytes(), text].concat(), signature)
    }
}

impl Verifier for PublicKey {
    fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> u32 {
        key_id(&self.name, &self.typed())
    }

    fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        match self.cosigns() {
            true => self.cosignature(text, signature),
            false => self.verifies(text, signature),
        }
    }
}

fn bytes_of(text: &str) -> Option<[u8; 32]> {
    BASE64_STANDARD.decode(text).ok()?.try_into().ok()
}

/// A key that this process holds.
pub struct Key {
    secret: SigningKey,
    public: PublicKey,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.public.vkey())
    }
}

impl Key {
    /// A key of 32 bytes that nobody can guess.
    pub fn new(secret: &[u8; 32]) -> Result<Self, String> {
        let secret = SigningKey::from_bytes(secret);
        let public = PublicKey::new(secret.verifying_key().as_bytes())?;
        Ok(Self { secret, public })
    }

    /// Reads a key as `openssl genpkey -algorithm ed25519` writes it (PKCS #8 in PEM), or the
    /// 32 bytes in base64.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.starts_with("-----BEGIN") {
            let key = SigningKey::from_pkcs8_pem(text)
                .map_err(|error| format!("no Ed25519 private key in PEM: {error}"))?;
            return Self::new(key.as_bytes());
        }
        Self::new(&bytes_of(text).ok_or("neither a private key in PEM nor base64 of 32 bytes")?)
    }

    /// The same key under another name.
    pub fn named(self, name: &str) -> Result<Self, String> {
        Ok(Self { public: self.public.named(name)?, ..self })
    }

    /// As `openssl` has it.
    pub fn pem(&self) -> Result<String, String> {
        let pem = self.secret.to_pkcs8_pem(LineEnding::LF).map_err(|error| error.to_string())?;
        Ok(pem.to_string())
    }
}

impl Signer for Key {
    fn key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], String> {
        Ok(self.secret.sign(message).to_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_same_in_each_of_its_spellings() {
        let key = Key::new(&[7; 32]).unwrap();
        assert_eq!(Key::parse(&key.pem().unwrap()).unwrap().key(), key.key());
        assert_eq!(Key::parse(&BASE64_STANDARD.encode([7; 32])).unwrap().key(), key.key());
        for spelling in [key.key().vkey(), key.key().pem()] {
            assert_eq!(PublicKey::parse(&spelling).unwrap(), *key.key());
        }
        assert!(key.key().name().starts_with("code-assist-"));
    }

    #[test]
    fn what_is_no_key_is_told() {
        let good = Key::new(&[7; 32]).unwrap().key().vkey();
        let (name, rest) = good.split_once('+').unwrap();
        for bad in ["", "x", &format!("other+{rest}"), &good[..good.len() - 4], &format!("{name}+{rest}+")] {
            assert!(PublicKey::parse(bad).is_err(), "{bad}");
        }
        assert!(PublicKey::new(&[0; 32]).is_err());
        assert!(Key::parse("-----BEGIN PRIVATE KEY-----").is_err());
        assert!(PublicKey::parse(&good).unwrap().named("a b").is_err());
    }
}
