//! Making keys (PSA Crypto, "Key management reference").

use super::attributes::permitted_together;
use super::{Attributes, KeyId, Psa, Status, Usage};
use crate::algorithms;
use crate::fault::Fault;
use crate::key::{self, key_type::KeyType};
use crate::object::Origin;
use crate::registry::{GenerateOptions, Mechanism};
use crate::secret::Secret;

/// psa_custom_key_parameters_t. The default is PSA_CUSTOM_KEY_PARAMETERS_INIT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CustomKeyParameters {
    /// Only 0 has a meaning yet.
    pub flags: u32,
}

impl CustomKeyParameters {
    /// Whether production is the usual one.
    pub(super) fn is_usual(self, custom_data: &[u8]) -> bool {
        self == CustomKeyParameters::default() && custom_data.is_empty()
    }
}

fn generate_options(
    key_type: KeyType,
    custom: CustomKeyParameters,
    custom_data: &[u8],
) -> Result<GenerateOptions, Fault> {
    if custom.is_usual(custom_data) {
        return Ok(GenerateOptions::default());
    }
    if custom.flags != 0 || key_type != KeyType::RsaKeyPair {
        return Err(Fault::BadArgument("no such production parameters for this type of key"));
    }
    let is_number = custom_data.first().is_some_and(|byte| *byte != 0);
    let is_odd = custom_data.last().is_some_and(|byte| byte % 2 == 1);
    if !is_number || !is_odd || custom_data == [1] {
        return Err(Fault::BadArgument("a public exponent is odd, above 2, and has no leading zeros"));
    }
    // What the crypto crate ends at: 2^33 - 1.
    if custom_data.len() > 5 || custom_data.len() == 5 && custom_data.first() > Some(&1) {
        return Err(Fault::KeyTypeNotSupported("a public exponent has at most 33 bits"));
    }
    Ok(GenerateOptions { public_exponent: Some(custom_data.to_vec()) })
}

impl Psa<'_> {
    /// psa_import_key: `data` is in the specification's export format.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT for material that is no such key, PSA_ERROR_ALREADY_EXISTS, PSA_ERROR_NOT_SUPPORTED,
    /// PSA_ERROR_NOT_PERMITTED for a token that asks for its PIN; what the store refuses.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::*};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let attributes = Attributes::new().with_key_type(KeyType::AES).with_usage(Usage::EXPORT);
    /// let key = psa.import_key(&attributes, &[7; 16])?;
    /// assert_eq!(psa.export_key(key)?, [7; 16]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn import_key(&self, attributes: &Attributes, data: &[u8]) -> Result<KeyId, Status> {
        self.check_place(attributes)?;
        let core = key::Attributes { bits: attributes.bits_for(data.len()), ..attributes.core()? };
        let key = algorithms::admit(core, Secret::from(data))?;
        Ok(self.create(attributes, &key, Origin::default())?)
    }

    /// psa_generate_key.
    ///
    /// # Errors
    /// As [`Psa::import_key`]; PSA_ERROR_INVALID_ARGUMENT for a public key type or a size of 0.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::*};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let attributes = Attributes::new().with_key_type(KeyType::AES).with_bits(256).with_id(5);
    /// assert_eq!(psa.generate_key(&attributes)?, KeyId(5));
    /// assert_eq!(psa.generate_key(&attributes), Err(Status::ALREADY_EXISTS));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn generate_key(&self, attributes: &Attributes) -> Result<KeyId, Status> {
        self.generate_key_custom(attributes, CustomKeyParameters::default(), b"")
    }

    /// psa_generate_key_custom (since 1.3). `custom_data` is the public exponent of an RSA key, big-endian without leading
    /// zeros, or empty for 65537.
    ///
    /// # Errors
    /// As [`Psa::generate_key`]; PSA_ERROR_INVALID_ARGUMENT for flags other than 0, data for a key that is not RSA, or an
    /// exponent that is even or below 3; PSA_ERROR_NOT_SUPPORTED for one that this store does not make keys with.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::*};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let attributes = Attributes::new().with_key_type(KeyType::AES).with_bits(128);
    /// let answer = psa.generate_key_custom(&attributes, CustomKeyParameters::default(), &[3]);
    /// assert_eq!(answer, Err(Status::INVALID_ARGUMENT));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn generate_key_custom(
        &self,
        attributes: &Attributes,
        custom: CustomKeyParameters,
        custom_data: &[u8],
    ) -> Result<KeyId, Status> {
        self.check_place(attributes)?;
        let core = attributes.core()?;
        if core.key_type.is_public() {
            return Err(Fault::WrongKeyType("key generation").into());
        }
        if core.bits == 0 {
            return Err(Fault::BadArgument("a key of size 0").into());
        }
        let none = Fault::KeyTypeNotSupported("no mechanism generates it");
        let row = algorithms::generator_of(core.key_type).ok_or(none.clone())?;
        let generate = row.generate.as_ref().ok_or(none)?;
        let options = generate_options(core.key_type, custom, custom_data)?;
        let material = (generate.make)(core.key_type, core.bits, &options, &*self.emulator.rng)?;
        let key = algorithms::admit(core, material)?;
        let hidden = !attributes.usage().contains(Usage::EXPORT);
        let origin = Origin {
            local: true,
            always_sensitive: hidden,
            never_extractable: hidden,
            generation: (row.ckm != Mechanism::PSA_ONLY).then_some(row.ckm),
        };
        Ok(self.create(attributes, &key, origin)?)
    }

    /// psa_copy_key: the copy may do what both the source and `attributes` permit.
    ///
    /// # Errors
    /// PSA_ERROR_NOT_PERMITTED without PSA_KEY_USAGE_COPY; PSA_ERROR_INVALID_ARGUMENT when type, size or algorithm do
    /// not fit the source; as [`Psa::import_key`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::*};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let attributes = Attributes::new().with_key_type(KeyType::AES).with_bits(128);
    /// let source = psa.generate_key(&attributes.with_usage(Usage::COPY))?;
    /// let copy = psa.copy_key(source, &Attributes::new())?;
    /// assert_eq!(psa.get_key_attributes(copy)?.key_type(), KeyType::AES);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn copy_key(&self, source: KeyId, attributes: &Attributes) -> Result<KeyId, Status> {
        attributes.check_usage()?;
        let found = self.find(source)?;
        let key = self.effective(&found)?;
        let have = self.attributes_of(&found)?;
        if !have.usage().contains(Usage::COPY) {
            return Err(Fault::UsageForbidden("be copied").into());
        }
        let type_differs = attributes.key_type().0 != 0 && attributes.key_type() != have.key_type();
        if type_differs || attributes.bits() != 0 && attributes.bits() != have.bits() {
            return Err(Fault::BadArgument("the copy's type or size is not the source's").into());
        }
        let algorithm = permitted_together(&key.attributes().policy.permitted, attributes.algorithm())?;
        let wanted = attributes
            .with_key_type(have.key_type())
            .with_usage(attributes.usage() & have.usage())
            .with_algorithm(algorithm);
        self.check_place(&wanted)?;
        let copy = copied(&key, wanted.core()?)?;
        Ok(self.create(&wanted, &copy, found.object.origin)?)
    }
}

/// The key under the copy's attributes. A generic secret of PKCS#11 is what its usage says; its copy, which may be used for
/// less, stays what the source was.
fn copied(key: &key::Key, wanted: key::Attributes) -> Result<key::Key, Fault> {
    if key.attributes().key_type == KeyType::GenericSecret {
        return algorithms::admit(wanted, key.material().clone());
    }
    Ok(key.with_policy(wanted.policy))
}
