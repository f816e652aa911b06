//! A judge without an index, a mask or a shape of its own: each rule's globs as a set.

use agent_contract::{CapabilityName, RunMode};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use proptest::prelude::*;

use crate::{
    answer::Stance,
    local::{Matter, Object, OwnedMatter, OwnedObject},
};

#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) effect: Stance,
    pub(super) capabilities: Option<Vec<CapabilityName>>,
    pub(super) modes: Option<Vec<RunMode>>,
    pub(super) paths: Option<Vec<String>>,
    pub(super) checks: Option<Vec<String>>,
    pub(super) bindings: Option<Vec<String>>,
    pub(super) branches: Option<Vec<String>>,
    pub(super) base_branches: Option<Vec<String>>,
    pub(super) uses: Option<u64>,
}

fn set(globs: &[String]) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        set.add(GlobBuilder::new(glob).literal_separator(true).build().expect(glob));
    }
    set.build().expect("a set")
}

impl Rule {
    pub(super) fn text(&self) -> String {
        let list = |key: &str, names: Option<Vec<String>>| match names {
            Some(names) => {
                let quoted: Vec<_> = names.iter().map(|name| format!("'{name}'")).collect();
                format!("{key} = [{}]\n", quoted.join(", "))
            }
            None => String::new(),
        };
        let names = |names: &Option<Vec<CapabilityName>>| {
            names.as_ref().map(|names| names.iter().map(ToString::to_string).collect())
        };
        let modes =
            self.modes.as_ref().map(|modes| modes.iter().map(ToString::to_string).collect::<Vec<_>>());
        let effect = format!("{:?}", self.effect).to_lowercase();
        let limits = match (self.effect, self.uses) {
            (Stance::Allow | Stance::Ask, Some(uses)) => format!("limits = {{ uses = {uses} }}\n"),
            _ => String::new(),
        };
        format!(
            "[[rules]]\neffect = \"{effect}\"\n{}{}{}{}{}{}{}{limits}",
            list("capabilities", names(&self.capabilities)),
            list("modes", modes),
            list("paths", self.paths.clone()),
            list("checks", self.checks.clone()),
            list("bindings", self.bindings.clone()),
            list("branches", self.branches.clone()),
            list("base_branches", self.base_branches.clone()),
        )
    }

    pub(super) fn speaks_of(&self, matter: &Matter) -> bool {
        let branch = |globs: &Option<Vec<String>>, branch: Option<&str>| match (globs, branch) {
            (None, _) => true,
            (Some(globs), Some(branch)) => set(globs).is_match(branch),
            (Some(_), None) => self.effect != Stance::Allow,
        };
        let nothing_written = matter.branch.is_none()
            && !["repo.commit", "repo.push", "repo.open_pr"].contains(&matter.capability.as_str());
        self.capabilities.as_ref().is_none_or(|names| names.contains(&matter.capability))
            && self.modes.as_ref().is_none_or(|modes| modes.contains(&matter.mode))
            && self.on(matter.object)
            && branch(&self.branches, matter.branch)
            && !(nothing_written && self.branches.is_some())
            && branch(&self.base_branches, matter.base_branch)
    }

    fn on(&self, object: Object) -> bool {
        match (object, (&self.paths, &self.checks, &self.bindings)) {
            (_, (None, None, None)) => true,
            (Object::Path(text), (Some(globs), ..))
            | (Object::Check(text), (_, Some(globs), _))
            | (Object::Binding(text), (.., Some(globs))) => set(globs).is_match(text),
            _ => false,
        }
    }
}

/// The stance, the number of the rule, and the least uses.
pub(super) fn judge(
    rules: &[Rule],
    default: Stance,
    matter: &Matter,
) -> (Stance, Option<usize>, Option<u64>) {
    let speaking: Vec<_> = rules.iter().enumerate().filter(|(_, rule)| rule.speaks_of(matter)).collect();
    let stance = speaking.iter().map(|(_, rule)| rule.effect).max().unwrap_or(default);
    let number = speaking.iter().find(|(_, rule)| rule.effect == stance).map(|(number, _)| *number);
    let uses =
        speaking.iter().filter(|(_, rule)| rule.effect != Stance::Deny).filter_map(|(_, rule)| rule.uses);
    let uses = uses.min().filter(|_| stance != Stance::Deny);
    (stance, number, uses)
}

/// Words that meet often enough for globs to match.
fn word() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "ab", "src", "x.rs", "y.gen.rs", "é", "main", "agent"])
        .prop_map(str::to_owned)
}

fn part() -> impl Strategy<Value = String> {
    let signs = [
        "*",
        "**",
        "*.rs",
        "a*",
        "?",
        "[ab]",
        "[!a]",
        "{a,b}",
        "{a,b*}.rs",
        "a**",
        "\\*",
        "*b*",
        "{a/b,src}",
    ];
    prop_oneof![3 => word(), 2 => prop::sample::select(signs.to_vec()).prop_map(str::to_owned)]
}

pub(super) fn glob() -> impl Strategy<Value = String> {
    prop::collection::vec(part(), 1..4).prop_map(|parts| parts.join("/"))
}

fn globs() -> impl Strategy<Value = Option<Vec<String>>> {
    prop::option::weighted(0.4, prop::collection::vec(glob(), 1..4))
}

pub(super) fn path() -> impl Strategy<Value = String> {
    prop::collection::vec(word(), 1..4).prop_map(|parts| parts.join("/"))
}

fn capability() -> impl Strategy<Value = CapabilityName> {
    prop::sample::select(vec![
        CapabilityName::RepoRead,
        CapabilityName::RepoWrite,
        CapabilityName::RepoCommit,
        CapabilityName::AuditWrite,
    ])
}

fn mode() -> impl Strategy<Value = RunMode> {
    prop::sample::select(RunMode::ALL)
}

pub(super) fn stance() -> impl Strategy<Value = Stance> {
    prop::sample::select(vec![Stance::Allow, Stance::Ask, Stance::Deny])
}

pub(super) fn rule() -> impl Strategy<Value = Rule> {
    let some = |strategy| prop::option::weighted(0.5, strategy);
    (
        stance(),
        some(prop::collection::vec(capability(), 1..3)),
        prop::option::weighted(0.3, prop::collection::vec(mode(), 1..3)),
        (globs(), globs(), globs()),
        (globs(), globs()),
        prop::option::of(1..9_u64),
    )
        .prop_map(|(effect, capabilities, modes, objects, branches, uses)| Rule {
            effect,
            capabilities,
            modes,
            paths: objects.0,
            checks: objects.1,
            bindings: objects.2,
            branches: branches.0,
            base_branches: branches.1,
            uses: uses.filter(|_| effect != Stance::Deny),
        })
}

pub(super) fn matter() -> impl Strategy<Value = OwnedMatter> {
    let object = prop_oneof![
        1 => Just(OwnedObject::Capability),
        4 => path().prop_map(|path| OwnedObject::Path(path.parse().expect("a path"))),
        1 => path().prop_map(OwnedObject::Check),
        1 => path().prop_map(OwnedObject::Binding),
    ];
    (capability(), mode(), prop::option::of(path()), prop::option::of(path()), object).prop_map(
        |(capability, mode, branch, base_branch, object)| OwnedMatter {
            capability,
            mode,
            branch,
            base_branch,
            object,
        },
    )
}

/// Objects with every sign that a glob, a string or a line could take for its own.
pub(super) fn hostile() -> impl Strategy<Value = OwnedMatter> {
    let text = "[a-b*?\\[\\]{}!,\"'\\\\\n\r\t\u{0}\u{202e}é#= ]{1,8}";
    let checks = text.prop_map(OwnedObject::Check);
    let paths = "[a-b*?\\[\\]{}!,\"'\n é#=]{1,8}(/[ab*]{1,3})?"
        .prop_map(|text: String| OwnedObject::Path(text.parse().expect("a path")));
    (prop_oneof![checks, paths], matter()).prop_map(|(object, matter)| OwnedMatter {
        object,
        branch: None,
        base_branch: None,
        ..matter
    })
}
