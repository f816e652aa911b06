//! Compressed streams inside a text, and inside base64 in a text.

use std::{io::Read, ops::Range};

use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};
use memchr::memmem;

/// A stream and what it holds.
pub(super) struct Packed {
    pub(super) place: Range<usize>,
    pub(super) content: Vec<u8>,
}

/// Streams that are unpacked of one text at the most.
const STREAMS_MAX: usize = 64;
/// What looks like the start of a stream is tried this often: most of it is none.
const STARTS_MAX: usize = 500;
/// Bytes that are unpacked of one text, and of one stream at the most.
const TOTAL_MAX: usize = 16 * 1024 * 1024;
const CONTENT_MAX: u64 = 4 * 1024 * 1024;
/// Base64 that is read at the most.
const ENCODED_MAX: usize = 4 * 1024 * 1024;

type Unpack = fn(&[u8]) -> Option<Packed>;

/// How streams begin.
const BEGINNINGS: &[(&[u8], Unpack)] = &[
    (b"\x1f\x8b\x08", gzip),
    (b"\x78\x01", zlib),
    (b"\x78\x5e", zlib),
    (b"\x78\x9c", zlib),
    (b"\x78\xda", zlib),
    (b"PK\x03\x04", zip),
];

/// How they begin in base64.
const ENCODED: &[&[u8]] = &[b"H4sI", b"eAE", b"eF4", b"eJ", b"eN", b"UEsDB"];

/// Every stream of a text that can be unpacked, up to a bound.
pub(super) fn unpacked(text: &[u8]) -> Vec<Packed> {
    let mut found = Vec::new();
    for (beginning, unpack) in BEGINNINGS {
        gather(memmem::find_iter(text, beginning), &mut found, |start| at(text, start, *unpack));
    }
    for beginning in ENCODED {
        let starts = memmem::find_iter(text, beginning).filter(|start| is_start(text, *start));
        gather(starts, &mut found, |start| at(text, start, encoded));
    }
    found
}

fn gather(
    starts: impl Iterator<Item = usize>,
    found: &mut Vec<Packed>,
    read: impl Fn(usize) -> Option<Packed>,
) {
    for start in starts.take(STARTS_MAX) {
        let unpacked: usize = found.iter().map(|packed| packed.content.len()).sum();
        if found.len() >= STREAMS_MAX || unpacked >= TOTAL_MAX {
            return;
        }
        found.extend(read(start));
    }
}

fn at(text: &[u8], start: usize, unpack: Unpack) -> Option<Packed> {
    let packed = unpack(&text[start..])?;
    Some(Packed { place: packed.place.start + start..packed.place.end + start, ..packed })
}

/// Whether base64 may begin here.
fn is_start(text: &[u8], at: usize) -> bool {
    at == 0 || !is_letter(text[at - 1])
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/_-".contains(&byte)
}

fn gzip(text: &[u8]) -> Option<Packed> {
    let mut decoder = GzDecoder::new(text);
    let content = taken(&mut decoder);
    packed(text, decoder.into_inner(), content)
}

fn zlib(text: &[u8]) -> Option<Packed> {
    let mut decoder = ZlibDecoder::new(text);
    let content = taken(&mut decoder);
    packed(text, decoder.into_inner(), content)
}

/// A file of a zip archive: its header says where its content begins.
fn zip(text: &[u8]) -> Option<Packed> {
    let number = |at: usize| Some(usize::from(u16::from_le_bytes([*text.get(at)?, *text.get(at + 1)?])));
    let (method, name, extra) = (number(8)?, number(26)?, number(28)?);
    let body = text.get(30 + name + extra..)?;
    if method != 8 {
        return None;
    }
    let mut decoder = DeflateDecoder::new(body);
    let content = taken(&mut decoder);
    packed(text, decoder.into_inner(), content)
}

/// What a decoder gives until it ends, fails or has given enough.
fn taken(decoder: &mut impl Read) -> Vec<u8> {
    let mut content = Vec::new();
    // What came before the fault was packed all the same.
    let _ = decoder.take(CONTENT_MAX).read_to_end(&mut content);
    content
}

fn packed(text: &[u8], rest: &[u8], content: Vec<u8>) -> Option<Packed> {
    (!content.is_empty()).then(|| Packed { place: 0..text.len() - rest.len(), content })
}

/// A stream in base64, wrapped or not.
fn encoded(text: &[u8]) -> Option<Packed> {
    let part = &text[..text.len().min(ENCODED_MAX)];
    let is_part = |byte: &u8| is_letter(*byte) || matches!(byte, b'\r' | b'\n' | b'=');
    let length = part.iter().take_while(|byte| is_part(byte)).count();
    let bytes = decoded(&part[..length]);
    let unpack = BEGINNINGS.iter().find(|(beginning, _)| bytes.starts_with(beginning))?.1;
    unpack(&bytes).map(|packed| Packed { place: 0..length, ..packed })
}

/// The bytes of base64 in either alphabet.
fn decoded(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut held, mut bits) = (0_u32, 0);
    for value in text.iter().filter_map(|byte| sixth(*byte)) {
        held = held << 6 & 0xffff | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits & 0xff) as u8);
        }
    }
    bytes
}

fn sixth(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}
