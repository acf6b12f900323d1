//! The parameters of NIST SP 800-108's derivations; the keys that they ask for beside the first are read elsewhere.

use super::{boolean, string};
use crate::abi::bytes;
use cryptoki_sys::{
    CK_OBJECT_HANDLE, CK_PRF_DATA_PARAM, CK_SP800_108_BYTE_ARRAY, CK_SP800_108_COUNTER,
    CK_SP800_108_COUNTER_FORMAT, CK_SP800_108_DKM_LENGTH, CK_SP800_108_DKM_LENGTH_FORMAT,
    CK_SP800_108_DKM_LENGTH_SUM_OF_KEYS, CK_SP800_108_DKM_LENGTH_SUM_OF_SEGMENTS,
    CK_SP800_108_FEEDBACK_KDF_PARAMS, CK_SP800_108_ITERATION_VARIABLE, CK_SP800_108_KDF_PARAMS,
    CK_SP800_108_KEY_HANDLE, CK_ULONG,
};
use twintoken::fault::Fault;
use twintoken::key::algorithm::Hash;
use twintoken::registry::constants as ck;
use twintoken::registry::counted::{Counted, Encoding, Field, Prf};
use twintoken::registry::parameter::Parameter;

/// The most fields that are read.
const FIELD_LIMIT: usize = 1024;

const BAD_FIELD: Fault = Fault::BadParameter("a field is NULL, or its length is not that of its structure");

/// # Safety
/// The fields, and what they point to, must be readable.
pub(super) unsafe fn counted(given: CK_SP800_108_KDF_PARAMS) -> Result<Parameter, Fault> {
    // SAFETY: the fields are readable by this function's contract.
    let fields = unsafe { fields(given.pDataParams, given.ulNumberOfDataParams) }?;
    Ok(Parameter::Counted(Counted { prf: prf(given.prfType)?, fields, iv: Vec::new() }))
}

/// # Safety
/// The fields, what they point to, and the IV must be readable.
pub(super) unsafe fn feedback(given: CK_SP800_108_FEEDBACK_KDF_PARAMS) -> Result<Parameter, Fault> {
    // SAFETY: fields and IV are readable by this function's contract.
    let (fields, iv) = unsafe {
        (fields(given.pDataParams, given.ulNumberOfDataParams)?, string(given.pIV, given.ulIVLen)?)
    };
    Ok(Parameter::Counted(Counted { prf: prf(given.prfType)?, fields, iv }))
}

fn prf(ckm: CK_ULONG) -> Result<Prf, Fault> {
    Ok(Prf::Hmac(match ckm {
        ck::CKM_SHA_1_HMAC => Hash::Sha1,
        ck::CKM_SHA224_HMAC => Hash::Sha224,
        ck::CKM_SHA256_HMAC => Hash::Sha256,
        ck::CKM_SHA384_HMAC => Hash::Sha384,
        ck::CKM_SHA512_HMAC => Hash::Sha512,
        ck::CKM_SHA3_224_HMAC => Hash::Sha3_224,
        ck::CKM_SHA3_256_HMAC => Hash::Sha3_256,
        ck::CKM_SHA3_384_HMAC => Hash::Sha3_384,
        ck::CKM_SHA3_512_HMAC => Hash::Sha3_512,
        ck::CKM_AES_CMAC => return Ok(Prf::AesCmac),
        _ => return Err(Fault::BadParameter("prfType is no pseudorandom function of this store")),
    }))
}

/// # Safety
/// As many fields must be readable at `pointer`, and what they point to.
unsafe fn fields(pointer: *const CK_PRF_DATA_PARAM, count: CK_ULONG) -> Result<Vec<Field>, Fault> {
    let count = usize::try_from(count).ok().filter(|count| *count <= FIELD_LIMIT);
    let count = count.ok_or(Fault::BadParameter("there are more than 1024 fields"))?;
    // NULL, which stays NULL with the first field's offset, is refused there.
    let one = |at: usize| {
        let place = if pointer.is_null() { pointer } else { pointer.wrapping_add(at) };
        // SAFETY: this function's contract covers the field and what it points to.
        unsafe { bytes::structure(place, BAD_FIELD).and_then(|given| field(&given)) }
    };
    (0..count).map(one).collect()
}

/// # Safety
/// What the field points to must be readable.
unsafe fn field(given: &CK_PRF_DATA_PARAM) -> Result<Field, Fault> {
    match given.type_ {
        CK_SP800_108_ITERATION_VARIABLE if given.pValue.is_null() && given.ulValueLen == 0 => {
            Ok(Field::Iteration(None))
        }
        CK_SP800_108_ITERATION_VARIABLE => {
            // SAFETY: this function's contract is the same.
            unsafe { counter(given) }.map(|encoding| Field::Iteration(Some(encoding)))
        }
        // SAFETY: this function's contract is the same.
        CK_SP800_108_COUNTER => unsafe { counter(given) }.map(Field::Counter),
        CK_SP800_108_DKM_LENGTH => {
            // SAFETY: this function's contract is the same.
            let format: CK_SP800_108_DKM_LENGTH_FORMAT = unsafe { whole(given) }?;
            let of_blocks = match format.dkmLengthMethod {
                CK_SP800_108_DKM_LENGTH_SUM_OF_KEYS => false,
                CK_SP800_108_DKM_LENGTH_SUM_OF_SEGMENTS => true,
                _ => return Err(Fault::BadParameter("dkmLengthMethod is none of the two")),
            };
            let encoding =
                Encoding { little_endian: boolean(format.bLittleEndian)?, bits: format.ulWidthInBits };
            Ok(Field::Length { of_blocks, encoding })
        }
        CK_SP800_108_BYTE_ARRAY if given.ulValueLen > 0 => {
            // SAFETY: this function's contract is the same.
            unsafe { string(given.pValue.cast_const().cast(), given.ulValueLen) }.map(Field::Bytes)
        }
        CK_SP800_108_BYTE_ARRAY => Err(Fault::BadParameter("a byte array has at least one byte")),
        // SAFETY: this function's contract is the same.
        CK_SP800_108_KEY_HANDLE => unsafe { whole::<CK_OBJECT_HANDLE>(given) }.map(Field::Handle),
        _ => Err(Fault::BadParameter("a field has a type that is none")),
    }
}

/// # Safety
/// As for [`field`].
unsafe fn counter(given: &CK_PRF_DATA_PARAM) -> Result<Encoding, Fault> {
    // SAFETY: this function's contract is the same.
    let format: CK_SP800_108_COUNTER_FORMAT = unsafe { whole(given) }?;
    Ok(Encoding { little_endian: boolean(format.bLittleEndian)?, bits: format.ulWidthInBits })
}

/// # Safety
/// As for [`field`].
unsafe fn whole<T: Copy>(given: &CK_PRF_DATA_PARAM) -> Result<T, Fault> {
    if usize::try_from(given.ulValueLen) != Ok(size_of::<T>()) {
        return Err(BAD_FIELD);
    }
    // SAFETY: this function's contract is the same.
    unsafe { bytes::structure(given.pValue.cast_const().cast(), BAD_FIELD) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr;

    fn at<T>(type_: CK_ULONG, structure: &T) -> CK_PRF_DATA_PARAM {
        let place = ptr::from_ref(structure).cast_mut().cast();
        CK_PRF_DATA_PARAM { type_, pValue: place, ulValueLen: size_of::<T>() as CK_ULONG }
    }

    fn read(given: &[CK_PRF_DATA_PARAM]) -> Result<Vec<Field>, Fault> {
        // SAFETY: the tests' structures are as long as they say, or refused for their length.
        unsafe { fields(given.as_ptr(), given.len() as CK_ULONG) }
    }

    #[test]
    fn each_field_is_read_in_its_place() {
        let counter = CK_SP800_108_COUNTER_FORMAT { bLittleEndian: 1, ulWidthInBits: 16 };
        let length = CK_SP800_108_DKM_LENGTH_FORMAT {
            dkmLengthMethod: CK_SP800_108_DKM_LENGTH_SUM_OF_SEGMENTS,
            bLittleEndian: 0,
            ulWidthInBits: 32,
        };
        let key: CK_OBJECT_HANDLE = 7;
        let none = CK_PRF_DATA_PARAM {
            type_: CK_SP800_108_ITERATION_VARIABLE,
            pValue: ptr::null_mut(),
            ulValueLen: 0,
        };
        let given = [
            at(CK_SP800_108_ITERATION_VARIABLE, &counter),
            none,
            at(CK_SP800_108_COUNTER, &counter),
            at(CK_SP800_108_BYTE_ARRAY, b"label"),
            at(CK_SP800_108_DKM_LENGTH, &length),
            at(CK_SP800_108_KEY_HANDLE, &key),
        ];
        let narrow = Encoding { little_endian: true, bits: 16 };
        let expected = vec![
            Field::Iteration(Some(narrow)),
            Field::Iteration(None),
            Field::Counter(narrow),
            Field::Bytes(b"label".to_vec()),
            Field::Length { of_blocks: true, encoding: Encoding { little_endian: false, bits: 32 } },
            Field::Handle(7),
        ];
        assert_eq!(read(&given), Ok(expected));
    }

    #[test]
    fn a_field_of_another_length_or_type_or_at_null_is_refused() {
        let counter = CK_SP800_108_COUNTER_FORMAT { bLittleEndian: 2, ulWidthInBits: 16 };
        let method =
            CK_SP800_108_DKM_LENGTH_FORMAT { dkmLengthMethod: 3, bLittleEndian: 0, ulWidthInBits: 32 };
        for given in [
            at(CK_SP800_108_COUNTER, b"abc"),
            at(CK_SP800_108_COUNTER, &counter),
            at(CK_SP800_108_DKM_LENGTH, &method),
            at(CK_SP800_108_BYTE_ARRAY, &[0_u8; 0]),
            at(99, &counter),
            CK_PRF_DATA_PARAM { pValue: ptr::null_mut(), ..at(CK_SP800_108_COUNTER, &counter) },
        ] {
            assert!(matches!(read(&[given]), Err(Fault::BadParameter(_))), "type {}", given.type_);
        }
        // SAFETY: NULL is never read.
        assert!(matches!(unsafe { fields(ptr::null(), 2) }, Err(Fault::BadParameter(_))));
    }

    #[test]
    fn the_function_must_be_one_of_the_table() {
        assert_eq!(prf(ck::CKM_AES_CMAC), Ok(Prf::AesCmac));
        assert_eq!(prf(ck::CKM_SHA256_HMAC), Ok(Prf::Hmac(Hash::Sha256)));
        assert!(matches!(prf(ck::CKM_SHA256), Err(Fault::BadParameter(_))));
    }
}
