//! SHA-1 and SHA-2 written from FIPS 180-4, and HMAC from RFC 2104: no code shared with any key store under test.

use crate::step::Hash;

/// The hash of a message; `Any` is no hash function and gives nothing.
#[must_use]
pub fn digest(hash: Hash, message: &[u8]) -> Vec<u8> {
    match hash {
        Hash::Sha1 => sha1(message),
        Hash::Sha224 => sha256(message, START_224)[..28].to_vec(),
        Hash::Sha256 => sha256(message, &roots::<8>(2, 32).map(low32)),
        Hash::Sha384 => sha512(message, &roots_384())[..48].to_vec(),
        Hash::Sha512 => sha512(message, &roots::<8>(2, 64)),
        Hash::Any => Vec::new(),
    }
}

/// Output length in bytes.
#[must_use]
pub fn length(hash: Hash) -> usize {
    match hash {
        Hash::Sha1 => 20,
        Hash::Sha224 => 28,
        Hash::Sha256 => 32,
        Hash::Sha384 => 48,
        Hash::Sha512 => 64,
        Hash::Any => 0,
    }
}

/// HMAC (RFC 2104).
#[must_use]
pub fn hmac(hash: Hash, key: &[u8], message: &[u8]) -> Vec<u8> {
    let block = if length(hash) > 32 { 128 } else { 64 };
    let mut key = if key.len() > block { digest(hash, key) } else { key.to_vec() };
    key.resize(block, 0);
    let pad = |byte: u8, rest: &[u8]| {
        let mut text: Vec<u8> = key.iter().map(|k| k ^ byte).collect();
        text.extend_from_slice(rest);
        digest(hash, &text)
    };
    pad(0x5c, &pad(0x36, message))
}

/// SHA-224's start: the second 32 bits of the fractional parts of the square roots of the 9th to 16th primes.
const START_224: &[u32; 8] =
    &[0xc105_9ed8, 0x367c_d507, 0x3070_dd17, 0xf70e_5939, 0xffc0_0b31, 0x6858_1511, 0x64f9_8fa7, 0xbefa_4fa4];

fn roots_384() -> [u64; 8] {
    let all = roots::<16>(2, 64);
    std::array::from_fn(|at| all[at + 8])
}

#[expect(clippy::cast_possible_truncation, reason = "the constants are the low 32 bits of what was computed")]
fn low32(word: u64) -> u32 {
    word as u32
}

/// The first `bits` bits of the fractional parts of the square (2) or cube (3) roots of the first primes.
fn roots<const N: usize>(power: u32, bits: u32) -> [u64; N] {
    use num_bigint::BigUint;
    let mut primes = (2u32..).filter(|n| (2..*n).take_while(|d| d * d <= *n).all(|d| n % d != 0));
    std::array::from_fn(|_| {
        let prime = primes.next().unwrap_or(2);
        let root = (BigUint::from(prime) << (bits * power)).nth_root(power);
        let fraction = root % (BigUint::from(1u8) << bits);
        fraction.to_u64_digits().first().copied().unwrap_or(0)
    })
}

/// The message with its padding; the length field takes an eighth of the block.
fn padded(message: &[u8], block: usize) -> Vec<u8> {
    let mut text = message.to_vec();
    text.push(0x80);
    while text.len() % block != block - block / 8 {
        text.push(0);
    }
    text.resize(text.len() + block / 8 - 8, 0);
    text.extend_from_slice(&(message.len() as u64 * 8).to_be_bytes());
    text
}

fn words32(block: &[u8]) -> Vec<u32> {
    block.as_chunks::<4>().0.iter().map(|word| u32::from_be_bytes(*word)).collect()
}

fn sha1(message: &[u8]) -> Vec<u8> {
    let mut state = [0x6745_2301_u32, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    for block in padded(message, 64).chunks(64) {
        let mut w = words32(block);
        for t in 16..80 {
            w.push((w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16]).rotate_left(1));
        }
        let [mut a, mut b, mut c, mut d, mut e] = state;
        for (t, word) in w.iter().enumerate() {
            let (f, k) = match t {
                0..20 => ((b & c) | (!b & d), 0x5a82_7999),
                20..40 => (b ^ c ^ d, 0x6ed9_eba1),
                40..60 => ((b & c) | (b & d) | (c & d), 0x8f1b_bcdc),
                _ => (b ^ c ^ d, 0xca62_c1d6_u32),
            };
            let next = a.rotate_left(5).wrapping_add(f).wrapping_add(e).wrapping_add(k).wrapping_add(*word);
            (e, d, c, b, a) = (d, c, b.rotate_left(30), a, next);
        }
        for (s, v) in state.iter_mut().zip([a, b, c, d, e]) {
            *s = s.wrapping_add(v);
        }
    }
    state.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// One SHA-2 family member; both differ only in word size, rotations and number of rounds.
macro_rules! sha2 {
    ($name:ident, $word:ty, $block:literal, $rounds:literal, $k:expr, $s0:expr, $s1:expr, $e0:expr, $e1:expr) => {
        fn $name(message: &[u8], start: &[$word; 8]) -> Vec<u8> {
            let constants = $k;
            let mut state = *start;
            for block in padded(message, $block).chunks($block) {
                let mut w: Vec<$word> = block
                    .as_chunks::<{ $block / 16 }>()
                    .0
                    .iter()
                    .map(|word| <$word>::from_be_bytes(*word))
                    .collect();
                let mix = |x: $word, (r, s, shift): (u32, u32, u32)| {
                    x.rotate_right(r) ^ x.rotate_right(s) ^ (x >> shift)
                };
                let turn = |x: $word, (r, s, t): (u32, u32, u32)| {
                    x.rotate_right(r) ^ x.rotate_right(s) ^ x.rotate_right(t)
                };
                for t in 16..$rounds {
                    w.push(
                        mix(w[t - 2], $s1)
                            .wrapping_add(w[t - 7])
                            .wrapping_add(mix(w[t - 15], $s0))
                            .wrapping_add(w[t - 16]),
                    );
                }
                let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = state;
                for t in 0..$rounds {
                    let choose = (e & f) ^ (!e & g);
                    let majority = (a & b) ^ (a & c) ^ (b & c);
                    let first = h
                        .wrapping_add(turn(e, $e1))
                        .wrapping_add(choose)
                        .wrapping_add(constants[t])
                        .wrapping_add(w[t]);
                    let second = turn(a, $e0).wrapping_add(majority);
                    (h, g, f, e, d, c, b, a) =
                        (g, f, e, d.wrapping_add(first), c, b, a, first.wrapping_add(second));
                }
                for (s, v) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
                    *s = s.wrapping_add(v);
                }
            }
            state.iter().flat_map(|word| word.to_be_bytes()).collect()
        }
    };
}

sha2!(sha256, u32, 64, 64, roots::<64>(3, 32).map(low32), (7, 18, 3), (17, 19, 10), (2, 13, 22), (6, 11, 25));
sha2!(sha512, u64, 128, 80, roots::<80>(3, 64), (1, 8, 7), (19, 61, 6), (28, 34, 39), (14, 18, 41));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::material;

    const ALL: [(&str, Hash); 5] = [
        ("sha1", Hash::Sha1),
        ("sha224", Hash::Sha224),
        ("sha256", Hash::Sha256),
        ("sha384", Hash::Sha384),
        ("sha512", Hash::Sha512),
    ];

    #[test]
    fn every_digest_equals_the_one_openssl_made() {
        for (name, hash) in ALL {
            let expected = material::bytes(&format!("digest-{name}"));
            assert_eq!(digest(hash, &material::bytes("message")), expected, "{name}");
        }
    }

    #[test]
    fn every_hmac_equals_the_one_openssl_made() {
        for (name, hash) in ALL {
            let expected = material::bytes(&format!("hmac-{name}"));
            let key = material::bytes("long-key");
            assert_eq!(hmac(hash, &key, &material::bytes("message")), expected, "{name}");
        }
    }

    #[test]
    fn lengths_around_a_block_boundary_agree_with_another_implementation() {
        if !crate::verify::cpu_serves() {
            return; // the other implementation cannot run here; the known answers above still do
        }
        use graviola::hashing::{Hash as _, Sha256, Sha512};
        for size in [0, 55, 56, 63, 64, 65, 111, 112, 119, 120, 127, 128, 129, 200] {
            let text = vec![0x61; size];
            assert_eq!(digest(Hash::Sha256, &text), Sha256::hash(&text).as_ref(), "SHA-256 of {size}");
            assert_eq!(digest(Hash::Sha512, &text), Sha512::hash(&text).as_ref(), "SHA-512 of {size}");
        }
    }
}
