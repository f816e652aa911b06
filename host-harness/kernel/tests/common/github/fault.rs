//! The ways in which it can fail.

use std::{
    io::Write,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use serde_json::json;

use super::{Forge, Request, Response, lock, routes};

/// When it fails, how, and how often.
#[derive(Clone)]
pub struct Fault {
    pub on: On,
    pub what: What,
    pub times: usize,
}

/// What it fails at.
#[derive(Clone)]
pub enum On {
    /// The so-manyth request from now on that would change something, from 1.
    Write(usize),
    /// The so-manyth request from now on, from 1.
    Request(usize),
    /// A request with this method and this part of the path.
    Path(&'static str, &'static str),
    /// Every request.
    All,
}

/// How it fails.
#[derive(Clone)]
pub enum What {
    /// It answers with a status and does nothing.
    Answer(Response),
    /// It closes the connection and does nothing.
    Drop,
    /// It does what it is asked, and closes the connection without an answer.
    DropAfter,
    /// It does what it is asked and closes the connection, and so it does with every later
    /// request, which it does not do.
    DieAfter,
    /// It closes the connection and does nothing, then and later.
    DieBefore,
    /// It does what it is asked, and answers with a status of its own.
    AnswerAfter(Response),
    /// It does what it is asked, and half of the answer comes.
    Truncate,
    /// It does what it is asked, and answers late.
    Slow(Duration),
    /// It does what it is asked, and answers with what is no JSON.
    WrongJson,
    /// Nothing is left of the hour's requests, for so many seconds.
    PrimaryLimit(u64),
    /// It was asked too quickly; how many seconds to wait, if it says.
    SecondaryLimit(Option<u64>),
    /// Something else happens first, and then what it is asked.
    Meanwhile(Arc<dyn Fn(&mut Forge) + Send + Sync>),
}

impl Fault {
    pub fn once(on: On, what: What) -> Self {
        Self { on, what, times: 1 }
    }

    pub fn always(on: On, what: What) -> Self {
        Self { on, what, times: usize::MAX }
    }
}

/// The faults that are still to come.
#[derive(Default)]
pub struct Faults {
    coming: Vec<Fault>,
    is_dead: bool,
}

impl Faults {
    pub fn add(&mut self, fault: Fault) {
        self.coming.push(fault);
    }

    /// The fault that strikes a request.
    pub fn strikes(&mut self, asked: &Request) -> Option<What> {
        if self.is_dead {
            return Some(What::Drop);
        }
        let mut struck = None;
        for fault in &mut self.coming {
            let hits = match &mut fault.on {
                On::Write(_) if !asked.is_write() => false,
                On::Write(left) | On::Request(left) => {
                    *left = left.saturating_sub(1);
                    *left == 0
                }
                On::Path(method, part) => asked.method == *method && asked.path.contains(*part),
                On::All => true,
            };
            if hits && fault.times > 0 && struck.is_none() {
                fault.times -= 1;
                struck = Some(fault.what.clone());
            }
        }
        self.is_dead = matches!(struck, Some(What::DieAfter | What::DieBefore));
        struck
    }
}

/// Answers a request, as the fault has it.
pub fn perform(fault: Option<What>, asked: &Request, forge: &Mutex<Forge>, wire: &mut impl Write) {
    let do_it = || routes::answer(&mut lock(forge), asked);
    let whole = |response: Response, wire: &mut _| response.send(wire, usize::MAX);
    match fault {
        None => whole(do_it(), wire),
        Some(What::Answer(response)) => whole(response, wire),
        Some(What::Drop | What::DieBefore) => {}
        Some(What::DropAfter | What::DieAfter) => drop(do_it()),
        Some(What::AnswerAfter(response)) => {
            do_it();
            whole(response, wire);
        }
        Some(What::Truncate) => {
            let response = do_it();
            response.send(wire, response.body.len() / 2);
        }
        Some(What::Slow(wait)) => {
            let response = do_it();
            thread::sleep(wait);
            whole(response, wire);
        }
        Some(What::WrongJson) => {
            whole(Response { body: b"{\"sha\": [".to_vec(), ..do_it() }, wire);
        }
        Some(What::PrimaryLimit(seconds)) => whole(primary(lock(forge).reset_in(seconds)), wire),
        Some(What::SecondaryLimit(wait)) => whole(secondary(wait), wire),
        Some(What::Meanwhile(happens)) => {
            happens(&mut lock(forge));
            whole(do_it(), wire);
        }
    }
}

/// The answer when nothing is left of the hour's requests.
pub fn primary(reset: u64) -> Response {
    let body = json!({
        "message": "API rate limit exceeded for user ID 1.",
        "documentation_url": "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api",
    });
    Response::json(403, &body)
        .with("x-ratelimit-limit", 5000)
        .with("x-ratelimit-remaining", 0)
        .with("x-ratelimit-reset", reset)
        .with("x-ratelimit-resource", "core")
}

/// The answer when it was asked too quickly.
pub fn secondary(wait: Option<u64>) -> Response {
    let body = json!({
        "message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
        "documentation_url": "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits",
    });
    let response = Response::json(403, &body);
    wait.map_or(response.clone(), |seconds| response.with("retry-after", seconds))
}
