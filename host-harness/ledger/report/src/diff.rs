//! The change, file by file and line by line.

mod parse;
mod syntax;
mod view;

pub(crate) use view::diff;
