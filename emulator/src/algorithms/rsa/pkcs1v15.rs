//! RSASSA-PKCS1-v1_5, with the DigestInfo made here or by the caller.

use super::super::digest::Function;
use super::super::no_parameter;
use super::keys::Ready;
use super::{length, signing_fault};
use crate::env::{Borrowed, Rng};
use crate::fault::Fault;
use crate::key::Key;
use crate::key::algorithm::Hash;
use crate::registry::parameter::Parameter;
use crate::registry::{Gather, Signature};
use ::rsa::Pkcs1v15Sign;
use ::rsa::traits::SignatureScheme;

/// CKM_RSA_PKCS: signs what it is given, usually a DigestInfo.
pub(super) const RAW: Signature =
    Signature { gather: Gather::Once, check: no_parameter, sign: sign_raw, verify: verify_raw, length };

/// A mechanism that hashes first.
pub(super) const fn hashed<D: Function>() -> Signature {
    Signature {
        gather: Gather::Digest(D::HASH),
        check: no_parameter,
        sign: sign_digest::<D>,
        verify: verify_digest::<D>,
        length,
    }
}

/// DigestInfo up to the digest itself: the algorithm's object identifier with NULL parameters (RFC 8017, §9.2).
const fn prefix(hash: Hash) -> &'static [u8] {
    macro_rules! nist {
        ($total:literal, $arc:literal, $length:literal) => {
            &[
                0x30, $total, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, $arc,
                0x05, 0x00, 0x04, $length,
            ]
        };
    }
    match hash {
        Hash::Md5 => &[
            0x30, 0x20, 0x30, 0x0c, 0x06, 0x08, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05, 0x05, 0x00,
            0x04, 0x10,
        ],
        Hash::Sha1 => {
            &[0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14]
        }
        Hash::Sha224 => nist!(0x2d, 0x04, 0x1c),
        Hash::Sha256 => nist!(0x31, 0x01, 0x20),
        Hash::Sha384 => nist!(0x41, 0x02, 0x30),
        Hash::Sha512 => nist!(0x51, 0x03, 0x40),
        Hash::Sha512_224 => nist!(0x2d, 0x05, 0x1c),
        Hash::Sha512_256 => nist!(0x31, 0x06, 0x20),
        Hash::Sha3_224 => nist!(0x2d, 0x07, 0x1c),
        Hash::Sha3_256 => nist!(0x31, 0x08, 0x20),
        Hash::Sha3_384 => nist!(0x41, 0x09, 0x30),
        Hash::Sha3_512 => nist!(0x51, 0x0a, 0x40),
    }
}

/// The DER of DigestInfo for a digest of this hash.
#[must_use]
pub fn digest_info(hash: Hash, digest: &[u8]) -> Vec<u8> {
    [prefix(hash), digest].concat()
}

/// The hash whose DigestInfo this is, if it is one.
#[must_use]
pub fn digest_info_hash(info: &[u8]) -> Option<Hash> {
    Hash::ALL
        .into_iter()
        .find(|hash| info.strip_prefix(prefix(*hash)).is_some_and(|digest| digest.len() == hash.length()))
}

pub(super) fn sign_raw(key: &Key, _: &Parameter, input: &[u8], rng: &dyn Rng) -> Result<Vec<u8>, Fault> {
    let private = key.prepared::<Ready>()?.private()?;
    Pkcs1v15Sign::new_unprefixed()
        .sign(Some(&mut Borrowed(rng)), private, input)
        .map_err(|error| signing_fault(&error))
}

fn verify_raw(key: &Key, _: &Parameter, input: &[u8], signature: &[u8]) -> Result<(), Fault> {
    if input.len() + 11 > length(key) {
        return Err(Fault::DataLength("RSA PKCS#1 v1.5 takes at most k - 11 bytes"));
    }
    if signature.len() != length(key) {
        return Err(Fault::SignatureLength);
    }
    let public = key.prepared::<Ready>()?.public();
    public.verify(Pkcs1v15Sign::new_unprefixed(), input, signature).map_err(|_| Fault::BadSignature)
}

/// A digest of another length than the hash's would make a DigestInfo that says one thing and holds another.
fn check_digest<D: Function>(digest: &[u8]) -> Result<(), Fault> {
    if digest.len() == D::HASH.length() {
        Ok(())
    } else {
        Err(Fault::DataLength("the input is not as long as the hash"))
    }
}

fn sign_digest<D: Function>(
    key: &Key,
    parameter: &Parameter,
    digest: &[u8],
    rng: &dyn Rng,
) -> Result<Vec<u8>, Fault> {
    check_digest::<D>(digest)?;
    sign_raw(key, parameter, &digest_info(D::HASH, digest), rng)
}

fn verify_digest<D: Function>(
    key: &Key,
    parameter: &Parameter,
    digest: &[u8],
    signature: &[u8],
) -> Result<(), Fault> {
    check_digest::<D>(digest)?;
    verify_raw(key, parameter, &digest_info(D::HASH, digest), signature)
}
