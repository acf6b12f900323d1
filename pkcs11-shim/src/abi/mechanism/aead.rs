//! The parameters of authenticated encryption.

use super::{string, whole};
use cryptoki_sys::{CK_BYTE, CK_CCM_PARAMS, CK_GCM_PARAMS, CK_MECHANISM, CK_ULONG};
use twintoken::fault::Fault;
use twintoken::registry::parameter::Parameter;

/// # Safety
/// Nonce and additional data must be readable.
pub(super) unsafe fn ccm(given: CK_CCM_PARAMS) -> Result<Parameter, Fault> {
    // SAFETY: both strings are readable by this function's contract.
    let (nonce, additional_data) =
        unsafe { (string(given.pNonce, given.ulNonceLen)?, string(given.pAAD, given.ulAADLen)?) };
    let tag = usize::try_from(given.ulMACLen).map_err(|_| Fault::BadParameter("ulMACLen is too long"))?;
    Ok(Parameter::Ccm { length: given.ulDataLen, nonce, additional_data, tag })
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
pub(super) unsafe fn gcm(given: &CK_MECHANISM) -> Result<Parameter, Fault> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr;

    fn decode<T>(structure: &T) -> Result<Parameter, Fault> {
        let given = CK_MECHANISM {
            mechanism: 0,
            pParameter: ptr::from_ref(structure).cast_mut().cast(),
            ulParameterLen: size_of::<T>() as CK_ULONG,
        };
        // SAFETY: the tests' structures are as long as they say.
        unsafe { gcm(&given) }
    }

    #[test]
    fn ccm_is_read_as_it_is() {
        let (mut nonce, mut aad) = ([1_u8; 7], [2_u8; 3]);
        let given = CK_CCM_PARAMS {
            ulDataLen: 5,
            pNonce: nonce.as_mut_ptr(),
            ulNonceLen: 7,
            pAAD: aad.as_mut_ptr(),
            ulAADLen: 3,
            ulMACLen: 8,
        };
        let expected = Parameter::Ccm { length: 5, nonce: vec![1; 7], additional_data: vec![2; 3], tag: 8 };
        // SAFETY: both strings are as long as they say.
        assert_eq!(unsafe { ccm(given) }, Ok(expected));
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
        assert_eq!(decode(&now), expected);
        let old = GcmWithoutIvBits {
            iv: iv.as_mut_ptr(),
            iv_length: 12,
            aad: aad.as_mut_ptr(),
            aad_length: 3,
            tag_bits: 128,
        };
        assert_eq!(decode(&old), expected);
    }
}
