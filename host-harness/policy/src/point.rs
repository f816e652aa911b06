//! The protocols of decision points: the request that each derives from the decision
//! context, and what an answer comes to. Nothing here reaches out.

pub mod authzen;
pub mod bundle;
pub mod fresh;
pub mod heard;
pub mod opa;
pub mod openfga;
pub mod rego;
pub mod remote;

use serde_json::Value;

/// A request over HTTP, derived from a decision context.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    /// The path below the decision point's address, percent-encoded, with a leading `/`.
    pub path: String,
    /// What is posted; without it the request is a GET.
    pub body: Option<Value>,
    /// The id that the answer must echo, where the protocol has one (`X-Request-ID`).
    pub request_id: Option<String>,
}

/// What came back over HTTP, as it came.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Heard {
    /// The status.
    pub status: u16,
    /// The headers, with names in small letters, in order.
    pub headers: Vec<(String, String)>,
    /// What the `Date` header says, in milliseconds since 1970, where it can be read.
    pub date_ms: Option<u64>,
    /// The body, whole.
    pub body: Vec<u8>,
}
