//! The least policy that would have allowed what was denied. It never reaches further
//! than what was denied: exact objects, one mode, and no rule where no rule would help.

use std::collections::{BTreeMap, BTreeSet};

use agent_contract::{CapabilityName, Refusal, RunMode};

use super::{
    OwnedMatter, OwnedObject, Policy,
    toml_text::{Block, comment},
};
use crate::{Code, answer::Stance};

/// Something that was denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    /// What it was about, where that could be told. A branch that was made for one run
    /// is better left out: no other run has it.
    pub matter: Option<OwnedMatter>,
    /// The refusal that was given.
    pub refusal: Refusal,
}

/// What is to be learnt from denials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lesson {
    /// Rules that may be appended to the policy, and comments on what no rule gives.
    pub text: String,
    /// How many rules there are in it.
    pub rules: usize,
    /// How many denials a rule that is there stands behind, which no other outweighs.
    pub outweighed: usize,
    /// How many denials no policy is the reason of.
    pub beyond: usize,
}

/// The codes of what a policy decided, and can decide otherwise.
const BY_POLICY: [Code; 3] = [Code::PolicyDenied, Code::ApprovalNeeded, Code::ApprovalDeclined];

/// One rule is made of all that agree in this.
type Key<'a> = (CapabilityName, RunMode, Option<&'a str>, Option<&'a str>);

#[derive(Default)]
struct Sorted<'a> {
    wanted: BTreeMap<Key<'a>, BTreeSet<&'a OwnedObject>>,
    outweighed: BTreeSet<String>,
    beyond: BTreeSet<String>,
}

/// Proposes the least policy beyond `policy` that would have allowed what was denied.
pub fn learn(policy: &Policy, denied: &[Denied]) -> Lesson {
    let mut sorted = Sorted::default();
    denied.iter().for_each(|denied| sorted.add(policy, denied));
    let rules = sorted.wanted.iter().map(|(key, objects)| rule(policy, *key, objects));
    let rules: Vec<_> = rules.collect();
    let parts = rules.iter().chain(&sorted.outweighed).chain(&sorted.beyond).cloned();
    Lesson {
        text: parts.map(|part| part + "\n").collect::<Vec<_>>().join("\n"),
        rules: rules.len(),
        outweighed: sorted.outweighed.len(),
        beyond: sorted.beyond.len(),
    }
}

impl<'a> Sorted<'a> {
    fn add(&mut self, policy: &Policy, denied: &'a Denied) {
        let by_policy = BY_POLICY.iter().any(|code| code.as_str() == denied.refusal.code);
        let known = denied.matter.as_ref().filter(|matter| by_policy && !matter.object.is_nameless());
        let Some(matter) = known else {
            self.beyond.insert(beyond(&denied.refusal));
            return;
        };
        let asked = matter.matter();
        let opinion = policy.judge(&asked);
        match opinion.line {
            _ if opinion.stance == Stance::Allow => {
                let what = format!("{} in a {} is allowed by this policy", asked.told(), matter.mode);
                self.beyond.insert(comment(&format!("{what}, by {}", opinion.decided_by())));
            }
            None => {
                let key = (matter.capability, matter.mode, asked.branch, asked.base_branch);
                self.wanted.entry(key).or_default().insert(&matter.object);
            }
            Some(_) => drop(self.outweighed.insert(outweighed(policy, matter))),
        }
    }
}

/// What lies beyond the policy: the refusal, and the grant that it names.
fn beyond(refusal: &Refusal) -> String {
    let grant = refusal.grant.as_ref().map(|grant| format!("\n  {}", grant.replace('\n', "\n  ")));
    let text = format!("no policy gives this: {} [{}]", refusal.message, refusal.code);
    comment(&(text + &grant.unwrap_or_default()))
}

/// The rules that stand in the way: no allowance outweighs them.
fn outweighed(policy: &Policy, matter: &OwnedMatter) -> String {
    let speaking = policy.explain(&matter.matter());
    let strict = speaking.iter().filter(|spoken| spoken.effect > Stance::Allow);
    let rules: Vec<_> = strict.map(|spoken| format!("`{}` (line {})", spoken.name, spoken.line)).collect();
    comment(&format!(
        "no rule outweighs {}: take it out, or narrow it so that it does not speak of {} in a {}",
        rules.join(" and "),
        matter.matter().told(),
        matter.mode
    ))
}

fn rule(policy: &Policy, key: Key, objects: &BTreeSet<&OwnedObject>) -> String {
    let (capability, mode, branch, base_branch) = key;
    let whole = objects.contains(&OwnedObject::Capability);
    let named = objects.iter().filter(|_| !whole).map(|object| object.object()).collect();
    let block = Block { capability, mode, branch, base_branch, objects: named }.text(policy.place());
    match (whole, kind_of_objects(capability)) {
        (true, Some(key)) => {
            let wide = format!(
                "`{capability}` was denied as a whole, and this rule allows it for everything\nname `{key}` in it where some of it is enough"
            );
            format!("{}\n{block}", comment(&wide))
        }
        _ => block,
    }
}

/// The key of what a capability's calls are about, where they are about anything.
const fn kind_of_objects(capability: CapabilityName) -> Option<&'static str> {
    match capability {
        CapabilityName::RepoRead | CapabilityName::RepoWrite => Some("paths"),
        CapabilityName::RepoCheck => Some("checks"),
        CapabilityName::ProtocolInvoke
        | CapabilityName::ProtocolPublishMetadata
        | CapabilityName::NotifySend => Some("bindings"),
        _ => None,
    }
}
