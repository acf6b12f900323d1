//! What comes out of a key derivation: bytes, keys, and comparisons.

use super::{Deriving, KeyDerivationOperation, Stream};
use crate::algorithms;
use crate::algorithms::kdf::material;
use crate::fault::Fault;
use crate::key::key_type::KeyType as CoreType;
use crate::object::Origin;
use crate::psa::hash::equal;
use crate::psa::{Algorithm, Attributes, CustomKeyParameters, KeyId, KeyType, Psa, Status};
use crate::registry::kdf::Inputs;
use crate::secret::Secret;
use zeroize::Zeroizing;

impl Psa<'_> {
    /// psa_key_derivation_output_bytes: fills `output` with what comes next.
    ///
    /// # Errors
    /// PSA_ERROR_INSUFFICIENT_DATA when less is left, after which nothing is; PSA_ERROR_NOT_PERMITTED when a key went in that
    /// may only be compared with; PSA_ERROR_BAD_STATE before all inputs came.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Hash, KeyDerivationOperation, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let mut operation = KeyDerivationOperation::new();
    /// psa.key_derivation_setup(&mut operation, Algorithm::hkdf(Hash::Sha256.algorithm()))?;
    /// let answer = psa.key_derivation_output_bytes(&mut operation, &mut [0; 8]);
    /// assert_eq!(answer, Err(Status::BAD_STATE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn key_derivation_output_bytes(
        &self,
        operation: &mut KeyDerivationOperation,
        output: &mut [u8],
    ) -> Result<(), Status> {
        let bytes = operation.run(|deriving| {
            deriving.may_output()?;
            deriving.read(output.len())
        })?;
        output.copy_from_slice(bytes.expose());
        Ok(())
    }

    /// psa_key_derivation_output_key: a key made of what comes next.
    ///
    /// # Errors
    /// As [`Psa::key_derivation_output_bytes`]; PSA_ERROR_NOT_PERMITTED, too, when secret or password did not come from a key
    /// or an agreement; PSA_ERROR_INVALID_ARGUMENT for a public key type, a size of 0, or a PSA_KEY_TYPE_PASSWORD_HASH for
    /// another algorithm; PSA_ERROR_NOT_SUPPORTED for RSA; as [`Psa::import_key`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::*};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let hkdf = Algorithm::hkdf(Hash::Sha256.algorithm());
    /// let secret = Attributes::new().with_key_type(KeyType::DERIVE).with_usage(Usage::DERIVE);
    /// let secret = psa.import_key(&secret.with_algorithm(hkdf), b"a secret")?;
    /// let mut operation = KeyDerivationOperation::new();
    /// psa.key_derivation_setup(&mut operation, hkdf)?;
    /// psa.key_derivation_input_key(&mut operation, Step::SECRET, secret)?;
    /// psa.key_derivation_input_bytes(&mut operation, Step::INFO, b"")?;
    /// let aes = Attributes::new().with_key_type(KeyType::AES).with_bits(256);
    /// let key = psa.key_derivation_output_key(&aes, &mut operation)?;
    /// assert_eq!(psa.get_key_attributes(key)?.bits(), 256);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn key_derivation_output_key(
        &self,
        attributes: &Attributes,
        operation: &mut KeyDerivationOperation,
    ) -> Result<KeyId, Status> {
        self.key_derivation_output_key_custom(attributes, operation, CustomKeyParameters::default(), b"")
    }

    /// psa_key_derivation_output_key_custom (since 1.3). No type of key that can be derived has production parameters of its
    /// own, so only the default ones with no data will do.
    ///
    /// # Errors
    /// As [`Psa::key_derivation_output_key`]; PSA_ERROR_INVALID_ARGUMENT for other parameters.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::*};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let (mut operation, custom) = (KeyDerivationOperation::new(), CustomKeyParameters { flags: 1 });
    /// let attributes = Attributes::new().with_key_type(KeyType::AES).with_bits(128);
    /// let answer =
    ///     emulator.psa().key_derivation_output_key_custom(&attributes, &mut operation, custom, b"");
    /// assert_eq!(answer, Err(Status::BAD_STATE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn key_derivation_output_key_custom(
        &self,
        attributes: &Attributes,
        operation: &mut KeyDerivationOperation,
        custom: CustomKeyParameters,
        custom_data: &[u8],
    ) -> Result<KeyId, Status> {
        operation.run(|deriving| {
            deriving.begin()?;
            if !deriving.from_key {
                return Err(Fault::UsageForbidden("be derived: the secret came from no key"));
            }
            deriving.may_output()?;
            if !custom.is_usual(custom_data) {
                return Err(Fault::BadArgument("no such production parameters for this type of key"));
            }
            self.check_place(attributes)?;
            let core = attributes.core()?;
            if core.key_type.is_public() || core.bits == 0 {
                return Err(Fault::WrongKeyType("key derivation"));
            }
            let policy = attributes.algorithm();
            let is_hash = attributes.key_type() == KeyType::PASSWORD_HASH;
            if is_hash && policy != Algorithm::NONE && policy != deriving.algorithm {
                return Err(Fault::BadArgument("a password hash is for the algorithm that made it"));
            }
            let drawn = material(core.key_type, core.bits, &mut |length| deriving.read(length))?;
            let key = algorithms::admit(core, drawn)?;
            self.create(attributes, &key, Origin::default())
        })
    }

    /// psa_key_derivation_verify_bytes (since 1.1): whether what comes next is `expected`.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_SIGNATURE; PSA_ERROR_INSUFFICIENT_DATA; PSA_ERROR_BAD_STATE.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Hash, KeyDerivationOperation, Status, Step}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let mut operation = KeyDerivationOperation::new();
    /// psa.key_derivation_setup(&mut operation, Algorithm::hkdf_extract(Hash::Sha256.algorithm()))?;
    /// psa.key_derivation_input_bytes(&mut operation, Step::SALT, b"salt")?;
    /// psa.key_derivation_input_bytes(&mut operation, Step::SECRET, b"secret")?;
    /// let answer = psa.key_derivation_verify_bytes(&mut operation, &[0; 32]);
    /// assert_eq!(answer, Err(Status::INVALID_SIGNATURE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn key_derivation_verify_bytes(
        &self,
        operation: &mut KeyDerivationOperation,
        expected: &[u8],
    ) -> Result<(), Status> {
        operation.run(|deriving| equal(deriving.read(expected.len())?.expose(), expected))
    }

    /// psa_key_derivation_verify_key (since 1.1): whether what comes next is the value of a key of type
    /// PSA_KEY_TYPE_PASSWORD_HASH.
    ///
    /// # Errors
    /// As [`Psa::key_derivation_verify_bytes`]; PSA_ERROR_INVALID_ARGUMENT for a key of another type; PSA_ERROR_NOT_PERMITTED
    /// without PSA_KEY_USAGE_VERIFY_DERIVATION or for another algorithm; PSA_ERROR_INVALID_HANDLE.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{KeyDerivationOperation, KeyId, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let mut operation = KeyDerivationOperation::new();
    /// let answer = emulator.psa().key_derivation_verify_key(&mut operation, KeyId(77));
    /// assert_eq!(answer, Err(Status::BAD_STATE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn key_derivation_verify_key(
        &self,
        operation: &mut KeyDerivationOperation,
        expected: KeyId,
    ) -> Result<(), Status> {
        operation.run(|deriving| {
            deriving.begin()?;
            let key = self.effective(&self.find(expected)?)?;
            if key.attributes().key_type != CoreType::PasswordHash {
                return Err(Fault::WrongKeyType("the comparison of a derivation"));
            }
            deriving.check_expected(&key)?;
            let value = key.material().expose();
            equal(deriving.read(value.len())?.expose(), value)
        })
    }
}

impl Deriving {
    fn may_output(&self) -> Result<(), Fault> {
        if self.may_output {
            Ok(())
        } else {
            Err(Fault::UsageForbidden("be derived from, only compared with"))
        }
    }

    /// Begins the output, once, when all inputs came.
    fn begin(&mut self) -> Result<&mut Stream, Fault> {
        if self.stream.is_none() {
            let missing = self.kdf.steps.iter().any(|rule| !rule.optional && !self.inputs.has(rule.step));
            if missing {
                return Err(Fault::WrongState("an input of the derivation is missing"));
            }
            let blocks = (self.kdf.begin)(self.hash, &self.inputs, self.capacity)?;
            self.inputs = Inputs::default();
            self.stream = Some(Stream { blocks, left: Secret::default() });
        }
        self.stream.as_mut().ok_or(Fault::Internal("a stream that has begun"))
    }

    /// The next bytes.
    fn read(&mut self, length: usize) -> Result<Secret, Fault> {
        self.begin()?;
        let left = self.capacity;
        if left < length as u64 {
            return Err(Fault::DerivationExhausted { left });
        }
        let mut bytes = Zeroizing::new(vec![0; length]);
        self.begin()?.read(&mut bytes)?;
        if left != super::UNLIMITED_CAPACITY {
            self.capacity = left - length as u64;
        }
        Ok(Secret::new(std::mem::take(&mut *bytes)))
    }
}
