use std::collections::BTreeSet;

use crate::{
    CapabilityName, Fault, Request, RunMode,
    check::CheckPreset,
    fault::{segment, shown},
    protocol::ProtocolBinding,
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
    match (&request.branches.base, &request.branches.work) {
        (Some(base), Some(work)) if base == work => Err(Fault::new(
            "/branches/work",
            format!("the work branch `{work}` is the base branch `{base}`, which is never written to"),
        )),
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
    match actions.chain(metadata).find(|(_, name)| is_merge(name)) {
        None => Ok(()),
        Some((at, name)) => {
            let message =
                format!("`{}` asks for a merge, which exists here in no form; take it out", shown(name));
            Err(Fault::new(at, message))
        }
    }
}

/// Whether one word of a name is `merge`: `pull_request.merge`, `merge_branch`,
/// `mergePullRequest`, and neither `emerge` nor `merged`.
fn is_merge(name: &str) -> bool {
    let bytes = name.as_bytes();
    (0..bytes.len().saturating_sub(4)).any(|start| {
        let (before, word, after) = (&bytes[..start], &bytes[start..start + 5], bytes.get(start + 5));
        let starts = before
            .last()
            .is_none_or(|last| !last.is_ascii_alphabetic() || (last.is_ascii_lowercase() && word[0] == b'M'));
        let ends = after
            .is_none_or(|next| !next.is_ascii_alphabetic() || (next.is_ascii_uppercase() && word[4] == b'e'));
        word.eq_ignore_ascii_case(b"merge") && starts && ends
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merge_is_known_by_its_word() {
        for name in
            ["merge", "MERGE", "repo.merge", "merge_branch", "auto-merge", "mergePR", "autoMerge", "é merge"]
        {
            assert!(is_merge(name), "{name}");
        }
        for name in ["", "merg", "emerge", "submerge", "merged", "merger", "mergers.list", "eMERGency"] {
            assert!(!is_merge(name), "{name}");
        }
    }
}
