//! The nonces of messages: given by the caller, or made here so that no two messages of a process share one.

use crate::env::Rng;
use crate::fault::Fault;
use crate::registry::message::{Generator, MessageParameter};

/// The shortest part that is left to the random source, in bits: a shorter one would soon repeat.
const SHORTEST_RANDOM: u64 = 64;

/// What was made so far under one key, by each generator that counts.
#[derive(Default)]
pub struct Nonces {
    counted: u64,
    xored: u64,
    /// What the caller's nonce was when it was first xored; it must not vary (PKCS#11 §6.13.2).
    xored_from: Option<Vec<u8>>,
    made: u64,
    /// Where the token's own generator started.
    start: Option<Vec<u8>>,
}

impl Nonces {
    /// The nonce of the next message.
    ///
    /// # Errors
    /// [`Fault::BadParameter`] when too few bits are left to the generator, or all their values are used up;
    /// [`Fault::NoEntropy`].
    pub fn next(&mut self, given: &MessageParameter, rng: &dyn Rng) -> Result<Vec<u8>, Fault> {
        if given.generator == Generator::Caller {
            return Ok(given.nonce.clone());
        }
        let length = given.nonce.len();
        let free = (length as u64 * 8).saturating_sub(given.fixed_bits);
        if free == 0 {
            return Err(Fault::BadParameter("the fixed bits leave nothing to generate"));
        }
        let made = match given.generator {
            Generator::Caller => given.nonce.clone(),
            Generator::Random if free < SHORTEST_RANDOM => {
                return Err(Fault::BadParameter("fewer than 64 random bits would soon repeat"));
            }
            Generator::Random => random(length, rng)?,
            Generator::Counter => sum(&vec![0; length], count(&mut self.counted, free)?),
            Generator::CounterXor => {
                let from = self.xored_from.get_or_insert_with(|| given.nonce.clone());
                if *from != given.nonce {
                    return Err(Fault::BadParameter("what is xored with the counter must not vary"));
                }
                let counter = sum(&vec![0; length], count(&mut self.xored, free)?);
                counter.iter().zip(&given.nonce).map(|(counter, given)| counter ^ given).collect()
            }
            // From a random start in steps of one: other processes start elsewhere, and this one never repeats itself.
            Generator::Token => {
                let start = match self.start.take().filter(|start| start.len() == length) {
                    Some(start) => start,
                    None => random(length, rng)?,
                };
                let made = count(&mut self.made, free).map(|count| sum(&start, count));
                self.start = Some(start);
                made?
            }
        };
        Ok(joined(&given.nonce, &made, given.fixed_bits))
    }
}

fn random(length: usize, rng: &dyn Rng) -> Result<Vec<u8>, Fault> {
    let mut bytes = vec![0; length];
    rng.fill(&mut bytes)?;
    Ok(bytes)
}

/// The counter's value, one further afterwards, unless `free` bits cannot hold it.
fn count(counter: &mut u64, free: u64) -> Result<u64, Fault> {
    let now = *counter;
    if free < 64 && now >> free != 0 || now == u64::MAX {
        return Err(Fault::BadParameter("every nonce with these fixed bits has been used"));
    }
    *counter += 1;
    Ok(now)
}

/// A big-endian number plus `count`, modulo its length.
fn sum(number: &[u8], count: u64) -> Vec<u8> {
    let mut out = number.to_vec();
    let mut carry = u128::from(count);
    for byte in out.iter_mut().rev() {
        carry += u128::from(*byte);
        *byte = carry.to_le_bytes()[0];
        carry >>= 8;
    }
    out
}

/// The leading `fixed_bits` bits of one and the rest of the other.
fn joined(fixed: &[u8], rest: &[u8], fixed_bits: u64) -> Vec<u8> {
    let byte = |(at, (fixed, rest)): (usize, (&u8, &u8))| {
        let kept = fixed_bits.saturating_sub(8 * at as u64).min(8);
        let mask = if kept == 8 { 0 } else { 0xff_u8 >> kept };
        fixed & !mask | rest & mask
    };
    fixed.iter().zip(rest).enumerate().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::SystemRng;
    use std::collections::HashSet;

    fn given(nonce: &[u8], fixed_bits: u64, generator: Generator) -> MessageParameter {
        MessageParameter { nonce: nonce.to_vec(), fixed_bits, generator, tag_bits: 128, tag: Vec::new() }
    }

    #[test]
    fn a_counter_starts_at_zero_in_the_rightmost_bits_and_keeps_the_fixed_ones() {
        let mut nonces = Nonces::default();
        let parameter = given(&[0xff; 12], 36, Generator::Counter);
        let made: Vec<_> = (0..3).map(|_| nonces.next(&parameter, &SystemRng).unwrap()).collect();
        let expected = |last| [0xff, 0xff, 0xff, 0xff, 0xf0, 0, 0, 0, 0, 0, 0, last].to_vec();
        assert_eq!(made, [expected(0), expected(1), expected(2)]);
    }

    #[test]
    fn no_generator_repeats_a_nonce_and_each_says_when_it_is_used_up() {
        for generator in [Generator::Counter, Generator::Token, Generator::CounterXor] {
            let mut nonces = Nonces::default();
            let parameter = given(&[0xab; 12], 88, generator);
            let made: HashSet<_> = (0..256).map(|_| nonces.next(&parameter, &SystemRng).unwrap()).collect();
            assert_eq!(made.len(), 256, "{generator:?}");
            assert!(made.iter().all(|nonce| nonce[..11] == [0xab; 11]), "{generator:?}");
            let refused = nonces.next(&parameter, &SystemRng);
            assert!(matches!(refused, Err(Fault::BadParameter(_))), "{generator:?}");
        }
    }

    #[test]
    fn a_xored_counter_starts_from_what_was_given_and_that_must_not_vary() {
        let mut nonces = Nonces::default();
        let parameter = given(&[7; 12], 32, Generator::CounterXor);
        assert_eq!(nonces.next(&parameter, &SystemRng).unwrap(), [7; 12]);
        assert_eq!(nonces.next(&parameter, &SystemRng).unwrap()[11], 6);
        let other = given(&[8; 12], 32, Generator::CounterXor);
        assert!(matches!(nonces.next(&other, &SystemRng), Err(Fault::BadParameter(_))));
    }

    #[test]
    fn fixed_bits_that_leave_nothing_or_too_little_are_refused() {
        for (fixed_bits, generator) in [
            (96, Generator::Token),
            (u64::MAX, Generator::Counter),
            (33, Generator::Random),
            (96, Generator::Random),
        ] {
            let refused = Nonces::default().next(&given(&[0; 12], fixed_bits, generator), &SystemRng);
            assert!(matches!(refused, Err(Fault::BadParameter(_))), "{fixed_bits} {generator:?}");
        }
        let random = given(&[1; 12], 32, Generator::Random);
        let mut nonces = Nonces::default();
        assert_ne!(nonces.next(&random, &SystemRng), nonces.next(&random, &SystemRng));
    }
}
