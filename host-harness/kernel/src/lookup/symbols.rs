//! The symbols of one file.

use agent_contract::lookup::{Symbol, Symbols};
use policy::{Code, Permit, call::SymbolsCall};
use symbols::{Language, Lines, Source, Tags};

use super::Lookup;
use crate::{KernelError, Workspace};

impl Lookup {
    /// What a file defines, if what it holds may be looked at.
    pub fn symbols(
        &self,
        permit: Permit<SymbolsCall>,
        workspace: &mut Workspace,
        may_hold: impl FnOnce(&[u8]) -> Result<(), KernelError>,
    ) -> Result<Symbols, KernelError> {
        let path = permit.into_call().path;
        let missing = || KernelError::new(Code::FileMissing, format!("`{path}` does not exist"));
        let file = workspace.file(&path)?.ok_or_else(missing)?;
        let bytes = file.blob.bytes();
        may_hold(bytes)?;
        let language = Language::of_path(path.as_str()).or_else(|| Language::of_first_line(bytes));
        let Some(language) = language else {
            return Ok(Symbols { language: None, symbols: Vec::new(), skipped: None });
        };
        let source = Source { language, bytes: bytes.to_vec() };
        let (symbols, skipped) = match self.reader().tags(&[source], Lines::Untold).pop() {
            Some(Ok(tags)) => (told(&tags), None),
            Some(Err(skipped)) => (Vec::new(), Some(skipped.to_string())),
            None => (Vec::new(), None),
        };
        Ok(Symbols { language: Some(language.name().to_owned()), symbols, skipped })
    }
}

fn told(tags: &Tags) -> Vec<Symbol> {
    let definitions = tags.definitions().map(|definition| Symbol {
        name: definition.name.to_owned(),
        kind: definition.kind.name().to_owned(),
        line: definition.first_line,
        last_line: definition.last_line,
        signature: definition.signature.to_owned(),
        within: definition.inside.map(|number| tags.qualified(number)),
    });
    definitions.collect()
}
