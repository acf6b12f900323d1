//! Defects of key policies: what a key may be used for, and what a copy inherits.

use twintoken::psa::Status;

use super::{Answer, Attributes, Bench, Call, Data, Defect, Key};

const EXPORT: u32 = 0x0001;
const COPY: u32 = 0x0002;
const SIGN: u32 = 0x1400;
const DECRYPT: u32 = 0x0200;

pub(super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "psa-export-without-usage",
        sentence: "A key without PSA_KEY_USAGE_EXPORT is exported.",
        clause: "psa_export_key: PSA_ERROR_NOT_PERMITTED",
        function: "psa_export_key",
        plant: |bench, call| bench.makes_with(call, |attributes| attributes.usage |= EXPORT),
    },
    Defect {
        name: "psa-sign-without-usage",
        sentence: "A key without a signing usage signs.",
        clause: "psa_sign_hash: PSA_ERROR_NOT_PERMITTED",
        function: "psa_sign_hash",
        plant: |bench, call| bench.makes_with(call, |attributes| attributes.usage |= SIGN),
    },
    Defect {
        name: "psa-decrypt-without-usage",
        sentence: "A key without PSA_KEY_USAGE_DECRYPT decrypts.",
        clause: "psa_cipher_decrypt: PSA_ERROR_NOT_PERMITTED",
        function: "psa_cipher_decrypt",
        plant: |bench, call| bench.makes_with(call, |attributes| attributes.usage |= DECRYPT),
    },
    Defect {
        name: "psa-policy-hash-is-ignored",
        sentence: "A policy of one hash permits every hash.",
        clause: "Permitted algorithms: a single algorithm permits that one alone",
        function: "psa_sign_message",
        plant: |bench, call| {
            bench.makes_with(call, |attributes| {
                if attributes.algorithm & 0x7f00_0000 == 0x0600_0000 && attributes.algorithm & 0xff != 0 {
                    attributes.algorithm |= 0xff;
                }
            })
        },
    },
    Defect {
        name: "psa-copy-without-usage",
        sentence: "A key without PSA_KEY_USAGE_COPY is copied.",
        clause: "psa_copy_key: PSA_ERROR_NOT_PERMITTED",
        function: "psa_copy_key",
        plant: |bench, call| bench.makes_with(call, |attributes| attributes.usage |= COPY),
    },
    Defect {
        name: "psa-copy-gains-usage",
        sentence: "A copy gets the usage flags asked for, also those its source lacks.",
        clause: "psa_copy_key: the usage flags on the resulting key are the bitwise-and of both",
        function: "psa_copy_key",
        plant: copy_gains_usage,
    },
    Defect {
        name: "psa-copy-keeps-the-wider-algorithm",
        sentence: "A copy has its source's permitted algorithm, whatever narrower one was asked for.",
        clause: "psa_copy_key: the resulting key uses the permitted algorithm that the wildcard includes",
        function: "psa_copy_key",
        plant: |bench, call| {
            let Call::CopyKey { key: Key::Id(source), .. } = call else { return bench.ask(call) };
            let from = bench.memory.made.get(source).map(|(from, _)| from.algorithm);
            let mut wider = call.clone();
            if let (Some(from), Some(attributes)) = (from, wider.attributes_mut())
                && from & 0xff == 0xff
            {
                attributes.algorithm = from;
            }
            bench.ask(&wider)
        },
    },
    Defect {
        name: "psa-copy-under-another-algorithm",
        sentence: "A copy is made though the two policies have no algorithm in common.",
        clause: "psa_copy_key: PSA_ERROR_INVALID_ARGUMENT",
        function: "psa_copy_key",
        plant: |bench, call| {
            let answer = bench.ask(call);
            let Call::CopyKey { key: Key::Id(source), attributes } = call else { return answer };
            let from = bench.memory.made.get(source).map(|(from, _)| from.algorithm);
            match (answer, from) {
                (Err(Status::INVALID_ARGUMENT), Some(algorithm)) => {
                    let attributes = Attributes { algorithm, ..*attributes };
                    bench.ask(&Call::CopyKey { key: Key::Id(*source), attributes })
                }
                (answer, _) => answer,
            }
        },
    },
];

/// Where the material is known, the copy is imported with the usage asked for.
fn copy_gains_usage(bench: &mut Bench, call: &Call) -> Answer {
    let Call::CopyKey { key: Key::Id(source), attributes } = call else { return bench.ask(call) };
    let Some((from, Some(material))) = bench.memory.made.get(source).cloned() else { return bench.ask(call) };
    if from.usage & COPY == 0 || attributes.algorithm != from.algorithm {
        return bench.ask(call);
    }
    let attributes = Attributes { key_type: from.key_type, bits: 0, ..*attributes };
    bench.ask(&Call::ImportKey { attributes, data: Data::of(&material) })
}
