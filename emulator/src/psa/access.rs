//! Reading, exporting, destroying and purging keys (PSA Crypto, "Key management reference").

use super::{Attributes, KeyId, Lifetime, Psa, Status};
use crate::algorithms::{self, parameter_sets, public_key_info};
use crate::emulator::TRIES;
use crate::fault::Fault;
use crate::key::key_type::KeyType;
use crate::secret::Secret;
use crate::store;
use crate::token::Change;
use std::sync::Arc;

impl Psa<'_> {
    /// psa_export_key: the material in the specification's export format.
    ///
    /// # Errors
    /// PSA_ERROR_NOT_PERMITTED without PSA_KEY_USAGE_EXPORT, but for public keys; PSA_ERROR_INVALID_HANDLE.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::*};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let attributes = Attributes::new().with_key_type(KeyType::AES).with_bits(128);
    /// let key = psa.generate_key(&attributes)?;
    /// assert_eq!(psa.export_key(key), Err(Status::NOT_PERMITTED));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn export_key(&self, id: KeyId) -> Result<Vec<u8>, Status> {
        Ok(self.exportable(id)?.expose().to_vec())
    }

    /// The material of a key that may leave the store.
    pub(super) fn exportable(&self, id: KeyId) -> Result<Secret, Fault> {
        let found = self.find(id)?;
        let key = self.effective(&found)?;
        if !key.attributes().key_type.is_public() && !found.object.is_exportable() {
            return Err(Fault::NotExportable);
        }
        let has_seed = matches!(key.attributes().key_type, KeyType::MlKemKeyPair | KeyType::MlDsaKeyPair);
        if has_seed && parameter_sets::seed_of(&key).is_none() {
            // PSA's format is the seed, and an expanded key from PKCS#11 has none.
            return Err(Fault::NotExportable);
        }
        Ok(key.material().clone())
    }

    /// psa_export_public_key. Never needs PSA_KEY_USAGE_EXPORT.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT for a key without a public half; PSA_ERROR_INVALID_HANDLE.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::*};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let attributes = Attributes::new().with_key_type(KeyType::ECC_KEY_PAIR_SECP_R1).with_bits(256);
    /// let key = psa.generate_key(&attributes)?;
    /// assert_eq!(psa.export_public_key(key)?.len(), 65);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn export_public_key(&self, id: KeyId) -> Result<Vec<u8>, Status> {
        let found = self.find(id)?;
        let public = algorithms::public_of(&*self.effective(&found)?)?;
        Ok(public.material().expose().to_vec())
    }

    /// A public key, or the public half of a pair, as the DER of its SubjectPublicKeyInfo (RFC 5280): no function of the
    /// specification.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT for a key without a public half; PSA_ERROR_INVALID_HANDLE.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::*};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let attributes = Attributes::new().with_key_type(KeyType::ECC_KEY_PAIR_SECP_R1).with_bits(256);
    /// let key = psa.generate_key(&attributes)?;
    /// assert_eq!(psa.public_key_info(key)?.len(), 91);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn public_key_info(&self, id: KeyId) -> Result<Vec<u8>, Status> {
        let found = self.find(id)?;
        Ok(public_key_info::encode(&*self.effective(&found)?)?)
    }

    /// psa_get_key_attributes.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_HANDLE.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::*};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let key = psa.generate_key(&Attributes::new().with_key_type(KeyType::AES).with_bits(192))?;
    /// assert_eq!(psa.get_key_attributes(key)?.bits(), 192);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn get_key_attributes(&self, id: KeyId) -> Result<Attributes, Status> {
        Ok(self.attributes_of(&self.find(id)?)?)
    }

    /// psa_destroy_key: both halves of a pair; operations with the key fail from then on. An attached id is detached, and its
    /// key stays. The null id is fine.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_HANDLE; PSA_ERROR_NOT_PERMITTED for a read-only key; what the store refuses.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::*};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let key = psa.generate_key(&Attributes::new().with_key_type(KeyType::AES).with_bits(128))?;
    /// psa.destroy_key(key)?;
    /// assert_eq!(psa.destroy_key(key), Err(Status::INVALID_HANDLE));
    /// psa.destroy_key(KeyId(0))?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn destroy_key(&self, id: KeyId) -> Result<(), Status> {
        if id.0 == 0 {
            return Ok(());
        }
        if self.detach(id) {
            return Ok(());
        }
        for _ in 0..TRIES {
            let found = match self.find(id) {
                Err(Fault::Damaged(_)) => return Ok(self.destroy_damaged(id)?),
                found => found?,
            };
            let lifetime = self.effective(&found)?.attributes().lifetime;
            let mut gone = vec![Arc::clone(&found.object)];
            gone.extend(self.companion(&found)?);
            let stays = gone.iter().any(|object| !object.facts.destroyable);
            if stays || lifetime.persistence() == Lifetime::READ_ONLY_PERSISTENCE {
                return Err(Fault::ActionProhibited("destroyed").into());
            }
            let changes: Vec<Change> = gone.iter().cloned().map(Change::Remove).collect();
            match self.emulator.vault.commit(&found.place.token, Some(&found.place.key), &changes) {
                Err(Fault::Conflict) => {}
                Err(other) => return Err(other.into()),
                Ok(()) => {
                    let ids: Vec<store::RecordId> = gone.iter().map(|object| object.id).collect();
                    self.emulator.end_with(&ids);
                    return Ok(());
                }
            }
        }
        Err(Fault::Conflict.into())
    }

    /// A key whose record does not open any more: the record goes as it is, so the public half stays.
    fn destroy_damaged(&self, id: KeyId) -> Result<(), Fault> {
        let (token, record) = self.emulator.vault.by_key_id(id)?.ok_or(Fault::NoSuchKeyId(id.0))?;
        let token = self.emulator.vault.tokens()?.by_id(token)?.ok_or(Fault::NoSuchKeyId(id.0))?;
        self.unlocked(token)?;
        self.emulator.vault.remove_damaged(record)?;
        self.emulator.end_with(&[record]);
        Ok(())
    }

    /// psa_purge_key: forgets the copy in memory; the key stays.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_HANDLE.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::*};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let key = psa.generate_key(&Attributes::new().with_key_type(KeyType::AES).with_bits(128))?;
    /// psa.purge_key(key)?;
    /// psa.get_key_attributes(key)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn purge_key(&self, id: KeyId) -> Result<(), Status> {
        let found = self.find(id)?;
        if found.object.facts.token {
            self.emulator.vault.forget(found.object.id);
        }
        Ok(())
    }
}
