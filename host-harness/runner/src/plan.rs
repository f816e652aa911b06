//! What the checks of a request are, found before the run starts.

use std::collections::BTreeMap;

use agent_contract::{RepoPath, Request, check::CheckCommand};
use kernel::presets::{self, Repository};

use crate::start_error::StartError;

/// What each name of the request stands for.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    named: BTreeMap<String, Vec<CheckCommand>>,
}

impl Plan {
    /// Finds every check of a request, or says which does not exist.
    pub fn resolve(request: &Request, repository: &dyn Repository) -> Result<Self, StartError> {
        let mut named = BTreeMap::new();
        for preset in &request.checks.presets {
            let found = presets::resolve(*preset, repository);
            if found.is_empty() {
                let message = format!(
                    "check `{preset}` does not exist in this repository: looked for {}\nhint: name a command instead",
                    presets::looked_for(*preset)
                );
                return Err(StartError::invalid("check-missing", message));
            }
            let commands = found.into_iter().map(|found| CheckCommand {
                name: found.name,
                argv: found.argv,
                timeout_seconds: None,
                fixes: false,
            });
            named.insert(preset.to_string(), commands.collect());
        }
        let literal =
            request.checks.commands.iter().map(|command| (command.name.clone(), vec![command.clone()]));
        named.extend(literal);
        Ok(Self { named })
    }

    /// The names of all commands, for the verdict to ask after.
    pub fn expected(&self) -> impl Iterator<Item = &str> {
        self.named.values().flatten().map(|command| command.name.as_str())
    }

    /// Every command.
    pub fn commands_of_all(&self) -> impl Iterator<Item = &CheckCommand> {
        self.named.values().flatten()
    }

    /// The commands of names, each once.
    pub fn commands(&self, names: &[String]) -> Vec<CheckCommand> {
        let mut commands: Vec<CheckCommand> = Vec::new();
        for command in names.iter().filter_map(|name| self.named.get(name)).flatten() {
            if !commands.iter().any(|one| one.name == command.name) {
                commands.push(command.clone());
            }
        }
        commands
    }
}

/// The base as the preset finder sees it.
pub(crate) struct BaseFiles<'a>(pub &'a kernel::workspace::Base);

impl Repository for BaseFiles<'_> {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        let path = RepoPath::parse(path).ok()?;
        self.0.read(&path).ok().flatten().map(|file| file.blob.bytes().to_vec())
    }

    fn list(&self, folder: Option<&str>) -> Vec<String> {
        self.0.names(folder)
    }
}
