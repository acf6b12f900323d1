//! An object as bytes: CBOR (RFC 8949) with numbered fields, so that a later version can add fields.

use super::{Class, Facts, Object, Origin};
use crate::algorithms;
use crate::fault::Fault;
use crate::key::algorithm::{Algorithm, Hash};
use crate::key::identity::{KeyId, Lifetime};
use crate::key::key_type::{EccFamily, KeyType};
use crate::key::policy::{Pattern, Permitted, Policy, Usage};
use crate::key::{Attributes, Key};
use crate::secret::Secret;
use crate::store::RecordId;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use std::collections::BTreeMap;
use std::sync::Arc;
use zeroize::Zeroize;

#[derive(Encode, Decode)]
#[cbor(map)]
struct ObjectRecord {
    #[n(0)]
    class: u64,
    #[n(1)]
    flags: u32,
    #[n(2)]
    label: ByteVec,
    #[n(3)]
    cka_id: ByteVec,
    #[n(4)]
    kept: BTreeMap<u64, ByteVec>,
    #[n(5)]
    key: Option<KeyRecord>,
    #[n(6)]
    companion: Option<ByteVec>,
    /// The CKK_ number of domain parameters.
    #[n(7)]
    domain: Option<u64>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct KeyRecord {
    #[n(0)]
    key_type: u32,
    #[n(1)]
    bits: u64,
    #[n(2)]
    id: Option<u32>,
    #[n(3)]
    lifetime: u32,
    #[n(4)]
    usage: u32,
    /// Absent: any algorithm. Otherwise pairs of (0 PSA, 1 mechanism) and a number.
    #[n(5)]
    permitted: Option<Vec<(u8, u64)>>,
    #[n(6)]
    generation: Option<u64>,
    #[n(7)]
    material: ByteVec,
}

const FLAGS: [(u32, FlagOf); 12] = [
    (1, |object| &mut object.facts.token),
    (1 << 1, |object| &mut object.facts.private),
    (1 << 2, |object| &mut object.facts.modifiable),
    (1 << 3, |object| &mut object.facts.copyable),
    (1 << 4, |object| &mut object.facts.destroyable),
    (1 << 5, |object| &mut object.facts.sensitive),
    (1 << 6, |object| &mut object.facts.extractable),
    (1 << 7, |object| &mut object.facts.wrap_with_trusted),
    (1 << 8, |object| &mut object.facts.always_authenticate),
    (1 << 9, |object| &mut object.facts.trusted),
    (1 << 10, |object| &mut object.origin.local),
    (1 << 11, |object| &mut object.origin.always_sensitive),
];
const NEVER_EXTRACTABLE: u32 = 1 << 12;

type FlagOf = fn(&mut Object) -> &mut bool;

/// The numbers that stand for key types on disk: PSA's where PSA has one.
const KEY_TYPES: [(KeyType, u32); 41] = [
    (KeyType::RawData, 0x1001),
    (KeyType::Hmac, 0x1100),
    (KeyType::HmacWith(Hash::Md5), 0x1_1001),
    (KeyType::HmacWith(Hash::Sha1), 0x1_1002),
    (KeyType::HmacWith(Hash::Sha224), 0x1_1003),
    (KeyType::HmacWith(Hash::Sha256), 0x1_1004),
    (KeyType::HmacWith(Hash::Sha384), 0x1_1005),
    (KeyType::HmacWith(Hash::Sha512), 0x1_1006),
    (KeyType::HmacWith(Hash::Sha512_224), 0x1_1007),
    (KeyType::HmacWith(Hash::Sha512_256), 0x1_1008),
    (KeyType::HmacWith(Hash::Sha3_224), 0x1_1009),
    (KeyType::HmacWith(Hash::Sha3_256), 0x1_100a),
    (KeyType::HmacWith(Hash::Sha3_384), 0x1_100b),
    (KeyType::HmacWith(Hash::Sha3_512), 0x1_100c),
    (KeyType::Derive, 0x1200),
    (KeyType::GenericSecret, 0x1_0000),
    (KeyType::Password, 0x1203),
    (KeyType::PasswordHash, 0x1205),
    (KeyType::Pepper, 0x1206),
    (KeyType::Aes, 0x2400),
    (KeyType::ChaCha20, 0x2004),
    (KeyType::XChaCha20, 0x2007),
    (KeyType::Des, 0x1_0001),
    (KeyType::Des2, 0x1_0002),
    (KeyType::Des3, 0x2301),
    (KeyType::RsaPublicKey, 0x4001),
    (KeyType::RsaKeyPair, 0x7001),
    (KeyType::MlKemPublicKey, 0x4004),
    (KeyType::MlKemKeyPair, 0x7004),
    (KeyType::MlDsaPublicKey, 0x4002),
    (KeyType::MlDsaKeyPair, 0x7002),
    (KeyType::EccPublicKey(EccFamily::SecpR1), 0x4112),
    (KeyType::EccKeyPair(EccFamily::SecpR1), 0x7112),
    (KeyType::EccPublicKey(EccFamily::SecpK1), 0x4117),
    (KeyType::EccKeyPair(EccFamily::SecpK1), 0x7117),
    (KeyType::EccPublicKey(EccFamily::BrainpoolPR1), 0x4130),
    (KeyType::EccKeyPair(EccFamily::BrainpoolPR1), 0x7130),
    (KeyType::EccPublicKey(EccFamily::Montgomery), 0x4141),
    (KeyType::EccKeyPair(EccFamily::Montgomery), 0x7141),
    (KeyType::EccPublicKey(EccFamily::TwistedEdwards), 0x4142),
    (KeyType::EccKeyPair(EccFamily::TwistedEdwards), 0x7142),
];

/// The object's content as bytes, without its id and version.
///
/// # Errors
/// [`Fault::Internal`] for a key type without a number, which a test excludes.
pub fn encode(object: &Object) -> Result<Secret, Fault> {
    let mut copy = object.clone();
    let mut flags = if object.origin.never_extractable { NEVER_EXTRACTABLE } else { 0 };
    for (bit, flag) in FLAGS {
        flags |= if *flag(&mut copy) { bit } else { 0 };
    }
    let key = object.key.as_deref().map(|key| key_record(key, object.origin)).transpose()?;
    let kept = copy.facts.kept.into_iter().map(|(cka, value)| (cka, value.into())).collect();
    let mut record = ObjectRecord {
        class: object.class.cko(),
        flags,
        label: copy.facts.label.into(),
        cka_id: copy.facts.id.into(),
        kept,
        key,
        companion: object.companion.map(|id| id.0.to_vec().into()),
        domain: if let Class::DomainParameters(group) = object.class { Some(group.ckk()) } else { None },
    };
    let bytes = minicbor::to_vec(&record).map_err(|_| Fault::Internal("an object could not be encoded"));
    if let Some(key) = &mut record.key {
        key.material.zeroize();
    }
    bytes.map(Secret::new)
}

fn key_record(key: &Key, origin: Origin) -> Result<KeyRecord, Fault> {
    let attributes = key.attributes();
    let number = KEY_TYPES.iter().find(|(key_type, _)| *key_type == attributes.key_type);
    let permitted = match &attributes.policy.permitted {
        Permitted::Any => None,
        Permitted::These(patterns) => {
            Some(patterns.iter().map(|pattern| pattern_numbers(*pattern)).collect())
        }
    };
    Ok(KeyRecord {
        key_type: number.ok_or(Fault::Internal("a key type without a number"))?.1,
        bits: attributes.bits as u64,
        id: attributes.id.map(|id| id.0),
        lifetime: attributes.lifetime.0,
        usage: attributes.policy.usage.bits(),
        permitted,
        generation: origin.generation,
        material: key.material().expose().to_vec().into(),
    })
}

fn pattern_numbers(pattern: Pattern) -> (u8, u64) {
    match pattern {
        Pattern::Psa(algorithm) => (0, u64::from(algorithm.0)),
        Pattern::Mechanism(ckm) => (1, ckm),
    }
}

/// The object that `bytes` describe; its key is admitted anew.
///
/// # Errors
/// [`Fault::Damaged`] when the bytes are not an object this version knows.
pub fn decode(id: RecordId, version: u64, bytes: &Secret) -> Result<Object, Fault> {
    let damaged = || Fault::Damaged(format!("object {}", super::unique_id(id)));
    let record: ObjectRecord = minicbor::decode(bytes.expose()).map_err(|_| damaged())?;
    let mut object = Object {
        id,
        version,
        class: Class::of(record.class, record.domain).ok_or_else(damaged)?,
        facts: Facts {
            label: record.label.into(),
            id: record.cka_id.into(),
            kept: record.kept.into_iter().map(|(cka, value)| (cka, value.into())).collect(),
            ..Facts::default()
        },
        origin: Origin {
            never_extractable: record.flags & NEVER_EXTRACTABLE != 0,
            generation: record.key.as_ref().and_then(|key| key.generation),
            ..Origin::default()
        },
        key: None,
        companion: record.companion.and_then(|id| Some(RecordId(id.as_slice().try_into().ok()?))),
    };
    for (bit, flag) in FLAGS {
        *flag(&mut object) = record.flags & bit != 0;
    }
    object.key = record.key.map(key_of).transpose().map_err(|_| damaged())?.map(Arc::new);
    Ok(object)
}

fn key_of(record: KeyRecord) -> Result<Key, Fault> {
    let known = KEY_TYPES.iter().find(|(_, number)| *number == record.key_type);
    let permitted = match record.permitted {
        None => Permitted::Any,
        Some(numbers) => Permitted::These(numbers.into_iter().map(pattern_of).collect::<Result<_, _>>()?),
    };
    let attributes = Attributes {
        id: record.id.map(KeyId),
        lifetime: Lifetime(record.lifetime),
        key_type: known.ok_or(Fault::KeyTypeNotSupported("unknown number"))?.0,
        bits: usize::try_from(record.bits).map_err(|_| Fault::KeySize { bits: usize::MAX })?,
        policy: Policy { usage: Usage::from_bits_retain(record.usage), permitted },
    };
    algorithms::admit(attributes, Secret::new(record.material.into()))
}

fn pattern_of((kind, number): (u8, u64)) -> Result<Pattern, Fault> {
    match kind {
        0 => u32::try_from(number)
            .map(|algorithm| Pattern::Psa(Algorithm(algorithm)))
            .map_err(|_| Fault::Internal("an algorithm of more than 32 bits")),
        1 => Ok(Pattern::Mechanism(number)),
        _ => Err(Fault::Internal("an unknown kind of pattern")),
    }
}
