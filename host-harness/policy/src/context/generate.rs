//! Decision contexts of every kind, for properties that hold for all of them.

use std::{collections::BTreeMap, sync::Arc};

use agent_contract::{CapabilityName, RepoPath, RunMode, capability::Scope, gate::GateName};
use proptest::{
    collection::{btree_map, vec},
    option,
    prelude::*,
    sample::select,
};
use serde_json::{Map, Value};

use crate::context::{
    AgentIdentity, AuditStatus, BranchNames, Caller, CapabilityAsked, DecisionContext, DecisionId, Question,
    Repository, Resource, ResourceKind, Setting, Subject, SubjectKind, UpdateMode,
};

/// What every reader of JSON takes for the same number.
const EXACT_MAX: i64 = (1 << 53) - 1;

/// Any decision context: all fields, any text, numbers that are exact everywhere.
pub(crate) fn any_context() -> impl Strategy<Value = DecisionContext> {
    (decision(), setting(), question()).prop_map(|(decision, setting, question)| DecisionContext {
        decision,
        setting: Arc::new(setting),
        question,
    })
}

/// Any text, control characters and all.
pub(crate) fn text() -> impl Strategy<Value = String> {
    vec(any::<char>(), 0..8).prop_map(String::from_iter)
}

fn number() -> impl Strategy<Value = u64> {
    prop_oneof![0..=3_u64, 0..=EXACT_MAX as u64]
}

fn decision() -> impl Strategy<Value = DecisionId> {
    (text(), text(), number()).prop_map(|(id, run_id, time_ms)| DecisionId { id, run_id, time_ms })
}

fn setting() -> impl Strategy<Value = Setting> {
    let who = (subject(), agent(), option::of(text()), option::of(text()));
    let how = (select(RunMode::ALL), select(&UPDATE_MODES[..]));
    let said = (fields().prop_map(BTreeMap::from_iter), caller());
    (who, repository(), branch(), how, said).prop_map(
        |((subject, agent, organization, project), repository, branch, how, (protocols, caller))| Setting {
            subject,
            agent,
            organization,
            project,
            repository,
            branch,
            run_mode: how.0,
            update_mode: how.1,
            protocols,
            caller,
        },
    )
}

const UPDATE_MODES: [UpdateMode; 3] = [UpdateMode::None, UpdateMode::WorkingTree, UpdateMode::GitWorktree];

fn subject() -> impl Strategy<Value = Subject> {
    let kinds = vec![SubjectKind::User, SubjectKind::Team, SubjectKind::Service];
    (select(kinds), text()).prop_map(|(kind, id)| Subject { kind, id })
}

fn agent() -> impl Strategy<Value = AgentIdentity> {
    let maybe = || option::of(text());
    (maybe(), maybe(), maybe(), maybe(), maybe(), number(), text()).prop_map(
        |(did, record_id, record_sha256, trust_level, environment, delegation_depth, component_sha256)| {
            AgentIdentity {
                did,
                record_id,
                record_sha256,
                trust_level,
                environment,
                delegation_depth,
                component_sha256,
            }
        },
    )
}

fn repository() -> impl Strategy<Value = Repository> {
    (text(), option::of(text())).prop_map(|(id, commit)| Repository { id, commit })
}

fn branch() -> impl Strategy<Value = BranchNames> {
    (option::of(text()), option::of(text())).prop_map(|(base, work)| BranchNames { base, work })
}

fn caller() -> impl Strategy<Value = Caller> {
    (fields(), fields(), fields(), fields(), fields(), fields(), fields()).prop_map(
        |(authzen, openfga, opa, agent_id, claims, runner, audit)| Caller {
            authzen,
            openfga,
            opa,
            agent_id,
            claims,
            runner,
            audit,
        },
    )
}

fn question() -> impl Strategy<Value = Question> {
    let status = select(vec![AuditStatus::Recording, AuditStatus::Explaining]);
    let gates = btree_map(select(GateName::ALL), text(), 0..3);
    (text(), capability(), resource(), gates, status, names()).prop_map(
        |(action, capability, resource, gates, audit, waivers)| Question {
            action,
            capability,
            resource,
            gates,
            audit,
            waivers,
        },
    )
}

fn capability() -> impl Strategy<Value = CapabilityAsked> {
    (select(CapabilityName::ALL), scope()).prop_map(|(name, scope)| CapabilityAsked { name, scope })
}

fn scope() -> impl Strategy<Value = Scope> {
    let count = || option::of(1..=EXACT_MAX as u64);
    let lists = (option::of(vec(path(), 0..3)), option::of(names()), option::of(names()));
    (lists, count(), count(), count()).prop_map(|((paths, checks, bindings), uses, bytes, seconds)| Scope {
        paths,
        checks,
        bindings,
        uses,
        bytes,
        seconds,
    })
}

fn names() -> impl Strategy<Value = Vec<String>> {
    vec(text(), 0..3)
}

fn path() -> impl Strategy<Value = RepoPath> {
    let signs = vec!['a', 'b', 'Z', '0', '-', ' ', 'é', '漢', '😀', '#', '"'];
    let name = vec(select(signs), 1..6).prop_map(String::from_iter);
    vec(name, 1..4)
        .prop_map(|names| names.join("/"))
        .prop_filter_map("a path of the repository", |text| RepoPath::parse(&text).ok())
}

fn resource() -> impl Strategy<Value = Resource> {
    let kinds = vec![ResourceKind::Repository, ResourceKind::Branch, ResourceKind::Binding];
    (select(kinds), text(), fields()).prop_map(|(kind, id, properties)| Resource { kind, id, properties })
}

fn fields() -> impl Strategy<Value = Map<String, Value>> {
    btree_map(text(), value(), 0..3).prop_map(Map::from_iter)
}

/// Any JSON value. A number that is whole is written as one: `1` and `1.0` are the same.
fn value() -> impl Strategy<Value = Value> {
    let half = |number: i32| Value::from(f64::from(number) + 0.5);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-EXACT_MAX..=EXACT_MAX).prop_map(Value::from),
        any::<i32>().prop_map(half),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            btree_map(text(), inner, 0..3).prop_map(|fields| Value::Object(Map::from_iter(fields))),
        ]
    })
}
