//! Protected Storage (PSA Secure Storage API, "Protected Storage API").

use super::{STORAGE_SUPPORT_SET_EXTENDED, StorageFlags, StorageInfo, checked};
use crate::emulator::TRIES;
use crate::fault::Fault;
use crate::psa::{Psa, Status};
use crate::secret::Secret;
use crate::token::{Asset, Service};

impl Psa<'_> {
    /// psa_ps_set: keeps `data` under `uid`, in place of what was there; the asset's capacity is its size. Protected Storage
    /// and Internal Trusted Storage have uids of their own.
    ///
    /// # Errors
    /// As [`Psa::its_set`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::*};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// psa.ps_set(5, b"certificate", StorageFlags::NO_CONFIDENTIALITY)?;
    /// assert_eq!(psa.its_get_info(5), Err(Status::DOES_NOT_EXIST));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn ps_set(&self, uid: u64, data: &[u8], create_flags: StorageFlags) -> Result<(), Status> {
        Ok(self.set_asset(Service::Protected, uid, data, create_flags)?)
    }

    /// psa_ps_get: as [`Psa::its_get`].
    ///
    /// # Errors
    /// As [`Psa::its_get`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::*};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// psa.ps_set(5, b"certificate", StorageFlags::empty())?;
    /// let mut data = [0; 4];
    /// assert_eq!((psa.ps_get(5, 0, &mut data)?, &data), (4, b"cert"));
    /// assert_eq!(psa.ps_get(5, 11, &mut data)?, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn ps_get(&self, uid: u64, data_offset: usize, data: &mut [u8]) -> Result<usize, Status> {
        Ok(self.get_asset(Service::Protected, uid, data_offset, data)?)
    }

    /// As [`Psa::ps_get`], for a caller that has no buffer yet: at most `most` bytes.
    ///
    /// # Errors
    /// As [`Psa::ps_get`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::*};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// psa.ps_set(7, b"0123456789", StorageFlags::empty())?;
    /// assert_eq!(psa.ps_read(7, 6, 100)?.expose(), b"6789");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn ps_read(&self, uid: u64, data_offset: usize, most: usize) -> Result<Secret, Status> {
        Ok(self.read_asset(Service::Protected, uid, data_offset, most)?)
    }

    /// psa_ps_get_info.
    ///
    /// # Errors
    /// As [`Psa::its_get`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::*};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// assert_eq!(emulator.psa().ps_get_info(0), Err(Status::INVALID_ARGUMENT));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn ps_get_info(&self, uid: u64) -> Result<StorageInfo, Status> {
        Ok(self.asset_info(Service::Protected, uid)?)
    }

    /// psa_ps_remove. An asset that is damaged can be removed.
    ///
    /// # Errors
    /// As [`Psa::its_remove`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::*};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// psa.ps_set(5, b"", StorageFlags::WRITE_ONCE)?;
    /// assert_eq!(psa.ps_remove(5), Err(Status::NOT_PERMITTED));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn ps_remove(&self, uid: u64) -> Result<(), Status> {
        Ok(self.remove_asset(Service::Protected, uid)?)
    }

    /// psa_ps_create: an empty asset that may have `capacity` bytes. They count for the quota from now on.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT for uid 0; PSA_ERROR_NOT_SUPPORTED for PSA_STORAGE_FLAG_WRITE_ONCE or flags that the
    /// specification does not have; PSA_ERROR_ALREADY_EXISTS; PSA_ERROR_INSUFFICIENT_STORAGE beyond the quota or 64 MiB;
    /// PSA_ERROR_NOT_PERMITTED for a token that asks for its PIN; what the store refuses.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::*};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// psa.ps_create(5, 100, StorageFlags::empty())?;
    /// assert_eq!(psa.ps_get_info(5)?.capacity, 100);
    /// assert_eq!(psa.ps_create(5, 100, StorageFlags::empty()), Err(Status::ALREADY_EXISTS));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn ps_create(&self, uid: u64, capacity: usize, create_flags: StorageFlags) -> Result<(), Status> {
        checked(uid)?;
        let possible = StorageFlags::all() - StorageFlags::WRITE_ONCE;
        if !possible.contains(create_flags) {
            return Err(Fault::StorageFlags(create_flags.bits()).into());
        }
        Ok(self.put_new_asset(Service::Protected, uid, capacity, b"", create_flags)?)
    }

    /// psa_ps_set_extended: writes `data` at `data_offset`, over what is there and beyond its end up to the capacity, without
    /// a gap. No data changes nothing.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT for uid 0, an offset beyond the end, or data beyond the capacity;
    /// PSA_ERROR_DOES_NOT_EXIST; PSA_ERROR_NOT_PERMITTED for an asset that was written once and for all, or a token that
    /// asks for its PIN; PSA_ERROR_DATA_CORRUPT; what the store refuses.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::*};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// psa.ps_create(5, 8, StorageFlags::empty())?;
    /// psa.ps_set_extended(5, 0, b"abcd")?;
    /// psa.ps_set_extended(5, 2, b"CDEF")?;
    /// let mut data = [0; 8];
    /// assert_eq!((psa.ps_get(5, 0, &mut data)?, &data[..6]), (6, &b"abCDEF"[..]));
    /// assert_eq!(psa.ps_set_extended(5, 7, b"!"), Err(Status::INVALID_ARGUMENT));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn ps_set_extended(&self, uid: u64, data_offset: usize, data: &[u8]) -> Result<(), Status> {
        for _ in 0..TRIES {
            let (place, asset) = self.existing_asset(Service::Protected, uid)?;
            self.refuse_if_written_once(&asset)?;
            let changed = overwritten(&asset, data_offset, data)?;
            if data.is_empty() {
                return Ok(());
            }
            match self.emulator.vault.put_asset(&place.token, &place.key, &changed) {
                Err(Fault::Conflict) => {}
                done => return Ok(done?),
            }
        }
        Err(Fault::Conflict.into())
    }

    /// psa_ps_get_support: PSA_STORAGE_SUPPORT_SET_EXTENDED.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::*};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// assert_eq!(emulator.psa().ps_get_support(), STORAGE_SUPPORT_SET_EXTENDED);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn ps_get_support(&self) -> u32 {
        STORAGE_SUPPORT_SET_EXTENDED
    }
}

/// The asset with `data` at `offset`.
fn overwritten(asset: &Asset, offset: usize, data: &[u8]) -> Result<Asset, Fault> {
    let old = asset.data.expose();
    let gap = Fault::BadArgument("the offset lies beyond the end of the asset");
    let (before, rest) = old.split_at_checked(offset).ok_or(gap)?;
    let end = offset.checked_add(data.len()).and_then(|end| u64::try_from(end).ok());
    if end.is_none_or(|end| end > asset.capacity) {
        return Err(Fault::BadArgument("the data goes beyond the capacity of the asset"));
    }
    let mut new = Vec::with_capacity(old.len().max(offset + data.len()));
    new.extend_from_slice(before);
    new.extend_from_slice(data);
    new.extend_from_slice(rest.get(data.len()..).unwrap_or_default());
    Ok(Asset { data: Secret::new(new), ..asset.clone() })
}
