//! A stand-in for a Vault: what its HTTP API documents of KV version 2, tokens, AppRole,
//! wrapping and seals, with the paths, statuses, field names and error texts that the
//! real one has. It is no Vault: nothing is encrypted, and there are no policies but one.

#[path = "../common/mod.rs"]
mod common;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

pub use common::Identity;
use common::{Asked, Reply, Wire, serve, serve_tls};
use serde_json::{Value, json};

pub const ROOT: &str = "hvs.root-of-the-stand-in";
pub const ROLE: &str = "59d6d1ca-47bb-4e7e-a40b-8be3bc5a0ba8";
pub const SECRET_ID: &str = "84896a0c-1347-aa90-a4f6-aca8b7558780";

/// What the stand-in holds, and how it is to behave.
#[derive(Default)]
pub struct State {
    /// Path, then versions, the oldest first; one that was deleted is none.
    pub kept: BTreeMap<String, Vec<Option<Value>>>,
    /// Tokens, and when they end.
    pub tokens: BTreeMap<String, Token>,
    /// Wrapping tokens, each with what it stands for.
    pub wrapped: BTreeMap<String, Value>,
    /// The life of a token from a login, in seconds, and of the longest one.
    pub ttl: u64,
    pub ttl_max: u64,
    pub renewable: bool,
    /// What the next questions are answered with, before anything else.
    pub odd: Vec<Reply>,
    /// Every question: method and path, in order.
    pub asked: Vec<String>,
    /// The namespace that it answers in.
    pub namespace: Option<String>,
    /// Whether every token is refused with itself.
    pub says_token_back: bool,
    logins: u64,
}

#[derive(Clone)]
pub struct Token {
    since: Instant,
    until: Option<Instant>,
    renewable: bool,
}

impl Token {
    pub fn lasting(seconds: Option<u64>) -> Self {
        let since = Instant::now();
        Self {
            since,
            until: seconds.map(|seconds| since + Duration::from_secs(seconds)),
            renewable: seconds.is_some(),
        }
    }
}

pub type Shared = Arc<Mutex<State>>;

/// Starts one with a root token, and `team/forge` kept in it.
pub fn start() -> (SocketAddr, Shared) {
    let state = fresh();
    let answering = state.clone();
    (serve(move |asked, wire| answer(&answering, asked, wire)), state)
}

/// The same over TLS.
pub fn start_tls(identity: &Identity) -> (SocketAddr, Shared) {
    let state = fresh();
    let answering = state.clone();
    (serve_tls(identity, move |asked, wire| answer(&answering, asked, wire)), state)
}

fn fresh() -> Shared {
    let versions = vec![
        Some(json!({ "token": "the-0ld-forge-token" })),
        Some(json!({ "token": "the-n3w-forge-token", "other": "an0ther-value", "number": 7 })),
    ];
    let state = State { ttl: 3600, ttl_max: 7200, renewable: true, ..State::default() };
    let shared = Arc::new(Mutex::new(state));
    let mut held = shared.lock().unwrap();
    held.kept.insert("team/forge".to_owned(), versions);
    held.tokens.insert(ROOT.to_owned(), Token::lasting(None));
    drop(held);
    shared
}

fn answer(state: &Shared, asked: &Asked, wire: &mut dyn Wire) {
    let mut state = state.lock().unwrap();
    let mut line = asked.line.split(' ');
    let (method, path) = (line.next().unwrap(), line.next().unwrap());
    state.asked.push(format!("{method} {path}"));
    if !state.odd.is_empty() {
        return state.odd.remove(0).send(wire);
    }
    let foreign = asked.header("x-vault-namespace").first().copied() != state.namespace.as_deref();
    let (status, body) = match path.strip_prefix("/v1/") {
        Some(path) if !foreign => state.answer(method, path, asked),
        _ => (404, json!({ "errors": ["no handler for route"] })),
    };
    let reply = Reply::json(asked, &body.to_string());
    reply.status(text(status)).send(wire);
}

fn text(status: u16) -> &'static str {
    match status {
        200 => "200 OK",
        204 => "204 No Content",
        400 => "400 Bad Request",
        403 => "403 Forbidden",
        _ => "404 Not Found",
    }
}

const DENIED: &str = "permission denied";

fn errors(text: &str) -> Value {
    json!({ "errors": [text] })
}

impl State {
    fn answer(&mut self, method: &str, path: &str, asked: &Asked) -> (u16, Value) {
        let body: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
        let token = asked.header("x-vault-token").first().map_or("", |token| token).to_owned();
        match (method, path) {
            ("POST", "auth/approle/login") => self.login(&body),
            ("POST", "sys/wrapping/unwrap") => match self.wrapped.remove(&token) {
                Some(what) => (200, what),
                None => (400, errors("wrapping token is not valid or does not exist")),
            },
            _ if self.says_token_back => (403, errors(&format!("no policy for {token}"))),
            _ if !self.is_good(&token) => (403, errors(DENIED)),
            ("GET", "auth/token/lookup-self") => self.look_up(&token),
            ("POST", "auth/token/renew-self") => self.renew(&token),
            ("POST", "auth/token/revoke-self") => {
                self.tokens.remove(&token);
                (204, Value::Null)
            }
            ("GET", path) if path.starts_with("secret/data/") => self.read(&path["secret/data/".len()..]),
            _ => (404, json!({ "errors": [] })),
        }
    }

    fn is_good(&self, token: &str) -> bool {
        self.tokens.get(token).is_some_and(|token| token.until.is_none_or(|until| Instant::now() < until))
    }

    fn login(&mut self, body: &Value) -> (u16, Value) {
        if body["role_id"] != ROLE || body["secret_id"] != SECRET_ID {
            return (400, errors("invalid role or secret ID"));
        }
        self.logins += 1;
        let token = format!("hvs.from-login-number-{}", self.logins);
        self.tokens
            .insert(token.clone(), Token { renewable: self.renewable, ..Token::lasting(Some(self.ttl)) });
        (200, auth(&token, self.ttl, self.renewable))
    }

    fn look_up(&self, token: &str) -> (u16, Value) {
        let held = &self.tokens[token];
        let ttl = held.until.map_or(0, |until| (until - Instant::now()).as_secs_f64().round() as u64);
        (200, json!({ "data": { "id": token, "ttl": ttl, "renewable": held.renewable, "num_uses": 0 } }))
    }

    fn renew(&mut self, token: &str) -> (u16, Value) {
        let (ttl, ttl_max) = (self.ttl, self.ttl_max);
        let held = self.tokens.get_mut(token).unwrap();
        if !held.renewable {
            return (400, errors("lease is not renewable"));
        }
        let end = held.since + Duration::from_secs(ttl_max);
        let until = (Instant::now() + Duration::from_secs(ttl)).min(end);
        held.until = Some(until);
        let left = (until - Instant::now()).as_secs_f64().round() as u64;
        (200, auth(token, left, true))
    }

    fn read(&self, path: &str) -> (u16, Value) {
        let (path, version) = path.split_once("?version=").unwrap_or((path, "0"));
        let Some(versions) = self.kept.get(&path.replace("%20", " ")) else {
            return (404, json!({ "errors": [] }));
        };
        let number = match version.parse().unwrap() {
            0 => versions.len(),
            number => number,
        };
        let metadata = |deleted: &str| json!({ "created_time": "2026-01-01T00:00:00Z", "custom_metadata": null, "deletion_time": deleted, "destroyed": false, "version": number });
        match versions.get(number - 1) {
            None => (404, json!({ "errors": [] })),
            Some(None) => (404, whole(json!({ "data": null, "metadata": metadata("2026-01-02T00:00:00Z") }))),
            Some(Some(data)) => (200, whole(json!({ "data": data, "metadata": metadata("") }))),
        }
    }
}

fn whole(data: Value) -> Value {
    json!({
        "request_id": "0199aa3c-7a30-7d0c-9b4e-000000000001", "lease_id": "", "renewable": false,
        "lease_duration": 0, "data": data, "wrap_info": null, "warnings": null, "auth": null, "mount_type": "kv",
    })
}

fn auth(token: &str, ttl: u64, renewable: bool) -> Value {
    let mut whole = whole(Value::Null);
    whole["auth"] = json!({
        "client_token": token, "accessor": "an-accessor", "policies": ["default"], "token_policies": ["default"],
        "metadata": {}, "lease_duration": ttl, "renewable": renewable, "entity_id": "", "token_type": "service",
        "orphan": true, "mfa_requirement": null, "num_uses": 0,
    });
    whole
}

/// What wraps a token, as a login that was asked for wrapped gives it.
pub fn wrapped_login(token: &str, ttl: u64) -> Value {
    auth(token, ttl, true)
}

/// What wraps a secret id.
pub fn wrapped_secret_id() -> Value {
    whole(
        json!({ "secret_id": SECRET_ID, "secret_id_accessor": "an-accessor", "secret_id_ttl": 0, "secret_id_num_uses": 0 }),
    )
}

/// An answer with a status and errors, whatever is asked.
pub fn odd(status: &'static str, errors: &[&str]) -> Reply {
    let body = json!({ "errors": errors }).to_string();
    Reply {
        status,
        headers: vec![
            ("content-type", "application/json".into()),
            ("content-length", body.len().to_string()),
            ("connection", "close".into()),
        ],
        body: body.into_bytes(),
    }
}
