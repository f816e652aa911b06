//! The forms that a value takes when somebody writes it down differently.

use super::{squeeze::squeezed, unescape::unescaped};

const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64_URL: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE32_HEX: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUV";

/// How much of a squeezed value has to be left for it to be told from chance.
pub(super) const LOOSE_MIN: usize = 8;
/// The same for its encodings, whose letters are as good as random.
const ENCODED_MIN: usize = 8;
/// A value of fewer bytes has only exact forms.
pub(super) const FUZZY_MIN: usize = 8;
/// Of a value of fewer bytes, encodings are looked for as they stand, too: without their
/// signs too little of them might be left.
const EXACT_MAX: usize = 12;
/// The shortest piece of base64 that a short value is known by.
const SHORT_MIN: usize = 5;

/// A value is taken for escapes this often.
const READINGS: usize = 3;

/// A form, and whether what stands beside it may hold a few bits of the value too.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Form {
    pub(super) bytes: Vec<u8>,
    pub(super) ragged: bool,
}

fn even(bytes: Vec<u8>) -> Form {
    Form { bytes, ragged: false }
}

/// How a value is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Breadth {
    /// In every form that there is, and in forms of forms.
    Wide,
    /// In the forms that things are usually sent in.
    Narrow,
    /// As a word of its own, which is all that can be told of something short.
    Word,
}

/// The forms that are looked for in a text as it stands.
pub(super) fn exact(value: &[u8], breadth: Breadth) -> Vec<Form> {
    let mut forms: Vec<_> = readings(value).into_iter().map(even).collect();
    if breadth == Breadth::Wide && value.len() < EXACT_MAX {
        let hex = hex(value);
        forms.extend([even(hex.to_ascii_uppercase()), even(hex)]);
        let encoded = [BASE64, BASE64_URL].into_iter().flat_map(|letters| cores(value, 6, letters));
        forms.extend(encoded.filter(|form| form.bytes.len() >= SHORT_MIN));
    }
    if !value.is_ascii()
        && let Ok(text) = std::str::from_utf8(value)
    {
        forms.extend([even(utf16(text, u16::to_le_bytes)), even(utf16(text, u16::to_be_bytes))]);
    }
    distinct(forms)
}

/// The forms that are looked for where only letters and digits are left.
pub(super) fn loose(value: &[u8], breadth: Breadth) -> Vec<Form> {
    let mut plain: Vec<_> = readings(value).iter().map(|reading| squeezed(reading)).collect();
    let encoded = match breadth {
        Breadth::Word => return Vec::new(),
        Breadth::Narrow => [cores(value, 6, BASE64), vec![even(hex(value))]].concat(),
        Breadth::Wide if value.len() < FUZZY_MIN => return Vec::new(),
        Breadth::Wide => {
            plain.extend([squeezed(&reversed(value)), squeezed(&rot13(value))]);
            let once = encoded(value);
            let spelled = spelled(value);
            let twice = twice(value);
            [once, spelled, twice].concat()
        }
    };
    plain.retain(|form| form.len() >= LOOSE_MIN);
    let encoded = encoded.into_iter().map(|form| Form { bytes: squeezed(&form.bytes), ..form });
    let encoded = encoded.filter(|form| form.bytes.len() >= ENCODED_MIN);
    distinct(plain.into_iter().map(even).chain(encoded).collect())
}

/// The value, and what becomes of it where its own characters are taken for escapes.
fn readings(value: &[u8]) -> Vec<Vec<u8>> {
    let next = |reading: &Vec<u8>| unescaped(reading).map(|unescaped| unescaped.bytes);
    let readings = std::iter::successors(Some(value.to_vec()), next).take(READINGS);
    readings
        .filter(|reading| reading.len() * 2 >= value.len() && reading.len() >= SHORT_MIN.min(value.len()))
        .collect()
}

/// What programs make of bytes that are to pass as text.
fn encoded(value: &[u8]) -> Vec<Form> {
    [cores(value, 6, BASE64), cores(value, 5, BASE32), cores(value, 5, BASE32_HEX), vec![even(hex(value))]]
        .concat()
}

/// Every byte as a number, and as a Windows shell would encode it.
fn spelled(value: &[u8]) -> Vec<Form> {
    let each =
        |write: fn(u8) -> String| even(value.iter().map(|byte| write(*byte)).collect::<String>().into());
    let mut forms = vec![
        each(|byte| format!("0x{byte:02x}")),
        each(|byte| format!("0x{byte:x}")),
        each(|byte| format!("x{byte:02x}")),
        each(|byte| format!("u{byte:04x}")),
        each(|byte| format!("{byte:04x}")),
        each(|byte| byte.to_string()),
        each(|byte| format!("{byte:03}")),
        each(|byte| format!("{byte:03o}")),
        each(|byte| format!("{byte:04o}")),
        each(|byte| format!("{byte:o}")),
        each(|byte| format!("{byte:08b}")),
        each(|byte| format!("0b{byte:08b}")),
        each(|byte| format!("0b{byte:b}")),
    ];
    if let Ok(text) = std::str::from_utf8(value) {
        forms.extend(cores(&utf16(text, u16::to_le_bytes), 6, BASE64));
        forms.extend(cores(&utf16(text, u16::to_be_bytes), 6, BASE64));
    }
    forms
}

/// Forms of forms: somebody encodes twice, or turns round what was encoded.
fn twice(value: &[u8]) -> Vec<Form> {
    let ragged = |bytes| Form { bytes, ragged: true };
    let mut inner = cores(value, 6, BASE64);
    inner.extend(cores(value, 6, BASE64_URL));
    let mut forms = Vec::new();
    for form in distinct(inner) {
        forms.extend(cores(&form.bytes, 6, BASE64));
        forms.extend([ragged(hex(&form.bytes)), ragged(reversed(&form.bytes)), ragged(rot13(&form.bytes))]);
    }
    let turned = reversed(value);
    forms.extend(cores(&turned, 6, BASE64));
    forms.extend(cores(&rot13(value), 6, BASE64));
    let digits = hex(value);
    for digits in [digits.to_ascii_uppercase(), digits] {
        forms.extend(cores(&digits, 6, BASE64));
        forms.push(even(reversed(&digits)));
        forms.push(even(hex(&digits)));
    }
    forms.push(even(hex(&turned)));
    forms
}

/// What of an encoding is the same wherever in a longer text the value stands: for each
/// place within a group, the characters that hold bits of the value and no others.
fn cores(value: &[u8], bits: usize, letters: &[u8]) -> Vec<Form> {
    let places = if bits == 5 { 5 } else { 3 };
    (0..places).map(|before| Form { bytes: core(value, before, bits, letters), ragged: true }).collect()
}

fn core(value: &[u8], before: usize, bits: usize, letters: &[u8]) -> Vec<u8> {
    let (first, end) = ((before * 8).div_ceil(bits), (before + value.len()) * 8 / bits);
    (first..end).map(|at| letters[number(value, at * bits - before * 8, bits)]).collect()
}

/// The number in some bits of the value.
fn number(value: &[u8], from: usize, bits: usize) -> usize {
    (from..from + bits).fold(0, |number, at| number << 1 | usize::from(value[at / 8] >> (7 - at % 8) & 1))
}

fn hex(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect()
}

/// Character by character, where it is text.
fn reversed(value: &[u8]) -> Vec<u8> {
    match std::str::from_utf8(value) {
        Ok(text) => text.chars().rev().collect::<String>().into_bytes(),
        Err(_) => value.iter().rev().copied().collect(),
    }
}

fn rot13(value: &[u8]) -> Vec<u8> {
    let turn = |byte: u8, first: u8| first + (byte - first + 13) % 26;
    let turned = value.iter().map(|byte| match byte {
        b'a'..=b'z' => turn(*byte, b'a'),
        b'A'..=b'Z' => turn(*byte, b'A'),
        other => *other,
    });
    turned.collect()
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

fn distinct(mut forms: Vec<Form>) -> Vec<Form> {
    forms.sort();
    forms.dedup_by(|later, first| later.bytes == first.bytes);
    forms
}
