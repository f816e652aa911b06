//! Decision contexts of every kind, with ids that are awkward to carry.

use std::{collections::BTreeMap, sync::Arc};

use agent_contract::{CapabilityName, RunMode, capability::Scope, gate::GateName};
use policy::context::*;
use serde_json::{Map, Value, json};

use super::dice::Dice;

const IDS: [&str; 12] = [
    "shop",
    "acme/shop",
    "a:b#c@d",
    "*",
    "user:*",
    " a b\t",
    "%41",
    "A",
    "naïve~1",
    "a/b/c",
    "x\u{202e}y",
    "\"\\",
];
const BRANCHES: [&str; 4] = ["main", "agent/fix-typo", "a~b", "ünïcode"];

/// A context that chance makes.
pub fn context(dice: &mut Dice) -> DecisionContext {
    let setting = setting(dice);
    let question = question(dice, &setting);
    let id = |dice: &mut Dice| format!("{}-{}", dice.one(&["d", "01HV:x", "é"]), dice.below(1_000_000));
    DecisionContext {
        decision: DecisionId { id: id(dice), run_id: id(dice), time_ms: dice.below(1 << 40) as u64 },
        setting: Arc::new(setting),
        question,
    }
}

fn id(dice: &mut Dice) -> String {
    dice.one(&IDS).to_owned()
}

fn setting(dice: &mut Dice) -> Setting {
    let ids = IDS.map(str::to_owned);
    Setting {
        subject: Subject {
            kind: dice.one(&[SubjectKind::User, SubjectKind::Team, SubjectKind::Service]),
            id: id(dice),
        },
        agent: AgentIdentity {
            did: dice.maybe(&["did:web:a.example:b".to_owned(), "did:key:z6Mk".to_owned()]),
            record_id: dice.maybe(&ids),
            record_sha256: dice.maybe(&ids),
            trust_level: dice.maybe(&ids),
            environment: dice.maybe(&ids),
            delegation_depth: dice.below(3) as u64,
            component_sha256: "0f".repeat(32),
        },
        organization: dice.maybe(&ids),
        project: dice.maybe(&ids),
        repository: Repository { id: id(dice), commit: dice.maybe(&ids) },
        branch: BranchNames {
            base: dice.maybe(&BRANCHES).map(str::to_owned),
            work: dice.maybe(&BRANCHES).map(str::to_owned),
        },
        run_mode: dice.one(RunMode::ALL),
        update_mode: dice.one(&[UpdateMode::None, UpdateMode::WorkingTree, UpdateMode::GitWorktree]),
        protocols: BTreeMap::from([(id(dice), json!({ "agent_card": [1, null, id(dice)] }))]),
        caller: Caller { openfga: fields(dice), audit: fields(dice), ..Caller::default() },
    }
}

fn fields(dice: &mut Dice) -> Map<String, Value> {
    let values = [
        json!(null),
        json!(0.1),
        json!(9_007_199_254_740_991_u64),
        json!({ "a": [] }),
        json!(-1),
        json!("é"),
    ];
    (0..dice.below(3)).map(|_| (id(dice), dice.one(&values))).collect()
}

fn question(dice: &mut Dice, setting: &Setting) -> Question {
    let name = dice.one(CapabilityName::ALL);
    let kind = dice.one(&[ResourceKind::Repository, ResourceKind::Branch, ResourceKind::Binding]);
    let repository = &setting.repository.id;
    let id = match kind {
        ResourceKind::Repository => repository.clone(),
        ResourceKind::Branch => format!("{repository}/{}", dice.one(&BRANCHES)),
        ResourceKind::Binding => id(dice),
    };
    Question {
        action: dice.one(&["capability.request", name.as_str()]).to_owned(),
        capability: CapabilityAsked {
            name,
            scope: Scope { uses: dice.maybe(&[1, 9]), seconds: dice.maybe(&[60]), ..Scope::default() },
        },
        resource: Resource { kind, id, properties: fields(dice) },
        gates: dice.maybe(GateName::ALL).map(|gate| (gate, "passed".to_owned())).into_iter().collect(),
        audit: dice.one(&[AuditStatus::Recording, AuditStatus::Explaining]),
        waivers: dice.maybe(&IDS).map(str::to_owned).into_iter().collect(),
    }
}
