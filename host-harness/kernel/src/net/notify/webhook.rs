//! Notifications as JSON, signed if need be as Standard Webhooks has it.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use policy::{Code, config::BindingConfig};
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::{Told, taken};
use crate::{
    KernelError, clock,
    net::{
        Attempt, Binding, Keys, Method, Names, Outgoing, Repeat, Used,
        binding::{Carried, Manner},
        failure::Fault,
        place::Place,
    },
};

/// A key that is shorter signs nothing.
const KEY_BYTES_MIN: usize = 16;

#[derive(Debug, Clone)]
pub(super) struct Webhook {
    binding: Binding,
    key: Option<Key>,
}

#[derive(Clone)]
struct Key(hmac::Key);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

impl Webhook {
    pub(super) fn open(
        config: &BindingConfig,
        keys: Keys,
        names: Arc<dyn Names>,
    ) -> Result<Self, KernelError> {
        let told = |fault: Fault| fault.told(&config.name, 1);
        let place = Place::of(config, &config.url).map_err(told)?;
        let path = if place.path.is_empty() { "/".to_owned() } else { place.path };
        let secret = keys.credential.as_ref().filter(|_| config.sign).map(|credential| credential.exposed());
        if config.sign && secret.is_none() {
            let what = "it is to be signed, and there is nothing to sign with";
            return Err(told(Fault::own(Code::NetKind, what.to_owned())));
        }
        let key = secret.map(key).transpose().map_err(told)?;
        let credential = if config.sign { Carried::Kept } else { Carried::Sent };
        let manner = Manner::Fixed { path: SecretString::from(path), credential };
        Ok(Self { binding: Binding::open_fixed(config, keys, names, manner)?, key })
    }

    pub(super) fn used(&self) -> Used {
        self.binding.used()
    }

    pub(super) async fn tell(&self, told: &Told<'_>) -> Result<Vec<Attempt>, KernelError> {
        let body = json!({
            "id": told.id,
            "type": "code-assist.notification",
            "run_id": told.notification.run_id,
            "binding": self.binding.name(),
            "text": told.notification.text,
        });
        let body = body.to_string().into_bytes();
        let headers = self.headers(told.id, clock::now_ms() / 1000, &body);
        let outgoing = Outgoing {
            method: Method::Post,
            path: "/".to_owned(),
            headers,
            body,
            // Whoever takes it twice sees the same id.
            repeat: Repeat::Harmless,
        };
        taken(self.binding.send(outgoing).await?, self.binding.name())
    }

    fn headers(&self, id: &str, seconds: u64, body: &[u8]) -> Vec<(String, String)> {
        let mut headers = vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            ("webhook-id".to_owned(), id.to_owned()),
            ("webhook-timestamp".to_owned(), seconds.to_string()),
        ];
        headers.extend(self.key.as_ref().map(|key| {
            let signed = [format!("{id}.{seconds}.").as_bytes(), body].concat();
            let signature = STANDARD.encode(hmac::sign(&key.0, &signed));
            ("webhook-signature".to_owned(), format!("v1,{signature}"))
        }));
        headers
    }
}

/// A key: `whsec_` and base64, or the text itself.
fn key(secret: &SecretString) -> Result<Key, Fault> {
    let odd = |why: &str| Fault::own(Code::ArgumentMalformed, format!("the key that signs {why}"));
    let text = secret.expose_secret();
    let bytes = match text.strip_prefix("whsec_") {
        Some(encoded) => {
            STANDARD.decode(encoded).map_err(|_| odd("begins with `whsec_` and is no base64"))?
        }
        None => text.as_bytes().to_vec(),
    };
    match bytes.len() < KEY_BYTES_MIN {
        true => Err(odd("is shorter than 16 bytes")),
        false => Ok(Key(hmac::Key::new(hmac::HMAC_SHA256, &bytes))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks specification.
    #[test]
    fn a_signature_is_what_others_compute() {
        let key = key(&"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into()).unwrap();
        let (id, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", br#"{"test": 2432232314}"#);
        let signed = [format!("{id}.1614265330.").as_bytes(), body].concat();
        assert_eq!(
            STANDARD.encode(hmac::sign(&key.0, &signed)),
            "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn a_key_that_is_none_is_refused() {
        for secret in ["short", "whsec_", "whsec_AAAA", "whsec_not base64 at all!"] {
            assert!(key(&secret.into()).is_err(), "{secret}");
        }
    }
}
