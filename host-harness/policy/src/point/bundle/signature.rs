//! What `.signatures.json` says, and whether it may be believed.

use std::collections::BTreeMap;

use agent_contract::{
    document::{from_value, parse, parse_value},
    fault::shown,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::Value;

use super::{BundleError, Key, SIGNATURES, file, signature, text};

/// The only one that OPA's tools write.
const HASH: &str = "SHA-256";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Signatures {
    signatures: Vec<String>,
    #[serde(default)]
    plugin: String,
}

/// The claims about the bundle. Others are for people.
#[derive(Deserialize)]
struct Claims {
    files: Vec<SignedFile>,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    keyid: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignedFile {
    name: String,
    hash: String,
    algorithm: String,
}

/// A token in its parts.
struct Token<'a> {
    header: Value,
    claims: Claims,
    signed: &'a str,
    signature: Vec<u8>,
}

/// The signed files with their hashes, when a known key has signed them for the scope.
pub(super) fn verified(
    bytes: &[u8],
    keys: &BTreeMap<String, Key>,
    scope: &str,
) -> Result<BTreeMap<String, String>, BundleError> {
    let read: Signatures =
        parse(text(SIGNATURES, bytes)?).map_err(|fault| file(SIGNATURES, fault.to_string()))?;
    if !matches!(read.plugin.as_str(), "" | "_default") {
        return Err(signature(format!("plugin `{}` is not known", shown(&read.plugin))));
    }
    let [token] = read.signatures.as_slice() else {
        return Err(signature(format!("there are {} of them, not one", read.signatures.len())));
    };
    let token = Token::read(token)?;
    let (id, key) = token.key(keys)?;
    token.refuse_other_algorithm(key)?;
    if !key.vouches(token.signed.as_bytes(), &token.signature) {
        return Err(signature(format!("it is not by key `{}`", shown(id))));
    }
    if token.claims.scope != scope {
        let theirs = shown(&token.claims.scope);
        return Err(signature(format!("it is for scope `{theirs}`, not for `{}`", shown(scope))));
    }
    listed(token.claims.files)
}

fn listed(files: Vec<SignedFile>) -> Result<BTreeMap<String, String>, BundleError> {
    let mut listed = BTreeMap::new();
    for SignedFile { name, hash, algorithm } in files {
        if algorithm != HASH {
            return Err(file(&name, format!("is signed by its {}, not its {HASH}", shown(&algorithm))));
        }
        if listed.insert(name.clone(), hash).is_some() {
            return Err(file(&name, "is signed twice"));
        }
    }
    Ok(listed)
}

impl<'a> Token<'a> {
    fn read(token: &'a str) -> Result<Self, BundleError> {
        let parts: Vec<_> = token.split('.').collect();
        let (&[header, claims, by], Some((signed, _))) = (parts.as_slice(), token.rsplit_once('.')) else {
            return Err(signature("it is no token of three parts"));
        };
        let claims = from_value(json(claims)?);
        Ok(Self {
            header: json(header)?,
            claims: claims.map_err(|fault| signature(fault.to_string()))?,
            signed,
            signature: decoded(by)?,
        })
    }

    /// The key that the token names: in its header, or as OPA did before in its claims.
    fn key<'k>(&self, keys: &'k BTreeMap<String, Key>) -> Result<(&'k str, &'k Key), BundleError> {
        let named = match (self.header.get("kid"), self.claims.keyid.as_deref()) {
            (Some(Value::String(header)), Some(claimed)) if header != claimed => {
                return Err(signature("it names two keys"));
            }
            (Some(Value::String(header)), _) => header.as_str(),
            (Some(_), _) => return Err(signature("its key id is no text")),
            (None, Some(claimed)) => claimed,
            (None, None) => return Err(signature("it names no key")),
        };
        let known = keys.get_key_value(named).map(|(id, key)| (id.as_str(), key));
        known.ok_or_else(|| signature(format!("key `{}` is not configured", shown(named))))
    }

    /// The key's configuration says how it signs. A token that says otherwise is a forgery,
    /// or made for another reader; what a reader must understand, this one does not.
    fn refuse_other_algorithm(&self, key: &Key) -> Result<(), BundleError> {
        if self.header.get("crit").is_some() {
            return Err(signature("it demands what is not understood here"));
        }
        match self.header.get("alg").and_then(Value::as_str) {
            Some(alg) if alg == key.algorithm().as_str() => Ok(()),
            alg => {
                let alg = shown(alg.unwrap_or_default());
                Err(signature(format!("it says `{alg}`, and the key is for {}", key.algorithm())))
            }
        }
    }
}

fn json(part: &str) -> Result<Value, BundleError> {
    let bytes = decoded(part)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| signature("a part of it is not UTF-8"))?;
    let value = parse_value(text).map_err(|fault| signature(fault.to_string()))?;
    match value.is_object() {
        true => Ok(value),
        false => Err(signature("a part of it is no object")),
    }
}

fn decoded(part: &str) -> Result<Vec<u8>, BundleError> {
    BASE64_URL_SAFE_NO_PAD.decode(part).map_err(|_| signature("a part of it is not base64url"))
}
