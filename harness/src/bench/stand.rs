//! One module in use by one process: its token, its keys, and the buffers that timed calls share.

use std::path::Path;

use cryptoki_sys as ck;

use super::abi::{Failed, Mechanism, Module};
use crate::driver::pkcs11::{SO_PIN, USER_PIN};

/// Bytes of the largest input.
pub const INPUT: usize = 16 * 1024;

const LABEL: &[u8; 32] = b"bench                           ";
/// P-256 as CKA_EC_PARAMS: its object identifier in DER.
const P256: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const YES: &[u8] = &[ck::CK_TRUE];
const NO: &[u8] = &[ck::CK_FALSE];

/// What has to be there before a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// C_Initialize has not been called.
    Finalized,
    /// The user is logged in and the keys are at hand.
    Ready,
}

/// The keys that operations use: token objects, private ones where they can be.
#[derive(Debug, Clone, Copy, Default)]
pub struct Keys {
    /// Public and private half on P-256.
    pub p256: [u64; 2],
    /// Public and private half of RSA with 2048 bits.
    pub rsa: [u64; 2],
    /// AES with 256 bits.
    pub aes: u64,
}

/// One module in use.
pub struct Stand {
    /// The module.
    pub module: Module,
    /// The slot of its token.
    pub slot: u64,
    /// A read-write session with the user logged in.
    pub session: u64,
    /// The keys.
    pub keys: Keys,
    /// What is signed, hashed and encrypted.
    pub input: Vec<u8>,
    /// Where results go.
    pub room: Vec<u8>,
    /// A signature of the first 32 bytes of the input under the P-256 key.
    pub p256_signature: Vec<u8>,
    /// A signature of the first 51 bytes of the input under the RSA key.
    pub rsa_signature: Vec<u8>,
    /// What a step made, for the step after it.
    pub made: Vec<u64>,
    /// Makes each call's ids and nonces differ from the last one's.
    pub counter: u64,
    /// How many objects the token was filled with.
    pub objects: u64,
    phase: Phase,
}

/// One of the objects that a token is filled with: an AES key.
pub struct Filler {
    id: [u8; 8],
    label: String,
    value: [u8; 32],
}

/// The value of a CK_ULONG attribute.
const fn word(value: u64) -> [u8; 8] {
    value.to_ne_bytes()
}

const SECRET_KEY: [u8; 8] = word(ck::CKO_SECRET_KEY);
const AES: [u8; 8] = word(ck::CKK_AES);

impl Filler {
    /// The object with this number.
    #[must_use]
    pub fn new(number: u64) -> Filler {
        let mut value = [0x5a; 32];
        value[..8].copy_from_slice(&number.to_be_bytes());
        Filler { id: Filler::id(number), label: format!("filler {number}"), value }
    }

    /// The CKA_ID of the object with this number.
    #[must_use]
    pub fn id(number: u64) -> [u8; 8] {
        (0x6265_0000_0000_0000 | number).to_be_bytes()
    }

    /// Its attributes.
    #[must_use]
    pub fn pairs(&self) -> [(u64, &[u8]); 10] {
        [
            (ck::CKA_CLASS, &SECRET_KEY),
            (ck::CKA_KEY_TYPE, &AES),
            (ck::CKA_TOKEN, YES),
            (ck::CKA_PRIVATE, YES),
            (ck::CKA_SENSITIVE, YES),
            (ck::CKA_EXTRACTABLE, NO),
            (ck::CKA_ENCRYPT, YES),
            (ck::CKA_ID, &self.id),
            (ck::CKA_LABEL, self.label.as_bytes()),
            (ck::CKA_VALUE, &self.value),
        ]
    }
}

impl Stand {
    /// Loads the module; nothing is initialised.
    ///
    /// # Errors
    /// When it is no module.
    pub fn load(path: &Path) -> Result<Stand, Failed> {
        Ok(Stand {
            module: Module::load(path)?,
            slot: 0,
            session: 0,
            keys: Keys::default(),
            input: (0..INPUT).map(|index| u8::try_from(index % 251).unwrap_or(0)).collect(),
            room: vec![0; INPUT + 64],
            p256_signature: Vec::new(),
            rsa_signature: Vec::new(),
            made: Vec::new(),
            counter: 0,
            objects: 0,
            phase: Phase::Finalized,
        })
    }

    /// Makes the token and its keys, in a folder that has none.
    ///
    /// # Errors
    /// What the module answers.
    pub fn make_token(&mut self) -> Result<(), Failed> {
        let absent = |what: &str| Failed::Bench(format!("no slot with {what}"));
        self.module.initialize()?;
        let slot = self.module.slot(false)?.ok_or_else(|| absent("a token to initialise"))?;
        self.module.init_token(slot, SO_PIN.as_bytes(), LABEL)?;
        self.slot = self.module.slot(true)?.ok_or_else(|| absent("an initialised token"))?;
        let session = self.module.open_session(self.slot)?;
        self.module.login(session, ck::CKU_SO, SO_PIN.as_bytes())?;
        self.module.init_pin(session, USER_PIN.as_bytes())?;
        self.module.logout(session)?;
        self.module.close_session(session)?;
        self.session = self.log_in()?;
        self.make_keys()?;
        self.phase = Phase::Ready;
        self.find_keys()?;
        self.sign_samples()
    }

    /// Brings the module into a phase, untimed; whether it was in another one.
    ///
    /// # Errors
    /// What the module answers.
    pub fn enter(&mut self, phase: Phase) -> Result<bool, Failed> {
        let was = self.phase;
        match (was, phase) {
            (Phase::Ready, Phase::Finalized) => self.module.finalize()?,
            (Phase::Finalized, Phase::Ready) => {
                self.module.initialize()?;
                let slot = self.module.slot(true)?;
                self.slot = slot.ok_or_else(|| Failed::Bench("the token is not there".into()))?;
                self.session = self.log_in()?;
                self.find_keys()?;
                self.sign_samples()?;
            }
            _ => {}
        }
        self.phase = phase;
        Ok(was != phase)
    }

    /// A session with the user logged in.
    ///
    /// # Errors
    /// What the module answers.
    pub fn log_in(&self) -> Result<u64, Failed> {
        let session = self.module.open_session(self.slot)?;
        self.module.login(session, ck::CKU_USER, USER_PIN.as_bytes())?;
        Ok(session)
    }

    /// Logs out and in again.
    ///
    /// # Errors
    /// What the module answers.
    pub fn log_out_and_in(&self) -> Result<(), Failed> {
        self.module.logout(self.session)?;
        self.module.login(self.session, ck::CKU_USER, USER_PIN.as_bytes())
    }

    /// The attributes of an EC key pair, kept in the token or in the session.
    ///
    /// # Errors
    /// What the module answers.
    pub fn generate_p256(&self, in_token: bool, id: &[u8]) -> Result<[u64; 2], Failed> {
        let token = (ck::CKA_TOKEN, if in_token { YES } else { NO });
        let public = [token, (ck::CKA_VERIFY, YES), (ck::CKA_EC_PARAMS, P256), (ck::CKA_ID, id)];
        let private = [token, (ck::CKA_PRIVATE, YES), (ck::CKA_SIGN, YES), (ck::CKA_ID, id)];
        self.module.generate_key_pair(self.session, ck::CKM_EC_KEY_PAIR_GEN, &public, &private)
    }

    fn make_keys(&self) -> Result<(), Failed> {
        self.generate_p256(true, b"p256")?;
        let bits = word(2048);
        let public = [
            (ck::CKA_TOKEN, YES),
            (ck::CKA_VERIFY, YES),
            (ck::CKA_MODULUS_BITS, &bits[..]),
            (ck::CKA_PUBLIC_EXPONENT, &[1, 0, 1]),
            (ck::CKA_ID, b"rsa"),
        ];
        let private =
            [(ck::CKA_TOKEN, YES), (ck::CKA_PRIVATE, YES), (ck::CKA_SIGN, YES), (ck::CKA_ID, b"rsa")];
        self.module.generate_key_pair(self.session, ck::CKM_RSA_PKCS_KEY_PAIR_GEN, &public, &private)?;
        let secret = [
            (ck::CKA_TOKEN, YES),
            (ck::CKA_PRIVATE, YES),
            (ck::CKA_ENCRYPT, YES),
            (ck::CKA_VALUE_LEN, &word(32)[..]),
            (ck::CKA_ID, b"aes"),
        ];
        self.module.generate_key(self.session, ck::CKM_AES_KEY_GEN, &secret)?;
        Ok(())
    }

    /// The one object of a class with an id.
    ///
    /// # Errors
    /// What the module answers, and when there is none or are several.
    pub fn find_one(&self, session: u64, class: u64, id: &[u8]) -> Result<u64, Failed> {
        let mut found = [0; 2];
        let template = [(ck::CKA_CLASS, &word(class)[..]), (ck::CKA_ID, id)];
        match self.module.find(session, &template, &mut found)? {
            1 => Ok(found[0]),
            count => Err(Failed::Bench(format!("{count} objects found, not 1"))),
        }
    }

    /// How many keys of a token's filling have an id.
    ///
    /// # Errors
    /// What the module answers.
    pub fn count_fillers(&self, id: &[u8]) -> Result<u64, Failed> {
        let mut found = [0; 2];
        let template = [(ck::CKA_CLASS, &SECRET_KEY[..]), (ck::CKA_ID, id)];
        self.module.find(self.session, &template, &mut found)
    }

    /// Finds the keys' handles: those of private objects end at each logout.
    ///
    /// # Errors
    /// What the module answers.
    pub fn find_keys(&mut self) -> Result<(), Failed> {
        let find = |class, id: &[u8]| self.find_one(self.session, class, id);
        let pair = |id| Ok::<_, Failed>([find(ck::CKO_PUBLIC_KEY, id)?, find(ck::CKO_PRIVATE_KEY, id)?]);
        self.keys = Keys { p256: pair(b"p256")?, rsa: pair(b"rsa")?, aes: find(ck::CKO_SECRET_KEY, b"aes")? };
        Ok(())
    }

    /// Signs once with each key, for the verifications.
    fn sign_samples(&mut self) -> Result<(), Failed> {
        let mut sign = |ckm, key, size: usize| {
            let (mechanism, data) = (Mechanism::Plain(ckm), &self.input[..size]);
            let signed = self.module.sign(self.session, mechanism, key, data, &mut self.room)?;
            Ok::<_, Failed>(self.room[..usize::try_from(signed).unwrap_or(0)].to_vec())
        };
        (self.p256_signature, self.rsa_signature) =
            (sign(ck::CKM_ECDSA, self.keys.p256[1], 32)?, sign(ck::CKM_RSA_PKCS, self.keys.rsa[1], 51)?);
        Ok(())
    }
}
