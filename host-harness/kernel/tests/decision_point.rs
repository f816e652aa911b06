//! A decision point that does as it should, over real connections.

mod common;

use std::{
    collections::BTreeMap,
    env, fs,
    path::Path,
    sync::{Arc, Mutex},
};

use common::{Asked, Identity, Reply, connection, plain, serve, serve_tls};
use kernel::net::{Client, Connection, Credential};
use policy::{
    Code,
    answer::{Objection, Stance, Word},
    point::{Exchange, authzen, heard},
};
use serde_json::{Value, json};

const ID: &str = "0199aa3c-7a30-7d0c-9b4e-000000000001";

fn question(path: &str, body: Value) -> Exchange {
    Exchange { path: path.to_owned(), body: Some(body), request_id: Some(ID.to_owned()) }
}

async fn object(client: &Client, exchange: &Exchange) -> Result<Value, Objection> {
    let said = client.exchange(exchange).await?;
    let now_ms = kernel::clock::now_ms();
    let request_id = exchange.request_id.as_deref();
    heard::object(&said, &heard::Expected { request_id, now_ms, skew_ms_max: 60_000 })
}

async fn word(client: &Client, exchange: &Exchange) -> Result<Word, Objection> {
    authzen::read(&object(client, exchange).await?)
}

type Record = Arc<Mutex<Vec<Asked>>>;

/// A decision point that writes down what it is asked and says yes.
fn recording() -> (std::net::SocketAddr, Record) {
    let record = Record::default();
    let written = record.clone();
    let address = serve(move |asked, wire| {
        written.lock().unwrap().push(asked.clone());
        Reply::json(asked, r#"{"decision":true}"#).send(wire);
    });
    (address, record)
}

#[tokio::test]
async fn a_yes_a_no_and_a_batch() {
    let address = serve(|asked, wire| {
        let body = match asked.line.as_str() {
            "POST /yes HTTP/1.1" => r#"{"decision":true}"#,
            "POST /no HTTP/1.1" => r#"{"decision":false,"context":{"reason_user":"closed"}}"#,
            "POST /many HTTP/1.1" => r#"{"evaluations":[{"decision":true},{"decision":false}]}"#,
            other => panic!("{other}"),
        };
        Reply::json(asked, body).send(wire);
    });
    let client = plain(address);
    assert_eq!(word(&client, &question("/yes", json!({}))).await, Ok(Word::allow()));
    let no = word(&client, &question("/no", json!({}))).await.unwrap();
    assert_eq!((no.stance, no.reasons), (Stance::Deny, vec!["closed".to_owned()]));
    let many = object(&client, &question("/many", json!({}))).await.unwrap();
    let stances: Vec<_> =
        authzen::read_batch(&many, 2).into_iter().map(|word| word.unwrap().stance).collect();
    assert_eq!(stances, [Stance::Allow, Stance::Deny]);
}

#[tokio::test]
async fn a_question_arrives_as_it_was_asked() {
    let (address, record) = recording();
    let body = json!({ "subject": { "type": "user", "id": "ä \u{1f600}\n" } });
    word(&plain(address), &question("/access/v1/evaluation?x=%20", body.clone())).await.unwrap();
    let asked = record.lock().unwrap().remove(0);
    assert_eq!(asked.line, "POST /access/v1/evaluation?x=%20 HTTP/1.1");
    assert_eq!(serde_json::from_slice::<Value>(&asked.body).unwrap(), body);
    let version = format!("code-assist/{}", env!("CARGO_PKG_VERSION"));
    let expected = BTreeMap::from([
        ("accept", "application/json".to_owned()),
        ("content-length", asked.body.len().to_string()),
        ("content-type", "application/json".to_owned()),
        ("host", address.to_string()),
        ("user-agent", version),
        ("x-request-id", ID.to_owned()),
    ]);
    let headers: BTreeMap<_, _> =
        asked.headers.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    assert_eq!(headers, expected, "and nothing else");
    assert_eq!(asked.headers.len(), expected.len());
}

#[tokio::test]
async fn what_has_no_body_is_fetched() {
    let (address, record) = recording();
    let path = authzen::discovery_path(&format!("http://{address}"));
    let exchange = Exchange { path, body: None, request_id: None };
    assert!(object(&plain(address), &exchange).await.is_ok());
    let asked = record.lock().unwrap().remove(0);
    assert_eq!(asked.line, "GET /.well-known/authzen-configuration HTTP/1.1");
    assert!(asked.body.is_empty() && asked.header("x-request-id").is_empty(), "{asked:?}");
}

#[tokio::test]
async fn a_credential_arrives_in_its_header() {
    let header = || Credential::Header { name: "X-API-Key".to_owned(), value: "s3cret".into() };
    for (credential, name, expected) in [
        (Credential::Bearer("s3cret".into()), "authorization", "Bearer s3cret"),
        (header(), "x-api-key", "s3cret"),
    ] {
        let (address, record) = recording();
        let url = format!("http://{address}/pdp/");
        let client = Client::new(Connection { credential: Some(credential), ..connection(url) }).unwrap();
        assert_eq!(word(&client, &question("/x", json!({}))).await, Ok(Word::allow()));
        let asked = record.lock().unwrap().remove(0);
        assert_eq!(asked.header(name), [expected]);
        assert_eq!(asked.line, "POST /pdp/x HTTP/1.1");
        assert!(!format!("{client:?}").contains("s3cret"));
    }
}

#[tokio::test]
async fn a_private_authority_is_trusted_where_it_is_named() {
    for (name, host) in [("127.0.0.1", "127.0.0.1"), ("localhost", "localhost")] {
        let identity = Identity::of(name);
        let address =
            serve_tls(&identity, |asked, wire| Reply::json(asked, r#"{"decision":true}"#).send(wire));
        let url = format!("https://{host}:{}", address.port());
        let asked = |ca_pem: Option<Vec<u8>>| {
            let client = Client::new(Connection { ca_pem, ..connection(url.clone()) });
            async move { word(&client.unwrap(), &question("/", json!({}))).await }
        };
        assert_eq!(asked(Some(identity.ca_pem.clone())).await, Ok(Word::allow()));
        let other = Identity::of(name).ca_pem;
        assert_eq!(asked(Some(other)).await.unwrap_err().code, Code::PointTls);
        assert_eq!(asked(None).await.unwrap_err().code, Code::PointTls);
    }
}

#[test]
fn authorities_that_can_not_be_read_are_refused() {
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for pem in ["", "no certificate", broken] {
        let url = "https://127.0.0.1:1".to_owned();
        let refused = Client::new(Connection { ca_pem: Some(pem.into()), ..connection(url) }).unwrap_err();
        assert!(refused.message.contains("authorities can't be read"), "{refused}");
    }
}

/// A server may close a connection after an answer and without a word, while nobody here
/// looks.
#[tokio::test]
async fn a_connection_that_was_closed_is_not_used_again() {
    let address =
        serve(|asked, wire| Reply::json(asked, r#"{"decision":true}"#).without("connection").send(wire));
    let client = plain(address);
    for _ in 0..10 {
        assert_eq!(word(&client, &question("/", json!({}))).await, Ok(Word::allow()));
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

/// Plays the official interop decisions. `CODE_ASSIST_VECTORS` names the folder that
/// holds `protocols/authzen`.
#[tokio::test]
async fn the_interop_decisions_are_obeyed_over_http() {
    let Some(folder) = env::var_os("CODE_ASSIST_VECTORS") else {
        println!("skipped: CODE_ASSIST_VECTORS is not set");
        return;
    };
    let mut count = 0;
    for file in fs::read_dir(Path::new(&folder).join("protocols/authzen/interop-todo")).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        count += played(&serde_json::from_str(&text).unwrap()).await;
    }
    assert!(count >= 123, "{count} decisions");
}

async fn played(decisions: &Value) -> usize {
    let cases = |name: &str| decisions[name].as_array().cloned().unwrap_or_default();
    let (ones, batches) = (cases("evaluation"), cases("evaluations"));
    let known: Vec<_> = ones.iter().chain(&batches).cloned().collect();
    let address = serve(move |asked, wire| {
        let request: Value = serde_json::from_slice(&asked.body).unwrap();
        let case = known.iter().find(|case| case["request"] == request).unwrap();
        let member = if case["expected"].is_array() { "evaluations" } else { "decision" };
        Reply::json(asked, &json!({ member: case["expected"] }).to_string()).send(wire);
    });
    let client = plain(address);
    let usual = authzen::Endpoints::usual(client.origin());
    for case in &ones {
        let said = word(&client, &question(&usual.evaluation, case["request"].clone())).await.unwrap();
        assert_eq!(said.stance == Stance::Allow, case["expected"] == true, "{case}");
    }
    for case in &batches {
        let path = usual.evaluations.as_deref().unwrap();
        let said = object(&client, &question(path, case["request"].clone())).await.unwrap();
        let expected = case["expected"].as_array().unwrap();
        for (word, expected) in authzen::read_batch(&said, expected.len()).into_iter().zip(expected) {
            assert_eq!(word.unwrap().stance == Stance::Allow, expected["decision"] == true, "{case}");
        }
    }
    ones.len() + batches.len()
}
