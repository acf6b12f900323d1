//! How the bytes of a derivation become the material of a key (PSA Crypto, "Key types", "Key derivation" of each).

use crate::algorithms::weierstrass;
use crate::fault::Fault;
use crate::key::key_type::{Curve, KeyType};
use crate::secret::Secret;

/// Material for a key of this type and size in bits, of the bytes that `draw` gives, which it may ask more than once.
///
/// # Errors
/// [`Fault::KeyTypeNotSupported`] for a type that is not derived; [`Fault::CurveNotSupported`], [`Fault::InvalidKey`] for a
/// size; what `draw` refuses.
pub fn material(
    key_type: KeyType,
    bits: usize,
    draw: &mut dyn FnMut(usize) -> Result<Secret, Fault>,
) -> Result<Secret, Fault> {
    match key_type {
        KeyType::EccKeyPair(family) => {
            let curve = Curve::of(family, bits)?;
            if family.is_weierstrass() { scalar(curve, draw) } else { draw(curve.bytes()) }
        }
        KeyType::RsaKeyPair => Err(Fault::KeyTypeNotSupported("RSA keys are not derived")),
        secret if secret.is_secret() && bits.is_multiple_of(8) => draw(bits / 8),
        secret if secret.is_secret() => Err(Fault::InvalidKey("its size is no number of bytes")),
        _ => Err(Fault::KeyTypeNotSupported("keys of this type are not derived")),
    }
}

/// One more than a number below the order less 1; numbers above are drawn again.
fn scalar(curve: Curve, draw: &mut dyn FnMut(usize) -> Result<Secret, Fault>) -> Result<Secret, Fault> {
    loop {
        let mut bytes = zeroize::Zeroizing::new(draw(curve.bytes())?.expose().to_vec());
        if let (spare @ 1.., Some(first)) = (curve.bits() % 8, bytes.first_mut()) {
            *first &= (1 << spare) - 1;
        }
        for byte in bytes.iter_mut().rev() {
            *byte = byte.wrapping_add(1);
            if *byte != 0 {
                break;
            }
        }
        if weierstrass::is_scalar(curve, &bytes) {
            return Ok(Secret::new(std::mem::take(&mut *bytes)));
        }
    }
}
