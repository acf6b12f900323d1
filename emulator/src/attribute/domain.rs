//! Domain parameters: which numbers can be a prime, a subprime and a base.

use crate::fault::Fault;
use crate::object::{Class, Object};
use crate::registry::constants as ck;

/// A number of the object, big-endian, without leading zeros.
fn digits(object: &Object, cka: u64) -> &[u8] {
    let bytes = object.facts.kept.get(&cka).map_or(&[][..], Vec::as_slice);
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    &bytes[zeros..]
}

/// Its size in bits; `None` when the object has no such number.
pub(super) fn bits(object: &Object, cka: u64) -> Option<u64> {
    let digits = digits(object, cka);
    let first = digits.first()?;
    Some(digits.len() as u64 * 8 - u64::from(first.leading_zeros()))
}

/// Whether the numbers of domain parameters can be what they are called: the prime and the subprime odd, the subprime and
/// the base between 1 and the prime. Nothing is computed with them here, so primes are not tried.
///
/// # Errors
/// [`Fault::AttributeValue`].
pub(super) fn admit(object: &Object) -> Result<(), Fault> {
    let Class::DomainParameters(_) = object.class else { return Ok(()) };
    let number = |cka| digits(object, cka);
    let below = |one: &[u8], other: &[u8]| (one.len(), one) < (other.len(), other);
    let is_odd = |one: &[u8]| one.last().is_some_and(|last| last & 1 == 1);
    let prime = number(ck::CKA_PRIME);
    let within = |one: &[u8]| below(&[1], one) && below(one, prime);
    if !is_odd(prime) || !below(&[1], prime) {
        return Err(Fault::AttributeValue("CKA_PRIME"));
    }
    let subprime = object.facts.kept.contains_key(&ck::CKA_SUBPRIME).then(|| number(ck::CKA_SUBPRIME));
    if subprime.is_some_and(|subprime| !is_odd(subprime) || !within(subprime)) {
        return Err(Fault::AttributeValue("CKA_SUBPRIME"));
    }
    if within(number(ck::CKA_BASE)) { Ok(()) } else { Err(Fault::AttributeValue("CKA_BASE")) }
}
