//! C_WaitForSlotEvent through the module: another process brings a token, and C_Finalize while a thread waits.
#![allow(clippy::unwrap_used, reason = "tests")]

use cryptoki_sys::{CKF_DONT_BLOCK, CKR_ARGUMENTS_BAD, CKR_CRYPTOKI_NOT_INITIALIZED, CKR_NO_EVENT, CKR_OK};
use std::ptr;
use std::sync::mpsc::channel;
use std::thread;
use twintoken_tests::module::Module;
use twintoken_tests::{call, child, ok, token};

/// C_WaitForSlotEvent: the code and the slot.
fn wait(module: &Module, flags: u64) -> (u64, u64) {
    let mut slot = u64::MAX;
    let code = call!(module, C_WaitForSlotEvent(flags, &raw mut slot, ptr::null_mut()));
    (code, slot)
}

#[test]
fn a_thread_that_waits_is_woken_when_another_one_finalises() {
    child::run("a_thread_that_waits_is_woken_when_another_one_finalises", || {
        let module = Module::load();
        token::start(&module);
        thread::scope(|scope| {
            let (about_to, waits) = channel();
            let module = &module;
            let waiter = scope.spawn(move || {
                about_to.send(()).unwrap();
                wait(module, 0)
            });
            waits.recv().unwrap();
            ok!(module, C_Finalize(ptr::null_mut()));
            assert_eq!(waiter.join().unwrap(), (CKR_CRYPTOKI_NOT_INITIALIZED, u64::MAX));
        });
        token::ready(&module);
    });
}

#[test]
fn a_token_is_an_event_of_its_slot_once() {
    child::run("a_token_is_an_event_of_its_slot_once", || {
        let module = Module::load();
        assert_eq!(wait(&module, CKF_DONT_BLOCK).0, CKR_CRYPTOKI_NOT_INITIALIZED);
        token::start(&module);
        assert_eq!(wait(&module, CKF_DONT_BLOCK), (CKR_NO_EVENT, u64::MAX));
        let slot = token::slots(&module)[0];
        token::initialize(&module, slot, "a token");
        assert_eq!(wait(&module, 0), (CKR_OK, slot));
        assert_eq!(wait(&module, CKF_DONT_BLOCK), (CKR_NO_EVENT, u64::MAX));
        let no_place = call!(module, C_WaitForSlotEvent(CKF_DONT_BLOCK, ptr::null_mut(), ptr::null_mut()));
        let mut slot = 0;
        let reserved = (&raw mut slot).cast();
        let given = call!(module, C_WaitForSlotEvent(CKF_DONT_BLOCK, &raw mut slot, reserved));
        assert_eq!((no_place, given), (CKR_ARGUMENTS_BAD, CKR_ARGUMENTS_BAD));
    });
}
