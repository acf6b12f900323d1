//! Memory lent to a module, with watched bytes before and behind it.

const WORD: usize = size_of::<u64>();
/// Watched words before the buffer.
const BEFORE: usize = 8;
/// Watched words behind it: enough for a whole RSA signature to land there instead of in somebody's heap.
const BEHIND: usize = 256;

/// A buffer of a true length.
pub(super) struct Buffer {
    words: Vec<u64>,
    size: usize,
}

/// What lies in memory nobody has written to; it changes from byte to byte, so that few writes leave it as it was.
fn pattern(at: usize) -> u8 {
    at.wrapping_mul(31).to_le_bytes()[0] ^ 0x5a
}

impl Buffer {
    /// With these bytes in it.
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut buffer = Self::blank(bytes.len());
        for (at, chunk) in bytes.chunks(WORD).enumerate() {
            if let Some(word) = buffer.words.get_mut(BEFORE + at) {
                let mut whole = word.to_ne_bytes();
                whole[..chunk.len()].copy_from_slice(chunk);
                *word = u64::from_ne_bytes(whole);
            }
        }
        buffer
    }

    /// With the pattern in it.
    pub(super) fn blank(size: usize) -> Self {
        let count = BEFORE + size.div_ceil(WORD) + BEHIND;
        let word = |at: usize| u64::from_ne_bytes(std::array::from_fn(|byte| pattern(at * WORD + byte)));
        Self { words: (0..count).map(word).collect(), size }
    }

    /// Where it begins; aligned for any of the specification's types.
    pub(super) fn pointer<T>(&mut self) -> *mut T {
        self.words.as_mut_ptr().wrapping_add(BEFORE).cast()
    }

    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// The first bytes of it, at most `most`.
    pub(super) fn bytes(&self, most: usize) -> Vec<u8> {
        let wanted = self.size.min(most);
        self.words[BEFORE..].iter().flat_map(|word| word.to_ne_bytes()).take(wanted).collect()
    }

    /// The numbers in it.
    pub(super) fn numbers(&self) -> &[u64] {
        &self.words[BEFORE..BEFORE + self.size / WORD]
    }

    /// Whether nobody touched the bytes before and behind it.
    pub(super) fn is_intact(&self) -> bool {
        let untouched = |at: usize, byte: u8| byte == pattern(at);
        let begin = BEFORE * WORD;
        let end = begin + self.size;
        self.words.iter().enumerate().filter(|(at, _)| *at < BEFORE || (*at + 1) * WORD > end).all(
            |(at, word)| {
                let bytes = (at * WORD..).zip(word.to_ne_bytes());
                bytes.filter(|(at, _)| *at < begin || *at >= end).all(|(at, byte)| untouched(at, byte))
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_holds_its_bytes_and_nobody_has_touched_what_is_around() {
        for size in [0, 1, 7, 8, 9, 64] {
            let bytes: Vec<u8> = (0..size).collect();
            let buffer = Buffer::of(&bytes);
            assert_eq!(buffer.bytes(usize::MAX), bytes);
            assert!(buffer.is_intact());
        }
    }

    #[test]
    fn one_byte_behind_or_before_it_is_found_out() {
        for size in [0, 5, 8] {
            let mut behind = Buffer::of(&vec![0; size]);
            let at = BEFORE + size / WORD;
            behind.words[at] ^= 0xff << (8 * (size % WORD));
            assert!(!behind.is_intact(), "{size}");
            let mut before = Buffer::blank(size);
            before.words[BEFORE - 1] ^= 0xff << 56;
            assert!(!before.is_intact(), "{size}");
        }
    }
}
