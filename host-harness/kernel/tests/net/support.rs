//! Bindings to test with, and names that lead where a test wants them to.

use std::{
    collections::VecDeque,
    io,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use kernel::{
    KernelError,
    net::{Binding, Incoming, Keys, LookingUp, Method, Names, Outgoing, Repeat},
};
use policy::{
    Code,
    config::{Allow, BindingConfig, Private},
};

/// Names that lead to these addresses, one answer after another; the last one stays.
#[derive(Debug)]
pub struct Script {
    answers: Mutex<VecDeque<Vec<IpAddr>>>,
    pub asked: AtomicUsize,
}

impl Script {
    pub fn new(answers: &[&[&str]]) -> Arc<Self> {
        let read = |answer: &&[&str]| answer.iter().map(|text| text.parse().unwrap()).collect();
        let answers = Mutex::new(answers.iter().map(read).collect());
        Arc::new(Self { answers, asked: AtomicUsize::new(0) })
    }

    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Names for Script {
    fn look_up(&self, _name: &str) -> LookingUp {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().unwrap();
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        Box::pin(async move { answer.ok_or_else(|| io::ErrorKind::NotFound.into()) })
    }
}

/// A binding to an address of this machine that may say anything and tries once.
pub fn config(address: SocketAddr) -> BindingConfig {
    BindingConfig {
        name: "test".to_owned(),
        url: format!("http://{address}"),
        allow: vec![Allow::everything()],
        timeout_ms: 20_000,
        idle_timeout_ms: 10_000,
        attempts: 1,
        ..Default::default()
    }
}

/// The same by a name, which the private networks of this machine are opened for.
pub fn named(scheme: &str, name: &str, address: SocketAddr) -> BindingConfig {
    BindingConfig { url: format!("{scheme}://{name}:{}", address.port()), private: here(), ..config(address) }
}

/// This machine, as a list of private networks.
pub fn here() -> Private {
    Private::These(vec!["127.0.0.0/8".parse().unwrap()])
}

pub fn open(config: &BindingConfig) -> Binding {
    Binding::open(config, Keys::default()).unwrap()
}

pub fn get(path: &str) -> Outgoing {
    outgoing(Method::Get, path, "", Repeat::Harmless)
}

pub fn post(body: &str) -> Outgoing {
    outgoing(Method::Post, "/", body, Repeat::Never)
}

pub fn outgoing(method: Method, path: &str, body: &str, repeat: Repeat) -> Outgoing {
    let (path, body) = (path.to_owned(), body.as_bytes().to_vec());
    Outgoing { method, path, headers: Vec::new(), body, repeat }
}

pub fn code(result: Result<Incoming, KernelError>) -> Result<u16, Code> {
    result.map(|incoming| incoming.status).map_err(|error| error.code)
}
