//! ECDSA verification on P-256 and P-384 written from FIPS 186-5 over big integers.

use num_bigint::BigUint;

use crate::step::Curve;

struct Domain {
    p: BigUint,
    b: BigUint,
    n: BigUint,
    g: Point,
    size: usize,
}

type Point = Option<(BigUint, BigUint)>;

fn number(text: &str) -> BigUint {
    BigUint::parse_bytes(text.as_bytes(), 16).unwrap_or_default()
}

impl Domain {
    fn of(curve: Curve) -> Self {
        match curve {
            Curve::P256 => Self {
                p: number("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"),
                b: number("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b"),
                n: number("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"),
                g: Some((
                    number("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"),
                    number("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"),
                )),
                size: 32,
            },
            Curve::P384 => Self {
                p: number(concat!(
                    "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe",
                    "ffffffff0000000000000000ffffffff"
                )),
                b: number(concat!(
                    "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875a",
                    "c656398d8a2ed19d2a85c8edd3ec2aef"
                )),
                n: number(concat!(
                    "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf",
                    "581a0db248b0a77aecec196accc52973"
                )),
                g: Some((
                    number(concat!(
                        "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a38",
                        "5502f25dbf55296c3a545e3872760ab7"
                    )),
                    number(concat!(
                        "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c0",
                        "0a60b1ce1d7e819d7a431d7c90ea0e5f"
                    )),
                )),
                size: 48,
            },
        }
    }

    fn contains(&self, (x, y): &(BigUint, BigUint)) -> bool {
        let a = &self.p - 3u8;
        *x < self.p && *y < self.p && (y * y) % &self.p == (x * x * x + a * x + &self.b) % &self.p
    }

    fn add(&self, left: &Point, right: &Point) -> Point {
        let (Some((x1, y1)), Some((x2, y2))) = (left, right) else {
            return left.clone().or_else(|| right.clone());
        };
        let p = &self.p;
        let (rise, run) = if x1 == x2 {
            if (y1 + y2) % p == BigUint::ZERO {
                return None;
            }
            ((x1 * x1 * 3u8 + p - 3u8) % p, (y1 * 2u8) % p)
        } else {
            ((y2 + p - y1) % p, (x2 + p - x1) % p)
        };
        let slope = rise * run.modinv(p)? % p;
        let x3 = (&slope * &slope + p + p - x1 - x2) % p;
        let y3 = (slope * (x1 + p - &x3) + p - y1) % p;
        Some((x3, y3))
    }

    fn multiply(&self, point: &Point, factor: &BigUint) -> Point {
        let mut sum = None;
        for bit in (0..factor.bits()).rev() {
            sum = self.add(&sum, &sum);
            if factor.bit(bit) {
                sum = self.add(&sum, point);
            }
        }
        sum
    }
}

/// Whether `signature` (r and s, each as long as the order) fits the hash under the uncompressed public point.
#[must_use]
pub fn verify(curve: Curve, public: &[u8], hashed: &[u8], signature: &[u8]) -> bool {
    let domain = Domain::of(curve);
    if public.len() != 2 * domain.size + 1 || public[0] != 4 || signature.len() != 2 * domain.size {
        return false;
    }
    let (x, y) = public[1..].split_at(domain.size);
    let q = (BigUint::from_bytes_be(x), BigUint::from_bytes_be(y));
    let (r, s) = signature.split_at(domain.size);
    let (r, s) = (BigUint::from_bytes_be(r), BigUint::from_bytes_be(s));
    let allowed = |v: &BigUint| *v != BigUint::ZERO && *v < domain.n;
    if !domain.contains(&q) || !allowed(&r) || !allowed(&s) {
        return false;
    }
    let e = BigUint::from_bytes_be(&hashed[..hashed.len().min(domain.size)]);
    let Some(w) = s.modinv(&domain.n) else { return false };
    let first = domain.multiply(&domain.g, &(e * &w % &domain.n));
    let second = domain.multiply(&Some(q), &(&r * w % &domain.n));
    domain.add(&first, &second).is_some_and(|(x, _)| x % &domain.n == r)
}
