//! A person's yes to one request. It is signed or said at the terminal, it is for the
//! digest of that request, and it is good for once.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use agent_contract::document;

use crate::{
    Code,
    answer::Objection,
    blob::sha256,
    config::Approver,
    context::{Setting, canonical},
    dsse::{Envelope, EnvelopeSignature, encoding},
    local::hard,
};

/// The type of an approval's content (DSSE).
pub const PAYLOAD_TYPE: &str = "application/vnd.agennext.code-assist.approval+json";

/// How far ahead of the Runner's clock an approver's may be.
const SKEW_MS: u64 = 60_000;

/// What an approver says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// The version of this form.
    pub version: String,
    /// Its own id; an approval is used once.
    pub id: String,
    /// The digest of the request that is approved.
    pub request_sha256: String,
    /// Who approves, as a subject.
    pub approver: String,
    /// From when it holds, in milliseconds since 1970.
    pub issued_ms: u64,
    /// Until when.
    pub expires_ms: u64,
}

/// Proof that a person approved one request. It can be made here only, and is used up by
/// the permit that it leads to.
#[derive(Debug)]
pub struct Approval {
    proof: Value,
}

impl Approval {
    /// A person at the terminal said yes. In production that is not enough: nobody knows
    /// who sits there, and the one who asks can't approve.
    pub fn said_at_terminal(request_sha256: &str, setting: &Setting) -> Result<Self, Objection> {
        match setting.run_mode {
            agent_contract::RunMode::ProductionChange => Err(Objection::new(
                Code::ApprovalSelf,
                "a production change is approved by somebody else than the one who runs it: with an approval file",
            )),
            _ => Ok(Self {
                proof: json!({ "by": "terminal", "request_sha256": request_sha256, "subject": setting.subject }),
            }),
        }
    }

    /// What the trace says of it.
    pub fn proof(&self) -> &Value {
        &self.proof
    }
}

/// A signed approval whose signature holds and that somebody who may has given. Whether it
/// was used already, the ledger knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    statement: Statement,
    envelope_sha256: String,
}

/// What the ledger says when an approval is used for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Nobody used it before.
    First,
    /// It was used before.
    Again,
}

impl Signed {
    /// Reads an approval and makes sure of its signature.
    pub fn verify(text: &str, approvers: &[Approver]) -> Result<Self, Objection> {
        let invalid = |what: String| Objection::new(Code::ApprovalInvalid, what);
        let envelope: Envelope =
            document::parse(text).map_err(|fault| invalid(format!("the approval can't be read: {fault}")))?;
        let payload = payload(&envelope)?;
        let statement: Statement = std::str::from_utf8(&payload)
            .map_err(|_| invalid("the approval is not UTF-8".to_owned()))
            .and_then(|text| {
                document::parse(text)
                    .map_err(|fault| invalid(format!("the approval's statement can't be read: {fault}")))
            })?;
        if statement.version != "1.0" || statement.id.len() < 16 || statement.id.len() > 100 {
            return Err(invalid("the approval has another version, or an id that is none".to_owned()));
        }
        let key = key_of(&statement.approver, approvers)?;
        signature(&envelope, PAYLOAD_TYPE, &payload, &key)?;
        Ok(Self { statement, envelope_sha256: sha256(text.as_bytes()) })
    }

    /// What the approver says.
    pub fn statement(&self) -> &Statement {
        &self.statement
    }

    /// Whether it is for this request at all.
    pub fn is_for(&self, request_sha256: &str) -> bool {
        self.statement.request_sha256 == request_sha256
    }

    /// Whether it holds for this request, in this setting, now; everything but whether it
    /// was used before.
    ///
    /// `started_by` is who started the program, whatever the configuration says for whom.
    pub fn holds(
        &self,
        request_sha256: &str,
        setting: &Setting,
        started_by: &str,
        now_ms: u64,
    ) -> Result<(), Objection> {
        let said = &self.statement;
        if !self.is_for(request_sha256) {
            return Err(Objection::new(
                Code::ApprovalOther,
                format!("the approval `{}` is for another request", said.id.escape_debug()),
            ));
        }
        if now_ms >= said.expires_ms || said.issued_ms > now_ms.saturating_add(SKEW_MS) {
            return Err(Objection::new(
                Code::ApprovalExpired,
                format!("the approval `{}` is over, or has not begun", said.id.escape_debug()),
            ));
        }
        not_the_asker(&said.approver, setting, started_by)
    }

    /// The proof, once the ledger knows that it is used now and was never before.
    pub fn used(self, claim: Claim) -> Result<Approval, Objection> {
        match claim {
            Claim::First => Ok(Approval {
                proof: json!({ "by": "file", "statement": self.statement, "envelope_sha256": self.envelope_sha256 }),
            }),
            Claim::Again => Err(Objection::new(
                Code::ApprovalUsed,
                format!("the approval `{}` was used already", self.statement.id.escape_debug()),
            )),
        }
    }
}

/// The one who asks can't approve: neither the agent, nor the one for whom it acts.
fn not_the_asker(approver: &str, setting: &Setting, started_by: &str) -> Result<(), Objection> {
    let subject = format!("{}:{}", setting.subject.kind.as_str(), setting.subject.id);
    let user = format!("user:{started_by}");
    let started = (!started_by.is_empty()).then_some([user.as_str(), started_by]);
    let did = setting.agent.did.as_deref();
    let askers = [Some(subject.as_str()), Some(setting.subject.id.as_str()), did];
    let askers = askers.into_iter().chain(started.into_iter().flatten().map(Some));
    askers.flatten().try_for_each(|asker| hard::no_self_approval(asker, approver))
}

fn payload(envelope: &Envelope) -> Result<Vec<u8>, Objection> {
    let invalid = |what: &str| Objection::new(Code::ApprovalInvalid, what);
    if envelope.payload_type != PAYLOAD_TYPE {
        return Err(invalid("the envelope holds no approval"));
    }
    STANDARD.decode(&envelope.payload).map_err(|_| invalid("the approval's payload is no base64"))
}

pub(crate) fn key_of(approver: &str, approvers: &[Approver]) -> Result<VerifyingKey, Objection> {
    let unknown = || {
        let message = format!("`{}` is none of the approvers", agent_contract::fault::shown(approver));
        Objection::new(Code::ApprovalInvalid, message)
    };
    approvers.iter().find(|one| one.name == approver).ok_or_else(unknown).and_then(Approver::verifying_key)
}

impl Approver {
    /// The key, read.
    pub fn verifying_key(&self) -> Result<VerifyingKey, Objection> {
        let bytes = STANDARD.decode(self.key.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        bytes.and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok()).ok_or_else(|| {
            let message = format!("the key of approver `{}` is no Ed25519 public key", self.name);
            Objection::new(Code::ApprovalInvalid, message)
        })
    }
}

pub(crate) fn signature(
    envelope: &Envelope,
    payload_type: &str,
    payload: &[u8],
    key: &VerifyingKey,
) -> Result<(), Objection> {
    let invalid = |what: &str| Objection::new(Code::ApprovalInvalid, what);
    let [one] = envelope.signatures.as_slice() else {
        return Err(invalid("the approval has not exactly one signature"));
    };
    let bytes = STANDARD.decode(&one.sig).ok().and_then(|bytes| <[u8; 64]>::try_from(bytes).ok());
    let signature =
        bytes.map(|bytes| Signature::from_bytes(&bytes)).ok_or(invalid("the signature can't be read"))?;
    key.verify_strict(&encoding(payload_type, payload), &signature)
        .map_err(|_| invalid("the approval's signature does not hold"))
}

/// Signs a statement with a secret key of 32 bytes.
pub fn sign(statement: &Statement, secret: &[u8; 32]) -> Envelope {
    envelope(PAYLOAD_TYPE, canonical(statement).into_bytes(), secret)
}

pub(crate) fn envelope(payload_type: &str, payload: Vec<u8>, secret: &[u8; 32]) -> Envelope {
    let key = SigningKey::from_bytes(secret);
    let signature = key.sign(&encoding(payload_type, &payload));
    Envelope {
        payload_type: payload_type.to_owned(),
        payload: STANDARD.encode(&payload),
        signatures: vec![EnvelopeSignature {
            keyid: sha256(key.verifying_key().as_bytes()),
            sig: STANDARD.encode(signature.to_bytes()),
        }],
    }
}

/// A secret key as its file holds it.
pub fn written(secret: &[u8; 32]) -> String {
    STANDARD.encode(secret)
}

/// The secret key that a file holds.
pub fn read_secret(text: &str) -> Option<[u8; 32]> {
    STANDARD.decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok())
}

/// The public key of a secret one, as the configuration wants it.
pub fn public_key(secret: &[u8; 32]) -> String {
    STANDARD.encode(SigningKey::from_bytes(secret).verifying_key().as_bytes())
}

/// The first fault of the approvers in a configuration.
pub(crate) fn fault(approvers: &[Approver]) -> Option<String> {
    let mut names = BTreeSet::new();
    approvers.iter().find_map(|approver| {
        if approver.name.trim().is_empty() || !names.insert(&approver.name) {
            return Some(format!(
                "approval: approver `{}` has no name, or stands there twice",
                approver.name.escape_debug()
            ));
        }
        approver.verifying_key().err().map(|objection| format!("approval: {objection}"))
    })
}
