//! Waivers that an approver signed: whoever carries them can't change them.

use agent_contract::document;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use crate::{
    approval,
    config::{Approver, WaiverConfig},
    context::canonical,
    dsse::Envelope,
};

/// The type of a file of waivers (DSSE).
pub const PAYLOAD_TYPE: &str = "application/vnd.agennext.code-assist.waivers+json";

/// What an approver says of waivers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// The version of this form.
    pub version: String,
    /// Who signs, as the configuration names the approver.
    pub approver: String,
    /// The waivers.
    pub waivers: Vec<WaiverConfig>,
}

/// The waivers of a signed file, once its signature holds.
pub fn verify(text: &str, approvers: &[Approver]) -> Result<Vec<WaiverConfig>, String> {
    let envelope: Envelope =
        document::parse(text).map_err(|fault| format!("the file of waivers can't be read: {fault}"))?;
    if envelope.payload_type != PAYLOAD_TYPE {
        return Err("the envelope holds no waivers".to_owned());
    }
    let payload = STANDARD.decode(&envelope.payload).map_err(|_| "the payload is no base64".to_owned())?;
    let statement = String::from_utf8(payload.clone()).map_err(|_| "the waivers are not UTF-8".to_owned())?;
    let statement: Statement =
        document::parse(&statement).map_err(|fault| format!("the waivers can't be read: {fault}"))?;
    if statement.version != "1.0" {
        return Err("the waivers have another version than 1.0".to_owned());
    }
    let key = approval::key_of(&statement.approver, approvers).map_err(|objection| objection.message)?;
    approval::signature(&envelope, PAYLOAD_TYPE, &payload, &key)
        .map_err(|_| "the signature of the waivers does not hold".to_owned())?;
    faultless(statement.waivers)
}

/// Waivers as somebody wrote them down, in TOML, before they are signed.
pub fn written(text: &str) -> Result<Vec<WaiverConfig>, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        waivers: Vec<WaiverConfig>,
    }
    let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
    faultless(file.waivers)
}

fn faultless(waivers: Vec<WaiverConfig>) -> Result<Vec<WaiverConfig>, String> {
    let fault = waivers.iter().enumerate().find_map(|(at, waiver)| Some((at, waiver.fault()?)));
    fault.map_or(Ok(waivers), |(at, fault)| Err(format!("waivers[{at}]: {fault}")))
}

/// Signs waivers with a secret key of 32 bytes.
pub fn sign(waivers: Vec<WaiverConfig>, approver: &str, secret: &[u8; 32]) -> Envelope {
    let statement = Statement { version: "1.0".to_owned(), approver: approver.to_owned(), waivers };
    approval::envelope(PAYLOAD_TYPE, canonical(&statement).into_bytes(), secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: [u8; 32] = [7; 32];
    const TEXT: &str = "[[waivers]]\nfingerprint = \"0123456789abcdef0123456789abcdef\"\nreason = \"a test key\"\nowner = \"ann\"\nexpires = \"2027-01-31\"\n";

    fn approvers(secret: &[u8; 32]) -> Vec<Approver> {
        vec![Approver { name: "user:bo".to_owned(), key: approval::public_key(secret) }]
    }

    #[test]
    fn signed_waivers_hold_and_changed_ones_do_not() {
        let envelope = sign(written(TEXT).unwrap(), "user:bo", &SECRET);
        let text = serde_json::to_string(&envelope).unwrap();
        assert_eq!(verify(&text, &approvers(&SECRET)).unwrap(), written(TEXT).unwrap());
        assert!(verify(&text, &approvers(&[8; 32])).is_err());
        assert!(verify(&text, &[]).is_err());
        let longer = TEXT.replace("2027", "2037");
        let forged =
            Envelope { payload: sign(written(&longer).unwrap(), "user:bo", &[8; 32]).payload, ..envelope };
        assert!(verify(&serde_json::to_string(&forged).unwrap(), &approvers(&SECRET)).is_err());
    }

    #[test]
    fn an_approval_is_no_waiver() {
        let mut envelope = sign(written(TEXT).unwrap(), "user:bo", &SECRET);
        envelope.payload_type = approval::PAYLOAD_TYPE.to_owned();
        assert!(verify(&serde_json::to_string(&envelope).unwrap(), &approvers(&SECRET)).is_err());
    }
}
