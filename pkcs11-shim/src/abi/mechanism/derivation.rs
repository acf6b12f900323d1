//! The parameters of key agreement and derivation.

use super::{boolean, hash_of, string};
use cryptoki_sys::{
    CK_AES_CBC_ENCRYPT_DATA_PARAMS, CK_DES_CBC_ENCRYPT_DATA_PARAMS, CK_ECDH1_DERIVE_PARAMS, CK_HKDF_PARAMS,
    CK_KEY_DERIVATION_STRING_DATA, CKF_HKDF_SALT_DATA, CKF_HKDF_SALT_NULL,
};
use twintoken::fault::Fault;
use twintoken::registry::parameter::Parameter;
use twintoken::secret::Secret;

/// # Safety
/// The data must be readable.
pub(super) unsafe fn data(given: CK_KEY_DERIVATION_STRING_DATA) -> Result<Parameter, Fault> {
    // SAFETY: the data is readable by this function's contract.
    unsafe { string(given.pData, given.ulLen) }.map(Parameter::Data)
}

/// # Safety
/// The data must be readable.
pub(super) unsafe fn aes_iv_data(given: CK_AES_CBC_ENCRYPT_DATA_PARAMS) -> Result<Parameter, Fault> {
    // SAFETY: the data is readable by this function's contract.
    let data = unsafe { string(given.pData, given.length) }?;
    Ok(Parameter::IvData { iv: given.iv.to_vec(), data })
}

/// # Safety
/// The data must be readable.
pub(super) unsafe fn des_iv_data(given: CK_DES_CBC_ENCRYPT_DATA_PARAMS) -> Result<Parameter, Fault> {
    // SAFETY: the data is readable by this function's contract.
    let data = unsafe { string(given.pData, given.length) }?;
    Ok(Parameter::IvData { iv: given.iv.to_vec(), data })
}

/// A salt that is another key is not built; which strings are looked at is decided by what is asked for.
///
/// # Safety
/// Both strings must be readable.
pub(super) unsafe fn hkdf(given: CK_HKDF_PARAMS) -> Result<Parameter, Fault> {
    let (extract, expand) = (boolean(given.bExtract)?, boolean(given.bExpand)?);
    let salt = match given.ulSaltType {
        _ if !extract => Secret::default(),
        CKF_HKDF_SALT_NULL => Secret::default(),
        // SAFETY: the salt is readable by this function's contract.
        CKF_HKDF_SALT_DATA => Secret::new(unsafe { string(given.pSalt, given.ulSaltLen) }?),
        _ => return Err(Fault::BadParameter("the salt is none, or data")),
    };
    let info = if expand {
        // SAFETY: the info string is readable by this function's contract.
        unsafe { string(given.pInfo, given.ulInfoLen) }?
    } else {
        Vec::new()
    };
    let hash = hash_of(given.prfHashMechanism)?;
    Ok(Parameter::Hkdf { extract, expand, hash, salt, info })
}

/// # Safety
/// Both strings must be readable.
pub(super) unsafe fn ecdh1(given: CK_ECDH1_DERIVE_PARAMS) -> Result<Parameter, Fault> {
    // SAFETY: both strings are readable by this function's contract.
    let (shared, public) = unsafe {
        (string(given.pSharedData, given.ulSharedDataLen)?, string(given.pPublicData, given.ulPublicDataLen)?)
    };
    Ok(Parameter::Ecdh1 { kdf: given.kdf, shared, public })
}
