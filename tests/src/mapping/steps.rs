//! Random work: what callers of either face do with keys, in any order.

use super::kinds::Kind;
use proptest::prelude::*;

/// One call or a few. Keys are counted among the live ones, over and over.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are what the sentence of their variant says")]
pub enum Step {
    /// psa_generate_key or psa_import_key.
    Psa(Kind, Place, Policy),
    /// C_GenerateKey, C_GenerateKeyPair or C_CreateObject.
    Pkcs11(Kind, Place, Template),
    /// C_SetAttributeValue of one attribute of the object, or of its public half.
    Set { key: usize, half: bool, attribute: usize, value: bool },
    /// C_CopyObject, with another CKA_TOKEN and one attribute more.
    CopyPkcs11 { key: usize, half: bool, token: bool, attribute: usize, value: bool },
    /// psa_copy_key.
    CopyPsa { key: usize, place: Place, policy: Policy },
    /// C_DestroyObject of the object, or of its public half.
    DestroyPkcs11 { key: usize, half: bool },
    /// psa_destroy_key.
    DestroyPsa { key: usize },
    /// psa_purge_key.
    Purge { key: usize },
    /// Signs through one face and verifies through the other.
    Use { key: usize, sign_through_psa: bool },
    /// The machine is switched off and on.
    Restart,
}

/// Where a new key goes.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Persistent, or a token object.
    pub kept: bool,
    /// On the second token: slot 1, location 4.
    pub far: bool,
}

/// What PSA asks of a new key.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// Usage flags.
    pub usage: u32,
    /// Which of the kind's algorithms.
    pub algorithm: usize,
}

/// What PKCS#11 asks of a new key.
#[derive(Debug, Clone, Copy)]
pub struct Template {
    /// Which of the attributes are given, a bit for each.
    pub given: u32,
    /// Their values.
    pub values: u32,
    /// Which of the kind's lists CKA_ALLOWED_MECHANISMS is; beyond them there is none.
    pub allowed: usize,
    /// Whether there is a CKA_ID.
    pub id: bool,
    /// Whether there is a CKA_LABEL.
    pub label: bool,
}

fn place() -> impl Strategy<Value = Place> {
    (prop::bool::weighted(0.8), prop::bool::weighted(0.25)).prop_map(|(kept, far)| Place { kept, far })
}

fn policy() -> impl Strategy<Value = Policy> {
    // Wide policies come often enough for copies and uses to succeed.
    let usage = prop_oneof![0..0x4_0000_u32, Just(0x3_ff03_u32)];
    (usage, 0..6_usize).prop_map(|(usage, algorithm)| Policy { usage, algorithm })
}

fn template() -> impl Strategy<Value = Template> {
    (any::<u32>(), any::<u32>(), 0..6_usize, any::<bool>(), any::<bool>())
        .prop_map(|(given, values, allowed, id, label)| Template { given, values, allowed, id, label })
}

fn step() -> impl Strategy<Value = Step> {
    let kind = || prop::sample::select(&Kind::ALL[..]);
    let key = || 0..16_usize;
    prop_oneof![
        5 => (kind(), place(), policy()).prop_map(|(kind, place, policy)| Step::Psa(kind, place, policy)),
        5 => (kind(), place(), template()).prop_map(|(kind, place, wish)| Step::Pkcs11(kind, place, wish)),
        6 => (key(), any::<bool>(), any::<usize>(), any::<bool>())
            .prop_map(|(key, half, attribute, value)| Step::Set { key, half, attribute, value }),
        3 => (key(), any::<bool>(), any::<bool>(), any::<usize>(), any::<bool>()).prop_map(
            |(key, half, token, attribute, value)| Step::CopyPkcs11 { key, half, token, attribute, value }
        ),
        3 => (key(), place(), policy()).prop_map(|(key, place, policy)| Step::CopyPsa { key, place, policy }),
        2 => (key(), any::<bool>()).prop_map(|(key, half)| Step::DestroyPkcs11 { key, half }),
        2 => key().prop_map(|key| Step::DestroyPsa { key }),
        1 => key().prop_map(|key| Step::Purge { key }),
        2 => (key(), any::<bool>())
            .prop_map(|(key, sign_through_psa)| Step::Use { key, sign_through_psa }),
        1 => Just(Step::Restart),
    ]
}

/// Some steps.
pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 1..24)
}
