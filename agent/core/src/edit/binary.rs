//! Binary content as git writes it: base 85 of deflated bytes, whole or as a delta.

/// The content of a `GIT binary patch`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    /// The whole file.
    Literal(Vec<u8>),
    /// What to do with the file before.
    Delta(Vec<u8>),
}

/// A change of a binary file: the content after and, where it is given, the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub forth: Content,
    pub back: Option<Content>,
}

/// Larger content is refused before it is unpacked.
pub(super) const BYTES_MAX: usize = 64 * 1024 * 1024;

const ALPHABET: &[u8; 85] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";

/// A line: a letter for the number of bytes, then five letters for every four of them.
pub(super) fn decode_line(line: &str) -> Option<Vec<u8>> {
    let (first, rest) = line.as_bytes().split_first()?;
    let count = match first {
        b'A'..=b'Z' => first - b'A' + 1,
        b'a'..=b'z' => first - b'a' + 27,
        _ => return None,
    };
    let mut bytes = Vec::new();
    for group in rest.chunks(5) {
        bytes.extend(decode_group(group)?);
    }
    (bytes.len() >= usize::from(count) && bytes.len() < usize::from(count) + 4)
        .then(|| bytes[..usize::from(count)].to_vec())
}

fn decode_group(group: &[u8]) -> Option<[u8; 4]> {
    if group.len() != 5 {
        return None;
    }
    let value = |letter: &u8| ALPHABET.iter().position(|other| other == letter);
    let sum = group.iter().try_fold(0_u64, |sum, letter| Some(sum * 85 + value(letter)? as u64))?;
    Some(u32::try_from(sum).ok()?.to_be_bytes())
}

/// Unpacks what must come to `size` bytes.
pub(super) fn inflate(packed: &[u8], size: usize) -> Option<Vec<u8>> {
    if size > BYTES_MAX {
        return None;
    }
    let bytes = miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(packed, size).ok()?;
    (bytes.len() == size).then_some(bytes)
}

/// The file after, if the file is the one that the change was made from.
pub(super) fn apply(change: &Change, before: &[u8]) -> Result<Vec<u8>, &'static str> {
    let after = content(&change.forth, before).ok_or("the binary delta does not fit the file")?;
    match change.back.as_ref().map(|back| content(back, &after)) {
        Some(was) if was.as_deref() != Some(before) => {
            Err("the binary file is not the one that the proposal starts from")
        }
        _ => Ok(after),
    }
}

/// What a content comes to, with the file that it may refer to.
pub(super) fn content(content: &Content, before: &[u8]) -> Option<Vec<u8>> {
    match content {
        Content::Literal(bytes) => Some(bytes.clone()),
        Content::Delta(delta) => follow(delta, before),
    }
}

/// A delta: two sizes, then pieces to copy from the file before and bytes to insert.
fn follow(delta: &[u8], before: &[u8]) -> Option<Vec<u8>> {
    let mut rest = delta;
    let (from, to) = (size(&mut rest)?, size(&mut rest)?);
    if from != before.len() || to > BYTES_MAX {
        return None;
    }
    let mut after = Vec::new();
    while let Some((op, tail)) = rest.split_first() {
        rest = tail;
        if op & 0x80 != 0 {
            let (offset, length) = (number(&mut rest, *op, 4)?, number(&mut rest, op >> 4, 3)?);
            let length = if length == 0 { 0x1_0000 } else { length };
            after.extend_from_slice(before.get(offset..offset.checked_add(length)?)?);
        } else {
            // Zero is kept for later by git.
            let (piece, tail) = rest.split_at_checked(usize::from(*op)).filter(|_| *op != 0)?;
            after.extend_from_slice(piece);
            rest = tail;
        }
        if after.len() > to {
            return None;
        }
    }
    (after.len() == to).then_some(after)
}

fn size(rest: &mut &[u8]) -> Option<usize> {
    let mut value = 0_usize;
    for shift in (0..28).step_by(7) {
        let (byte, tail) = rest.split_first()?;
        *rest = tail;
        value |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// A little-endian number of which only the bytes flagged in `flags` are there.
fn number(rest: &mut &[u8], flags: u8, bytes: u32) -> Option<usize> {
    let mut value = 0;
    for index in 0..bytes {
        if flags & (1 << index) != 0 {
            let (byte, tail) = rest.split_first()?;
            *rest = tail;
            value |= usize::from(*byte) << (8 * index);
        }
    }
    Some(value)
}
