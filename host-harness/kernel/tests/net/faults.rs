//! Everything that can go wrong with an exchange: each has a code and words of its own.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpListener,
    thread,
    time::{Duration, Instant},
};

use kernel::{
    KernelError,
    net::{Binding, Keys},
};
use policy::{
    Code,
    config::{BindingConfig, Private, Redirects},
};

use crate::{
    common::{Asked, Identity, Reply, Wire, accept, serve, serve_tls},
    support::{Script, code, config, get, named, open, post},
};

const TIMEOUT_MS: u64 = 1200;
const IDLE_MS: u64 = 500;
const BYTES_MAX: u64 = 10_000;

type Play = fn(&Asked, &mut dyn Wire);

fn raw(wire: &mut dyn Wire, text: &str) {
    let _ = wire.write_all(text.as_bytes()).and_then(|()| wire.flush());
}

fn redirect(asked: &Asked, wire: &mut dyn Wire, place: &str) {
    Reply::json(asked, "{}").status("301 Moved Permanently").and("location", place).send(wire);
}

/// What a place does once it was asked, and what it comes to.
const FAULTS: &[(&str, Code, Play)] = &[
    ("silence", Code::NetTimeout, |_, _| thread::sleep(Duration::from_millis(3 * TIMEOUT_MS))),
    ("a body in drops", Code::NetSlow, |asked, wire| {
        Reply::json(asked, "").header("content-length", "1000").send(wire);
        for _ in 0..100 {
            raw(wire, " ");
            thread::sleep(Duration::from_millis(20));
        }
    }),
    ("a body with a pause", Code::NetIdle, |asked, wire| {
        Reply::json(asked, "").header("content-length", "1000").send(wire);
        raw(wire, " ");
        thread::sleep(Duration::from_millis(2 * TIMEOUT_MS));
    }),
    ("no answer", Code::NetClosed, |_, _| {}),
    ("a body that ends", Code::NetCutOff, |asked, wire| {
        Reply::json(asked, "{}").header("content-length", "1000").send(wire);
    }),
    ("another protocol", Code::NetProtocol, |_, wire| raw(wire, "220 mail.example.org ESMTP\r\n\r\n")),
    ("too much, announced", Code::NetAnnounced, |asked, wire| {
        Reply::json(asked, &" ".repeat(BYTES_MAX as usize + 1)).send(wire);
    }),
    ("too much, without a word", Code::NetOversized, |asked, wire| {
        Reply::json(asked, &" ".repeat(BYTES_MAX as usize + 1)).without("content-length").send(wire);
    }),
    ("a redirect", Code::NetRedirect, |asked, wire| redirect(asked, wire, "http://127.0.0.1:1/")),
    ("a redirect on this place", Code::NetRedirectSame, |asked, wire| redirect(asked, wire, "/other")),
    ("compression", Code::NetEncoding, |asked, wire| {
        Reply::json(asked, "{}").and("content-encoding", "gzip").send(wire);
    }),
];

fn bounded(config: BindingConfig) -> BindingConfig {
    BindingConfig {
        timeout_ms: TIMEOUT_MS,
        connect_timeout_ms: 500,
        idle_timeout_ms: IDLE_MS,
        response_bytes_max: BYTES_MAX,
        ..config
    }
}

/// What goes wrong before anything was said.
async fn unconnected() -> Vec<(&'static str, Code, KernelError)> {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mute = accept(|_stream| thread::sleep(Duration::from_millis(2000)));
    let closing = accept(drop);
    let identity = Identity::of("else.example.org");
    let tls = serve_tls(&identity, |asked, wire| Reply::json(asked, "{}").send(wire));
    let names = || Script::new(&[&["127.0.0.1"]]);
    let ca_pem = || Keys { ca_pem: Some(identity.ca_pem.clone()), ..Keys::default() };
    let said = async |config: BindingConfig, keys: Keys, names| {
        let binding = Binding::open_among(&bounded(config), keys, names).unwrap();
        binding.send(post("")).await.unwrap_err()
    };
    let far = BindingConfig { private: Private::All, ..named("http", "far.example.org", free) };
    vec![
        ("nobody", Code::NetRefused, said(config(free), Keys::default(), names()).await),
        (
            "no name",
            Code::NetName,
            said(named("http", "none.example.org", free), Keys::default(), Script::new(&[])).await,
        ),
        (
            "a name without an address",
            Code::NetName,
            said(named("http", "none.example.org", free), Keys::default(), Script::new(&[&[]])).await,
        ),
        (
            "no handshake",
            Code::NetConnectTimeout,
            said(named("https", "else.example.org", mute), ca_pem(), names()).await,
        ),
        ("an end", Code::NetTls, said(named("https", "else.example.org", closing), ca_pem(), names()).await),
        ("another name", Code::NetTls, said(named("https", "a.example.org", tls), ca_pem(), names()).await),
        (
            "nobody trusted",
            Code::NetTls,
            said(named("https", "else.example.org", tls), Keys::default(), names()).await,
        ),
        ("a private place", Code::NetPrivate, {
            let near = BindingConfig { private: Private::None, ..named("https", "a.example.org", free) };
            said(near, Keys::default(), Script::new(&[&["10.0.0.1"]])).await
        }),
        ("no encryption", Code::NetPlain, said(far, Keys::default(), Script::new(&[&["8.8.8.8"]])).await),
    ]
}

#[tokio::test]
async fn every_fault_has_a_code_and_words_of_its_own() {
    let mut told = unconnected().await;
    for (name, expected, play) in FAULTS {
        let binding = open(&bounded(config(serve(play))));
        let began = Instant::now();
        let error = binding.send(get("/")).await.unwrap_err();
        assert!(began.elapsed() < Duration::from_millis(TIMEOUT_MS + 600), "{name}: {:?}", began.elapsed());
        told.push((name, *expected, error));
    }
    let mut words = BTreeMap::new();
    for (name, expected, error) in told {
        println!("{name:28} {:22} {}", error.code.as_str(), error.message.lines().next().unwrap());
        assert_eq!(error.code, expected, "{name}: {error}");
        assert!(error.message.starts_with("binding `test`: "), "{error}");
        for place in ["127.0.0.1", "example.org", "http"] {
            let head = error.message.lines().next().unwrap();
            assert!(!head.contains(place), "the agent may hear it: {error}");
        }
        if let Some(other) = words.insert(error.message, (name, error.code)) {
            assert_eq!(other.1, expected, "{name} and {other:?} are told in the same words");
        }
    }
    assert!(words.len() >= 18, "{words:#?}");
}

#[tokio::test]
async fn the_same_place_may_send_on_where_that_is_configured() {
    let address = serve(|asked, wire| match asked.line.as_str() {
        "GET /a HTTP/1.1" | "POST /a HTTP/1.1" => redirect(asked, wire, "/b?c=d"),
        "GET /b?c=d HTTP/1.1" => Reply::json(asked, "{\"here\":true}").send(wire),
        "GET /round HTTP/1.1" => redirect(asked, wire, "/round"),
        "GET /up HTTP/1.1" => redirect(asked, wire, "https://127.0.0.1/up"),
        other => panic!("{other}"),
    });
    let binding = open(&BindingConfig { redirects: Redirects::SameOrigin, ..config(address) });
    let heard = binding.send(get("/a")).await.unwrap();
    assert_eq!((heard.status, heard.attempts.len()), (200, 2));
    assert_eq!(code(binding.send(get("/round")).await), Err(Code::NetRedirectSame));
    assert_eq!(code(binding.send(get("/up")).await), Err(Code::NetRedirect), "another scheme, another place");
    let written = crate::support::outgoing(kernel::net::Method::Post, "/a", "", kernel::net::Repeat::Never);
    assert_eq!(code(binding.send(written).await), Err(Code::NetRedirectSame));
}

#[tokio::test]
async fn a_redirect_leads_nowhere_that_is_not_allowed() {
    use policy::config::{Allow, MethodName, PathPattern};
    let address = serve(|asked, wire| redirect(asked, wire, "/b"));
    let allow = vec![Allow { methods: vec![MethodName::Get], path: PathPattern::parse("/a").unwrap() }];
    let config = BindingConfig { redirects: Redirects::SameOrigin, allow, ..config(address) };
    assert_eq!(code(open(&config).send(get("/a")).await), Err(Code::NetNotAllowed));
}

/// What is not modified is no redirect.
#[tokio::test]
async fn every_other_status_is_an_answer() {
    for (line, status) in [
        ("200 OK", 200),
        ("204 No Content", 204),
        ("304 Not Modified", 304),
        ("401 Unauthorized", 401),
        ("404 Not Found", 404),
        ("429 Too Many Requests", 429),
        ("500 Internal Server Error", 500),
        ("503 Service Unavailable", 503),
    ] {
        let address = accept(move |mut stream| {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(format!("HTTP/1.1 {line}\r\nconnection: close\r\n\r\n").as_bytes());
        });
        assert_eq!(code(open(&config(address)).send(get("/")).await), Ok(status), "{line}");
    }
}
