//! Decision contexts, always the same ones: of real use, and of every shape.

use std::{collections::BTreeMap, sync::Arc};

use agent_contract::{
    CapabilityName, RepoPath, RunMode,
    capability::Scope,
    gate::{GateName, GateOutcome},
};
use policy::context::{
    AgentIdentity, AuditStatus, BranchNames, Caller, CapabilityAsked, DecisionContext, DecisionId, Question,
    Repository, Resource, ResourceKind, Setting, Subject, SubjectKind, UpdateMode,
};
use serde_json::{Map, Value, json};

/// Numbers that come in the same order every time (SplitMix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.roll() % end
    }

    /// True once in so many times.
    fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    fn of<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize].clone()
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.once_in(2).then(|| make(self))
    }

    fn text(&mut self) -> String {
        const ODD: &[&str] =
            &["", "a", "é", "\u{2028}", "\"", "\\", "\n", "\u{0}", "日本", "#", "data", "true", "{{"];
        (0..self.below(4)).map(|_| self.of(ODD)).collect()
    }

    fn value(&mut self, depth: u64) -> Value {
        match self.below(if depth == 0 { 5 } else { 7 }) {
            0 => Value::Null,
            1 => self.once_in(2).into(),
            2 => self.of(&[
                json!(0),
                json!(-1),
                json!(9_007_199_254_740_991_u64),
                json!(-9_007_199_254_740_991_i64),
            ]),
            3 => self.of(&[json!(0.1), json!(1e-7), json!(-2.5), json!(123_456.789)]),
            4 => self.text().into(),
            5 => (0..self.below(4)).map(|_| self.value(depth - 1)).collect(),
            _ => Value::Object(self.fields(depth - 1)),
        }
    }

    fn fields(&mut self, depth: u64) -> Map<String, Value> {
        (0..self.below(4)).map(|_| (self.text(), self.value(depth))).collect()
    }
}

/// A context in which the example lets everything be that depends on the capability alone.
pub fn plain(name: CapabilityName, mode: RunMode) -> DecisionContext {
    DecisionContext {
        decision: DecisionId { id: "d-1".into(), run_id: "r-1".into(), time_ms: 1_700_000_000_000 },
        setting: Arc::new(Setting {
            subject: Subject { kind: SubjectKind::User, id: "ada".into() },
            agent: AgentIdentity { component_sha256: "00".repeat(32), ..AgentIdentity::default() },
            organization: None,
            project: None,
            repository: Repository { id: "shop".into(), commit: None },
            branch: BranchNames::default(),
            run_mode: mode,
            update_mode: UpdateMode::None,
            protocols: BTreeMap::new(),
            caller: Caller::default(),
        }),
        question: Question {
            action: "capability.request".into(),
            capability: CapabilityAsked { name, scope: Scope::default() },
            resource: Resource { kind: ResourceKind::Repository, id: "shop".into(), properties: Map::new() },
            gates: BTreeMap::new(),
            audit: AuditStatus::Recording,
            waivers: Vec::new(),
        },
    }
}

/// A context as runs have them.
pub fn likely(dice: &mut Dice) -> DecisionContext {
    use CapabilityName as Name;
    let often = [Name::RepoRead, Name::RepoWrite, Name::RepoWrite, Name::RepoCommit, Name::RepoPush];
    let name = if dice.once_in(3) { dice.of(CapabilityName::ALL) } else { dice.of(&often) };
    let mut context = plain(name, dice.of(RunMode::ALL));
    let setting = Arc::make_mut(&mut context.setting);
    setting.subject.kind =
        dice.of(&[SubjectKind::User, SubjectKind::User, SubjectKind::Team, SubjectKind::Service]);
    setting.agent.delegation_depth = dice.of(&[0, 0, 0, 1, 2, 3]);
    let branches =
        [None, Some("code-assist/fix-1"), Some("code-assist/fix-2"), Some("main"), Some("code-assist")];
    setting.branch.work = dice.of(&branches).map(str::to_owned);
    if let Some(ticket) = dice.of(&[None, Some(json!("CHG-7")), Some(json!("INC-7")), Some(json!(7))]) {
        setting.caller.opa.insert("change_ticket".into(), ticket);
    }
    context.question.capability.scope.paths = dice.maybe(paths);
    context.question.resource = likely_resource(dice);
    context.question.gates = likely_gates(dice);
    context
}

fn paths(dice: &mut Dice) -> Vec<RepoPath> {
    let known =
        ["src/main.rs", "README.md", "deploy", "deploy/prod.yaml", "deployment/notes.md", "docs/deploy/a.md"];
    (0..=dice.below(2)).map(|_| RepoPath::parse(dice.of(&known)).unwrap()).collect()
}

fn likely_resource(dice: &mut Dice) -> Resource {
    let (kind, id) = dice.of(&[
        (ResourceKind::Repository, "shop"),
        (ResourceKind::Branch, "shop/code-assist/fix-1"),
        (ResourceKind::Binding, "notify.slack"),
        (ResourceKind::Binding, "model.default"),
    ]);
    Resource { kind, id: id.into(), properties: Map::new() }
}

fn likely_gates(dice: &mut Dice) -> BTreeMap<GateName, String> {
    let all_pass = dice.once_in(2);
    let status = |dice: &mut Dice| match all_pass {
        true => GateOutcome::Pass,
        false => dice.of(GateOutcome::ALL),
    };
    let needed = [GateName::AuditTrace, GateName::Secrets, GateName::Checks, GateName::Licence];
    needed.into_iter().map(|gate| (gate, status(dice).to_string())).collect()
}

/// A context of any shape.
pub fn any(dice: &mut Dice) -> DecisionContext {
    let mut context = likely(dice);
    context.decision = DecisionId { id: dice.text(), run_id: dice.text(), time_ms: dice.below(1 << 53) };
    let setting = Arc::make_mut(&mut context.setting);
    setting.subject.id = dice.text();
    setting.agent = AgentIdentity {
        did: dice.maybe(Dice::text),
        record_id: dice.maybe(Dice::text),
        record_sha256: dice.maybe(Dice::text),
        trust_level: dice.maybe(Dice::text),
        environment: dice.maybe(Dice::text),
        delegation_depth: dice.below(1 << 53),
        component_sha256: dice.text(),
    };
    (setting.organization, setting.project) = (dice.maybe(Dice::text), dice.maybe(Dice::text));
    setting.repository = Repository { id: dice.text(), commit: dice.maybe(Dice::text) };
    setting.branch = BranchNames { base: dice.maybe(Dice::text), work: dice.maybe(Dice::text) };
    setting.update_mode = dice.of(&[UpdateMode::None, UpdateMode::WorkingTree, UpdateMode::GitWorktree]);
    setting.protocols = dice.fields(3).into_iter().collect();
    setting.caller = Caller {
        authzen: dice.fields(2),
        openfga: dice.fields(2),
        opa: dice.fields(2),
        agent_id: dice.fields(2),
        claims: dice.fields(2),
        runner: dice.fields(2),
        audit: dice.fields(2),
    };
    context.question.action = dice.text();
    context.question.capability.scope = Scope {
        paths: dice.maybe(paths),
        checks: dice.maybe(|dice| vec![dice.text()]),
        bindings: dice.maybe(|dice| vec![dice.text(), dice.text()]),
        uses: dice.maybe(|dice| 1 + dice.below(9)),
        bytes: dice.maybe(|dice| 1 + dice.below(1 << 40)),
        seconds: dice.maybe(|dice| 1 + dice.below(3600)),
    };
    context.question.resource.properties = dice.fields(3);
    context.question.audit = dice.of(&[AuditStatus::Recording, AuditStatus::Explaining]);
    context.question.waivers = (0..dice.below(3)).map(|_| dice.text()).collect();
    context
}
