//! Numbers as C's strtoull reads them with base 0, but that nothing may be left over.

use super::Malformed;
use std::ops::RangeInclusive;

/// The number that `text` is, which stands at `position`.
pub(super) fn within(
    text: &str,
    position: usize,
    range: RangeInclusive<u64>,
    right: &str,
) -> Result<u64, Malformed> {
    // What isspace takes in C's locale.
    let body = text.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
    let start = position + text.len() - body.len();
    if body.starts_with('-') {
        return Err(Malformed::at(start, format!("{right}, and this one is negative")));
    }
    let body = body.strip_prefix('+').map_or((body, start), |rest| (rest, start + 1));
    let (digits, first, radix) = radix(body);
    if let Some((at, wrong)) = digits.char_indices().find(|(_, one)| !one.is_digit(radix)) {
        let kind = match radix {
            8 => "octal digit, and 0 in front makes a number octal",
            16 => "hexadecimal digit",
            _ => "digit",
        };
        return Err(Malformed::at(first + at, format!("{right}; {wrong:?} is no {kind}")));
    }
    if digits.is_empty() {
        return Err(Malformed::at(first, format!("{right}, and there is none")));
    }
    match u64::from_str_radix(digits, radix) {
        Ok(number) if range.contains(&number) => Ok(number),
        _ => Err(Malformed::at(start, right)),
    }
}

/// The digits, where they begin, and their base.
fn radix((body, start): (&str, usize)) -> (&str, usize, u32) {
    match body.strip_prefix("0x").or_else(|| body.strip_prefix("0X")) {
        Some(digits) => (digits, start + 2, 16),
        // The 0 itself is an octal digit, so that 0 alone is a number.
        None if body.starts_with('0') => (body, start, 8),
        None => (body, start, 10),
    }
}
