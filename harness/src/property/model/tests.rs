//! The model by hand: what the specification's sentences come to.

use super::*;
use crate::property::generate::sequence;
use crate::raw::{Handle, SlotName};

fn step(call: Call) -> Step {
    Step { call, remember: None }
}

fn codes(model: &mut Model, call: Call) -> Vec<&'static str> {
    model.step(&step(call)).unwrap().codes.into_iter().collect()
}

fn open(flags: u64) -> Call {
    Call::C_OpenSession { slot: SlotName::Token, flags, name: Some("s".into()) }
}

fn session() -> Handle {
    Handle::Named("s".into())
}

#[test]
fn a_closed_session_is_no_session() {
    let mut model = Model::default();
    assert_eq!(codes(&mut model, open(6)), ["CKR_OK"]);
    assert_eq!(codes(&mut model, Call::C_CloseSession { session: session() }), ["CKR_OK"]);
    let again = Call::C_CloseSession { session: session() };
    assert_eq!(codes(&mut model, again), ["CKR_SESSION_HANDLE_INVALID"]);
}

#[test]
fn the_so_does_not_log_in_beside_a_read_only_session() {
    let mut model = Model::default();
    codes(&mut model, open(4));
    let pin = crate::raw::Input::Bytes(crate::step::Data::of(b"wrong"));
    let login = Call::C_Login { session: session(), user: 0, pin };
    assert_eq!(codes(&mut model, login), ["CKR_PIN_INCORRECT", "CKR_SESSION_READ_ONLY_EXISTS"]);
}

#[test]
fn nobody_logs_out_who_is_not_logged_in() {
    let mut model = Model::default();
    codes(&mut model, open(6));
    assert_eq!(codes(&mut model, Call::C_Logout { session: session() }), ["CKR_USER_NOT_LOGGED_IN"]);
}

#[test]
fn a_seed_always_means_the_same_sequence_and_the_model_has_an_answer_for_each_step() {
    let steps = sequence(7, 300);
    assert_eq!(steps, sequence(7, 300));
    assert_ne!(steps, sequence(8, 300));
    let mut model = Model::default();
    let verdicts: Vec<Expected> = steps.iter().map(|step| model.step(step).unwrap()).collect();
    let succeed = verdicts.iter().filter(|verdict| verdict.codes.contains("CKR_OK")).count();
    assert!(succeed * 2 >= steps.len(), "{succeed} of {}", steps.len());
}
