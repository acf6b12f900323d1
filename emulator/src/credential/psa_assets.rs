//! Credentials as assets of PSA's protected storage. A private key lies there as a PrivateKeyInfo (PKCS #8), and is a volatile
//! key while it is used.

use super::psa_keys::pair_attributes;
use super::{Credential, KeyKind, Kind, Place, PrivateKey, Refused, made};
use crate::algorithms::private_key_info;
use crate::emulator::Emulator;
use crate::fault::Fault;
use crate::psa::{Status, StorageFlags};
use crate::secret::Secret;
use crate::token::Service;

/// The address `uid=…`.
pub(super) struct AssetPlace<'e> {
    pub(super) emulator: &'e Emulator,
    pub(super) uid: u64,
}

impl AssetPlace<'_> {
    fn put(&self, bytes: &Secret, flags: StorageFlags) -> Result<(), Refused> {
        // psa_ps_set would replace what is there.
        let put = self.emulator.psa().put_new_asset(
            Service::Protected,
            self.uid,
            bytes.len(),
            bytes.expose(),
            flags,
        );
        match put {
            Err(Fault::UidTaken(_)) => Err(Refused::Taken),
            done => Ok(done?),
        }
    }

    fn whole(&self, kind: Kind) -> Result<Secret, Refused> {
        let absent = |status| match status {
            Status::DOES_NOT_EXIST => Refused::Absent(kind.name()),
            other => other.into(),
        };
        self.emulator.psa().ps_read(self.uid, 0, usize::MAX).map_err(absent)
    }
}

impl<'e> Place<'e> for AssetPlace<'e> {
    fn generate(&self, kind: KeyKind) -> Result<(), Refused> {
        let (key, _) = made::generated(kind, &*self.emulator.rng)?;
        self.put(&private_key_info::encode(&key)?, StorageFlags::empty())
    }

    fn store(&self, credential: &Credential) -> Result<(), Refused> {
        match credential {
            Credential::PrivateKey(der) => {
                made::read(der)?;
                self.put(der, StorageFlags::empty())
            }
            // Everybody may know them.
            Credential::Certificates(_) => self.put(&credential.bytes()?, StorageFlags::NO_CONFIDENTIALITY),
            other => self.put(&other.bytes()?, StorageFlags::empty()),
        }
    }

    fn private_key(&self) -> Result<PrivateKey<'e>, Refused> {
        let der = self.whole(Kind::PrivateKey)?;
        let key = made::read(&der).map_err(|_| Refused::Unfit("what is there is no private key"))?;
        let id = self.emulator.psa().import_key(&pair_attributes(&key)?, key.material().expose())?;
        Ok(PrivateKey::of_psa(self.emulator, id, true))
    }

    fn read(&self, kind: Kind) -> Result<Secret, Refused> {
        self.whole(kind)
    }

    fn remove(&self, kind: Kind) -> Result<(), Refused> {
        self.emulator.psa().ps_remove(self.uid).map_err(|status| match status {
            Status::DOES_NOT_EXIST => Refused::Absent(kind.name()),
            other => other.into(),
        })
    }
}
