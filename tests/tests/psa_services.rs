//! Secure Storage and Attestation through the C interface: they need no psa_crypto_init, and write no more than they give.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]

use std::cell::Cell;
use std::process::Command;
use twintoken::psa::Status;
use twintoken_tests::child;
use twintoken_tests::psa::{Buffer, Psa, Whole};
use twintoken_tests::store::Store;

/// struct psa_storage_info_t as the headers lay it out.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Info {
    capacity: usize,
    size: usize,
    flags: u32,
}

fn info(psa: &Psa, function: &str, uid: u64) -> Info {
    let info = Cell::new(Info::default());
    psa.ok(function, &[&uid, &info]);
    info.get()
}

/// The words of `data_length, p_data`: storage has the length first.
fn set(psa: &Psa, function: &str, uid: u64, data: &[u8], flags: u32) {
    psa.ok(function, &[&uid, &data.len(), &data.as_ptr(), &flags]);
}

fn get(psa: &Psa, function: &str, uid: u64, offset: usize, buffer: &mut [u8]) -> usize {
    let length = Cell::new(usize::MAX);
    psa.ok(function, &[&uid, &offset, &buffer.len(), &buffer.as_mut_ptr(), &length]);
    length.get()
}

#[test]
fn storage_works_without_psa_crypto_init_and_does_not_stand_in_for_it() {
    child::run("storage_works_without_psa_crypto_init_and_does_not_stand_in_for_it", || {
        let psa = Psa::load();
        for (service, uid) in [("its", 7_u64), ("ps", u64::MAX)] {
            let name = |function: &str| format!("psa_{service}_{function}");
            set(&psa, &name("set"), uid, b"0123456789", 4);
            let mut buffer = *b"................";
            assert_eq!(get(&psa, &name("get"), uid, 4, &mut buffer), 6);
            assert_eq!(&buffer, b"456789..........");
            assert_eq!(get(&psa, &name("get"), uid, 0, &mut buffer[..3]), 3);
            assert_eq!(&buffer[..4], b"0127");
            assert_eq!(info(&psa, &name("get_info"), uid), Info { capacity: 10, size: 10, flags: 4 });
            let past: [&dyn twintoken_tests::psa::Words; 5] =
                [&uid, &11_usize, &0_usize, &std::ptr::null::<u8>(), &Cell::new(0_usize)];
            psa.fails(&name("get"), &past, Status::INVALID_ARGUMENT);
            psa.ok(&name("remove"), &[&uid]);
            psa.fails(&name("remove"), &[&uid], Status::DOES_NOT_EXIST);
        }
        psa.fails("psa_generate_random", &[&Whole::new(4)], Status::BAD_STATE);
        psa.ok("psa_crypto_init", &[]);
        psa.ok("psa_generate_random", &[&Whole::new(4)]);
    });
}

#[test]
fn a_reserved_asset_is_written_piece_by_piece() {
    child::run("a_reserved_asset_is_written_piece_by_piece", || {
        let psa = Psa::load();
        assert_eq!(psa.call("psa_ps_get_support", &[]), 1);
        psa.ok("psa_ps_create", &[&5_u64, &8_usize, &0_u32]);
        for (offset, piece) in [(0_usize, b"abcd"), (2, b"CDEF")] {
            psa.ok("psa_ps_set_extended", &[&5_u64, &offset, &piece.len(), &piece.as_ptr()]);
        }
        assert_eq!(info(&psa, "psa_ps_get_info", 5), Info { capacity: 8, size: 6, flags: 0 });
        let mut buffer = [0; 8];
        assert_eq!((get(&psa, "psa_ps_get", 5, 0, &mut buffer), &buffer[..6]), (6, &b"abCDEF"[..]));
        psa.fails("psa_ps_create", &[&6_u64, &8_usize, &1_u32], Status::NOT_SUPPORTED);
        psa.fails("psa_its_set", &[&6_u64, &0_usize, &0_u64, &8_u32], Status::NOT_SUPPORTED);
    });
}

#[test]
fn a_token_has_the_size_that_was_told_and_is_not_written_where_it_does_not_fit() {
    child::run("a_token_has_the_size_that_was_told_and_is_not_written_where_it_does_not_fit", || {
        let psa = Psa::load();
        let size = Cell::new(0_usize);
        psa.ok("psa_initial_attest_get_token_size", &[&64_usize, &size]);
        let small = Buffer::new(size.get() - 1);
        psa.fails("psa_initial_attest_get_token", &[&[5; 64], &small], Status::BUFFER_TOO_SMALL);
        assert!(small.is_untouched());
        let token = psa.bytes("psa_initial_attest_get_token", &[&[5; 64]], size.get() + 9);
        assert_eq!((token.len(), token[0]), (size.get(), 0xd2));
        psa.fails("psa_initial_attest_get_token", &[&[5; 31], &Buffer::new(999)], Status::INVALID_ARGUMENT);
        psa.fails("psa_initial_attest_get_token_size", &[&0_usize, &size], Status::INVALID_ARGUMENT);
    });
}

#[test]
fn where_the_settings_are_wrong_attestation_cannot_initialise_and_storage_has_no_store() {
    let environment = |command: &mut Command, _: &Store| {
        command.env("TWINTOKEN_ATTESTATION_LIFECYCLE", "happy");
    };
    child::run_with(
        "where_the_settings_are_wrong_attestation_cannot_initialise_and_storage_has_no_store",
        environment,
        || {
            let psa = Psa::load();
            let size = Cell::new(0_usize);
            psa.fails("psa_initial_attest_get_token_size", &[&32_usize, &size], Status::SERVICE_FAILURE);
            psa.fails("psa_its_remove", &[&1_u64], Status::GENERIC_ERROR);
            psa.fails("psa_crypto_init", &[], Status::GENERIC_ERROR);
        },
    );
}
