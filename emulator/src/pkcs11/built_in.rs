//! Objects that every token has and no store holds: one for each profile it meets and each mechanism it offers.
//!
//! They are found when a search asks for their class, or by an attribute that they alone have; a search for "everything"
//! is about what callers have made. Their ids are the token's own, changed in a way that tells them again.

use super::{Access, Cryptoki, Template};
use crate::attribute::{self, Value};
use crate::object::{Class, Facts, Object, Origin};
use crate::registry::constants as ck;
use crate::settings::Identity;
use crate::store::RecordId;
use std::collections::BTreeMap;

/// The profiles that this token meets, whatever lies on it (PKCS#11 Profiles v3.1 §5). It cannot promise that all
/// certificates are public (CKP_PUBLIC_CERTIFICATES_TOKEN), and neither has all of the specification nor HKDF for TLS.
const PROFILES: [u64; 3] =
    [ck::CKP_BASELINE_PROVIDER, ck::CKP_EXTENDED_PROVIDER, ck::CKP_AUTHENTICATION_TOKEN];

const MARK: [u8; 7] = *b"builtin";

/// The kinds of built-in objects: class, and the attribute that tells which one it is.
const KINDS: [(Class, u64); 2] =
    [(Class::Profile, ck::CKA_PROFILE_ID), (Class::Mechanism, ck::CKA_MECHANISM_TYPE)];

fn id_of(token: RecordId, kind: u8, number: u64) -> RecordId {
    let mark = MARK.into_iter().chain([kind]).chain(number.to_be_bytes());
    let mut id = token.0;
    for (byte, mark) in id.iter_mut().zip(mark) {
        *byte ^= mark;
    }
    RecordId(id)
}

/// The kind and the number of a built-in object's id; `None` for any other.
fn of_id(token: RecordId, id: RecordId) -> Option<(u8, u64)> {
    let mark = id_of(token, 0, 0);
    if id.0[..MARK.len()] != mark.0[..MARK.len()] {
        return None;
    }
    let mut rest = [0; 8];
    for (at, byte) in rest.iter_mut().enumerate() {
        *byte = id.0[8 + at] ^ mark.0[8 + at];
    }
    Some((id.0[7] ^ mark.0[7], u64::from_be_bytes(rest)))
}

fn object(token: RecordId, kind: u8, class: Class, attribute: u64, number: u64) -> Object {
    let value = Value::Ulong(number).to_bytes().expose().to_vec();
    let facts = Facts { kept: BTreeMap::from([(attribute, value)]), ..Facts::default() };
    let id = id_of(token, kind, number);
    Object { id, version: 0, class, facts, origin: Origin::default(), key: None, companion: None }
}

impl Cryptoki<'_> {
    /// The numbers for which there are objects of this class.
    fn built_in_numbers(&self, class: Class) -> Vec<u64> {
        match class {
            // SoftHSM2 has no such objects, and not the interfaces that the profiles ask for.
            _ if self.emulator.settings.identity == Identity::Softhsm2 => Vec::new(),
            Class::Profile => PROFILES.to_vec(),
            Class::Mechanism => {
                let rows = crate::algorithms::mechanisms().filter(|row| self.emulator.offers(row));
                rows.map(|row| row.ckm).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The built-in object with this id.
    pub(super) fn built_in(&self, token: RecordId, id: RecordId) -> Option<Object> {
        let (kind, number) = of_id(token, id)?;
        let (class, attribute) = *KINDS.get(usize::from(kind))?;
        let known = self.built_in_numbers(class).contains(&number);
        known.then(|| object(token, kind, class, attribute, number))
    }

    /// The built-in objects that a search finds; `None` when it does not ask for any.
    pub(super) fn built_in_found(&self, access: &Access, template: &Template) -> Option<Vec<Object>> {
        let token = access.token.id;
        let class = template.get(ck::CKA_CLASS);
        let asks = |(class_of, attribute): &(Class, u64)| {
            let number = Value::Ulong(class_of.cko()).to_bytes();
            class == Some(&number) || template.get(*attribute).is_some()
        };
        let id = template.get(ck::CKA_UNIQUE_ID).and_then(|id| record_id(id.expose()));
        let names_one = id.is_some_and(|id| of_id(token, id).is_some());
        if !names_one && !KINDS.iter().any(asks) {
            return None;
        }
        let all = (0_u8..).zip(KINDS).flat_map(|(kind, (class, attribute))| {
            let numbers = self.built_in_numbers(class).into_iter();
            numbers.map(move |number| object(token, kind, class, attribute, number))
        });
        Some(all.filter(|object| attribute::matches(object, template)).collect())
    }
}

/// The record's id that CKA_UNIQUE_ID shows.
fn record_id(shown: &[u8]) -> Option<RecordId> {
    let digits = std::str::from_utf8(shown).ok()?;
    let number = u128::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 32)?;
    Some(RecordId(number.to_be_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::unique_id;

    #[test]
    fn the_id_of_a_built_in_object_tells_what_it_is_on_its_own_token_alone() {
        let (token, other) = (RecordId([7; 16]), RecordId([8; 16]));
        for (kind, number) in [(0, 1), (1, 0x8000_0001), (1, 0)] {
            let id = id_of(token, kind, number);
            assert_eq!(of_id(token, id), Some((kind, number)));
            assert_eq!(of_id(other, id), None);
        }
        assert_eq!(of_id(token, token), None);
        assert_eq!(record_id(unique_id(token).as_bytes()), Some(token));
    }
}
