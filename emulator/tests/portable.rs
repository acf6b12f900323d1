//! Whole objects in and out, as an administrator's program moves them.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use support::{Entry, PIN, empty_with, logged_in, template};
use twintoken::Emulator;
use twintoken::algorithms::{foreign, private_key_info, public_of};
use twintoken::fault::Fault;
use twintoken::key::key_type::KeyType;
use twintoken::object::Origin;
use twintoken::pkcs11::{Incoming, Material, Template};
use twintoken::psa::{KeyId, Status};
use twintoken::registry::constants as ck;
use twintoken::secret::Secret;

fn ready() -> (Emulator, u64) {
    let pin = String::from_utf8(PIN.to_vec()).unwrap();
    let emulator = empty_with(|settings| settings.pin = Some(pin));
    let session = logged_in(&emulator);
    (emulator, session)
}

fn incoming(material: Material, template: Template) -> Incoming {
    let origin = Origin::default();
    Incoming { template, material: Some(material), origin, psa_id: None, read_only: false, other_half: false }
}

fn secret(value: u8, length: usize) -> Incoming {
    let bytes = Secret::new(vec![value; length]);
    incoming(Material { key_type: KeyType::Aes, bits: 0, bytes }, Template::default())
}

/// A P-256 pair, private half first.
fn pair(private: &[(u64, Entry<'_>)]) -> Vec<Incoming> {
    // ECPrivateKey: version 1, a scalar of ones, [0] prime256v1.
    let sec1 = [b"\x30\x31\x02\x01\x01\x04\x20", &[1; 32][..], b"\xa0\x0a", support::P256].concat();
    let (key_type, bits, bytes) = foreign::decode_sec1(&sec1).unwrap();
    let first = incoming(Material { key_type, bits, bytes }, template(private));
    let key = first.object().unwrap().key.unwrap();
    let public = public_of(&key).unwrap();
    let bytes = Secret::from(public.public_material().unwrap());
    let second = incoming(Material { key_type: key_type.public(), bits, bytes }, Template::default());
    vec![first, Incoming { other_half: true, ..second }]
}

fn count(emulator: &Emulator, session: u64) -> usize {
    support::find(emulator.pkcs11(), session, &Template::default()).len()
}

#[test]
fn all_objects_come_in_or_none_does() {
    let (emulator, session) = ready();
    let refused = emulator.pkcs11().take_over(session, &[secret(1, 16), secret(2, 17)]);
    assert!(matches!(refused, Err(Fault::InvalidKey(_))), "{refused:?}");
    assert_eq!(count(&emulator, session), 0);
    assert_eq!(emulator.pkcs11().take_over(session, &[secret(1, 16), secret(2, 32)]).unwrap().len(), 2);
    assert_eq!(count(&emulator, session), 2);
}

#[test]
fn a_psa_id_that_is_taken_keeps_the_whole_batch_out() {
    let (emulator, session) = ready();
    let named = |value| Incoming { psa_id: Some(7), ..secret(value, 16) };
    emulator.pkcs11().take_over(session, &[named(1)]).unwrap();
    assert_eq!(emulator.pkcs11().take_over(session, &[secret(3, 16), named(2)]), Err(Fault::KeyIdTaken(7)));
    assert_eq!(count(&emulator, session), 1);
    assert_eq!(emulator.psa().get_key_attributes(KeyId(7)).unwrap().bits(), 128);
}

#[test]
fn an_id_that_callers_may_not_choose_is_refused() {
    let (emulator, session) = ready();
    for id in [0, 0x4000_0000] {
        let wanted = Incoming { psa_id: Some(id), ..secret(1, 16) };
        assert_eq!(emulator.pkcs11().take_over(session, &[wanted]), Err(Fault::KeyIdOutOfRange(id)));
    }
}

#[test]
fn a_read_only_key_is_seen_as_such_by_both_faces_and_destroyed_by_neither() {
    let (emulator, session) = ready();
    let objects: Vec<Incoming> =
        pair(&[]).into_iter().map(|one| Incoming { read_only: true, ..one }).collect();
    let objects = [Incoming { psa_id: Some(9), ..objects[0].clone() }, objects[1].clone()];
    let handles = emulator.pkcs11().take_over(session, &objects).unwrap();
    let attributes = emulator.psa().get_key_attributes(KeyId(9)).unwrap();
    assert_eq!(attributes.lifetime().persistence(), 0xff);
    assert_eq!(emulator.psa().destroy_key(KeyId(9)), Err(Status::NOT_PERMITTED));
    for handle in handles {
        assert!(!support::is_true(emulator.pkcs11(), session, handle, ck::CKA_MODIFIABLE));
        assert!(!support::is_true(emulator.pkcs11(), session, handle, ck::CKA_DESTROYABLE));
        let destroyed = emulator.pkcs11().destroy_object(session, handle);
        assert!(matches!(destroyed, Err(Fault::ActionProhibited(_))), "{destroyed:?}");
    }
}

#[test]
fn psa_counts_two_halves_as_one_key() {
    let (emulator, session) = ready();
    let mut objects = pair(&[]);
    objects[0].psa_id = Some(5);
    let handles = emulator.pkcs11().take_over(session, &objects).unwrap();
    let info = emulator.pkcs11().public_key_info(session, handles[1]).unwrap();
    assert!(info.ends_with(&emulator.psa().export_public_key(KeyId(5)).unwrap()));
    assert_eq!(emulator.pkcs11().public_key_info(session, handles[0]).unwrap(), info, "either half gives it");
    emulator.psa().destroy_key(KeyId(5)).unwrap();
    assert_eq!(count(&emulator, session), 0);
}

#[test]
fn a_half_of_another_key_or_of_none_is_refused() {
    let (emulator, session) = ready();
    let halves = pair(&[]);
    for wrong in [vec![halves[1].clone()], vec![secret(1, 16), halves[1].clone()]] {
        let refused = emulator.pkcs11().take_over(session, &wrong);
        assert!(matches!(refused, Err(Fault::TemplateInconsistent(_))), "{refused:?}");
    }
    assert_eq!(count(&emulator, session), 0);
}

#[test]
fn a_private_key_leaves_only_when_it_is_extractable_and_not_sensitive() {
    let (emulator, session) = ready();
    for (extractable, sensitive, leaves) in
        [(true, false, true), (true, true, false), (false, false, false), (false, true, false)]
    {
        let objects =
            pair(&[(ck::CKA_EXTRACTABLE, Entry::Is(extractable)), (ck::CKA_SENSITIVE, Entry::Is(sensitive))]);
        let handle = emulator.pkcs11().take_over(session, &objects[..1]).unwrap()[0];
        match emulator.pkcs11().private_key_info(session, handle) {
            Ok(info) if leaves => {
                let material = objects[0].material.as_ref().unwrap();
                assert_eq!(private_key_info::decode(info.expose()).unwrap().2, material.bytes);
            }
            other => assert!(!leaves && other == Err(Fault::NotExportable), "{extractable} {sensitive}"),
        }
    }
}

#[test]
fn nobody_brings_private_objects_without_a_login() {
    let (emulator, session) = ready();
    emulator.pkcs11().logout(session).unwrap();
    let private = incoming(
        Material { key_type: KeyType::Aes, bits: 0, bytes: Secret::new(vec![1; 16]) },
        template(&[(ck::CKA_PRIVATE, Entry::Is(true))]),
    );
    assert_eq!(emulator.pkcs11().take_over(session, &[private]), Err(Fault::NotLoggedIn));
}
