//! The functions of PSA Crypto as one: a call goes in, an answer comes out. What drives it cannot tell an honest one
//! from one with a planted defect.

use twintoken::psa::{Algorithm, Attributes, KeyId, KeyType, Lifetime, Psa, Status, Usage};
use twintoken::{Emulator, Settings};

use crate::driver::bytes;
use crate::psa::{self, Call, Key, Work};

/// What a successful call returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// Nothing.
    Nothing,
    /// The id of a new key.
    Key(u32),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A key's attributes.
    Attributes(psa::Attributes),
}

/// A call's answer.
pub(crate) type Answer = Result<Output, Status>;

/// Something that answers calls of PSA Crypto.
pub(crate) trait Face {
    /// Answers one call.
    fn call(&mut self, call: &Call) -> Answer;
}

/// Twintoken as it is.
pub(crate) struct Honest(Emulator);

impl Honest {
    /// Opens the store that the environment names.
    pub(crate) fn open() -> Result<Self, String> {
        let settings = Settings::from_environment().map_err(|fault| fault.to_string())?;
        Emulator::open(settings).map(Self).map_err(|fault| fault.to_string())
    }
}

impl Face for Honest {
    fn call(&mut self, call: &Call) -> Answer {
        let psa = self.0.psa();
        let bytes_of = |result: Result<Vec<u8>, Status>| result.map(Output::Bytes);
        let made = |result: Result<KeyId, Status>| result.map(|id| Output::Key(id.0));
        let done = |result: Result<(), Status>| result.map(|()| Output::Nothing);
        match call {
            Call::ImportKey { attributes, data } => made(psa.import_key(&theirs(attributes), &bytes(data))),
            Call::GenerateKey(attributes) => made(psa.generate_key(&theirs(attributes))),
            Call::CopyKey { key, attributes } => made(psa.copy_key(id(*key), &theirs(attributes))),
            Call::DestroyKey(key) => done(psa.destroy_key(id(*key))),
            Call::PurgeKey(key) => done(psa.purge_key(id(*key))),
            Call::GetKeyAttributes(key) => {
                psa.get_key_attributes(id(*key)).map(|read| Output::Attributes(ours(&read)))
            }
            Call::ExportKey(key) => bytes_of(psa.export_key(id(*key))),
            Call::ExportPublicKey(key) => bytes_of(psa.export_public_key(id(*key))),
            Call::HashCompute { algorithm, input } => {
                bytes_of(psa.hash_compute(Algorithm(*algorithm), &bytes(input)))
            }
            Call::GenerateRandom(size) => bytes_of(psa.generate_random(*size as usize)),
            _ => operation(psa, call),
        }
    }
}

/// The calls that work with a key.
fn operation(psa: Psa<'_>, call: &Call) -> Answer {
    let of = |work: &Work| (id(work.key), Algorithm(work.algorithm), bytes(&work.input));
    let result = match call {
        Call::VerifyMessage(work, proof) => {
            let (key, algorithm, input) = of(work);
            return psa.verify_message(key, algorithm, &input, &bytes(proof)).map(|()| Output::Nothing);
        }
        Call::VerifyHash(work, proof) => {
            let (key, algorithm, input) = of(work);
            return psa.verify_hash(key, algorithm, &input, &bytes(proof)).map(|()| Output::Nothing);
        }
        Call::MacVerify(work, proof) => {
            let (key, algorithm, input) = of(work);
            return psa.mac_verify(key, algorithm, &input, &bytes(proof)).map(|()| Output::Nothing);
        }
        Call::AeadEncrypt(work, nonce, more) => {
            let (key, algorithm, input) = of(work);
            psa.aead_encrypt(key, algorithm, &bytes(nonce), &bytes(more), &input)
        }
        Call::AeadDecrypt(work, nonce, more) => {
            let (key, algorithm, input) = of(work);
            psa.aead_decrypt(key, algorithm, &bytes(nonce), &bytes(more), &input)
        }
        Call::SignMessage(work) => {
            with(of(work), |key, algorithm, input| psa.sign_message(key, algorithm, input))
        }
        Call::SignHash(work) => with(of(work), |key, algorithm, input| psa.sign_hash(key, algorithm, input)),
        Call::MacCompute(work) => {
            with(of(work), |key, algorithm, input| psa.mac_compute(key, algorithm, input))
        }
        Call::CipherEncrypt(work) => {
            with(of(work), |key, algorithm, input| psa.cipher_encrypt(key, algorithm, input))
        }
        Call::CipherDecrypt(work) => {
            with(of(work), |key, algorithm, input| psa.cipher_decrypt(key, algorithm, input))
        }
        Call::RawKeyAgreement(work) => {
            with(of(work), |key, algorithm, input| psa.raw_key_agreement(algorithm, key, input))
        }
        // The others are answered before.
        _ => Err(Status::NOT_SUPPORTED),
    };
    result.map(Output::Bytes)
}

fn with<T>(
    (key, algorithm, input): (KeyId, Algorithm, Vec<u8>),
    call: impl Fn(KeyId, Algorithm, &[u8]) -> T,
) -> T {
    call(key, algorithm, &input)
}

fn id(key: Key) -> KeyId {
    match key {
        Key::Id(id) => KeyId(id),
        // By now the id is written in; no key has the null id.
        Key::Made(_) => KeyId(0),
    }
}

fn theirs(attributes: &psa::Attributes) -> Attributes {
    Attributes::new()
        .with_id(attributes.id)
        .with_lifetime(Lifetime(attributes.lifetime))
        .with_key_type(KeyType(attributes.key_type))
        .with_bits(attributes.bits)
        .with_usage(Usage::from_bits_retain(attributes.usage))
        .with_algorithm(Algorithm(attributes.algorithm))
}

fn ours(attributes: &Attributes) -> psa::Attributes {
    psa::Attributes {
        id: attributes.id(),
        lifetime: attributes.lifetime().0,
        key_type: attributes.key_type().0,
        bits: attributes.bits(),
        usage: attributes.usage().bits(),
        algorithm: attributes.algorithm().0,
    }
}
