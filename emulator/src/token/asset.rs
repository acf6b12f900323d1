//! Assets: what PSA's secure storage keeps under a uid, one record each, sealed as objects are.
//!
//! The private key seals an asset, the open key one that asked for no confidentiality. How many bytes are reserved beyond
//! those that are there lies in clear, for the quota.

use super::envelope::bound;
use super::header::Header;
use super::keys::PrivateKey;
use super::list::Token;
use super::tags;
use super::vault::{LOOKS, Vault};
use crate::algorithms::sealing;
use crate::env::Rng;
use crate::fault::Fault;
use crate::secret::Secret;
use crate::store::{Batch, Change, Expect, Record, RecordId, Tag};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use zeroize::Zeroize;

/// The first byte of every asset's record.
const FORMAT: u8 = 2;

/// Whose asset it is; each has uids of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Service {
    /// Internal Trusted Storage.
    Internal,
    /// Protected Storage.
    Protected,
    /// Initial attestation: nothing that a caller reaches.
    Attestation,
}

impl Service {
    /// The number that stands for it on disk.
    fn number(self) -> u8 {
        match self {
            Service::Internal => 1,
            Service::Protected => 2,
            Service::Attestation => 3,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Service::Internal => "internal trusted storage",
            Service::Protected => "protected storage",
            Service::Attestation => "attestation",
        }
    }
}

/// One asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Its record's id.
    pub id: RecordId,
    /// Its record's version; 0 before it is stored.
    pub version: u64,
    /// Whose it is.
    pub service: Service,
    /// Its uid.
    pub uid: u64,
    /// PSA_STORAGE_FLAG_ values.
    pub flags: u32,
    /// Whether it is sealed under the token's private key; else the open key only authenticates it.
    pub confidential: bool,
    /// How many bytes it may have.
    pub capacity: u64,
    /// The bytes it has.
    pub data: Secret,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct AssetRecord {
    #[n(0)]
    service: u8,
    #[n(1)]
    uid: u64,
    #[n(2)]
    flags: u32,
    #[n(3)]
    capacity: u64,
    #[n(4)]
    data: ByteVec,
}

/// What can be read of an asset's record without any key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cover {
    pub(super) token: RecordId,
    pub(super) confidential: bool,
    reserved: u64,
}

impl Cover {
    fn head(self) -> Vec<u8> {
        [&[FORMAT, u8::from(self.confidential)][..], &self.reserved.to_be_bytes()].concat()
    }
}

/// Reads the clear part of a record.
pub(super) fn cover(bytes: &[u8]) -> Option<(Cover, &[u8])> {
    let rest = bytes.strip_prefix(&[FORMAT])?;
    let (&confidential, rest) = rest.split_first()?;
    let (reserved, rest) = rest.split_first_chunk::<8>()?;
    let (token, sealed) = rest.split_first_chunk::<16>()?;
    let reserved = u64::from_be_bytes(*reserved);
    let cover = Cover { token: RecordId(*token), confidential: confidential == 1, reserved };
    (confidential <= 1).then_some((cover, sealed))
}

/// How many bytes beyond its own a record reserves; none when it is no asset's.
pub(super) fn reserved(bytes: &[u8]) -> u64 {
    cover(bytes).map_or(0, |(cover, _)| cover.reserved)
}

/// All tags of an asset.
pub(super) fn tags_of(token: RecordId, key: &PrivateKey, service: u8, uid: u64) -> Vec<Tag> {
    let mut tags = vec![tags::assets(token), tags::asset(token, key, service, uid)];
    tags.sort();
    tags
}

fn secret<'a>(confidential: bool, header: &'a Header, key: &'a PrivateKey) -> &'a [u8; 32] {
    if confidential { key.bytes() } else { &header.open_key }
}

impl Asset {
    /// The record's bytes at `version`.
    fn seal(
        &self,
        token: &Token,
        key: &PrivateKey,
        version: u64,
        tags: &[Tag],
        rng: &dyn Rng,
    ) -> Result<Vec<u8>, Fault> {
        let length = u64::try_from(self.data.len()).unwrap_or(u64::MAX);
        let reserved = self.capacity.saturating_sub(length);
        let cover = Cover { token: token.id, confidential: self.confidential, reserved };
        let mut record = AssetRecord {
            service: self.service.number(),
            uid: self.uid,
            flags: self.flags,
            capacity: self.capacity,
            data: self.data.expose().to_vec().into(),
        };
        let plain = minicbor::to_vec(&record).map(Secret::new);
        record.data.zeroize();
        let plain = plain.map_err(|_| Fault::Internal("an asset could not be encoded"))?;
        let bound = bound(&cover.head(), &token.header, self.id, version, tags);
        let secret = secret(self.confidential, &token.header, key);
        let mut bytes = cover.head();
        bytes.extend_from_slice(&token.id.0);
        bytes.extend(sealing::seal(secret, &bound, plain.expose(), rng)?);
        Ok(bytes)
    }

    /// Opens a record; `None` when it does not open, or is none.
    pub(super) fn open(id: RecordId, record: &Record, header: &Header, key: &PrivateKey) -> Option<Asset> {
        let (cover, sealed) = cover(&record.bytes)?;
        let bound = bound(&cover.head(), header, id, record.version, &record.tags);
        let plain = sealing::open(secret(cover.confidential, header, key), &bound, sealed).ok()?;
        let read: AssetRecord = minicbor::decode(plain.expose()).ok()?;
        let all = [Service::Internal, Service::Protected, Service::Attestation];
        Some(Asset {
            id,
            version: record.version,
            service: all.into_iter().find(|service| service.number() == read.service)?,
            uid: read.uid,
            flags: read.flags,
            confidential: cover.confidential,
            capacity: read.capacity,
            data: Secret::new(read.data.into()),
        })
    }

    /// Whether a record carries the tags of this asset and no others.
    pub(super) fn is_tagged(&self, record: &Record, token: RecordId, key: &PrivateKey) -> bool {
        tags_of(token, key, self.service.number(), self.uid) == record.tags
    }
}

impl Vault {
    /// The record of an asset, whether it opens or not.
    ///
    /// # Errors
    /// What the store refuses.
    pub fn asset_record(
        &self,
        token: &Token,
        key: &PrivateKey,
        service: Service,
        uid: u64,
    ) -> Result<Option<RecordId>, Fault> {
        Ok(self.durable.ids_with(&tags::asset(token.id, key, service.number(), uid))?.first().copied())
    }

    /// The asset with this uid.
    ///
    /// # Errors
    /// [`Fault::Damaged`] names it; what the store refuses.
    pub fn asset(
        &self,
        token: &Token,
        key: &PrivateKey,
        service: Service,
        uid: u64,
    ) -> Result<Option<Asset>, Fault> {
        let damaged = || Fault::Damaged(format!("asset {uid:#x} of {}", service.name()));
        for _ in 0..LOOKS {
            let generation = self.durable.generation()?;
            let Some(id) = self.asset_record(token, key, service, uid)? else { return Ok(None) };
            match self.durable.get(id)? {
                Some(record) => {
                    let asset = Asset::open(id, &record, &token.header, key).ok_or_else(damaged)?;
                    let right = asset.is_tagged(&record, token.id, key);
                    return if right { Ok(Some(asset)) } else { Err(damaged()) };
                }
                // Gone between the two look-ups, or hidden by rot.
                None if self.durable.generation()? == generation => return Err(damaged()),
                None => {}
            }
        }
        Err(Fault::Conflict)
    }

    /// Writes an asset, at the version that was seen; 0 makes a new record.
    ///
    /// # Errors
    /// [`Fault::Conflict`] when somebody else has changed it, made one with this uid or changed the token;
    /// [`Fault::StoreFull`] beyond the quota; what the store refuses. Nothing is changed then.
    pub fn put_asset(&self, token: &Token, key: &PrivateKey, asset: &Asset) -> Result<(), Fault> {
        let expect = if asset.version == 0 { Expect::Absent } else { Expect::Version(asset.version) };
        let service = asset.service.number();
        let tags = tags_of(token.id, key, service, asset.uid);
        let bytes = asset.seal(token, key, expect.next(), &tags, &*self.rng)?;
        let header = Change::Require { expect: Expect::Version(token.version) };
        let changes = vec![(asset.id, Change::Put { expect, tags, bytes }), (token.id, header)];
        let unique = vec![tags::asset(token.id, key, service, asset.uid)];
        self.commit_within_quota(Batch { changes, unique })
    }

    /// Removes an asset, at the version that was seen.
    ///
    /// # Errors
    /// [`Fault::Conflict`] when somebody else has changed it; what the store refuses.
    pub fn remove_asset(&self, asset: &Asset) -> Result<(), Fault> {
        let change = Change::Remove { expect: Expect::Version(asset.version) };
        self.durable.commit(Batch { changes: vec![(asset.id, change)], unique: Vec::new() })
    }
}
