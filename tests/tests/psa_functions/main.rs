//! Each function of the built PSA library, called as C calls it: with success, wherever the store can do it at all.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]

mod ciphers;
mod derivation;
mod digests;
mod keys;
mod signatures;
mod storage;

use twintoken::psa::Status;
use twintoken_tests::psa::{Psa, SUCCESS};
use twintoken_tests::{child, spec};

/// PSA_ALG_SHA_256.
const SHA256: u32 = 0x0200_0009;
/// PSA_KEY_USAGE_EXPORT.
const EXPORT: u32 = 0x1;

/// Functions that have nothing to succeed with: no PAKE is built, and no XOF has a context.
const NEVER: [&str; 9] = [
    "psa_pake_setup",
    "psa_pake_set_role",
    "psa_pake_set_user",
    "psa_pake_set_peer",
    "psa_pake_set_context",
    "psa_pake_output",
    "psa_pake_input",
    "psa_pake_get_shared_key",
    "psa_xof_set_context",
];

fn hex(digits: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(digit).collect()
}

#[test]
fn every_function_succeeds_from_c_unless_the_store_has_nothing_for_it() {
    child::run_with(
        "every_function_succeeds_from_c_unless_the_store_has_nothing_for_it",
        |command, _| {
            command.env("TWINTOKEN_PIN", "1234");
        },
        || {
            // Before the library of this process is initialised, as the token must be there for its first call.
            let labelled = keys::made_by_the_other_face();
            let psa = Psa::load();
            storage::all(&psa);
            // The store is open now, and the crypto functions still want their own beginning.
            psa.fails("psa_purge_key", &[&1_u32], Status::BAD_STATE);
            psa.ok("psa_crypto_init", &[]);
            psa.ok("psa_crypto_init", &[]);
            digests::all(&psa);
            ciphers::all(&psa);
            keys::all(&psa, labelled);
            signatures::all(&psa);
            derivation::all(&psa);

            let statuses = psa.statuses();
            let succeeds = |name: &str| statuses.get(name).is_some_and(|all| all.contains(&SUCCESS));
            // psa_ps_get_support gives no status.
            for function in spec::psa_exported().iter().filter(|one| one.name != "psa_ps_get_support") {
                let name = function.name.as_str();
                assert!(statuses.contains_key(name), "{name} was not called");
                assert_eq!(succeeds(name), !NEVER.contains(&name), "{name}");
            }
        },
    );
}
