//! Numbers and texts as bytes, for the pipe and for the cache.

/// Bytes that are being written.
#[derive(Default)]
pub(crate) struct Packer(pub Vec<u8>);

impl Packer {
    pub fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    /// Seven bits a byte, the lowest first.
    pub fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    pub fn small(&mut self, number: u32) {
        self.number(u64::from(number));
    }

    pub fn count(&mut self, count: usize) {
        self.number(count as u64);
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        self.0.extend_from_slice(bytes);
    }

    pub fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }
}

/// Bytes that are being read. Every answer is `None` from the first fault on, so that a
/// stranger's bytes end in one place: where the whole turns out to be nothing.
pub(crate) struct Unpacker<'a>(pub &'a [u8]);

impl<'a> Unpacker<'a> {
    pub fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    pub fn byte(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    pub fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            number |= bits.checked_shl(shift).filter(|shifted| shifted >> shift == bits)?;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    pub fn small(&mut self) -> Option<u32> {
        self.number()?.try_into().ok()
    }

    /// How many things follow. Each has a byte at least, so more than there are bytes is a
    /// lie, and no memory is taken for it.
    pub fn count(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok().filter(|count| *count <= self.0.len())
    }

    pub fn bytes(&mut self) -> Option<&'a [u8]> {
        let count = self.count()?;
        self.take(count)
    }

    pub fn text(&mut self) -> Option<&'a str> {
        str::from_utf8(self.bytes()?).ok()
    }

    /// Things of one sort, with their number before them, and no more than there may be: a
    /// thing can take far more memory than the byte that stands for it.
    pub fn list<T>(
        &mut self,
        count_max: usize,
        mut one: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        let count = self.count().filter(|count| *count <= count_max)?;
        // What is promised is not yet there: memory grows with what is read.
        let mut list = Vec::with_capacity(count.min(1 << 12));
        for _ in 0..count {
            list.push(one(self)?);
        }
        Some(list)
    }

    /// The thing that was read, if nothing follows it.
    pub fn end<T>(&self, thing: T) -> Option<T> {
        self.0.is_empty().then_some(thing)
    }
}
