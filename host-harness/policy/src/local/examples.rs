//! Examples of rules, which are checked against the whole policy when it is loaded: a
//! rule that another one overrules would else be found out too late.

use agent_contract::{CapabilityName, RepoPath, RunMode, branch::BranchName};

use super::{
    OwnedMatter, OwnedObject, Policy, PolicyError,
    written::{Lines, Placed, Table, WrittenExample},
};
use crate::answer::Stance;

/// A matter, or the same one in every mode, and what the policy is to say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Example {
    pub(super) line: usize,
    capability: CapabilityName,
    mode: Option<RunMode>,
    branch: Option<String>,
    base_branch: Option<String>,
    object: OwnedObject,
    pub(super) expect: Stance,
}

impl Example {
    pub(super) fn of(written: &Placed<Table<WrittenExample>>, lines: &Lines) -> Result<Self, PolicyError> {
        let (line, written) = (lines.at(written), &written.get_ref().0);
        Ok(Self {
            line,
            capability: written.capability,
            mode: written.mode,
            branch: branch(&written.branch, lines)?,
            base_branch: branch(&written.base_branch, lines)?,
            object: object(written, line, lines)?,
            expect: written.expect,
        })
    }

    /// The matters that it is about: without a mode, one for each of `modes`.
    pub(super) fn matters(&self, modes: &[RunMode]) -> Vec<OwnedMatter> {
        let modes = self.mode.map_or_else(|| modes.to_vec(), |mode| vec![mode]);
        let matter = |mode| OwnedMatter {
            capability: self.capability,
            mode,
            branch: self.branch.clone(),
            base_branch: self.base_branch.clone(),
            object: self.object.clone(),
        };
        modes.into_iter().map(matter).collect()
    }

    /// Checks that the policy says what is expected, and that the rule has a part in it.
    pub(super) fn check(&self, number: usize, policy: &Policy) -> Result<(), PolicyError> {
        let rule = &policy.rules[number];
        let spoken_of: Vec<_> =
            RunMode::ALL.iter().copied().filter(|mode| rule.covers(self.capability, *mode)).collect();
        let matters = self.matters(&spoken_of);
        let unspoken = || {
            let message =
                format!("rule `{}` does not speak of its own example, which shows nothing", rule.name);
            Err(PolicyError::new(self.line, message))
        };
        if matters.is_empty() || matters.iter().any(|matter| !rule.speaks_of(&matter.matter())) {
            return unspoken();
        }
        for matter in matters {
            let opinion = policy.judge(&matter.matter());
            if opinion.stance != self.expect {
                let message = format!(
                    "the example of rule `{}` (line {}) expects `{}` for {} in a {}, and `{}` came from {}",
                    rule.name,
                    rule.line,
                    told(self.expect),
                    matter.matter().told(),
                    matter.mode,
                    told(opinion.stance),
                    opinion.decided_by()
                );
                return Err(PolicyError::new(self.line, message));
            }
        }
        Ok(())
    }
}

/// A stance as it is written in a policy.
pub(super) const fn told(stance: Stance) -> &'static str {
    match stance {
        Stance::Allow => "allow",
        Stance::Ask => "ask",
        Stance::Deny => "deny",
    }
}

fn branch(written: &Option<Placed<String>>, lines: &Lines) -> Result<Option<String>, PolicyError> {
    let parse = |name: &Placed<String>| {
        BranchName::parse(name.get_ref())
            .map(|name| name.as_str().to_owned())
            .map_err(|fault| PolicyError::new(lines.at(name), fault.to_string()))
    };
    written.as_ref().map(parse).transpose()
}

fn object(written: &WrittenExample, line: usize, lines: &Lines) -> Result<OwnedObject, PolicyError> {
    match (&written.path, &written.check, &written.binding) {
        (None, None, None) => Ok(OwnedObject::Capability),
        (Some(path), None, None) => RepoPath::parse(path.get_ref())
            .map(OwnedObject::Path)
            .map_err(|fault| PolicyError::new(lines.at(path), fault.to_string())),
        (None, Some(check), None) => Ok(OwnedObject::Check(check.get_ref().clone())),
        (None, None, Some(binding)) => Ok(OwnedObject::Binding(binding.get_ref().clone())),
        _ => Err(PolicyError::new(line, "names more than one of `path`, `check` and `binding`; name one")),
    }
}
