//! Models to test with.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use kernel::{
    KernelError,
    net::{Binding, Credential, Keys},
    transport,
};
use policy::{
    Code,
    config::{BindingConfig, Config},
};
use serde_json::{Value, json};

use crate::common::{Asked, Wire, serve};

/// The binding of a model with these keys.
pub fn config(keys: &str) -> BindingConfig {
    let text = format!("[[models]]\nname = \"a\"\nmodel = \"m\"\n{keys}");
    Config::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}")).bindings.remove(0)
}

/// A model at an address of this machine that speaks as OpenAI's chat does, without a key.
pub fn chat(address: SocketAddr, keys: &str) -> BindingConfig {
    config(&format!("provider = \"compatible\"\nurl = \"http://{address}\"\n{keys}"))
}

pub fn open(config: &BindingConfig) -> Binding {
    Binding::open(config, Keys::default()).unwrap()
}

/// The same with a secret.
pub fn open_with(config: &BindingConfig, secret: &str) -> Binding {
    let header = config.credential.as_ref().and_then(|credential| credential.header.clone());
    let credential = match header {
        Some(name) => Credential::Header { name, value: secret.into() },
        None => Credential::Bearer(secret.into()),
    };
    Binding::open(config, Keys { credential: Some(credential), ..Keys::default() }).unwrap()
}

pub const TOLD: &str = "/choices/0/delta/content";

/// What an agent hands over.
pub fn envelope() -> String {
    json!({ "body": { "model": "m", "stream": true }, "told": [{ "text": TOLD }] }).to_string()
}

/// The answer as a document, and what the person heard.
pub async fn stream(binding: &Binding) -> (Result<Value, KernelError>, String) {
    let mut heard = String::new();
    let answer =
        transport::converse(binding, "stream", &envelope(), &mut |text: &str| heard.push_str(text)).await;
    (answer, heard)
}

pub fn code(answer: Result<Value, KernelError>) -> Result<u64, Code> {
    answer.map(|answer| answer["status"].as_u64().unwrap()).map_err(|error| error.code)
}

pub type Record = Arc<Mutex<Vec<Asked>>>;

/// A place that writes down what it is asked, and answers as this function does.
pub fn recording(
    answer: impl Fn(usize, &Asked, &mut dyn Wire) + Send + Sync + 'static,
) -> (SocketAddr, Record) {
    let record = Record::default();
    let written = record.clone();
    let address = serve(move |asked, wire| {
        let at = {
            let mut written = written.lock().unwrap();
            written.push(asked.clone());
            written.len() - 1
        };
        answer(at, asked, wire);
    });
    (address, record)
}

/// The head of a good answer in chunks.
pub fn head(wire: &mut dyn Wire, content_type: &str) {
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ntransfer-encoding: chunked\r\n\r\n");
    let _ = wire.write_all(head.as_bytes()).and_then(|()| wire.flush());
}

pub fn chunk(wire: &mut dyn Wire, piece: &[u8]) {
    let _ = wire.write_all(format!("{:x}\r\n", piece.len()).as_bytes());
    let _ = wire.write_all(piece);
    let _ = wire.write_all(b"\r\n").and_then(|()| wire.flush());
}

pub fn end(wire: &mut dyn Wire) {
    let _ = wire.write_all(b"0\r\n\r\n").and_then(|()| wire.flush());
}

pub fn pause(ms: u64) {
    thread::sleep(Duration::from_millis(ms));
}
