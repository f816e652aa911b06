//! Enough of a shell's grammar to tell the commands of a script apart, and to forgive the rest.

mod command;
mod lexer;

pub(crate) use command::{Command, commands};
