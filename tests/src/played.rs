//! A decision point that is played: a real HTTP server on this machine that answers what
//! a test wants it to.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde_json::Value;

/// A request that came in.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// `GET` or `POST`.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// The headers, with names in small letters.
    pub headers: Vec<(String, String)>,
    /// The body, where it is JSON.
    pub body: Value,
    /// The body as it came.
    pub text: String,
}

impl Asked {
    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }
}

/// What is answered.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// Headers beyond the usual ones.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
    /// How long it takes.
    pub after: Duration,
}

impl Reply {
    /// A 200 with a JSON document.
    pub fn json(body: Value) -> Self {
        Self { status: 200, headers: Vec::new(), body: body.to_string(), after: Duration::ZERO }
    }

    /// The same, later.
    pub fn after(self, after: Duration) -> Self {
        Self { after, ..self }
    }

    /// The same with a header.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with another status.
    pub fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }
}

type Answers = dyn Fn(&Asked) -> Reply + Send + Sync;

/// A server that lives as long as the test.
pub struct Played {
    /// Its address.
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Played {
    /// Starts a server that answers each request with `reply`. A request id is echoed.
    pub fn start(reply: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (reply, kept): (Arc<Answers>, _) = (Arc::new(reply), asked.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (reply, kept) = (reply.clone(), kept.clone());
                std::thread::spawn(move || serve(&stream, &*reply, &kept));
            }
        });
        Self { url, asked }
    }

    /// Everything that was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn serve(stream: &TcpStream, reply: &Answers, kept: &Mutex<Vec<Asked>>) {
    let mut reader = BufReader::new(stream);
    while let Some(asked) = read(&mut reader) {
        kept.lock().unwrap_or_else(PoisonError::into_inner).push(asked.clone());
        let answer = reply(&asked);
        std::thread::sleep(answer.after);
        if write(stream, &asked, &answer).is_err() {
            return;
        }
    }
}

/// Reads a request; nothing once the connection is over.
pub fn read(reader: &mut BufReader<&TcpStream>) -> Option<Asked> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    let text = String::from_utf8_lossy(&body).into_owned();
    let body = serde_json::from_slice(&body).unwrap_or_default();
    Some(Asked { method, path, headers, body, text })
}

fn write(mut stream: &TcpStream, asked: &Asked, answer: &Reply) -> std::io::Result<()> {
    let mut head = format!(
        "HTTP/1.1 {} Played\r\ncontent-type: application/json\r\ncontent-length: {}\r\n",
        answer.status,
        answer.body.len()
    );
    let echo = asked.header("x-request-id").map(|id| ("x-request-id".to_owned(), id.to_owned()));
    for (name, value) in answer.headers.iter().cloned().chain(echo) {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{head}\r\n{}", answer.body).as_bytes())
}
