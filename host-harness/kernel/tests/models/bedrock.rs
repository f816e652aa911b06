//! Bedrock: signatures that another implementation finds right, and its own kind of streams.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use kernel::{
    net::{Binding, Credential, Keys},
    secret::{Secrets, places},
    transport,
};
use policy::{
    Code,
    blob::sha256,
    config::{BindingConfig, Config, CredentialConfig, SessionToken},
};
use ring::hmac;
use serde_json::json;

use crate::{
    common::{Asked, Reply},
    support::{chunk, code, config, end, head, pause, recording},
};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

fn bedrock(address: std::net::SocketAddr) -> BindingConfig {
    let text = config("provider = \"bedrock\"\nregion = \"eu-central-1\"");
    let long = "provider = \"bedrock\"\nregion = \"eu-central-1\"";
    let named =
        format!("[[models]]\nname = \"a\"\nmodel = \"eu.a.b-v1:0\"\nurl = \"http://{address}\"\n{long}");
    assert!(text.url.starts_with("https://bedrock-runtime.eu-central-1."));
    Config::parse(&named).unwrap().bindings.remove(0)
}

fn opened(config: &BindingConfig, session: Option<&str>) -> Binding {
    let credential = Credential::Aws {
        access_key: "AKIDEXAMPLE".into(),
        secret_key: SECRET.into(),
        session_token: session.map(Into::into),
    };
    Binding::open(config, Keys { credential: Some(credential), ..Keys::default() }).unwrap()
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

/// The signature that a request should carry, from the request alone.
fn expected(asked: &Asked) -> String {
    let one = |name: &str| asked.header(name).first().copied().unwrap_or_default().to_owned();
    let authorization = one("authorization");
    let part = |key: &str| {
        let rest = authorization.split_once(key).unwrap().1;
        rest.split(',').next().unwrap().to_owned()
    };
    let (scope, names, stamp) = (part("Credential="), part("SignedHeaders="), one("x-amz-date"));
    let [id, day, region, service, end] = scope.split('/').collect::<Vec<_>>().try_into().unwrap();
    assert_eq!((id, region, service, end), ("AKIDEXAMPLE", "eu-central-1", "bedrock", "aws4_request"));
    assert!(stamp.starts_with(day));
    let path = asked.line.split(' ').nth(1).unwrap().replace('%', "%25");
    let headers: String = names.split(';').map(|name| format!("{name}:{}\n", one(name))).collect();
    let canonical = format!("POST\n{path}\n\n{headers}\n{names}\n{}", sha256(&asked.body));
    let hashed = sha256(canonical.as_bytes());
    let said = format!("AWS4-HMAC-SHA256\n{stamp}\n{day}/{region}/{service}/{end}\n{hashed}");
    let key = [day, region, service, end]
        .iter()
        .fold(format!("AWS4{SECRET}").into_bytes(), |key, part| mac(&key, part));
    let signature: String = mac(&key, &said).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={names}, Signature={signature}")
}

#[tokio::test]
async fn another_implementation_finds_the_signature_right_in_every_attempt() {
    for (session, names) in [
        (None, "content-type;host;x-amz-date"),
        (Some("the-session-token"), "content-type;host;x-amz-date;x-amz-security-token"),
    ] {
        let (address, record) = recording(|at, asked, wire| {
            pause(if at == 0 { 1100 } else { 0 });
            let status = if at == 0 { "503 Service Unavailable" } else { "200 OK" };
            Reply::json(asked, "{}").status(status).send(wire);
        });
        let binding = opened(&bedrock(address), session);
        let input = json!({ "body": { "messages": ["h\u{e9}"] } }).to_string();
        assert_eq!(code(transport::invoke(&binding, "converse", &input).await), Ok(200));
        let asked = record.lock().unwrap().clone();
        assert_eq!(asked.len(), 2);
        for asked in &asked {
            assert_eq!(asked.line, "POST /model/eu.a.b-v1%3A0/converse HTTP/1.1");
            assert_eq!(asked.header("authorization"), [expected(asked)]);
            assert!(asked.header("authorization")[0].contains(&format!("SignedHeaders={names},")));
            assert_eq!(asked.header("x-amz-security-token"), session.into_iter().collect::<Vec<_>>());
        }
        assert_ne!(asked[0].header("x-amz-date"), asked[1].header("x-amz-date"), "each has its own time");
    }
}

#[tokio::test]
async fn a_key_of_the_api_is_sent_and_signs_nothing() {
    let (address, record) = recording(|_, asked, wire| Reply::json(asked, "{}").send(wire));
    let keys = format!(
        "provider = \"bedrock\"\nregion = \"r\"\nurl = \"http://{address}\"\ncredential = {{ env = \"K\" }}"
    );
    let binding = crate::support::open_with(&config(&keys), "s3cret");
    assert_eq!(code(transport::invoke(&binding, "converse", "{\"body\":{}}").await), Ok(200));
    let asked = record.lock().unwrap().remove(0);
    assert_eq!((asked.header("authorization"), asked.header("x-amz-date").len()), (vec!["Bearer s3cret"], 0));
    let unsigned = Binding::open(&bedrock(address), Keys::default()).unwrap_err();
    assert_eq!(unsigned.code, Code::SecretMissing);
    assert!(unsigned.message.contains("hint: set AWS_ACCESS_KEY_ID"), "{unsigned}");
}

fn write(path: &Path, text: &str) -> String {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    path.display().to_string()
}

#[tokio::test]
async fn the_keys_are_read_like_every_secret() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| write(&folder.path().join(name), text);
    let (id, key, token) =
        (file("id", "the-access-key"), file("key", "the-secret-key"), file("token", "the-t0ken"));
    let keys = |more: &str| {
        format!(
            "[[models]]\nname = \"a\"\nmodel = \"m\"\nprovider = \"bedrock\"\nregion = \"r\"\ncredential = {{ aws = {{ access_key = {{ file = \"{id}\" }}, secret_key = {{ file = \"{key}\" }}{more} }} }}"
        )
    };
    for (text, session) in
        [(keys(""), false), (keys(&format!(", session_token = {{ file = \"{token}\" }}")), true)]
    {
        let config = Config::parse(&text).unwrap();
        let secrets = Secrets::open(places(&config), None).await.unwrap();
        let names: Vec<_> = places(&config).into_iter().map(|(place, _)| place).collect();
        assert_eq!(names[..2], ["models.a.access_key", "models.a.secret_key"]);
        let Some(Credential::Aws { session_token, .. }) = secrets.credential("bindings.model.a") else {
            panic!("no keys")
        };
        assert_eq!((session_token.is_some(), names.len()), (session, if session { 3 } else { 2 }));
        assert!(secrets.known().find(b"x the-secret-key y").is_some());
        Binding::open(
            &config.bindings[0],
            Keys { credential: secrets.credential("bindings.model.a"), ..Keys::default() },
        )
        .unwrap();
    }
}

/// A session's token is asked for where there is one.
#[test]
fn a_token_that_may_be_there_is_read_where_it_is() {
    let variable =
        |name: &str| CredentialConfig { env: Some(name.to_owned()), ..CredentialConfig::default() };
    for (token, expected) in [
        (SessionToken::None, 2),
        (SessionToken::IfSet(variable("CODE_ASSIST_NO_SUCH_VARIABLE")), 2),
        (SessionToken::IfSet(variable("CARGO_PKG_NAME")), 3),
        (SessionToken::Kept(variable("CODE_ASSIST_NO_SUCH_VARIABLE")), 3),
    ] {
        let mut binding = config("provider = \"bedrock\"\nregion = \"r\"");
        binding.model.as_mut().unwrap().aws.as_mut().unwrap().session_token = token.clone();
        let config = Config { bindings: vec![binding], ..Config::default() };
        assert_eq!(places(&config).len(), expected, "{token:?}");
    }
}

fn header(name: &str, value: &str) -> Vec<u8> {
    let mut bytes = vec![u8::try_from(name.len()).unwrap()];
    bytes.extend_from_slice(name.as_bytes());
    bytes.extend_from_slice(&[7, 0, u8::try_from(value.len()).unwrap()]);
    bytes.extend_from_slice(value.as_bytes());
    bytes
}

fn frame(kind: &str, name: &str, payload: &str) -> Vec<u8> {
    let headers = [header(":message-type", kind), header(&format!(":{kind}-type"), name)].concat();
    let total = u32::try_from(16 + headers.len() + payload.len()).unwrap();
    let mut bytes = total.to_be_bytes().to_vec();
    bytes.extend_from_slice(&u32::try_from(headers.len()).unwrap().to_be_bytes());
    bytes.extend_from_slice(&crc32fast::hash(&bytes).to_be_bytes());
    bytes.extend_from_slice(&headers);
    bytes.extend_from_slice(payload.as_bytes());
    bytes.extend_from_slice(&crc32fast::hash(&bytes).to_be_bytes());
    bytes
}

fn frames() -> Vec<u8> {
    [
        frame("event", "contentBlockDelta", "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"h\u{e9}\"}}"),
        frame("event", "contentBlockDelta", "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"llo\"}}"),
        frame("event", "messageStop", "{\"stopReason\":\"end_turn\"}"),
        frame(
            "event",
            "metadata",
            "{\"usage\":{\"inputTokens\":3,\"outputTokens\":4,\"cacheReadInputTokens\":5}}",
        ),
    ]
    .concat()
}

const EVENTS: &str = "event: contentBlockDelta\ndata: {\"contentBlockIndex\":0,\"delta\":{\"text\":\"h\u{e9}\"}}\n\nevent: contentBlockDelta\ndata: {\"contentBlockIndex\":0,\"delta\":{\"text\":\"llo\"}}\n\nevent: messageStop\ndata: {\"stopReason\":\"end_turn\"}\n\nevent: metadata\ndata: {\"usage\":{\"inputTokens\":3,\"outputTokens\":4,\"cacheReadInputTokens\":5}}\n\n";

/// Sends these frames in pieces of so many bytes, and ends well or not.
async fn streamed(
    bytes: Vec<u8>,
    piece: usize,
    ends: &'static str,
) -> (Result<serde_json::Value, kernel::KernelError>, String, u64) {
    let (address, record) = recording(move |_, _, wire| {
        head(wire, "application/vnd.amazon.eventstream");
        bytes.chunks(piece).for_each(|piece| chunk(wire, piece));
        if ends == "well" {
            end(wire);
        }
    });
    let binding = opened(&bedrock(address), None);
    let input = json!({ "body": {}, "told": [{ "text": "/delta/text" }] }).to_string();
    let mut heard = String::new();
    let answer =
        transport::converse(&binding, "stream", &input, &mut |text: &str| heard.push_str(text)).await;
    let asked = record.lock().unwrap();
    assert_eq!(asked[0].header("accept"), ["application/vnd.amazon.eventstream"]);
    (answer, heard, binding.used().tokens)
}

#[tokio::test]
async fn its_streams_are_told_as_events() {
    for piece in [1, 13, 10_000] {
        let (answer, heard, tokens) = streamed(frames(), piece, "well").await;
        let expected =
            json!({ "status": 200, "content_type": "text/event-stream", "headers": {}, "body": EVENTS });
        assert_eq!((answer.unwrap(), heard.as_str(), tokens), (expected, "h\u{e9}llo", 12), "{piece}");
    }
    let exception = frame("exception", "throttlingException", "{\"message\":\"slow down\"}");
    let (answer, ..) = streamed(exception, 7, "well").await;
    let body = answer.unwrap()["body"].clone();
    assert_eq!(body, "event: throttlingException\ndata: {\"message\":\"slow down\"}\n\n");
}

#[tokio::test]
async fn a_stream_that_is_broken_or_cut_says_so() {
    let mut broken = frames();
    let at = broken.len() - 1;
    broken[at] ^= 1;
    let (answer, ..) = streamed(broken, 50, "well").await;
    let error = answer.unwrap_err();
    assert_eq!(error.code, Code::ModelStream);
    assert!(
        error.message.starts_with("binding `model.a`: the event stream of the answer is broken: "),
        "{error}"
    );
    let cut = frames()[..at].to_vec();
    for ends in ["well", "not"] {
        let (answer, heard, _) = streamed(cut.clone(), 50, ends).await;
        let answer = answer.unwrap();
        assert_eq!((&answer["cut"], heard.as_str()), (&json!("net-cut-off"), "h\u{e9}llo"), "{ends}");
        assert!(EVENTS.starts_with(answer["body"].as_str().unwrap()));
    }
}
