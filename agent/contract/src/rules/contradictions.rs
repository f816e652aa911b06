use std::collections::BTreeSet;

use crate::{CapabilityName, Fault, Request, RunMode, check::CheckPreset, protocol::ProtocolBinding};

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
            format!("`{name}` is allowed and `{needed}`, without which it can't be, is not"),
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
                format!("`{}` is requested twice; one entry says how far it reaches", entry.capability);
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
    for (index, preset) in request.checks.presets.iter().enumerate() {
        if !seen.insert(preset.as_str()) {
            return Err(Fault::new(format!("/checks/presets/{index}"), format!("`{preset}` is there twice")));
        }
    }
    for (index, command) in request.checks.commands.iter().enumerate() {
        let at = |field: &str| format!("/checks/commands/{index}/{field}");
        if command.name.parse::<CheckPreset>().is_ok() {
            return Err(Fault::new(
                at("name"),
                format!("`{}` is the name of a preset and of this command", command.name),
            ));
        }
        if !seen.insert(command.name.as_str()) {
            return Err(Fault::new(at("name"), format!("`{}` is the name of two checks", command.name)));
        }
        if command.name.contains(char::is_control) {
            return Err(Fault::new(at("name"), "holds a control character"));
        }
        if let Some(place) = command.argv.iter().position(|word| word.contains('\0')) {
            return Err(Fault::new(format!("{}/{place}", at("argv")), "holds a NUL"));
        }
        if command.argv.first().is_some_and(String::is_empty) {
            return Err(Fault::new(format!("{}/0", at("argv")), "the name of the program is empty"));
        }
    }
    Ok(())
}

fn gates(request: &Request) -> Result<(), Fault> {
    let gates = &request.gates.required;
    match (0..gates.len()).find(|index| gates[..*index].contains(&gates[*index])) {
        None => Ok(()),
        Some(index) => Err(Fault::new("/gates/required", format!("`{}` is there twice", gates[index]))),
    }
}

fn protocols(request: &Request) -> Result<(), Fault> {
    request.protocols.bound().try_for_each(|(name, binding)| protocol(&format!("/protocols/{name}"), binding))
}

fn protocol(at: &str, binding: &ProtocolBinding) -> Result<(), Fault> {
    let fault = |field: &str, message: &str| Err(Fault::new(format!("{at}/{field}"), message));
    if !binding.fail_closed {
        return fault(
            "fail_closed",
            "is `false`, and whatever goes wrong is a deny; leave it out or say `true`",
        );
    }
    if binding.endpoint.is_some() && binding.binding.is_some() {
        return fault("binding", "`binding` and `endpoint` are both given; give one of them");
    }
    if binding.required && !binding.enabled {
        return fault("enabled", "`required` is true and `enabled` is not");
    }
    if binding.enabled && binding.endpoint.is_none() && binding.binding.is_none() {
        return fault("binding", "`enabled` is true and neither `binding` nor `endpoint` says where it is");
    }
    if let Some(endpoint) = binding.endpoint.as_ref().filter(|endpoint| !is_address(endpoint)) {
        return fault(
            "endpoint",
            &format!(
                "`{}` is no `https` address (or `http` to this machine) without credentials",
                endpoint.escape_debug()
            ),
        );
    }
    match binding.actions.iter().position(|action| is_merge(action)) {
        None => Ok(()),
        Some(index) => {
            fault(&format!("actions/{index}"), "asks for a merge, which does not exist here in any form")
        }
    }
}

/// An address without credentials, encrypted unless it stays on this machine.
fn is_address(text: &str) -> bool {
    let (secure, rest) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(rest), _) => (true, rest),
        (_, Some(rest)) => (false, rest),
        _ => return false,
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(authority, |(host, _)| host);
    let named = !host.is_empty()
        && !authority.contains('@')
        && !text.contains(|c: char| c.is_whitespace() || c.is_control());
    named && (secure || matches!(host, "localhost" | "127.0.0.1" | "[::1]"))
}

/// `merge`, `pull_request.merge`, `merge_branch`...
fn is_merge(action: &str) -> bool {
    action.to_ascii_lowercase().split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == "merge")
}
