//! Initial attestation (PSA Attestation API 2.0): tokens that say what device this is, signed with a key of its own.
//!
//! The key is P-256, made at the first use and kept beside the assets of secure storage, where neither face reaches it. What
//! a token says comes from the settings; see [`Attestation`](crate::settings::Attestation).

mod claims;

use super::tokens::Place;
use super::{Algorithm, Hash, Psa, Status};
use crate::algorithms::{self, digest};
use crate::emulator::TRIES;
use crate::fault::Fault;
use crate::key::identity::Lifetime;
use crate::key::key_type::{EccFamily, KeyType};
use crate::key::policy::{Permitted, Policy, Usage};
use crate::key::{Attributes, Key};
use crate::registry::{GenerateOptions, Takes};
use crate::token::{Asset, Service};
use claims::{Claims, Sign1};
use std::sync::Arc;

/// PSA_INITIAL_ATTEST_CHALLENGE_SIZE_32, in bytes.
pub const INITIAL_ATTEST_CHALLENGE_SIZE_32: usize = 32;
/// PSA_INITIAL_ATTEST_CHALLENGE_SIZE_48, in bytes.
pub const INITIAL_ATTEST_CHALLENGE_SIZE_48: usize = 48;
/// PSA_INITIAL_ATTEST_CHALLENGE_SIZE_64, in bytes.
pub const INITIAL_ATTEST_CHALLENGE_SIZE_64: usize = 64;
/// PSA_INITIAL_ATTEST_MAX_TOKEN_SIZE, in bytes: software components in the settings that need more are refused.
pub const INITIAL_ATTEST_MAX_TOKEN_SIZE: usize = 4096;

const CHALLENGES: [usize; 3] =
    [INITIAL_ATTEST_CHALLENGE_SIZE_32, INITIAL_ATTEST_CHALLENGE_SIZE_48, INITIAL_ATTEST_CHALLENGE_SIZE_64];

/// The one uid of the attestation service: its key.
const KEY: u64 = 1;
/// The algorithm of tokens: ES256.
const ES256: Algorithm = Algorithm::ecdsa(Hash::Sha256.algorithm());
/// The length of a signature, in bytes.
const SIGNATURE: usize = 64;

impl Psa<'_> {
    /// psa_initial_attest_get_token: a CBOR `COSE_Sign1` (tag 18, ES256) with the claims of the profile
    /// `tag:psacertified.org,2023:psa#tfm` (RFC 9783), which carries `auth_challenge` as its nonce.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT for a challenge that has not 32, 48 or 64 bytes; PSA_ERROR_GENERIC_ERROR for settings that
    /// do not fit into [`INITIAL_ATTEST_MAX_TOKEN_SIZE`]; PSA_ERROR_SERVICE_FAILURE when the key cannot be had: the token of
    /// location 0 asks for its PIN, the key is damaged, the store fails. [`reason`](super::reason) tells which.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::*};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let token = psa.initial_attest_get_token(&[7; 32])?;
    /// assert_eq!(token[0], 0xd2);
    /// assert_eq!(psa.initial_attest_get_token(&[7; 33]), Err(Status::INVALID_ARGUMENT));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn initial_attest_get_token(&self, auth_challenge: &[u8]) -> Result<Vec<u8>, Status> {
        check_challenge(auth_challenge.len())?;
        let key = Arc::new(self.attestation_key().map_err(unable)?);
        let public = algorithms::public_of(&key)?;
        let id = digest::hash(Hash::Sha256, public.material().expose());
        let claims = self.claims(auth_challenge, &id)?;
        let signature = self.sign_with(&key, ES256, Takes::Message, &Sign1::to_be_signed(&claims)?, b"")?;
        Ok(fitting(Sign1::encoded(&claims, &signature)?)?)
    }

    /// psa_initial_attest_get_token_size: the length in bytes of a token for a challenge of `challenge_size` bytes, exactly.
    ///
    /// # Errors
    /// PSA_ERROR_INVALID_ARGUMENT and PSA_ERROR_GENERIC_ERROR as for [`Psa::initial_attest_get_token`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::*};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// # let psa = emulator.psa();
    /// let size = psa.initial_attest_get_token_size(48)?;
    /// assert_eq!(psa.initial_attest_get_token(&[7; 48])?.len(), size);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn initial_attest_get_token_size(&self, challenge_size: usize) -> Result<usize, Status> {
        check_challenge(challenge_size)?;
        // Challenge, instance and signature have fixed lengths, so any will do.
        let claims = self.claims(&vec![0; challenge_size], &[0; 32])?;
        Ok(fitting(Sign1::encoded(&claims, &[0; SIGNATURE])?)?.len())
    }

    /// The public half of the key that signs attestation tokens, which a verifier must have: a point on P-256, 65 bytes. No
    /// function of the specification gives it. The key is made if there is none.
    ///
    /// # Errors
    /// As [`Psa::initial_attest_get_token`].
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::*};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let point = emulator.psa().attestation_public_key()?;
    /// assert_eq!((point.len(), point[0]), (65, 4));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn attestation_public_key(&self) -> Result<Vec<u8>, Status> {
        let public = algorithms::public_of(&self.attestation_key().map_err(unable)?)?;
        Ok(public.material().expose().to_vec())
    }

    /// The encoded claims of a token; `key` is the hash of the public key.
    fn claims(&self, challenge: &[u8], key: &[u8]) -> Result<Vec<u8>, Fault> {
        let told = &self.emulator.settings.attestation;
        let boot_seed = match &told.boot_seed {
            Some(seed) => seed.clone(),
            None => self.boot_seed()?.to_vec(),
        };
        Claims::of(told, challenge, key, &boot_seed).encoded()
    }

    /// Random, and the same for as long as this emulator is.
    fn boot_seed(&self) -> Result<[u8; 32], Fault> {
        let kept = &self.emulator.psa_keys.boot_seed;
        if let Some(seed) = kept.get() {
            return Ok(*seed);
        }
        let mut seed = [0; 32];
        self.emulator.rng.fill(&mut seed)?;
        // Another thread may have been faster: its seed is the one.
        Ok(*kept.get_or_init(|| seed))
    }

    /// The initial attestation key; made if there is none.
    fn attestation_key(&self) -> Result<Key, Fault> {
        for _ in 0..TRIES {
            let place = self.place_in(0)?;
            let vault = &self.emulator.vault;
            if let Some(kept) = vault.asset(&place.token, &place.key, Service::Attestation, KEY)? {
                return algorithms::admit(attributes(), kept.data);
            }
            match self.make_attestation_key(&place) {
                // Another process was faster, and its key is the one.
                Err(Fault::Conflict) => {}
                made => return made,
            }
        }
        Err(Fault::Conflict)
    }

    fn make_attestation_key(&self, place: &Place) -> Result<Key, Fault> {
        let none = Fault::KeyTypeNotSupported("no mechanism generates it");
        let row = algorithms::generator_of(attributes().key_type).ok_or(none.clone())?;
        let make = row.generate.as_ref().ok_or(none)?.make;
        let wanted = attributes();
        let material = make(wanted.key_type, wanted.bits, &GenerateOptions::default(), &*self.emulator.rng)?;
        let asset = Asset {
            id: self.emulator.vault.fresh_record_id()?,
            version: 0,
            service: Service::Attestation,
            uid: KEY,
            flags: 0,
            confidential: true,
            capacity: u64::try_from(material.len()).unwrap_or(u64::MAX),
            data: material.clone(),
        };
        self.emulator.vault.put_asset(&place.token, &place.key, &asset)?;
        algorithms::admit(wanted, material)
    }
}

fn attributes() -> Attributes {
    Attributes {
        id: None,
        lifetime: Lifetime::PERSISTENT,
        key_type: KeyType::EccKeyPair(EccFamily::SecpR1),
        bits: 256,
        policy: Policy { usage: Usage::SIGN_MESSAGE, permitted: Permitted::psa(ES256) },
    }
}

/// The one status that the specification has for a service that did not get ready.
fn unable(fault: Fault) -> Status {
    // Made for the sake of the reason, which it remembers.
    let _ = Status::from(fault);
    Status::SERVICE_FAILURE
}

fn check_challenge(length: usize) -> Result<(), Fault> {
    if CHALLENGES.contains(&length) {
        Ok(())
    } else {
        Err(Fault::BadArgument("a challenge has 32, 48 or 64 bytes"))
    }
}

fn fitting(token: Vec<u8>) -> Result<Vec<u8>, Fault> {
    if token.len() <= INITIAL_ATTEST_MAX_TOKEN_SIZE {
        return Ok(token);
    }
    Err(Fault::Setting {
        name: "attestation.software_components".to_owned(),
        reason: format!(
            "a token would need {} bytes, and has at most {INITIAL_ATTEST_MAX_TOKEN_SIZE}",
            token.len()
        ),
    })
}
