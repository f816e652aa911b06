//! What a run may use of a binding.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use kernel::net::{Usage, Used};
use policy::{
    Code,
    config::{BindingConfig, BindingLimits, Pointers, UsageConfig},
};

use crate::{
    common::{Reply, serve},
    support::{code, config, get, open, post},
};

fn counting(body: &'static str) -> (SocketAddr, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let address = serve(move |asked, wire| {
        counted.fetch_add(1, Ordering::SeqCst);
        Reply::json(asked, body).send(wire);
    });
    (address, count)
}

fn usage() -> Option<UsageConfig> {
    Some(UsageConfig {
        input_tokens: Pointers::of(&["/usage/prompt_tokens"]),
        output_tokens: Pointers::of(&["/usage/completion_tokens"]),
        price_input_per_million: Some(3_000_000),
        price_output_per_million: Some(15_000_000),
        ..UsageConfig::default()
    })
}

const ANSWER: &str = r#"{"usage":{"prompt_tokens":100,"completion_tokens":20}}"#;

#[tokio::test]
async fn each_limit_refuses_the_next_call_before_it_is_sent() {
    for (limits, calls, expected) in [
        (BindingLimits { requests: Some(2), ..Default::default() }, 2, Code::NetLimitRequests),
        (BindingLimits { bytes: Some(700), ..Default::default() }, 1, Code::NetLimitBytes),
        (BindingLimits { tokens: Some(240), ..Default::default() }, 2, Code::NetLimitTokens),
        (BindingLimits { tokens: Some(239), ..Default::default() }, 2, Code::NetLimitTokens),
        (BindingLimits { tokens: Some(120), ..Default::default() }, 1, Code::NetLimitTokens),
        (BindingLimits { money_micros: Some(600), ..Default::default() }, 1, Code::NetLimitMoney),
        (BindingLimits { money_micros: Some(601), ..Default::default() }, 2, Code::NetLimitMoney),
    ] {
        let (address, count) = counting(ANSWER);
        let binding = open(&BindingConfig { limits, usage: usage(), ..config(address) });
        let body = "x".repeat(400);
        for call in 0..calls {
            assert_eq!(code(binding.clone().send(post(&body)).await), Ok(200), "{limits:?} {call}");
        }
        let refused = binding.send(post(&body)).await.unwrap_err();
        assert_eq!(refused.code, expected, "{limits:?}: {refused}");
        assert!(refused.message.contains(" are used, and this would be "), "{refused}");
        assert_eq!(count.load(Ordering::SeqCst), calls, "{limits:?}");
    }
}

#[tokio::test]
async fn what_was_used_is_told() {
    let (address, _) = counting(ANSWER);
    let binding = open(&BindingConfig { usage: usage(), ..config(address) });
    let heard = binding.send(post("hello")).await.unwrap();
    assert_eq!(heard.usage, Some(Usage { input_tokens: 100, output_tokens: 20, ..Usage::default() }));
    let Used { requests, bytes, tokens, money_micros, untold } = binding.used();
    assert_eq!((requests, tokens, money_micros, untold), (1, 120, 600, 0));
    assert!(bytes > (ANSWER.len() + "hello".len()) as u64 && bytes < 500, "{bytes}");
}

#[tokio::test]
async fn an_answer_beyond_the_bytes_is_broken_off() {
    let address = serve(|asked, wire| Reply::json(asked, &"x".repeat(10_000)).send(wire));
    let limits = BindingLimits { bytes: Some(1000), ..Default::default() };
    let binding = open(&BindingConfig { limits, ..config(address) });
    assert_eq!(code(binding.send(get("/")).await), Err(Code::NetLimitBytes));
}

/// Who does not tell what an answer cost is not asked again where cost is limited.
#[tokio::test]
async fn cost_that_is_not_told_is_no_cost_of_nothing() {
    let (address, count) = counting("{}");
    let limits = BindingLimits { tokens: Some(1000), ..Default::default() };
    let binding = open(&BindingConfig { limits, usage: usage(), ..config(address) });
    assert_eq!(code(binding.send(get("/")).await), Ok(200));
    assert_eq!(binding.used().untold, 1);
    assert_eq!(code(binding.send(get("/")).await), Err(Code::NetUsageUnknown));
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn every_attempt_counts() {
    let address = serve(|asked, wire| Reply::json(asked, "{}").status("503 Service Unavailable").send(wire));
    let limits = BindingLimits { requests: Some(2), ..Default::default() };
    let binding = open(&BindingConfig { limits, attempts: 5, ..config(address) });
    let heard = binding.send(get("/")).await.unwrap();
    assert_eq!((heard.status, heard.attempts.len(), binding.used().requests), (503, 2, 2));
}
