//! Answers that come in pieces.

use std::{net::SocketAddr, sync::Arc};

use kernel::net::Outcome;
use policy::Code;
use proptest::prelude::*;
use serde_json::json;

use crate::{
    common::serve,
    support::{TOLD, chat, chunk, code, end, head, open, open_with, pause, recording, stream},
};

const SAID: &str = "Gr\u{fc}\u{df} \u{1f600}\n\tGott";

fn events() -> String {
    let mut text = ": a comment\r\n\r\n".to_owned();
    for said in ["Gr\u{fc}\u{df} ", "\u{1f600}\u{1b}[1m", "\n\tGott"] {
        text += &format!("data: {}\n\n", json!({ "choices": [{ "delta": { "content": said } }] }));
    }
    text + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":9}}\n\ndata: [DONE]\n\n"
}

/// A place that sends these bytes, split at these places.
fn split(bytes: Vec<u8>, cuts: Vec<usize>) -> SocketAddr {
    let sent = Arc::new((bytes, cuts));
    serve(move |_, wire| {
        head(wire, "text/event-stream");
        let (bytes, cuts) = &*sent;
        let mut at = 0;
        for cut in cuts.iter().copied().chain([bytes.len()]).filter(|cut| *cut <= bytes.len()) {
            if cut > at {
                chunk(wire, &bytes[at..cut]);
                at = cut;
            }
        }
        end(wire);
    })
}

async fn heard(address: SocketAddr, secret: Option<&str>) -> (serde_json::Value, String, u64) {
    let config = chat(address, "");
    let binding = secret.map_or_else(|| open(&config), |secret| open_with(&config, secret));
    let (answer, heard) = stream(&binding).await;
    (answer.unwrap(), heard, binding.used().tokens)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]
    /// However an answer is split, in the midst of a character too, the same is heard.
    #[test]
    fn any_split_is_heard_alike(mut cuts in proptest::collection::vec(1_usize..400, 0..40), redacts: bool) {
        cuts.sort_unstable();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let address = split(events().into_bytes(), cuts);
        let secret = redacts.then_some("s3cret-that-is-not-there");
        let (answer, heard, tokens) = runtime.block_on(heard(address, secret));
        prop_assert_eq!(&answer["body"], &json!(events()));
        prop_assert_eq!((heard.as_str(), tokens), (SAID, 16));
        prop_assert!(answer.get("cut").is_none());
    }
}

#[tokio::test]
async fn text_is_heard_while_the_answer_goes_on() {
    let (heard, go_on) = std::sync::mpsc::channel::<()>();
    let go_on = std::sync::Mutex::new(go_on);
    let address = serve(move |_, wire| {
        head(wire, "text/event-stream");
        chunk(wire, b"data: {\"choices\":[{\"delta\":{\"content\":\"one\"}}]}\n\n");
        // The second is sent when the first was heard, or never.
        if go_on.lock().unwrap().recv_timeout(std::time::Duration::from_secs(9)).is_ok() {
            chunk(wire, b"data: {\"choices\":[{\"delta\":{\"content\":\" two\"}}]}\n\n");
        }
        end(wire);
    });
    let mut text = String::new();
    let input = json!({ "body": {}, "told": [{ "text": TOLD }] }).to_string();
    let binding = open(&chat(address, ""));
    let mut hear = |piece: &str| {
        text.push_str(piece);
        let _ = heard.send(());
    };
    kernel::transport::converse(&binding, "stream", &input, &mut hear).await.unwrap();
    assert_eq!(text, "one two");
}

/// Where an answer is cut off at each of its bytes, what came is told, and nothing is asked for
/// a second time.
#[tokio::test]
async fn what_came_before_a_cut_is_told() {
    let whole = "data: {\"choices\":[{\"delta\":{\"content\":\"h\u{e9}\"}}]}\n\ndata: {\"a\":1}\n\n";
    for at in 1..=whole.len() {
        let (address, record) = recording(move |_, _, wire| {
            head(wire, "text/event-stream");
            chunk(wire, &whole.as_bytes()[..at]);
        });
        let binding = open(&chat(address, ""));
        let (answer, heard) = stream(&binding).await;
        let answer = answer.unwrap();
        assert_eq!((&answer["status"], &answer["cut"]), (&json!(200), &json!("net-cut-off")), "{at}");
        assert_eq!(answer["body"], String::from_utf8_lossy(&whole.as_bytes()[..at]).as_ref());
        let event = whole.find("\n\n").unwrap();
        // An event is told when it is whole; what ends with the answer is taken for whole.
        assert_eq!(heard, if at >= event { "h\u{e9}" } else { "" }, "{at}");
        assert_eq!(record.lock().unwrap().len(), 1, "{at}");
    }
}

/// What nobody heard yet may be asked for again.
#[tokio::test]
async fn a_cut_before_the_first_byte_is_no_answer() {
    let (address, record) = recording(|at, _, wire| {
        head(wire, "text/event-stream");
        if at > 0 {
            chunk(wire, events().as_bytes());
            end(wire);
        }
    });
    let (answer, heard) = stream(&open(&chat(address, ""))).await;
    assert_eq!((code(answer), heard.as_str(), record.lock().unwrap().len()), (Ok(200), SAID, 2));
    let (address, record) = recording(|_, _, wire| head(wire, "text/event-stream"));
    let (answer, _) = stream(&open(&chat(address, "attempts = 2"))).await;
    assert_eq!((code(answer), record.lock().unwrap().len()), (Err(Code::NetCutOff), 2));
}

#[tokio::test]
async fn an_answer_that_pauses_or_never_ends_is_cut_where_it_is() {
    let paused = || {
        serve(|_, wire| {
            head(wire, "text/event-stream");
            chunk(wire, b"data: {}\n\n");
            pause(1500);
        })
    };
    let endless = || {
        serve(|_, wire| {
            head(wire, "text/event-stream");
            for _ in 0..200 {
                chunk(wire, b"data: {}\n\n");
                pause(10);
            }
        })
    };
    for (address, keys, expected) in [
        (paused(), "idle_timeout_ms = 200", "net-idle"),
        (endless(), "timeout_ms = 400\npatience_ms = 200", "net-slow"),
    ] {
        let (answer, _) = stream(&open(&chat(address, keys))).await;
        assert_eq!(answer.unwrap()["cut"], expected, "{keys}");
    }
    let config = policy::config::BindingConfig { response_bytes_max: 500, ..chat(endless(), "") };
    assert_eq!(code(stream(&open(&config)).await.0), Err(Code::NetOversized));
}

#[tokio::test]
async fn a_cut_stands_in_the_record_and_counts_for_the_breaker() {
    let address = serve(|_, wire| {
        head(wire, "text/event-stream");
        chunk(wire, b"data: {}\n\n");
    });
    let mut config = chat(address, "");
    config.breaker.failures = 2;
    let binding = open(&config);
    let outgoing = kernel::net::Outgoing {
        method: kernel::net::Method::Post,
        path: "/v1/chat/completions".to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
        repeat: kernel::net::Repeat::Harmless,
    };
    let incoming = binding.stream(outgoing, |_| {}).await.unwrap();
    assert_eq!((incoming.cut, incoming.usage), (Some(Code::NetCutOff), None));
    assert_eq!(incoming.attempts[0].outcome, Outcome::Failed(Code::NetCutOff));
    assert_eq!(code(stream(&binding).await.0), Ok(200));
    assert_eq!(code(stream(&binding).await.0), Err(Code::NetBreaker));
}
