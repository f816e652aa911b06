//! Many forms, sought at once, by four bytes of each.
//!
//! Of every seven bytes in a row four stand at a place that is a multiple of four. So only
//! these places of a text need to be looked at, each for the few starts of forms that it
//! could be in the middle of; and most are told by one bit that they are in none.

use std::{collections::BTreeMap, ops::Range};

/// A shorter form may have no four bytes at such a place.
pub(super) const LENGTH_MIN: usize = 7;

const GRAM: usize = 4;

/// Forms of at least seven bytes.
pub(super) struct Grams {
    forms: Vec<Vec<u8>>,
    /// One bit for each number that a gram can be made to.
    seen: Vec<u64>,
    shift: u32,
    /// The forms that hold a gram, and how many of their bytes stand before it.
    of: BTreeMap<u32, Vec<(usize, usize)>>,
}

/// Bits for each gram, so that few others share one.
const BITS_PER_GRAM: usize = 64;

impl Grams {
    pub(super) fn new(forms: Vec<Vec<u8>>) -> Self {
        let mut of: BTreeMap<u32, Vec<(usize, usize)>> = BTreeMap::new();
        for (form, bytes) in forms.iter().enumerate() {
            for before in 0..GRAM {
                of.entry(gram(&bytes[before..before + GRAM])).or_default().push((form, before));
            }
        }
        let bits = (of.len() * BITS_PER_GRAM).next_power_of_two().clamp(1 << 15, 1 << 24);
        let mut grams = Self { forms, seen: vec![0; bits / 64], shift: 32 - bits.trailing_zeros(), of };
        for gram in grams.of.keys() {
            let number = number(*gram, grams.shift);
            grams.seen[number / 64] |= 1 << (number % 64);
        }
        grams
    }

    /// Tells each form that the text holds and where, until that leads to something.
    pub(super) fn find_map<T>(
        &self,
        text: &[u8],
        mut tell: impl FnMut(usize, Range<usize>) -> Option<T>,
    ) -> Option<T> {
        if self.forms.is_empty() {
            return None;
        }
        text.chunks_exact(GRAM).enumerate().find_map(|(at, part)| {
            let gram = gram(part);
            let number = number(gram, self.shift);
            match self.seen[number / 64] >> (number % 64) & 1 {
                0 => None,
                _ => self.at(text, at * GRAM, gram, &mut tell),
            }
        })
    }

    #[cold]
    fn at<T>(
        &self,
        text: &[u8],
        at: usize,
        gram: u32,
        tell: &mut impl FnMut(usize, Range<usize>) -> Option<T>,
    ) -> Option<T> {
        self.of.get(&gram)?.iter().find_map(|(form, before)| {
            let (bytes, start) = (&self.forms[*form], at.checked_sub(*before)?);
            let place = start..start + bytes.len();
            if text.get(place.clone())? == bytes { tell(*form, place) } else { None }
        })
    }
}

fn gram(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

/// Spreads grams over the bits that there are.
fn number(gram: u32, shift: u32) -> usize {
    (gram.wrapping_mul(0x9e37_79b1) >> shift) as usize
}
