//! The child's end: questions in, answers out, and nothing else.

use std::{
    collections::HashMap,
    io::{self, Read, Write},
};

use crate::{
    Language, Skipped,
    occurrences::occurrences,
    parse::Parsers,
    pattern::{self, Pattern},
    references::tags,
    wire::{Answer, Asked, QUESTION_BYTES_MAX, Question, malformed, pack_answer, read_frame, write_frame},
};

/// Answers questions about sources until the pipe is closed.
///
/// Opens no file and starts nothing; everything that it knows of a source came through
/// the pipe. What is no question ends it: whoever asks is this program, too.
pub fn serve(mut input: impl Read, mut output: impl Write) -> io::Result<()> {
    let mut serving = Serving::default();
    while let Some(frame) = read_frame(&mut input, QUESTION_BYTES_MAX)? {
        let asked = Asked::unpack(&frame).ok_or_else(malformed)?;
        let answer = serving.answer(&asked);
        write_frame(&mut output, &pack_answer(asked.id, &answer))?;
        output.flush()?;
    }
    Ok(())
}

/// What is kept from one question to the next.
#[derive(Default)]
struct Serving {
    parsers: Parsers,
    /// The last pattern in each language: it is the same for very many files.
    patterns: HashMap<Language, (String, Result<Pattern, Skipped>)>,
}

impl Serving {
    fn answer(&mut self, asked: &Asked<'_>) -> Result<Answer, Skipped> {
        let Asked { language, question, bytes, .. } = *asked;
        match question {
            Question::Tags(lines) => tags(&self.parsers.parse(language, bytes)?, lines).map(Answer::Tags),
            Question::Find(name) => {
                occurrences(&self.parsers.parse(language, bytes)?, name).map(Answer::Found)
            }
            Question::Match(text) => self.matched(language, text, bytes),
        }
    }

    fn matched(&mut self, language: Language, text: &str, bytes: &[u8]) -> Result<Answer, Skipped> {
        if self.patterns.get(&language).is_none_or(|(known, _)| known != text) {
            let understood = pattern::understand(language, text);
            self.patterns.insert(language, (text.to_owned(), understood));
        }
        let understood = self.patterns.get(&language).map(|(_, understood)| understood.as_ref());
        let pattern = understood.unwrap_or(Err(&Skipped::Unavailable)).map_err(|fault| *fault)?;
        pattern::matches(&self.parsers.parse(language, bytes)?, pattern).map(Answer::Matched)
    }
}
