//! A forge on this machine that behaves as GitHub's documented API does, over real
//! connections and with real git objects, and that fails in every way that it is told to.
//!
//! It knows nothing of the program that it is for, so that other tests can use it.

// Each test uses a part of it.
#![allow(dead_code)]

pub mod base64;
pub mod fault;
pub mod forge;
pub mod graphql;
pub mod http;
pub mod limits;
pub mod objects;
pub mod pulls;
pub mod routes;
pub mod seed;
pub mod write;

use std::{
    io::Read as _,
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

pub use fault::Fault;
pub use forge::Forge;
pub use http::{Request, Response};

use fault::Faults;

/// A running forge. It ends with the process.
#[derive(Clone)]
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    forge: Arc<Mutex<Forge>>,
    faults: Arc<Mutex<Faults>>,
    heard: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Starts it. Both kinds of address lead to it: `/repos` and `/api/v3/repos`.
    pub fn start(forge: Forge) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut forge = forge;
        forge.address = format!("http://{}", listener.local_addr().unwrap());
        let server = Self {
            address: listener.local_addr().unwrap(),
            forge: Arc::new(Mutex::new(forge)),
            faults: Arc::default(),
            heard: Arc::default(),
        };
        let serving = server.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, server) = (stream.unwrap(), serving.clone());
                thread::spawn(move || server.serve(stream));
            }
        });
        server
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it holds, to look at and to change.
    pub fn forge(&self) -> MutexGuard<'_, Forge> {
        lock(&self.forge)
    }

    /// Makes it fail from now on.
    pub fn fail(&self, fault: Fault) {
        lock(&self.faults).add(fault);
    }

    /// Makes it work as it should again.
    pub fn mend(&self) {
        *lock(&self.faults) = Faults::default();
    }

    /// Everything that it was asked.
    pub fn heard(&self) -> Vec<Request> {
        lock(&self.heard).clone()
    }

    /// How often it was asked so: the method, and a part of the path.
    pub fn count(&self, method: &str, part: &str) -> usize {
        let matches = |asked: &&Request| asked.method == method && asked.path.contains(part);
        lock(&self.heard).iter().filter(matches).count()
    }

    fn serve(&self, mut stream: TcpStream) {
        let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
        let Some(asked) = Request::read(&mut stream) else { return };
        lock(&self.heard).push(asked.clone());
        let fault = lock(&self.faults).strikes(&asked);
        fault::perform(fault, &asked, &self.forge, &mut stream);
        let _ = stream.shutdown(Shutdown::Write);
        // What is still to be read would turn the end into a reset.
        let _ = stream.read_to_end(&mut Vec::new());
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
