//! A file with a piece of its content replaced.

use agent_contract::RepoPath;
use memchr::memmem;

use super::{
    lines,
    mismatch::Mismatch,
    nearest,
    step::{Count, Place},
    text::Hints,
};

const PLACES_TOLD_MAX: usize = 5;

/// What is replaced by what.
pub(super) struct Piece<'a> {
    pub old: &'a [u8],
    pub new: &'a [u8],
    pub count: Count,
}

/// Replaces the one place of a piece, or all of them.
pub(super) fn replace(
    path: &RepoPath,
    at: &Place,
    bytes: &mut Vec<u8>,
    piece: &Piece,
    hints: Hints,
) -> Result<(), Mismatch> {
    let (places, old, new) = find(bytes, piece);
    match (places.as_slice(), piece.count) {
        ([], _) => {
            let near = if hints == Hints::Told { nearest(piece.old, bytes) } else { Vec::new() };
            Err(Mismatch::not_found(path, at, "the text to replace is not in the file").hint(near))
        }
        // The rest of a large file is moved at most, not copied.
        ([place], _) => {
            bytes.splice(*place..place + old.len(), new);
            Ok(())
        }
        (_, Count::All) => {
            *bytes = splice(bytes, &places, old.len(), &new);
            Ok(())
        }
        (places, Count::Once) => {
            let all = if matches!(at, Place::Edit(_)) { "" } else { ", or `\"all\": true`" };
            let what = format!("the text to replace is there {} times; give more of it{all}", places.len());
            Err(Mismatch::ambiguous(path, at, &what).hint(told(bytes, places)))
        }
    }
}

fn nearest(old: &[u8], bytes: &[u8]) -> Vec<String> {
    nearest::places(&String::from_utf8_lossy(old).lines().collect::<Vec<_>>(), &lines::split(bytes))
}

/// The places of the piece as it is written or, failing that, with the line ends of the
/// file; what stands there, and what is to.
pub(super) fn find(bytes: &[u8], piece: &Piece) -> (Vec<usize>, Vec<u8>, Vec<u8>) {
    let exact = places(bytes, piece.old, piece.count);
    let many = piece.old.contains(&b'\n');
    if exact.is_empty() && many {
        let old = with_carriages(piece.old);
        return (places(bytes, &old, piece.count), old, with_carriages(piece.new));
    }
    // A piece of a line says nothing of line ends: new lines get those of the file.
    let carriages = !many && piece.new.contains(&b'\n') && has_carriages(bytes);
    let new = if carriages { with_carriages(piece.new) } else { piece.new.to_vec() };
    (exact, piece.old.to_vec(), new)
}

/// Where only one place may be, those that overlap are two.
fn places(bytes: &[u8], piece: &[u8], count: Count) -> Vec<usize> {
    let finder = memmem::Finder::new(piece);
    let step = if count == Count::Once { 1 } else { piece.len().max(1) };
    let mut places = Vec::new();
    let mut at = 0;
    while let Some(place) = bytes.get(at..).and_then(|rest| finder.find(rest)) {
        places.push(at + place);
        at += place + step;
    }
    places
}

fn told(bytes: &[u8], places: &[usize]) -> Vec<String> {
    let line = |place: &usize| memchr::memchr_iter(b'\n', &bytes[..*place]).count() + 1;
    places.iter().take(PLACES_TOLD_MAX).map(|place| format!("it matches at line {}", line(place))).collect()
}

/// Whether most lines end with a carriage return.
fn has_carriages(bytes: &[u8]) -> bool {
    let ends = || memchr::memchr_iter(b'\n', bytes);
    2 * ends().filter(|end| *end > 0 && bytes[end - 1] == b'\r').count() > ends().count()
}

fn with_carriages(text: &[u8]) -> Vec<u8> {
    let mut result = Vec::with_capacity(text.len());
    for (index, byte) in text.iter().enumerate() {
        if *byte == b'\n' && (index == 0 || text[index - 1] != b'\r') {
            result.push(b'\r');
        }
        result.push(*byte);
    }
    result
}

fn splice(bytes: &[u8], places: &[usize], length: usize, new: &[u8]) -> Vec<u8> {
    let mut result = Vec::with_capacity(bytes.len());
    let mut at = 0;
    for place in places {
        result.extend_from_slice(&bytes[at..*place]);
        result.extend_from_slice(new);
        at = place + length;
    }
    result.extend_from_slice(&bytes[at..]);
    result
}
