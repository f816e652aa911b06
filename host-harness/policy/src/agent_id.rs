//! Agent ID 0.2.0: the record that says who an agent is and how far it may go.

mod form;
mod record;
mod word;

pub use form::{Did, Instant, Uri};
pub use record::{
    A2a, Acp, Agent, AgentRecord, Anp, Authorization, Bindings, Governance, NonEmpty, VersionRead, parse,
};
pub use word::{Mode, ProofFormat, Provisioning, Status, SubjectContext, TrustLevel};
