//! Lengths and ranges. The schema states the same ones beside each field; a test goes
//! over the schema and holds the two together.

use crate::{Fault, Request, check::Checks, protocol::Protocols};

pub(super) fn check(request: &Request) -> Result<(), Fault> {
    text("/instruction", &request.instruction, 1, 65_536)?;
    if request.instruction.trim().is_empty() {
        return Err(Fault::new("/instruction", "blank; say what to do"));
    }
    count("/files", request.files.len(), 0, 1000)?;
    checks(&request.checks)?;
    capabilities(request)?;
    contexts(request)?;
    protocols(&request.protocols)?;
    count("/gates/required", request.gates.required.len(), 0, 11)?;
    budgets(request)?;
    request.proposal.as_ref().map_or(Ok(()), |proposal| text("/proposal/text", &proposal.text, 0, 16_777_216))
}

fn text(at: &str, text: &str, min: usize, max: usize) -> Result<(), Fault> {
    let length = text.chars().count();
    match (min..=max).contains(&length) {
        true => Ok(()),
        false => Err(Fault::new(at, format!("has {length} characters; {min} to {max} are allowed"))),
    }
}

fn optional(at: &str, value: Option<&String>, max: usize) -> Result<(), Fault> {
    value.map_or(Ok(()), |value| text(at, value, 1, max))
}

fn count(at: &str, length: usize, min: usize, max: usize) -> Result<(), Fault> {
    match (min..=max).contains(&length) {
        true => Ok(()),
        false => Err(Fault::new(at, format!("has {length} items; {min} to {max} are allowed"))),
    }
}

fn number(at: &str, value: Option<u64>, max: u64) -> Result<(), Fault> {
    match value.is_none_or(|value| (1..=max).contains(&value)) {
        true => Ok(()),
        false if max == u64::MAX => Err(Fault::new(at, "must be at least 1")),
        false => Err(Fault::new(at, format!("must be from 1 to {max}"))),
    }
}

fn checks(checks: &Checks) -> Result<(), Fault> {
    count("/checks/presets", checks.presets.len(), 0, 16)?;
    count("/checks/commands", checks.commands.len(), 0, 64)?;
    for (index, command) in checks.commands.iter().enumerate() {
        let at = format!("/checks/commands/{index}");
        text(&format!("{at}/name"), &command.name, 1, 100)?;
        count(&format!("{at}/argv"), command.argv.len(), 1, 256)?;
        number(&format!("{at}/timeout_seconds"), command.timeout_seconds, 86_400)?;
    }
    Ok(())
}

fn capabilities(request: &Request) -> Result<(), Fault> {
    let Some(capabilities) = &request.capabilities else { return Ok(()) };
    count("/capabilities", capabilities.len(), 0, 64)?;
    for (index, capability) in capabilities.iter().enumerate() {
        let scope = &capability.scope;
        for (name, value) in [("uses", scope.uses), ("bytes", scope.bytes), ("seconds", scope.seconds)] {
            number(&format!("/capabilities/{index}/scope/{name}"), value, u64::MAX)?;
        }
    }
    Ok(())
}

fn contexts(request: &Request) -> Result<(), Fault> {
    if let Some(agent) = &request.agent_id {
        optional("/agent_id/record_id", agent.record_id.as_ref(), 500)?;
        optional("/agent_id/organization", agent.organization.as_ref(), 500)?;
        optional("/agent_id/project", agent.project.as_ref(), 500)?;
    }
    optional("/runner/run_id", request.runner.run_id.as_ref(), 200)?;
    optional("/runner/capability_id", request.runner.capability_id.as_ref(), 200)?;
    optional("/audit/trace_id", request.audit.trace_id.as_ref(), 200)
}

fn protocols(protocols: &Protocols) -> Result<(), Fault> {
    for (name, binding) in protocols.bound() {
        let at = |field: &str| format!("/protocols/{name}/{field}");
        optional(&at("provider"), binding.provider.as_ref(), 200)?;
        optional(&at("endpoint"), binding.endpoint.as_ref(), 2048)?;
        optional(&at("binding"), binding.binding.as_ref(), 200)?;
        count(&at("actions"), binding.actions.len(), 0, 256)?;
        count(&at("security"), binding.security.len(), 0, 64)?;
        number(&at("timeout_ms"), binding.timeout_ms, 600_000)?;
    }
    Ok(())
}

fn budgets(request: &Request) -> Result<(), Fault> {
    let budgets = &request.budgets;
    number("/budgets/seconds", budgets.seconds, 86_400)?;
    let others = [
        ("host_calls", budgets.host_calls),
        ("bytes", budgets.bytes),
        ("changed_files", budgets.changed_files),
        ("changed_lines", budgets.changed_lines),
        ("steps", budgets.steps),
        ("tokens", budgets.tokens),
        ("micro_usd", budgets.micro_usd),
    ];
    others.into_iter().try_for_each(|(name, value)| number(&format!("/budgets/{name}"), value, u64::MAX))
}
