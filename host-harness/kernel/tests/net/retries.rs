//! When something is said again, and when a place is left alone.

use std::{
    net::{SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicU16, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use kernel::net::{Method, Outcome, Repeat};
use policy::{
    Code,
    config::{BindingConfig, BreakerConfig},
};

use crate::{
    common::{Reply, serve},
    support::{code, config, get, open, outgoing, post},
};

/// A place that answers with these statuses one after another; 0 stands for an end without
/// an answer.
fn answering(statuses: &'static [u16], retry_after: Option<&'static str>) -> (SocketAddr, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let address = serve(move |asked, wire| {
        let at = counted.fetch_add(1, Ordering::SeqCst);
        let line = match statuses.get(at).or(statuses.last()).unwrap() {
            0 => return,
            200 => "200 OK",
            403 => "403 Forbidden",
            429 => "429 Too Many Requests",
            500 => "500 Internal Server Error",
            502 => "502 Bad Gateway",
            503 => "503 Service Unavailable",
            504 => "504 Gateway Timeout",
            other => panic!("{other}"),
        };
        let reply = Reply::json(asked, "{}").status(line);
        retry_after.map_or(reply.clone(), |after| reply.and("retry-after", after)).send(wire);
    });
    (address, count)
}

fn patient(address: SocketAddr) -> BindingConfig {
    BindingConfig { attempts: 4, timeout_ms: 20_000, ..config(address) }
}

#[tokio::test]
async fn what_is_harmless_is_said_again_and_nothing_else_is() {
    for (statuses, repeat, asked, expected) in [
        (&[200][..], Repeat::Harmless, 1, Ok(200)),
        (&[503, 200], Repeat::Harmless, 2, Ok(200)),
        (&[429, 502, 504, 200], Repeat::Harmless, 4, Ok(200)),
        (&[0, 0, 200], Repeat::Harmless, 3, Ok(200)),
        (&[503], Repeat::Harmless, 4, Ok(503)),
        (&[0], Repeat::Harmless, 4, Err(Code::NetClosed)),
        (&[500, 200], Repeat::Harmless, 1, Ok(500)),
        (&[403, 200], Repeat::Harmless, 1, Ok(403)),
        (&[503, 200], Repeat::Never, 1, Ok(503)),
        (&[429, 200], Repeat::Never, 1, Ok(429)),
        (&[0, 200], Repeat::Never, 1, Err(Code::NetClosed)),
    ] {
        let (address, count) = answering(statuses, None);
        let sent = open(&patient(address)).send(outgoing(Method::Post, "/", "x", repeat)).await;
        if let Ok(heard) = &sent {
            assert_eq!(heard.attempts.len(), asked);
            assert_eq!(heard.attempts.last().unwrap().outcome, Outcome::Status(heard.status));
        }
        assert_eq!(code(sent), expected, "{statuses:?}");
        assert_eq!(count.load(Ordering::SeqCst), asked, "{statuses:?} {repeat:?}");
    }
}

/// Nothing was sent, so it is said again even where twice would be two.
#[tokio::test]
async fn a_connection_that_did_not_come_about_is_tried_again() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refused = open(&patient(free)).send(post("x")).await.unwrap_err();
    assert_eq!(refused.code, Code::NetRefused);
    assert!(refused.message.ends_with(", after 4 attempts"), "{refused}");
    let binding = open(&patient(free));
    let sent = tokio::spawn(async move { binding.send(post("x")).await });
    tokio::time::sleep(Duration::from_millis(30)).await;
    let listener = TcpListener::bind(free).unwrap();
    thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    });
    // Each of the pauses is random: all of them may have been over before somebody listened.
    match sent.await.unwrap() {
        Ok(heard) => assert!(heard.attempts.len() > 1, "{heard:?}"),
        Err(error) => assert_eq!(error.code, Code::NetRefused),
    }
}

#[tokio::test]
async fn a_place_that_names_a_time_is_given_it_where_it_fits() {
    let (address, count) = answering(&[429, 200], Some("1"));
    let began = Instant::now();
    let heard = open(&patient(address)).send(get("/")).await.unwrap();
    assert_eq!((heard.status, heard.attempts.len()), (200, 2));
    assert!(began.elapsed() >= Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!(heard.attempts[1].waited_ms, 1000);
    assert_eq!(heard.attempts[0].record(), serde_json::json!({ "status": 429, "waited_ms": 0 }));

    let date = httpdate::fmt_http_date(std::time::SystemTime::now() + Duration::from_secs(3600));
    for after in ["3600", date.leak()] {
        let (address, late) = answering(&[429, 200], Some(after));
        let began = Instant::now();
        let heard = open(&patient(address)).send(get("/")).await.unwrap();
        assert_eq!((heard.status, heard.header("retry-after")), (429, Some(after)));
        assert!(began.elapsed() < Duration::from_secs(3), "nobody waits in vain");
        assert_eq!(late.load(Ordering::SeqCst), 1);
    }
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

fn breaking(address: SocketAddr) -> BindingConfig {
    BindingConfig { breaker: BreakerConfig { failures: 2, open_ms: 600 }, ..config(address) }
}

#[tokio::test]
async fn a_place_that_fails_again_and_again_is_left_alone() {
    let (address, count) = answering(&[500, 500, 200], None);
    let binding = open(&breaking(address));
    for expected in [Ok(500), Ok(500), Err(Code::NetBreaker), Err(Code::NetBreaker)] {
        assert_eq!(code(binding.clone().send(get("/")).await), expected);
    }
    assert_eq!(count.load(Ordering::SeqCst), 2, "while it is left alone nobody calls");
    thread::sleep(Duration::from_millis(610));
    for _ in 0..3 {
        assert_eq!(code(binding.send(get("/")).await), Ok(200), "the probe went well");
    }
}

#[tokio::test]
async fn a_single_probe_finds_out() {
    let status = Arc::new(AtomicU16::new(503));
    let (now, count) = (status.clone(), Arc::new(AtomicUsize::new(0)));
    let counted = count.clone();
    let address = serve(move |asked, wire| {
        counted.fetch_add(1, Ordering::SeqCst);
        thread::sleep(Duration::from_millis(100));
        let line = if now.load(Ordering::SeqCst) == 200 { "200 OK" } else { "503 Service Unavailable" };
        Reply::json(asked, "{}").status(line).send(wire);
    });
    let binding = open(&breaking(address));
    for expected in [Ok(503), Ok(503), Err(Code::NetBreaker)] {
        assert_eq!(code(binding.send(get("/")).await), expected);
    }
    thread::sleep(Duration::from_millis(610));
    let (one, other) = tokio::join!(binding.send(get("/")), binding.send(get("/")));
    assert_eq!((code(one), code(other)), (Ok(503), Err(Code::NetBreaker)), "one alone");
    assert_eq!(code(binding.send(get("/")).await), Err(Code::NetBreaker), "and it rests again");
    status.store(200, Ordering::SeqCst);
    thread::sleep(Duration::from_millis(610));
    assert_eq!(code(binding.send(get("/")).await), Ok(200));
    assert_eq!(count.load(Ordering::SeqCst), 4);
}

/// The attempts of one call count one by one, and the last failure is what is told.
#[tokio::test]
async fn a_breaker_that_opens_meanwhile_hides_no_failure() {
    let (address, count) = answering(&[503], None);
    let binding = open(&BindingConfig { attempts: 4, ..breaking(address) });
    assert_eq!(code(binding.send(get("/")).await), Ok(503));
    assert_eq!(count.load(Ordering::SeqCst), 2);
    assert_eq!(code(binding.send(get("/")).await), Err(Code::NetBreaker));
}

#[tokio::test]
async fn what_was_refused_here_says_nothing_about_the_place() {
    let (address, _) = answering(&[200], None);
    let binding = open(&BindingConfig { response_bytes_max: 1, ..breaking(address) });
    for _ in 0..5 {
        assert_eq!(code(binding.send(get("/")).await), Err(Code::NetAnnounced));
    }
}
