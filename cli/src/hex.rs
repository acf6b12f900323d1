//! Bytes as hexadecimal digits.

use crate::failure::Failure;

/// The bytes that digits mean; `0x` in front and colons between are fine.
pub(crate) fn bytes(text: &str) -> Result<Vec<u8>, Failure> {
    let digits: Vec<u8> =
        text.strip_prefix("0x").unwrap_or(text).bytes().filter(|byte| *byte != b':').collect();
    let wrong = || Failure::new(format!("{text:?} is not made of pairs of hexadecimal digits"));
    if !digits.len().is_multiple_of(2) {
        return Err(wrong());
    }
    let pair = |pair: &[u8]| {
        let pair =
            std::str::from_utf8(pair).ok().filter(|pair| pair.bytes().all(|one| one.is_ascii_hexdigit()));
        pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()).ok_or_else(wrong)
    };
    digits.chunks(2).map(pair).collect()
}

/// The digits of bytes.
pub(crate) fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_bytes_are_each_others_inverse() {
        assert_eq!(bytes("0x00fF:10").unwrap(), [0, 0xff, 0x10]);
        assert_eq!(digits(&[0, 0xff, 0x10]), "00ff10");
        for wrong in ["1", "zz", "0x1", "+1", "é"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }
}
