//! The component: a thin translation between the WIT of `wit/` and the agent's
//! mind in `agent/core`. Nothing is decided here.

mod bindings;
mod exports;
mod host;

bindings::export!(exports::Component with_types_in bindings);
