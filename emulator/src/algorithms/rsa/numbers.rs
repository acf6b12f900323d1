//! Building RSA keys from the loose numbers that C_CreateObject is given.

use super::keys::{MODULUS_BITS, Numbers, check_exponent, public_of};
use crate::fault::Fault;
use crate::secret::Secret;
use ::rsa::pkcs1::{EncodeRsaPrivateKey, EncodeRsaPublicKey};
use ::rsa::{BoxedUint, RsaPrivateKey};
use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{ConcatenatingMul, Gcd, Integer, NonZero, Odd, Resize};

/// The public exponents that are tried when a template names none.
const USUAL_EXPONENTS: [u64; 5] = [65537, 3, 17, 5, 257];

/// The RSAPublicKey (PKCS#1 DER) of a modulus and a public exponent, both big-endian.
///
/// # Errors
/// [`Fault::KeySize`], [`Fault::InvalidKey`].
pub fn public_from_numbers(modulus: &[u8], public_exponent: &[u8]) -> Result<Secret, Fault> {
    let (modulus, _) = modulus_of(modulus)?;
    let exponent = BoxedUint::from(check_exponent(public_exponent)?);
    let key = public_of(modulus.get(), exponent)?;
    let encoded = key.to_pkcs1_der().map_err(|_| Fault::Internal("a checked RSA key encodes"))?;
    Ok(Secret::from(encoded.as_bytes()))
}

/// The RSAPrivateKey (PKCS#1 DER) of a modulus and a private exponent; whatever else is empty is computed.
///
/// A public exponent that is not given is sought among the usual ones. Chinese-remainder values that are given
/// must be the right ones.
///
/// # Errors
/// [`Fault::KeySize`], [`Fault::InvalidKey`].
pub fn pair_from_numbers(given: &Numbers) -> Result<Secret, Fault> {
    let unfit = || Fault::InvalidKey("the RSA numbers do not fit together");
    let (modulus, bits) = modulus_of(&given.modulus)?;
    let secret = trimmed(given.private_exponent.expose());
    if secret.is_empty() {
        return Err(Fault::TemplateIncomplete("CKA_PRIVATE_EXPONENT"));
    }
    let secret = BoxedUint::from_be_slice(secret, bits).map_err(|_| unfit())?;
    let exponents = match check_exponent(&given.public_exponent) {
        Ok(exponent) => vec![exponent],
        Err(_) if given.public_exponent.is_empty() => USUAL_EXPONENTS.to_vec(),
        Err(fault) => return Err(fault),
    };
    for exponent in exponents {
        let primes = match given_primes(given, bits)? {
            Some(primes) => primes,
            None => match factors(&modulus, exponent, &secret) {
                Some(primes) => primes,
                None => continue,
            },
        };
        let exponent = BoxedUint::from(exponent);
        let key = RsaPrivateKey::from_components(modulus.as_ref().clone(), exponent, secret.clone(), primes);
        if let Ok(key) = key {
            let encoded = key.to_pkcs1_der().map_err(|_| unfit())?;
            let encoded = Secret::from(encoded.as_bytes());
            agrees(given, &encoded)?;
            return Ok(encoded);
        }
    }
    Err(unfit())
}

fn trimmed(bytes: &[u8]) -> &[u8] {
    let zeroes = bytes.iter().take_while(|byte| **byte == 0).count();
    &bytes[zeroes..]
}

/// The modulus, and its size rounded up to whole limbs.
fn modulus_of(bytes: &[u8]) -> Result<(Odd<BoxedUint>, u32), Fault> {
    let bytes = trimmed(bytes);
    let bits = bytes.len() * 8 - bytes.first().map_or(0, |byte| byte.leading_zeros() as usize);
    if !MODULUS_BITS.contains(&bits) {
        return Err(Fault::KeySize { bits });
    }
    let precision = u32::try_from(bytes.len() * 8).map_err(|_| Fault::KeySize { bits })?;
    let even = || Fault::InvalidKey("the modulus is even");
    let number = BoxedUint::from_be_slice(bytes, precision).map_err(|_| even())?;
    let odd = Odd::new(number).into_option().ok_or_else(even)?;
    Ok((odd, precision))
}

fn given_primes(given: &Numbers, bits: u32) -> Result<Option<Vec<BoxedUint>>, Fault> {
    let read = |secret: &Secret| {
        BoxedUint::from_be_slice(trimmed(secret.expose()), bits)
            .map_err(|_| Fault::InvalidKey("a prime is longer than the modulus"))
    };
    match (given.prime_1.is_empty(), given.prime_2.is_empty()) {
        (true, true) => Ok(None),
        (false, false) => Ok(Some(vec![read(&given.prime_1)?, read(&given.prime_2)?])),
        _ => Err(Fault::TemplateInconsistent("one prime is given without the other")),
    }
}

/// What was given must be what was computed.
fn agrees(given: &Numbers, encoded: &Secret) -> Result<(), Fault> {
    use der::Decode;
    let key = pkcs1::RsaPrivateKeyRef::from_der(encoded.expose())
        .map_err(|_| Fault::Internal("a fresh RSA key decodes"))?;
    let pairs = [
        (&given.exponent_1, key.exponent1),
        (&given.exponent_2, key.exponent2),
        (&given.coefficient, key.coefficient),
    ];
    let fits = |(given, right): &(&Secret, pkcs1::UintRef<'_>)| {
        given.is_empty() || Secret::from(trimmed(given.expose())) == Secret::from(right.as_bytes())
    };
    if pairs.iter().all(fits) {
        Ok(())
    } else {
        Err(Fault::InvalidKey("the Chinese-remainder values do not fit the RSA key"))
    }
}

/// The two primes of n, found from a multiple of its group's order (NIST SP 800-56B, appendix C.1): with
/// e·d - 1 = 2^t·r, some small g has a power g^(2^s·r) that is a square root of 1 other than 1 and n - 1.
///
/// The time it takes tells something of r's length, and only while a key is imported from clear numbers.
fn factors(n: &Odd<BoxedUint>, exponent: u64, secret: &BoxedUint) -> Option<Vec<BoxedUint>> {
    let one = BoxedUint::one_with_precision(n.bits_precision());
    let product = secret.concatenating_mul(&BoxedUint::from(exponent));
    if product.is_zero().into() {
        return None;
    }
    let multiple = product.wrapping_sub(BoxedUint::one());
    if multiple.is_zero().into() || multiple.is_odd().into() {
        return None;
    }
    let twos = multiple.trailing_zeros_vartime();
    let rest = multiple.shr_vartime(twos)?;
    let params = BoxedMontyParams::new(n.clone());
    let minus_one = n.as_ref().wrapping_sub(&one);
    for base in [2_u64, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37] {
        let base = BoxedUint::from(base).resize_unchecked(n.bits_precision());
        let mut power = BoxedMontyForm::new(base, &params).pow(&rest);
        for _ in 0..twos {
            let square = power.square();
            let root = power.retrieve();
            if root == one || root == minus_one {
                break;
            }
            if square.retrieve() == one {
                let p = root.wrapping_sub(&one).gcd(n.as_ref());
                let q = n.as_ref().wrapping_div(&NonZero::new(p.clone()).into_option()?);
                return Some(vec![p, q]);
            }
            power = square;
        }
    }
    None
}
