//! Secure storage and attestation, which no psa_crypto_init goes before.

use std::cell::Cell;
use twintoken::psa::Status;
use twintoken_tests::psa::{Buffer, Psa, Words};

const WRITE_ONCE: u32 = 1;

/// Input as secure storage takes it: the length comes first.
struct Data<'a>(&'a [u8]);

impl Words for Data<'_> {
    fn words(&self, to: &mut Vec<u64>) {
        to.extend([self.0.len() as u64, self.0.as_ptr() as u64]);
    }
}

/// Output as secure storage takes it: the size comes first, and may be more than there is.
struct Room<'a>(&'a Buffer, usize);

impl Words for Room<'_> {
    fn words(&self, to: &mut Vec<u64>) {
        let mut words = Vec::new();
        self.0.words(&mut words);
        to.extend([self.1 as u64, words[0], words[2]]);
    }
}

/// struct psa_storage_info_t as the headers lay it out.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Info {
    capacity: usize,
    size: usize,
    flags: u32,
}

pub(super) fn all(psa: &Psa) {
    for service in ["its", "ps"] {
        kept(psa, service);
    }
    extended(psa);
    attested(psa);
}

fn kept(psa: &Psa, service: &str) {
    let name = |call: &str| format!("psa_{service}_{call}");
    let (set, get, info, remove) = (name("set"), name("get"), name("get_info"), name("remove"));
    psa.ok(&set, &[&7_u64, &Data(b"0123456789"), &0_u32]);
    let (part, whole) = (Buffer::new(4), Buffer::new(10));
    psa.ok(&get, &[&7_u64, &3_usize, &Room(&part, 4)]);
    psa.ok(&get, &[&7_u64, &0_usize, &Room(&whole, 1 << 40)]);
    assert_eq!((part.given(), whole.given()), (b"3456".to_vec(), b"0123456789".to_vec()));
    psa.fails(&get, &[&7_u64, &11_usize, &Room(&whole, 10)], Status::INVALID_ARGUMENT);
    let found = Cell::new(Info::default());
    psa.ok(&info, &[&7_u64, &found]);
    assert_eq!(found.get(), Info { capacity: 10, size: 10, flags: 0 });
    psa.ok(&remove, &[&7_u64]);
    psa.fails(&info, &[&7_u64, &found], Status::DOES_NOT_EXIST);
    psa.ok(&set, &[&8_u64, &0_usize, &std::ptr::null::<u8>(), &WRITE_ONCE]);
    psa.fails(&set, &[&8_u64, &Data(b"again"), &0_u32], Status::NOT_PERMITTED);
    psa.fails(&set, &[&0_u64, &Data(b"none"), &0_u32], Status::INVALID_ARGUMENT);
}

fn extended(psa: &Psa) {
    assert_eq!(psa.call("psa_ps_get_support", &[]), 1);
    psa.ok("psa_ps_create", &[&9_u64, &8_usize, &0_u32]);
    psa.ok("psa_ps_set_extended", &[&9_u64, &0_usize, &Data(b"abcd")]);
    psa.ok("psa_ps_set_extended", &[&9_u64, &2_usize, &Data(b"CDEF")]);
    let (whole, found) = (Buffer::new(8), Cell::new(Info::default()));
    psa.ok("psa_ps_get", &[&9_u64, &0_usize, &Room(&whole, 8)]);
    psa.ok("psa_ps_get_info", &[&9_u64, &found]);
    assert_eq!((whole.given(), found.get().capacity), (b"abCDEF".to_vec(), 8));
}

fn attested(psa: &Psa) {
    let size = Cell::new(0_usize);
    psa.ok("psa_initial_attest_get_token_size", &[&32_usize, &size]);
    let token = psa.bytes("psa_initial_attest_get_token", &[&[7_u8; 32]], size.get());
    // A COSE_Sign1 is tagged 18, and the challenge stands in it as it was given.
    assert_eq!((token[0], token.len()), (0xd2, size.get()));
    assert!(token.windows(32).any(|part| part == [7; 32]));
    let small = Buffer::new(size.get() - 1);
    psa.fails("psa_initial_attest_get_token", &[&[7_u8; 32], &small], Status::BUFFER_TOO_SMALL);
    psa.fails("psa_initial_attest_get_token", &[&[7_u8; 31], &small], Status::INVALID_ARGUMENT);
    assert!(small.is_untouched());
}
