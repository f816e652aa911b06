//! The record itself: what each field may hold, and what the fields must say together.

use agent_contract::{Fault, document};
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Map, Value};

use super::{
    form::{Did, Instant, Uri},
    word::{Mode, ProofFormat, Provisioning, Status, SubjectContext, TrustLevel},
};

/// The version of Agent ID that is read here.
const VERSION: &str = "0.2.0";

/// Who an agent is, with whose authority it acts, and who watches over it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentRecord {
    /// Always `0.2.0`.
    pub agent_id_protocol_version: VersionRead,
    /// Who the agent is.
    pub agent: Agent,
    /// With whose authority it acts, and how far that reaches.
    pub authorization: Authorization,
    /// Who watches over it.
    pub governance: Governance,
    /// Where it is reached over other protocols.
    pub bindings: Bindings,
    /// What others added. It decides nothing.
    #[serde(default, deserialize_with = "present")]
    pub extensions: Option<Map<String, Value>>,
    /// The blueprint that the record was made from.
    #[serde(default, deserialize_with = "present")]
    pub blueprint_id: Option<NonEmpty>,
}

/// Who an agent is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    /// Its DID.
    pub did: Did,
    /// Its name for people.
    pub display_name: String,
    /// Who answers for it.
    pub owner: String,
    /// What it is for.
    pub role: String,
    /// Where it works.
    pub environment: String,
    /// Its version.
    pub version: String,
    /// Whether it may act at all.
    pub status: Status,
    /// How far it is trusted.
    pub trust_level: TrustLevel,
    /// What it can do, in the record's own words.
    pub capabilities: Vec<String>,
    /// The blueprint that it was made from.
    #[serde(default, deserialize_with = "present")]
    pub blueprint_id: Option<NonEmpty>,
}

/// With whose authority an agent acts, and how far that reaches.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authorization {
    /// With whose authority.
    pub mode: Mode,
    /// For whom.
    pub subject_context: SubjectContext,
    /// How that is proved: at least one way.
    #[serde(deserialize_with = "at_least_one")]
    pub delegation_proof_formats: Vec<ProofFormat>,
    /// What the authority is about: an address or the id of a policy.
    #[serde(deserialize_with = "nullable")]
    pub scope_reference: Option<String>,
    /// When it ends.
    #[serde(deserialize_with = "nullable")]
    pub expires_at: Option<Instant>,
    /// How often a request may be handed on before it comes to this agent.
    pub max_delegation_depth: u64,
    /// Whether a request that was handed on must ask for less than everything.
    pub attenuation_required: bool,
    /// Whether a person must approve what has an effect.
    pub human_approval_required: bool,
}

/// Who watches over an agent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Governance {
    /// How the identity came about.
    pub provisioning: Provisioning,
    /// Where its decisions are kept.
    #[serde(deserialize_with = "nullable")]
    pub audit_endpoint: Option<Uri>,
    /// Where its state is told.
    #[serde(deserialize_with = "nullable")]
    pub status_endpoint: Option<Uri>,
    /// Where it is taken out of service.
    #[serde(deserialize_with = "nullable")]
    pub deprovisioning_endpoint: Option<Uri>,
    /// Whether it is kept for whom a call was made in the first place.
    pub identity_chain_preserved: bool,
}

/// Where an agent is reached over other protocols.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bindings {
    /// Over Agent2Agent.
    pub a2a: A2a,
    /// Over the Agent Communication Protocol.
    pub acp: Acp,
    /// Over the Agent Network Protocol.
    pub anp: Anp,
}

/// Where an agent is reached over Agent2Agent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct A2a {
    /// Its address.
    #[serde(deserialize_with = "nullable")]
    pub endpoint_url: Option<Uri>,
    /// The name on its card.
    #[serde(deserialize_with = "nullable")]
    pub agent_card_name: Option<String>,
}

/// Where an agent is reached over the Agent Communication Protocol.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acp {
    /// Its address.
    #[serde(deserialize_with = "nullable")]
    pub endpoint_url: Option<Uri>,
}

/// Where an agent is reached over the Agent Network Protocol.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anp {
    /// Its DID there.
    #[serde(deserialize_with = "nullable")]
    pub did: Option<Did>,
    /// Its address.
    #[serde(deserialize_with = "nullable")]
    pub endpoint_url: Option<Uri>,
}

/// The only version that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VersionRead;

impl VersionRead {
    /// The version as the record has it.
    pub const fn as_str(self) -> &'static str {
        VERSION
    }
}

impl<'de> Deserialize<'de> for VersionRead {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match String::deserialize(from)?.as_str() {
            VERSION => Ok(Self),
            other => Err(D::Error::unknown_variant(other, &[VERSION])),
        }
    }
}

/// A text that says something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NonEmpty(String);

impl NonEmpty {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for NonEmpty {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match String::deserialize(from)? {
            text if text.is_empty() => Err(D::Error::custom("is empty; name it or leave it out")),
            text => Ok(Self(text)),
        }
    }
}

/// Parses the text of a record and holds it to every rule.
pub fn parse(text: &str) -> Result<AgentRecord, Fault> {
    AgentRecord::from_value(document::parse_value(text)?)
}

impl AgentRecord {
    /// Reads a record out of a value that was parsed strictly, and holds it to every rule.
    pub fn from_value(value: Value) -> Result<Self, Fault> {
        let record: Self = document::from_value(value)?;
        match record.contradiction() {
            None => Ok(record),
            Some((at, message)) => Err(Fault::new(at, message)),
        }
    }

    /// The first place where two fields contradict each other.
    fn contradiction(&self) -> Option<(&'static str, &'static str)> {
        let Self { authorization, governance, .. } = self;
        let own = authorization.subject_context == SubjectContext::FirstParty;
        let scope = authorization.scope_reference.as_deref().unwrap_or_default();
        let chain = governance.identity_chain_preserved;
        let rules = [
            (
                authorization.mode == Mode::Autonomous && !own,
                "/authorization/subject_context",
                "an autonomous agent acts for itself; `first_party` is expected",
            ),
            (
                authorization.mode == Mode::Delegated && own,
                "/authorization/subject_context",
                "a delegated agent acts for somebody else; `first_party` is none",
            ),
            (
                authorization.mode == Mode::Delegated && scope.is_empty(),
                "/authorization/scope_reference",
                "a delegated agent needs one; name the policy of its authority",
            ),
            (
                authorization.mode != Mode::Autonomous && !chain,
                "/governance/identity_chain_preserved",
                "an agent that can act for others must preserve the identity chain; `true` is expected",
            ),
            (
                chain && governance.audit_endpoint.is_none(),
                "/governance/audit_endpoint",
                "a preserved identity chain needs a place where it is kept; give its address",
            ),
        ];
        rules.into_iter().find(|(broken, ..)| *broken).map(|(_, at, message)| (at, message))
    }
}

/// Reads a field that must be there and may be `null`.
fn nullable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(from)
}

/// Reads a field that may be left out and can't be `null`.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

fn at_least_one<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<ProofFormat>, D::Error> {
    match Vec::deserialize(from)? {
        list if list.is_empty() => Err(D::Error::custom("is empty; name at least one")),
        list => Ok(list),
    }
}
