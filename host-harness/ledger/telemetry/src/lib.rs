//! Telemetry of a run, made from its records once it is over: spans for OTLP, counters for
//! Prometheus. Nothing is measured a second time, and nothing here reaches the world.
//!
//! What somebody wrote (an instruction, a path, an argument, a message, what the agent or a
//! model says) stays out unless it is asked for. What is told otherwise are the Runner's own
//! words, numbers and digests.

#![forbid(unsafe_code)]

mod context;
mod ids;
mod known;
mod metrics;
mod read;
mod spans;
mod timeline;
mod turns;

pub use context::TraceContext;
pub use metrics::metrics;
pub use spans::{Options, spans};
