//! What a child of fork finds: a library that is not initialised, and nothing of its parent's to break.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]
#![allow(unsafe_code, reason = "fork has no safe wrapper")]

use cryptoki_sys::{CKR_CRYPTOKI_NOT_INITIALIZED, CKR_OK};
use std::io::Read;
use std::os::fd::FromRawFd;
use std::ptr;
use twintoken_tests::module::Module;
use twintoken_tests::{call, child, ok, token};

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
    let mut ends = [0; 2];
    // SAFETY: the array has room for the two descriptors.
    assert_eq!(unsafe { libc::pipe(ends.as_mut_ptr()) }, 0);
    // SAFETY: the child calls the module, writes to the pipe and exits; it holds no lock of another thread's but the
    // allocator's, which the C library sets right.
    let pid = unsafe { libc::fork() };
    assert!(pid >= 0);
    if pid == 0 {
        let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(child_part));
        let line = told.map(|told| {
            [&told.before.to_ne_bytes()[..], &told.initialize.to_ne_bytes(), &told.random].concat()
        });
        let line = line.unwrap_or_default();
        // SAFETY: the bytes are ours; `_exit` runs nothing of the parent's.
        unsafe {
            libc::write(ends[1], line.as_ptr().cast(), line.len());
            libc::_exit(0);
        }
    }
    // SAFETY: the writing end is this process's own, and nobody else closes it.
    unsafe { libc::close(ends[1]) };
    let mut line = Vec::new();
    // SAFETY: the reading end is owned by nobody else.
    let mut pipe = unsafe { std::fs::File::from_raw_fd(ends[0]) };
    pipe.read_to_end(&mut line).unwrap();
    // SAFETY: the child of the fork above; its status is not asked for.
    unsafe { libc::waitpid(pid, ptr::null_mut(), 0) };
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
