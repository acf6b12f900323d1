//! The rows of the mapping between the faces, each with wrong mappings that it must find.

mod facts;
mod identity;
mod policy;

use super::Row;
use super::seen::{Both, Shown, Told};
use twintoken::registry::constants as ck;

/// The table.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    [identity::ROWS, policy::ROWS, facts::ROWS].into_iter().flatten()
}

/// An error with what was seen, unless it `holds`.
fn ensure(holds: bool, seen: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(seen()) }
}

/// Holds of every key that both faces see.
fn of_both(both: &Both, holds: impl FnOnce(&Shown, &Told) -> Result<(), String>) -> Result<(), String> {
    both.pair().map_or(Ok(()), |(shown, told)| holds(shown, told))
}

fn is_public(shown: &Shown) -> bool {
    shown.number(ck::CKA_CLASS) == Some(ck::CKO_PUBLIC_KEY)
}

fn is_private(shown: &Shown) -> bool {
    shown.number(ck::CKA_CLASS) == Some(ck::CKO_PRIVATE_KEY)
}

/// Where a usage attribute is read: what the public half of a pair is for, its own object says while it lives.
fn says(both: &Both, cka: u64) -> Option<bool> {
    let of_half = [ck::CKA_VERIFY, ck::CKA_ENCRYPT, ck::CKA_WRAP].contains(&cka);
    let shown = both.object.as_ref()?;
    if of_half && is_private(shown) { both.half.as_ref()?.is(cka) } else { shown.is(cka) }
}

/// Whether PKCS#11 says that it signs or verifies.
fn signs(both: &Both) -> bool {
    says(both, ck::CKA_SIGN) == Some(true) || says(both, ck::CKA_VERIFY) == Some(true)
}

/// Whether PKCS#11 says that other keys are derived with it.
fn derives(both: &Both) -> bool {
    says(both, ck::CKA_DERIVE) == Some(true)
}
