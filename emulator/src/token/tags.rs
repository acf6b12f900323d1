//! The search tags of records. A private object's tags are keyed hashes, so that the store tells nothing about it.

use super::header::Header;
use super::keys::PrivateKey;
use crate::algorithms::sealing;
use crate::key::identity::KeyId;
use crate::object::Object;
use crate::registry::constants as ck;
use crate::store::{RecordId, Tag};

/// Carried by every token's header.
pub(super) fn all_tokens() -> Tag {
    Tag(b"T".to_vec())
}

/// Carried by the header of the token in `slot`; unique.
pub(super) fn slot(slot: u64) -> Tag {
    Tag([b"S".as_slice(), &slot.to_be_bytes()].concat())
}

/// The slot that such a tag names.
pub(super) fn slot_of(tag: &Tag) -> Option<u64> {
    tag.0.strip_prefix(b"S").and_then(|number| number.try_into().ok()).map(u64::from_be_bytes)
}

/// Carried by every object of a token, in one of two sets.
pub(super) fn members(token: RecordId, private: bool) -> Tag {
    Tag([if private { b"P".as_slice() } else { b"O" }, &token.0].concat())
}

/// Carried by every asset of a token.
pub(super) fn assets(token: RecordId) -> Tag {
    Tag([b"A".as_slice(), &token.0].concat())
}

/// Carried by everything that belongs to a token, in one of three sets.
pub(super) fn belongings(token: RecordId) -> [Tag; 3] {
    [members(token, false), members(token, true), assets(token)]
}

/// Carried by one asset of a token; unique. Hashed under the private key, so that the store tells no uid.
pub(super) fn asset(token: RecordId, key: &PrivateKey, service: u8, uid: u64) -> Tag {
    let hash = sealing::keyed_hash(key.bytes(), &[b"asset", &token.0, &[service], &uid.to_be_bytes()]);
    Tag([b"a".as_slice(), &hash[..16]].concat())
}

/// Carried by the record that makes those who mind a quota wait for each other.
pub(super) fn quota() -> Tag {
    Tag(b"Q".to_vec())
}

/// Whether such a tag is one of [`members`].
pub(super) fn is_membership(tag: &Tag) -> bool {
    tag.0.len() == 17 && matches!(tag.0.first(), Some(b'O' | b'P'))
}

/// The PSA key id that such a tag names.
pub(super) fn key_id_of(tag: &Tag) -> Option<KeyId> {
    tag.0.strip_prefix(b"K").and_then(|number| number.try_into().ok()).map(|id| KeyId(u32::from_be_bytes(id)))
}

/// The PSA key id, in clear; unique across tokens.
pub(super) fn key_id(id: KeyId) -> Tag {
    Tag([b"K".as_slice(), &id.0.to_be_bytes()].concat())
}

/// An attribute's value, hashed under the key that seals the record.
pub(super) fn attribute(
    token: RecordId,
    header: &Header,
    key: Option<&PrivateKey>,
    cka: u64,
    value: &[u8],
) -> Tag {
    let (kind, secret) = match key {
        Some(key) => (b"p".as_slice(), *key.bytes()),
        None => (b"o".as_slice(), *header.open_key),
    };
    let hash = sealing::keyed_hash(&secret, &[b"tag", &token.0, &cka.to_be_bytes(), value]);
    Tag([kind, &hash[..16]].concat())
}

/// All tags of an object.
pub(super) fn of(object: &Object, token: RecordId, header: &Header, key: Option<&PrivateKey>) -> Vec<Tag> {
    let mut tags = vec![members(token, object.facts.private)];
    if let Some(id) = object.key.as_ref().and_then(|key| key.attributes().id) {
        tags.push(key_id(id));
    }
    for (cka, value) in [
        (ck::CKA_ID, object.facts.id.as_slice()),
        (ck::CKA_LABEL, object.facts.label.as_slice()),
        (ck::CKA_UNIQUE_ID, object.unique_id().as_bytes()),
    ] {
        if !value.is_empty() {
            tags.push(attribute(token, header, key, cka, value));
        }
    }
    tags.sort();
    tags
}
