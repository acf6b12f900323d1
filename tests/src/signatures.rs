//! What the arguments of each function are for, so that a test can walk all functions with every kind of bad argument.
#![allow(unsafe_code, reason = "any function is called with any words")]

/// What an argument is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A session's handle.
    Session,
    /// Another handle, a slot's id, a type, flags or a user: a number.
    Number,
    /// A pointer to something that is read or written.
    Pointer,
    /// How long the thing at the pointer before it is, or how many.
    Length,
    /// A pointer to a length that is read and written.
    PointerToLength,
}

/// Functions after 2.40 whose arguments are known here. C_GetInterfaceList and C_GetInterface have tests of their own.
pub const LATER: &[&str] = &[
    "C_LoginUser",
    "C_SessionCancel",
    "C_VerifySignatureInit",
    "C_VerifySignature",
    "C_VerifySignatureUpdate",
    "C_VerifySignatureFinal",
    "C_GetSessionValidationFlags",
    "C_AsyncComplete",
    "C_AsyncGetID",
    "C_AsyncJoin",
    "C_EncapsulateKey",
    "C_DecapsulateKey",
    "C_WrapKeyAuthenticated",
    "C_UnwrapKeyAuthenticated",
    "C_MessageEncryptInit",
    "C_EncryptMessage",
    "C_EncryptMessageBegin",
    "C_EncryptMessageNext",
    "C_MessageEncryptFinal",
    "C_MessageDecryptInit",
    "C_DecryptMessage",
    "C_DecryptMessageBegin",
    "C_DecryptMessageNext",
    "C_MessageDecryptFinal",
    "C_MessageSignInit",
    "C_SignMessage",
    "C_SignMessageBegin",
    "C_SignMessageNext",
    "C_MessageSignFinal",
    "C_MessageVerifyInit",
    "C_VerifyMessage",
    "C_VerifyMessageBegin",
    "C_VerifyMessageNext",
    "C_MessageVerifyFinal",
];

/// The roles of a function's arguments, or `None` for a name that is not known here.
#[must_use]
pub fn roles(function: &str) -> Option<Vec<Role>> {
    let letters = LETTERS.iter().find(|(names, _)| names.split(' ').any(|name| name == function))?.1;
    Some(
        letters
            .chars()
            .map(|letter| match letter {
                's' => Role::Session,
                'n' => Role::Number,
                'p' => Role::Pointer,
                'l' => Role::Length,
                _ => Role::PointerToLength,
            })
            .collect(),
    )
}

/// Functions and their arguments: s(ession) n(umber) p(ointer) l(ength), L a pointer to a length.
const LETTERS: &[(&str, &str)] = &[
    ("C_Initialize C_Finalize C_GetInfo C_GetFunctionList", "p"),
    ("C_GetSlotList C_GetMechanismList", "npL"),
    ("C_GetSlotInfo C_GetTokenInfo", "np"),
    ("C_GetMechanismInfo", "nnp"),
    ("C_InitToken", "nplp"),
    (
        "C_InitPIN C_DigestUpdate C_SignUpdate C_VerifyUpdate C_VerifyFinal C_SeedRandom C_GenerateRandom",
        "spl",
    ),
    ("C_SetPIN C_Verify", "splpl"),
    ("C_OpenSession", "nnppp"),
    ("C_CloseSession C_Logout C_FindObjectsFinal C_GetFunctionStatus C_CancelFunction", "s"),
    ("C_CloseAllSessions", "n"),
    ("C_GetSessionInfo C_DigestInit", "sp"),
    ("C_GetOperationState C_EncryptFinal C_DecryptFinal C_DigestFinal C_SignFinal", "spL"),
    ("C_SetOperationState", "splnn"),
    ("C_Login", "snpl"),
    ("C_CreateObject", "splp"),
    ("C_CopyObject", "snplp"),
    ("C_DestroyObject C_DigestKey", "sn"),
    ("C_GetObjectSize", "snp"),
    ("C_GetAttributeValue C_SetAttributeValue", "snpl"),
    ("C_FindObjectsInit", "spl"),
    ("C_FindObjects", "splp"),
    ("C_EncryptInit C_DecryptInit C_SignInit C_SignRecoverInit C_VerifyInit C_VerifyRecoverInit", "spn"),
    (
        "C_Encrypt C_EncryptUpdate C_Decrypt C_DecryptUpdate C_Digest C_Sign C_SignRecover C_VerifyRecover",
        "splpL",
    ),
    ("C_DigestEncryptUpdate C_DecryptDigestUpdate C_SignEncryptUpdate C_DecryptVerifyUpdate", "splpL"),
    ("C_GenerateKey", "spplp"),
    ("C_GenerateKeyPair", "spplplpp"),
    ("C_WrapKey", "spnnpL"),
    ("C_UnwrapKey", "spnplplp"),
    ("C_DeriveKey", "spnplp"),
    ("C_WaitForSlotEvent", "npp"),
    ("C_LoginUser", "snplpl"),
    ("C_SessionCancel", "sn"),
    ("C_VerifySignatureInit", "spnpl"),
    ("C_VerifySignature C_VerifySignatureUpdate", "spl"),
    ("C_VerifySignatureFinal", "s"),
    ("C_GetSessionValidationFlags", "snp"),
    ("C_AsyncComplete C_AsyncGetID", "spp"),
    ("C_AsyncJoin", "spnpl"),
    ("C_EncapsulateKey", "spnplpLp"),
    ("C_DecapsulateKey", "spnplplp"),
    ("C_WrapKeyAuthenticated", "spnnplpL"),
    ("C_UnwrapKeyAuthenticated", "spnplplplp"),
    ("C_MessageEncryptInit C_MessageDecryptInit C_MessageSignInit C_MessageVerifyInit", "spn"),
    ("C_EncryptMessage C_DecryptMessage", "splplplpL"),
    ("C_EncryptMessageBegin C_DecryptMessageBegin", "splpl"),
    ("C_EncryptMessageNext C_DecryptMessageNext", "splplpLn"),
    ("C_SignMessage C_SignMessageNext", "splplpL"),
    ("C_VerifyMessage C_VerifyMessageNext", "splplpl"),
    ("C_SignMessageBegin C_VerifyMessageBegin", "spl"),
    ("C_MessageEncryptFinal C_MessageDecryptFinal C_MessageSignFinal C_MessageVerifyFinal", "s"),
];

/// The most arguments that any function has.
pub const MOST_ARGUMENTS: usize = 10;

/// Calls the function at `address` with these words as its arguments.
///
/// Every argument of every PKCS#11 function is a pointer or an integer of at most one word, and on the 64-bit Unix systems
/// that the module is for, the caller clears away the arguments: words beyond those the function takes are not looked at.
///
/// # Safety
/// `address` must be a PKCS#11 function's. Pointers among the words must be NULL or valid for what the function does with
/// them.
pub unsafe fn call(address: usize, words: [u64; MOST_ARGUMENTS]) -> u64 {
    type AnyFunction = unsafe extern "C" fn(u64, u64, u64, u64, u64, u64, u64, u64, u64, u64) -> u64;
    let [a, b, c, d, e, f, g, h, i, j] = words;
    // SAFETY: a function's address, by this function's contract; see above for the arguments.
    unsafe { std::mem::transmute::<usize, AnyFunction>(address)(a, b, c, d, e, f, g, h, i, j) }
}
