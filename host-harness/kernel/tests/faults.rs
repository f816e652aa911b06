//! A decision point that answers in every wrong way there is. Each is a deny with a
//! reason of its own, and none takes longer than it may.

mod common;

use std::{
    collections::BTreeMap,
    io::Read,
    net::{SocketAddr, TcpListener, TcpStream},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant, SystemTime},
};

use common::{
    Asked, BYTES_MAX, Identity, Reply, TIMEOUT_MS, Wire, accept, connection, plain, serve, serve_tls,
};
use kernel::net::{Client, Connection};
use policy::{
    Code,
    answer::{Objection, Stance, Word},
    point::{Exchange, authzen, heard},
};
use serde_json::json;

const ID: &str = "0199aa3c-7a30-7d0c-9b4e-000000000001";
const YES: &str = r#"{"decision":true}"#;
const LATER_MS_MAX: u128 = 50;
/// How often a bound in milliseconds is tried before it counts as broken: a busy machine
/// may stop any of us for that long.
const TRIES: usize = 5;
/// For answers that are wrong whenever they come.
const PATIENCE_MS: u64 = 20_000;

type Play = fn(&Asked, &mut dyn Wire);

/// A body that is wrong in an answer that is otherwise right.
fn body(asked: &Asked, wire: &mut dyn Wire, body: &str) {
    Reply::json(asked, body).send(wire);
}

fn bytes(asked: &Asked, wire: &mut dyn Wire, body: &[u8]) {
    Reply::json(asked, YES).body(body).send(wire);
}

/// A status that is wrong with an answer that would be a yes.
fn status(asked: &Asked, wire: &mut dyn Wire, status: &'static str) {
    Reply::json(asked, YES).status(status).send(wire);
}

/// A header that is wrong beside an answer that would be a yes.
fn header(asked: &Asked, wire: &mut dyn Wire, name: &'static str, value: &str) {
    Reply::json(asked, YES).header(name, value).send(wire);
}

fn raw(wire: &mut dyn Wire, text: &str) {
    let _ = wire.write_all(text.as_bytes()).and_then(|()| wire.flush());
}

fn date(ahead: i64) -> String {
    let (now, by) = (SystemTime::now(), Duration::from_secs(ahead.unsigned_abs()));
    httpdate::fmt_http_date(if ahead < 0 { now - by } else { now + by })
}

/// A byte now and then, for longer than anybody waits.
fn drip(wire: &mut dyn Wire, text: &str) {
    for byte in text.bytes().cycle().take(60) {
        if wire.write_all(&[byte]).and_then(|()| wire.flush()).is_err() {
            return;
        }
        thread::sleep(Duration::from_millis(20));
    }
}

static ELSEWHERE: AtomicUsize = AtomicUsize::new(0);

/// Another decision point, that says yes and that nobody is to ask.
fn elsewhere() -> SocketAddr {
    serve(|asked, wire| {
        ELSEWHERE.fetch_add(1, Ordering::SeqCst);
        body(asked, wire, YES);
    })
}

/// What goes wrong once a question has arrived, and what it comes to.
const FAULTS: &[(&str, Code, Play)] = &[
    ("a plain no", Code::PointDenied, |asked, wire| body(asked, wire, r#"{"decision":false}"#)),
    ("no decision", Code::PointUndecided, |asked, wire| body(asked, wire, "{}")),
    ("a string", Code::PointDecisionKind, |asked, wire| body(asked, wire, r#"{"decision":"true"}"#)),
    ("another string", Code::PointDecisionKind, |asked, wire| body(asked, wire, r#"{"decision":"permit"}"#)),
    ("a number", Code::PointDecisionKind, |asked, wire| body(asked, wire, r#"{"decision":1}"#)),
    ("null", Code::PointDecisionKind, |asked, wire| body(asked, wire, r#"{"decision":null}"#)),
    ("status 201", Code::PointStatus, |asked, wire| status(asked, wire, "201 Created")),
    ("status 204", Code::PointStatus, |asked, wire| {
        Reply::json(asked, "").status("204 No Content").without("content-length").send(wire);
    }),
    ("status 400", Code::PointStatus, |asked, wire| status(asked, wire, "400 Bad Request")),
    ("status 404", Code::PointStatus, |asked, wire| status(asked, wire, "404 Not Found")),
    ("status 401", Code::PointUnauthorized, |asked, wire| status(asked, wire, "401 Unauthorized")),
    ("status 403", Code::PointUnauthorized, |asked, wire| status(asked, wire, "403 Forbidden")),
    ("status 429", Code::PointBusy, |asked, wire| status(asked, wire, "429 Too Many Requests")),
    ("status 500", Code::PointBroken, |asked, wire| status(asked, wire, "500 Internal Server Error")),
    ("status 503", Code::PointBroken, |asked, wire| status(asked, wire, "503 Service Unavailable")),
    ("a redirect", Code::PointRedirect, |asked, wire| {
        let place = format!("http://{}/", elsewhere());
        Reply::json(asked, YES).status("307 Temporary Redirect").and("location", &place).send(wire);
    }),
    ("10 MiB announced", Code::PointOversized, |asked, wire| bytes(asked, wire, &vec![b' '; 10 << 20])),
    ("10 MiB without a word", Code::PointOversized, |asked, wire| {
        Reply::json(asked, YES).body(&vec![b' '; 10 << 20]).without("content-length").send(wire);
    }),
    ("silence", Code::PointTimeout, |_, _| thread::sleep(Duration::from_millis(4 * TIMEOUT_MS))),
    ("a body in drops", Code::PointSlow, |asked, wire| {
        Reply::json(asked, "").header("content-length", "1000").send(wire);
        drip(wire, " ");
    }),
    ("JSON that ends", Code::PointTruncated, |asked, wire| body(asked, wire, r#"{"decision":tru"#)),
    ("a body that ends", Code::PointCutOff, |asked, wire| header(asked, wire, "content-length", "1000")),
    ("a chunk that ends", Code::PointCutOff, |asked, wire| {
        Reply::json(asked, "").without("content-length").and("transfer-encoding", "chunked").send(wire);
        raw(wire, "11\r\n{\"decision\":true}\r\n");
    }),
    ("chunks that are none", Code::PointProtocol, |asked, wire| {
        Reply::json(asked, "").without("content-length").and("transfer-encoding", "chunked").send(wire);
        raw(wire, "{\"decision\":true}\r\n0\r\n\r\n");
    }),
    ("a key twice", Code::PointDuplicate, |asked, wire| {
        body(asked, wire, r#"{"decision":true,"decision":true}"#);
    }),
    ("a wrong id", Code::PointRequestId, |asked, wire| header(asked, wire, "x-request-id", "another")),
    ("no id", Code::PointRequestId, |asked, wire| Reply::json(asked, YES).without("x-request-id").send(wire)),
    ("two ids", Code::PointClash, |asked, wire| {
        Reply::json(asked, YES).and("x-request-id", "two").send(wire)
    }),
    ("no type", Code::PointContentType, |asked, wire| {
        Reply::json(asked, YES).without("content-type").send(wire);
    }),
    ("HTML", Code::PointContentType, |asked, wire| header(asked, wire, "content-type", "text/html")),
    ("latin1", Code::PointContentType, |asked, wire| {
        header(asked, wire, "content-type", "application/json; charset=latin1");
    }),
    ("two types", Code::PointClash, |asked, wire| {
        Reply::json(asked, YES).and("content-type", "text/html").send(wire);
    }),
    ("gzip", Code::PointEncoding, |asked, wire| header(asked, wire, "content-encoding", "gzip")),
    ("nothing", Code::PointEmpty, |asked, wire| body(asked, wire, "")),
    ("no UTF-8", Code::PointText, |asked, wire| bytes(asked, wire, b"{\"decision\":true,\"x\":\"\xff\"}")),
    ("a list", Code::PointShape, |asked, wire| body(asked, wire, "[true]")),
    ("something after it", Code::PointJson, |asked, wire| body(asked, wire, r#"{"decision":true} {}"#)),
    ("no JSON", Code::PointJson, |asked, wire| body(asked, wire, "decision=true")),
    ("a context that is none", Code::PointShape, |asked, wire| {
        body(asked, wire, r#"{"decision":true,"context":"fine"}"#);
    }),
    ("an obligation", Code::PointObligation, |asked, wire| {
        body(asked, wire, r#"{"decision":true,"context":{"obligations":[{"id":"log"}]}}"#);
    }),
    ("a second decision", Code::PointClash, |asked, wire| {
        body(asked, wire, r#"{"decision":true,"context":{"decision":false}}"#);
    }),
    ("an hour behind", Code::PointClock, |asked, wire| header(asked, wire, "date", &date(-3600))),
    ("an hour ahead", Code::PointClock, |asked, wire| header(asked, wire, "date", &date(3600))),
    ("a date that is none", Code::PointClock, |asked, wire| header(asked, wire, "date", "yesterday")),
    ("the end", Code::PointClosed, |_, _| {}),
    ("no HTTP", Code::PointProtocol, |_, wire| raw(wire, "SSH-2.0-OpenSSH_9.9\r\n\r\n")),
    ("a header without an end", Code::PointProtocol, |_, wire| {
        raw(wire, &format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "x".repeat(1 << 20)));
    }),
    ("two lengths", Code::PointProtocol, |asked, wire| {
        Reply::json(asked, YES).and("content-length", "3").send(wire)
    }),
];

fn question() -> Exchange {
    let path = "/access/v1/evaluation".to_owned();
    Exchange { path, body: Some(json!({})), request_id: Some(ID.to_owned()) }
}

async fn object(client: &Client) -> Result<serde_json::Value, Objection> {
    let said = client.exchange(&question()).await?;
    let now_ms = kernel::clock::now_ms();
    heard::object(&said, &heard::Expected { request_id: Some(ID), now_ms, skew_ms_max: 60_000 })
}

async fn word(client: &Client) -> Word {
    object(client).await.and_then(|answer| authzen::read(&answer)).into()
}

fn is_late(code: Code) -> bool {
    matches!(code, Code::PointTimeout | Code::PointSlow)
}

/// Only what is to be late is hurried: what is wrong in itself must be told as that, on
/// a slow machine too.
fn client(address: SocketAddr, code: Code) -> Client {
    if is_late(code) { plain(address) } else { patient(format!("http://{address}"), None) }
}

fn patient(url: String, ca_pem: Option<Vec<u8>>) -> Client {
    Client::new(Connection { timeout_ms: PATIENCE_MS, ca_pem, ..connection(url) }).unwrap()
}

/// Asks, and holds the answer against the clock: whatever is wrong, it is told in the time
/// of one that is late. The place is taken out of the message: it would make any two of
/// them different.
async fn denied(name: &str, client: &Client, code: Code) -> (Code, String) {
    let mut least = u128::MAX;
    for _ in 0..TRIES {
        let start = Instant::now();
        let said = refused(name, client, code).await;
        let took = start.elapsed().as_millis();
        assert!(!is_late(code) || took >= u128::from(TIMEOUT_MS), "{name}: {took} ms");
        if took <= u128::from(TIMEOUT_MS) + LATER_MS_MAX {
            return said;
        }
        least = least.min(took);
    }
    panic!("{name}: {least} ms at best");
}

async fn refused(name: &str, client: &Client, code: Code) -> (Code, String) {
    let word = word(client).await;
    assert_eq!(word.stance, Stance::Deny, "{name}");
    let objection = word.objection.unwrap();
    assert_eq!(objection.code, code, "{name}: {objection}");
    (code, objection.message.replace(client.origin(), "ORIGIN"))
}

/// A server that takes a handshake for a bad request.
fn unencrypted(mut stream: TcpStream) {
    let _ = stream.read(&mut [0; 1024]);
    raw(&mut stream, "HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n");
}

/// What goes wrong before a question can be asked.
fn unreached() -> Vec<(&'static str, Code, Client)> {
    let trusting =
        |address: SocketAddr, ca: &Identity| patient(format!("https://{address}"), Some(ca.ca_pem.clone()));
    let answer = |asked: &Asked, wire: &mut dyn Wire| body(asked, wire, YES);
    let (good, other, misnamed) =
        (Identity::of("127.0.0.1"), Identity::of("127.0.0.1"), Identity::of("localhost"));
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    vec![
        ("nobody", Code::PointRefused, client(nobody, Code::PointRefused)),
        ("an unknown issuer", Code::PointTls, trusting(serve_tls(&good, answer), &other)),
        ("another's certificate", Code::PointTls, trusting(serve_tls(&misnamed, answer), &misnamed)),
        ("https to a plain server", Code::PointTls, trusting(accept(unencrypted), &good)),
        ("https to nobody in particular", Code::PointTls, trusting(accept(drop), &good)),
    ]
}

#[tokio::test]
async fn every_wrong_answer_is_a_deny_with_a_reason_of_its_own() {
    let mut reasons = BTreeMap::new();
    let mut distinct = |name, reason: (Code, String)| {
        if let Some(before) = reasons.insert(reason.clone(), name) {
            panic!("`{before}` and `{name}` are told alike: {}", reason.1);
        }
    };
    for (name, code, play) in FAULTS {
        let client = client(serve(play), *code);
        distinct(*name, denied(name, &client, *code).await);
    }
    for (name, code, client) in unreached() {
        distinct(name, denied(name, &client, code).await);
    }
    distinct("a batch with one answer too few", short_batch().await);
    assert!(reasons.len() >= 50, "{} reasons", reasons.len());
    assert_eq!(ELSEWHERE.load(Ordering::SeqCst), 0, "nobody follows a redirect");
}

async fn short_batch() -> (Code, String) {
    let short =
        |asked: &Asked, wire: &mut dyn Wire| body(asked, wire, r#"{"evaluations":[{"decision":true}]}"#);
    let client = client(serve(short), Code::PointBatch);
    let answer = object(&client).await.unwrap();
    let words = authzen::read_batch(&answer, 2);
    let mut denied: Vec<_> = words.into_iter().map(|word| word.unwrap_err()).collect();
    assert_eq!(denied.len(), 2);
    denied.dedup();
    assert_eq!(denied.len(), 1, "{denied:?}");
    let first = denied.remove(0);
    (first.code, first.message)
}

/// However it comes in pieces, it has come when the time is over or not at all.
#[tokio::test]
async fn what_comes_in_drops_ends_in_time() {
    for (name, code, play) in [
        ("a status in drops", Code::PointTimeout, (|_, wire| drip(wire, "HTTP/1.1 200 OK ")) as Play),
        ("headers in drops", Code::PointTimeout, |_, wire| {
            raw(wire, "HTTP/1.1 200 OK\r\n");
            drip(wire, "x-a: b\r\n");
        }),
        ("to be continued", Code::PointTimeout, |_, wire| {
            for _ in 0..60 {
                raw(wire, "HTTP/1.1 100 Continue\r\n\r\n");
                thread::sleep(Duration::from_millis(20));
            }
        }),
        ("chunks in drops", Code::PointSlow, |asked, wire| {
            Reply::json(asked, "").without("content-length").and("transfer-encoding", "chunked").send(wire);
            drip(wire, "1\r\n \r\n");
        }),
        ("a body without an end", Code::PointSlow, |asked, wire| {
            Reply::json(asked, YES).without("content-length").send(wire);
            thread::sleep(Duration::from_millis(4 * TIMEOUT_MS));
        }),
    ] {
        denied(name, &plain(serve(play)), code).await;
    }
}

/// A handshake is part of an exchange, and of its time.
#[tokio::test]
async fn a_handshake_that_does_not_end_is_silence() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let ca_pem = Some(Identity::of("127.0.0.1").ca_pem);
    let client = Client::new(Connection { ca_pem, ..connection(url) }).unwrap();
    denied("a handshake without an end", &client, Code::PointTimeout).await;
}

#[tokio::test]
async fn plain_words_to_an_encrypted_server_are_a_deny() {
    let client = client(serve_tls(&Identity::of("127.0.0.1"), |_, _| {}), Code::PointProtocol);
    denied("http to an encrypted server", &client, Code::PointProtocol).await;
}

#[tokio::test]
async fn a_body_may_be_as_large_as_it_may_be() {
    let exact = |asked: &Asked, wire: &mut dyn Wire| {
        let blank = " ".repeat(BYTES_MAX as usize - YES.len());
        body(asked, wire, &format!("{YES}{blank}"));
    };
    let more = |asked: &Asked, wire: &mut dyn Wire| {
        let blank = " ".repeat(BYTES_MAX as usize - YES.len() + 1);
        body(asked, wire, &format!("{YES}{blank}"));
    };
    assert_eq!(word(&client(serve(exact), Code::PointOversized)).await, Word::allow());
    let client = client(serve(more), Code::PointOversized);
    denied("a byte too many", &client, Code::PointOversized).await;
}

/// A name that nobody can have leads nowhere, or is asked for until the time is over.
#[tokio::test]
async fn a_name_that_leads_nowhere_is_a_deny() {
    let (url, ca_pem) = ("https://pdp.invalid".to_owned(), Some(Identity::of("pdp.invalid").ca_pem));
    let client = Client::new(Connection { ca_pem, ..connection(url) }).unwrap();
    let objection = word(&client).await.objection.unwrap();
    assert!(matches!(objection.code, Code::PointUnreachable | Code::PointTimeout), "{objection}");
}
