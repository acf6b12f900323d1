//! Secure storage (PSA Secure Storage API 1.0): what its two services share. Assets lie in the token of location 0, and open
//! to callers as its persistent keys do.

mod its;
mod ps;

use super::Psa;
use super::tokens::Place;
use crate::emulator::TRIES;
use crate::fault::Fault;
use crate::secret::Secret;
use crate::token::{Asset, Service};
use bitflags::bitflags;

/// PSA_STORAGE_SUPPORT_SET_EXTENDED: psa_ps_create and psa_ps_set_extended are there.
pub const STORAGE_SUPPORT_SET_EXTENDED: u32 = 1;

bitflags! {
    /// psa_storage_create_flags_t. PSA_STORAGE_FLAG_NONE is the empty set.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub struct StorageFlags: u32 {
        /// PSA_STORAGE_FLAG_WRITE_ONCE: the asset can be neither changed nor removed.
        const WRITE_ONCE = 1;
        /// PSA_STORAGE_FLAG_NO_CONFIDENTIALITY: the asset is authenticated with the token's open key, not encrypted with its
        /// private one.
        const NO_CONFIDENTIALITY = 2;
        /// PSA_STORAGE_FLAG_NO_REPLAY_PROTECTION: remembered; the asset is protected all the same.
        const NO_REPLAY_PROTECTION = 4;
    }
}

/// psa_storage_info_t.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StorageInfo {
    /// How many bytes the asset may have.
    pub capacity: usize,
    /// How many bytes it has.
    pub size: usize,
    /// The flags it was made with.
    pub flags: StorageFlags,
}

/// The largest asset, in bytes: what is larger does not fit into the store.
pub const LARGEST_ASSET: usize = 64 << 20;

/// The location whose token holds the assets.
const LOCATION: u32 = 0;

fn checked(uid: u64) -> Result<(), Fault> {
    if uid == 0 { Err(Fault::BadArgument("uid 0 is none")) } else { Ok(()) }
}

fn fitting(length: usize) -> Result<u64, Fault> {
    if length > LARGEST_ASSET { Err(Fault::StoreFull) } else { Ok(length as u64) }
}

impl Psa<'_> {
    /// The asset with this uid, and the token it lies in. Makes no token.
    fn existing_asset(&self, service: Service, uid: u64) -> Result<(Place, Asset), Fault> {
        checked(uid)?;
        let token = self.emulator.vault.token_in(self.slot_of(LOCATION)?)?;
        let place = self.unlocked(token.ok_or(Fault::NoSuchUid(uid))?)?;
        let asset = self.emulator.vault.asset(&place.token, &place.key, service, uid)?;
        Ok((place, asset.ok_or(Fault::NoSuchUid(uid))?))
    }

    /// Whether an asset may not be touched any more. Internal storage does not mind while the device is being provisioned
    /// ("Internal Trusted Storage requirements", 14).
    fn refuse_if_written_once(&self, asset: &Asset) -> Result<(), Fault> {
        let unminded =
            asset.service == Service::Internal && self.emulator.settings.attestation.is_provisioning();
        let once = StorageFlags::from_bits_retain(asset.flags).contains(StorageFlags::WRITE_ONCE);
        if once && !unminded { Err(Fault::WrittenOnce(asset.uid)) } else { Ok(()) }
    }

    /// Puts `data` in place of what is there: whoever reads meanwhile sees either.
    fn set_asset(&self, service: Service, uid: u64, data: &[u8], flags: StorageFlags) -> Result<(), Fault> {
        checked(uid)?;
        if !StorageFlags::all().contains(flags) {
            return Err(Fault::StorageFlags(flags.bits()));
        }
        let capacity = fitting(data.len())?;
        self.try_to_put(|place| {
            let old = self.emulator.vault.asset(&place.token, &place.key, service, uid)?;
            old.as_ref().map_or(Ok(()), |old| self.refuse_if_written_once(old))?;
            let asset = self.fresh_asset(service, uid, capacity, flags)?;
            let (id, version) = old.map_or((asset.id, 0), |old| (old.id, old.version));
            Ok(Asset { id, version, data: Secret::from(data), ..asset })
        })
    }

    /// Puts an asset where there is none.
    pub(crate) fn put_new_asset(
        &self,
        service: Service,
        uid: u64,
        capacity: usize,
        data: &[u8],
        flags: StorageFlags,
    ) -> Result<(), Fault> {
        checked(uid)?;
        self.try_to_put(|place| {
            if self.emulator.vault.asset_record(&place.token, &place.key, service, uid)?.is_some() {
                return Err(Fault::UidTaken(uid));
            }
            let asset = self.fresh_asset(service, uid, fitting(capacity)?, flags)?;
            Ok(Asset { data: Secret::from(data), ..asset })
        })
    }

    /// Commits what `make` makes of the present state, as often as somebody else is faster.
    fn try_to_put(&self, make: impl Fn(&Place) -> Result<Asset, Fault>) -> Result<(), Fault> {
        for _ in 0..TRIES {
            let place = self.place_in(LOCATION)?;
            let asset = make(&place)?;
            match self.emulator.vault.put_asset(&place.token, &place.key, &asset) {
                Err(Fault::Conflict) => {}
                done => return done,
            }
        }
        Err(Fault::Conflict)
    }

    fn fresh_asset(
        &self,
        service: Service,
        uid: u64,
        capacity: u64,
        flags: StorageFlags,
    ) -> Result<Asset, Fault> {
        Ok(Asset {
            id: self.emulator.vault.fresh_record_id()?,
            version: 0,
            service,
            uid,
            flags: flags.bits(),
            confidential: !flags.contains(StorageFlags::NO_CONFIDENTIALITY),
            capacity,
            data: Secret::default(),
        })
    }

    /// Writes the lesser of what `data` takes and what there is from `offset` on; tells how many bytes.
    fn get_asset(&self, service: Service, uid: u64, offset: usize, data: &mut [u8]) -> Result<usize, Fault> {
        let read = self.read_asset(service, uid, offset, data.len())?;
        for (to, from) in data.iter_mut().zip(read.expose()) {
            *to = *from;
        }
        Ok(read.len())
    }

    /// The bytes from `offset` on, at most so many, and all of one commit.
    fn read_asset(&self, service: Service, uid: u64, offset: usize, most: usize) -> Result<Secret, Fault> {
        let (_, asset) = self.existing_asset(service, uid)?;
        let rest = asset.data.expose().get(offset..);
        let rest = rest.ok_or(Fault::BadArgument("the offset lies beyond the end of the asset"))?;
        Ok(Secret::from(rest.get(..most).unwrap_or(rest)))
    }

    fn asset_info(&self, service: Service, uid: u64) -> Result<StorageInfo, Fault> {
        let (_, asset) = self.existing_asset(service, uid)?;
        Ok(StorageInfo {
            capacity: usize::try_from(asset.capacity).unwrap_or(usize::MAX),
            size: asset.data.len(),
            flags: StorageFlags::from_bits_retain(asset.flags),
        })
    }

    /// Removes an asset; one that is damaged as it is.
    fn remove_asset(&self, service: Service, uid: u64) -> Result<(), Fault> {
        for _ in 0..TRIES {
            match self.existing_asset(service, uid) {
                Err(Fault::Damaged(what)) => return self.remove_damaged_asset(service, uid, &what),
                found => {
                    let (_, asset) = found?;
                    self.refuse_if_written_once(&asset)?;
                    match self.emulator.vault.remove_asset(&asset) {
                        Err(Fault::Conflict) => {}
                        done => return done,
                    }
                }
            }
        }
        Err(Fault::Conflict)
    }

    fn remove_damaged_asset(&self, service: Service, uid: u64, what: &str) -> Result<(), Fault> {
        let place = self.place_in(LOCATION)?;
        let record = self.emulator.vault.asset_record(&place.token, &place.key, service, uid)?;
        // It is not the asset that is damaged, or it is hidden.
        let record = record.ok_or_else(|| Fault::Damaged(what.to_owned()))?;
        self.emulator.vault.remove_damaged(record)
    }
}
