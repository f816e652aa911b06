//! Asking one decision point, in its own protocol.

use std::{sync::Arc, time::Instant};

use policy::{
    Answer, Code, Objection, Word,
    context::DecisionContext,
    point::{
        Exchange,
        authzen::{self, Endpoints},
        fresh::fresh_ms,
        heard::{self, Expected},
        opa, openfga,
        rego::RegoPolicy,
        remote,
    },
};
use serde_json::Value;
use tokio::{sync::Mutex, task::JoinSet};

use super::{Hearing, Point, Speaks};
use kernel::net::Client;

/// What a point says to each of the questions.
pub(super) async fn answers(point: &Point, contexts: &[DecisionContext]) -> Vec<Answer> {
    let started = Instant::now();
    let said = tokio::time::timeout(point.timeout, words(point, contexts)).await;
    let words = said.unwrap_or_else(|_| contexts.iter().map(|_| late(point)).collect());
    let latency_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    let short = contexts.len().saturating_sub(words.len());
    let missing = (0..short).map(|_| Word::deny(Objection::new(Code::PointBatch, "an answer is missing")));
    words.into_iter().chain(missing).map(|word| answer(point, word, latency_us)).collect()
}

/// The time is one for all that asking takes: where to ask, and asking.
fn late(point: &Point) -> Word {
    let limit = point.timeout.as_millis();
    Word::deny(Objection::new(Code::PointTimeout, format!("it gave no answer within {limit} ms in all")))
}

async fn words(point: &Point, contexts: &[DecisionContext]) -> Vec<Word> {
    match &point.speaks {
        Speaks::Rego(policy) => evaluated_here(policy, contexts).await,
        Speaks::Authzen { client, discovery } => evaluated(point, client, discovery.as_ref(), contexts).await,
        Speaks::Opa { client, rule } => {
            let exchanges = contexts.iter().map(|context| Ok(opa::exchange(rule, context))).collect();
            each(point, client, exchanges, |_, answer| opa::read(answer)).await
        }
        Speaks::Openfga { client, store, model } => related(point, client, (store, model), contexts).await,
        Speaks::Runner { client } => {
            let exchanges = contexts.iter().map(|context| Ok(remote::exchange(context))).collect();
            let now_ms = kernel::clock::now_ms();
            let names: Vec<_> = contexts.iter().map(|context| context.question.capability.name).collect();
            each(point, client, exchanges, |index, answer| remote::read(answer, now_ms, names[index])).await
        }
    }
}

/// A policy is evaluated on a thread of its own: one that computes for too long is left
/// behind, and neither its answer nor its time is waited for.
async fn evaluated_here(policy: &Arc<RegoPolicy>, contexts: &[DecisionContext]) -> Vec<Word> {
    let (send, receive) = tokio::sync::oneshot::channel();
    let (policy, contexts) = (policy.clone(), contexts.to_vec());
    std::thread::spawn(move || {
        let words: Vec<_> = contexts.iter().map(|context| policy.decide(context)).collect();
        let _ = send.send(words);
    });
    receive.await.unwrap_or_default()
}

/// The answers of a point that could not even be asked.
pub(super) fn broken(point: &Point, count: usize) -> Vec<Answer> {
    let word = || Word::deny(Objection::new(Code::PointError, "asking it went wrong in the Runner"));
    (0..count).map(|_| answer(point, word(), 0)).collect()
}

fn answer(point: &Point, word: Word, latency_us: u64) -> Answer {
    Answer {
        point: point.name.clone(),
        protocol: point.protocol,
        by: point.by.clone(),
        policy_sha256: point.policy_sha256.clone(),
        model: point.model.clone(),
        word,
        latency_us,
        cached: false,
    }
}

/// An exchange for each question, all under way at once.
async fn each(
    point: &Point,
    client: &Client,
    exchanges: Vec<Result<Exchange, Objection>>,
    read: impl Fn(usize, &Value) -> Result<Word, Objection>,
) -> Vec<Word> {
    let mut words: Vec<Option<Word>> = exchanges.iter().map(|_| None).collect();
    let mut waiting = JoinSet::new();
    for (index, exchange) in exchanges.into_iter().enumerate() {
        match exchange {
            Err(objection) => words[index] = Some(Word::deny(objection)),
            Ok(exchange) => {
                let (client, hearing) = (client.clone(), point.hearing());
                waiting.spawn(async move { (index, hear(&client, &exchange, hearing).await) });
            }
        }
    }
    while let Some(joined) = waiting.join_next().await {
        let Ok((index, heard)) = joined else { continue };
        let word = heard.and_then(|(value, fresh_ms)| Ok(Word { fresh_ms, ..read(index, &value)? }));
        words[index] = Some(word.into());
    }
    words.into_iter().map(|word| word.unwrap_or_else(lost)).collect()
}

fn lost() -> Word {
    Word::deny(Objection::new(Code::PointError, "asking it went wrong in the Runner"))
}

/// One exchange, up to the object in its answer. That the request's id comes back only
/// AuthZEN demands.
async fn hear(
    client: &Client,
    exchange: &Exchange,
    hearing: Hearing,
) -> Result<(Value, Option<u64>), Objection> {
    let heard = client.exchange(exchange).await?;
    let request_id = exchange.request_id.as_deref().filter(|_| hearing.echoes);
    let expected = Expected { now_ms: kernel::clock::now_ms(), skew_ms_max: hearing.skew_ms, request_id };
    Ok((heard::object(&heard, &expected)?, fresh_ms(&heard)))
}

/// AuthZEN: one evaluation, or a batch of them.
async fn evaluated(
    point: &Point,
    client: &Client,
    discovery: Option<&Mutex<Option<Endpoints>>>,
    contexts: &[DecisionContext],
) -> Vec<Word> {
    let endpoints = match discovery {
        None => Ok(Endpoints::usual(&point.by)),
        Some(known) => discover(point, client, known).await,
    };
    let endpoints = match endpoints {
        Ok(endpoints) => endpoints,
        Err(objection) => return contexts.iter().map(|_| Word::deny(objection.clone())).collect(),
    };
    match (contexts, &endpoints.evaluations) {
        ([first, _, ..], Some(path)) => {
            let exchange = posted(path, authzen::evaluations(contexts), &first.decision.id);
            match hear(client, &exchange, point.hearing()).await {
                Err(objection) => contexts.iter().map(|_| Word::deny(objection.clone())).collect(),
                Ok((value, _)) => {
                    authzen::read_batch(&value, contexts.len()).into_iter().map(Word::from).collect()
                }
            }
        }
        _ => {
            let one = |context: &DecisionContext| {
                Ok(posted(&endpoints.evaluation, authzen::evaluation(context), &context.decision.id))
            };
            each(point, client, contexts.iter().map(one).collect(), |_, answer| authzen::read(answer)).await
        }
    }
}

/// Where the point takes requests; it is asked once in a run.
async fn discover(
    point: &Point,
    client: &Client,
    known: &Mutex<Option<Endpoints>>,
) -> Result<Endpoints, Objection> {
    let mut known = known.lock().await;
    if let Some(endpoints) = &*known {
        return Ok(endpoints.clone());
    }
    let exchange = Exchange { path: authzen::discovery_path(&point.by), body: None, request_id: None };
    let (value, _) = hear(client, &exchange, point.hearing()).await?;
    Ok(known.insert(Endpoints::read(&value, &point.by)?).clone())
}

fn posted(path: &str, body: Value, request_id: &str) -> Exchange {
    Exchange { path: path.to_owned(), body: Some(body), request_id: Some(request_id.to_owned()) }
}

/// OpenFGA: one check, or a batch of them.
async fn related(
    point: &Point,
    client: &Client,
    (store, model): (&str, &str),
    contexts: &[DecisionContext],
) -> Vec<Word> {
    if let [_] = contexts {
        let exchanges = contexts.iter().map(|context| openfga::check(context, store, model)).collect();
        return each(point, client, exchanges, |_, answer| openfga::read(answer)).await;
    }
    let asked = match openfga::batch_check(contexts, store, model) {
        Ok(asked) => asked,
        Err(objection) => return contexts.iter().map(|_| Word::deny(objection.clone())).collect(),
    };
    match hear(client, &asked.exchange, point.hearing()).await {
        Err(objection) => contexts.iter().map(|_| Word::deny(objection.clone())).collect(),
        Ok((value, _)) => {
            openfga::read_batch(&value, &asked.correlation_ids).into_iter().map(Word::from).collect()
        }
    }
}
