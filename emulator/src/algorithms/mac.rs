//! What all MACs share: signing and verifying in one step, and MACs that the caller's parameter cuts short.

use crate::fault::Fault;
use crate::key::Key;
use crate::registry::MacState;
use crate::registry::parameter::Parameter;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Starts a MAC.
pub(super) type Begin = fn(&Key) -> Result<Box<dyn MacState>, Fault>;

/// Checks that the parameter, where there is one, is a length from 1 to that of the whole MAC.
pub(super) fn check_length(parameter: &Parameter, whole: usize) -> Result<(), Fault> {
    match parameter {
        Parameter::MacLength(length) if (1..=whole).contains(length) => Ok(()),
        Parameter::MacLength(_) => Err(Fault::BadParameter("the MAC is not as long as that, or 0 bytes")),
        _ => Err(Fault::BadParameter("CK_MAC_GENERAL_PARAMS is expected")),
    }
}

/// The MAC of `input`, as long as the parameter says.
pub(super) fn compute(
    begin: Begin,
    key: &Key,
    parameter: &Parameter,
    input: &[u8],
) -> Result<Vec<u8>, Fault> {
    let mut state = begin(key)?;
    state.update(input);
    let mut mac = state.finish();
    mac.truncate(parameter.mac_length().unwrap_or(mac.len()));
    Ok(mac)
}

/// Verifies a MAC of `input` in constant time.
pub(super) fn verify(
    begin: Begin,
    key: &Key,
    parameter: &Parameter,
    input: &[u8],
    mac: &[u8],
) -> Result<(), Fault> {
    let right = Zeroizing::new(compute(begin, key, parameter, input)?);
    if right.len() != mac.len() {
        return Err(Fault::SignatureLength);
    }
    if bool::from(right.ct_eq(mac)) { Ok(()) } else { Err(Fault::BadSignature) }
}
