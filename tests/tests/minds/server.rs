//! A provider that is played: it takes what the provider's documents allow, and answers
//! from a script, in pieces of any size.

use std::{
    collections::VecDeque,
    io::{BufReader, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use code_assist_tests::played::{self, Asked};
use dialects::{
    Delivery, Provider,
    answers::{self, Reply, Script},
    check,
};

use crate::eventstream;

/// What is answered to one request.
#[derive(Debug, Clone)]
pub enum Turn {
    /// What the model says.
    Says(Script),
    /// Another answer, such as a complaint.
    Answers(Reply),
    /// The beginning of what the model says, of so many bytes; then the connection breaks.
    Cut(Script, usize),
    /// Nothing, for as long as the test lives.
    Hangs,
}

/// How bytes are sent.
#[derive(Debug, Clone, Copy)]
pub enum Pieces {
    /// All in one.
    One,
    /// Each of so many bytes, flushed.
    Of(usize),
}

struct Part {
    provider: Provider,
    delivery: Delivery,
    pieces: Pieces,
    script: Mutex<VecDeque<Turn>>,
    /// What is answered once the script is over.
    ever: Option<Turn>,
    heard: Mutex<Heard>,
    came: Condvar,
}

#[derive(Default)]
struct Heard {
    asked: Vec<Asked>,
    faults: Vec<String>,
}

/// A server that lives as long as the test.
pub struct Model {
    /// Its address.
    pub url: String,
    part: Arc<Part>,
}

impl Model {
    /// A provider that answers these turns, and then `ever`.
    pub fn start(provider: Provider, delivery: Delivery, turns: Vec<Turn>, ever: Option<Turn>) -> Self {
        Self::in_pieces(provider, delivery, Pieces::One, turns, ever)
    }

    /// The same, whose answers come in pieces.
    pub fn in_pieces(
        provider: Provider,
        delivery: Delivery,
        pieces: Pieces,
        turns: Vec<Turn>,
        ever: Option<Turn>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let part = Arc::new(Part {
            provider,
            delivery,
            pieces,
            script: Mutex::new(turns.into()),
            ever,
            heard: Mutex::default(),
            came: Condvar::new(),
        });
        let served = part.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let part = served.clone();
                std::thread::spawn(move || serve(&stream, &part));
            }
        });
        Self { url, part }
    }

    /// Everything that was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        locked(&self.part.heard).asked.clone()
    }

    /// What the provider would not have taken.
    pub fn faults(&self) -> Vec<String> {
        locked(&self.part.heard).faults.clone()
    }

    /// The same, where the model calls for what it was never given: that the call stands in
    /// the next request is its own fault.
    pub fn faults_beyond_calls(&self) -> Vec<String> {
        let own = |fault: &String| fault.ends_with("which is no tool of the request");
        self.faults().into_iter().filter(|fault| !own(fault)).collect()
    }

    /// Bytes of all bodies together, as they came.
    pub fn bytes(&self) -> usize {
        let length = |asked: &Asked| asked.header("content-length").and_then(|text| text.parse().ok());
        self.asked().iter().map(|asked| length(asked).unwrap_or(0_usize)).sum()
    }

    /// Waits until so many requests have come.
    pub fn wait_for(&self, requests: usize) {
        let heard = locked(&self.part.heard);
        let waited = self
            .part
            .came
            .wait_timeout_while(heard, Duration::from_secs(30), |heard| heard.asked.len() < requests);
        let (heard, _) = waited.unwrap_or_else(PoisonError::into_inner);
        assert!(heard.asked.len() >= requests, "{} of {requests} requests came", heard.asked.len());
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(stream: &TcpStream, part: &Part) {
    let mut reader = BufReader::new(stream);
    while let Some(asked) = played::read(&mut reader) {
        hear(part, asked);
        let turn = locked(&part.script).pop_front().or_else(|| part.ever.clone());
        let sent = match turn {
            Some(Turn::Says(script)) => send(stream, part, &said(part, &script), None),
            Some(Turn::Answers(reply)) => send(stream, part, &reply, None),
            Some(Turn::Cut(script, bytes)) => send(stream, part, &said(part, &script), Some(bytes)),
            Some(Turn::Hangs) => loop {
                std::thread::park();
            },
            None => send(stream, part, &answers::trouble(part.provider, answers::Trouble::Invalid), None),
        };
        if sent.is_err() {
            return;
        }
    }
}

fn hear(part: &Part, asked: Asked) {
    let mut heard = locked(&part.heard);
    let at = heard.asked.len();
    if let Err(fault) = check::check(part.provider, part.delivery, &asked.body) {
        heard.faults.push(format!("request {at}: {fault}"));
    }
    heard.asked.push(asked);
    part.came.notify_all();
}

fn said(part: &Part, script: &Script) -> Reply {
    answers::answer(part.provider, part.delivery, script)
}

fn send(mut stream: &TcpStream, part: &Part, reply: &Reply, cut: Option<usize>) -> std::io::Result<()> {
    let is_stream = reply.content_type == "text/event-stream";
    let (kind, bytes) = match (is_stream, part.provider.dialect) {
        (true, "bedrock-converse") => (eventstream::CONTENT_TYPE, eventstream::of(&reply.body)),
        _ => (reply.content_type, reply.body.clone().into_bytes()),
    };
    let mut head = format!("HTTP/1.1 {} Played\r\ncontent-type: {kind}\r\n", reply.status);
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{head}transfer-encoding: chunked\r\n\r\n").as_bytes())?;
    let size = match part.pieces {
        Pieces::One => bytes.len().max(1),
        Pieces::Of(size) => size,
    };
    for piece in bytes[..cut.unwrap_or(bytes.len()).min(bytes.len())].chunks(size) {
        stream.write_all(&[format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat())?;
        stream.flush()?;
    }
    match cut {
        Some(_) => stream.shutdown(Shutdown::Both).and(Err(std::io::ErrorKind::BrokenPipe.into())),
        None => stream.write_all(b"0\r\n\r\n"),
    }
}
