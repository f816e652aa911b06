//! The encodings that YAML may come in, told from its first bytes as its specification says.

use std::borrow::Cow;

type Units<const N: usize> = fn([u8; N]) -> u32;

/// The text of a file in UTF-8, UTF-16 or UTF-32, without its mark, or why it is none.
pub fn text(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    match bytes {
        [0, 0, 0xfe, 0xff, rest @ ..] => utf32(rest, u32::from_be_bytes),
        [0xff, 0xfe, 0, 0, rest @ ..] => utf32(rest, u32::from_le_bytes),
        [0, 0, 0, _, ..] => utf32(bytes, u32::from_be_bytes),
        [_, 0, 0, 0, ..] => utf32(bytes, u32::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0, _, ..] => utf16(bytes, u16::from_be_bytes),
        [_, 0, ..] => utf16(bytes, u16::from_le_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest),
        _ => utf8(bytes),
    }
}

fn utf8(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| format!("is not UTF-8: {error}"))?;
    Ok(Cow::Borrowed(text))
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Cow<'static, str>, String> {
    let (units, rest) = bytes.as_chunks::<2>();
    let text = char::decode_utf16(units.iter().map(|pair| unit(*pair))).collect::<Result<String, _>>();
    match text {
        Ok(text) if rest.is_empty() => Ok(Cow::Owned(text)),
        _ => Err("is not UTF-16, which its first bytes say that it is".to_owned()),
    }
}

fn utf32(bytes: &[u8], unit: Units<4>) -> Result<Cow<'static, str>, String> {
    let (units, rest) = bytes.as_chunks::<4>();
    let text = units.iter().map(|four| char::from_u32(unit(*four))).collect::<Option<String>>();
    match text {
        Some(text) if rest.is_empty() => Ok(Cow::Owned(text)),
        _ => Err("is not UTF-32, which its first bytes say that it is".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16_of(text: &str, mark: &[u8], bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        mark.iter().copied().chain(text.encode_utf16().flat_map(bytes)).collect()
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        let said = "a: 1é😀\n";
        let wide = |bytes: fn(u32) -> [u8; 4]| -> Vec<u8> {
            said.chars().flat_map(|c| bytes(u32::from(c))).collect()
        };
        let all = [
            said.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", said.as_bytes()].concat(),
            utf16_of(said, b"\xff\xfe", u16::to_le_bytes),
            utf16_of(said, b"\xfe\xff", u16::to_be_bytes),
            utf16_of(said, b"", u16::to_le_bytes),
            utf16_of(said, b"", u16::to_be_bytes),
            wide(u32::to_le_bytes),
            wide(u32::to_be_bytes),
        ];
        for bytes in all {
            assert_eq!(text(&bytes).as_deref(), Ok(said), "{bytes:x?}");
        }
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for bytes in [&b"\xff\xfea\0b"[..], b"\xff\xfe\0\xd8", b"a\0\0\0b", b"\xe9"] {
            assert!(text(bytes).is_err(), "{bytes:x?}");
        }
        assert_eq!(text(b"").as_deref(), Ok(""));
    }
}
