//! AWS's event streams, told as server-sent events: nobody behind here has to know the frames.

use std::collections::BTreeMap;

use policy::Code;
use serde_json::json;

use super::failure::Fault;

/// The content type of such a stream.
pub(super) const CONTENT_TYPE: &str = "application/vnd.amazon.eventstream";

/// Lengths and their checksum.
const PRELUDE: usize = 12;
/// The checksum at the end.
const TAIL: usize = 4;
const FRAME_BYTES_MAX: usize = 16 * 1024 * 1024;
const HEADERS_BYTES_MAX: usize = 128 * 1024;

/// Takes the frames of a stream as they come.
#[derive(Debug, Default)]
pub(super) struct Frames {
    held: Vec<u8>,
}

/// What a frame says of itself, as far as it is text.
type Headers = BTreeMap<String, String>;

impl Frames {
    /// Takes a piece, and gives the events that are whole.
    pub(super) fn push(&mut self, piece: &[u8]) -> Result<Vec<u8>, Fault> {
        self.held.extend_from_slice(piece);
        let (mut told, mut at) = (Vec::new(), 0);
        while let Some(length) = length(&self.held[at..])? {
            let frame = &self.held[at..at + length];
            told.extend_from_slice(event(frame)?.as_bytes());
            at += length;
        }
        self.held.drain(..at);
        Ok(told)
    }

    /// Whether the stream ended where a frame does.
    pub(super) fn is_whole(&self) -> bool {
        self.held.is_empty()
    }
}

fn corrupt(why: &str) -> Fault {
    Fault::late(Code::ModelStream, format!("the event stream of the answer is broken: {why}"))
}

/// The length of the first frame, if all of it is here.
fn length(held: &[u8]) -> Result<Option<usize>, Fault> {
    let Some((prelude, _)) = held.split_at_checked(PRELUDE) else { return Ok(None) };
    let total = number(prelude, 0)?;
    if crc32fast::hash(&prelude[..8]) != u32_at(prelude, 8)? {
        return Err(corrupt("the checksum of a frame's lengths is wrong"));
    }
    let headers = number(prelude, 4)?;
    if total > FRAME_BYTES_MAX || headers > HEADERS_BYTES_MAX {
        return Err(corrupt("a frame is longer than any may be"));
    }
    if total < PRELUDE + TAIL + headers {
        return Err(corrupt("a frame is shorter than its headers"));
    }
    Ok((held.len() >= total).then_some(total))
}

/// A whole frame as a server-sent event.
fn event(frame: &[u8]) -> Result<String, Fault> {
    let end = frame.len() - TAIL;
    if crc32fast::hash(&frame[..end]) != u32_at(frame, end)? {
        return Err(corrupt("the checksum of a frame is wrong"));
    }
    let (headers, payload) = frame[PRELUDE..end]
        .split_at_checked(number(frame, 4)?)
        .ok_or_else(|| corrupt("a frame is shorter than its headers"))?;
    let headers = Cursor(headers).headers()?;
    let payload = std::str::from_utf8(payload).map_err(|_| corrupt("a payload is no text"))?;
    let said = |name: &str| headers.get(name).map(String::as_str);
    match said(":message-type") {
        Some("event") => written(said(":event-type"), payload),
        Some("exception") => written(said(":exception-type"), payload),
        Some("error") => {
            let message = json!({ "message": said(":error-message").unwrap_or_default() });
            written(said(":error-code"), &message.to_string())
        }
        _ => Err(corrupt("a frame is neither an event nor an exception")),
    }
}

/// An event whose name is a plain word: one with a line's end in it would be two events.
fn written(name: Option<&str>, payload: &str) -> Result<String, Fault> {
    let plain = |name: &&str| {
        (1..=100).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    let name = name.filter(plain).ok_or_else(|| corrupt("a frame has no name"))?;
    let mut text = format!("event: {name}\n");
    for line in payload.split(['\n', '\r']) {
        text.push_str("data: ");
        text.push_str(line);
        text.push('\n');
    }
    text.push('\n');
    Ok(text)
}

/// What is left of a frame's headers.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn headers(mut self) -> Result<Headers, Fault> {
        let mut headers = Headers::new();
        while !self.0.is_empty() {
            let length = self.take(1)?[0];
            let name = text(self.take(length.into())?)?;
            let value = self.value()?;
            if headers.insert(name, value).is_some() {
                return Err(corrupt("a header stands twice in a frame"));
            }
        }
        Ok(headers)
    }

    /// A value; those that are no text are passed over.
    fn value(&mut self) -> Result<String, Fault> {
        let fixed = match self.take(1)?[0] {
            0 | 1 => 0,
            2 => 1,
            3 => 2,
            4 => 4,
            5 | 8 => 8,
            9 => 16,
            6 => self.short()?,
            7 => {
                let length = self.short()?;
                return text(self.take(length)?);
            }
            _ => return Err(corrupt("a header is of a kind that nobody knows")),
        };
        self.take(fixed).map(|_| String::new())
    }

    fn short(&mut self) -> Result<usize, Fault> {
        let bytes = self.take(2)?;
        Ok(usize::from(u16::from_be_bytes([bytes[0], bytes[1]])))
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Fault> {
        let (taken, rest) =
            self.0.split_at_checked(length).ok_or_else(|| corrupt("a header ends before it should"))?;
        self.0 = rest;
        Ok(taken)
    }
}

fn text(bytes: &[u8]) -> Result<String, Fault> {
    String::from_utf8(bytes.to_vec()).map_err(|_| corrupt("a header is no text"))
}

fn u32_at(bytes: &[u8], at: usize) -> Result<u32, Fault> {
    let four = bytes.get(at..at + 4).and_then(|four| four.try_into().ok());
    four.map(u32::from_be_bytes).ok_or_else(|| corrupt("a frame ends before it should"))
}

fn number(bytes: &[u8], at: usize) -> Result<usize, Fault> {
    usize::try_from(u32_at(bytes, at)?).map_err(|_| corrupt("a frame is longer than any may be"))
}

#[cfg(test)]
mod tests;
