//! The forms, byte by byte.

const NONE: u8 = 0xff;

const SEXTETS: [u8; 256] = {
    let mut table = [NONE; 256];
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut at = 0;
    while at < letters.len() {
        table[letters[at] as usize] = at as u8;
        at += 1;
    }
    table[b'-' as usize] = 62;
    table[b'_' as usize] = 63;
    table
};

pub(super) fn is_base64(byte: u8) -> bool {
    SEXTETS[usize::from(byte)] != NONE
}

/// Whether a byte can be of a text; what decodes to others is no text.
pub(super) fn is_text(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r' | 0x20..=0x7e)
}

/// A run so long that a piece of a file may have begun or ended within it.
pub(super) const LONG_BYTES: usize = 4096;

/// Whether the first bytes decode to text, which of a name or a picture they hardly do.
pub(super) fn may_be_base64(run: &[u8]) -> bool {
    run.len() >= 16 && {
        let mut start = [0; 12];
        triples(&run[..16]).zip(&mut start).for_each(|(byte, slot)| *slot = byte);
        start.iter().all(|byte| is_text(*byte)) || is_wide(&start)
    }
}

/// Whether text of two bytes a character, the lower first.
fn is_wide(bytes: &[u8]) -> bool {
    bytes.chunks_exact(2).all(|pair| is_text(pair[0]) && pair[1] == 0)
}

/// Whether a line of a wrapped run decodes to text; of UTF-16, a line may begin within a character.
pub(super) fn is_base64_line(line: &[u8]) -> bool {
    let line = unpadded(line);
    line.len() % 4 != 1 && triples(line).all(|byte| is_text(byte) || byte == 0)
}

fn unpadded(run: &[u8]) -> &[u8] {
    &run[..run.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1)]
}

/// Appends what a run says; nothing where that is no text.
pub(super) fn base64(run: &[u8], out: &mut Vec<u8>) -> bool {
    let mut run = unpadded(run);
    if run.len() % 4 == 1 {
        if run.len() < LONG_BYTES {
            return false;
        }
        run = &run[..run.len() - 1];
    }
    let length = out.len();
    if run.len() >= 16 && is_wide(&triples(&run[..16]).collect::<Vec<_>>()) {
        narrow(triples(run), out);
        return true;
    }
    for byte in triples(run) {
        if !is_text(byte) {
            out.truncate(length);
            return false;
        }
        out.push(byte);
    }
    out.len() > length
}

/// Appends the characters of UTF-16; for those beyond ASCII a mark that no secret has.
fn narrow(mut bytes: impl Iterator<Item = u8>, out: &mut Vec<u8>) {
    while let (Some(low), Some(high)) = (bytes.next(), bytes.next()) {
        out.push(if high == 0 && is_text(low) { low } else { b'?' });
    }
}

fn triples(run: &[u8]) -> impl Iterator<Item = u8> + '_ {
    run.chunks(4).flat_map(|four| {
        let bits = (0..4).fold(0_u32, |bits, at| {
            bits << 6 | four.get(at).map_or(0, |byte| u32::from(SEXTETS[usize::from(*byte)] & 0x3f))
        });
        let [_, bytes @ ..] = bits.to_be_bytes();
        bytes.into_iter().take(four.len() * 3 / 4)
    })
}

/// Appends what pairs of digits say; nothing where that is no text.
pub(super) fn hex(run: &[u8], out: &mut Vec<u8>) -> bool {
    let length = out.len();
    if !run.len().is_multiple_of(2) {
        return false;
    }
    for pair in run.chunks_exact(2) {
        match digits(pair[0], pair[1]).filter(|byte| is_text(*byte)) {
            Some(byte) => out.push(byte),
            None => {
                out.truncate(length);
                return false;
            }
        }
    }
    out.len() > length
}

/// Appends a stretch with its percent forms decoded; those that are no text stay.
pub(super) fn percent(mut run: &[u8], out: &mut Vec<u8>) -> bool {
    while let Some(first) = run.first() {
        let (byte, length) = percent_byte(run).map_or((*first, 1), |byte| (byte, 3));
        out.push(byte);
        run = &run[length..];
    }
    true
}

/// The byte of the `%41` with which a text starts, where that is text.
pub(super) fn percent_byte(text: &[u8]) -> Option<u8> {
    match text {
        [b'%', high, low, ..] => digits(*high, *low).filter(|byte| is_text(*byte)),
        _ => None,
    }
}

fn digits(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? << 4 | digit(low)?).ok()
}
