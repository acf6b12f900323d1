//! An object file of SoftHSM2: a generation number, then attributes, each with its type, its kind and its value.
//!
//! All numbers are 8 bytes, big-endian. Kinds: 1 is a byte that is 0 or not, 2 a number, 3 a length and as many bytes, 4 a
//! length and as many bytes of attributes, 5 a count and as many mechanism numbers.

use twintoken::secret::Secret;

/// A value as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stored {
    Bool(bool),
    Number(u64),
    Bytes(Secret),
    Attributes(Vec<(u64, Stored)>),
    Mechanisms(Vec<u64>),
}

/// The attributes of a file, in its order; why it cannot be read otherwise.
pub(super) fn parse(bytes: &[u8]) -> Result<Vec<(u64, Stored)>, String> {
    if bytes.is_empty() {
        return Err("the file is empty: its object was never finished".to_owned());
    }
    let mut reader = Reader { rest: bytes, length: bytes.len() };
    reader.number()?;
    reader.attributes(true)
}

struct Reader<'a> {
    rest: &'a [u8],
    length: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: u64) -> Result<&'a [u8], String> {
        let at = self.length - self.rest.len();
        let parts = usize::try_from(count).ok().and_then(|count| self.rest.split_at_checked(count));
        let (taken, rest) = parts.ok_or_else(|| {
            format!(
                "the file is damaged: {count} bytes are announced at byte {at}, and {} follow",
                self.rest.len()
            )
        })?;
        self.rest = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u64, String> {
        let bytes = self.take(8)?;
        Ok(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// Maps do not nest in what SoftHSM2 writes, and so not here.
    fn attributes(&mut self, outermost: bool) -> Result<Vec<(u64, Stored)>, String> {
        let mut attributes = Vec::new();
        while !self.rest.is_empty() {
            let cka = self.number()?;
            let value = match self.number()? {
                1 => Stored::Bool(self.take(1)? != [0]),
                2 => Stored::Number(self.number()?),
                3 => {
                    let length = self.number()?;
                    Stored::Bytes(Secret::from(self.take(length)?))
                }
                4 if outermost => {
                    let length = self.number()?;
                    let inside = self.take(length)?;
                    Stored::Attributes(Reader { rest: inside, length: inside.len() }.attributes(false)?)
                }
                5 => {
                    let count = self.number()?;
                    let mut inside =
                        Reader { rest: self.take(count.saturating_mul(8))?, length: self.length };
                    let mut list = Vec::new();
                    while !inside.rest.is_empty() {
                        list.push(inside.number()?);
                    }
                    Stored::Mechanisms(list)
                }
                kind => return Err(format!("the file is damaged: attribute {cka:#x} is of kind {kind}")),
            };
            attributes.push((cka, value));
        }
        Ok(attributes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(numbers: &[u64]) -> Vec<u8> {
        numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
    }

    #[test]
    fn each_kind_is_read() {
        let bytes = [
            words(&[7, 0x1, 1]),
            vec![0xff],
            words(&[0x100, 2, 3]),
            words(&[0x3, 3, 2]),
            b"ab".to_vec(),
            words(&[0x4000_0600, 5, 2, 0x40, 0x1041]),
            words(&[0x4000_0211, 4, 17, 0x104, 1]),
            vec![0],
        ];
        let expected = vec![
            (0x1, Stored::Bool(true)),
            (0x100, Stored::Number(3)),
            (0x3, Stored::Bytes(Secret::from(&b"ab"[..]))),
            (0x4000_0600, Stored::Mechanisms(vec![0x40, 0x1041])),
            (0x4000_0211, Stored::Attributes(vec![(0x104, Stored::Bool(false))])),
        ];
        assert_eq!(parse(&bytes.concat()), Ok(expected));
    }

    #[test]
    fn whatever_is_cut_short_or_too_long_is_damage_and_no_panic() {
        let whole = [words(&[7, 0x3, 3, 2]), b"ab".to_vec(), words(&[0x100, 2, 3])].concat();
        let ends = [8, 34, 58];
        for end in (1..whole.len()).filter(|end| !ends.contains(end)) {
            assert!(parse(&whole[..end]).is_err(), "{end} bytes");
        }
        for numbers in
            [&[7, 0x3, 3, u64::MAX][..], &[7, 0x3, 5, u64::MAX], &[7, 0x3, 6, 0], &[7, 0x3, 4, 8, 1]]
        {
            assert!(parse(&words(numbers)).is_err(), "{numbers:x?}");
        }
        assert!(parse(&[]).unwrap_err().contains("never finished"));
    }
}
