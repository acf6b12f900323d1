//! What the emulator's own tests share: an emulator in memory, templates, and a session on a fresh token.
#![allow(unreachable_pub, reason = "a module that several test programs include")]
#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::missing_panics_doc, reason = "support for tests")]

use std::sync::Arc;
use twintoken::Emulator;
use twintoken::env::{SeededRng, SystemClock};
use twintoken::fault::Fault;
use twintoken::pkcs11::{AttributeReply, Cryptoki, Mechanism, Template};
use twintoken::registry::constants as ck;
use twintoken::registry::parameter::Parameter;
use twintoken::secret::Secret;
use twintoken::settings::{Kdf, Settings};
use twintoken::store::{Batch, Generation, MemoryStore, Record, RecordId, Store, Tag};

pub const P256: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
pub const SO_PIN: &[u8] = b"12345678";
pub const PIN: &[u8] = b"1234";

/// An emulator with nothing in it, in memory, repeatable.
pub fn empty() -> Emulator {
    empty_with(|_| {})
}

/// The same, with settings of its own.
pub fn empty_with(change: impl FnOnce(&mut Settings)) -> Emulator {
    let mut settings = Settings::at("/nowhere");
    settings.kdf = Kdf::Fast;
    change(&mut settings);
    let store = Box::new(MemoryStore::default());
    Emulator::with(settings, store, Arc::new(SystemClock), Arc::new(SeededRng::new(1))).unwrap()
}

/// A token with both PINs in slot 0, and a read-write session with the user logged in.
pub fn logged_in(emulator: &Emulator) -> u64 {
    let face = emulator.pkcs11();
    face.init_token(0, SO_PIN, b"test                            ").unwrap();
    let session = open(face);
    face.login(session, ck::CKU_SO, SO_PIN).unwrap();
    face.init_pin(session, PIN).unwrap();
    face.logout(session).unwrap();
    face.login(session, ck::CKU_USER, PIN).unwrap();
    session
}

pub fn open(face: Cryptoki<'_>) -> u64 {
    face.open_session(0, ck::CKF_SERIAL_SESSION | ck::CKF_RW_SESSION).unwrap()
}

pub fn mechanism(ckm: u64) -> Mechanism {
    Mechanism { ckm, parameter: Parameter::None }
}

/// A template of numbers, booleans and bytes.
pub fn template(entries: &[(u64, Entry<'_>)]) -> Template {
    Template(entries.iter().map(|(cka, entry)| (*cka, Secret::new(entry.bytes()))).collect())
}

pub enum Entry<'a> {
    Is(bool),
    Number(u64),
    Bytes(&'a [u8]),
}

impl Entry<'_> {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Entry::Is(value) => vec![u8::from(*value)],
            Entry::Number(value) => std::ffi::c_ulong::try_from(*value).unwrap().to_ne_bytes().to_vec(),
            Entry::Bytes(bytes) => bytes.to_vec(),
        }
    }
}

/// A P-256 pair on the token: public and private handle.
pub fn ec_pair(face: Cryptoki<'_>, session: u64, label: &str) -> (u64, u64) {
    let public = template(&[
        (ck::CKA_TOKEN, Entry::Is(true)),
        (ck::CKA_LABEL, Entry::Bytes(label.as_bytes())),
        (ck::CKA_EC_PARAMS, Entry::Bytes(P256)),
    ]);
    let private =
        template(&[(ck::CKA_TOKEN, Entry::Is(true)), (ck::CKA_LABEL, Entry::Bytes(label.as_bytes()))]);
    face.generate_key_pair(session, &mechanism(ck::CKM_EC_KEY_PAIR_GEN), &public, &private).unwrap()
}

pub fn find(face: Cryptoki<'_>, session: u64, wanted: &Template) -> Vec<u64> {
    face.find_objects_init(session, wanted).unwrap();
    let found = face.find_objects(session, 10_000).unwrap();
    face.find_objects_final(session).unwrap();
    found
}

/// A read-only session on the token in slot 0.
pub fn open_read_only(face: Cryptoki<'_>) -> u64 {
    face.open_session(0, ck::CKF_SERIAL_SESSION).unwrap()
}

/// A store in memory that several emulators share, as processes share a folder; tests may look into it.
#[derive(Clone, Default)]
pub struct Shared(pub Arc<MemoryStore>);

impl Store for Shared {
    fn get(&self, id: RecordId) -> Result<Option<Record>, Fault> {
        self.0.get(id)
    }

    fn ids_with(&self, tag: &Tag) -> Result<Vec<RecordId>, Fault> {
        self.0.ids_with(tag)
    }

    fn commit(&self, batch: Batch) -> Result<(), Fault> {
        self.0.commit(batch)
    }

    fn generation(&self) -> Result<Generation, Fault> {
        self.0.generation()
    }
}

/// An emulator over a shared store; `seed` differs between "processes".
pub fn on(store: &Shared, seed: u64) -> Emulator {
    on_with(store, seed, |_| {})
}

/// The same, with settings of its own.
pub fn on_with(store: &Shared, seed: u64, change: impl FnOnce(&mut Settings)) -> Emulator {
    let mut settings = Settings::at("/nowhere");
    settings.kdf = Kdf::Fast;
    change(&mut settings);
    let rng = Arc::new(SeededRng::new(seed));
    Emulator::with(settings, Box::new(store.clone()), Arc::new(SystemClock), rng).unwrap()
}

/// A session of the user on a token that is there.
pub fn log_in(emulator: &Emulator) -> u64 {
    let face = emulator.pkcs11();
    let session = open(face);
    face.login(session, ck::CKU_USER, PIN).unwrap();
    session
}

/// An AES key of 16 bytes; `more` comes after what every key has.
pub fn aes_template(token: bool, more: &[(u64, Entry<'_>)]) -> Template {
    let mut all = template(&[
        (ck::CKA_CLASS, Entry::Number(ck::CKO_SECRET_KEY)),
        (ck::CKA_KEY_TYPE, Entry::Number(ck::CKK_AES)),
        (ck::CKA_TOKEN, Entry::Is(token)),
        (ck::CKA_VALUE, Entry::Bytes(&[7; 16])),
    ]);
    all.0.extend(template(more).0);
    all
}

pub fn aes(face: Cryptoki<'_>, session: u64, token: bool, more: &[(u64, Entry<'_>)]) -> u64 {
    face.create_object(session, &aes_template(token, more)).unwrap()
}

/// A data object on the token, public unless `more` says otherwise.
pub fn data(face: Cryptoki<'_>, session: u64, label: &str, more: &[(u64, Entry<'_>)]) -> u64 {
    let mut all = template(&[
        (ck::CKA_CLASS, Entry::Number(ck::CKO_DATA)),
        (ck::CKA_LABEL, Entry::Bytes(label.as_bytes())),
    ]);
    if !more.iter().any(|(cka, _)| *cka == ck::CKA_PRIVATE) {
        all.0.extend(template(&[(ck::CKA_PRIVATE, Entry::Is(false))]).0);
    }
    if !more.iter().any(|(cka, _)| *cka == ck::CKA_TOKEN) {
        all.0.extend(template(&[(ck::CKA_TOKEN, Entry::Is(true))]).0);
    }
    all.0.extend(template(more).0);
    face.create_object(session, &all).unwrap()
}

pub fn labelled(label: &str) -> Template {
    template(&[(ck::CKA_LABEL, Entry::Bytes(label.as_bytes()))])
}

/// The bytes of an attribute; fails the test when it cannot be read.
pub fn value(face: Cryptoki<'_>, session: u64, object: u64, cka: u64) -> Vec<u8> {
    match &face.attribute_values(session, object, &[cka]).unwrap()[0] {
        AttributeReply::Value(bytes) => bytes.expose().to_vec(),
        other => panic!("{cka:#x} reads {other:?}"),
    }
}

pub fn is_true(face: Cryptoki<'_>, session: u64, object: u64, cka: u64) -> bool {
    value(face, session, object, cka) == [1]
}

pub fn number(face: Cryptoki<'_>, session: u64, object: u64, cka: u64) -> u64 {
    u64::from_ne_bytes(value(face, session, object, cka).try_into().unwrap())
}
