//! Defects of asymmetric signatures.

use twintoken::psa::Status;

use super::{Answer, Bench, Call, Defect, Output, changed, instead, on};
use crate::driver::bytes;
use crate::psa::Work;

pub(super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "psa-each-seventh-signature-is-wrong",
        sentence: "One bit of each seventh signature of a process is flipped.",
        clause: "psa_sign_message: the signature verifies",
        function: "psa_sign_message",
        plant: |bench, call| {
            let answer = bench.ask(call);
            let (Call::SignMessage(_) | Call::SignHash(_)) = call else { return answer };
            bench.memory.count += 1;
            let wrong = bench.memory.count.is_multiple_of(7);
            changed(answer, |bytes| {
                if let (true, Some(last)) = (wrong, bytes.last_mut()) {
                    *last ^= 1;
                }
            })
        },
    },
    Defect {
        name: "psa-verify-accepts-anything",
        sentence: "Every signature verifies.",
        clause: "psa_verify_message: PSA_ERROR_INVALID_SIGNATURE",
        function: "psa_verify_message",
        plant: |bench, call| {
            let answer = bench.ask(call);
            let (Call::VerifyMessage(..) | Call::VerifyHash(..)) = call else { return answer };
            instead(answer, Status::INVALID_SIGNATURE, Ok(Output::Nothing))
        },
    },
    Defect {
        name: "psa-verify-accepts-another-hash",
        sentence: "A signature over the message's SHA-256 verifies under each hash of its family.",
        clause: "psa_verify_message: the signature is one of the requested algorithm",
        function: "psa_verify_message",
        plant: |bench, call| match (bench.ask(call), call) {
            (Err(Status::INVALID_SIGNATURE), Call::VerifyMessage(work, proof))
                if work.algorithm & 0xff != 0 =>
            {
                let with_sha256 = Work { algorithm: work.algorithm & !0xff | 9, ..work.clone() };
                bench.ask(&Call::VerifyMessage(with_sha256, proof.clone()))
            }
            (answer, _) => answer,
        },
    },
    Defect {
        name: "psa-verify-ignores-the-length",
        sentence: "Bytes behind a signature are ignored.",
        clause: "psa_verify_hash: PSA_ERROR_INVALID_SIGNATURE",
        function: "psa_verify_hash",
        plant: |bench, call| match (bench.ask(call), call) {
            (Err(Status::INVALID_SIGNATURE), Call::VerifyHash(work, proof)) => {
                let mut short = bytes(proof);
                short.pop();
                bench.ask(&Call::VerifyHash(work.clone(), crate::step::Data::of(&short)))
            }
            (answer, _) => answer,
        },
    },
    Defect {
        name: "psa-hash-of-any-length-is-signed",
        sentence: "psa_sign_hash fills a hash that is too short with zeros.",
        clause: "psa_sign_hash: hash_length is not the length of the algorithm's hash",
        function: "psa_sign_hash",
        plant: hash_of_any_length,
    },
    Defect {
        name: "psa-invalid-signature-is-an-argument",
        sentence: "A wrong signature is answered with PSA_ERROR_INVALID_ARGUMENT.",
        clause: "psa_verify_message: PSA_ERROR_INVALID_SIGNATURE",
        function: "psa_verify_message",
        plant: |bench, call| {
            let answer = bench.ask(call);
            let (Call::VerifyMessage(..) | Call::VerifyHash(..)) = call else { return answer };
            instead(answer, Status::INVALID_SIGNATURE, Err(Status::INVALID_ARGUMENT))
        },
    },
];

fn hash_of_any_length(bench: &mut Bench, call: &Call) -> Answer {
    let Call::SignHash(work) = call else { return bench.ask(call) };
    let length = match work.algorithm & 0xff {
        5 => 20,
        8 => 28,
        9 => 32,
        10 => 48,
        11 => 64,
        _ => return bench.ask(call),
    };
    let mut hash = bytes(&work.input);
    hash.resize(length, 0);
    bench.ask(&Call::SignHash(on(work, &hash)))
}
