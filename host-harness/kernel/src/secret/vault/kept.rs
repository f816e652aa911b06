use std::{collections::BTreeMap, fmt};

use agent_contract::fault::shown;
use policy::Code;
use secrecy::SecretString;
use serde_json::Value;

use super::super::source;
use crate::KernelError;

/// What a Vault keeps at one path.
pub struct Kept {
    place: String,
    /// What is no text can't be a secret.
    entries: BTreeMap<String, Option<SecretString>>,
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").field("place", &self.place).field("keys", &self.entries.keys()).finish()
    }
}

impl Kept {
    pub(super) fn read(place: String, version: Option<u64>, mut heard: Value) -> Result<Self, KernelError> {
        let metadata = heard.pointer("/data/metadata").is_some_and(Value::is_object);
        let given = heard.pointer("/data/metadata/version").and_then(Value::as_u64);
        // Version 0 is the latest, whichever that is.
        if let Some(asked) = version.filter(|asked| metadata && *asked > 0 && given != Some(*asked)) {
            let message =
                format!("the Vault was asked for version {asked} of `{place}` and gave another one");
            return Err(KernelError::new(Code::VaultMalformed, message));
        }
        match heard.pointer_mut("/data/data").map(Value::take) {
            Some(Value::Object(entries)) if metadata => {
                let text = |value| match value {
                    Value::String(text) => Some(SecretString::from(text)),
                    _ => None,
                };
                let entries = entries.into_iter().map(|(key, value)| (key, text(value))).collect();
                Ok(Self { place, entries })
            }
            Some(Value::Null) if metadata => Err(KernelError::new(
                Code::VaultMissing,
                format!("the Vault keeps nothing at `{place}` any more"),
            )),
            _ => Err(KernelError::new(
                Code::VaultMalformed,
                format!("the Vault's answer for `{place}` is not one of a KV engine, version 2"),
            )),
        }
    }

    /// The secret under a key.
    pub fn secret(&self, key: &str) -> Result<SecretString, KernelError> {
        use secrecy::ExposeSecret as _;
        let place = format!("the key `{}` of `{}`", shown(key), self.place);
        match self.entries.get(key) {
            Some(Some(secret)) => source::checked(secret.expose_secret().to_owned(), &place),
            Some(None) => Err(KernelError::new(Code::SecretUnusable, format!("{place} holds no text"))),
            None => {
                let keys: Vec<_> = self.entries.keys().map(|key| format!("`{}`", shown(key))).collect();
                let message = format!(
                    "there is no key `{}` at `{}`\nhint: there are {}",
                    shown(key),
                    self.place,
                    keys.join(", ")
                );
                Err(KernelError::new(Code::VaultMissing, message))
            }
        }
    }
}
