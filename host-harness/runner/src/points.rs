//! The decision points of a run: opened before it starts, asked all together.

mod ask;
mod open;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use agent_contract::CapabilityName;
use kernel::net::Client;
use policy::{
    Answer, Word,
    answer::Protocol,
    context::{self, DecisionContext},
    point::{
        authzen::Endpoints,
        rego::{RegoPolicy, RulePath},
    },
};
use serde_json::{Value, json};
use tokio::{sync::Mutex, task::JoinSet};

pub(crate) use open::connection;

/// When a decision point is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// When the agent asks for a capability.
    Capability,
    /// At a call.
    Call,
}

/// The decision points of a run, with the answers that still hold.
#[derive(Default)]
pub(crate) struct Points {
    points: Vec<Arc<Point>>,
    kept: BTreeMap<String, Kept>,
}

/// An answer that still holds for a while.
struct Kept {
    answer: Answer,
    until_ms: u64,
}

/// A decision point, ready to be asked.
struct Point {
    name: String,
    protocol: Protocol,
    every_call: bool,
    by: String,
    policy_sha256: Option<String>,
    model: Option<String>,
    skew_ms: u64,
    timeout: Duration,
    speaks: Speaks,
}

/// What is needed to ask.
enum Speaks {
    Rego(Arc<RegoPolicy>),
    Authzen { client: Client, discovery: Option<Mutex<Option<Endpoints>>> },
    Opa { client: Client, rule: RulePath },
    Openfga { client: Client, store: String, model: String },
    Runner { client: Client },
}

impl Points {
    /// The points as the trace names them.
    pub fn describe(&self) -> Value {
        let one = |point: &Arc<Point>| {
            json!({
                "point": point.name, "protocol": point.protocol, "by": point.by, "model": point.model,
                "policy_sha256": point.policy_sha256, "every_call": point.every_call,
            })
        };
        self.points.iter().map(one).collect()
    }

    /// Whether any point is asked then.
    pub fn any(&self, when: When) -> bool {
        self.points.iter().any(|point| point.is_asked(when))
    }

    /// The answers of every point to every question, in order. The points are asked
    /// together: it takes as long as the slowest of them.
    pub async fn ask(&mut self, contexts: &[DecisionContext], when: When) -> Vec<Vec<Answer>> {
        let mut answers: Vec<Vec<Answer>> = contexts.iter().map(|_| Vec::new()).collect();
        if contexts.is_empty() || !self.any(when) {
            return answers;
        }
        let asked: Arc<[DecisionContext]> = contexts.into();
        let mut waiting = JoinSet::new();
        let points: Vec<_> = self.points.iter().filter(|point| point.is_asked(when)).cloned().collect();
        let mut said = BTreeMap::new();
        for (index, point) in points.iter().enumerate() {
            match self.kept_for(point, contexts) {
                Some(kept) => drop(said.insert(index, kept)),
                None => {
                    let (point, asked) = (point.clone(), asked.clone());
                    waiting.spawn(async move { (index, ask::answers(&point, &asked).await) });
                }
            }
        }
        while let Some(joined) = waiting.join_next().await {
            let Ok((index, fresh)) = joined else { continue };
            self.keep(&points[index], contexts, &fresh);
            said.insert(index, fresh);
        }
        for (index, point) in points.iter().enumerate() {
            let all = said.remove(&index).unwrap_or_else(|| ask::broken(point, contexts.len()));
            answers.iter_mut().zip(all).for_each(|(answers, answer)| answers.push(answer));
        }
        answers
    }

    /// The answers of a point that still hold for every one of the questions.
    fn kept_for(&self, point: &Point, contexts: &[DecisionContext]) -> Option<Vec<Answer>> {
        let kept = |context: &DecisionContext| {
            let kept = self.kept.get(&point.cache_key(context))?;
            let holds = context.decision.time_ms < kept.until_ms;
            holds.then(|| Answer { cached: true, latency_us: 0, ..kept.answer.clone() })
        };
        contexts.iter().map(kept).collect()
    }

    /// Keeps what may be kept: what the protocol says holds for a while, of capabilities
    /// that change nothing, and only a plain yes.
    fn keep(&mut self, point: &Point, contexts: &[DecisionContext], answers: &[Answer]) {
        for (context, answer) in contexts.iter().zip(answers) {
            let reads = matches!(
                context.question.capability.name,
                CapabilityName::RepoRead | CapabilityName::RepoDiff
            );
            let keeps = matches!(point.protocol, Protocol::Authzen | Protocol::Opa);
            let plain = Word { fresh_ms: answer.word.fresh_ms, ..Word::allow() } == answer.word;
            let Some(fresh_ms) = answer.word.fresh_ms.filter(|_| keeps && reads && plain) else { continue };
            let until_ms = context.decision.time_ms.saturating_add(fresh_ms);
            self.kept.insert(point.cache_key(context), Kept { answer: answer.clone(), until_ms });
        }
    }
}

/// What an answer over HTTP is held against.
#[derive(Debug, Clone, Copy)]
struct Hearing {
    skew_ms: u64,
    echoes: bool,
}

impl Point {
    fn hearing(&self) -> Hearing {
        Hearing { skew_ms: self.skew_ms, echoes: self.protocol == Protocol::Authzen }
    }

    fn is_asked(&self, when: When) -> bool {
        when == When::Capability || self.every_call
    }

    fn cache_key(&self, context: &DecisionContext) -> String {
        let (policy, model) = (self.policy_sha256.as_deref(), self.model.as_deref());
        context::cache_key(&self.name, policy, model, &context.digest())
    }
}
