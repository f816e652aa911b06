//! The only room that touches the outside. Each primitive performs one permitted
//! operation; none decides anything.

pub mod artifact;
pub mod clock;
pub mod container;
pub mod deploy;

mod error;
pub mod forge;
pub mod git;
pub mod input;
mod itself;
pub mod lookup;
pub mod memory;
pub mod net;
pub mod place;
pub mod presets;
pub mod process;
pub mod publish;
pub mod revocation;
pub mod run_id;
pub mod secret;
pub mod signing;
mod tool;
pub mod transport;
pub mod workspace;
mod yaml;

pub use error::KernelError;
pub use itself::Itself;
pub use workspace::Workspace;
