//! Keys that are ciphertexts: CKM_…_ECB_ENCRYPT_DATA and CKM_…_CBC_ENCRYPT_DATA (PKCS#11 §6.17).

use super::{BlockCipher, Mode, begin};
use crate::fault::Fault;
use crate::registry::Direction;
use crate::registry::parameter::Parameter;
use crate::secret::Secret;
use zeroize::Zeroizing;

/// The data of the parameter, encrypted. It is as long as the data, which the caller chose for a key of `length` bytes.
pub(in super::super) fn encrypt_data<C: BlockCipher>(
    cipher: &C,
    parameter: &Parameter,
    length: Option<usize>,
) -> Result<Secret, Fault> {
    let (mode, chain, data) = match parameter {
        Parameter::Data(data) => (Mode::Ecb, Parameter::None, data),
        Parameter::IvData { iv, data } => (Mode::Cbc, Parameter::Iv(iv.clone()), data),
        _ => return Err(Fault::BadParameter("data to encrypt is expected")),
    };
    if data.is_empty() || !data.len().is_multiple_of(C::block_size()) {
        return Err(Fault::BadParameter("the data is no whole number of blocks"));
    }
    if length.is_some_and(|length| data.len() < length) {
        return Err(Fault::BadParameter("the data is shorter than the key"));
    }
    let mut transform = begin(cipher, mode, &chain, Direction::Encrypt)?;
    let mut value = Zeroizing::new(transform.update(data)?);
    Ok(Secret::new(std::mem::take(&mut *value)))
}
