//! Bundles made and signed for the tests.

use std::{collections::BTreeMap, io::Write};

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use flate2::{Compression, write::GzEncoder};
use policy::point::bundle::{Algorithm, Key};
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tar::{Builder, EntryType, Header};

/// Made for these tests and used nowhere else.
const RSA_PRIVATE: &str = include_str!("rs256.key");
const RSA_PUBLIC: &str = include_str!("rs256.pem");
const SECRET: &str = "a secret of more than thirty-two bytes, for tests";
/// What stands before the point of a P-256 key in its DER form.
const P256_PREFIX: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

type Sign = Box<dyn Fn(&[u8]) -> Vec<u8>>;

/// One who signs, with the key that knows it.
pub struct Signer {
    pub algorithm: Algorithm,
    pub key: Key,
    sign: Sign,
}

impl Signer {
    pub fn hs256() -> Self {
        let secret = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
        let sign = move |message: &[u8]| hmac::sign(&secret, message).as_ref().to_vec();
        Self::new(Algorithm::Hs256, SECRET, sign)
    }

    pub fn es256() -> Self {
        let random = SystemRandom::new();
        let by = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let private = EcdsaKeyPair::generate_pkcs8(by, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(by, private.as_ref(), &random).unwrap();
        let public = pem(&[P256_PREFIX, pair.public_key().as_ref()].concat());
        let sign = move |message: &[u8]| pair.sign(&random, message).unwrap().as_ref().to_vec();
        Self::new(Algorithm::Es256, &public, sign)
    }

    pub fn rs256() -> Self {
        let private = BASE64_STANDARD.decode(RSA_PRIVATE.replace('\n', "")).unwrap();
        let pair = RsaKeyPair::from_pkcs8(&private).unwrap();
        let sign = move |message: &[u8]| {
            let mut signature = vec![0; pair.public().modulus_len()];
            pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).unwrap();
            signature
        };
        Self::new(Algorithm::Rs256, RSA_PUBLIC, sign)
    }

    fn new(algorithm: Algorithm, key: &str, sign: impl Fn(&[u8]) -> Vec<u8> + 'static) -> Self {
        Self { algorithm, key: Key::read(algorithm, key).unwrap(), sign: Box::new(sign) }
    }

    /// The keys of a configuration that knows it as `key-1`.
    pub fn keys(&self) -> BTreeMap<String, Key> {
        [("key-1".to_owned(), self.key.clone())].into()
    }

    /// A token as OPA's tools make it.
    pub fn token(&self, header: &Value, claims: &Value) -> String {
        let signed = format!("{}.{}", encoded(header.to_string()), encoded(claims.to_string()));
        let signature = encoded((self.sign)(signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    pub fn header(&self) -> Value {
        json!({ "alg": self.algorithm.as_str(), "kid": "key-1", "typ": "JWT" })
    }

    /// `.signatures.json` for files.
    pub fn signatures(&self, files: &[(&str, &str)]) -> String {
        let token = self.token(&self.header(), &json!({ "files": listed(files) }));
        json!({ "signatures": [token] }).to_string()
    }

    /// A bundle of files, signed.
    pub fn bundle(&self, files: &[(&str, &str)]) -> Vec<u8> {
        bundle_with(files, &self.signatures(files))
    }
}

pub fn encoded(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

pub fn pem(der: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
}

/// Files with their hashes. Documents are given in their canonical form already.
pub fn listed(files: &[(&str, &str)]) -> Vec<Value> {
    let hash = |text: &str| Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let file =
        |(name, text): &(&str, &str)| json!({ "name": name, "hash": hash(text), "algorithm": "SHA-256" });
    files.iter().map(file).collect()
}

pub fn bundle_with(files: &[(&str, &str)], signatures: &str) -> Vec<u8> {
    packed(&[files, &[(".signatures.json", signatures)]].concat())
}

/// A `.tar.gz` of files.
pub fn packed(files: &[(&str, &str)]) -> Vec<u8> {
    let entries: Vec<_> = files.iter().map(|(name, text)| (*name, EntryType::Regular, *text)).collect();
    packed_entries(&entries)
}

/// A `.tar.gz` with names and kinds that no tool would write.
pub fn packed_entries(entries: &[(&str, EntryType, &str)]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (name, kind, text) in entries {
        let mut header = Header::new_ustar();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*kind);
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append(&header, text.as_bytes()).unwrap();
    }
    compressed(&builder.into_inner().unwrap())
}

pub fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
