//! SARIF 2.1.0: our findings for other tools to read, and other tools' for us.
//!
//! A report is a stranger's document. Each of its results comes out as one [`Reported`],
//! in order, or the whole of it is a [`Fault`]: nothing is left out in silence.

mod gate;
mod node;
mod read;
mod run;
mod uri;
mod write;

pub use node::{Document, Fault, Node};
pub use read::read;
pub use run::{Baseline, Kind, Level, Place, Reported, Rule, Run, Suppression, Tool};
pub use uri::{decode, encode};
pub use write::write;
