//! When a dead model is given up, and when one is waited for.

use std::{
    net::{SocketAddr, TcpListener},
    time::{Duration, Instant},
};

use policy::Code;

use crate::{
    common::{Reply, accept},
    support::{Record, chat, chunk, code, config, end, head, open, pause, recording, stream},
};

/// A place that answers with these statuses one after another; the last one stays.
fn answering(statuses: &'static [&'static str], retry_after: Option<&'static str>) -> (SocketAddr, Record) {
    recording(move |at, asked, wire| {
        let reply = Reply::json(asked, "{}").status(statuses.get(at).or(statuses.last()).unwrap());
        retry_after.map_or(reply.clone(), |after| reply.and("retry-after", after)).send(wire);
    })
}

#[tokio::test]
async fn what_passes_is_waited_for() {
    for (statuses, asked, expected) in [
        (&["200 OK"][..], 1, 200),
        (&["500 Internal Server Error", "200 OK"], 2, 200),
        (&["529 Overloaded", "503 Service Unavailable", "200 OK"], 3, 200),
        (&["429 Too Many Requests", "200 OK"], 2, 200),
        (&["500 Internal Server Error"], 5, 500),
        (&["529 Overloaded"], 5, 529),
        (&["400 Bad Request", "200 OK"], 1, 400),
        (&["401 Unauthorized", "200 OK"], 1, 401),
        (&["501 Not Implemented", "200 OK"], 1, 501),
    ] {
        let (address, record) = answering(statuses, None);
        let answer = stream(&open(&chat(address, ""))).await.0;
        assert_eq!((code(answer), record.lock().unwrap().len()), (Ok(expected), asked), "{statuses:?}");
    }
}

#[tokio::test]
async fn a_time_that_is_asked_for_is_given_where_it_fits_the_patience() {
    let (address, _) = answering(&["529 Overloaded", "200 OK"], Some("1"));
    let began = Instant::now();
    assert_eq!(code(stream(&open(&chat(address, "patience_ms = 5000"))).await.0), Ok(200));
    assert!(began.elapsed() >= Duration::from_secs(1));
    let (address, record) = answering(&["429 Too Many Requests", "200 OK"], Some("2"));
    let began = Instant::now();
    let answer = stream(&open(&chat(address, "patience_ms = 1500"))).await.0.unwrap();
    assert_eq!((&answer["status"], &answer["headers"]["retry-after"]), (&429.into(), &"2".into()));
    assert!(began.elapsed() < Duration::from_secs(2), "nobody waits in vain");
    assert_eq!(record.lock().unwrap().len(), 1);
}

/// Each way of being dead, with a patience of half a second.
#[tokio::test]
async fn a_dead_model_is_given_up_in_time() {
    let refused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let silent = || accept(|_stream| pause(4000));
    let headed = || {
        recording(|_, _, wire| {
            head(wire, "text/event-stream");
            pause(4000);
        })
        .0
    };
    let drips = recording(|_, _, wire| {
        let _ = wire.write_all(b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 1000\r\n\r\n");
        for _ in 0..40 {
            let _ = wire.write_all(b"x").and_then(|()| wire.flush());
            pause(100);
        }
    })
    .0;
    for (address, action, expected) in [
        (refused, "stream", Err(Code::NetRefused)),
        (silent(), "stream", Err(Code::NetTimeout)),
        (silent(), "converse", Err(Code::NetTimeout)),
        (headed(), "stream", Err(Code::NetTimeout)),
        (headed(), "converse", Err(Code::NetTimeout)),
        (drips, "stream", Err(Code::NetTimeout)),
        (answering(&["500 Internal Server Error"], None).0, "stream", Ok(500)),
        (answering(&["503 Service Unavailable"], Some("1")).0, "stream", Ok(503)),
    ] {
        let binding = open(&chat(address, "patience_ms = 500\nattempts = 10"));
        let began = Instant::now();
        let answer = kernel::transport::invoke(&binding, action, "{\"body\":{}}").await;
        assert_eq!(code(answer), expected, "{action}");
        assert!(began.elapsed() < Duration::from_millis(1500), "{expected:?}: {:?}", began.elapsed());
    }
}

/// Whoever asks again at once does not wait a second time.
#[tokio::test]
async fn a_model_that_used_up_the_patience_is_left_alone() {
    let silent = accept(|_stream| pause(4000));
    let binding = open(&chat(silent, "patience_ms = 1000"));
    let began = Instant::now();
    for expected in [Code::NetTimeout, Code::NetBreaker, Code::NetBreaker] {
        assert_eq!(code(stream(&binding).await.0), Err(expected));
    }
    assert!(began.elapsed() < Duration::from_millis(2000), "{:?}", began.elapsed());
}

/// Patience is for what has not begun.
#[tokio::test]
async fn an_answer_that_has_begun_may_go_on() {
    let address = recording(|_, _, wire| {
        head(wire, "text/event-stream");
        for _ in 0..10 {
            chunk(wire, b"data: {}\n\n");
            pause(100);
        }
        end(wire);
    })
    .0;
    let binding = open(&chat(address, "patience_ms = 300"));
    for action in ["stream", "converse"] {
        let answer = kernel::transport::invoke(&binding, action, "{\"body\":{}}").await.unwrap();
        assert!(answer.get("cut").is_none() && answer["body"].as_str().unwrap().len() == 100, "{action}");
    }
}

#[test]
fn nobody_waits_longer_than_25_seconds_unless_told_to() {
    for (keys, patience_ms) in [("", 20_000), ("timeout_ms = 5000", 5000), ("patience_ms = 90000", 90_000)] {
        let config = config(&format!("provider = \"openai\"\n{keys}"));
        assert_eq!(config.patience_ms, Some(patience_ms), "{keys}");
    }
}
