//! Version 1 of the store on disk, held by golden files: what is written today is what was written then, and what was
//! written then is read today. The files in `vectors/data/store/` are never deleted; a new version adds its own.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use twintoken::Emulator;
use twintoken::env::{Rng, SeededRng, SystemClock, SystemRng};
use twintoken::fault::Fault;
use twintoken::operation::Room;
use twintoken::pkcs11::{AttributeReply, Cryptoki, Mechanism, Template};
use twintoken::psa::{Algorithm, Attributes, Hash, KeyId, KeyType, StorageFlags, StorageInfo, Usage};
use twintoken::registry::constants as ck;
use twintoken::registry::parameter::Parameter;
use twintoken::secret::Secret;
use twintoken::settings::{Kdf, Settings};
use twintoken::store::{Batch, Change, Expect, Generation, Record, RecordId, RedbStore, Store, Tag};

const SO_PIN: &[u8] = b"12345678";
const PIN: &[u8] = b"1234";
const P256: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const ECDSA: Algorithm = Algorithm::ecdsa(Hash::Sha256.algorithm());

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("vectors/data/store").join(name)
}

/// A store that remembers which records it was given.
#[derive(Clone)]
struct Recording(Arc<(RedbStore, Mutex<BTreeSet<RecordId>>)>);

impl Recording {
    fn in_folder(folder: &Path) -> Recording {
        Recording(Arc::new((RedbStore::open(folder).unwrap(), Mutex::default())))
    }

    /// Every record, as text.
    fn dump(&self) -> String {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let mut text = String::new();
        for id in self.0.1.lock().unwrap().iter() {
            let Some(record) = self.get(*id).unwrap() else { continue };
            writeln!(text, "record {} version {}", hex(&id.0), record.version).unwrap();
            for tag in &record.tags {
                writeln!(text, "  tag {}", hex(&tag.0)).unwrap();
            }
            for line in record.bytes.chunks(48) {
                writeln!(text, "  {}", hex(line)).unwrap();
            }
        }
        text
    }
}

impl Store for Recording {
    fn get(&self, id: RecordId) -> Result<Option<Record>, Fault> {
        self.0.0.get(id)
    }

    fn ids_with(&self, tag: &Tag) -> Result<Vec<RecordId>, Fault> {
        self.0.0.ids_with(tag)
    }

    fn commit(&self, batch: Batch) -> Result<(), Fault> {
        let puts = batch.changes.iter().filter(|(_, change)| matches!(change, Change::Put { .. }));
        self.0.1.lock().unwrap().extend(puts.map(|(id, _)| *id));
        self.0.0.commit(batch)
    }

    fn generation(&self) -> Result<Generation, Fault> {
        self.0.0.generation()
    }
}

fn emulator(store: Box<dyn Store>, rng: Arc<dyn Rng>) -> Emulator {
    let mut settings = Settings::at("/nowhere");
    settings.kdf = Kdf::Fast;
    Emulator::with(settings, store, Arc::new(SystemClock), rng).unwrap()
}

fn template(entries: &[(u64, &[u8])]) -> Template {
    Template(entries.iter().map(|(cka, value)| (*cka, Secret::from(*value))).collect())
}

fn read_write_session(face: Cryptoki<'_>) -> u64 {
    face.open_session(0, ck::CKF_SERIAL_SESSION | ck::CKF_RW_SESSION).unwrap()
}

/// A token made through PKCS#11: a key pair, and an AES key whose value is known.
fn fill_through_pkcs11(emulator: &Emulator) {
    let face = emulator.pkcs11();
    face.init_token(0, SO_PIN, b"golden                          ").unwrap();
    let session = read_write_session(face);
    face.login(session, ck::CKU_SO, SO_PIN).unwrap();
    face.init_pin(session, PIN).unwrap();
    face.logout(session).unwrap();
    face.login(session, ck::CKU_USER, PIN).unwrap();
    let named: [(u64, &[u8]); 3] = [(ck::CKA_TOKEN, &[1]), (ck::CKA_LABEL, b"pair"), (ck::CKA_ID, &[1])];
    let public = [&named[..], &[(ck::CKA_EC_PARAMS, P256), (ck::CKA_VERIFY, &[1])]].concat();
    let private = [&named[..], &[(ck::CKA_SIGN, &[1])]].concat();
    let made = Mechanism { ckm: ck::CKM_EC_KEY_PAIR_GEN, parameter: Parameter::None };
    face.generate_key_pair(session, &made, &template(&public), &template(&private)).unwrap();
    let (class, key_type) = (ck::CKO_SECRET_KEY.to_ne_bytes(), ck::CKK_AES.to_ne_bytes());
    let aes = template(&[
        (ck::CKA_CLASS, &class),
        (ck::CKA_KEY_TYPE, &key_type),
        (ck::CKA_TOKEN, &[1]),
        (ck::CKA_LABEL, b"known"),
        (ck::CKA_SENSITIVE, &[0]),
        (ck::CKA_EXTRACTABLE, &[1]),
        (ck::CKA_VALUE, &[7; 16]),
    ]);
    face.create_object(session, &aes).unwrap();
}

/// A token made by PSA's first use, without a PIN.
fn fill_through_psa(emulator: &Emulator) {
    let attributes = Attributes::new()
        .with_id(7)
        .with_key_type(KeyType::ECC_KEY_PAIR_SECP_R1)
        .with_bits(256)
        .with_usage(Usage::SIGN_HASH | Usage::VERIFY_HASH)
        .with_algorithm(ECDSA);
    emulator.psa().generate_key(&attributes).unwrap();
}

/// A token with assets of every kind, and the attestation key.
fn fill_storage(emulator: &Emulator) {
    let psa = emulator.psa();
    psa.its_set(1, b"internal", StorageFlags::WRITE_ONCE).unwrap();
    psa.ps_set(1, b"protected", StorageFlags::NO_CONFIDENTIALITY).unwrap();
    psa.ps_create(0x1_0000_0002, 100, StorageFlags::NO_REPLAY_PROTECTION).unwrap();
    psa.ps_set_extended(0x1_0000_0002, 0, b"some").unwrap();
    psa.initial_attest_get_token(&[1; 32]).unwrap();
}

type Fill = fn(&Emulator);

const MADE: [(&str, Fill); 3] = [
    ("v1-pkcs11", fill_through_pkcs11),
    ("v1-psa", fill_through_psa),
    // Assets came later: what a program from before would not look at.
    ("v1-storage", fill_storage),
];

#[test]
fn what_is_written_today_is_what_version_1_wrote() {
    for (name, fill) in MADE {
        let folder = TempDir::new().unwrap();
        let store = Recording::in_folder(folder.path());
        fill(&emulator(Box::new(store.clone()), Arc::new(SeededRng::new(1))));
        let dump = store.dump();
        drop(store);
        let text = golden(&format!("{name}.txt"));
        if !text.exists() && std::env::var_os("TWINTOKEN_WRITE_GOLDEN").is_some() {
            std::fs::create_dir_all(text.parent().unwrap()).unwrap();
            std::fs::write(&text, &dump).unwrap();
            trim(folder.path());
            std::fs::copy(folder.path().join("store.redb"), golden(&format!("{name}.redb"))).unwrap();
        }
        let expected = std::fs::read_to_string(&text).unwrap();
        assert!(dump == expected, "{} differs from what is written now:\n{dump}", text.display());
    }
}

/// Makes the file small: closing a store after a second opening gives back what making it took.
fn trim(folder: &Path) {
    let id = RecordId([0xff; 16]);
    for change in [
        Change::Put { expect: Expect::Absent, tags: vec![], bytes: vec![] },
        Change::Remove { expect: Expect::Version(1) },
    ] {
        let store = RedbStore::open(folder).unwrap();
        store.commit(Batch { changes: vec![(id, change)], unique: vec![] }).unwrap();
    }
}

/// An emulator on a copy of a golden file.
fn reopened(name: &str) -> (TempDir, Emulator) {
    let folder = TempDir::new().unwrap();
    std::fs::copy(golden(&format!("{name}.redb")), folder.path().join("store.redb")).unwrap();
    let store = RedbStore::open(folder.path()).unwrap();
    (folder, emulator(Box::new(store), Arc::new(SystemRng)))
}

fn the_one(face: Cryptoki<'_>, session: u64, class: u64) -> u64 {
    face.find_objects_init(session, &template(&[(ck::CKA_CLASS, &class.to_ne_bytes())])).unwrap();
    let found = face.find_objects(session, 10).unwrap();
    face.find_objects_final(session).unwrap();
    assert_eq!(found.len(), 1);
    found[0]
}

#[test]
fn a_token_of_version_1_opens_with_its_pins_and_its_keys_work() {
    let (_folder, emulator) = reopened("v1-pkcs11");
    let face = emulator.pkcs11();
    let session = read_write_session(face);
    face.login(session, ck::CKU_SO, SO_PIN).unwrap();
    face.logout(session).unwrap();
    face.login(session, ck::CKU_USER, PIN).unwrap();
    let aes = the_one(face, session, ck::CKO_SECRET_KEY);
    let read = face.attribute_values(session, aes, &[ck::CKA_VALUE, ck::CKA_LABEL]).unwrap();
    let is = |reply: &AttributeReply, expected: &[u8]| match reply {
        AttributeReply::Value(value) => value.expose() == expected,
        _ => false,
    };
    assert!(is(&read[0], &[7; 16]) && is(&read[1], b"known"));
    let ecdsa = Mechanism { ckm: ck::CKM_ECDSA, parameter: Parameter::None };
    face.sign_init(session, &ecdsa, the_one(face, session, ck::CKO_PRIVATE_KEY)).unwrap();
    let signature = face.sign(session, &[9; 32], Room::ENOUGH).unwrap().into_bytes();
    face.verify_init(session, &ecdsa, the_one(face, session, ck::CKO_PUBLIC_KEY)).unwrap();
    face.verify(session, &[9; 32], &signature).unwrap();
    // And it can be written to.
    face.destroy_object(session, aes).unwrap();
}

#[test]
fn a_psa_key_of_version_1_opens_and_signs() {
    let (_folder, emulator) = reopened("v1-psa");
    let psa = emulator.psa();
    let signature = psa.sign_hash(KeyId(7), ECDSA, &[9; 32]).unwrap();
    psa.verify_hash(KeyId(7), ECDSA, &[9; 32], &signature).unwrap();
}

#[test]
fn assets_of_version_1_open_and_the_attestation_key_is_the_same() {
    let (_folder, emulator) = reopened("v1-storage");
    let psa = emulator.psa();
    let mut data = [0; 9];
    assert_eq!((psa.its_get(1, 0, &mut data).unwrap(), &data[..8]), (8, &b"internal"[..]));
    assert_eq!((psa.ps_get(1, 0, &mut data).unwrap(), &data), (9, b"protected"));
    let info = StorageInfo { capacity: 100, size: 4, flags: StorageFlags::NO_REPLAY_PROTECTION };
    assert_eq!(psa.ps_get_info(0x1_0000_0002), Ok(info));
    psa.ps_set_extended(0x1_0000_0002, 4, b"more").unwrap();
    // The instance id, claim 256: a hash of the public key.
    let token = psa.initial_attest_get_token(&[1; 32]).unwrap();
    let id = &[0x19, 0x01, 0x00, 0x58, 0x21, 0x01];
    let at = token.windows(id.len()).position(|window| window == id).unwrap();
    let digits: String = token[at + 6..at + 38].iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(digits, "bfcce414e78c7dfc743d7f9b36b887b23258af757dbf128e37351a3f5ea94ece");
}
