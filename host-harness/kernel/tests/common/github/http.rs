//! HTTP/1.1, one request for each connection.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
};

use serde_json::{Value, json};

/// What it is asked.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub query: BTreeMap<String, String>,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn read(wire: &mut impl Read) -> Option<Self> {
        let mut reader = BufReader::new(wire);
        let first = line(&mut reader)?;
        let mut words = first.split(' ');
        let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let mut headers = Vec::new();
        while let Some((name, value)) = line(&mut reader)?.split_once(": ") {
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let mut request = Self {
            method,
            path: unescaped(path),
            query: pairs.map(|(key, value)| (key.to_owned(), unescaped(value))).collect(),
            headers,
            body: Vec::new(),
        };
        let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        request.body = vec![0; length];
        reader.read_exact(&mut request.body).ok()?;
        Some(request)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Whether it would change something.
    pub fn is_write(&self) -> bool {
        self.method != "GET" && !self.path.ends_with("/graphql")
    }
}

fn line(reader: &mut impl BufRead) -> Option<String> {
    let mut text = String::new();
    reader.read_line(&mut text).ok().filter(|read| *read > 0)?;
    Some(text.trim_end().to_owned())
}

fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, more @ ..] = rest {
        let code = (*first == b'%').then(|| std::str::from_utf8(more.get(..2)?).ok()).flatten();
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &more[2..];
            }
            None => {
                bytes.push(*first);
                rest = more;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What it answers.
#[derive(Debug, Clone)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    pub fn json(status: u16, body: &Value) -> Self {
        let headers = vec![("content-type".to_owned(), "application/json; charset=utf-8".to_owned())];
        Self { status, headers, body: body.to_string().into_bytes() }
    }

    pub fn raw(bytes: Vec<u8>) -> Self {
        let headers = vec![("content-type".to_owned(), "application/vnd.github.raw+json".to_owned())];
        Self { status: 200, headers, body: bytes }
    }

    /// An error in the form that the documentation has for it.
    pub fn error(status: u16, message: &str) -> Self {
        let body = json!({
            "message": message,
            "documentation_url": "https://docs.github.com/rest",
            "status": status.to_string(),
        });
        Self::json(status, &body)
    }

    /// `422 Validation Failed`, with what is wrong with which field.
    pub fn invalid(error: Value) -> Self {
        let body = json!({
            "message": "Validation Failed",
            "errors": [error],
            "documentation_url": "https://docs.github.com/rest",
            "status": "422",
        });
        Self::json(422, &body)
    }

    pub fn not_found() -> Self {
        Self::error(404, "Not Found")
    }

    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    /// Its head, and so much of its body.
    pub fn send(&self, wire: &mut impl Write, body_bytes: usize) {
        let mut bytes = format!("HTTP/1.1 {} X\r\nconnection: close\r\n", self.status).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        if self.status != 304 && self.status != 204 {
            bytes.extend_from_slice(format!("content-length: {}\r\n", self.body.len()).as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body[..body_bytes.min(self.body.len())]);
        let _ = wire.write_all(&bytes).and_then(|()| wire.flush());
    }
}
