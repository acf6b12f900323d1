//! The parameters of signatures with a context: EdDSA and ML-DSA.

use super::{boolean, hash_of, string};
use cryptoki_sys::{
    CK_BYTE, CK_EDDSA_PARAMS, CK_HASH_SIGN_ADDITIONAL_CONTEXT, CK_SIGN_ADDITIONAL_CONTEXT, CK_ULONG,
};
use twintoken::fault::Fault;
use twintoken::registry::constants as ck;
use twintoken::registry::parameter::Parameter;
use twintoken::registry::prehash::{Hedge, Prehash};

/// # Safety
/// The context must be readable.
pub(super) unsafe fn eddsa(given: CK_EDDSA_PARAMS) -> Result<Parameter, Fault> {
    let prehash = boolean(given.phFlag)?;
    // SAFETY: the context is readable by this function's contract.
    let context = unsafe { string(given.pContextData, given.ulContextDataLen) }?;
    Ok(Parameter::Eddsa { prehash, context })
}

/// # Safety
/// The context must be readable.
pub(super) unsafe fn context(given: CK_SIGN_ADDITIONAL_CONTEXT) -> Result<Parameter, Fault> {
    // SAFETY: this function's contract is the same.
    unsafe { signing(given.hedgeVariant, given.pContext, given.ulContextLen, None) }
}

/// # Safety
/// The context must be readable.
pub(super) unsafe fn hash_context(given: CK_HASH_SIGN_ADDITIONAL_CONTEXT) -> Result<Parameter, Fault> {
    let prehash = Some(Prehash::Of(hash_of(given.hash)?));
    // SAFETY: this function's contract is the same.
    unsafe { signing(given.hedgeVariant, given.pContext, given.ulContextLen, prehash) }
}

/// # Safety
/// The context must be readable.
unsafe fn signing(
    hedge: CK_ULONG,
    context: *const CK_BYTE,
    length: CK_ULONG,
    prehash: Option<Prehash>,
) -> Result<Parameter, Fault> {
    let hedge = match hedge {
        ck::CKH_HEDGE_PREFERRED => Hedge::Preferred,
        ck::CKH_HEDGE_REQUIRED => Hedge::Required,
        ck::CKH_DETERMINISTIC_REQUIRED => Hedge::Deterministic,
        _ => return Err(Fault::BadParameter("hedgeVariant is none of the three")),
    };
    // SAFETY: the context is readable by this function's contract.
    let context = unsafe { string(context, length) }?;
    Ok(Parameter::Signing { hedge, context, prehash })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_is_read_with_its_hedge_and_its_hash() {
        let mut bytes = *b"here";
        let given = CK_HASH_SIGN_ADDITIONAL_CONTEXT {
            hedgeVariant: ck::CKH_DETERMINISTIC_REQUIRED,
            pContext: bytes.as_mut_ptr(),
            ulContextLen: 4,
            hash: ck::CKM_SHA384,
        };
        let expected = Parameter::Signing {
            hedge: Hedge::Deterministic,
            context: b"here".to_vec(),
            prehash: Some(Prehash::Of(twintoken::key::algorithm::Hash::Sha384)),
        };
        // SAFETY: the context is as long as it says.
        unsafe {
            assert_eq!(hash_context(given), Ok(expected));
            for wrong in [
                CK_HASH_SIGN_ADDITIONAL_CONTEXT { hedgeVariant: 3, ..given },
                CK_HASH_SIGN_ADDITIONAL_CONTEXT { hash: ck::CKM_SHA384_HMAC, ..given },
                CK_HASH_SIGN_ADDITIONAL_CONTEXT { pContext: std::ptr::null_mut(), ..given },
            ] {
                assert!(matches!(hash_context(wrong), Err(Fault::BadParameter(_))));
            }
        }
    }
}
