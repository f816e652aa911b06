//! What goes through the pipes: frames of a length and as many bytes.

use std::io::{self, Read, Write};

use crate::{
    Found, Language, Lines, Matched, Skipped, Tags,
    bytes::{Packer, Unpacker},
};

/// The most bytes of a file that is read: a larger one was made by a program, and what is
/// made to harm a parser costs it more than a thousand times its own bytes.
pub const FILE_BYTES_MAX: usize = 512 << 10;
/// A question has its file, and what is asked.
pub(crate) const QUESTION_BYTES_MAX: usize = FILE_BYTES_MAX + (64 << 10);
/// An answer is taken in no further than this, whoever wrote it.
pub(crate) const ANSWER_BYTES_MAX: usize = 16 << 20;

/// What is asked about a file.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Question<'a> {
    Tags(Lines),
    Find(&'a str),
    Match(&'a str),
}

impl<'a> Question<'a> {
    /// The name or the pattern that is looked for.
    pub fn text(self) -> &'a str {
        match self {
            Self::Tags(_) => "",
            Self::Find(text) | Self::Match(text) => text,
        }
    }
}

/// A question about a file, as it comes out of the pipe.
pub(crate) struct Asked<'a> {
    pub id: u64,
    pub language: Language,
    pub question: Question<'a>,
    pub bytes: &'a [u8],
}

/// An answer, as it goes into the pipe.
#[derive(Debug)]
pub(crate) enum Answer {
    Tags(Tags),
    Found(Found),
    Matched(Matched),
}

impl Asked<'_> {
    pub fn pack(&self) -> Vec<u8> {
        let mut to = Packer(Vec::with_capacity(self.bytes.len() + 64));
        to.number(self.id);
        to.byte(self.language.number());
        to.byte(match self.question {
            Question::Tags(Lines::Told) => 0,
            Question::Tags(Lines::Untold) => 1,
            Question::Find(_) => 2,
            Question::Match(_) => 3,
        });
        to.text(self.question.text());
        to.0.extend_from_slice(self.bytes);
        to.0
    }
}

impl<'a> Asked<'a> {
    pub fn unpack(frame: &'a [u8]) -> Option<Self> {
        let mut from = Unpacker(frame);
        let id = from.number()?;
        let language = Language::numbered(from.byte()?)?;
        let question = match (from.byte()?, from.text()?) {
            (0, "") => Question::Tags(Lines::Told),
            (1, "") => Question::Tags(Lines::Untold),
            (2, name) => Question::Find(name),
            (3, pattern) => Question::Match(pattern),
            _ => return None,
        };
        Some(Self { id, language, question, bytes: from.0 })
    }
}

/// An answer as bytes; one that is too large is none.
pub(crate) fn pack_answer(id: u64, answer: &Result<Answer, Skipped>) -> Vec<u8> {
    let mut to = Packer::default();
    to.number(id);
    match answer {
        Ok(_) => to.byte(0),
        Err(skipped) => to.byte(skipped.number() + 1),
    }
    match answer {
        Ok(Answer::Tags(tags)) => tags.pack(&mut to),
        Ok(Answer::Found(found)) => found.pack(&mut to),
        Ok(Answer::Matched(matched)) => matched.pack(&mut to),
        Err(_) => {}
    }
    if to.0.len() > ANSWER_BYTES_MAX {
        return pack_answer(id, &Err(Skipped::TooLarge));
    }
    to.0
}

/// The answer to a question, if the frame is one.
pub(crate) fn unpack_answer(frame: &[u8], asked: &Asked<'_>) -> Option<Result<Answer, Skipped>> {
    let mut from = Unpacker(frame);
    (from.number()? == asked.id).then_some(())?;
    let answer = match from.byte()?.checked_sub(1) {
        Some(number) => Err(Skipped::numbered(number)?),
        None => Ok(match asked.question {
            Question::Tags(_) => Answer::Tags(Tags::unpack(&mut from)?),
            Question::Find(name) => Answer::Found(Found::unpack(&mut from, asked.bytes, name)?),
            Question::Match(_) => Answer::Matched(Matched::unpack(&mut from, asked.bytes)?),
        }),
    };
    from.end(answer)
}

/// Writes a frame in one piece.
pub(crate) fn write_frame(output: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    let mut frame = Vec::with_capacity(bytes.len() + 4);
    frame.extend_from_slice(&length.to_le_bytes());
    frame.extend_from_slice(bytes);
    output.write_all(&frame)
}

/// Reads a frame; none if the other end closed the pipe between two.
pub(crate) fn read_frame(input: &mut impl Read, bytes_max: usize) -> io::Result<Option<Vec<u8>>> {
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

pub(crate) fn malformed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "what came through the pipe is no frame of this program")
}
