//! What is left of a text when only its ASCII letters and digits count, in lower case:
//! whatever stands between them can't hide anything then.

/// For each byte what is left of it; nothing where it is 0.
const LEFT: [u8; 256] = left();

const fn left() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        if (byte as u8).is_ascii_alphanumeric() {
            table[byte] = (byte as u8).to_ascii_lowercase();
        }
        byte += 1;
    }
    table
}

/// The letters and digits of a text.
pub(crate) fn squeezed(text: &[u8]) -> Vec<u8> {
    let mut kept = vec![0; text.len()];
    let mut count = 0;
    for byte in text {
        let left = LEFT[usize::from(*byte)];
        kept[count] = left;
        count += usize::from(left != 0);
    }
    kept.truncate(count);
    kept
}

/// Where each of them stands in the text.
pub(super) fn places(text: &[u8]) -> Vec<usize> {
    (0..text.len()).filter(|at| LEFT[usize::from(text[*at])] != 0).collect()
}
