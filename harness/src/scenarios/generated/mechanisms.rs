//! Scenarios from the tables "Mechanisms vs. Functions": a mechanism that is known is listed and claims no more than its row.

use twintoken_vectors::spec::{MechanismFacts, pkcs11_mechanisms};

use super::short;
use super::words::{OK, raw};
use crate::raw::{Call, EACH_LISTED, Room, SlotName};
use crate::scenario::{Condition, Scenario};
use crate::step::Data;

const INFO: &str = "§5.5.6 C_GetMechanismInfo";

/// All of them.
pub(super) fn all() -> Vec<Scenario> {
    let mut s = Scenario::new("generated/what-a-mechanism-claims-is-in-its-table");
    let list = Call::C_GetMechanismList { slot: SlotName::Token, room: Room::Ample };
    raw(&mut s, "list", list, "§5.5.5 C_GetMechanismList", OK).remember("list");
    raw(&mut s, "each-listed", info(EACH_LISTED), INFO, OK);
    for row in pkcs11_mechanisms() {
        let listed =
            Condition::Listed { list: Data::Remembered("list".into()), mechanism: row.mechanism.clone() };
        raw(&mut s, &short(&row.mechanism), info(&row.mechanism), INFO, &["CKR_OK", "CKR_MECHANISM_INVALID"])
            .with(listed)
            .with(Condition::DoesAtMost(flags(&row)));
    }
    vec![s]
}

fn info(mechanism: &str) -> Call {
    Call::C_GetMechanismInfo { slot: SlotName::Token, mechanism: mechanism.into(), null: false }
}

/// The flags of the functions that the row ticks.
fn flags(row: &MechanismFacts) -> Vec<String> {
    let of = |operation: &String| match operation.as_str() {
        "encrypt" => &["CKF_ENCRYPT", "CKF_DECRYPT"][..],
        "sign" => &["CKF_SIGN", "CKF_VERIFY"],
        "recover" => &["CKF_SIGN_RECOVER", "CKF_VERIFY_RECOVER"],
        "digest" => &["CKF_DIGEST"],
        "generate" => &["CKF_GENERATE", "CKF_GENERATE_KEY_PAIR"],
        "wrap" => &["CKF_WRAP", "CKF_UNWRAP"],
        "derive" => &["CKF_DERIVE"],
        "encapsulate" => &["CKF_ENCAPSULATE", "CKF_DECAPSULATE"],
        _ => &[],
    };
    row.operations.iter().flat_map(of).map(|flag| (*flag).to_owned()).collect()
}
