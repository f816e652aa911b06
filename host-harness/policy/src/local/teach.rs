//! What an opinion tells the one who is refused: which rule, why, and the lines that
//! would allow it.

use agent_contract::{Refusal, fault::shown};

use super::{
    Matter, Object, Opinion,
    toml_text::{Block, comment},
};
use crate::{Code, answer::Stance};

impl Opinion {
    /// The refusal that it amounts to, where it is no allowance.
    pub fn refusal(&self, matter: &Matter) -> Refusal {
        let (code, verb) = match self.stance {
            Stance::Ask => (Code::ApprovalNeeded, "needs the approval of a person, by"),
            Stance::Allow | Stance::Deny => (Code::PolicyDenied, "is denied by"),
        };
        let reason = self.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        let message = format!("{} {verb} {}{reason}", matter.told(), self.decided_by());
        Refusal { code: code.to_string(), message, grant: Some(self.grant(matter)) }
    }

    /// The rule, with its line.
    pub fn decided_by(&self) -> String {
        match self.line {
            Some(line) => format!("`{}` (line {line})", self.rule),
            None => format!("`{}`", self.rule),
        }
    }

    /// The lines of a policy that would allow it.
    fn grant(&self, matter: &Matter) -> String {
        let objects = match matter.object {
            Object::Capability => Vec::new(),
            object => vec![object],
        };
        let Matter { capability, mode, .. } = *matter;
        let block = Block { capability, mode, branch: None, base_branch: None, objects }.text(self.place);
        if self.line.is_none() {
            return block;
        }
        let narrowed = match matter.object {
            Object::Capability => format!("`{capability}`"),
            Object::Path(text) | Object::Check(text) | Object::Binding(text) => format!("`{text}`"),
        };
        let instead = comment(&format!(
            "no other rule outweighs {}: take it out, or narrow it so that it does not speak of {narrowed}",
            self.decided_by()
        ));
        match (matter.object, self.default) {
            (Object::Path(_), _) | (_, Stance::Ask | Stance::Deny) => format!("{instead}\n{block}"),
            (_, Stance::Allow) => instead,
        }
    }
}

impl Matter<'_> {
    /// The matter in a message.
    pub fn told(&self) -> String {
        let name = self.capability;
        match self.object {
            Object::Capability => format!("`{name}`"),
            Object::Path(text) => format!("`{name}` on `{}`", shown(text)),
            Object::Check(text) => format!("`{name}` of check `{}`", shown(text)),
            Object::Binding(text) => format!("`{name}` of binding `{}`", shown(text)),
        }
    }
}
