//! What people are told, and how.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use kernel::{
    KernelError,
    net::{
        Credential, Keys,
        notify::{Channel, Notification},
    },
};
use policy::{
    Code,
    config::{BindingConfig, BindingKind, BindingLimits},
};
use ring::hmac;
use serde_json::Value;

use crate::{
    common::{Asked, Reply, serve},
    support::config,
};

type Record = Arc<Mutex<Vec<Asked>>>;

/// A place that takes what it is told with these statuses, one after another.
fn taking(statuses: &'static [&'static str]) -> (SocketAddr, Record) {
    let record = Record::default();
    let written = record.clone();
    let address = serve(move |asked, wire| {
        let mut record = written.lock().unwrap();
        let status = statuses.get(record.len()).or(statuses.last()).unwrap();
        record.push(asked.clone());
        Reply::json(asked, "no_service").and("retry-after", "1").status(status).send(wire);
    });
    (address, record)
}

fn channel(kind: BindingKind, config: BindingConfig, secret: Option<&str>) -> Result<Channel, KernelError> {
    let credential = secret.map(|secret| Credential::Bearer(secret.into()));
    let config = BindingConfig { kind, allow: Vec::new(), attempts: 3, timeout_ms: 20_000, ..config };
    Channel::open(&config, Keys { credential, ..Keys::default() })
}

fn told(text: &str) -> Notification {
    Notification { run_id: "0199aa3c".to_owned(), text: text.to_owned() }
}

#[tokio::test]
async fn a_webhook_is_told_with_an_id_that_a_repeat_has_too() {
    let (address, record) = taking(&["503 Service Unavailable", "204 No Content"]);
    let config = BindingConfig { url: format!("http://{address}/hooks/a"), ..config(address) };
    let channel = channel(BindingKind::Webhook, config, Some("s3cret")).unwrap();
    let delivered = channel.notify(&told("done")).await.unwrap();
    assert_eq!(delivered.attempts.len(), 2);
    let asked = record.lock().unwrap();
    for asked in asked.iter() {
        assert_eq!(asked.line, "POST /hooks/a HTTP/1.1");
        assert_eq!(asked.header("authorization"), ["Bearer s3cret"]);
        assert_eq!(asked.header("webhook-id"), [delivered.id.as_str()]);
        assert!(asked.header("webhook-signature").is_empty());
        let body: Value = serde_json::from_slice(&asked.body).unwrap();
        let expected = serde_json::json!({
            "id": delivered.id, "type": "code-assist.notification", "run_id": "0199aa3c",
            "binding": "test", "text": "done",
        });
        assert_eq!(body, expected);
    }
    assert_eq!(channel.used().requests, 2);
}

#[tokio::test]
async fn a_signature_holds_over_id_time_and_body() {
    let (address, record) = taking(&["200 OK"]);
    let config = BindingConfig { sign: true, ..config(address) };
    let secret = format!("whsec_{}", STANDARD.encode(b"a key of more than 16 bytes"));
    let channel = channel(BindingKind::Webhook, config, Some(&secret)).unwrap();
    channel.notify(&told("done")).await.unwrap();
    let asked = record.lock().unwrap().remove(0);
    let (id, seconds) = (asked.header("webhook-id")[0], asked.header("webhook-timestamp")[0]);
    let signed = [format!("{id}.{seconds}.").as_bytes(), &asked.body].concat();
    let signature = asked.header("webhook-signature")[0].strip_prefix("v1,").unwrap().to_owned();
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"a key of more than 16 bytes");
    assert!(hmac::verify(&key, &signed, &STANDARD.decode(signature).unwrap()).is_ok());
    assert!(seconds.parse::<u64>().unwrap().abs_diff(kernel::clock::now_ms() / 1000) < 60);
    assert!(asked.header("authorization").is_empty(), "what signs is not sent");
    assert!(!format!("{asked:?}").contains("whsec_"));
}

#[tokio::test]
async fn slack_is_told_at_its_secret_path() {
    let (address, record) = taking(&["200 OK"]);
    let channel = channel(BindingKind::Slack, config(address), Some("/services/T0/B0/s3cret")).unwrap();
    let delivered = channel.notify(&told("<!here> done")).await.unwrap();
    let asked = record.lock().unwrap().remove(0);
    assert_eq!(asked.line, "POST /services/T0/B0/s3cret HTTP/1.1");
    assert!(asked.header("authorization").is_empty());
    let body: Value = serde_json::from_slice(&asked.body).unwrap();
    assert_eq!(body["blocks"][0]["text"]["text"], "&lt;!here&gt; done");
    let origin = body["blocks"][1]["elements"][0]["text"].as_str().unwrap();
    assert!(origin.contains("0199aa3c") && origin.contains(&delivered.id), "{origin}");
    assert!(!format!("{channel:?}").contains("s3cret"));
}

#[tokio::test]
async fn slack_is_given_the_time_that_it_asks_for() {
    let (address, record) = taking(&["429 Too Many Requests", "200 OK"]);
    let channel = channel(BindingKind::Slack, config(address), Some("/services/T0/B0/x")).unwrap();
    let began = Instant::now();
    assert_eq!(channel.notify(&told("done")).await.unwrap().attempts.len(), 2);
    assert!(began.elapsed() >= Duration::from_secs(1));
    assert_eq!(record.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn what_is_not_taken_is_told_with_its_reason() {
    for (kind, statuses, asked, expected) in [
        (BindingKind::Webhook, &["410 Gone"][..], 1, Code::NotifyRefused),
        (BindingKind::Webhook, &["500 Internal Server Error"], 1, Code::NotifyRefused),
        (BindingKind::Webhook, &["429 Too Many Requests"], 3, Code::NotifyBusy),
        (BindingKind::Slack, &["404 Not Found"], 1, Code::NotifyRefused),
        // Twice would be two: nobody knows what came of the first.
        (BindingKind::Slack, &["503 Service Unavailable"], 1, Code::NotifyBusy),
        (BindingKind::Slack, &["429 Too Many Requests"], 3, Code::NotifyBusy),
    ] {
        let (address, record) = taking(statuses);
        let channel = channel(kind, config(address), Some("/services/s3cret")).unwrap();
        let error = channel.notify(&told("done")).await.unwrap_err();
        assert_eq!(error.code, expected, "{statuses:?}: {error}");
        assert!(!error.message.contains("s3cret"), "{error}");
        if expected == Code::NotifyRefused {
            assert!(error.message.ends_with("`no_service`"), "{error}");
        }
        assert_eq!(record.lock().unwrap().len(), asked, "{statuses:?}");
    }
}

#[tokio::test]
async fn a_limit_holds_for_notifications_too() {
    let (address, record) = taking(&["200 OK"]);
    let limits = BindingLimits { requests: Some(1), ..Default::default() };
    let channel = channel(BindingKind::Webhook, BindingConfig { limits, ..config(address) }, None).unwrap();
    channel.notify(&told("one")).await.unwrap();
    assert_eq!(channel.clone().notify(&told("two")).await.unwrap_err().code, Code::NetLimitRequests);
    assert_eq!(record.lock().unwrap().len(), 1);
}

#[test]
fn requests_and_notifications_have_bindings_of_their_own() {
    let address = SocketAddr::from(([127, 0, 0, 1], 1));
    let http = channel(BindingKind::Http, config(address), None).unwrap_err();
    assert_eq!(http.code, Code::NetKind);
    for kind in [BindingKind::Webhook, BindingKind::Slack, BindingKind::Smtp] {
        let config = BindingConfig { kind, ..config(address) };
        let refused = kernel::net::Binding::open(&config, Keys::default()).unwrap_err();
        assert_eq!(refused.code, Code::NetKind);
    }
    let unsigned = BindingConfig { sign: true, ..config(address) };
    assert_eq!(channel(BindingKind::Webhook, unsigned, None).unwrap_err().code, Code::NetKind);
    assert!(channel(BindingKind::Slack, config(address), None).is_err());
    assert!(channel(BindingKind::Slack, config(address), Some("https://evil.example/x")).is_err());
}
