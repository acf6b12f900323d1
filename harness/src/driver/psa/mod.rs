//! Performs steps on Twintoken's PSA face, in this process, or on one with a planted defect.

mod encoding;
pub(super) mod face;
mod runner;

use std::collections::HashMap;
use std::path::PathBuf;

use twintoken::psa::Status;

use super::psa_faulty::{Defect, Faulty};
use super::{Driver, bytes};
use crate::psa::{Attributes, Call, Key, Work};
use crate::step::{self, Action, Cipher, Data, Kind, Material, NewKey, Observation, Property};
use face::{Face, Honest, Output};
use runner::Runner;

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
pub struct PsaDriver {
    face: Option<Box<dyn Face>>,
    source: Source,
    keys: HashMap<String, u32>,
}

/// Whose functions are called.
enum Source {
    /// Those of Twintoken, in this process, with a planted defect or without.
    InProcess(Option<&'static Defect>),
    /// Those of the library that this program was compiled against.
    Library(PathBuf),
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
    /// A driver of our key store with this defect, or of the honest one.
    #[must_use]
    pub fn in_process(defect: Option<&'static Defect>) -> Self {
        Self { face: None, source: Source::InProcess(defect), keys: HashMap::new() }
    }

    /// A driver of the PSA library that this program was compiled against.
    #[must_use]
    pub fn of_library(program: PathBuf) -> Self {
        Self { face: None, source: Source::Library(program), keys: HashMap::new() }
    }

    fn open(&self, token: step::Token) -> Result<Box<dyn Face>, String> {
        Ok(match &self.source {
            Source::InProcess(None) => Box::new(Honest::open()?),
            Source::InProcess(Some(defect)) => Box::new(Faulty::new(Honest::open()?, defect, token)),
            Source::Library(program) => Box::new(Runner::start(program)?),
        })
    }

    fn act(&mut self, action: &Action) -> Outcome {
        match action {
            Action::Open(token) => {
                self.face = Some(self.open(*token).map_err(cannot)?);
                Ok(done())
            }
            Action::Psa(call) => self.single(call),
            Action::Random(size) => self.bytes(&Call::GenerateRandom(*size)),
            Action::Digest { hash, input, .. } => {
                self.bytes(&Call::HashCompute { algorithm: encoding::hash(*hash), input: input.clone() })
            }
            Action::Sign { key, algorithm, input, .. } => {
                let work = self.work(key, *algorithm, input)?;
                self.bytes(&match form(*algorithm) {
                    Form::Mac => Call::MacCompute(work),
                    Form::Hash => Call::SignHash(work),
                    Form::Message => Call::SignMessage(work),
                })
            }
            Action::Verify { key, algorithm, input, signature, .. } => {
                let (work, proof) = (self.work(key, *algorithm, input)?, signature.clone());
                self.call(&match form(*algorithm) {
                    Form::Mac => Call::MacVerify(work, proof),
                    Form::Hash => Call::VerifyHash(work, proof),
                    Form::Message => Call::VerifyMessage(work, proof),
                })?;
                Ok(done())
            }
            Action::Encrypt(cipher) => self.encrypt(cipher),
            Action::Decrypt(cipher) => self.decrypt(cipher),
            Action::Agree { key, peer } => {
                let work = self.work(key, step::Algorithm::Ecdh, peer)?;
                self.bytes(&Call::RawKeyAgreement(work))
            }
            _ => self.manage(action),
        }
    }

    fn call(&mut self, call: &Call) -> Result<Output, Stop> {
        Ok(self.face.as_mut().ok_or_else(|| cannot("the store is not open"))?.call(call)?)
    }

    fn bytes(&mut self, call: &Call) -> Outcome {
        match self.call(call)? {
            Output::Bytes(bytes) => Ok(returned(&bytes)),
            _ => Err(cannot("no bytes were returned")),
        }
    }

    fn attributes(&mut self, key: u32) -> Result<Attributes, Stop> {
        match self.call(&Call::GetKeyAttributes(Key::Id(key)))? {
            Output::Attributes(attributes) => Ok(attributes),
            _ => Err(cannot("no attributes were returned")),
        }
    }

    /// A single call; a new key's id is returned as four bytes, the highest first.
    fn single(&mut self, call: &Call) -> Outcome {
        Ok(match self.call(call)? {
            Output::Nothing => done(),
            Output::Key(id) => returned(&id.to_be_bytes()),
            Output::Bytes(bytes) => returned(&bytes),
            Output::Attributes(attributes) => {
                Observation { attributes: Some(Box::new(attributes)), ..done() }
            }
        })
    }

    fn key(&self, name: &str) -> Result<Key, Stop> {
        self.keys.get(name).map(|id| Key::Id(*id)).ok_or_else(|| cannot(format!("no key named {name}")))
    }

    fn work(&self, key: &str, algorithm: step::Algorithm, input: &Data) -> Result<Work, Stop> {
        Ok(Work { key: self.key(key)?, algorithm: encoding::algorithm(algorithm), input: input.clone() })
    }

    fn made(&mut self, name: &str, call: &Call) -> Outcome {
        match self.call(call)? {
            Output::Key(id) => Ok(self.named(name, id)),
            _ => Err(cannot("no key was returned")),
        }
    }

    fn named(&mut self, name: &str, id: u32) -> Observation {
        self.keys.insert(name.to_owned(), id);
        done()
    }

    /// Key management.
    fn manage(&mut self, action: &Action) -> Outcome {
        match action {
            Action::Generate(key) => self.made(&key.name, &Call::GenerateKey(attributes(key))),
            Action::Import { key, material } => {
                let data = match material {
                    Material::Rsa(data) | Material::Secret(data) | Material::Pair { secret: data, .. } => {
                        data.clone()
                    }
                };
                // The size is left to the material, which may be shorter than the key type allows.
                let attributes = Attributes { bits: 0, ..attributes(key) };
                self.made(&key.name, &Call::ImportKey { attributes, data })
            }
            Action::Store { name, id, value, .. } => {
                self.made(name, &Call::ImportKey { attributes: raw_data(*id), data: value.clone() })
            }
            Action::Populate { count, first, .. } => {
                for number in 0..*count {
                    let data = Data::of(&number.to_be_bytes());
                    self.call(&Call::ImportKey { attributes: raw_data(first + number), data })?;
                }
                Ok(done())
            }
            Action::Copy { source, name, id, usages, algorithm, .. } => {
                let attributes = Attributes {
                    id: *id,
                    lifetime: PERSISTENT,
                    usage: encoding::usage(usages),
                    algorithm: algorithm.map_or(0, encoding::algorithm),
                    ..Attributes::default()
                };
                self.made(name, &Call::CopyKey { key: self.key(source)?, attributes })
            }
            Action::Destroy(name) => {
                self.call(&Call::DestroyKey(self.key(name)?))?;
                Ok(done())
            }
            Action::Purge(name) => {
                self.call(&Call::PurgeKey(self.key(name)?))?;
                Ok(done())
            }
            Action::Locate { name, id, .. } => {
                self.attributes(*id)?;
                Ok(self.named(name, *id))
            }
            Action::Adopt { name, id, .. } => {
                let id = bytes(id).try_into().map_err(|_| cannot("a key id is four bytes"))?;
                let id = u32::from_be_bytes(id);
                self.attributes(id)?;
                Ok(self.named(name, id))
            }
            Action::Read { key, property } => self.read(key, *property),
            _ => Err(cannot("PSA has no such function")),
        }
    }

    fn read(&mut self, name: &str, property: Property) -> Outcome {
        let key = self.key(name)?;
        let Key::Id(id) = key else { return Err(cannot("the key has no id")) };
        match property {
            Property::Value => self.bytes(&Call::ExportKey(key)),
            Property::PublicKey => self.bytes(&Call::ExportPublicKey(key)),
            Property::Bits => {
                let bits =
                    u32::try_from(self.attributes(id)?.bits).map_err(|_| cannot("a size beyond 32 bits"))?;
                Ok(returned(&bits.to_be_bytes()))
            }
            Property::Persistent => Ok(returned(&[u8::from(!self.attributes(id)?.is_volatile())])),
            Property::MaySign => {
                let may = self.attributes(id)?.usage & encoding::usage(&[step::Usage::Sign]) != 0;
                Ok(returned(&[u8::from(may)]))
            }
            _ => Err(cannot("PSA has no word for this property")),
        }
    }

    /// Outside AEAD the function draws the IV itself and puts it before the ciphertext.
    fn encrypt(&mut self, cipher: &Cipher) -> Outcome {
        let work = self.work(&cipher.key, cipher.algorithm, &cipher.input)?;
        if cipher.algorithm == step::Algorithm::AesGcm {
            return self.bytes(&Call::AeadEncrypt(work, cipher.iv.clone(), cipher.aad.clone()));
        }
        let Output::Bytes(output) = self.call(&Call::CipherEncrypt(work))? else {
            return Err(cannot("no bytes were returned"));
        };
        let (iv, ciphertext) = output.split_at_checked(16).ok_or_else(|| cannot("no IV was returned"))?;
        Ok(Observation { iv: Some(crate::hex::encode(iv)), ..returned(ciphertext) })
    }

    fn decrypt(&mut self, cipher: &Cipher) -> Outcome {
        if cipher.algorithm == step::Algorithm::AesGcm {
            let work = self.work(&cipher.key, cipher.algorithm, &cipher.input)?;
            return self.bytes(&Call::AeadDecrypt(work, cipher.iv.clone(), cipher.aad.clone()));
        }
        let input = Data::of(&[bytes(&cipher.iv), bytes(&cipher.input)].concat());
        self.bytes(&Call::CipherDecrypt(self.work(&cipher.key, cipher.algorithm, &input)?))
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

/// PSA_KEY_LIFETIME_PERSISTENT.
const PERSISTENT: u32 = 1;

fn attributes(key: &NewKey) -> Attributes {
    let lifetime = key.lifetime.unwrap_or(if key.persistent { PERSISTENT } else { 0 });
    Attributes {
        id: key.id,
        lifetime,
        key_type: encoding::key_type(key.kind),
        bits: size(key.kind),
        usage: encoding::usage(&key.usages),
        algorithm: key.algorithm.map_or(0, encoding::algorithm),
    }
}

fn size(kind: Kind) -> usize {
    encoding::bits(kind) as usize
}

fn raw_data(id: u32) -> Attributes {
    let usage = encoding::usage(&[step::Usage::Export]);
    Attributes { id, lifetime: PERSISTENT, key_type: encoding::RAW_DATA, usage, ..Attributes::default() }
}
