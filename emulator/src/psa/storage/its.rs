//! Internal Trusted Storage (PSA Secure Storage API, "Internal Trusted Storage API").

use super::{StorageFlags, StorageInfo};
use crate::psa::{Psa, Status};
use crate::secret::Secret;
use crate::token::Service;

impl Psa<'_> {
    /// psa_its_set: keeps `data` under `uid`, in place of what was there; durable when it returns. An empty asset is one too.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT for uid 0; PSA_ERROR_NOT_SUPPORTED for flags that the specification does not have;
    /// PSA_ERROR_NOT_PERMITTED for an asset that was written once and for all, or a token that asks for its PIN;
    /// PSA_ERROR_INSUFFICIENT_STORAGE beyond the quota or 64 MiB; PSA_ERROR_DATA_CORRUPT when what is there is damaged, and
    /// so might be written once: remove it first; what the store refuses.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::*};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// psa.its_set(7, b"for good", StorageFlags::WRITE_ONCE)?;
    /// assert_eq!(psa.its_set(7, b"again", StorageFlags::empty()), Err(Status::NOT_PERMITTED));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn its_set(&self, uid: u64, data: &[u8], create_flags: StorageFlags) -> Result<(), Status> {
        Ok(self.set_asset(Service::Internal, uid, data, create_flags)?)
    }

    /// psa_its_get: writes what lies from `data_offset` on to `data`, as far as there is room, and tells how many bytes that
    /// are; the rest of `data` stays as it is.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT for uid 0 or an offset beyond the end; PSA_ERROR_DOES_NOT_EXIST; PSA_ERROR_DATA_CORRUPT;
    /// PSA_ERROR_NOT_PERMITTED for a token that asks for its PIN; what the store refuses.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::*};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// psa.its_set(7, b"0123456789", StorageFlags::empty())?;
    /// let mut data = *b"........";
    /// assert_eq!(psa.its_get(7, 6, &mut data)?, 4);
    /// assert_eq!(&data, b"6789....");
    /// assert_eq!(psa.its_get(7, 11, &mut data), Err(Status::INVALID_ARGUMENT));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn its_get(&self, uid: u64, data_offset: usize, data: &mut [u8]) -> Result<usize, Status> {
        Ok(self.get_asset(Service::Internal, uid, data_offset, data)?)
    }

    /// As [`Psa::its_get`], for a caller that has no buffer yet: at most `most` bytes.
    ///
    /// # Errors
    /// As [`Psa::its_get`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::*};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// psa.its_set(7, b"0123456789", StorageFlags::empty())?;
    /// assert_eq!(psa.its_read(7, 6, 100)?.expose(), b"6789");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn its_read(&self, uid: u64, data_offset: usize, most: usize) -> Result<Secret, Status> {
        Ok(self.read_asset(Service::Internal, uid, data_offset, most)?)
    }

    /// psa_its_get_info.
    ///
    /// # Errors
    /// As [`Psa::its_get`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::*};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// psa.its_set(7, b"abc", StorageFlags::NO_REPLAY_PROTECTION)?;
    /// let info = psa.its_get_info(7)?;
    /// assert_eq!((info.size, info.capacity, info.flags), (3, 3, StorageFlags::NO_REPLAY_PROTECTION));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn its_get_info(&self, uid: u64) -> Result<StorageInfo, Status> {
        Ok(self.asset_info(Service::Internal, uid)?)
    }

    /// psa_its_remove. An asset that is damaged can be removed.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT for uid 0; PSA_ERROR_DOES_NOT_EXIST; PSA_ERROR_NOT_PERMITTED for an asset that was written
    /// once and for all, or a token that asks for its PIN; what the store refuses.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::*};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// psa.its_set(7, b"", StorageFlags::empty())?;
    /// psa.its_remove(7)?;
    /// assert_eq!(psa.its_remove(7), Err(Status::DOES_NOT_EXIST));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn its_remove(&self, uid: u64) -> Result<(), Status> {
        Ok(self.remove_asset(Service::Internal, uid)?)
    }
}
