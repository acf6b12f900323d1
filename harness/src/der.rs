//! The few DER forms key material travels in: sequences of integers, octet strings.

/// One element: tag, length, content.
#[must_use]
pub fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let size = content.len().to_be_bytes();
    let significant: Vec<u8> = size.iter().copied().skip_while(|byte| *byte == 0).collect();
    match significant.as_slice() {
        [] => out.push(0),
        [short] if *short < 0x80 => out.push(*short),
        long => {
            out.push(0x80 | u8::try_from(long.len()).unwrap_or(0));
            out.extend_from_slice(long);
        }
    }
    out.extend_from_slice(content);
    out
}

/// A non-negative integer from its magnitude.
#[must_use]
pub fn integer(magnitude: &[u8]) -> Vec<u8> {
    let mut content: Vec<u8> = magnitude.iter().copied().skip_while(|byte| *byte == 0).collect();
    if content.first().is_none_or(|first| *first >= 0x80) {
        content.insert(0, 0);
    }
    element(2, &content)
}

/// Splits the first element off: tag, content, rest.
#[must_use]
pub fn split(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (size, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        let size =
            digits.iter().try_fold(0_usize, |n, d| n.checked_mul(256)?.checked_add(usize::from(*d)))?;
        (size, rest)
    };
    let (content, rest) = rest.split_at_checked(size)?;
    Some((tag, content, rest))
}

/// The magnitudes of a SEQUENCE that holds nothing but INTEGERs.
#[must_use]
pub fn integers(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let (0x30, mut content, []) = split(bytes)? else { return None };
    let mut numbers = Vec::new();
    while !content.is_empty() {
        let (2, number, rest) = split(content)? else { return None };
        numbers.push(number.iter().copied().skip_while(|byte| *byte == 0).collect());
        content = rest;
    }
    Some(numbers)
}

/// What an OCTET STRING holds.
#[must_use]
pub fn octets(bytes: &[u8]) -> Option<Vec<u8>> {
    let (4, content, []) = split(bytes)? else { return None };
    Some(content.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_integer_survives_the_way_there_and_back() {
        let numbers = [vec![1, 0, 1], vec![0xff; 200]];
        let text = element(0x30, &[integer(&numbers[0]), integer(&numbers[1])].concat());
        assert_eq!(integers(&text), Some(numbers.to_vec()));
    }

    #[test]
    fn bytes_after_the_sequence_are_refused() {
        let mut text = element(0x30, &integer(&[5]));
        text.push(0);
        assert_eq!(integers(&text), None);
    }
}
