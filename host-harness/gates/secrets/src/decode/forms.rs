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

/// Whether the first bytes decode to text, which of a name or a picture they hardly do.
pub(super) fn may_be_base64(run: &[u8]) -> bool {
    let mut start = [0; 12];
    run.len() >= 16
        && triples(&run[..16]).zip(&mut start).all(|(byte, slot)| {
            *slot = byte;
            is_text(byte)
        })
}

/// Appends what a run says; nothing where that is no text.
pub(super) fn base64(run: &[u8], out: &mut Vec<u8>) -> bool {
    let run = &run[..run.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1)];
    let length = out.len();
    if run.len() % 4 == 1 {
        return false;
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
