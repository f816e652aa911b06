use policy::Code;

use crate::KernelError;

/// What every trailer of ours begins with.
const PREFIX: &str = "Code-Assist-";
const RUN: &str = "Code-Assist-Run";
const TRACE: &str = "Code-Assist-Trace";
const OPERATION: &str = "Code-Assist-Operation";

/// The lines at the end of a commit's message that say where it comes from.
#[derive(Debug, Clone, Copy)]
pub struct Trailers<'a> {
    /// The run.
    pub run: &'a str,
    /// The head of its trace.
    pub trace: &'a str,
    /// The id of the operation: a repeated call has the same one.
    pub operation: &'a str,
}

impl Trailers<'_> {
    /// A message that ends with them. One that speaks for the Runner itself is refused.
    pub fn message(&self, text: &str) -> Result<String, KernelError> {
        let malformed = |what: String| KernelError::new(Code::ArgumentMalformed, what);
        let forged = text.lines().find(|line| is_ours(line));
        if let Some(line) = forged {
            return Err(malformed(format!(
                "the message holds the line `{}`, and such lines are the Runner's\nhint: leave it out",
                line.trim().chars().take(100).collect::<String>().escape_debug()
            )));
        }
        let trailers = [(RUN, self.run), (TRACE, self.trace), (OPERATION, self.operation)];
        let odd = |value: &str| value.trim().is_empty() || value.contains(char::is_control);
        if let Some((name, _)) = trailers.iter().find(|(_, value)| odd(value)) {
            return Err(malformed(format!("the trailer `{name}` is empty or not one line")));
        }
        let lines: String = trailers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        Ok(format!("{}\n\n{lines}", text.trim_end()))
    }
}

/// Git takes trailers in any case, and so may whoever reads them.
fn is_ours(line: &str) -> bool {
    line.trim_start().get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX))
}

/// The operation that a message of ours names, in its last paragraph.
pub(crate) fn operation(message: &str) -> Option<String> {
    let last = message.trim_end().rsplit("\n\n").next()?;
    let value = last.lines().find_map(|line| line.strip_prefix(OPERATION)?.strip_prefix(": "))?;
    Some(value.to_owned())
}

/// A message without the lines that each run writes anew.
pub(crate) fn lasting(message: &str) -> String {
    let (text, last) = message.trim_end().rsplit_once("\n\n").unwrap_or(("", message));
    let is_anew = |line: &&str| {
        [RUN, TRACE].iter().any(|name| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(": ")))
    };
    let kept: Vec<_> = last.lines().filter(|line| !is_anew(line)).collect();
    format!("{text}\n\n{}", kept.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRAILERS: Trailers<'_> = Trailers { run: "run-1", trace: "sha256:2", operation: "op-3" };

    #[test]
    fn a_message_ends_with_its_trailers() {
        let message = TRAILERS.message("Shout\n\nBecause.\n\n").unwrap();
        assert_eq!(
            message,
            "Shout\n\nBecause.\n\nCode-Assist-Run: run-1\nCode-Assist-Trace: sha256:2\nCode-Assist-Operation: op-3\n"
        );
        assert_eq!(operation(&message).as_deref(), Some("op-3"));
        assert_eq!(operation("Shout\n\nCode-Assist-Operation: op-3\n\nSigned-off-by: x"), None);
    }

    #[test]
    fn a_message_does_not_speak_for_the_runner() {
        for forged in
            ["a\n\nCode-Assist-Run: other", "Code-Assist-Run: x", "a\n  code-assist-operation: x\nb"]
        {
            assert_eq!(TRAILERS.message(forged).unwrap_err().code, Code::ArgumentMalformed, "{forged:?}");
        }
        assert!(TRAILERS.message("Write about code-assist-run, the trailer").is_ok());
    }

    #[test]
    fn a_trailer_is_one_line() {
        for odd in ["", "a\nb", " "] {
            assert!(Trailers { run: odd, ..TRAILERS }.message("x").is_err(), "{odd:?}");
        }
    }
}
