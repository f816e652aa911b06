//! What a configuration makes possible at all.

use agent_contract::CapabilityName;

use super::{Config, UpdatePath};

impl Config {
    /// The line without which there is no primitive for a capability; none where there is one.
    pub fn lacks(&self, name: CapabilityName) -> Option<&'static str> {
        let (there, line) = match name {
            CapabilityName::RepoPush => (self.update.path.is_some(), "[update]\npath = \"git\""),
            CapabilityName::RepoOpenPr => (self.is_on_github(), "[update]\npath = \"github\""),
            CapabilityName::ProtocolInvoke => {
                let answers = self.bindings.iter().any(|one| !one.kind.is_channel());
                (answers || self.is_on_github(), "[[models]]\nname = \"default\"")
            }
            CapabilityName::ProtocolPublishMetadata => {
                let publishes = self.bindings.iter().any(|one| one.actions.contains_key("publish"));
                (publishes, "[[bindings]]\nactions = { publish = { method = \"PUT\", path = \"/\" } }")
            }
            CapabilityName::NotifySend => {
                let tells = self.bindings.iter().any(|one| one.kind.is_channel());
                (tells, "[[bindings]]\nname = \"notify.default\"\nkind = \"webhook\"")
            }
            _ => (true, ""),
        };
        (!there).then_some(line)
    }

    fn is_on_github(&self) -> bool {
        self.update.path == Some(UpdatePath::Github)
    }
}
