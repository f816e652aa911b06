//! The host functions, one module for each WIT interface. Each parses its arguments
//! and hands the call to the one door; none decides.

mod audit;
mod network;
mod process;
mod repo;
mod runner;

pub(crate) use runner::said;

use wasmtime::component::HasData;

use crate::{bindings::agennext::code_assist::types, state::Run};

/// Tells the linker how a run's state is reached: it is the state itself.
pub(crate) struct Access;

impl HasData for Access {
    type Data<'a> = &'a mut Run;
}

impl types::Host for Run {}
