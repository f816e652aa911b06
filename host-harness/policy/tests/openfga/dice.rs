//! Chance that is the same every time.

/// A source of chance (xorshift).
pub struct Dice(u64);

impl Dice {
    /// The chance of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % end
    }

    /// Yes in so many of a hundred cases.
    pub fn yes(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of several.
    pub fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    /// Sometimes one of several.
    pub fn maybe<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        self.yes(60).then(|| self.one(of))
    }
}
