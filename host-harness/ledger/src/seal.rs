//! Encryption at rest: what a tenant's runs keep is readable with the tenant's key alone.

use std::{borrow::Cow, fmt};

use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rand::{SecureRandom as _, SystemRandom},
};

/// The key of a tenant.
#[derive(Clone)]
pub struct Seal {
    tenant: String,
    key: LessSafeKey,
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Seal({})", self.tenant)
    }
}

impl Seal {
    /// The key of a tenant, 32 bytes.
    pub fn new(tenant: &str, key: &[u8; 32]) -> Result<Self, String> {
        let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| "no key of 32 bytes".to_owned())?;
        Ok(Self { tenant: tenant.to_owned(), key: LessSafeKey::new(key) })
    }

    /// Whose it is.
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// Seals bytes for one place: they open in no other.
    fn close(&self, place: &str, bytes: &[u8]) -> Result<Vec<u8>, String> {
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).map_err(|_| "the system has no randomness".to_owned())?;
        let mut sealed = bytes.to_vec();
        let (aad, unique) = (Aad::from(place.as_bytes()), Nonce::assume_unique_for_key(nonce));
        let done = self.key.seal_in_place_append_tag(unique, aad, &mut sealed);
        done.map_err(|_| "it is too long to be encrypted".to_owned())?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    fn open(&self, place: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut bytes = sealed.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let opened = self.key.open_in_place(nonce, Aad::from(place.as_bytes()), &mut bytes).ok()?;
        Some(opened.to_vec())
    }
}

/// What stands in the store for these bytes.
pub(crate) fn sealed<'a>(seal: Option<&Seal>, place: &str, bytes: &'a [u8]) -> Result<Cow<'a, [u8]>, String> {
    seal.map_or(Ok(Cow::Borrowed(bytes)), |seal| seal.close(place, bytes).map(Cow::Owned))
}

/// The bytes that something in the store stands for.
pub(crate) fn opened<'a>(seal: Option<&Seal>, place: &str, stored: &'a [u8]) -> Option<Cow<'a, [u8]>> {
    seal.map_or(Some(Cow::Borrowed(stored)), |seal| seal.open(place, stored).map(Cow::Owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_its_key_in_its_place() {
        let (seal, other) = (Seal::new("a", &[1; 32]).unwrap(), Seal::new("a", &[2; 32]).unwrap());
        let stored = sealed(Some(&seal), "run-1/0", b"text").unwrap().into_owned();
        assert!(!stored.windows(4).any(|part| part == b"text"));
        assert_eq!(opened(Some(&seal), "run-1/0", &stored).unwrap().as_ref(), b"text");
        assert_eq!(opened(Some(&seal), "run-1/1", &stored), None);
        assert_eq!(opened(Some(&other), "run-1/0", &stored), None);
        let mut bent = stored.clone();
        bent[15] ^= 1;
        assert_eq!(opened(Some(&seal), "run-1/0", &bent), None);
        assert_eq!(opened(Some(&seal), "run-1/0", &stored[..5]), None);
    }
}
