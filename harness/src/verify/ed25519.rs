//! Ed25519 verification written from RFC 8032 §5.1.7 over big integers.

use num_bigint::BigUint;

use super::hash::digest;
use crate::step::Hash;

struct Field {
    p: BigUint,
    d: BigUint,
    order: BigUint,
}

type Point = (BigUint, BigUint);

impl Field {
    fn new() -> Self {
        let p = (BigUint::from(1u8) << 255_u32) - 19u8;
        let inverse = BigUint::from(121_666_u32).modinv(&p).unwrap_or_default();
        let d = (&p - BigUint::from(121_665_u32)) * inverse % &p;
        let tail = BigUint::parse_bytes(b"27742317777372353535851937790883648493", 10).unwrap_or_default();
        let order = (BigUint::from(1u8) << 252_u32) + tail;
        Self { p, d, order }
    }

    fn add(&self, (x1, y1): &Point, (x2, y2): &Point) -> Option<Point> {
        let p = &self.p;
        let both = &self.d * x1 * x2 % p * y1 * y2 % p;
        let x3 = (x1 * y2 + x2 * y1) * (&both + 1u8).modinv(p)? % p;
        let y3 = (y1 * y2 + x1 * x2) * (p + 1u8 - both).modinv(p)? % p;
        Some((x3, y3))
    }

    fn multiply(&self, point: &Point, factor: &BigUint) -> Option<Point> {
        let mut sum = (BigUint::ZERO, BigUint::from(1u8));
        for bit in (0..factor.bits()).rev() {
            sum = self.add(&sum, &sum)?;
            if factor.bit(bit) {
                sum = self.add(&sum, point)?;
            }
        }
        Some(sum)
    }

    /// RFC 8032 §5.1.3.
    fn decode(&self, bytes: &[u8]) -> Option<Point> {
        let p = &self.p;
        let mut bytes: [u8; 32] = bytes.try_into().ok()?;
        let odd = bytes[31] >> 7 == 1;
        bytes[31] &= 0x7f;
        let y = BigUint::from_bytes_le(&bytes);
        if y >= *p {
            return None;
        }
        let yy = &y * &y % p;
        let square = (&yy + p - 1u8) * (&self.d * &yy + 1u8).modinv(p)? % p;
        let mut x = square.modpow(&((p + 3u8) / 8u8), p);
        if &x * &x % p != square {
            x = x * BigUint::from(2u8).modpow(&((p - 1u8) / 4u8), p) % p;
        }
        if &x * &x % p != square || (x == BigUint::ZERO && odd) {
            return None;
        }
        if x.bit(0) != odd {
            x = p - x;
        }
        Some((x, y))
    }
}

/// Whether the signature fits the message under the public key.
#[must_use]
pub fn verify(public: &[u8], message: &[u8], signature: &[u8]) -> bool {
    check(public, message, signature).unwrap_or(false)
}

fn check(public: &[u8], message: &[u8], signature: &[u8]) -> Option<bool> {
    let field = Field::new();
    let (r_text, s_text) = signature.split_at_checked(32)?;
    let s = BigUint::from_bytes_le(s_text);
    if s_text.len() != 32 || s >= field.order {
        return Some(false);
    }
    let (a, r) = (field.decode(public)?, field.decode(r_text)?);
    let k = BigUint::from_bytes_le(&digest(Hash::Sha512, &[r_text, public, message].concat()));
    let mut base = [0x66; 32];
    base[0] = 0x58;
    let left = field.multiply(&field.decode(&base)?, &s)?;
    let right = field.add(&r, &field.multiply(&a, &(k % &field.order))?)?;
    Some(left == right)
}
