//! Scanners for tests: in this process, and over pipes to a thread that is the child.
#![allow(dead_code, reason = "each test uses some of it")]

use std::{
    io::{self, Read, Write},
    thread,
};

use agent_contract::RepoPath;
use finding::{FileScanner, Found, Look};
use sast::{Client, Ends, Rules, Scanner, serve};

pub fn path(text: &str) -> RepoPath {
    RepoPath::parse(text).unwrap()
}

pub fn scanner() -> Scanner {
    Scanner::new(Rules::embedded().unwrap())
}

/// Ends of a thread that does something with the others.
pub fn spawn_as<F>(work: F) -> io::Result<Ends>
where
    F: FnOnce(Box<dyn Read + Send>, Box<dyn Write + Send>) + Send + 'static,
{
    let (question_read, question_write) = io::pipe()?;
    let (answer_read, answer_write) = io::pipe()?;
    thread::spawn(move || work(Box::new(question_read), Box::new(answer_write)));
    Ok((Box::new(question_write), Box::new(answer_read)))
}

pub fn client() -> Client<fn() -> io::Result<Ends>> {
    Client::open(Rules::embedded().unwrap(), || {
        spawn_as(|input, output| {
            let _ = serve(input, output);
        })
    })
}

pub fn found(scanner: &dyn FileScanner, name: &str, text: &str) -> Vec<Found> {
    match scanner.look(&path(name), text.as_bytes()) {
        Look::Scanned(found) => found,
        other => panic!("{other:?}"),
    }
}

pub fn rules(found: &[Found]) -> Vec<&str> {
    found.iter().map(|one| &*one.rule).collect()
}
