//! CK_MECHANISM: the row's shape says what pParameter points to, and the structure there becomes a [`Parameter`].

mod derivation;
mod more_keys;
mod signing;
mod sp800_108;

pub(super) use more_keys::MoreKeys;

use super::bytes;
use cryptoki_sys::{
    CK_AES_CTR_PARAMS, CK_BBOOL, CK_BYTE, CK_FALSE, CK_GCM_PARAMS, CK_MAC_GENERAL_PARAMS, CK_MECHANISM,
    CK_RSA_PKCS_OAEP_PARAMS, CK_RSA_PKCS_PSS_PARAMS, CK_SESSION_HANDLE, CK_TRUE, CK_ULONG,
    CKZ_DATA_SPECIFIED,
};
use twintoken::fault::Fault;
use twintoken::key::algorithm::Hash;
use twintoken::pkcs11::{Cryptoki, Mechanism, Operation, parameter_shape};
use twintoken::registry::constants as ck;
use twintoken::registry::parameter::{Parameter, Shape};

/// The longest string inside a parameter, in bytes: additional data, contexts, points.
const STRING_LIMIT: usize = 16 << 20;

const NULL_OR_LENGTH: Fault = Fault::BadParameter("pParameter is NULL, or its length is not the structure's");

/// The mechanism at `pointer`, with its parameter.
///
/// # Safety
/// If `pointer` is not NULL, a CK_MECHANISM must be readable there, at its pParameter that many bytes, and what they point
/// to.
pub(super) unsafe fn read(
    face: &Cryptoki<'_>,
    session: CK_SESSION_HANDLE,
    pointer: *const CK_MECHANISM,
) -> Result<Mechanism, Fault> {
    // SAFETY: this function's contract.
    let mechanism = unsafe { read_alone(pointer) };
    // §5.1.7: that the session is none comes before anything that is wrong with the mechanism.
    mechanism.or_else(|fault| face.session_info(session).and(Err(fault)))
}

/// The mechanism that a C_…Init was given; `None` when it was NULL and the active operation ended by that (3.0).
///
/// # Safety
/// As for [`read`].
pub(super) unsafe fn of_init(
    face: &Cryptoki<'_>,
    session: CK_SESSION_HANDLE,
    operation: Operation,
    pointer: *const CK_MECHANISM,
) -> Result<Option<Mechanism>, Fault> {
    face.knows_session(session)?;
    if pointer.is_null() {
        return face.cancel(session, operation).map(|()| None);
    }
    // SAFETY: this function's contract.
    unsafe { read(face, session, pointer) }.map(Some)
}

/// # Safety
/// As for [`read`].
unsafe fn read_alone(pointer: *const CK_MECHANISM) -> Result<Mechanism, Fault> {
    // SAFETY: readable by this function's contract.
    let given = unsafe { bytes::structure(pointer, Fault::BadArgument("pMechanism is NULL")) }?;
    let shape = parameter_shape(given.mechanism).ok_or(Fault::NoSuchMechanism(given.mechanism))?;
    // SAFETY: this function's contract covers the parameter.
    let parameter = unsafe { parameter(&given, shape) }?;
    Ok(Mechanism { ckm: given.mechanism, parameter })
}

/// # Safety
/// As for [`read`].
unsafe fn parameter(given: &CK_MECHANISM, shape: Shape) -> Result<Parameter, Fault> {
    let absent = given.ulParameterLen == 0;
    match shape {
        Shape::None if absent => Ok(Parameter::None),
        Shape::None => Err(Fault::BadParameter("the mechanism takes none")),
        Shape::Eddsa | Shape::SignContext | Shape::OptionalIv(_) if absent => Ok(Parameter::None),
        // SAFETY: this function's contract covers the parameter and what it points to, for each of these.
        Shape::Iv(length) | Shape::OptionalIv(length) => unsafe { iv(given, length) },
        // SAFETY: as above.
        Shape::MacLength => unsafe { whole(given) }.and_then(mac_length),
        // SAFETY: as above.
        Shape::Data => unsafe { derivation::data(whole(given)?) },
        // SAFETY: as above.
        Shape::OtherKey => unsafe { whole::<CK_ULONG>(given) }.map(Parameter::Handle),
        // SAFETY: as above.
        Shape::Bit => unsafe { whole::<CK_ULONG>(given) }.map(Parameter::Bit),
        // SAFETY: as above.
        Shape::Hkdf => unsafe { derivation::hkdf(whole(given)?) },
        // SAFETY: as above.
        Shape::Counted => unsafe { sp800_108::counted(whole(given)?) },
        // SAFETY: as above.
        Shape::Feedback => unsafe { sp800_108::feedback(whole(given)?) },
        // SAFETY: as above.
        Shape::IvData(8) => unsafe { derivation::des_iv_data(whole(given)?) },
        // SAFETY: as above.
        Shape::IvData(_) => unsafe { derivation::aes_iv_data(whole(given)?) },
        // SAFETY: as above.
        Shape::Counter => unsafe { whole(given) }.map(counter),
        // SAFETY: as above.
        Shape::Gcm => unsafe { gcm(given) },
        // SAFETY: as above.
        Shape::Pss => unsafe { whole(given) }.and_then(pss),
        // SAFETY: as above.
        Shape::Oaep => unsafe { oaep(whole(given)?) },
        // SAFETY: as above.
        Shape::Ecdh1 => unsafe { derivation::ecdh1(whole(given)?) },
        // SAFETY: as above.
        Shape::Eddsa => unsafe { signing::eddsa(whole(given)?) },
        // SAFETY: as above.
        Shape::SignContext => unsafe { signing::context(whole(given)?) },
        // SAFETY: as above.
        Shape::SignHashContext => unsafe { signing::hash_context(whole(given)?) },
    }
}

/// The parameter as a structure, if its length is exactly the structure's.
///
/// # Safety
/// pParameter, if not NULL, must be readable for its length.
unsafe fn whole<T: Copy>(given: &CK_MECHANISM) -> Result<T, Fault> {
    if usize::try_from(given.ulParameterLen) != Ok(size_of::<T>()) {
        return Err(NULL_OR_LENGTH);
    }
    // SAFETY: as many bytes as the structure has are readable by this function's contract.
    unsafe { bytes::structure(given.pParameter.cast_const().cast(), NULL_OR_LENGTH) }
}

/// A string that a structure points to.
///
/// # Safety
/// `pointer`, if not NULL, must be readable for `length` bytes.
pub(super) unsafe fn string(pointer: *const CK_BYTE, length: CK_ULONG) -> Result<Vec<u8>, Fault> {
    let fault = Fault::BadParameter("a string inside it is NULL or longer than 16 MiB");
    // SAFETY: this function's contract is the same.
    unsafe { bytes::slice(pointer.cast(), length, STRING_LIMIT, fault) }.map(<[u8]>::to_vec)
}

/// # Safety
/// As for [`whole`].
unsafe fn iv(given: &CK_MECHANISM, length: usize) -> Result<Parameter, Fault> {
    if usize::try_from(given.ulParameterLen) != Ok(length) {
        return Err(Fault::BadParameter("the initialisation vector has the wrong length"));
    }
    // SAFETY: this function's contract is the same.
    unsafe { string(given.pParameter.cast_const().cast(), given.ulParameterLen) }.map(Parameter::Iv)
}

fn mac_length(given: CK_MAC_GENERAL_PARAMS) -> Result<Parameter, Fault> {
    usize::try_from(given)
        .map(Parameter::MacLength)
        .map_err(|_| Fault::BadParameter("the MAC's length is too long"))
}

fn counter(given: CK_AES_CTR_PARAMS) -> Parameter {
    Parameter::Counter { bits: given.ulCounterBits, block: given.cb }
}

/// CK_GCM_PARAMS before ulIvBits was added to it: programs compiled against early 2.40 headers still pass it.
#[repr(C)]
#[derive(Clone, Copy)]
struct GcmWithoutIvBits {
    iv: *mut CK_BYTE,
    iv_length: CK_ULONG,
    aad: *mut CK_BYTE,
    aad_length: CK_ULONG,
    tag_bits: CK_ULONG,
}

/// ulIvBits is not looked at: the specification tells callers to use ulIvLen, and many leave the other one unset.
///
/// # Safety
/// As for [`whole`], and both strings must be readable.
unsafe fn gcm(given: &CK_MECHANISM) -> Result<Parameter, Fault> {
    let old = usize::try_from(given.ulParameterLen) == Ok(size_of::<GcmWithoutIvBits>());
    let GcmWithoutIvBits { iv, iv_length, aad, aad_length, tag_bits } = if old {
        // SAFETY: this function's contract is the same.
        unsafe { whole(given) }?
    } else {
        // SAFETY: this function's contract is the same.
        let now: CK_GCM_PARAMS = unsafe { whole(given) }?;
        GcmWithoutIvBits {
            iv: now.pIv,
            iv_length: now.ulIvLen,
            aad: now.pAAD,
            aad_length: now.ulAADLen,
            tag_bits: now.ulTagBits,
        }
    };
    // SAFETY: both strings are readable by this function's contract.
    let (iv, additional_data) = unsafe { (string(iv, iv_length)?, string(aad, aad_length)?) };
    Ok(Parameter::Gcm { iv, additional_data, tag_bits })
}

fn pss(given: CK_RSA_PKCS_PSS_PARAMS) -> Result<Parameter, Fault> {
    let (hash, mask) = hashes(given.hashAlg, given.mgf)?;
    let salt = usize::try_from(given.sLen).map_err(|_| Fault::BadParameter("sLen is too long"))?;
    Ok(Parameter::Pss { hash, mask, salt: Some(salt) })
}

/// The hash of a digest mechanism.
fn hash_of(ckm: CK_ULONG) -> Result<Hash, Fault> {
    let row = twintoken::algorithms::by_ckm(ckm).and_then(|row| row.digest);
    row.ok_or(Fault::BadParameter("it names no hash of this store"))
}

/// A CK_BBOOL, whose only values are CK_TRUE and CK_FALSE.
fn boolean(given: CK_BBOOL) -> Result<bool, Fault> {
    match given {
        CK_FALSE => Ok(false),
        CK_TRUE => Ok(true),
        _ => Err(Fault::BadParameter("a CK_BBOOL inside it is neither CK_TRUE nor CK_FALSE")),
    }
}

/// hashAlg and mgf of PSS and OAEP.
fn hashes(hash: CK_ULONG, mgf: CK_ULONG) -> Result<(Hash, Hash), Fault> {
    let hash = hash_of(hash)?;
    let mask = match mgf {
        ck::CKG_MGF1_SHA1 => Hash::Sha1,
        ck::CKG_MGF1_SHA224 => Hash::Sha224,
        ck::CKG_MGF1_SHA256 => Hash::Sha256,
        ck::CKG_MGF1_SHA384 => Hash::Sha384,
        ck::CKG_MGF1_SHA512 => Hash::Sha512,
        ck::CKG_MGF1_SHA3_224 => Hash::Sha3_224,
        ck::CKG_MGF1_SHA3_256 => Hash::Sha3_256,
        ck::CKG_MGF1_SHA3_384 => Hash::Sha3_384,
        ck::CKG_MGF1_SHA3_512 => Hash::Sha3_512,
        _ => return Err(Fault::BadParameter("mgf is no mask generation function of this store")),
    };
    Ok((hash, mask))
}

/// # Safety
/// The source data must be readable.
unsafe fn oaep(given: CK_RSA_PKCS_OAEP_PARAMS) -> Result<Parameter, Fault> {
    let (hash, mask) = hashes(given.hashAlg, given.mgf)?;
    if given.source != CKZ_DATA_SPECIFIED && given.ulSourceDataLen > 0 {
        return Err(Fault::BadParameter("source is not CKZ_DATA_SPECIFIED"));
    }
    // SAFETY: the source data is readable by this function's contract.
    let label = unsafe { string(given.pSourceData.cast(), given.ulSourceDataLen) }?;
    Ok(Parameter::Oaep { hash, mask, label })
}

#[cfg(test)]
mod tests {
    use super::*;
    use cryptoki_sys::{CK_ECDH1_DERIVE_PARAMS, CK_EDDSA_PARAMS};
    use std::ptr;

    /// Reads a parameter of `length` bytes at `structure`.
    fn decode<T>(shape: Shape, structure: &T, length: usize) -> Result<Parameter, Fault> {
        let given = CK_MECHANISM {
            mechanism: 0,
            pParameter: ptr::from_ref(structure).cast_mut().cast(),
            ulParameterLen: length as CK_ULONG,
        };
        // SAFETY: the tests' structures are as long as they say, or refused for their length.
        unsafe { parameter(&given, shape) }
    }

    #[test]
    fn a_structure_of_another_length_or_at_null_is_refused() {
        let structure = CK_AES_CTR_PARAMS { ulCounterBits: 32, cb: [7; 16] };
        let whole = size_of_val(&structure);
        for shape in [
            Shape::Counter,
            Shape::Gcm,
            Shape::Pss,
            Shape::Oaep,
            Shape::Ecdh1,
            Shape::Eddsa,
            Shape::SignContext,
            Shape::SignHashContext,
            Shape::Iv(16),
            Shape::OptionalIv(8),
            Shape::MacLength,
            Shape::Data,
            Shape::OtherKey,
            Shape::Bit,
            Shape::Hkdf,
            Shape::Counted,
            Shape::Feedback,
            Shape::IvData(8),
            Shape::IvData(16),
            Shape::None,
        ] {
            assert!(matches!(decode(shape, &structure, 3), Err(Fault::BadParameter(_))), "{shape:?}");
            let null = CK_MECHANISM { mechanism: 0, pParameter: ptr::null_mut(), ulParameterLen: 24 };
            // SAFETY: NULL is never read.
            assert!(matches!(unsafe { parameter(&null, shape) }, Err(Fault::BadParameter(_))), "{shape:?}");
        }
        assert_eq!(
            decode(Shape::Counter, &structure, whole),
            Ok(Parameter::Counter { bits: 32, block: [7; 16] })
        );
        assert_eq!(decode(Shape::Eddsa, &structure, 0), Ok(Parameter::None));
    }

    #[test]
    fn gcm_is_read_with_and_without_iv_bits_and_never_believes_them() {
        let (mut iv, mut aad) = ([1_u8; 12], [2_u8; 3]);
        let expected = Ok(Parameter::Gcm { iv: vec![1; 12], additional_data: vec![2; 3], tag_bits: 128 });
        let now = CK_GCM_PARAMS {
            pIv: iv.as_mut_ptr(),
            ulIvLen: 12,
            ulIvBits: 0xdead,
            pAAD: aad.as_mut_ptr(),
            ulAADLen: 3,
            ulTagBits: 128,
        };
        assert_eq!(decode(Shape::Gcm, &now, size_of_val(&now)), expected);
        let old = GcmWithoutIvBits {
            iv: iv.as_mut_ptr(),
            iv_length: 12,
            aad: aad.as_mut_ptr(),
            aad_length: 3,
            tag_bits: 128,
        };
        assert_eq!(decode(Shape::Gcm, &old, size_of_val(&old)), expected);
    }

    #[test]
    fn a_string_inside_that_is_null_or_too_long_is_refused() {
        let huge = CK_ECDH1_DERIVE_PARAMS {
            kdf: ck::CKD_NULL,
            ulSharedDataLen: 0,
            pSharedData: ptr::null_mut(),
            ulPublicDataLen: CK_ULONG::MAX,
            pPublicData: ptr::dangling_mut(),
        };
        assert!(matches!(decode(Shape::Ecdh1, &huge, size_of_val(&huge)), Err(Fault::BadParameter(_))));
        let null = CK_ECDH1_DERIVE_PARAMS { ulPublicDataLen: 65, pPublicData: ptr::null_mut(), ..huge };
        assert!(matches!(decode(Shape::Ecdh1, &null, size_of_val(&null)), Err(Fault::BadParameter(_))));
    }

    #[test]
    fn oaep_names_its_hashes_and_a_label_that_is_specified() {
        let mut label = *b"label";
        let given = CK_RSA_PKCS_OAEP_PARAMS {
            hashAlg: ck::CKM_SHA256,
            mgf: ck::CKG_MGF1_SHA1,
            source: CKZ_DATA_SPECIFIED,
            pSourceData: label.as_mut_ptr().cast(),
            ulSourceDataLen: 5,
        };
        let expected = Parameter::Oaep { hash: Hash::Sha256, mask: Hash::Sha1, label: label.to_vec() };
        // SAFETY: the label is as long as it says.
        let (right, no_source) =
            unsafe { (oaep(given), oaep(CK_RSA_PKCS_OAEP_PARAMS { source: 0, ..given })) };
        assert_eq!(right, Ok(expected));
        assert!(matches!(no_source, Err(Fault::BadParameter(_))));
    }

    #[test]
    fn pss_names_its_hashes_and_eddsa_its_flag() {
        let given = CK_RSA_PKCS_PSS_PARAMS { hashAlg: ck::CKM_SHA384, mgf: ck::CKG_MGF1_SHA256, sLen: 48 };
        let expected = Parameter::Pss { hash: Hash::Sha384, mask: Hash::Sha256, salt: Some(48) };
        assert_eq!(pss(given), Ok(expected));
        assert!(pss(CK_RSA_PKCS_PSS_PARAMS { mgf: 99, ..given }).is_err());
        let flag = CK_EDDSA_PARAMS { phFlag: 2, ulContextDataLen: 0, pContextData: ptr::null_mut() };
        assert!(matches!(decode(Shape::Eddsa, &flag, size_of_val(&flag)), Err(Fault::BadParameter(_))));
    }
}
