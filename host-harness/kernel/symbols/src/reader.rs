//! The asking end: many files through one child, and another child if that one is gone.

use std::io::{self, Read, Write};

use crate::{
    FILE_BYTES_MAX, Found, Language, Lines, Matched, Skipped, Tags,
    wire::{ANSWER_BYTES_MAX, Answer, Asked, Question, read_frame, unpack_answer, write_frame},
};

/// The pipes of a child: where questions go and where answers come from. Letting go of them
/// must end the child. A read that gives up, as one with a time limit does, counts as its end.
pub type Ends = (Box<dyn Write + Send>, Box<dyn Read + Send>);

/// Questions that are under way at a time. They fit in any pipe, so that writing them never
/// waits for a child which waits for its answers to be read. A larger one goes alone: it is
/// read to its end before it is answered.
const UNDER_WAY_BYTES_MAX: usize = 12 << 10;

/// The longest name or pattern that is looked for.
const QUESTION_TEXT_BYTES_MAX: usize = 4 << 10;

/// Children that may go away. Files that kill their reader are no accident after so many.
const DEATHS_MAX: u32 = 32;

/// A source file to ask about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// What it is written in.
    pub language: Language,
    /// The whole file.
    pub bytes: Vec<u8>,
}

/// Asks a child about source files.
pub struct Reader<S> {
    spawn: S,
    ends: Option<Ends>,
    next_id: u64,
    deaths: u32,
}

impl<S: FnMut() -> io::Result<Ends>> Reader<S> {
    /// A reader whose children are started by a function, when they are needed.
    pub fn new(spawn: S) -> Self {
        Self { spawn, ends: None, next_id: 0, deaths: 0 }
    }

    /// The definitions and references of each file, in the order of the files.
    pub fn tags(&mut self, sources: &[Source], lines: Lines) -> Vec<Result<Tags, Skipped>> {
        self.ask(sources, Question::Tags(lines), |answer| match answer {
            Answer::Tags(tags) => Some(tags),
            _ => None,
        })
    }

    /// Where a name stands in each file, in the order of the files.
    pub fn find(&mut self, sources: &[Source], name: &str) -> Vec<Result<Found, Skipped>> {
        self.ask(sources, Question::Find(name), |answer| match answer {
            Answer::Found(found) => Some(found),
            _ => None,
        })
    }

    /// What looks like a pattern in each file, in the order of the files.
    pub fn matches(&mut self, sources: &[Source], pattern: &str) -> Vec<Result<Matched, Skipped>> {
        self.ask(sources, Question::Match(pattern), |answer| match answer {
            Answer::Matched(matched) => Some(matched),
            _ => None,
        })
    }

    fn ask<T>(
        &mut self,
        sources: &[Source],
        question: Question<'_>,
        take: impl Fn(Answer) -> Option<T>,
    ) -> Vec<Result<T, Skipped>> {
        if question.text().len() > QUESTION_TEXT_BYTES_MAX {
            return sources.iter().map(|_| Err(Skipped::PatternTooLarge)).collect();
        }
        let mut answers = Vec::with_capacity(sources.len());
        while answers.len() < sources.len() {
            let rest = &sources[answers.len()..];
            if rest[0].bytes.len() > FILE_BYTES_MAX {
                answers.push(Err(Skipped::TooLarge));
                continue;
            }
            let batch = self.number(&rest[..together(rest, question)], question);
            let taken = self.exchange(&batch).into_iter();
            answers.extend(
                taken.map(|answer| answer.and_then(|answer| take(answer).ok_or(Skipped::Unavailable))),
            );
        }
        answers
    }

    fn number<'a>(&mut self, sources: &'a [Source], question: Question<'a>) -> Vec<Asked<'a>> {
        let numbered = sources.iter().map(|source| {
            self.next_id += 1;
            let (id, language) = (self.next_id, source.language);
            Asked { id, language, question, bytes: &source.bytes }
        });
        numbered.collect()
    }

    /// Answers to the first of the questions. The last of them is missing if it was the
    /// child's last; the others are asked again, by a new child.
    fn exchange(&mut self, batch: &[Asked<'_>]) -> Vec<Result<Answer, Skipped>> {
        let is_new = self.ends.is_none();
        let Some((input, output)) = self.child() else {
            return batch.iter().map(|_| Err(Skipped::Unavailable)).collect();
        };
        // Answers may be waiting although the child can't take another question.
        let written = batch.iter().try_for_each(|asked| write_frame(input, &asked.pack()));
        let flushed = written.and_then(|()| input.flush());
        let mut answers = Vec::with_capacity(batch.len());
        for asked in batch {
            match read_frame(output, ANSWER_BYTES_MAX) {
                Ok(Some(frame)) => answers.push(unpack_answer(&frame, asked)),
                _ => answers.push(None),
            }
            if matches!(answers.last(), Some(None)) {
                break;
            }
        }
        if flushed.is_err() || matches!(answers.last(), Some(None)) {
            self.ends = None;
            self.deaths += 1;
        }
        // A child may have gone away since the last file: that is not this one's fault.
        if !is_new && matches!(answers[..], [None]) {
            return Vec::new();
        }
        answers.into_iter().map(|answer| answer.unwrap_or(Err(Skipped::Unavailable))).collect()
    }

    fn child(&mut self) -> Option<&mut Ends> {
        if self.ends.is_none() && self.deaths < DEATHS_MAX {
            match (self.spawn)() {
                Ok(ends) => self.ends = Some(ends),
                // What could not be started once is not tried for each file.
                Err(_) => self.deaths = DEATHS_MAX,
            }
        }
        self.ends.as_mut()
    }
}

/// How many of the files are asked about together.
fn together(sources: &[Source], question: Question<'_>) -> usize {
    const FRAME_BYTES: usize = 64;
    let around = FRAME_BYTES + question.text().len();
    let mut bytes = 0;
    let fits = sources.iter().take_while(|source| {
        bytes += source.bytes.len() + around;
        bytes <= UNDER_WAY_BYTES_MAX
    });
    fits.count().max(1)
}
