//! The request, derived from the decision context: every field of it, once.

use serde_json::{Value, json};

use crate::context::DecisionContext;

#[cfg(test)]
mod tests;

/// The body of an access evaluation.
pub fn evaluation(context: &DecisionContext) -> Value {
    let (setting, question) = (&context.setting, &context.question);
    json!({
        "subject": {
            "type": setting.subject.kind,
            "id": setting.subject.id,
            "properties": { "agent": setting.agent, "organization": setting.organization },
        },
        "action": {
            "name": question.action,
            "properties": {
                "capability": question.capability,
                "run_mode": setting.run_mode,
                "update_mode": setting.update_mode,
            },
        },
        "resource": {
            "type": question.resource.kind,
            "id": question.resource.id,
            "properties": question.resource.properties,
        },
        "context": {
            "decision": context.decision,
            "project": setting.project,
            "repository": setting.repository,
            "branch": setting.branch,
            "gates": question.gates,
            "audit": question.audit,
            "waivers": question.waivers,
            "protocols": setting.protocols,
            "caller": setting.caller,
        },
    })
}

/// The body of a batch of access evaluations. Each is whole, so that nothing depends on
/// how a decision point fills in what is left out; all are answered, whatever one says.
pub fn evaluations(contexts: &[DecisionContext]) -> Value {
    let evaluations: Vec<_> = contexts.iter().map(evaluation).collect();
    json!({
        "evaluations": evaluations,
        "options": { "evaluations_semantic": "execute_all" },
    })
}
