use std::{
    collections::VecDeque,
    io::Read,
    sync::{Arc, Mutex, PoisonError},
};

/// The beginning and the end of what a program prints; what lies between is counted.
#[derive(Debug, Clone)]
pub(super) struct Capture {
    inner: Arc<Mutex<Held>>,
}

#[derive(Debug)]
struct Held {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    half: usize,
    dropped: u64,
}

impl Capture {
    pub fn new(bytes_max: usize) -> Self {
        let held = Held { head: Vec::new(), tail: VecDeque::new(), half: bytes_max / 2, dropped: 0 };
        Self { inner: Arc::new(Mutex::new(held)) }
    }

    /// Takes everything until the last writer is gone.
    pub fn drain(&self, mut from: impl Read) {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match from.read(&mut buffer) {
                Ok(0) | Err(_) => return,
                Ok(count) => self.inner.lock().unwrap_or_else(PoisonError::into_inner).take(&buffer[..count]),
            }
        }
    }

    /// The text so far and how many bytes of it were dropped.
    pub fn text(&self) -> (String, u64) {
        let held = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let tail: Vec<u8> = held.tail.iter().copied().collect();
        let (head, tail) = (String::from_utf8_lossy(&held.head), String::from_utf8_lossy(&tail).into_owned());
        let text = match held.dropped {
            0 => format!("{head}{tail}"),
            dropped => format!("{head}\n[... {dropped} bytes left out ...]\n{tail}"),
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
        self.dropped += (rest.len() - kept.len() + pushed_out) as u64;
    }
}

/// Text that does nothing to a terminal but appear on it.
fn harmless(text: &str) -> String {
    let plain = anstream::adapter::strip_str(text).to_string();
    plain.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
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
}
