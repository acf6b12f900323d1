//! An object's record: which token it belongs to, in clear, and the sealed object.
//!
//! Token incarnation, record id, version, visibility and tags are bound to the seal, so a record that was moved,
//! rolled back or given other tags does not open.

use super::header::Header;
use super::keys::PrivateKey;
use super::tags;
use crate::algorithms::sealing;
use crate::env::Rng;
use crate::fault::Fault;
use crate::object::{self, Object};
use crate::store::{Record, RecordId, Tag};

/// The first byte of every object record: the version of this format.
const FORMAT: u8 = 1;

/// What can be read of a record without any key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cover {
    pub(super) token: RecordId,
    pub(super) private: bool,
}

/// Reads the clear part of a record.
pub(super) fn cover(record: &Record) -> Option<(Cover, &[u8])> {
    let (&format, rest) = record.bytes.split_first()?;
    let (&private, rest) = rest.split_first()?;
    let (token, sealed) = rest.split_first_chunk::<16>()?;
    (format == FORMAT && private <= 1)
        .then_some((Cover { token: RecordId(*token), private: private == 1 }, sealed))
}

/// Whether a session that may or may not see private objects sees this record of `token`.
///
/// The clear part is held against the record's tags: a bit that flips there must not make an object absent.
pub(super) fn is_visible(
    id: RecordId,
    record: &Record,
    token: RecordId,
    private: bool,
) -> Result<bool, Fault> {
    let (cover, _) = cover(record).ok_or_else(|| damaged(id))?;
    if !record.tags.contains(&tags::members(cover.token, cover.private)) {
        return Err(damaged(id));
    }
    Ok(cover.token == token && (!cover.private || private))
}

/// The bytes of an object's record at `version` with `tags`.
pub(super) fn seal(
    object: &Object,
    version: u64,
    tags: &[Tag],
    token: RecordId,
    header: &Header,
    key: Option<&PrivateKey>,
    rng: &dyn Rng,
) -> Result<Vec<u8>, Fault> {
    let plain = object::encode(object)?;
    let secret = key.map_or(&*header.open_key, PrivateKey::bytes);
    let bound = bound(&[FORMAT, u8::from(object.facts.private)], header, object.id, version, tags);
    let mut bytes = vec![FORMAT, u8::from(object.facts.private)];
    bytes.extend_from_slice(&token.0);
    bytes.extend(sealing::seal(secret, &bound, plain.expose(), rng)?);
    Ok(bytes)
}

/// Opens a record.
pub(super) fn open(
    id: RecordId,
    record: &Record,
    header: &Header,
    key: Option<&PrivateKey>,
) -> Result<Object, Fault> {
    let (cover, sealed) = cover(record).ok_or_else(|| damaged(id))?;
    let secret = match (cover.private, key) {
        (false, _) => &*header.open_key,
        (true, Some(key)) => key.bytes(),
        (true, None) => return Err(Fault::NotLoggedIn),
    };
    let bound = bound(&[FORMAT, u8::from(cover.private)], header, id, record.version, &record.tags);
    let plain = sealing::open(secret, &bound, sealed).map_err(|_| damaged(id))?;
    object::decode(id, record.version, &plain)
}

/// What a record's seal is bound to; `head` is what lies in clear before it, but for the token.
pub(super) fn bound(head: &[u8], header: &Header, id: RecordId, version: u64, tags: &[Tag]) -> Vec<u8> {
    let mut bound = head.to_vec();
    bound.extend_from_slice(&*header.incarnation);
    bound.extend_from_slice(&id.0);
    bound.extend_from_slice(&version.to_be_bytes());
    for tag in tags {
        bound.push(u8::try_from(tag.0.len()).unwrap_or(u8::MAX));
        bound.extend_from_slice(&tag.0);
    }
    bound
}

/// The fault that names this record.
pub(super) fn damaged(id: RecordId) -> Fault {
    Fault::Damaged(format!("object {}", object::unique_id(id)))
}
