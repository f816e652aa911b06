//! Answers that are handed on while they come.

use std::{
    io::{Read, Write},
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use kernel::net::{Binding, Credential, Keys, Usage};
use policy::{
    Code,
    config::{BindingConfig, BindingLimits, Pointers, UsageConfig},
};

use crate::{
    common::accept,
    support::{code, config, get, open},
};

/// A place that answers with events, as this function sends them.
fn events(send: impl Fn(&mut dyn FnMut(&str)) + Send + Sync + 'static) -> SocketAddr {
    accept(move |mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
        let _ = stream.write_all(head.as_bytes());
        send(&mut |piece: &str| {
            let _ = stream.write_all(format!("{:x}\r\n{piece}\r\n", piece.len()).as_bytes());
            let _ = stream.flush();
        });
        let _ = stream.write_all(b"0\r\n\r\n");
    })
}

fn streaming(address: SocketAddr) -> BindingConfig {
    BindingConfig { stream: true, ..config(address) }
}

#[tokio::test]
async fn events_are_heard_while_they_come() {
    let (heard, go_on) = mpsc::channel::<()>();
    let go_on = Mutex::new(go_on);
    let address = events(move |send| {
        send("data: one\n\n");
        // The second is sent when the first was heard, or never.
        if go_on.lock().unwrap().recv_timeout(Duration::from_secs(9)).is_ok() {
            send("data: two\n\n");
        }
    });
    let mut text = String::new();
    let binding = open(&streaming(address));
    let answer = binding.stream(get("/"), |piece| {
        text.push_str(std::str::from_utf8(piece).unwrap());
        let _ = heard.send(());
    });
    let answer = answer.await.unwrap();
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    assert_eq!(text, "data: one\n\ndata: two\n\n");
}

#[tokio::test]
async fn a_secret_split_over_pieces_is_not_handed_on() {
    let pieces = ["data: s3", "cr", "et and s3cre", "t\n\ndata: s3c", "ret", "\n\n"];
    let address = events(move |send| {
        for piece in pieces {
            send(piece);
            thread::sleep(Duration::from_millis(20));
        }
    });
    let credential = Some(Credential::Bearer("s3cret".into()));
    let binding = Binding::open(&streaming(address), Keys { credential, ..Keys::default() }).unwrap();
    let mut heard = Vec::new();
    binding.stream(get("/"), |piece| heard.push(String::from_utf8_lossy(piece).into_owned())).await.unwrap();
    assert_eq!(heard.concat(), pieces.concat().replace("s3cret", "[redacted]"));
    assert!(heard.len() > 1, "and it came in pieces: {heard:?}");
}

#[tokio::test]
async fn the_end_tells_what_it_cost() {
    let address = events(|send| {
        send("data: {\"text\":\"a\",\"usage\":null}\n\n");
        send("data: {\"usage\":{\"in\":7,");
        send("\"out\":9}}\n\ndata: [DONE]\n\n");
    });
    let usage = Some(UsageConfig {
        input_tokens: Pointers::of(&["/usage/in"]),
        output_tokens: Pointers::of(&["/usage/out"]),
        ..UsageConfig::default()
    });
    let limits = BindingLimits { tokens: Some(16), ..Default::default() };
    let binding = open(&BindingConfig { usage, limits, ..streaming(address) });
    let answer = binding.stream(get("/"), |_| {}).await.unwrap();
    assert_eq!(answer.usage, Some(Usage { input_tokens: 7, output_tokens: 9, ..Usage::default() }));
    assert_eq!(code(binding.stream(get("/"), |_| {}).await), Err(Code::NetLimitTokens));
}

#[tokio::test]
async fn what_was_handed_on_is_not_said_again() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let address = accept(move |mut stream| {
        counted.fetch_add(1, Ordering::SeqCst);
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\ndata: one\n\n");
    });
    let binding = open(&BindingConfig { attempts: 4, ..streaming(address) });
    let mut heard = 0;
    assert_eq!(code(binding.stream(get("/"), |_| heard += 1).await), Err(Code::NetCutOff));
    assert_eq!((heard, count.load(Ordering::SeqCst)), (1, 1));
    // Whole answers were not handed on, so that they may be fetched again.
    assert_eq!(code(binding.send(get("/")).await), Err(Code::NetCutOff));
    assert_eq!(count.load(Ordering::SeqCst), 5);
}

#[tokio::test]
async fn a_stream_is_bounded_like_any_answer() {
    let endless = || {
        events(|send| {
            for _ in 0..2000 {
                send("data: more\n\n");
                thread::sleep(Duration::from_millis(1));
            }
        })
    };
    let paused = events(|send| {
        send("data: one\n\n");
        thread::sleep(Duration::from_millis(800));
    });
    let limits = BindingLimits { bytes: Some(2000), ..Default::default() };
    for (config, expected) in [
        (BindingConfig { response_bytes_max: 1000, ..streaming(endless()) }, Code::NetOversized),
        (BindingConfig { limits, ..streaming(endless()) }, Code::NetLimitBytes),
        (BindingConfig { timeout_ms: 300, ..streaming(endless()) }, Code::NetSlow),
        (BindingConfig { idle_timeout_ms: 200, ..streaming(paused) }, Code::NetIdle),
    ] {
        assert_eq!(code(open(&config).stream(get("/"), |_| {}).await), Err(expected));
    }
}

#[tokio::test]
async fn an_answer_that_is_no_success_comes_back_whole() {
    let address = accept(|mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 3\r\n\r\nno!");
    });
    let mut heard = 0;
    let answer = open(&streaming(address)).stream(get("/"), |_| heard += 1).await.unwrap();
    assert_eq!((answer.status, &answer.body[..], heard), (400, &b"no!"[..], 0));
}

#[tokio::test]
async fn nothing_streams_that_is_not_said_to() {
    let address = events(|_| {});
    assert_eq!(code(open(&config(address)).stream(get("/"), |_| {}).await), Err(Code::NetNotAllowed));
}
