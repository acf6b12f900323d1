//! HKDF (RFC 5869), whole or in one of its halves (PKCS#11 §6.62).

use super::digest::with_function;
use super::{Family, kdf};
use crate::fault::Fault;
use crate::key::Key;
use crate::key::algorithm::Algorithm;
use crate::registry::constants as ck;
use crate::registry::parameter::{Parameter, Shape};
use crate::registry::{Derive, End, KeyKind, Mechanism, Psa, Takes};
use crate::secret::Secret;
use ::hkdf::{GenericHkdf, GenericHkdfExtract};
use ::hmac::SimpleHmac;
use zeroize::Zeroizing;

/// The family's rows.
pub static FAMILY: Family = Family {
    name: "hkdf",
    mechanisms: &[Mechanism {
        name: "CKM_HKDF_DERIVE",
        ckm: ck::CKM_HKDF_DERIVE,
        psa: Some(Psa { algorithm: Algorithm::hkdf(Algorithm::ANY_HASH), takes: Takes::Message }),
        keys: &[KeyKind::AnySecret],
        parameter: Shape::Hkdf,
        kdf: Some(kdf::HKDF),
        derive: Some(Derive { derive, several: None, drops: End::Trailing, inherits: false, follows: false }),
        ..Mechanism::NOTHING
    }],
    keys: None,
};

fn derive(key: &Key, parameter: &Parameter, wanted: Option<usize>) -> Result<Secret, Fault> {
    let Parameter::Hkdf { extract, expand, hash, salt, info } = parameter else {
        return Err(Fault::BadParameter("CK_HKDF_PARAMS is expected"));
    };
    if !extract && !expand {
        return Err(Fault::BadParameter("bExtract or bExpand must be set"));
    }
    let material = key.material().expose();
    // RFC 5869, §2.3: at most 255 digests.
    let length = wanted.unwrap_or(hash.length());
    if *expand && length > 255 * hash.length() {
        return Err(Fault::KeySize { bits: length.saturating_mul(8) });
    }
    with_function!(*hash, D => {
        let first = if *extract {
            let mut state = GenericHkdfExtract::<SimpleHmac<D>>::new(Some(salt.expose()));
            state.input_ikm(material);
            Zeroizing::new(state.finalize().0.to_vec())
        } else {
            Zeroizing::new(material.to_vec())
        };
        if !expand {
            return Ok(Secret::from(first.as_slice()));
        }
        let state = GenericHkdf::<SimpleHmac<D>>::from_prk(&first)
            .map_err(|_| Fault::BadParameter("a key that is only expanded is at least as long as the hash"))?;
        let mut out = Zeroizing::new(vec![0; length]);
        state.expand(info, &mut out).map_err(|_| Fault::KeySize { bits: length.saturating_mul(8) })?;
        Ok(Secret::from(out.as_slice()))
    })
}
