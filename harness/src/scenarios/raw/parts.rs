//! Raw scenarios that compare parts with one call, around the borders of blocks.

use super::words::*;
use crate::raw::{Mechanism, Operation, Room};
use crate::scenario::{Condition, Scenario};
use crate::step::{Data, Hash};

/// A whole length and where it is cut.
const CUTS: [(usize, usize); 14] = [
    (1, 1),
    (15, 1),
    (16, 15),
    (16, 16),
    (17, 16),
    (31, 16),
    (32, 16),
    (32, 31),
    (33, 17),
    (48, 32),
    (64, 63),
    (65, 64),
    (128, 64),
    (129, 65),
];

/// All of them.
pub(super) fn all() -> Vec<Scenario> {
    vec![
        ciphers("cbc-pad", || cbc_pad(&[9; 16])),
        ciphers("ctr", ctr),
        ciphers("gcm", || gcm(&[9; 12], b"additional")),
        results("digest", Operation::Digest, || plain("CKM_SHA256"), ""),
        results("hmac", Operation::Sign, || plain("CKM_SHA256_HMAC"), "hmac"),
        results("rsa", Operation::Sign, || plain("CKM_SHA256_RSA_PKCS"), "rsa"),
    ]
}

fn ciphers(word: &str, mechanism: fn() -> Mechanism) -> Scenario {
    let mut s = logged_in(&format!("{word}-in-parts-is-the-same-as-in-one-call"));
    given(&mut s, "key", aes(&["CKA_ENCRYPT", "CKA_DECRYPT"]));
    for (size, cut) in CUTS {
        let (input, name) = (filler(size), format!("{size}-at-{cut}"));
        let call = one_shot(Operation::Encrypt, bytes(&input), Room::Ample);
        whole(&mut s, Operation::Encrypt, mechanism(), &format!("encrypt-{name}"), call);
        let names = parts(&mut s, Operation::Encrypt, mechanism(), &name, &input, cut);
        // The parts together are what the one call gave: the same bytes come out, and they are the input.
        let joined = || Data::Joined(names.clone());
        let [begin, one, ..] = clauses(Operation::Decrypt);
        raw(
            &mut s,
            &format!("decrypt-init-{name}"),
            init(Operation::Decrypt, mechanism(), "key"),
            &begin,
            OK,
        );
        let call = one_shot(Operation::Decrypt, crate::raw::Input::Bytes(joined()), Room::Ample);
        raw(&mut s, &format!("decrypt-{name}"), call, &one, OK).with(Condition::Equals(Data::of(&input)));
        let [begin, one, ..] = clauses(Operation::Encrypt);
        raw(
            &mut s,
            &format!("encrypt-again-init-{name}"),
            init(Operation::Encrypt, mechanism(), "key"),
            &begin,
            OK,
        );
        let call = one_shot(Operation::Encrypt, bytes(&input), Room::Ample);
        raw(&mut s, &format!("encrypt-again-{name}"), call, &one, OK).with(Condition::Equals(joined()));
    }
    s
}

/// One call, its result remembered under its name.
fn whole(s: &mut Scenario, operation: Operation, mechanism: Mechanism, name: &str, call: crate::raw::Call) {
    let [begin, one, ..] = clauses(operation);
    let key = if operation == Operation::Digest { "" } else { "key" };
    raw(s, &format!("{name}-init"), init(operation, mechanism, key), &begin, OK);
    raw(s, name, call, &one, OK).remember(name);
}

/// Two updates and the end; under which names their results are remembered.
fn parts(
    s: &mut Scenario,
    operation: Operation,
    mechanism: Mechanism,
    name: &str,
    input: &[u8],
    cut: usize,
) -> Vec<String> {
    let [begin, _, part, end] = clauses(operation);
    raw(s, &format!("parts-init-{name}"), init(operation, mechanism, "key"), &begin, OK);
    let (first, second) = input.split_at(cut);
    let names = ["first", "second", "end"].map(|word| format!("{word}-{name}"));
    for (word, input) in names.iter().zip([first, second]) {
        raw(s, word, update(operation, bytes(input), Room::Ample), &part, OK).remember(word);
    }
    raw(s, &names[2], last(operation, Room::Ample), &end, OK).remember(&names[2]);
    names.to_vec()
}

fn results(word: &str, operation: Operation, mechanism: fn() -> Mechanism, key: &str) -> Scenario {
    let mut s = logged_in(&format!("{word}-in-parts-is-the-same-as-in-one-call"));
    match key {
        "hmac" => given(&mut s, "key", generic(&["CKA_SIGN"])),
        "rsa" => given(&mut s, "key", rsa(&[yes("CKA_SIGN")], &[])[0].clone()),
        _ => {}
    }
    let key = if key.is_empty() { "" } else { "key" };
    // RSA is slow and has no borders of its own.
    let cuts = if word == "rsa" { &CUTS[CUTS.len() - 4..] } else { &CUTS[..] };
    for (size, cut) in cuts {
        let (input, name) = (filler(*size), format!("{size}-at-{cut}"));
        let call = one_shot(operation, bytes(&input), Room::Ample);
        whole(&mut s, operation, mechanism(), &name, call);
        let [begin, _, part, end] = clauses(operation);
        raw(&mut s, &format!("parts-init-{name}"), init(operation, mechanism(), key), &begin, OK);
        let (first, second) = input.split_at(*cut);
        for (word, input) in [("first", first), ("second", second)] {
            raw(&mut s, &format!("{word}-{name}"), update(operation, bytes(input), Room::Query), &part, OK);
        }
        let check = raw(&mut s, &format!("end-{name}"), last(operation, Room::Ample), &end, OK)
            .with(Condition::Equals(Data::Remembered(name)));
        if operation == Operation::Digest {
            check.with(Condition::Digest { hash: Hash::Sha256, input: Data::of(&input) });
        }
    }
    s
}
