use std::collections::BTreeSet;

use crate::{
    CapabilityName, Fault, Request, RunMode,
    branch::BranchName,
    check::CheckPreset,
    fault::{segment, shown},
    protocol::ProtocolBinding,
    target::Target,
};

/// Each capability that reaches beyond the workspace, with the allowance that it needs.
const OUTWARD: [(CapabilityName, &str); 4] = [
    (CapabilityName::RepoCommit, "commit"),
    (CapabilityName::RepoPush, "push"),
    (CapabilityName::RepoOpenPr, "pull_request"),
    (CapabilityName::NotifySend, "notify"),
];

pub(super) fn check(request: &Request) -> Result<(), Fault> {
    let rules = [
        dry_run,
        allowance_chain,
        allowances_of_capabilities,
        repeated_capabilities,
        work_branch,
        checks,
        gates,
        protocols,
        changes,
    ];
    rules.iter().try_for_each(|rule| rule(request))
}

fn allows(request: &Request, allowance: &str) -> bool {
    let allowances = &request.allowances;
    match allowance {
        "commit" => allowances.commit,
        "push" => allowances.push,
        "pull_request" => allowances.pull_request,
        _ => allowances.notify,
    }
}

fn dry_run(request: &Request) -> Result<(), Fault> {
    if request.mode != RunMode::DryRun {
        return Ok(());
    }
    if let Some((_, name)) = OUTWARD.iter().find(|(_, name)| allows(request, name)) {
        let message = format!(
            "`{name}` is allowed and `mode` is `dry_run`, which changes nothing; take one of them back"
        );
        return Err(Fault::new(format!("/allowances/{name}"), message));
    }
    match outward(request).next() {
        None => Ok(()),
        Some((index, capability, _)) => Err(Fault::new(
            format!("/capabilities/{index}/capability"),
            format!(
                "`{capability}` is requested and `mode` is `dry_run`, which changes nothing; take one of them back"
            ),
        )),
    }
}

/// The requested capabilities that need an allowance.
fn outward(request: &Request) -> impl Iterator<Item = (usize, CapabilityName, &'static str)> {
    let requested = request.capabilities.iter().flatten().enumerate();
    requested.filter_map(|(index, entry)| {
        let (name, allowance) = OUTWARD.into_iter().find(|(name, _)| *name == entry.capability)?;
        Some((index, name, allowance))
    })
}

/// One change at a time: two of them would have to agree on every file.
fn changes(request: &Request) -> Result<(), Fault> {
    match (&request.proposal, &request.recipe) {
        (Some(_), Some(_)) => Err(Fault::new(
            "/recipe",
            "a `proposal` and a `recipe` are both given, and each is a change; take one of them back",
        )),
        _ => Ok(()),
    }
}

fn allowance_chain(request: &Request) -> Result<(), Fault> {
    let allowances = &request.allowances;
    let chain = [
        ("push", allowances.push, "commit", allowances.commit),
        ("pull_request", allowances.pull_request, "push", allowances.push),
    ];
    match chain.into_iter().find(|(_, on, _, needed)| *on && !needed) {
        None => Ok(()),
        Some((name, _, needed, _)) => Err(Fault::new(
            format!("/allowances/{needed}"),
            format!("`{name}` is allowed and `{needed}`, which it needs, is not; allow both or neither"),
        )),
    }
}

fn allowances_of_capabilities(request: &Request) -> Result<(), Fault> {
    match outward(request).find(|(_, _, allowance)| !allows(request, allowance)) {
        None => Ok(()),
        Some((_, capability, allowance)) => Err(Fault::new(
            format!("/allowances/{allowance}"),
            format!(
                "`{capability}` is requested and its allowance `{allowance}` is not given; give it, or take the capability back"
            ),
        )),
    }
}

fn repeated_capabilities(request: &Request) -> Result<(), Fault> {
    let mut seen = BTreeSet::new();
    for (index, entry) in request.capabilities.iter().flatten().enumerate() {
        if !seen.insert(entry.capability) {
            let message =
                format!("`{}` is requested twice; say in one entry how far it reaches", entry.capability);
            return Err(Fault::new(format!("/capabilities/{index}/capability"), message));
        }
    }
    Ok(())
}

fn work_branch(request: &Request) -> Result<(), Fault> {
    let (base, work) = (&request.branches.base, &request.branches.work);
    let target = request.target.as_ref().and_then(Target::branch);
    let named = |name: &BranchName| {
        Err(Fault::new(
            "/branches/work",
            format!("the work branch `{name}` is the base branch, which is never written to; name another"),
        ))
    };
    match (base, work, target) {
        (Some(base), Some(work), _) if base == work => named(work),
        (_, Some(work), Some(target)) if work == target => named(work),
        (Some(base), _, Some(target)) if base != target => Err(Fault::new(
            "/branches/base",
            format!(
                "the base branch is `{base}` and the target's branch is `{target}`; leave one of them out"
            ),
        )),
        (_, Some(work), _) if request.mode != RunMode::DryRun && !request.allowances.commit => {
            Err(Fault::new(
                "/allowances/commit",
                format!(
                    "the work branch `{work}` is named and `commit` is not allowed; allow it, or leave the branch out"
                ),
            ))
        }
        _ => Ok(()),
    }
}

fn checks(request: &Request) -> Result<(), Fault> {
    let mut seen = BTreeSet::new();
    for (index, command) in request.checks.commands.iter().enumerate() {
        let at = format!("/checks/commands/{index}");
        check_name(&format!("{at}/name"), &command.name)?;
        check_argv(&format!("{at}/argv"), &command.argv)?;
        if !seen.insert(command.name.as_str()) {
            let message =
                format!("`{}` is the name of two commands; rename one of them", shown(&command.name));
            return Err(Fault::new(format!("{at}/name"), message));
        }
    }
    Ok(())
}

fn check_name(at: &str, name: &str) -> Result<(), Fault> {
    if name.parse::<CheckPreset>().is_ok() {
        let message = format!("`{name}` is the name of a preset and of this command; rename the command");
        return Err(Fault::new(at, message));
    }
    match name.contains(char::is_control) {
        true => Err(Fault::new(at, format!("`{}` holds a control character; leave it out", shown(name)))),
        false => Ok(()),
    }
}

fn check_argv(at: &str, argv: &[String]) -> Result<(), Fault> {
    if argv.first().is_some_and(String::is_empty) {
        return Err(Fault::new(format!("{at}/0"), "the program has no name; say what to run"));
    }
    match argv.iter().position(|word| word.contains('\0')) {
        None => Ok(()),
        Some(place) => Err(Fault::new(
            format!("{at}/{place}"),
            format!("`{}` holds a NUL, which no program can be given; leave it out", shown(&argv[place])),
        )),
    }
}

fn gates(request: &Request) -> Result<(), Fault> {
    let gates = &request.gates.required;
    match (0..gates.len()).find(|index| gates[..*index].contains(&gates[*index])) {
        None => Ok(()),
        Some(index) => {
            let message = format!("gate `{}` is required twice; take one of them back", gates[index]);
            Err(Fault::new("/gates/required", message))
        }
    }
}

fn protocols(request: &Request) -> Result<(), Fault> {
    request.protocols.bound().try_for_each(|(name, binding)| {
        protocol(binding)
            .and_then(|()| merge(binding))
            .map_err(|fault| fault.within(name).within("protocols"))
    })
}

fn protocol(binding: &ProtocolBinding) -> Result<(), Fault> {
    let fault = |field: &str, message: &str| Err(Fault::new(format!("/{field}"), message));
    match (&binding.endpoint, &binding.binding) {
        _ if !binding.fail_closed => {
            fault("fail_closed", "is `false`, and whatever goes wrong is a deny; leave it out or say `true`")
        }
        (Some(_), Some(_)) => fault("binding", "`binding` and `endpoint` are both given; give one of them"),
        _ if binding.required && !binding.enabled => {
            fault("enabled", "`required` is true and `enabled` is not; enable it, or do without it")
        }
        (None, None) if binding.enabled => fault(
            "binding",
            "`enabled` is true and neither `binding` nor `endpoint` says where it is; give one of them",
        ),
        _ => Ok(()),
    }
}

fn merge(binding: &ProtocolBinding) -> Result<(), Fault> {
    let actions = binding.actions.iter().enumerate().map(|(index, name)| (format!("/actions/{index}"), name));
    let metadata = binding.metadata.keys().map(|name| (format!("/metadata/{}", segment(name)), name));
    if let Some((index, name)) = binding.actions.iter().enumerate().find(|(_, name)| !is_name(name)) {
        let message = format!("`{}` is no name of an action: printed ASCII without spaces", shown(name));
        return Err(Fault::new(format!("/actions/{index}"), message));
    }
    match actions.chain(metadata).find(|(_, name)| is_merge(name)) {
        None => Ok(()),
        Some((at, name)) => {
            let message =
                format!("`{}` asks for a merge, which exists here in no form; take it out", shown(name));
            Err(Fault::new(at, message))
        }
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether a name speaks of a merge, however it is written: `pull_request.merge`,
/// `automerge`, `MergePR`, `merging`. An emergency is none.
pub fn is_merge(name: &str) -> bool {
    let starts = name.char_indices().map(|(at, _)| &name.as_bytes()[at..]);
    let merges = |rest: &[u8]| {
        let emergency = ["en", "EN"].iter().any(|en| rest[4..].starts_with(en.as_bytes()))
            && rest.get(6).is_some_and(|c| {
                b"ctCT".contains(c) && c.is_ascii_uppercase() == rest[4].is_ascii_uppercase()
            });
        !emergency
    };
    starts.filter(|rest| rest.len() >= 4 && rest[..4].eq_ignore_ascii_case(b"merg")).any(merges)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merge_is_known_by_any_name() {
        for name in [
            "merge",
            "MERGE",
            "repo.merge",
            "merge_branch",
            "auto-merge",
            "mergePR",
            "autoMerge",
            "é merge",
            "automerge",
            "AUTOMERGE",
            "MERGEPR",
            "PRMerge",
            "squashmerge",
            "merges",
            "merging",
            "mergeNow",
            "emergency_merge",
            "mergEN",
        ] {
            assert!(is_merge(name), "{name}");
        }
        for name in ["", "mer", "emergency", "EMERGENCY.stop", "emergent"] {
            assert!(!is_merge(name), "{name}");
        }
    }
}
