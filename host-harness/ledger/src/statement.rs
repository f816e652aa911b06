//! What is signed of a run: statements as in-toto has them, in envelopes as DSSE has them.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use policy::dsse::{Envelope, EnvelopeSignature, encoding};
use serde_json::{Value, json};

use crate::{LedgerError, Signer, Trust};

/// What the payload of an envelope is.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// A statement that a run ends with.
#[derive(Debug, Clone)]
pub struct Statement {
    /// The name that its envelope is kept under.
    pub name: String,
    /// It, as JSON.
    pub document: Value,
    /// Whether its predicate is to say which records it stands on.
    pub names_trace: bool,
}

/// Whether what is attached to a run under a name is an envelope of a statement.
pub(crate) fn is_name(name: &str) -> bool {
    name.ends_with(".dsse.json")
}

/// Signs a statement; gives the name of its envelope, and the envelope.
pub(crate) fn sign(
    statement: &Statement,
    trace: &Value,
    signer: Option<&dyn Signer>,
) -> Result<(String, String), LedgerError> {
    let mut document = statement.document.clone();
    if statement.names_trace {
        document["predicate"]["trace"] = trace.clone();
    }
    let payload = serde_json_canonicalizer::to_vec(&document).map_err(LedgerError::Canonical)?;
    let signatures = signer.map(|signer| signature(signer, &payload)).transpose()?;
    let envelope = Envelope {
        payload_type: PAYLOAD_TYPE.to_owned(),
        payload: BASE64_STANDARD.encode(&payload),
        signatures: signatures.into_iter().collect(),
    };
    Ok((statement.name.clone(), json!(envelope).to_string()))
}

fn signature(signer: &dyn Signer, payload: &[u8]) -> Result<EnvelopeSignature, LedgerError> {
    let encoded = encoding(PAYLOAD_TYPE, payload);
    let signature = signer.sign(&encoded).map_err(LedgerError::Signature)?;
    match signer.key().verifies(&encoded, &signature) {
        true => {
            Ok(EnvelopeSignature { keyid: signer.key().sha256(), sig: BASE64_STANDARD.encode(signature) })
        }
        false => {
            let name = signer.key().name();
            Err(LedgerError::Signature(format!(
                "the signer gave a signature that the key `{name}` does not verify"
            )))
        }
    }
}

/// What an envelope says, and the names of the trusted keys that signed it. A signature of a
/// trusted key that does not hold is a fault.
pub fn open(envelope: &str, trust: &Trust) -> Result<(Value, Vec<String>), String> {
    let envelope: Envelope = serde_json::from_str(envelope).map_err(|error| error.to_string())?;
    if envelope.payload_type != PAYLOAD_TYPE {
        return Err("it holds no in-toto statement".to_owned());
    }
    let payload = BASE64_STANDARD.decode(&envelope.payload).map_err(|_| "its payload is no base64")?;
    let encoded = encoding(&envelope.payload_type, &payload);
    let mut signed_by = Vec::new();
    for one in &envelope.signatures {
        let Some(key) = trust.keys.iter().find(|key| key.sha256() == one.keyid) else { continue };
        let signature = BASE64_STANDARD.decode(&one.sig).map_err(|_| "a signature is no base64")?;
        match key.verifies(&encoded, &signature) {
            true => signed_by.push(key.name().to_owned()),
            false => return Err(format!("the signature of `{}` does not hold", key.name())),
        }
    }
    let document = serde_json::from_slice(&payload).map_err(|error| error.to_string())?;
    Ok((document, signed_by))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Key;

    #[test]
    fn an_envelope_opens_with_its_key_and_is_bent_by_nobody() {
        let key = Key::new(&[7; 32]).unwrap();
        let statement =
            Statement { name: "run".to_owned(), document: json!({ "predicate": {} }), names_trace: true };
        let (_, envelope) = sign(&statement, &json!({ "records": 3 }), Some(&key)).unwrap();
        let trust = Trust::of(vec![key.key().clone()]);
        let (document, signed_by) = open(&envelope, &trust).unwrap();
        assert_eq!((document["predicate"]["trace"]["records"].as_u64(), signed_by.len()), (Some(3), 1));
        assert_eq!(open(&envelope, &Trust::default()).unwrap().1.len(), 0);
        let mut bent: Value = serde_json::from_str(&envelope).unwrap();
        bent["payload"] = json!(BASE64_STANDARD.encode(b"{\"predicate\":{}}"));
        assert!(open(&bent.to_string(), &trust).is_err());
    }
}
