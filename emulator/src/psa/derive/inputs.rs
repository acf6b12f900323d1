//! What goes into a key derivation, step by step.

use super::{Deriving, KeyDerivationOperation};
use crate::fault::Fault;
use crate::grant::{Use, permits};
use crate::key::Key;
use crate::key::policy::Usage;
use crate::psa::{KeyId, Psa, Status};
use crate::registry::kdf::{Step, StepRule};
use crate::secret::Secret;

impl Psa<'_> {
    /// psa_key_derivation_input_bytes: a direct input. A secret or password that comes so lets no key be derived.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT for a step that the algorithm does not have, or takes no direct input for, or an input it
    /// cannot take; PSA_ERROR_BAD_STATE for a step out of order or once more, or after output began.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Hash, KeyDerivationOperation, Status, Step}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let mut operation = KeyDerivationOperation::new();
    /// psa.key_derivation_setup(&mut operation, Algorithm::hkdf(Hash::Sha256.algorithm()))?;
    /// let answer = psa.key_derivation_input_bytes(&mut operation, Step::SEED, b"HKDF has no seed");
    /// assert_eq!(answer, Err(Status::INVALID_ARGUMENT));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn key_derivation_input_bytes(
        &self,
        operation: &mut KeyDerivationOperation,
        step: Step,
        data: &[u8],
    ) -> Result<(), Status> {
        operation.run(|deriving| {
            let rule = deriving.admit_step(step)?;
            if !rule.direct || step == Step::COST {
                return Err(Fault::BadArgument("this step takes no direct bytes"));
            }
            deriving.put(rule, data)
        })
    }

    /// psa_key_derivation_input_integer (since 1.1): a number, such as the count of iterations.
    ///
    /// # Errors
    /// As [`Psa::key_derivation_input_bytes`]; PSA_ERROR_INVALID_ARGUMENT for 0; PSA_ERROR_NOT_SUPPORTED above 2^32 - 1.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Hash, KeyDerivationOperation, Step}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let mut operation = KeyDerivationOperation::new();
    /// psa.key_derivation_setup(&mut operation, Algorithm::pbkdf2_hmac(Hash::Sha256.algorithm()))?;
    /// psa.key_derivation_input_integer(&mut operation, Step::COST, 2)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn key_derivation_input_integer(
        &self,
        operation: &mut KeyDerivationOperation,
        step: Step,
        value: u64,
    ) -> Result<(), Status> {
        operation.run(|deriving| {
            deriving.admit_step(step)?;
            if step != Step::COST || value == 0 {
                return Err(Fault::BadArgument("this step takes no such number"));
            }
            if value > deriving.kdf.largest {
                return Err(Fault::NotBuilt("a cost of more than 32 bits"));
            }
            deriving.inputs.numbers.push((step, value));
            Ok(())
        })
    }

    /// psa_key_derivation_input_key: the material of a key. The operation fails when the key is destroyed.
    ///
    /// # Errors
    /// As [`Psa::key_derivation_input_bytes`]; PSA_ERROR_INVALID_ARGUMENT for a type that the step does not take;
    /// PSA_ERROR_NOT_PERMITTED for a key with neither PSA_KEY_USAGE_DERIVE nor PSA_KEY_USAGE_VERIFY_DERIVATION, or another
    /// algorithm; PSA_ERROR_INVALID_HANDLE.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Hash, KeyDerivationOperation, KeyId, Status, Step}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let mut operation = KeyDerivationOperation::new();
    /// psa.key_derivation_setup(&mut operation, Algorithm::hkdf(Hash::Sha256.algorithm()))?;
    /// let answer = psa.key_derivation_input_key(&mut operation, Step::SECRET, KeyId(77));
    /// assert_eq!(answer, Err(Status::INVALID_HANDLE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn key_derivation_input_key(
        &self,
        operation: &mut KeyDerivationOperation,
        step: Step,
        key: KeyId,
    ) -> Result<(), Status> {
        operation.run(|deriving| {
            let rule = deriving.admit_step(step)?;
            let found = self.find(key)?;
            let key = self.effective(&found)?;
            if !rule.keys.contains(&key.attributes().key_type) {
                return Err(Fault::WrongKeyType("this step of the derivation"));
            }
            let may_output = deriving.check_policy(&key)?;
            deriving.put(rule, key.material().expose())?;
            deriving.may_output &= may_output;
            deriving.from_key |= is_main(step);
            deriving.leases.push(self.lease(&found));
            Ok(())
        })
    }

    /// psa_key_derivation_key_agreement: the secret shared with the other side's public key, in its export format, as the
    /// input of a step.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT for an operation without an agreement; as [`Psa::key_derivation_input_key`] and
    /// [`Psa::raw_key_agreement`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, Hash, KeyDerivationOperation, KeyId, Status, Step}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let mut operation = KeyDerivationOperation::new();
    /// let both = Algorithm::ECDH.with_derivation(Algorithm::hkdf(Hash::Sha256.algorithm()));
    /// psa.key_derivation_setup(&mut operation, both)?;
    /// let answer = psa.key_derivation_key_agreement(&mut operation, Step::SECRET, KeyId(77), &[4; 65]);
    /// assert_eq!(answer, Err(Status::INVALID_HANDLE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn key_derivation_key_agreement(
        &self,
        operation: &mut KeyDerivationOperation,
        step: Step,
        private_key: KeyId,
        peer: &[u8],
    ) -> Result<(), Status> {
        operation.run(|deriving| {
            let rule = deriving.admit_step(step)?;
            if !deriving.algorithm.is_key_agreement() || !is_main(step) && step != Step::OTHER_SECRET {
                return Err(Fault::WrongAlgorithm("no agreement gives the input of this step"));
            }
            let (secret, found) = self.agree(deriving.algorithm, private_key, peer)?;
            deriving.put(rule, secret.expose())?;
            deriving.from_key |= is_main(step);
            deriving.leases.push(self.lease(&found));
            Ok(())
        })
    }
}

/// The steps whose input decides whether a key may be derived.
fn is_main(step: Step) -> bool {
    step == Step::SECRET || step == Step::PASSWORD
}

impl Deriving {
    /// The rule of a step, if the step may come now.
    fn admit_step(&self, step: Step) -> Result<StepRule, Fault> {
        const ORDER: Fault = Fault::WrongState("this step of the derivation does not come now");
        let at = self.kdf.steps.iter().position(|rule| rule.step == step);
        let unknown = Fault::BadArgument("the derivation has no such step");
        let (before, rest) = self.kdf.steps.split_at(at.ok_or(unknown.clone())?);
        let (rule, after) = rest.split_first().ok_or(unknown)?;
        if self.stream.is_some() || self.inputs.has(step) && !rule.repeats {
            return Err(ORDER);
        }
        let missing = |one: &StepRule| !one.optional && !one.any_time && !self.inputs.has(one.step);
        let passed = |one: &StepRule| !one.any_time && self.inputs.has(one.step);
        if !rule.any_time && (before.iter().any(missing) || after.iter().any(passed)) {
            return Err(ORDER);
        }
        Ok(*rule)
    }

    fn put(&mut self, rule: StepRule, data: &[u8]) -> Result<(), Fault> {
        (self.kdf.check)(self.hash, rule.step, data)?;
        match self.inputs.bytes.iter_mut().find(|(step, _)| *step == rule.step) {
            Some((_, bytes)) => *bytes = Secret::new([bytes.expose(), data].concat()),
            None => self.inputs.bytes.push((rule.step, Secret::from(data))),
        }
        Ok(())
    }

    /// Whether a key's policy lets the derivation use it; and then, whether it may be derived from or compared only.
    fn check_policy(&self, key: &Key) -> Result<bool, Fault> {
        let policy = &key.attributes().policy;
        if !policy.usage.intersects(Usage::DERIVE | Usage::VERIFY_DERIVATION) {
            return Err(Fault::UsageForbidden("be derived from"));
        }
        if !permits(&policy.permitted, self.row, Use::Derive, self.algorithm) {
            return Err(Fault::AlgorithmForbidden("this derivation"));
        }
        Ok(policy.usage.contains(Usage::DERIVE))
    }

    /// The same for a value to compare with.
    pub(super) fn check_expected(&self, key: &Key) -> Result<(), Fault> {
        let policy = &key.attributes().policy;
        if !policy.usage.contains(Usage::VERIFY_DERIVATION) {
            return Err(Fault::UsageForbidden("be compared with a derivation"));
        }
        if !permits(&policy.permitted, self.row, Use::Derive, self.algorithm) {
            return Err(Fault::AlgorithmForbidden("this derivation"));
        }
        Ok(())
    }
}
