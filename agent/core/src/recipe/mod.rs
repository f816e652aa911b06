//! Changes that need no model. A recipe is a document: what it is called, what it is to be
//! told, the words by which an instruction chooses it, and the steps that it is made of.
//! What a step can be is a closed set, written here; a recipe that puts steps together in
//! another way needs no code.

mod fault;

mod book;
mod kind;
mod primitive;
mod sound;

mod chosen;
mod instruction;

mod answer;
mod bench;
mod desk;
mod splice;
mod work;

mod bump;
mod fix;
mod header;
mod rename;
mod rewrite;

#[cfg(test)]
mod tests;

pub use book::{Needed, Parameter, Recipe, StepText, Way, all};
pub use chosen::{Chosen, named};
pub use desk::{Desk, Listed, Outcome, Stopped};
pub use fault::RecipeFault;
pub use instruction::told_by;
pub use kind::Kind;
pub use primitive::Primitive;
pub use work::work;
