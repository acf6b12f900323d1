//! Credentials as assets of PSA's protected storage. A private key lies there as a PrivateKeyInfo (PKCS #8), and is a volatile
//! key while it is used.

use super::psa_keys::pair_attributes;
use super::{Credential, KeyKind, Kind, Place, PrivateKey, Refused, made};
use crate::algorithms::private_key_info;
use crate::emulator::Emulator;
use crate::psa::{Status, StorageFlags};
use crate::secret::Secret;

/// The address `uid=…`.
pub(super) struct AssetPlace<'e> {
    pub(super) emulator: &'e Emulator,
    pub(super) uid: u64,
}

impl AssetPlace<'_> {
    fn put(&self, bytes: &Secret, flags: StorageFlags) -> Result<(), Refused> {
        let psa = self.emulator.psa();
        // psa_ps_set replaces; what another process puts here between the two calls is replaced, too.
        match psa.ps_get_info(self.uid) {
            Err(Status::DOES_NOT_EXIST) => Ok(psa.ps_set(self.uid, bytes.expose(), flags)?),
            Err(other) => Err(other.into()),
            Ok(_) => Err(Refused::Taken),
        }
    }

    fn whole(&self, kind: Kind) -> Result<Secret, Refused> {
        let absent = |status| match status {
            Status::DOES_NOT_EXIST => Refused::Absent(kind.name()),
            other => other.into(),
        };
        let psa = self.emulator.psa();
        let mut bytes = vec![0; psa.ps_get_info(self.uid).map_err(absent)?.size];
        let length = psa.ps_get(self.uid, 0, &mut bytes).map_err(absent)?;
        bytes.truncate(length);
        Ok(Secret::new(bytes))
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
