//! A child in a thread of its own, at the other end of two real pipes.

#![allow(dead_code, reason = "each test uses a part")]

use std::{
    io::{self, Read, Write, pipe},
    thread,
};

use symbols::{Ends, Language, Reader, Skipped, Source, serve};

/// Starts the reading end as it is.
pub fn spawn() -> io::Result<Ends> {
    spawn_as(|input, output| drop(serve(input, output)))
}

/// Starts something else in its place.
pub fn spawn_as(
    child: impl FnOnce(Box<dyn Read + Send>, Box<dyn Write + Send>) + Send + 'static,
) -> io::Result<Ends> {
    let (from_parent, to_child) = pipe()?;
    let (from_child, to_parent) = pipe()?;
    thread::spawn(move || child(Box::new(from_parent), Box::new(to_parent)));
    Ok((Box::new(to_child), Box::new(from_child)))
}

pub fn reader() -> Reader<fn() -> io::Result<Ends>> {
    Reader::new(spawn)
}

pub fn source(language: Language, text: impl AsRef<[u8]>) -> Source {
    Source { language, bytes: text.as_ref().to_vec() }
}

/// What looks like a pattern, as text: the whole, and the captures.
pub fn matched(language: Language, pattern: &str, text: &str) -> Result<Vec<String>, Skipped> {
    let matched = reader().matches(&[source(language, text)], pattern).remove(0)?;
    let shown = matched.matches.iter().map(|one| {
        let captures = one.captures.iter().map(|at| format!(" {}=`{}`", at.name, at.text));
        format!("{}{}", &text[one.start as usize..one.end as usize], captures.collect::<String>())
    });
    Ok(shown.collect())
}
