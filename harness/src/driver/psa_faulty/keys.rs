//! Defects of key management: what is stored, for how long, and what is read of it.

use twintoken::psa::Status;

use super::{Answer, Attributes, Bench, Call, Data, Defect, Key, Output, changed, instead, key_of};
use crate::driver::bytes;

const PERSISTENT: u32 = 1;

pub(super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "psa-taken-id-is-overwritten",
        sentence: "A new key takes the place of the one that has its id.",
        clause: "psa_import_key: PSA_ERROR_ALREADY_EXISTS",
        function: "psa_import_key",
        plant: |bench, call| {
            let answer = bench.ask(call);
            let Some(wanted) = call.clone().attributes_mut().copied() else { return answer };
            if answer != Err(Status::ALREADY_EXISTS) {
                return answer;
            }
            bench.ask(&Call::DestroyKey(Key::Id(wanted.id)))?;
            bench.ask(call)
        },
    },
    Defect {
        name: "psa-destroy-keeps-the-key",
        sentence: "psa_destroy_key succeeds and does nothing.",
        clause: "psa_destroy_key: the key is destroyed from volatile memory and non-volatile storage",
        function: "psa_destroy_key",
        plant: |bench, call| match call {
            Call::DestroyKey(key) => bench.ask(&Call::GetKeyAttributes(*key)).map(|_| Output::Nothing),
            _ => bench.ask(call),
        },
    },
    Defect {
        name: "psa-destroyed-key-comes-back",
        sentence: "A destroyed key is back after a restart.",
        clause: "psa_destroy_key: success means the key material has been erased",
        function: "psa_destroy_key",
        plant: |bench, call| {
            let gone = key_of(call).is_some_and(|id| bench.memory.hidden.contains(&id));
            match call {
                _ if gone => Err(Status::INVALID_HANDLE),
                Call::DestroyKey(Key::Id(id)) => {
                    bench.ask(&Call::GetKeyAttributes(Key::Id(*id)))?;
                    bench.memory.hidden.insert(*id);
                    Ok(Output::Nothing)
                }
                _ => bench.ask(call),
            }
        },
    },
    Defect {
        name: "psa-destroyed-key-answers-until-restart",
        sentence: "A destroyed key can be used as long as the process lives.",
        clause: "psa_destroy_key: the key identifier is no longer valid",
        function: "psa_destroy_key",
        plant: destroyed_key_answers,
    },
    Defect {
        name: "psa-persistent-key-is-lost-at-restart",
        sentence: "Persistent keys are gone after a restart.",
        clause: "Key lifetimes: a persistent key outlives the process until it is destroyed",
        function: "psa_get_key_attributes",
        plant: |bench, call| {
            if std::mem::take(&mut bench.fresh_process) {
                for id in 1..=64 {
                    // Most of these ids have no key.
                    let _ = bench.ask(&Call::DestroyKey(Key::Id(id)));
                }
            }
            bench.ask(call)
        },
    },
    Defect {
        name: "psa-volatile-key-survives-restart",
        sentence: "A volatile key is stored and still there after a restart.",
        clause: "Key lifetimes: a volatile key is destroyed when the application terminates",
        function: "psa_get_key_attributes",
        plant: |bench, call| {
            bench.memory.count += 1;
            let own = 0x2000_0000 + bench.memory.count;
            bench.makes_with(call, |attributes| {
                if attributes.is_volatile() {
                    attributes.lifetime |= PERSISTENT;
                    attributes.id = if attributes.id == 0 { own } else { attributes.id };
                }
            })
        },
    },
    Defect {
        name: "psa-missing-key-does-not-exist",
        sentence: "A key that is not there is answered with PSA_ERROR_DOES_NOT_EXIST.",
        clause: "psa_get_key_attributes: PSA_ERROR_INVALID_HANDLE",
        function: "psa_get_key_attributes",
        plant: |bench, call| instead(bench.ask(call), Status::INVALID_HANDLE, Err(Status::DOES_NOT_EXIST)),
    },
    Defect {
        name: "psa-purge-destroys-the-key",
        sentence: "psa_purge_key removes a persistent key from storage too.",
        clause: "psa_purge_key: this function does not affect any key in persistent storage",
        function: "psa_purge_key",
        plant: |bench, call| match call {
            Call::PurgeKey(key) => bench.ask(&Call::DestroyKey(*key)),
            _ => bench.ask(call),
        },
    },
    Defect {
        name: "psa-short-key-is-padded",
        sentence: "An AES key of 15 bytes is imported with a zero behind it.",
        clause: "psa_import_key: the key data is correctly formatted for the key type",
        function: "psa_import_key",
        plant: |bench, call| match call {
            Call::ImportKey { attributes, data } if bytes(data).len() == 15 => {
                let data = Data::of(&[bytes(data), vec![0]].concat());
                bench.ask(&Call::ImportKey { attributes: Attributes { bits: 0, ..*attributes }, data })
            }
            _ => bench.ask(call),
        },
    },
    Defect {
        name: "psa-size-is-ignored-on-import",
        sentence: "A size that is not the material's is ignored on import.",
        clause: "psa_import_key: if the key size is nonzero, it must be equal to the key size determined from data",
        function: "psa_import_key",
        plant: |bench, call| {
            let mut call = call.clone();
            if let Call::ImportKey { attributes, .. } = &mut call {
                attributes.bits = 0;
            }
            bench.ask(&call)
        },
    },
    Defect {
        name: "psa-unknown-usage-is-accepted",
        sentence: "Usage flags that do not exist are taken and dropped.",
        clause: "psa_import_key: the key usage flags include invalid values",
        function: "psa_import_key",
        plant: |bench, call| {
            let mut call = call.clone();
            if let Some(attributes) = call.attributes_mut() {
                attributes.usage &= 0x0003_ff87;
            }
            bench.ask(&call)
        },
    },
    Defect {
        name: "psa-attributes-with-rounded-bits",
        sentence: "An Ed25519 key says it has 256 bits.",
        clause: "PSA_ECC_FAMILY_TWISTED_EDWARDS: 255-bit",
        function: "psa_get_key_attributes",
        plant: |bench, call| read_as(bench, call, |read| read.bits = read.bits.next_multiple_of(8)),
    },
    Defect {
        name: "psa-attributes-say-volatile",
        sentence: "A persistent key says it is volatile.",
        clause: "psa_get_key_attributes: the attributes of the key",
        function: "psa_get_key_attributes",
        plant: |bench, call| read_as(bench, call, |read| read.lifetime = 0),
    },
    Defect {
        name: "psa-attributes-with-the-public-type",
        sentence: "A key pair says it is a public key.",
        clause: "psa_get_key_attributes: the attributes of the key",
        function: "psa_get_key_attributes",
        plant: |bench, call| {
            read_as(bench, call, |read| {
                if read.key_type & 0x7000 == 0x7000 {
                    read.key_type &= !0x3000;
                }
            })
        },
    },
    Defect {
        name: "psa-attributes-without-implied-usage",
        sentence: "A key that may sign hashes does not say it may sign messages.",
        clause: "PSA_KEY_USAGE_SIGN_HASH: must also have PSA_KEY_USAGE_SIGN_MESSAGE",
        function: "psa_get_key_attributes",
        plant: |bench, call| read_as(bench, call, |read| read.usage &= !0x0c00),
    },
    Defect {
        name: "psa-public-key-of-another-key",
        sentence: "The first public key exported is exported for all keys of its length.",
        clause: "psa_export_public_key: the public key of the key pair",
        function: "psa_export_public_key",
        plant: |bench, call| {
            let answer = bench.ask(call);
            let Call::ExportPublicKey(_) = call else { return answer };
            let kept = bench.memory.kept.clone();
            changed(answer, |bytes| match kept {
                Some(first) if first.len() == bytes.len() => *bytes = first,
                _ => bench.memory.kept = Some(bytes.clone()),
            })
        },
    },
    Defect {
        name: "psa-public-key-is-not-exported",
        sentence: "Exporting a public key asks for PSA_KEY_USAGE_EXPORT.",
        clause: "psa_export_public_key: does not need PSA_KEY_USAGE_EXPORT",
        function: "psa_export_public_key",
        plant: |bench, call| match call {
            Call::ExportPublicKey(key) => match bench.ask(&Call::GetKeyAttributes(*key))? {
                Output::Attributes(read) if read.usage & 1 == 0 => Err(Status::NOT_PERMITTED),
                _ => bench.ask(call),
            },
            _ => bench.ask(call),
        },
    },
];

fn read_as(bench: &mut Bench, call: &Call, change: impl FnOnce(&mut Attributes)) -> Answer {
    match bench.ask(call) {
        Ok(Output::Attributes(mut read)) => {
            change(&mut read);
            Ok(Output::Attributes(read))
        }
        answer => answer,
    }
}

/// Before a key is destroyed, it is made again as a volatile one that answers in its place.
fn destroyed_key_answers(bench: &mut Bench, call: &Call) -> Answer {
    if let Call::DestroyKey(Key::Id(id)) = call
        && let Some((attributes, material)) = bench.memory.made.get(id).cloned()
    {
        let answer = bench.ask(call)?;
        let attributes = Attributes { id: 0, lifetime: 0, ..attributes };
        let again = match material {
            Some(data) => Call::ImportKey { attributes, data: Data::of(&data) },
            None => Call::GenerateKey(attributes),
        };
        if let Output::Key(ghost) = bench.ask(&again)? {
            bench.memory.ghosts.insert(*id, ghost);
        }
        return Ok(answer);
    }
    let ghost = key_of(call).and_then(|id| bench.memory.ghosts.get(&id).copied());
    let mut redirected = call.clone();
    if let (Some(ghost), Some(key)) = (ghost, redirected.key_mut()) {
        *key = Key::Id(ghost);
    }
    bench.ask(&redirected)
}
