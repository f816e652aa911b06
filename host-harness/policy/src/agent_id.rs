//! Agent ID 0.2.0: the record that says who an agent is and how far it may go, read from a
//! file or from a registry's answer, and what it comes to for one question.

mod form;
mod identity;
mod record;
mod registry;
mod standing;
mod word;

pub use form::{Did, Instant, Uri};
pub use record::{
    A2a, Acp, Agent, AgentRecord, Anp, Authorization, Bindings, Governance, NonEmpty, VersionRead, parse,
};
pub use registry::{Resolved, by_did, by_id, from_file, read};
pub use standing::{AgentAsk, absent, judge};
pub use word::{Mode, ProofFormat, Provisioning, Status, SubjectContext, TrustLevel};
