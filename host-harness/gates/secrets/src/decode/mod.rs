//! Secrets in another form: base64, hex, percent, UTF-16.
//!
//! What is encoded is found, decoded, and set into a text of its own with a little of what
//! stands around it, so that `password: <base64>` is seen as one. Every part of that text knows
//! where in the file it is from. The text can hold encoded parts again.

mod forms;
mod segments;

use std::{fmt, ops::Range};

use forms::LONG_BYTES;
use segments::{Segment, Wrap, segments};

/// A form that a secret may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Base64, of either alphabet.
    Base64,
    /// Two hexadecimal digits a byte.
    Hex,
    /// `%41`, as in addresses.
    Percent,
    /// Two bytes a character.
    Utf16,
}

impl fmt::Display for Encoding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Base64 => "base64",
            Self::Hex => "hexadecimal",
            Self::Percent => "percent",
            Self::Utf16 => "UTF-16",
        })
    }
}

/// What is kept of the text before and after an encoded part.
const BEFORE_BYTES: usize = 160;
const AFTER_BYTES: usize = 64;
/// What a worker keeps for the next file.
const KEPT_BYTES: usize = 256 << 10;

/// A part of a decoded text that was encoded.
#[derive(Debug, Clone)]
struct Part {
    at: Range<usize>,
    from: Range<usize>,
    encoding: Encoding,
    wrap: Option<Wrap>,
}

/// A decoded text.
#[derive(Debug, Default)]
pub(crate) struct Decoded {
    pub(crate) bytes: Vec<u8>,
    parts: Vec<Part>,
}

/// Decodes what is encoded in a file; how many parts there are.
pub(crate) fn first(file: &[u8], into: &mut Decoded) -> usize {
    into.fill(file, None);
    into.parts.len()
}

/// Decodes what is encoded in what was decoded.
pub(crate) fn further(from: &Decoded, into: &mut Decoded) -> usize {
    into.fill(&from.bytes, Some(from));
    into.parts.len()
}

impl Decoded {
    /// Where in the file a stretch of this text is from, and how it was encoded; none where no
    /// encoded part is in it.
    pub(crate) fn origin(&self, bytes: &Range<usize>) -> Option<(Range<usize>, Encoding)> {
        let first = self.parts.partition_point(|part| part.at.end <= bytes.start);
        let inside = self.parts[first..].iter().take_while(|part| part.at.start < bytes.end);
        let origins = inside.map(|part| (part.origin(bytes), part.encoding));
        origins.reduce(|(one, encoding), (other, _)| {
            (one.start.min(other.start)..one.end.max(other.end), encoding)
        })
    }

    /// Lets go of what a large file needed.
    pub(crate) fn give_back(&mut self) {
        if self.bytes.capacity() > KEPT_BYTES {
            *self = Self::default();
        }
    }

    fn fill(&mut self, source: &[u8], earlier: Option<&Decoded>) {
        self.bytes.clear();
        self.parts.clear();
        let mut taken = 0;
        for segment in segments(source) {
            let origin = match earlier {
                None => Some(segment.bytes.clone()),
                Some(earlier) => earlier.origin(&segment.bytes).map(|(bytes, _)| bytes),
            };
            if let Some(origin) = origin {
                taken = self.add(source, taken, &segment, origin);
            }
        }
        if taken > 0 {
            self.bytes.extend_from_slice(&source[taken..after(source, taken)]);
        }
    }

    /// Adds what stands before a segment and the segment; up to where the source is taken.
    fn add(&mut self, source: &[u8], taken: usize, segment: &Segment, origin: Range<usize>) -> usize {
        let Range { start, end } = segment.bytes;
        let length = self.bytes.len();
        let from = before(source, start).max(taken);
        if taken > 0 && from > taken {
            self.bytes.extend_from_slice(&source[taken..after(source, taken).min(from)]);
            self.bytes.push(b'\n');
        }
        self.bytes.extend_from_slice(&source[from..start]);
        let at = self.bytes.len();
        if !segment.decode(source, &mut self.bytes) {
            self.bytes.truncate(length);
            return taken;
        }
        let at = at..self.bytes.len();
        self.parts.push(Part { at, from: origin, encoding: segment.encoding, wrap: segment.wrap });
        end
    }
}

impl Part {
    /// Where a stretch is from: its characters in UTF-16, else the whole of what was encoded,
    /// unless that is so long that no one would find it there.
    fn origin(&self, bytes: &Range<usize>) -> Range<usize> {
        let units = match self.encoding {
            Encoding::Utf16 if self.from.len() == 2 * self.at.len() => 6,
            Encoding::Hex if self.from.len() > LONG_BYTES => 6,
            Encoding::Base64 if self.from.len() > LONG_BYTES && self.is_wide() => 8,
            Encoding::Base64 if self.from.len() > LONG_BYTES => 4,
            _ => return self.from.clone(),
        };
        let place = |at: usize| (at.clamp(self.at.start, self.at.end) - self.at.start) * units;
        let (start, end) = (place(bytes.start) / 3, place(bytes.end).div_ceil(3));
        let place = |at: usize| (self.from.start + self.unwrapped(at)).min(self.from.end);
        place(start)..place(end)
    }

    /// Whether each of its characters was two bytes.
    fn is_wide(&self) -> bool {
        self.from.len() > 2 * self.at.len()
    }

    /// The same place with the breaks of the lines before it.
    fn unwrapped(&self, place: usize) -> usize {
        self.wrap.map_or(place, |wrap| place + place / wrap.width * wrap.gap)
    }
}

/// From where on the text before a place is kept: the line, and not too much of it.
fn before(source: &[u8], place: usize) -> usize {
    let floor = place.saturating_sub(BEFORE_BYTES);
    memchr::memrchr(b'\n', &source[floor..place]).map_or(floor, |end| floor + end + 1)
}

fn after(source: &[u8], place: usize) -> usize {
    let ceiling = (place + AFTER_BYTES).min(source.len());
    memchr::memchr(b'\n', &source[place..ceiling]).map_or(ceiling, |end| place + end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> (String, Vec<String>) {
        let mut into = Decoded::default();
        first(text.as_bytes(), &mut into);
        let from = into.parts.iter().map(|part| text[part.from.clone()].to_owned()).collect();
        (String::from_utf8_lossy(&into.bytes).into_owned(), from)
    }

    #[test]
    fn encoded_parts_are_set_among_what_stands_around_them() {
        let (text, from) = decoded(
            "x\nkey: c2VjcmV0LXZhbHVlLTE= # note\ny\nz\nb=%41%42%2F, 7361792068656c6c6f20746f207468656d\n",
        );
        assert_eq!(text, "key: secret-value-1 # note\nb=AB/, say hello to them");
        assert_eq!(from, ["c2VjcmV0LXZhbHVlLTE=", "%41%42%2F", "7361792068656c6c6f20746f207468656d"]);
    }

    #[test]
    fn what_is_no_text_when_decoded_is_left_alone() {
        assert_eq!(decoded("call some_function_with_a_long_name(100%de) 100%"), (String::new(), vec![]));
    }

    #[test]
    fn a_place_in_utf_16_is_told_to_the_byte() {
        let wide: Vec<u8> = "say: something\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut into = Decoded::default();
        assert_eq!(first(&wide, &mut into), 1);
        assert_eq!(into.bytes, b"say: something\n");
        assert_eq!(into.origin(&(5..14)), Some((10..28, Encoding::Utf16)));
    }

    #[test]
    fn a_decoded_text_is_decoded_again_and_knows_its_place() {
        // "pass=" and the base64 of base64
        let text = "a b WW1GelpUWTBJRzltSUdKaGMyVTJOQT09 c";
        let (mut one, mut two) = (Decoded::default(), Decoded::default());
        assert_eq!(first(text.as_bytes(), &mut one), 1);
        assert_eq!(further(&one, &mut two), 1);
        assert_eq!(two.bytes, b"a b base64 of base64 c");
        assert_eq!(two.origin(&(6..10)), Some((4..36, Encoding::Base64)));
        assert_eq!(two.origin(&(0..2)), None);
    }
}
