//! Server-sent events, taken in pieces of any size.

/// An event that is longer is passed over: it is no text for a person.
const EVENT_BYTES_MAX: usize = 1024 * 1024;
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Takes events as they come.
#[derive(Debug, Default)]
pub(super) struct Events {
    line: Vec<u8>,
    data: Vec<u8>,
    /// Whether the line before ended in a carriage return, whose newline may follow.
    returned: bool,
    /// Whether anything came before the line that is read.
    begun: bool,
    too_long: bool,
}

impl Events {
    /// Takes a piece, and hands on the data of each event that is whole.
    pub(super) fn push(&mut self, piece: &[u8], mut event: impl FnMut(&[u8])) {
        for byte in piece {
            let after_return = std::mem::replace(&mut self.returned, *byte == b'\r');
            match byte {
                b'\n' if after_return => {}
                b'\n' | b'\r' => self.end_line(&mut event),
                _ if self.line.len() >= EVENT_BYTES_MAX => self.too_long = true,
                _ => self.line.push(*byte),
            }
        }
    }

    /// Hands on what no empty line ended.
    pub(super) fn finish(&mut self, mut event: impl FnMut(&[u8])) {
        self.end_line(&mut event);
        self.end_event(&mut event);
    }

    fn end_line(&mut self, event: &mut impl FnMut(&[u8])) {
        let line = std::mem::take(&mut self.line);
        let begun = std::mem::replace(&mut self.begun, true);
        let line = if begun { &line[..] } else { line.strip_prefix(BOM).unwrap_or(&line) };
        if line.is_empty() {
            return self.end_event(event);
        }
        let Some(data) = line.strip_prefix(b"data:") else { return };
        let data = data.strip_prefix(b" ").unwrap_or(data);
        if self.data.len() + data.len() >= EVENT_BYTES_MAX {
            self.too_long = true;
            return;
        }
        if !self.data.is_empty() {
            self.data.push(b'\n');
        }
        self.data.extend_from_slice(data);
    }

    fn end_event(&mut self, event: &mut impl FnMut(&[u8])) {
        let data = std::mem::take(&mut self.data);
        let too_long = std::mem::take(&mut self.too_long);
        if !data.is_empty() && !too_long {
            event(&data);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn heard(text: &str, piece: usize) -> Vec<String> {
        let (mut events, mut heard) = (Events::default(), Vec::new());
        let mut hear = |data: &[u8]| heard.push(String::from_utf8_lossy(data).into_owned());
        text.as_bytes().chunks(piece).for_each(|piece| events.push(piece, &mut hear));
        events.finish(&mut hear);
        heard
    }

    #[test]
    fn events_are_the_same_however_they_are_written_and_split() {
        for (text, expected) in [
            ("data: a\n\ndata: b\n\n", &["a", "b"][..]),
            ("data: a\r\n\r\ndata: b\r\n\r\n", &["a", "b"]),
            ("data: a\r\rdata: b\r\r", &["a", "b"]),
            ("data: a\r\ndata: b\r\n\r\n", &["a\nb"]),
            ("\u{feff}data: a\n\n", &["a"]),
            ("event: x\nid: 1\ndata:a\ndata:  b\n\n", &["a\n b"]),
            (": a comment\n\ndata: h\u{e9}\u{1f600}\n\n", &["h\u{e9}\u{1f600}"]),
            ("data: a\n\ndata: without an end", &["a", "without an end"]),
            ("data\n\ndata:\n\n\n\n", &[]),
            ("", &[]),
        ] {
            for piece in 1..8 {
                assert_eq!(heard(text, piece), expected, "{text:?} {piece}");
            }
        }
    }

    #[test]
    fn what_is_too_long_is_passed_over() {
        let long = "x".repeat(EVENT_BYTES_MAX);
        assert_eq!(heard(&format!("data: {long}\n\ndata: a\n\n"), 4096), ["a"]);
        let lines = "data: 0123456789abcdef\n".repeat(EVENT_BYTES_MAX / 16);
        assert_eq!(heard(&format!("{lines}\n\ndata: a\n\n"), 4096), ["a"]);
    }

    proptest! {
        #[test]
        fn any_split_hears_the_same(text in "(data: [a-zä]{0,3}|:|\r|\n|\r\n|event: x){0,30}", cuts in proptest::collection::vec(0_usize..200, 0..6)) {
            let bytes = text.as_bytes();
            let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.push(bytes.len());
            cuts.sort_unstable();
            let (mut events, mut found, mut at) = (Events::default(), Vec::new(), 0);
            let mut hear = |data: &[u8]| found.push(String::from_utf8_lossy(data).into_owned());
            for cut in cuts {
                events.push(&bytes[at..cut], &mut hear);
                at = cut;
            }
            events.finish(&mut hear);
            prop_assert_eq!(found, heard(&text, usize::MAX));
        }
    }
}
