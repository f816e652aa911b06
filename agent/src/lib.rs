//! The component: a thin translation between the WIT of `wit/` and the agent's
//! mind in `agent/core`. Nothing is decided here.
#![cfg(target_arch = "wasm32")]
#![allow(
    unsafe_code,
    reason = "the generated bindings cross the boundary of the component; nothing else here does"
)]

mod bindings;
mod exports;
mod host;

use exports::Component;

bindings::export!(Component with_types_in bindings);
