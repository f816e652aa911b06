use std::{collections::BTreeMap, sync::Arc};

use agent_contract::{RunMode, gate::GateName};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Map;

use super::*;
use crate::context::{
    AgentIdentity, AuditStatus, BranchNames, Caller, CapabilityAsked, DecisionId, Question, Repository,
    Resource, Setting, Subject, SubjectKind, UpdateMode, generate::any_context,
};

/// The request as a type that knows no other field than these.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    subject: Principal,
    action: Action,
    resource: Resource,
    context: Circumstances,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Principal {
    #[serde(rename = "type")]
    kind: SubjectKind,
    id: String,
    properties: Who,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Who {
    agent: AgentIdentity,
    organization: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Action {
    name: String,
    properties: How,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct How {
    capability: CapabilityAsked,
    run_mode: RunMode,
    update_mode: UpdateMode,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Circumstances {
    decision: DecisionId,
    project: Option<String>,
    repository: Repository,
    branch: BranchNames,
    gates: BTreeMap<GateName, String>,
    audit: AuditStatus,
    waivers: Vec<String>,
    protocols: BTreeMap<String, Value>,
    caller: Caller,
}

/// The context that a request was made from.
fn restored(request: &Value) -> DecisionContext {
    // Through its text, as a decision point reads it.
    let Request { subject, action, resource, context } = serde_json::from_str(&request.to_string()).unwrap();
    DecisionContext {
        decision: context.decision,
        setting: Arc::new(Setting {
            subject: Subject { kind: subject.kind, id: subject.id },
            agent: subject.properties.agent,
            organization: subject.properties.organization,
            project: context.project,
            repository: context.repository,
            branch: context.branch,
            run_mode: action.properties.run_mode,
            update_mode: action.properties.update_mode,
            protocols: context.protocols,
            caller: context.caller,
        }),
        question: Question {
            action: action.name,
            capability: action.properties.capability,
            resource,
            gates: context.gates,
            audit: context.audit,
            waivers: context.waivers,
        },
    }
}

/// How often each value that holds no other stands in a document.
fn leaves(value: &Value, found: &mut BTreeMap<String, u32>) {
    match value {
        Value::Array(list) if !list.is_empty() => list.iter().for_each(|item| leaves(item, found)),
        Value::Object(fields) if !fields.is_empty() => fields.values().for_each(|item| leaves(item, found)),
        leaf => *found.entry(leaf.to_string()).or_default() += 1,
    }
}

fn counted(value: &Value) -> BTreeMap<String, u32> {
    let mut found = BTreeMap::new();
    leaves(value, &mut found);
    found
}

proptest! {
    #[test]
    fn a_request_turns_back_into_its_context(context in any_context()) {
        prop_assert_eq!(restored(&evaluation(&context)), context);
    }

    #[test]
    fn a_request_says_everything_once(context in any_context()) {
        prop_assert_eq!(counted(&evaluation(&context)), counted(&json!(context)));
    }

    #[test]
    fn a_batch_is_its_requests_in_order(contexts in prop::collection::vec(any_context(), 0..4)) {
        let batch = evaluations(&contexts);
        let restored: Vec<_> = batch["evaluations"].as_array().unwrap().iter().map(restored).collect();
        prop_assert_eq!(restored, contexts);
        let options = Map::from_iter([("evaluations_semantic".to_owned(), json!("execute_all"))]);
        prop_assert_eq!(&batch["options"], &Value::Object(options));
        prop_assert_eq!(batch.as_object().unwrap().len(), 2);
    }
}
