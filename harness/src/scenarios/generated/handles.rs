//! Scenarios made from the list of functions: each with a session that is none, and each with a key that is none.

use twintoken_vectors::spec::pkcs11_function_codes;

use super::words::*;
use super::{logged_in, short, unexpected};
use crate::raw::{Call, Handle, Input, Operation, Room, Template, Want};
use crate::scenario::Scenario;

/// All of them.
pub(super) fn all() -> Vec<Scenario> {
    vec![sessions(), keys()]
}

/// Functions that a library may leave out, answering only that it did (§5.1.6).
const OPTIONAL: &[&str] = &[
    "C_GetOperationState",
    "C_SetOperationState",
    "C_SignRecoverInit",
    "C_SignRecover",
    "C_VerifyRecoverInit",
    "C_VerifyRecover",
    "C_WrapKey",
    "C_UnwrapKey",
    "C_DeriveKey",
    "C_DigestKey",
    "C_SeedRandom",
    "C_DigestEncryptUpdate",
    "C_DecryptDigestUpdate",
    "C_SignEncryptUpdate",
    "C_DecryptVerifyUpdate",
    "C_LoginUser",
    "C_SessionCancel",
    "C_GetSessionValidationFlags",
    "C_VerifySignatureInit",
    "C_VerifySignature",
    "C_VerifySignatureUpdate",
    "C_VerifySignatureFinal",
    "C_AsyncComplete",
    "C_AsyncGetID",
    "C_AsyncJoin",
];

/// The section and the name, and whether the library may leave it out.
fn place(call: &Call) -> (String, bool) {
    let name = call.function();
    let lists = pkcs11_function_codes();
    let section = lists.iter().find(|list| list.function == name).map(|list| list.section.clone());
    (format!("§{} {name}", section.unwrap_or_default()), OPTIONAL.contains(&name))
}

const OPERATIONS: [Operation; 7] = [
    Operation::Encrypt,
    Operation::Decrypt,
    Operation::Digest,
    Operation::Sign,
    Operation::Verify,
    Operation::SignRecover,
    Operation::VerifyRecover,
];

fn operations(session: &Handle, key: &Handle) -> Vec<Call> {
    let mut calls = Vec::new();
    for operation in OPERATIONS {
        let (session, key, room) = (session.clone(), key.clone(), Room::Ample);
        let signature = (operation == Operation::Verify).then(|| bytes(&[0; 32]));
        let mechanism = match operation {
            Operation::Encrypt | Operation::Decrypt => ctr(),
            Operation::Digest => plain("CKM_SHA256"),
            Operation::Sign | Operation::Verify => plain("CKM_SHA256_HMAC"),
            Operation::SignRecover | Operation::VerifyRecover => plain("CKM_RSA_PKCS"),
        };
        calls.extend([
            Call::Init { operation, session: session.clone(), mechanism, key },
            Call::OneShot {
                operation,
                session: session.clone(),
                input: text("input"),
                signature: signature.clone(),
                room,
            },
            Call::Update { operation, session: session.clone(), input: text("input"), room },
            Call::Final { operation, session, signature, room },
        ]);
    }
    calls.retain(|call| !call.function().is_empty());
    calls
}

fn makers(session: &Handle, key: &Handle) -> Vec<Call> {
    let entries = || Template::Entries(vec![no("CKA_TOKEN")]);
    let session = || session.clone();
    let key = || key.clone();
    let wrap = || plain("CKM_AES_ECB");
    vec![
        Call::C_GenerateKey {
            session: session(),
            mechanism: plain("CKM_AES_KEY_GEN"),
            template: entries(),
            name: unexpected(),
        },
        Call::C_GenerateKeyPair {
            session: session(),
            mechanism: plain("CKM_EC_KEY_PAIR_GEN"),
            public: Template::Entries(vec![no("CKA_TOKEN"), p256()]),
            private: entries(),
            name: unexpected(),
        },
        Call::C_WrapKey {
            session: session(),
            mechanism: wrap(),
            wrapping_key: key(),
            key: key(),
            room: Room::Ample,
        },
        Call::C_UnwrapKey {
            session: session(),
            mechanism: wrap(),
            unwrapping_key: key(),
            wrapped: bytes(&[0; 32]),
            template: Template::Entries(secret("CKK_AES", 0, &[])),
            name: unexpected(),
        },
        super::subjects::derive(session(), key()),
        Call::C_SeedRandom { session: session(), seed: bytes(&[1; 16]) },
        Call::C_GenerateRandom { session: session(), length: 8, null: false },
        Call::C_DigestKey { session: session(), key: key() },
        Call::C_GetFunctionStatus { session: session() },
        Call::C_CancelFunction { session: session() },
    ]
}

fn objects(session: &Handle, object: &Handle) -> Vec<Call> {
    let session = || session.clone();
    let object = || object.clone();
    let labelled = || Template::Entries(vec![label("x")]);
    vec![
        Call::C_CreateObject {
            session: session(),
            template: Template::Entries(data_object("x", false, false)),
            name: unexpected(),
        },
        Call::C_CopyObject { session: session(), object: object(), template: labelled(), name: unexpected() },
        Call::C_GetObjectSize { session: session(), object: object(), null: false },
        Call::C_GetAttributeValue {
            session: session(),
            object: object(),
            wanted: vec![Want { attribute: "CKA_LABEL".into(), room: Room::Ample }],
        },
        Call::C_SetAttributeValue { session: session(), object: object(), template: labelled() },
        Call::C_DestroyObject { session: session(), object: object() },
        Call::C_FindObjectsInit { session: session(), template: labelled() },
        Call::C_FindObjects { session: session(), most: 3, name: None },
        Call::C_FindObjectsFinal { session: session() },
    ]
}

fn logins(session: &Handle) -> Vec<Call> {
    let session = || session.clone();
    let none = Handle::Number(0);
    vec![
        Call::C_InitPIN { session: session(), pin: text(user_pin()) },
        Call::C_SetPIN { session: session(), old: text(user_pin()), new: text(user_pin()) },
        Call::C_GetSessionInfo { session: session(), null: false },
        Call::C_GetOperationState { session: session(), room: Room::Ample },
        Call::C_SetOperationState {
            session: session(),
            state: Input::Bytes(crate::step::Data::of(&[0; 16])),
            encryption_key: none.clone(),
            authentication_key: none,
        },
        Call::C_Login { session: session(), user: CKU_USER, pin: text(user_pin()) },
        Call::C_Logout { session: session() },
        Call::C_CloseSession { session: session() },
    ]
}

/// Two operations at once.
fn dual(session: &Handle) -> Vec<Call> {
    let (session, input, room) = (|| session.clone(), || bytes(&[0; 16]), Room::Ample);
    vec![
        Call::C_DigestEncryptUpdate { session: session(), input: input(), room },
        Call::C_DecryptDigestUpdate { session: session(), input: input(), room },
        Call::C_SignEncryptUpdate { session: session(), input: input(), room },
        Call::C_DecryptVerifyUpdate { session: session(), input: input(), room },
    ]
}

/// Functions that came after 2.40.
fn later(session: &Handle, key: &Handle) -> Vec<Call> {
    let session = || session.clone();
    let function = || Some("C_DigestFinal".to_owned());
    vec![
        Call::C_LoginUser {
            session: session(),
            user: CKU_USER,
            pin: text(user_pin()),
            username: Input::Null(0),
        },
        Call::C_SessionCancel { session: session(), flags: vec!["CKF_DIGEST".into()] },
        Call::C_GetSessionValidationFlags {
            session: session(),
            r#type: "CKS_LAST_VALIDATION_OK".into(),
            null: false,
        },
        Call::C_VerifySignatureInit {
            session: session(),
            mechanism: plain("CKM_SHA256_HMAC"),
            key: key.clone(),
            signature: bytes(&[0; 32]),
        },
        Call::C_VerifySignature { session: session(), input: text("input") },
        Call::C_VerifySignatureUpdate { session: session(), input: text("input") },
        Call::C_VerifySignatureFinal { session: session() },
        Call::C_AsyncComplete { session: session(), function: function() },
        Call::C_AsyncGetID { session: session(), function: function() },
        Call::C_AsyncJoin { session: session(), function: function(), id: 0 },
    ]
}

/// Every call of the language that names a session, with this session and this object.
fn calls(session: &Handle, object: &Handle) -> Vec<Call> {
    let old =
        [logins(session), objects(session, object), operations(session, object), makers(session, object)];
    [old.concat(), dual(session), later(session, object)].concat()
}

fn sessions() -> Scenario {
    let mut s = logged_in("no-function-works-in-a-session-that-is-none");
    given(&mut s, "key", aes(&["CKA_ENCRYPT", "CKA_DECRYPT"]));
    raw(&mut s, "open-another", open("closed", RW), "§5.6.1 C_OpenSession", OK);
    let close = Call::C_CloseSession { session: named("closed") };
    raw(&mut s, "close-it", close, "§5.6.2 C_CloseSession", OK);
    let cases =
        [("zero", Handle::Number(0)), ("nobody", Handle::Number(0x7fff_1234)), ("closed", named("closed"))];
    for (name, session) in cases {
        for call in calls(&session, &named("key")) {
            let (clause, optional) = place(&call);
            let mut accepts = vec!["CKR_SESSION_HANDLE_INVALID"];
            if name == "closed" {
                accepts.push("CKR_SESSION_CLOSED");
            }
            if optional {
                accepts.push("CKR_FUNCTION_NOT_SUPPORTED");
            }
            // §5.20: these are only there to say that they do nothing.
            if matches!(call, Call::C_GetFunctionStatus { .. } | Call::C_CancelFunction { .. }) {
                accepts.push("CKR_FUNCTION_NOT_PARALLEL");
            }
            raw(&mut s, &format!("{}-{name}", short(call.function())), call, &clause, &accepts);
        }
    }
    s
}

fn keys() -> Scenario {
    let mut s = logged_in("no-function-works-with-a-key-that-is-none");
    given(&mut s, "key", aes(&["CKA_ENCRYPT", "CKA_DECRYPT"]));
    raw(&mut s, "destroy-it", destroy("key"), "§5.7.3 C_DestroyObject", OK);
    let cases =
        [("zero", Handle::Number(0)), ("nobody", Handle::Number(0x7fff_1234)), ("dead", named("key"))];
    for (name, key) in cases {
        let session = named(S);
        let mut all = [operations(&session, &key), makers(&session, &key)].concat();
        all.retain(|call| code(call).is_some());
        for call in all {
            let (clause, optional) = place(&call);
            let mut accepts: Vec<&str> = code(&call).unwrap_or_default().to_vec();
            if optional {
                accepts.push("CKR_FUNCTION_NOT_SUPPORTED");
            }
            raw(&mut s, &format!("{}-{name}", short(call.function())), call, &clause, &accepts);
        }
    }
    s
}

/// What is due when the object or the key of a call is none; a mechanism that is not offered may be said first.
fn code(call: &Call) -> Option<&'static [&'static str]> {
    match call {
        // The others are tried by hand, and so are all functions that work on objects.
        Call::Init { operation, .. }
            if !matches!(operation, Operation::SignRecover | Operation::VerifyRecover) =>
        {
            None
        }
        // §5.1.6: CK_INVALID_HANDLE as a key ends an operation.
        Call::Init { key: Handle::Number(0), .. } => None,
        Call::Init { .. } | Call::C_DeriveKey { .. } => {
            Some(&["CKR_KEY_HANDLE_INVALID", "CKR_MECHANISM_INVALID"])
        }
        Call::C_WrapKey { .. } => {
            Some(&["CKR_WRAPPING_KEY_HANDLE_INVALID", "CKR_KEY_HANDLE_INVALID", "CKR_MECHANISM_INVALID"])
        }
        Call::C_UnwrapKey { .. } => Some(&["CKR_UNWRAPPING_KEY_HANDLE_INVALID", "CKR_MECHANISM_INVALID"]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use twintoken_vectors::spec::{Uses, pkcs11_functions};

    use super::*;

    #[test]
    fn every_function_of_version_2_40_with_a_session_is_called_in_one_that_is_none() {
        let called: BTreeSet<_> =
            calls(&Handle::Number(0), &Handle::Number(0)).iter().map(Call::function).collect();
        let old: BTreeSet<_> = pkcs11_functions()
            .into_iter()
            .filter(|function| function.since == "2.40")
            .map(|function| function.function)
            .collect();
        for list in pkcs11_function_codes() {
            let due = list.uses == Uses::Session && old.contains(&list.function);
            assert!(!due || called.contains(list.function.as_str()), "{} is not called", list.function);
        }
    }
}
