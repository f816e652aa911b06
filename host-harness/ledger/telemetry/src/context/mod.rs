//! W3C trace context, level 1 and 2.

mod state;

use crate::ids::{self, SpanId, TraceId};

/// The flags that are defined: sampled, and random trace id.
const SAMPLED: u8 = 1;
const FLAGS: u8 = 3;

/// Bytes of a `traceparent` of version 00.
const LENGTH: usize = 55;

/// Where in somebody's trace a run stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceContext {
    trace: TraceId,
    parent: Option<SpanId>,
    flags: u8,
    state: Option<String>,
}

impl TraceContext {
    /// Reads what was carried in. A `traceparent` that is not well-formed is none, as if
    /// nothing had been carried in; a `tracestate` that is not is left out.
    pub fn parse(traceparent: &str, tracestate: Option<&str>) -> Option<Self> {
        let fields = fields(traceparent)?;
        let [version, trace, parent, flags] = fields;
        let version = byte(version).filter(|version| *version != 0xff)?;
        if version == 0 && traceparent.len() != LENGTH {
            return None;
        }
        Some(Self {
            trace: ids::parse(trace)?,
            parent: Some(ids::parse(parent)?),
            flags: byte(flags)? & FLAGS,
            state: tracestate.and_then(state::parse),
        })
    }

    /// The context of a run that nobody carried one into. Its trace follows from the run's
    /// id, so that telemetry made twice of one run is the same.
    pub fn of_run(run_id: &str) -> Self {
        Self { trace: ids::trace(run_id), parent: None, flags: SAMPLED, state: None }
    }

    /// What goes out with a request of the run, as `traceparent` and `tracestate`: the same
    /// trace, the span of the call that the record opened as parent.
    pub fn child(&self, run_id: &str, seq: u64) -> (String, Option<String>) {
        let (trace, span) = (ids::hex(&self.trace), ids::hex(&ids::entry(run_id, seq)));
        (format!("00-{trace}-{span}-{:02x}", self.flags), self.state.clone())
    }

    /// Whether whoever carried the context in keeps the trace. Where it does not, spans of
    /// the run would hang in the air.
    pub fn is_sampled(&self) -> bool {
        self.flags & SAMPLED != 0
    }

    pub(crate) fn trace(&self) -> TraceId {
        self.trace
    }

    pub(crate) fn parent(&self) -> Option<SpanId> {
        self.parent
    }

    pub(crate) fn flags(&self) -> u8 {
        self.flags
    }

    pub(crate) fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }
}

/// The four fields that every version has; what a later one adds stands behind a dash.
fn fields(traceparent: &str) -> Option<[&str; 4]> {
    let rest = traceparent.get(LENGTH..)?;
    if !rest.is_empty() && !rest.starts_with('-') {
        return None;
    }
    let mut parts = traceparent.get(..LENGTH)?.split('-');
    let fields = [parts.next()?, parts.next()?, parts.next()?, parts.next()?];
    parts.next().is_none().then_some(fields)
}

fn byte(text: &str) -> Option<u8> {
    match ids::byte_pairs(text)?.as_slice() {
        [byte] => Some(*byte),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
