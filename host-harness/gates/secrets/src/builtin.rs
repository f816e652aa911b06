//! The rule files that the program holds: all of the folder `rules`.

use crate::RuleFile;

pub(crate) const FILES: &[RuleFile<'_>] = include!(concat!(env!("OUT_DIR"), "/files.rs"));
