//! Telemetry of a run, made from its records once it is over: the trace that it belongs to.
//! Nothing is measured a second time, and nothing here reaches the world.

#![forbid(unsafe_code)]

mod context;
mod ids;

pub use context::TraceContext;
