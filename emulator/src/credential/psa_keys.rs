//! Credentials as PSA keys: private keys as key pairs, everything else as PSA_KEY_TYPE_RAW_DATA that may be exported.

use super::{Credential, KeyKind, Kind, Place, PrivateKey, Refused, made};
use crate::emulator::Emulator;
use crate::key::Key;
use crate::psa::{Attributes, KeyId, KeyType, Lifetime, Status, Usage};
use crate::secret::Secret;

/// The address `kid=…[,lifetime=…]`.
pub(super) struct KeyPlace<'e> {
    pub(super) emulator: &'e Emulator,
    pub(super) kid: u32,
    pub(super) lifetime: Option<Lifetime>,
}

/// What a private key is for.
pub(super) const SIGNS: Usage = Usage::SIGN_HASH.union(Usage::VERIFY_HASH);

/// The attributes of a private key, but for where it is kept.
pub(super) fn pair_attributes(key: &Key) -> Result<Attributes, Refused> {
    let core = key.attributes();
    let attributes = Attributes::new().with_key_type(KeyType::of(core.key_type, SIGNS)).with_bits(core.bits);
    Ok(attributes.with_usage(SIGNS).with_algorithm(made::algorithm(core.key_type)?))
}

impl KeyPlace<'_> {
    /// These attributes, at this address.
    fn here(&self, attributes: Attributes) -> Attributes {
        // In this order: a persistent lifetime leaves the id alone, an id changes a volatile lifetime.
        attributes.with_lifetime(self.lifetime.unwrap_or(Lifetime::PERSISTENT)).with_id(self.kid)
    }

    /// The attributes of the key that is here.
    fn found(&self, kind: Kind) -> Result<Attributes, Refused> {
        let found =
            self.emulator.psa().get_key_attributes(KeyId(self.kid)).map_err(|status| match status {
                Status::INVALID_HANDLE => Refused::Absent(kind.name()),
                other => other.into(),
            })?;
        match self.lifetime {
            Some(wanted) if wanted != found.lifetime() => {
                Err(Refused::Lifetime { wanted: wanted.0, found: found.lifetime().0 })
            }
            _ => Ok(found),
        }
    }

    fn check_kind(&self, kind: Kind) -> Result<(), Refused> {
        let is_data = self.found(kind)?.key_type() == KeyType::RAW_DATA;
        match (kind, is_data) {
            (Kind::PrivateKey, true) => Err(Refused::Unfit("what is there is data, and no private key")),
            (Kind::PrivateKey, false) | (_, true) => Ok(()),
            (_, false) => Err(Refused::Unfit("what is there is a key, and no data")),
        }
    }
}

impl<'e> Place<'e> for KeyPlace<'e> {
    fn generate(&self, kind: KeyKind) -> Result<(), Refused> {
        let (key_type, bits) = kind.shape();
        let attributes = Attributes::new().with_key_type(KeyType::of(key_type, SIGNS)).with_bits(bits);
        let attributes = attributes.with_usage(SIGNS).with_algorithm(made::algorithm(key_type)?);
        self.emulator.psa().generate_key(&self.here(attributes))?;
        Ok(())
    }

    fn store(&self, credential: &Credential) -> Result<(), Refused> {
        let psa = self.emulator.psa();
        match credential {
            Credential::PrivateKey(der) => {
                let key = made::read(der)?;
                psa.import_key(&self.here(pair_attributes(&key)?), key.material().expose())?;
            }
            other => {
                let data = Attributes::new().with_key_type(KeyType::RAW_DATA).with_usage(Usage::EXPORT);
                psa.import_key(&self.here(data), other.bytes()?.expose())?;
            }
        }
        Ok(())
    }

    fn private_key(&self) -> Result<PrivateKey<'e>, Refused> {
        self.check_kind(Kind::PrivateKey)?;
        Ok(PrivateKey::of_psa(self.emulator, KeyId(self.kid), false))
    }

    fn read(&self, kind: Kind) -> Result<Secret, Refused> {
        self.check_kind(kind)?;
        Ok(Secret::new(self.emulator.psa().export_key(KeyId(self.kid))?))
    }

    fn remove(&self, kind: Kind) -> Result<(), Refused> {
        self.check_kind(kind)?;
        Ok(self.emulator.psa().destroy_key(KeyId(self.kid))?)
    }
}
