//! Performs steps on Twintoken's PSA face, in this process.

mod encoding;

use std::collections::HashMap;

use twintoken::psa::{Algorithm, Attributes, KeyId, KeyType, Lifetime, Psa, Status, Usage};
use twintoken::{Emulator, Settings};

use super::{Driver, bytes};
use crate::step::{self, Action, Cipher, Kind, Material, NewKey, Observation, Property};

/// Either what the key store returned, or what the harness could not do.
type Outcome = Result<Observation, Stop>;

/// Why an action ended early.
enum Stop {
    /// A function returned an error.
    Refused(Status),
    /// The harness cannot perform it.
    Cannot(String),
}

impl From<Status> for Stop {
    fn from(status: Status) -> Self {
        Self::Refused(status)
    }
}

fn cannot(text: impl Into<String>) -> Stop {
    Stop::Cannot(text.into())
}

fn done() -> Observation {
    Observation::code("PSA_SUCCESS")
}

fn returned(bytes: &[u8]) -> Observation {
    Observation::bytes("PSA_SUCCESS", bytes)
}

/// The driver.
#[derive(Default)]
pub struct PsaDriver {
    emulator: Option<Emulator>,
    keys: HashMap<String, KeyId>,
}

impl Driver for PsaDriver {
    fn perform(&mut self, action: &Action) -> Observation {
        match self.act(action) {
            Ok(observation) => observation,
            Err(Stop::Refused(status)) => Observation::code(status.name()),
            Err(Stop::Cannot(text)) => Observation::harness(text),
        }
    }
}

impl PsaDriver {
    fn act(&mut self, action: &Action) -> Outcome {
        match action {
            Action::Open(_) => {
                let settings = Settings::from_environment().map_err(|fault| cannot(fault.to_string()))?;
                self.emulator = Some(Emulator::open(settings).map_err(|fault| cannot(fault.to_string()))?);
                Ok(done())
            }
            Action::Random(size) => Ok(returned(&self.psa()?.generate_random(*size as usize)?)),
            Action::Digest { hash, input, .. } => {
                let algorithm = Algorithm(encoding::hash(*hash));
                Ok(returned(&self.psa()?.hash_compute(algorithm, &bytes(input))?))
            }
            Action::Sign { key, algorithm, input, .. } => self.sign(key, *algorithm, &bytes(input)),
            Action::Verify { key, algorithm, input, signature, .. } => {
                self.verify(key, *algorithm, &bytes(input), &bytes(signature))
            }
            Action::Encrypt(cipher) => self.encrypt(cipher),
            Action::Decrypt(cipher) => self.decrypt(cipher),
            Action::Agree { key, peer } => {
                let secret = self.psa()?.raw_key_agreement(Algorithm::ECDH, self.key(key)?, &bytes(peer))?;
                Ok(returned(&secret))
            }
            _ => self.manage(action),
        }
    }

    fn psa(&self) -> Result<Psa<'_>, Stop> {
        Ok(self.emulator.as_ref().ok_or_else(|| cannot("the store is not open"))?.psa())
    }

    fn key(&self, name: &str) -> Result<KeyId, Stop> {
        self.keys.get(name).copied().ok_or_else(|| cannot(format!("no key named {name}")))
    }

    fn made(&mut self, name: &str, id: KeyId) -> Observation {
        self.keys.insert(name.to_owned(), id);
        done()
    }

    /// Key management.
    fn manage(&mut self, action: &Action) -> Outcome {
        match action {
            Action::Generate(key) => {
                let id = self.psa()?.generate_key(&attributes(key))?;
                Ok(self.made(&key.name, id))
            }
            Action::Import { key, material } => {
                let data = match material {
                    Material::Rsa(data) | Material::Secret(data) | Material::Pair { secret: data, .. } => {
                        data
                    }
                };
                // The size is left to the material, which may be shorter than the key type allows.
                let id = self.psa()?.import_key(&attributes(key).with_bits(0), &bytes(data))?;
                Ok(self.made(&key.name, id))
            }
            Action::Store { name, id, value, .. } => {
                let id = self.psa()?.import_key(&raw_data(*id), &bytes(value))?;
                Ok(self.made(name, id))
            }
            Action::Populate { count, first, .. } => {
                let psa = self.psa()?;
                for number in 0..*count {
                    psa.import_key(&raw_data(first + number), &number.to_be_bytes())?;
                }
                Ok(done())
            }
            Action::Copy { source, name, id, usages, algorithm, .. } => {
                let algorithm = algorithm.map_or(Algorithm::NONE, of);
                let wanted =
                    Attributes::new().with_id(*id).with_usage(usage(usages)).with_algorithm(algorithm);
                let id = self.psa()?.copy_key(self.key(source)?, &wanted)?;
                Ok(self.made(name, id))
            }
            Action::Destroy(name) => {
                self.psa()?.destroy_key(self.key(name)?)?;
                Ok(done())
            }
            Action::Purge(name) => {
                self.psa()?.purge_key(self.key(name)?)?;
                Ok(done())
            }
            Action::Locate { name, id, .. } => {
                self.psa()?.get_key_attributes(KeyId(*id))?;
                Ok(self.made(name, KeyId(*id)))
            }
            Action::Adopt { name, id, .. } => {
                let id = bytes(id).try_into().map_err(|_| cannot("a key id is four bytes"))?;
                let id = KeyId(u32::from_be_bytes(id));
                self.psa()?.get_key_attributes(id)?;
                Ok(self.made(name, id))
            }
            Action::Read { key, property } => self.read(key, *property),
            _ => Err(cannot("PSA has no such function")),
        }
    }

    fn read(&self, name: &str, property: Property) -> Outcome {
        let (psa, key) = (self.psa()?, self.key(name)?);
        match property {
            Property::Value => Ok(returned(&psa.export_key(key)?)),
            Property::PublicKey => Ok(returned(&psa.export_public_key(key)?)),
            Property::Bits => {
                let bits = psa.get_key_attributes(key)?.bits();
                let bits = u32::try_from(bits).map_err(|_| cannot("a size beyond 32 bits"))?;
                Ok(returned(&bits.to_be_bytes()))
            }
            Property::Persistent => {
                let volatile = psa.get_key_attributes(key)?.lifetime().is_volatile();
                Ok(returned(&[u8::from(!volatile)]))
            }
            Property::MaySign => {
                let may = psa.get_key_attributes(key)?.usage().intersects(Usage::SIGN);
                Ok(returned(&[u8::from(may)]))
            }
            _ => Err(cannot("PSA has no word for this property")),
        }
    }

    fn sign(&self, key: &str, algorithm: step::Algorithm, input: &[u8]) -> Outcome {
        let (psa, key, number) = (self.psa()?, self.key(key)?, of(algorithm));
        let signature = match form(algorithm) {
            Form::Mac => psa.mac_compute(key, number, input)?,
            Form::Hash => psa.sign_hash(key, number, input)?,
            Form::Message => psa.sign_message(key, number, input)?,
        };
        Ok(returned(&signature))
    }

    fn verify(&self, key: &str, algorithm: step::Algorithm, input: &[u8], signature: &[u8]) -> Outcome {
        let (psa, key, number) = (self.psa()?, self.key(key)?, of(algorithm));
        match form(algorithm) {
            Form::Mac => psa.mac_verify(key, number, input, signature)?,
            Form::Hash => psa.verify_hash(key, number, input, signature)?,
            Form::Message => psa.verify_message(key, number, input, signature)?,
        }
        Ok(done())
    }

    /// Outside AEAD the function draws the IV itself and puts it before the ciphertext.
    fn encrypt(&self, cipher: &Cipher) -> Outcome {
        let (psa, key, number) = (self.psa()?, self.key(&cipher.key)?, of(cipher.algorithm));
        let input = bytes(&cipher.input);
        if cipher.algorithm == step::Algorithm::AesGcm {
            let sealed = psa.aead_encrypt(key, number, &bytes(&cipher.iv), &bytes(&cipher.aad), &input)?;
            return Ok(returned(&sealed));
        }
        let output = psa.cipher_encrypt(key, number, &input)?;
        let (iv, ciphertext) = output.split_at_checked(16).ok_or_else(|| cannot("no IV was returned"))?;
        Ok(Observation { iv: Some(crate::hex::encode(iv)), ..returned(ciphertext) })
    }

    fn decrypt(&self, cipher: &Cipher) -> Outcome {
        let (psa, key, number) = (self.psa()?, self.key(&cipher.key)?, of(cipher.algorithm));
        let (iv, input) = (bytes(&cipher.iv), bytes(&cipher.input));
        let plain = if cipher.algorithm == step::Algorithm::AesGcm {
            psa.aead_decrypt(key, number, &iv, &bytes(&cipher.aad), &input)?
        } else {
            psa.cipher_decrypt(key, number, &[iv, input].concat())?
        };
        Ok(returned(&plain))
    }
}

/// Which function an algorithm's input is for.
enum Form {
    Mac,
    Hash,
    Message,
}

fn form(algorithm: step::Algorithm) -> Form {
    match algorithm {
        step::Algorithm::Hmac(_) => Form::Mac,
        step::Algorithm::RsaPkcs1Raw | step::Algorithm::RsaPssOnHash(_) | step::Algorithm::EcdsaOnHash(_) => {
            Form::Hash
        }
        _ => Form::Message,
    }
}

fn of(algorithm: step::Algorithm) -> Algorithm {
    Algorithm(encoding::algorithm(algorithm))
}

fn usage(usages: &[step::Usage]) -> Usage {
    Usage::from_bits_retain(encoding::usage(usages))
}

fn attributes(key: &NewKey) -> Attributes {
    let attributes = Attributes::new()
        .with_key_type(KeyType(encoding::key_type(key.kind)))
        .with_bits(size(key.kind))
        .with_usage(usage(&key.usages))
        .with_algorithm(key.algorithm.map_or(Algorithm::NONE, of));
    match key.lifetime {
        Some(lifetime) => attributes.with_lifetime(Lifetime(lifetime)).with_id(key.id),
        None if key.persistent => attributes.with_id(key.id),
        None => attributes.with_lifetime(Lifetime::VOLATILE),
    }
}

fn size(kind: Kind) -> usize {
    encoding::bits(kind) as usize
}

fn raw_data(id: u32) -> Attributes {
    let usage = usage(&[step::Usage::Export]);
    Attributes::new().with_id(id).with_key_type(KeyType(encoding::RAW_DATA)).with_usage(usage)
}
