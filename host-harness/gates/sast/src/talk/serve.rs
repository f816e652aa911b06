use std::io::{self, Read, Write};

use super::wire::{
    QUESTION_BYTES_MAX, RULES_BYTES_MAX, malformed, pack_answer, read_frame, unpack_question, unpack_rules,
    write_frame,
};
use crate::{engine::Engine, rules::Rules};

/// Answers questions about sources until the pipe is closed. The rules come first.
///
/// Opens no file and starts nothing; everything that it knows of a source came through the
/// pipe. What is no question ends it: whoever asks is this program, too.
pub fn serve(mut input: impl Read, mut output: impl Write) -> io::Result<()> {
    let Some(frame) = read_frame(&mut input, RULES_BYTES_MAX)? else { return Ok(()) };
    let files = unpack_rules(&frame).ok_or_else(malformed)?;
    let rules = Rules::of(files).map_err(|fault| io::Error::new(io::ErrorKind::InvalidData, fault))?;
    let mut engine = Engine::new(rules);
    while let Some(frame) = read_frame(&mut input, QUESTION_BYTES_MAX)? {
        let (id, language, bytes) = unpack_question(&frame).ok_or_else(malformed)?;
        let answer = engine.look(language, bytes);
        write_frame(&mut output, &pack_answer(id, &answer))?;
    }
    Ok(())
}
