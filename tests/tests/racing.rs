//! Two processes that race for the same record: one kid is made once, and no change is undone by an older one.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use twintoken::fault::Fault;
use twintoken::pkcs11::{AttributeReply, Cryptoki, Template};
use twintoken::psa::{Algorithm, Attributes, KeyType, Status, Usage};
use twintoken::registry::constants as ck;
use twintoken::secret::Secret;
use twintoken::{Emulator, Settings};
use twintoken_tests::store::Store;

const FOLDER: &str = "TWINTOKEN_TEST_RACE";
const KEYS: u32 = 60;
const OBJECTS: u8 = 40;

/// The folder to race in, in the child that runs `part`.
fn folder_of(part: &str) -> Option<PathBuf> {
    let told = std::env::var(FOLDER).ok()?;
    told.strip_prefix(part)?.strip_prefix('=').map(PathBuf::from)
}

/// This test binary again, for one part of one test.
fn child(test: &str, part: &str, folder: &Path) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]).stdout(Stdio::piped());
    command.env(FOLDER, format!("{part}={}", folder.display())).spawn().unwrap()
}

/// What a child printed after `told: `, one entry a line.
fn told(child: Child) -> Vec<String> {
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.strip_prefix("told: ")).map(str::to_owned).collect()
}

fn make_kids(folder: &Path) {
    let emulator = Emulator::open(Settings::at(folder)).unwrap();
    for kid in 1..=KEYS {
        let attributes = Attributes::new()
            .with_id(kid)
            .with_key_type(KeyType::AES)
            .with_bits(128)
            .with_usage(Usage::ENCRYPT | Usage::EXPORT)
            .with_algorithm(Algorithm::CTR);
        match emulator.psa().generate_key(&attributes) {
            Ok(id) => println!("told: {} {:02x?}", id.0, emulator.psa().export_key(id).unwrap()),
            Err(status) => assert_eq!(status, Status::ALREADY_EXISTS),
        }
    }
}

#[test]
fn two_processes_never_make_one_kid_twice() {
    let test = "two_processes_never_make_one_kid_twice";
    if let Some(folder) = folder_of("make") {
        println!();
        return make_kids(&folder);
    }
    let store = Store::new();
    let children = [child(test, "make", store.path()), child(test, "make", store.path())];
    let made: Vec<String> = children.into_iter().flat_map(told).collect();
    assert_eq!(made.len(), KEYS as usize, "each kid is acknowledged once");
    let emulator = Emulator::open(Settings::at(store.path())).unwrap();
    for line in made {
        let (kid, material) = line.split_once(' ').unwrap();
        let found = emulator.psa().export_key(twintoken::psa::KeyId(kid.parse().unwrap())).unwrap();
        assert_eq!(format!("{found:02x?}"), material, "kid {kid} is the key that was acknowledged");
    }
}

fn attribute(cka: u64, bytes: &[u8]) -> (u64, Secret) {
    (cka, Secret::from(bytes))
}

fn number(value: u64) -> [u8; 8] {
    value.to_ne_bytes()
}

fn session(face: Cryptoki<'_>) -> u64 {
    face.open_session(0, ck::CKF_SERIAL_SESSION | ck::CKF_RW_SESSION).unwrap()
}

fn object(face: Cryptoki<'_>, session: u64, id: u8) -> u64 {
    face.find_objects_init(session, &Template(vec![attribute(ck::CKA_ID, &[id])])).unwrap();
    let found = face.find_objects(session, 2).unwrap();
    face.find_objects_final(session).unwrap();
    assert_eq!(found.len(), 1);
    found[0]
}

/// Changes every object, one attribute each.
fn change(folder: &Path, changed: impl Fn(u8) -> (u64, Secret)) {
    let emulator = Emulator::open(Settings::at(folder)).unwrap();
    let face = emulator.pkcs11();
    let session = session(face);
    for id in 0..OBJECTS {
        let handle = object(face, session, id);
        let done: Result<(), Fault> = face.set_attribute_value(session, handle, &Template(vec![changed(id)]));
        done.unwrap();
    }
}

#[test]
fn a_stale_label_change_never_undoes_sensitive() {
    let test = "a_stale_label_change_never_undoes_sensitive";
    if let Some(folder) = folder_of("label") {
        return change(&folder, |id| attribute(ck::CKA_LABEL, format!("label {id}").as_bytes()));
    }
    if let Some(folder) = folder_of("sensitive") {
        return change(&folder, |_| attribute(ck::CKA_SENSITIVE, &[1]));
    }
    let store = Store::new();
    let emulator = Emulator::open(Settings::at(store.path())).unwrap();
    // A token that PSA made asks for no login.
    let volatile = Attributes::new().with_id(1).with_key_type(KeyType::RAW_DATA);
    emulator.psa().import_key(&volatile, b"first use").unwrap();
    let face = emulator.pkcs11();
    let open = session(face);
    for id in 0..OBJECTS {
        let template = Template(vec![
            attribute(ck::CKA_CLASS, &number(ck::CKO_SECRET_KEY)),
            attribute(ck::CKA_KEY_TYPE, &number(ck::CKK_AES)),
            attribute(ck::CKA_TOKEN, &[1]),
            attribute(ck::CKA_EXTRACTABLE, &[1]),
            attribute(ck::CKA_ID, &[id]),
            attribute(ck::CKA_VALUE, &[7; 16]),
        ]);
        face.create_object(open, &template).unwrap();
    }
    let children = [child(test, "label", store.path()), child(test, "sensitive", store.path())];
    for child in children {
        told(child);
    }
    for id in 0..OBJECTS {
        let replies = face
            .attribute_values(
                open,
                object(face, open, id),
                &[ck::CKA_SENSITIVE, ck::CKA_LABEL, ck::CKA_VALUE],
            )
            .unwrap();
        let value = |bytes: &[u8]| AttributeReply::Value(Secret::from(bytes));
        let label = value(format!("label {id}").as_bytes());
        assert_eq!(replies, [value(&[1]), label, AttributeReply::Sensitive], "object {id}");
    }
}
