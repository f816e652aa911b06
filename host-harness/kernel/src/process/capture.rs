use std::{
    collections::VecDeque,
    io::Read,
    sync::{Arc, Mutex, PoisonError},
};

/// The beginning and the end of what a program prints; what lies between is counted.
#[derive(Debug, Clone)]
pub(crate) struct Capture {
    inner: Arc<Mutex<Held>>,
}

#[derive(Debug)]
struct Held {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    half: usize,
    dropped: u64,
    total: u64,
}

impl Capture {
    pub fn new(bytes_max: usize) -> Self {
        let held =
            Held { head: Vec::new(), tail: VecDeque::new(), half: bytes_max / 2, dropped: 0, total: 0 };
        Self { inner: Arc::new(Mutex::new(held)) }
    }

    /// Takes everything until the last writer is gone.
    pub fn drain(&self, from: impl Read) {
        self.drain_until(from, u64::MAX);
    }

    /// Takes everything until the last writer is gone, or until it was more than `total_max`:
    /// then nobody listens any more.
    pub fn drain_until(&self, mut from: impl Read, total_max: u64) {
        let mut buffer = vec![0; 64 * 1024];
        while self.total() <= total_max {
            match from.read(&mut buffer) {
                Ok(0) | Err(_) => return,
                Ok(count) => self.inner.lock().unwrap_or_else(PoisonError::into_inner).take(&buffer[..count]),
            }
        }
    }

    /// How much was printed so far.
    pub fn total(&self) -> u64 {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).total
    }

    /// The text so far and how many bytes of it were dropped.
    pub fn text(&self) -> (String, u64) {
        let held = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let (head, tail) = (held.head.clone(), held.tail.iter().copied().collect::<Vec<_>>());
        let text = match held.dropped {
            0 => text_of(&[head, tail].concat()),
            dropped => format!("{}\n[... {dropped} bytes left out ...]\n{}", text_of(&head), text_of(&tail)),
        };
        (harmless(&text), held.dropped)
    }
}

impl Held {
    fn take(&mut self, bytes: &[u8]) {
        let room = self.half.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..room]);
        let rest = &bytes[room..];
        let kept = &rest[rest.len().saturating_sub(self.half)..];
        let pushed_out = (self.tail.len() + kept.len()).saturating_sub(self.half);
        self.tail.drain(..pushed_out);
        self.tail.extend(kept);
        self.total += bytes.len() as u64;
        self.dropped += (rest.len() - kept.len() + pushed_out) as u64;
    }
}

/// Bytes as text, never longer than they are: what is no UTF-8 becomes a question mark.
fn text_of(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend((!chunk.invalid().is_empty()).then_some('?'));
    }
    text
}

/// Text that does nothing to a terminal but appear on it. Escape sequences end with
/// their line, so that none hides more than that.
fn harmless(text: &str) -> String {
    let lines = text.split('\n').map(|line| anstream::adapter::strip_str(line).to_string());
    lines.collect::<Vec<_>>().join("\n").chars().filter(|c| !is_harmful(*c)).collect()
}

/// Control characters, and those that turn the direction of the text around them.
fn is_harmful(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}' => true,
        _ => c.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_and_the_end_are_kept_and_the_rest_is_counted() {
        let capture = Capture::new(8);
        capture.drain(&b"abcd0123456789wxyz"[..]);
        assert_eq!(capture.text(), ("abcd\n[... 10 bytes left out ...]\nwxyz".to_owned(), 10));
    }

    #[test]
    fn escape_sequences_and_control_characters_are_taken_out() {
        let capture = Capture::new(100);
        capture.drain(&b"\x1b[31mred\x1b[0m\x1b]0;title\x07 a\x08b\r\n\tc"[..]);
        assert_eq!(capture.text().0, "red ab\n\tc");
    }

    #[test]
    fn an_escape_sequence_without_an_end_hides_its_line_at_most() {
        let capture = Capture::new(100);
        capture.drain(&b"a\n\x1b]0;title\nFAILED\n\x1bP\nb\x1b[\nc\x90\nd"[..]);
        assert_eq!(capture.text().0, "a\n\nFAILED\n\nb\nc?\nd");
    }

    #[test]
    fn bytes_that_are_no_text_take_no_more_room_than_they_had() {
        for bytes in [vec![0xff; 100], "é".repeat(50).into_bytes(), [0xf0, 0x9f, 0x98].repeat(30)] {
            for max in [10, 51, 99, 200] {
                let capture = Capture::new(max);
                capture.drain(&bytes[..]);
                let (text, dropped) = capture.text();
                let notice =
                    if dropped == 0 { 0 } else { format!("\n[... {dropped} bytes left out ...]\n").len() };
                assert!(text.len() <= max + notice, "{max}: {text}");
                assert!(dropped as usize + max >= bytes.len());
            }
        }
    }

    #[test]
    fn text_that_turns_its_direction_is_taken_out() {
        assert_eq!(harmless("a\u{202e}b\u{2066}\u{e0041}c\u{85}é"), "abcé");
    }
}
