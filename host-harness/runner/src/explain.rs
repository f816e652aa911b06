//! What would be decided, without a run: nothing is issued, nothing is recorded, nothing
//! happens.

use agent_contract::{CapabilityName, Refusal, budget::Budgets, capability::Scope};
use policy::{
    Decision,
    answer::{Answer, Protocol, Stance},
    context::{self, AuditStatus, DecisionContext, DecisionId, Question},
    issue::{Ask, Context, issue, propose},
    local::{Object, Spoken},
};

use crate::{
    agent::Agent,
    places::Bindings,
    points::{Points, When},
    secrets::Guarded,
    setup::{self, Setup},
    standing::Standing,
    start_error::StartError,
};

/// What is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// The capability as a whole.
    Capability,
    /// A path.
    Path(agent_contract::RepoPath),
    /// A check.
    Check(String),
    /// A binding.
    Binding(String),
}

/// What would be decided, and why.
#[derive(Debug)]
pub struct Explanation {
    /// What would be asked; absent where nobody would be.
    pub question: Option<Question>,
    /// What everyone said.
    pub decision: Option<Decision>,
    /// Every rule of the local policy that speaks, the strictest first.
    pub rules: Vec<Spoken>,
    /// What would come of it.
    pub stance: Stance,
    /// The refusal, where it would be one.
    pub refusal: Option<Refusal>,
}

/// Says whether the agent may do something, and why.
pub async fn explain(
    agent: &Agent,
    setup: &Setup,
    name: CapabilityName,
    about: &About,
) -> Result<Explanation, StartError> {
    let secrets = Guarded::open(&setup.config).await?;
    let mut points = Points::open(&setup.config.decision_points, &secrets)?;
    let standing = Standing::of(setup, &secrets).await?;
    let outside = setup::open(setup, "explain", secrets).await?;
    let setting = setup::setting(setup, agent, &outside, standing.resolved().as_deref())?;
    let now_ms = kernel::clock::now_ms();
    // A run makes a name of its own where none is given.
    let made = setup.request.allowances.commit.then_some("code-assist/run");
    let context = Context {
        run_id: "explain",
        request: &setup.request,
        config: &setup.config,
        now_ms,
        branch: setting.branch.work.as_deref().or(made),
        base_branch: setting.branch.base.as_deref(),
    };
    let matter = context.matter(name, about.object());
    let rules = setup.config.policy.explain(&matter);
    let ask = Ask { operation: name.to_string(), scope: about.scope(), reason: "explain".to_owned() };
    let proposed = match propose(&ask, context) {
        Ok(proposed) => proposed.on(&matter, setup.config.policy.judge(&matter)),
        Err(refusal) => return Ok(unasked(rules, refusal)),
    };
    let question = Question::of_capability(
        name,
        proposed.scope.clone(),
        &setting,
        Default::default(),
        AuditStatus::Explaining,
    );
    let request_sha256 = context::digest(&context::setting_digest(&setting), &question);
    let local = Answer {
        point: "local-policy".to_owned(),
        protocol: Protocol::LocalPolicy,
        by: "this Runner".to_owned(),
        policy_sha256: Some(setup.config.policy.sha256().to_owned()),
        model: None,
        word: proposed.word(),
        latency_us: 0,
        cached: false,
    };
    let identity = standing.answer(name, &setup.request, &setting, now_ms);
    let id = DecisionId { id: "explain".to_owned(), run_id: "explain".to_owned(), time_ms: now_ms };
    let asked = DecisionContext { decision: id, setting: setting.clone().into(), question: question.clone() };
    let foreign = points.ask(&[asked], When::Capability).await.into_iter().flatten();
    let answers = std::iter::once(local).chain(identity).chain(foreign).collect();
    let decision = Decision { id: "explain".to_owned(), request_sha256, answers };
    let issued = issue(proposed, &decision, "explain".to_owned(), context);
    let stance = if issued.is_err() { Stance::Deny } else { decision.stance() };
    Ok(Explanation {
        question: Some(question),
        stance,
        refusal: issued.err(),
        rules,
        decision: Some(decision),
    })
}

fn unasked(rules: Vec<Spoken>, refusal: Refusal) -> Explanation {
    Explanation { question: None, decision: None, rules, stance: Stance::Deny, refusal: Some(refusal) }
}

impl About {
    fn object(&self) -> Object<'_> {
        match self {
            Self::Capability => Object::Capability,
            Self::Path(path) => Object::Path(path.as_str()),
            Self::Check(name) => Object::Check(name),
            Self::Binding(name) => Object::Binding(name),
        }
    }

    fn scope(&self) -> Scope {
        match self.clone() {
            Self::Capability => Scope::default(),
            Self::Path(path) => Scope { paths: Some(vec![path]), ..Scope::default() },
            Self::Check(name) => Scope { checks: Some(vec![name]), ..Scope::default() },
            Self::Binding(name) => Scope { bindings: Some(vec![name]), ..Scope::default() },
        }
    }
}

/// Opens every decision point of a configuration, as a run would, and asks none.
pub async fn open(config: &policy::Config) -> Result<(), StartError> {
    let secrets = Guarded::open(config).await?;
    Standing::check(&config.agent_id, &secrets)?;
    Points::open(&config.decision_points, &secrets)?;
    Bindings::open(config, Budgets::default(), &secrets).map(drop)
}
