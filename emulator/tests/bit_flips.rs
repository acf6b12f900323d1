//! Single bits that flip in a store file at rest: what is found is right, or there is an error; never a wrong value, never
//! a silent absence.
//!
//! A short run by default; `TWINTOKEN_TEST_FLIPS=2500` makes it long.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use std::path::Path;
use support::{Entry, PIN, data, labelled, log_in, logged_in, template};
use twintoken::env::{Rng, SeededRng};
use twintoken::pkcs11::{AttributeReply, Cryptoki};
use twintoken::registry::constants as ck;
use twintoken::settings::Kdf;
use twintoken::{Emulator, Settings};

const OBJECTS: usize = 200;

fn on(folder: &Path) -> Emulator {
    let settings = Settings { kdf: Kdf::Fast, ..Settings::at(folder) };
    Emulator::open(settings).unwrap()
}

fn label(number: usize) -> String {
    format!("object {number}")
}

fn content(number: usize) -> Vec<u8> {
    format!("value {number} ").repeat(number % 7 + 1).into_bytes()
}

/// A store of objects, every other one private.
fn fill(folder: &Path) {
    let emulator = on(folder);
    let session = logged_in(&emulator);
    for number in 0..OBJECTS {
        let value = content(number);
        let private = (ck::CKA_PRIVATE, Entry::Is(number.is_multiple_of(2)));
        data(emulator.pkcs11(), session, &label(number), &[private, (ck::CKA_VALUE, Entry::Bytes(&value))]);
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    /// Runs in which everything was right.
    harmless: usize,
    /// Runs in which something was refused, and all else was right.
    detected: usize,
    wrong_values: usize,
    silent_absences: usize,
}

/// Looks at everything; `Err` says what was refused first.
fn look(folder: &Path, seen: &mut Seen) -> Result<(), String> {
    let emulator = Emulator::open(Settings::at(folder)).map_err(|fault| fault.to_string())?;
    let face = emulator.pkcs11();
    let refused = |fault: twintoken::fault::Fault| fault.to_string();
    let slots = face.slot_list(true).map_err(refused)?;
    if slots.len() != 2 {
        seen.silent_absences += 1;
        return Ok(());
    }
    let session = face.open_session(0, ck::CKF_SERIAL_SESSION | ck::CKF_RW_SESSION).map_err(refused)?;
    face.login(session, ck::CKU_USER, PIN).map_err(refused)?;
    let mut first = Ok(());
    for number in 0..OBJECTS {
        if let Err(fault) = look_at(face, session, number, seen) {
            first = first.and(Err(fault.to_string()));
        }
    }
    face.find_objects_init(session, &template(&[])).map_err(refused)?;
    if face.find_objects(session, 2 * OBJECTS).map_err(refused)?.len() != OBJECTS {
        seen.silent_absences += 1;
    }
    first
}

fn look_at(
    face: Cryptoki<'_>,
    session: u64,
    number: usize,
    seen: &mut Seen,
) -> Result<(), twintoken::fault::Fault> {
    face.find_objects_init(session, &labelled(&label(number)))?;
    let found = face.find_objects(session, 9)?;
    face.find_objects_final(session)?;
    let [handle] = found[..] else {
        seen.silent_absences += 1;
        return Ok(());
    };
    let replies = face.attribute_values(session, handle, &[ck::CKA_VALUE, ck::CKA_PRIVATE])?;
    let right = [content(number), vec![u8::from(number.is_multiple_of(2))]];
    for (reply, right) in replies.iter().zip(right) {
        let is_right = matches!(reply, AttributeReply::Value(value) if value.expose() == right);
        seen.wrong_values += usize::from(!is_right);
    }
    Ok(())
}

#[test]
fn a_flipped_bit_gives_an_error_or_does_no_harm() {
    let flips: usize = std::env::var("TWINTOKEN_TEST_FLIPS").map_or(60, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path());
    let file = folder.path().join("store.redb");
    let sound = std::fs::read(&file).unwrap();
    let rng = SeededRng::new(7);
    let mut seen = Seen::default();
    look(folder.path(), &mut seen).unwrap();
    for _ in 0..flips {
        let mut dice = [0; 8];
        rng.fill(&mut dice).unwrap();
        let bit = usize::try_from(u64::from_le_bytes(dice) % (sound.len() as u64 * 8)).unwrap();
        let mut rotten = sound.clone();
        rotten[bit / 8] ^= 1 << (bit % 8);
        std::fs::write(&file, &rotten).unwrap();
        let before = (seen.wrong_values, seen.silent_absences);
        let looked = look(folder.path(), &mut seen);
        assert_eq!((seen.wrong_values, seen.silent_absences), before, "bit {bit}: {looked:?}");
        match looked {
            Ok(()) => seen.harmless += 1,
            Err(_) => seen.detected += 1,
        }
    }
    println!("{flips} flips over {} bytes: {seen:?}", sound.len());
}

#[test]
fn the_look_at_a_sound_store_finds_everything() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path());
    let mut seen = Seen::default();
    look(folder.path(), &mut seen).unwrap();
    assert_eq!(seen, Seen::default());
    let emulator = on(folder.path());
    let session = log_in(&emulator);
    let face = emulator.pkcs11();
    face.find_objects_init(session, &labelled(&label(3))).unwrap();
    let handle = face.find_objects(session, 1).unwrap()[0];
    face.find_objects_final(session).unwrap();
    face.destroy_object(session, handle).unwrap();
    look(folder.path(), &mut seen).unwrap();
    assert!(seen.silent_absences > 0, "the look notices an object that is gone");
}
