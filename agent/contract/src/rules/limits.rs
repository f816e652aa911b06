//! Lengths and ranges, for a request from a text and for one that was put together. The
//! schema states the same ones beside each field; a test holds the two together.

use crate::{
    Fault, Request, check::Checks, fault::segment, limit, plan::AgreedPlan, protocol::Protocols,
    recipe::RecipeCall,
};

pub(super) fn check(request: &Request) -> Result<(), Fault> {
    text("/instruction", &request.instruction, 1, limit::INSTRUCTION_CHARS_MAX)?;
    if request.instruction.chars().all(is_blank) {
        return Err(Fault::new("/instruction", "blank; say what to do"));
    }
    count("/files", request.files.len(), 0, limit::FILES_MAX)?;
    checks(&request.checks)?;
    capabilities(request)?;
    contexts(request)?;
    protocols(&request.protocols)?;
    count("/gates/required", request.gates.required.len(), 0, limit::GATES_MAX)?;
    count("/notify", request.notify.len(), 0, limit::NOTIFY_MAX)?;
    budgets(request)?;
    count("/documents", request.documents.len(), 0, limit::DOCUMENTS_MAX)?;
    request.recipe.as_ref().map_or(Ok(()), recipe)?;
    request.plan.as_ref().map_or(Ok(()), plan)?;
    request
        .proposal
        .as_ref()
        .map_or(Ok(()), |proposal| text("/proposal/text", &proposal.text, 0, limit::PROPOSAL_CHARS_MAX))
}

/// White space as Unicode and as JavaScript has it.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}'
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
        false => Err(Fault::new(at, format!("must be from 1 to {max}"))),
    }
}

fn recipe(recipe: &RecipeCall) -> Result<(), Fault> {
    text("/recipe/name", &recipe.name, 1, limit::CHECK_NAME_CHARS_MAX)?;
    count("/recipe/parameters", recipe.parameters.len(), 0, limit::PARAMETERS_MAX)?;
    recipe.parameters.iter().try_for_each(|(name, value)| {
        let at = format!("/recipe/parameters/{}", segment(name));
        text(&at, name, 1, limit::NAME_CHARS_MAX)?;
        text(&at, value, 0, limit::PARAMETER_CHARS_MAX)
    })
}

fn plan(plan: &AgreedPlan) -> Result<(), Fault> {
    let hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    if plan.sha256.len() != 64 || !plan.sha256.chars().all(hex) {
        return Err(Fault::new("/plan/sha256", "is no SHA-256 in small hexadecimal digits"));
    }
    count("/plan/steps", plan.steps.len(), 0, limit::STEPS_MAX)?;
    plan.steps.iter().enumerate().try_for_each(|(index, step)| {
        text(&format!("/plan/steps/{index}/what"), &step.what, 1, limit::STEP_CHARS_MAX)?;
        count(&format!("/plan/steps/{index}/files"), step.files.len(), 0, limit::FILES_MAX)
    })
}

fn checks(checks: &Checks) -> Result<(), Fault> {
    count("/checks/presets", checks.presets.len(), 0, limit::PRESETS_MAX)?;
    count("/checks/commands", checks.commands.len(), 0, limit::COMMANDS_MAX)?;
    for (index, command) in checks.commands.iter().enumerate() {
        let at = format!("/checks/commands/{index}");
        text(&format!("{at}/name"), &command.name, 1, limit::CHECK_NAME_CHARS_MAX)?;
        count(&format!("{at}/argv"), command.argv.len(), 1, limit::WORDS_MAX)?;
        number(&format!("{at}/timeout_seconds"), command.timeout_seconds, limit::SECONDS_MAX)?;
    }
    Ok(())
}

fn capabilities(request: &Request) -> Result<(), Fault> {
    let Some(capabilities) = &request.capabilities else { return Ok(()) };
    count("/capabilities", capabilities.len(), 0, limit::CAPABILITIES_MAX)?;
    for (index, capability) in capabilities.iter().enumerate() {
        let scope = &capability.scope;
        for (name, value) in [("uses", scope.uses), ("bytes", scope.bytes), ("seconds", scope.seconds)] {
            number(&format!("/capabilities/{index}/scope/{name}"), value, limit::INTEGER_MAX)?;
        }
    }
    Ok(())
}

fn contexts(request: &Request) -> Result<(), Fault> {
    if let Some(agent) = &request.agent_id {
        optional("/agent_id/record_id", agent.record_id.as_ref(), limit::RECORD_CHARS_MAX)?;
        optional("/agent_id/organization", agent.organization.as_ref(), limit::RECORD_CHARS_MAX)?;
        optional("/agent_id/project", agent.project.as_ref(), limit::RECORD_CHARS_MAX)?;
    }
    optional("/runner/run_id", request.runner.run_id.as_ref(), limit::REFERENCE_CHARS_MAX)?;
    optional("/runner/capability_id", request.runner.capability_id.as_ref(), limit::REFERENCE_CHARS_MAX)?;
    optional("/audit/trace_id", request.audit.trace_id.as_ref(), limit::REFERENCE_CHARS_MAX)
}

fn protocols(protocols: &Protocols) -> Result<(), Fault> {
    for (name, binding) in protocols.bound() {
        let at = |field: &str| format!("/protocols/{name}/{field}");
        optional(&at("provider"), binding.provider.as_ref(), limit::NAME_CHARS_MAX)?;
        optional(&at("binding"), binding.binding.as_ref(), limit::NAME_CHARS_MAX)?;
        count(&at("actions"), binding.actions.len(), 0, limit::ACTIONS_MAX)?;
        count(&at("security"), binding.security.len(), 0, limit::REQUIREMENTS_MAX)?;
        number(&at("timeout_ms"), binding.timeout_ms, limit::TIMEOUT_MS_MAX)?;
    }
    Ok(())
}

fn budgets(request: &Request) -> Result<(), Fault> {
    let budgets = &request.budgets;
    number("/budgets/seconds", budgets.seconds, limit::SECONDS_MAX)?;
    let others = [
        ("host_calls", budgets.host_calls),
        ("bytes", budgets.bytes),
        ("changed_files", budgets.changed_files),
        ("changed_lines", budgets.changed_lines),
        ("steps", budgets.steps),
        ("tokens", budgets.tokens),
        ("micro_usd", budgets.micro_usd),
    ];
    others
        .into_iter()
        .try_for_each(|(name, value)| number(&format!("/budgets/{name}"), value, limit::INTEGER_MAX))
}
