//! NULL pointers, lengths beyond the limits and dead handles on every function: a code, never a crash.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]
#![allow(unsafe_code, reason = "this test is about what C lets a caller do")]

use cryptoki_sys::{
    CKF_DONT_BLOCK, CKF_RW_SESSION, CKF_SERIAL_SESSION, CKR_CRYPTOKI_NOT_INITIALIZED, CKR_OK,
};
use std::collections::BTreeSet;
use std::ptr;
use twintoken_tests::module::Module;
use twintoken_tests::signatures::{self, MOST_ARGUMENTS, Role};
use twintoken_tests::{call, child, ok, spec, token};

/// The bytes at each argument that is a valid pointer, zeroed before each call.
const PAGE: usize = 8192;
/// Above every limit of the module, and still a length that an address space could have.
const TOO_LONG: u64 = (1 << 30) + 1;

struct Walk {
    module: Module,
    pages: Vec<[u64; PAGE / 8]>,
    known: BTreeSet<u64>,
    live_session: u64,
    calls: usize,
}

impl Walk {
    fn new() -> Walk {
        let known = spec::return_values().into_iter().map(|(value, _)| value).collect();
        let pages = vec![[0; PAGE / 8]; MOST_ARGUMENTS];
        Walk { module: Module::load(), pages, known, live_session: 0, calls: 0 }
    }

    /// The words that an argument is tried with.
    fn choices(&self, function: &str, roles: &[Role], position: usize) -> Vec<u64> {
        let role = roles[position];
        let page = self.pages[position].as_ptr() as u64;
        match role {
            // Without CKF_DONT_BLOCK it would wait for a token that nobody brings.
            Role::Number if function == "C_WaitForSlotEvent" => vec![CKF_DONT_BLOCK, 0xdead, u64::MAX],
            Role::Session => vec![0, 0xdead, u64::MAX, self.live_session],
            Role::Number => vec![0, 0xdead, u64::MAX],
            Role::Pointer | Role::PointerToLength => vec![0, page],
            // All combinations of so many arguments would take minutes.
            Role::Length if roles.len() > 8 => vec![0, 4097, u64::MAX],
            // 4097 is above the limit for attributes; as data it is within the page.
            Role::Length => vec![0, 1, 4097, TOO_LONG, u64::MAX],
        }
    }

    /// Calls `function` with every combination of its arguments' choices; `seen` is given each answer.
    fn try_all(&mut self, function: &str, roles: &[Role], mut seen: impl FnMut(&mut Walk, u64)) {
        let address = self.module.symbol(function).unwrap_or_else(|| panic!("{function} is not exported"));
        let mut counters = vec![0_usize; roles.len()];
        loop {
            let mut words = [0; MOST_ARGUMENTS];
            let mut sizes = vec![0; roles.len()];
            for position in 0..roles.len() {
                let choices = self.choices(function, roles, position);
                sizes[position] = choices.len();
                words[position] = choices[counters[position]];
            }
            // A length that is pointed to is tried as nothing, as little, and as more than there is.
            let pointed: &[u64] =
                if roles.contains(&Role::PointerToLength) { &[0, 1, u64::MAX] } else { &[0] };
            for first_word in pointed {
                let code = self.call_once(function, address, roles, words, *first_word);
                seen(self, code);
            }
            let Some(next) = (0..roles.len()).find(|position| counters[*position] + 1 < sizes[*position])
            else {
                return;
            };
            counters[next] += 1;
            counters[..next].fill(0);
        }
    }

    fn call_once(
        &mut self,
        function: &str,
        address: usize,
        roles: &[Role],
        words: [u64; MOST_ARGUMENTS],
        pointed: u64,
    ) -> u64 {
        for (page, role) in self.pages.iter_mut().zip(roles) {
            page.fill(0);
            if *role == Role::PointerToLength {
                page[0] = pointed;
            }
        }
        // SAFETY: pointers are NULL or to a page of zeroes, which is a valid value of every structure and larger than what
        // any of these calls gives; lengths are within it or above the module's limits.
        let code = unsafe { signatures::call(address, words) };
        self.calls += 1;
        assert!(
            self.known.contains(&code),
            "{function}({words:x?}) answered {code:#x}, which is no CKR_ value"
        );
        code
    }

    /// Initialises the library and opens a session if a call of the walk has ended either.
    fn revive(&mut self) {
        let mut info = cryptoki_sys::CK_SESSION_INFO::default();
        let code = call!(self.module, C_GetSessionInfo(self.live_session, &raw mut info));
        if code == CKR_OK {
            return;
        }
        if code == CKR_CRYPTOKI_NOT_INITIALIZED {
            ok!(self.module, C_Initialize(ptr::null_mut()));
        }
        let slot = token::slots(&self.module)[0];
        let flags = CKF_SERIAL_SESSION | CKF_RW_SESSION;
        let session = &raw mut self.live_session;
        ok!(self.module, C_OpenSession(slot, flags, ptr::null_mut(), None, session));
    }
}

#[test]
fn every_function_answers_null_pointers_huge_lengths_and_dead_handles_with_a_code() {
    child::run_traced(
        "every_function_answers_null_pointers_huge_lengths_and_dead_handles_with_a_code",
        || {
            let mut walk = Walk::new();
            let functions: Vec<&str> =
                spec::functions_of_2_40().into_iter().chain(signatures::LATER.iter().copied()).collect();
            assert_eq!(functions.len(), 68 + signatures::LATER.len());
            let roles = |function: &str| {
                signatures::roles(function).unwrap_or_else(|| panic!("{function} is missing in the walk"))
            };

            for function in &functions {
                walk.try_all(function, &roles(function), |walk, code| match *function {
                    "C_Initialize" if code == CKR_OK => ok!(walk.module, C_Finalize(ptr::null_mut())),
                    "C_Initialize" | "C_GetFunctionList" => {}
                    _ => assert_eq!(code, CKR_CRYPTOKI_NOT_INITIALIZED, "{function} before C_Initialize"),
                });
            }
            let before = walk.calls;

            ok!(walk.module, C_Initialize(ptr::null_mut()));
            let slot = token::slots(&walk.module)[0];
            token::initialize(&walk.module, slot, "abused");
            walk.revive();
            for function in &functions {
                let ends_something = ["C_Finalize", "C_CloseSession", "C_CloseAllSessions", "C_InitToken"];
                let revive = ends_something.contains(function);
                walk.try_all(function, &roles(function), |walk, _| {
                    if revive {
                        walk.revive();
                    }
                });
            }
            let after = walk.calls - before;
            println!(
                "{} functions: {before} calls before C_Initialize, {after} after it, no crash",
                functions.len()
            );
        },
    );
}
