//! The text of a file, in whatever way it is written.

/// Of so many bytes one may be none of a text's.
const ODD_EVERY: usize = 50;
/// What is shorter between bytes that are no text is none either.
const RUN_MIN: usize = 6;

/// The content as text: UTF-8, UTF-16 with a mark at its start, or else, where it is
/// mostly text, Latin-1 for the lines that are no UTF-8; `None` where it is no text.
pub(super) fn text(content: &[u8]) -> Option<String> {
    match content {
        [0xff, 0xfe, rest @ ..] => Some(utf16(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Some(utf16(rest, u16::from_be_bytes)),
        [0xef, 0xbb, 0xbf, rest @ ..] => eight(rest),
        content => eight(content),
    }
}

/// What can be read in a file that is no text, each run of it on a line.
pub(super) fn runs(content: &[u8]) -> String {
    let runs = content.split(|byte| !is_plain(*byte)).filter(|run| run.len() >= RUN_MIN);
    runs.map(|run| String::from_utf8_lossy(run).into_owned() + "\n").collect()
}

fn utf16(content: &[u8], number: fn([u8; 2]) -> u16) -> String {
    let units = content.chunks_exact(2).map(|pair| number([pair[0], pair[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

fn eight(content: &[u8]) -> Option<String> {
    let odd = content.iter().filter(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace()).count();
    let lines = || content.split_inclusive(|byte| *byte == b'\n').map(line).collect::<String>();
    // A zero among text must not hide what stands beside it.
    (odd * ODD_EVERY <= content.len()).then(|| lines().replace('\0', "\n"))
}

fn line(line: &[u8]) -> String {
    match std::str::from_utf8(line) {
        Ok(line) => line.to_owned(),
        Err(_) => line.iter().map(|byte| char::from(*byte)).collect(),
    }
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic() || byte == b' ' || byte == b'\t'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_in_whatever_way_it_is_written() {
        for (content, expected) in [
            (b"a\n\xc3\xa9".to_vec(), Some("a\né")),
            (b"\xef\xbb\xbfa".to_vec(), Some("a")),
            (b"\xff\xfea\0\r\0\n\0b\0".to_vec(), Some("a\r\nb")),
            (b"\xfe\xff\0a\0\n".to_vec(), Some("a\n")),
            (b"# cl\xe9\nA=\xc3\xa9\n".to_vec(), Some("# clé\nA=é\n")),
            (b"A=b\nB=\xc3".to_vec(), Some("A=b\nB=Ã")),
            (
                b"A=a long enough line, and then a zero, which is no text\0B=c".to_vec(),
                Some("A=a long enough line, and then a zero, which is no text\nB=c"),
            ),
            (b"\x80\0\x01\0PASSWORD=x\0".to_vec(), None),
        ] {
            assert_eq!(text(&content).as_deref(), expected, "{content:?}");
        }
        assert_eq!(runs(b"\x80\0short\0PASSWORD=tr0ub4dor3\0\x01"), "PASSWORD=tr0ub4dor3\n");
    }
}
