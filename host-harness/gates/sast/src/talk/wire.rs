//! What goes through the pipes: frames of a length and as many bytes.

use std::io::{self, Read, Write};

use symbols::{Language, Skipped};

use crate::{
    RuleFile,
    engine::{FILE_BYTES_MAX, Hit, Said, Unread},
};

/// A question has its file.
pub(super) const QUESTION_BYTES_MAX: usize = FILE_BYTES_MAX + (64 << 10);
/// The rules come in one frame.
pub(super) const RULES_BYTES_MAX: usize = 64 << 20;
/// An answer is taken in no further than this, whoever wrote it.
pub(super) const ANSWER_BYTES_MAX: usize = 16 << 20;
/// The longest text that the child says.
const TEXT_BYTES_MAX: usize = 4 << 10;

/// Bytes that are written.
#[derive(Default)]
struct Packer(Vec<u8>);

impl Packer {
    fn number(&mut self, number: u32) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn count(&mut self, count: usize) {
        self.number(u32::try_from(count).unwrap_or(u32::MAX));
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        self.0.extend_from_slice(bytes);
    }
}

/// Bytes that are read. Every answer is `None` from the first fault on.
struct Unpacker<'a>(&'a [u8]);

impl<'a> Unpacker<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*byte)
    }

    fn number(&mut self) -> Option<u32> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_le_bytes(*number))
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let count = self.number()? as usize;
        let (bytes, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(bytes)
    }

    fn text(&mut self) -> Option<String> {
        str::from_utf8(self.bytes()?).ok().map(str::to_owned)
    }

    /// Things of one sort. Each has four bytes at least, so more than there are is a lie.
    fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.number()? as usize;
        if count > self.0.len() / 4 {
            return None;
        }
        (0..count).map(|_| one(self)).collect()
    }
}

pub(super) fn pack_rules(files: &[RuleFile]) -> Vec<u8> {
    let mut to = Packer::default();
    to.count(files.len());
    for file in files {
        to.bytes(file.name.as_bytes());
        to.bytes(file.text.as_bytes());
    }
    to.0
}

pub(super) fn unpack_rules(frame: &[u8]) -> Option<Vec<RuleFile>> {
    let mut from = Unpacker(frame);
    let files = from.list(|from| Some(RuleFile { name: from.text()?, text: from.text()? }))?;
    from.0.is_empty().then_some(files)
}

pub(super) fn pack_question(id: u32, language: Language, bytes: &[u8]) -> Vec<u8> {
    let mut to = Packer(Vec::with_capacity(bytes.len() + 8));
    to.number(id);
    to.0.push(language.number());
    to.0.extend_from_slice(bytes);
    to.0
}

pub(super) fn unpack_question(frame: &[u8]) -> Option<(u32, Language, &[u8])> {
    let mut from = Unpacker(frame);
    Some((from.number()?, Language::numbered(from.byte()?)?, from.0))
}

pub(super) fn pack_answer(id: u32, answer: &Result<Said, Unread>) -> Vec<u8> {
    let mut to = Packer::default();
    to.number(id);
    match answer {
        Ok(said) => {
            to.0.push(0);
            pack_said(&mut to, said);
        }
        Err(Unread::Source(skipped)) => {
            to.0.push(1);
            let number = Skipped::ALL.iter().position(|known| known == skipped);
            to.count(number.unwrap_or_default());
        }
        Err(Unread::Rule(fault)) => {
            to.0.push(2);
            to.bytes(&fault.as_bytes()[..fault.floor_char_boundary(TEXT_BYTES_MAX)]);
        }
    }
    to.0
}

fn pack_said(to: &mut Packer, said: &Said) {
    [said.faults, said.first_fault.0, said.first_fault.1].iter().for_each(|number| to.number(*number));
    to.count(said.hits.len());
    for hit in &said.hits {
        [hit.rule, hit.start, hit.end].iter().for_each(|number| to.number(*number));
        to.count(hit.bounds.len());
        for (name, start, end) in &hit.bounds {
            [name, start, end].iter().for_each(|number| to.number(**number));
        }
    }
}

/// The answer to a question, if the frame is one.
pub(super) fn unpack_answer(frame: &[u8], asked: u32) -> Option<Result<Said, Unread>> {
    let mut from = Unpacker(frame);
    (from.number()? == asked).then_some(())?;
    let answer = match from.byte()? {
        0 => Ok(unpack_said(&mut from)?),
        1 => Err(Unread::Source(*Skipped::ALL.get(from.number()? as usize)?)),
        2 => Err(Unread::Rule(from.text().filter(|text| text.len() <= TEXT_BYTES_MAX)?)),
        _ => return None,
    };
    from.0.is_empty().then_some(answer)
}

fn unpack_said(from: &mut Unpacker<'_>) -> Option<Said> {
    let (faults, first_fault) = (from.number()?, (from.number()?, from.number()?));
    let hits = from.list(|from| {
        let (rule, start, end) = (from.number()?, from.number()?, from.number()?);
        let bounds = from.list(|from| Some((from.number()?, from.number()?, from.number()?)))?;
        Some(Hit { rule, start, end, bounds })
    })?;
    Some(Said { hits, faults, first_fault })
}

/// Writes a frame in one piece.
pub(super) fn write_frame(output: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    let mut frame = Vec::with_capacity(bytes.len() + 4);
    frame.extend_from_slice(&length.to_le_bytes());
    frame.extend_from_slice(bytes);
    output.write_all(&frame)?;
    output.flush()
}

/// Reads a frame; none if the other end closed the pipe between two.
pub(super) fn read_frame(input: &mut impl Read, bytes_max: usize) -> io::Result<Option<Vec<u8>>> {
    let mut length = Vec::with_capacity(4);
    input.by_ref().take(4).read_to_end(&mut length)?;
    if length.is_empty() {
        return Ok(None);
    }
    let length: [u8; 4] = length.try_into().map_err(|_| malformed())?;
    let length = u32::from_le_bytes(length) as usize;
    if length > bytes_max {
        return Err(malformed());
    }
    let mut frame = Vec::with_capacity(length.min(64 << 10));
    input.by_ref().take(length as u64).read_to_end(&mut frame)?;
    if frame.len() == length { Ok(Some(frame)) } else { Err(malformed()) }
}

pub(super) fn malformed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "what came through the pipe is no frame of this program")
}
