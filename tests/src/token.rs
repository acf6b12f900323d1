//! A token's life through the raw C interface: the steps that several tests share.

use crate::module::Module;
use crate::{call, ok};
use cryptoki_sys::{
    CK_ATTRIBUTE, CK_ATTRIBUTE_TYPE, CK_BBOOL, CK_C_INITIALIZE_ARGS, CK_FALSE, CK_MECHANISM,
    CK_MECHANISM_TYPE, CK_OBJECT_HANDLE, CK_RV, CK_SESSION_HANDLE, CK_SLOT_ID, CK_TOKEN_INFO, CK_TRUE,
    CK_ULONG, CK_USER_TYPE, CKA_EC_PARAMS, CKA_ID, CKA_LABEL, CKA_SIGN, CKA_TOKEN, CKA_VERIFY,
    CKF_OS_LOCKING_OK, CKF_RW_SESSION, CKF_SERIAL_SESSION, CKF_TOKEN_INITIALIZED, CKM_EC_KEY_PAIR_GEN,
    CKR_OK, CKU_SO, CKU_USER,
};
use std::ptr;

/// The SO's PIN of every test token.
pub const SO_PIN: &[u8] = b"12345678";
/// The user's PIN of every test token.
pub const PIN: &[u8] = b"1234";
/// The curve P-256 as CKA_EC_PARAMS: its object identifier in DER.
pub const P256: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];

/// A length as C has it.
///
/// # Panics
/// When it does not fit, which no test's length does.
#[must_use]
pub fn length(bytes: usize) -> CK_ULONG {
    CK_ULONG::try_from(bytes).unwrap()
}

/// An attribute of a template: the value must outlive it.
#[must_use]
pub fn attribute(type_: CK_ATTRIBUTE_TYPE, value: &[u8]) -> CK_ATTRIBUTE {
    CK_ATTRIBUTE { type_, pValue: value.as_ptr().cast_mut().cast(), ulValueLen: length(value.len()) }
}

/// A mechanism without a parameter.
#[must_use]
pub fn mechanism(mechanism: CK_MECHANISM_TYPE) -> CK_MECHANISM {
    CK_MECHANISM { mechanism, pParameter: ptr::null_mut(), ulParameterLen: 0 }
}

/// C_Initialize, as a program with threads calls it.
pub fn start(module: &Module) {
    let mut arguments = CK_C_INITIALIZE_ARGS { flags: CKF_OS_LOCKING_OK, ..CK_C_INITIALIZE_ARGS::default() };
    ok!(module, C_Initialize((&raw mut arguments).cast()));
}

/// The slots, initialised token or not.
pub fn slots(module: &Module) -> Vec<CK_SLOT_ID> {
    let mut count = 0;
    ok!(module, C_GetSlotList(CK_FALSE, ptr::null_mut(), &raw mut count));
    let mut slots = vec![0; usize::try_from(count).unwrap()];
    ok!(module, C_GetSlotList(CK_FALSE, slots.as_mut_ptr(), &raw mut count));
    slots.truncate(usize::try_from(count).unwrap());
    slots
}

/// The slot of the one token that is initialised.
///
/// # Panics
/// When none is.
pub fn slot_of_token(module: &Module) -> CK_SLOT_ID {
    let is_initialized = |slot: &CK_SLOT_ID| {
        let mut info = CK_TOKEN_INFO::default();
        ok!(module, C_GetTokenInfo(*slot, &raw mut info));
        info.flags & CKF_TOKEN_INITIALIZED != 0
    };
    slots(module).into_iter().find(is_initialized).unwrap()
}

/// Initialises the token in `slot`, gives it a user PIN, and leaves no session behind.
pub fn initialize(module: &Module, slot: CK_SLOT_ID, label: &str) {
    let padded = format!("{label:32}");
    let (pin, name) = (SO_PIN.as_ptr().cast_mut(), padded.as_ptr().cast_mut());
    ok!(module, C_InitToken(slot, pin, length(SO_PIN.len()), name));
    let session = session(module, slot);
    assert_eq!(login(module, session, CKU_SO, SO_PIN), CKR_OK);
    ok!(module, C_InitPIN(session, PIN.as_ptr().cast_mut(), length(PIN.len())));
    ok!(module, C_Logout(session));
    ok!(module, C_CloseSession(session));
}

/// A read-write session.
pub fn session(module: &Module, slot: CK_SLOT_ID) -> CK_SESSION_HANDLE {
    let (flags, mut session) = (CKF_SERIAL_SESSION | CKF_RW_SESSION, 0);
    ok!(module, C_OpenSession(slot, flags, ptr::null_mut(), None, &raw mut session));
    session
}

/// C_Login.
pub fn login(module: &Module, session: CK_SESSION_HANDLE, user: CK_USER_TYPE, pin: &[u8]) -> CK_RV {
    call!(module, C_Login(session, user, pin.as_ptr().cast_mut(), length(pin.len())))
}

/// Everything up to a logged-in session: initialises the library, the token in the first slot, and logs the user in.
pub fn ready(module: &Module) -> CK_SESSION_HANDLE {
    start(module);
    let slot = slots(module)[0];
    initialize(module, slot, "test token");
    let session = session(module, slot);
    assert_eq!(login(module, session, CKU_USER, PIN), CKR_OK);
    session
}

/// An EC key pair on P-256, kept in the token: the public and the private handle.
pub fn generate_p256(
    module: &Module,
    session: CK_SESSION_HANDLE,
    label: &str,
    id: &[u8],
) -> (CK_OBJECT_HANDLE, CK_OBJECT_HANDLE) {
    const YES: &[CK_BBOOL] = &[CK_TRUE];
    let named = [attribute(CKA_TOKEN, YES), attribute(CKA_LABEL, label.as_bytes()), attribute(CKA_ID, id)];
    let mut public = [&named[..], &[attribute(CKA_VERIFY, YES), attribute(CKA_EC_PARAMS, P256)]].concat();
    let mut private = [&named[..], &[attribute(CKA_SIGN, YES)]].concat();
    let mut mechanism = mechanism(CKM_EC_KEY_PAIR_GEN);
    let (mut public_key, mut private_key) = (0, 0);
    ok!(
        module,
        C_GenerateKeyPair(
            session,
            &raw mut mechanism,
            public.as_mut_ptr(),
            length(public.len()),
            private.as_mut_ptr(),
            length(private.len()),
            &raw mut public_key,
            &raw mut private_key,
        )
    );
    (public_key, private_key)
}

/// The objects that a template finds, at most ten.
pub fn find(
    module: &Module,
    session: CK_SESSION_HANDLE,
    template: &mut [CK_ATTRIBUTE],
) -> Vec<CK_OBJECT_HANDLE> {
    let (mut found, mut count) = (vec![0; 10], 0);
    ok!(module, C_FindObjectsInit(session, template.as_mut_ptr(), length(template.len())));
    ok!(module, C_FindObjects(session, found.as_mut_ptr(), 10, &raw mut count));
    ok!(module, C_FindObjectsFinal(session));
    found.truncate(usize::try_from(count).unwrap());
    found
}

/// All objects that a session sees.
///
/// # Panics
/// When there are more than a test makes.
#[must_use]
pub fn all(module: &Module, session: CK_SESSION_HANDLE) -> Vec<CK_OBJECT_HANDLE> {
    let (mut found, mut count) = (vec![0; 1000], 0);
    ok!(module, C_FindObjectsInit(session, ptr::null_mut(), 0));
    ok!(module, C_FindObjects(session, found.as_mut_ptr(), length(found.len()), &raw mut count));
    ok!(module, C_FindObjectsFinal(session));
    found.truncate(usize::try_from(count).unwrap());
    assert!(found.len() < 1000);
    found
}

/// A signature in one part, with a buffer that is large enough for an EC key's.
pub fn sign(
    module: &Module,
    session: CK_SESSION_HANDLE,
    key: CK_OBJECT_HANDLE,
    with: CK_MECHANISM_TYPE,
    data: &[u8],
) -> Vec<u8> {
    let mut mechanism = mechanism(with);
    ok!(module, C_SignInit(session, &raw mut mechanism, key));
    let (mut signature, mut size) = (vec![0; 256], 256);
    let data = (data.as_ptr().cast_mut(), length(data.len()));
    ok!(module, C_Sign(session, data.0, data.1, signature.as_mut_ptr(), &raw mut size));
    signature.truncate(usize::try_from(size).unwrap());
    signature
}

/// Random bytes.
pub fn random(module: &Module, session: CK_SESSION_HANDLE) -> [u8; 32] {
    let mut bytes = [0; 32];
    ok!(module, C_GenerateRandom(session, bytes.as_mut_ptr(), 32));
    bytes
}
