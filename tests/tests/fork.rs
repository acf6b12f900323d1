//! What a child of fork finds: a library that is not initialised, and nothing of its parent's to break.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]

use cryptoki_sys::{CKA_LABEL, CKR_CRYPTOKI_ALREADY_INITIALIZED, CKR_CRYPTOKI_NOT_INITIALIZED, CKR_OK};
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use twintoken_tests::module::Module;
use twintoken_tests::{call, child, forked, ok, token};

/// What the child tells its parent: two codes and its random bytes.
struct Told {
    before: u64,
    initialize: u64,
    random: [u8; 32],
}

/// The child's part. It touches nothing of the test harness's: other threads of the parent do not exist in it.
fn in_the_child(module: &Module, parents_session: u64) -> Told {
    let mut random = [0; 32];
    let before = call!(module, C_GenerateRandom(parents_session, random.as_mut_ptr(), 32));
    let initialize = call!(module, C_Initialize(ptr::null_mut()));
    if initialize == CKR_OK {
        let session = token::session(module, token::slot_of_token(module));
        random = token::random(module, session);
        ok!(module, C_Finalize(ptr::null_mut()));
    }
    Told { before, initialize, random }
}

fn fork_and_listen(child_part: impl FnOnce() -> Told) -> Told {
    let line = forked::listen(|| {
        let told = child_part();
        [&told.before.to_ne_bytes()[..], &told.initialize.to_ne_bytes(), &told.random].concat()
    });
    assert_eq!(line.len(), 48, "the child died");
    Told {
        before: u64::from_ne_bytes(line[..8].try_into().unwrap()),
        initialize: u64::from_ne_bytes(line[8..16].try_into().unwrap()),
        random: line[16..].try_into().unwrap(),
    }
}

#[test]
fn a_child_of_fork_is_not_initialised_and_may_initialise_and_has_random_bytes_of_its_own() {
    child::run(
        "a_child_of_fork_is_not_initialised_and_may_initialise_and_has_random_bytes_of_its_own",
        || {
            let module = Module::load();
            let session = token::ready(&module);
            let told = fork_and_listen(|| in_the_child(&module, session));
            assert_eq!(told.before, CKR_CRYPTOKI_NOT_INITIALIZED);
            assert_eq!(told.initialize, CKR_OK);
            assert_ne!(told.random, token::random(&module, session));

            // The parent goes on as if nothing had happened: its session, its login and its store.
            let (_, private) = token::generate_p256(&module, session, "after the fork", b"\x01");
            ok!(module, C_DestroyObject(session, private));
            ok!(module, C_Finalize(ptr::null_mut()));
        },
    );
}

#[test]
fn two_children_of_one_parent_have_different_random_bytes() {
    child::run("two_children_of_one_parent_have_different_random_bytes", || {
        let module = Module::load();
        let session = token::ready(&module);
        let first = fork_and_listen(|| in_the_child(&module, session));
        let second = fork_and_listen(|| in_the_child(&module, session));
        assert_eq!((first.initialize, second.initialize), (CKR_OK, CKR_OK));
        assert_ne!(first.random, second.random);
    });
}

/// The child's part under `fork = inherit`: it goes on in its parent's session, and its random bytes are its own.
fn in_the_heir(module: &Module, parents_session: u64, key: u64) -> Told {
    let mut mechanism = token::mechanism(cryptoki_sys::CKM_ECDSA);
    let (mut hash, mut signature, mut length) = ([7_u8; 32], [0_u8; 64], 64);
    let mut before = call!(module, C_SignInit(parents_session, &raw mut mechanism, key));
    if before == CKR_OK {
        before = call!(
            module,
            C_Sign(parents_session, hash.as_mut_ptr(), 32, signature.as_mut_ptr(), &raw mut length)
        );
    }
    let (_, private) = token::generate_p256(module, parents_session, "of the child", b"\x02");
    ok!(module, C_DestroyObject(parents_session, private));
    let initialize = call!(module, C_Initialize(ptr::null_mut()));
    Told { before, initialize, random: token::random(module, parents_session) }
}

#[test]
fn with_fork_inherit_a_child_goes_on_in_its_parents_session_and_writes_the_same_store() {
    child::run_with(
        "with_fork_inherit_a_child_goes_on_in_its_parents_session_and_writes_the_same_store",
        |command, _| {
            command.env("TWINTOKEN_FORK", "inherit");
        },
        || {
            let module = Module::load();
            let session = token::ready(&module);
            let (_, key) = token::generate_p256(&module, session, "before the fork", b"\x01");
            let told = fork_and_listen(|| in_the_heir(&module, session, key));
            assert_eq!((told.before, told.initialize), (CKR_OK, CKR_CRYPTOKI_ALREADY_INITIALIZED));
            assert_ne!(told.random, token::random(&module, session));

            // The parent goes on, and sees what its child committed: the public half that it left.
            ok!(module, C_DestroyObject(session, key));
            let mut label = [token::attribute(CKA_LABEL, b"of the child")];
            assert_eq!(token::find(&module, session, &mut label).len(), 1);
            ok!(module, C_Finalize(ptr::null_mut()));
        },
    );
}

#[test]
fn with_fork_inherit_the_child_of_a_busy_parent_is_its_heir_or_reset_and_never_waits() {
    child::run_with(
        "with_fork_inherit_the_child_of_a_busy_parent_is_its_heir_or_reset_and_never_waits",
        |command, _| {
            command.env("TWINTOKEN_FORK", "inherit");
        },
        || {
            let module = Module::load();
            let session = token::ready(&module);
            let stop = AtomicBool::new(false);
            std::thread::scope(|scope| {
                // A thread that is always inside a call or between two of them: the child is the heir or reset, and in
                // neither case does it wait for a lock that nobody releases.
                scope.spawn(|| {
                    let mut bytes = vec![0; 1 << 20];
                    while !stop.load(Ordering::Relaxed) {
                        ok!(module, C_GenerateRandom(session, bytes.as_mut_ptr(), 1 << 20));
                    }
                });
                for _ in 0..20 {
                    let told = fork_and_listen(|| {
                        let mut random = [0; 32];
                        let before = call!(module, C_GenerateRandom(session, random.as_mut_ptr(), 32));
                        Told { before, initialize: 0, random }
                    });
                    assert!(
                        [CKR_OK, CKR_CRYPTOKI_NOT_INITIALIZED].contains(&told.before),
                        "{:#x}",
                        told.before
                    );
                }
                stop.store(true, Ordering::Relaxed);
            });
        },
    );
}
