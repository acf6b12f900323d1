//! Generating keys (PKCS#11 §5.18) and random numbers (§5.19).

use super::{Cryptoki, Mechanism, Template};
use crate::algorithms;
use crate::attribute::{self, Draft};
use crate::fault::Fault;
use crate::key::key_type::KeyType;
use crate::object::{Class, Object, Origin};
use crate::registry::constants as ck;
use crate::registry::parameter::Parameter;
use crate::registry::{Generate, GenerateOptions};

impl Cryptoki<'_> {
    /// C_GenerateKey.
    ///
    /// # Errors
    /// [`Fault::NoSuchMechanism`], [`Fault::KeySize`]; what templates refuse; what the store refuses.
    pub fn generate_key(
        &self,
        session: u64,
        mechanism: &Mechanism,
        template: &Template,
    ) -> Result<u64, Fault> {
        let access = self.access(session)?;
        let (generate, key_type) = self.generator(mechanism, false)?;
        let mut draft =
            attribute::draft_for_generation(Class::SecretKey, key_type, template, true, access.is_so())?;
        let given = usize::try_from(draft.number_of(ck::CKA_VALUE_LEN).unwrap_or(0)).ok();
        let bits = key_type.fixed_length().or(given).and_then(|bytes| bytes.checked_mul(8));
        let bits = bits.ok_or(Fault::AttributeValue("CKA_VALUE_LEN"))?;
        let rng = &*self.emulator.rng;
        let material = (generate.make)(key_type, bits, &GenerateOptions::default(), rng)?;
        draft.take_key(key_type, bits, material)?;
        let object = finished(draft, generated_origin(mechanism));
        self.store_new(&access, vec![object]).map(|handles| handles[0])
    }

    /// C_GenerateKeyPair: the handles of the public and the private key.
    ///
    /// # Errors
    /// As [`Cryptoki::generate_key`]; [`Fault::CurveNotSupported`].
    pub fn generate_key_pair(
        &self,
        session: u64,
        mechanism: &Mechanism,
        public: &Template,
        private: &Template,
    ) -> Result<(u64, u64), Fault> {
        let access = self.access(session)?;
        let (generate, pair) = self.generator(mechanism, true)?;
        let so = access.is_so();
        let mut public = attribute::draft_for_generation(Class::PublicKey, pair.public(), public, true, so)?;
        let mut private = attribute::draft_for_generation(Class::PrivateKey, pair, private, true, so)?;
        for draft in [&public, &private] {
            access.may_write(&draft.object)?;
        }
        let (pair, bits) = pair_of(&public, pair, generate)?;
        let exponent = public.bytes_of(ck::CKA_PUBLIC_EXPONENT);
        let options =
            GenerateOptions { public_exponent: Some(exponent.to_vec()).filter(|bytes| !bytes.is_empty()) };
        let material = (generate.make)(pair, bits, &options, &*self.emulator.rng)?;
        private.take_key(pair, bits, material)?;
        let inside = private.object.key.as_deref().ok_or(Fault::Internal("a generated pair has no key"))?;
        let half = algorithms::public_of(inside)?;
        public.take_key(pair.public(), bits, half.material().clone())?;
        let origin = generated_origin(mechanism);
        let handles = self.store_new(&access, vec![finished(private, origin), finished(public, origin)])?;
        Ok((handles[1], handles[0]))
    }

    /// C_SeedRandom: the operating system's source needs no seed, and a caller's must not weaken it.
    ///
    /// # Errors
    /// [`Fault::NoSuchSession`].
    pub fn seed_random(&self, session: u64, _seed: &[u8]) -> Result<(), Fault> {
        self.access(session).map(drop)
    }

    /// C_GenerateRandom.
    ///
    /// # Errors
    /// [`Fault::NoSuchSession`], [`Fault::NoEntropy`].
    pub fn generate_random(&self, session: u64, into: &mut [u8]) -> Result<(), Fault> {
        self.access(session)?;
        self.emulator.rng.fill(into)
    }

    /// The row's generation, and the first type of key it makes.
    fn generator(&self, mechanism: &Mechanism, pair: bool) -> Result<(&'static Generate, KeyType), Fault> {
        // GnuTLS asks for Ed25519 keys by the name of the mechanism that they are for.
        let ckm = match mechanism.ckm {
            ck::CKM_EDDSA if pair => ck::CKM_EC_EDWARDS_KEY_PAIR_GEN,
            ckm => ckm,
        };
        let row = self.emulator.mechanism(ckm)?;
        let none = Fault::NoSuchMechanism(row.ckm);
        let generate = row.generate.as_ref().ok_or(none.clone())?;
        let key_type = generate.makes.iter().find(|made| made.is_pair() == pair).ok_or(none)?;
        if mechanism.parameter != Parameter::None {
            return Err(Fault::BadParameter("key generation takes none"));
        }
        // PKCS#11 does not say what a secret is for; PSA's types do.
        let secret =
            [KeyType::GenericSecret, KeyType::Aes].into_iter().find(|one| generate.makes.contains(one));
        Ok((generate, if pair { *key_type } else { secret.unwrap_or(*key_type) }))
    }
}

/// The type and the size of the pair: on a curve, what CKA_EC_PARAMS names.
fn pair_of(public: &Draft, pair: KeyType, generate: &Generate) -> Result<(KeyType, usize), Fault> {
    if matches!(pair, KeyType::MlKemKeyPair | KeyType::MlDsaKeyPair) {
        return Ok((pair, public.parameter_set_bits(pair)?));
    }
    let KeyType::EccKeyPair(_) = pair else {
        let bits = public.number_of(ck::CKA_MODULUS_BITS).unwrap_or(0);
        let bits = usize::try_from(bits).map_err(|_| Fault::AttributeValue("CKA_MODULUS_BITS"))?;
        return Ok((pair, bits));
    };
    let curve = algorithms::curves::curve_of_parameters(public.bytes_of(ck::CKA_EC_PARAMS))?;
    let pair = KeyType::EccKeyPair(curve.family());
    if generate.makes.contains(&pair) { Ok((pair, curve.bits())) } else { Err(Fault::CurveNotSupported) }
}

fn generated_origin(mechanism: &Mechanism) -> Origin {
    Origin { local: true, always_sensitive: true, never_extractable: true, generation: Some(mechanism.ckm) }
}

/// The object with its origin: what holds of where it came from, as far as the template kept it.
pub(super) fn finished(draft: Draft, origin: Origin) -> Object {
    let mut object = draft.finish();
    object.origin = Origin {
        always_sensitive: origin.always_sensitive && object.facts.sensitive,
        never_extractable: origin.never_extractable && !object.facts.extractable,
        ..origin
    };
    object
}
