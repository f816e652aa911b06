//! How much of two lines is the same.

/// Lines longer than this are the same or are not.
const BYTES_MAX: usize = 1000;

/// A line that many others are compared with: for each byte, a bit for each of its places.
pub(super) struct Pattern<'a> {
    text: &'a [u8],
    words: usize,
    masks: Vec<u64>,
}

impl<'a> Pattern<'a> {
    pub fn of(text: &'a [u8]) -> Self {
        let words = if text.len() > BYTES_MAX { 0 } else { text.len().div_ceil(64) };
        let mut masks = vec![0; words * 256];
        if words > 0 {
            for (at, byte) in text.iter().enumerate() {
                masks[usize::from(*byte) * words + at / 64] |= 1 << (at % 64);
            }
        }
        Self { text, words, masks }
    }

    pub fn len(&self) -> usize {
        self.text.len()
    }

    pub fn text(&self) -> &'a [u8] {
        self.text
    }

    /// What comparing with a line takes, in words of bits.
    pub fn cost(&self, line: &[u8]) -> usize {
        self.words * line.len().min(BYTES_MAX) + 1
    }

    /// How many bytes stand in both lines in the same order, at the most.
    pub fn common(&self, line: &[u8]) -> usize {
        if self.text == line {
            return line.len();
        }
        if self.words == 0 || line.len() > BYTES_MAX {
            return 0;
        }
        let mut row = vec![u64::MAX; self.words];
        line.iter().for_each(|byte| self.step(&mut row, *byte));
        row.iter().map(|word| word.count_zeros() as usize).sum()
    }

    /// One byte of the other line: a bit of the row is unset for each byte in common so
    /// far. Adding carries past the places that are taken, as in Hyyrö's algorithm.
    fn step(&self, row: &mut [u64], byte: u8) {
        let start = usize::from(byte) * self.words;
        let masks = &self.masks[start..start + self.words];
        let mut carry = false;
        for (word, mask) in row.iter_mut().zip(masks) {
            let hits = *word & mask;
            let (sum, over) = word.overflowing_add(hits);
            let (sum, more) = sum.overflowing_add(u64::from(carry));
            carry = over || more;
            *word = sum | (*word & !mask);
        }
    }
}

/// The share of two lengths that is in common, in thousandths.
pub(super) fn thousandths(common: usize, one: usize, other: usize) -> usize {
    (2000 * common).checked_div(one + other).unwrap_or(1000)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn slowly(one: &[u8], other: &[u8]) -> usize {
        let mut row = vec![0; other.len() + 1];
        for a in one {
            let mut corner = 0;
            for (at, b) in other.iter().enumerate() {
                let above = row[at + 1];
                row[at + 1] = if a == b { corner + 1 } else { above.max(row[at]) };
                corner = above;
            }
        }
        row[other.len()]
    }

    proptest! {
        #[test]
        fn what_is_common_is_counted(one in "[a-d]{0,150}", other in "[a-d]{0,150}") {
            let (one, other) = (one.as_bytes(), other.as_bytes());
            prop_assert_eq!(Pattern::of(one).common(other), slowly(one, other));
        }
    }

    #[test]
    fn shares_are_of_both_lengths() {
        assert_eq!(thousandths(0, 0, 0), 1000);
        assert_eq!(thousandths(4, 4, 4), 1000);
        assert_eq!(thousandths(4, 5, 5), 800);
        let long = vec![b'a'; BYTES_MAX + 1];
        assert_eq!(Pattern::of(&long).common(&long), long.len());
        assert_eq!(Pattern::of(&long).common(b"aaa"), 0);
        assert_eq!(Pattern::of(b"aaa").common(&long), 0);
    }
}
