//! wip
#![allow(missing_docs)]
use agent_contract::check::CheckPreset;
pub trait Repository { fn read(&self, path: &str) -> Option<Vec<u8>>; fn list(&self, folder: Option<&str>) -> Vec<String>; }
pub struct Found { pub name: String, pub argv: Vec<String>, pub because: String }
pub fn resolve(_p: CheckPreset, _r: &dyn Repository) -> Vec<Found> { Vec::new() }
pub fn looked_for(_p: CheckPreset) -> String { String::new() }
