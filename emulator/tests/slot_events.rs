//! C_WaitForSlotEvent: tokens that come and go in this process and in others.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::time::{Duration, Instant};
use support::{SO_PIN, Shared, on};
use twintoken::Emulator;
use twintoken::fault::Fault;
use twintoken::registry::constants as ck;

fn initialize(emulator: &Emulator, slot: u64) {
    emulator.pkcs11().init_token(slot, SO_PIN, &[b' '; 32]).unwrap();
}

#[test]
fn a_token_that_comes_or_is_made_anew_is_an_event_once_in_every_process() {
    let store = Shared::default();
    let first = on(&store, 1);
    initialize(&first, 0);
    let second = on(&store, 2);
    let event = |emulator: &Emulator| emulator.pkcs11().wait_for_slot_event(false);
    assert_eq!(event(&first), Ok(Some(0)), "its own token");
    assert_eq!(
        (event(&first), event(&second)),
        (Ok(None), Ok(None)),
        "what was there at the start is no event"
    );
    initialize(&second, 1);
    assert_eq!((event(&first), event(&second)), (Ok(Some(1)), Ok(Some(1))));
    initialize(&second, 0);
    initialize(&second, 2);
    assert_eq!((event(&first), event(&first), event(&first)), (Ok(Some(0)), Ok(Some(2)), Ok(None)));
    // A PIN, a session or an object is no slot event.
    let face = second.pkcs11();
    let session = support::open(face);
    face.login(session, ck::CKU_SO, SO_PIN).unwrap();
    face.init_pin(session, support::PIN).unwrap();
    assert_eq!(event(&first), Ok(None));
}

#[test]
fn who_waits_is_woken_within_a_fifth_of_a_second_by_the_token_of_another_process() {
    let store = Shared::default();
    let (first, second) = (on(&store, 1), on(&store, 2));
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| (first.pkcs11().wait_for_slot_event(true), Instant::now()));
        initialize(&second, 0);
        let committed = Instant::now();
        let (event, woken) = waiter.join().unwrap();
        assert_eq!(event, Ok(Some(0)));
        assert!(woken.saturating_duration_since(committed) < Duration::from_millis(200));
    });
}

#[test]
fn who_waits_is_told_that_the_library_is_ended() {
    let emulator = on(&Shared::default(), 1);
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| emulator.pkcs11().wait_for_slot_event(true));
        emulator.end_waits();
        assert_eq!(waiter.join().unwrap(), Err(Fault::NotInitialized));
    });
}
