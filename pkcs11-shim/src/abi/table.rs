//! The function lists of versions 2.40, 3.0, 3.1 and 3.2. They name the private functions, so no other module in the process
//! can interpose.

use super::functions::{
    decrypt, digest, dual, encrypt, general, interfaces, kem, keys, message_decrypt, message_encrypt,
    message_sign, message_verify, objects, parallel, random, recover, sessions, sign, slots, state, verify,
    verify_signature, wrap_authenticated,
};
use cryptoki_sys::{CK_FUNCTION_LIST, CK_FUNCTION_LIST_3_0, CK_FUNCTION_LIST_3_2, CK_VERSION};

/// What C_GetInfo and the list of C_GetFunctionList say: clients refuse a list that claims another version.
pub(super) const VERSION: CK_VERSION = CK_VERSION { major: 2, minor: 40 };
/// What C_GetInfo of the other lists says.
pub(super) const VERSION_3_0: CK_VERSION = CK_VERSION { major: 3, minor: 0 };
pub(super) const VERSION_3_1: CK_VERSION = CK_VERSION { major: 3, minor: 1 };
pub(super) const VERSION_3_2: CK_VERSION = CK_VERSION { major: 3, minor: 2 };

/// A list: the functions of 2.40, with a C_GetInfo that says the list's own version, and those that came later.
macro_rules! list {
    ($type:ident, $version:expr, $info:path $(, $name:ident: $module:ident)* $(,)?) => {
        $type {
            version: $version,
            C_Initialize: Some(general::C_Initialize),
            C_Finalize: Some(general::C_Finalize),
            C_GetInfo: Some($info),
            C_GetFunctionList: Some(general::C_GetFunctionList),
            C_GetSlotList: Some(slots::C_GetSlotList),
            C_GetSlotInfo: Some(slots::C_GetSlotInfo),
            C_GetTokenInfo: Some(slots::C_GetTokenInfo),
            C_GetMechanismList: Some(slots::C_GetMechanismList),
            C_GetMechanismInfo: Some(slots::C_GetMechanismInfo),
            C_InitToken: Some(slots::C_InitToken),
            C_InitPIN: Some(slots::C_InitPIN),
            C_SetPIN: Some(slots::C_SetPIN),
            C_OpenSession: Some(sessions::C_OpenSession),
            C_CloseSession: Some(sessions::C_CloseSession),
            C_CloseAllSessions: Some(sessions::C_CloseAllSessions),
            C_GetSessionInfo: Some(sessions::C_GetSessionInfo),
            C_GetOperationState: Some(state::C_GetOperationState),
            C_SetOperationState: Some(state::C_SetOperationState),
            C_Login: Some(sessions::C_Login),
            C_Logout: Some(sessions::C_Logout),
            C_CreateObject: Some(objects::C_CreateObject),
            C_CopyObject: Some(objects::C_CopyObject),
            C_DestroyObject: Some(objects::C_DestroyObject),
            C_GetObjectSize: Some(objects::C_GetObjectSize),
            C_GetAttributeValue: Some(objects::C_GetAttributeValue),
            C_SetAttributeValue: Some(objects::C_SetAttributeValue),
            C_FindObjectsInit: Some(objects::C_FindObjectsInit),
            C_FindObjects: Some(objects::C_FindObjects),
            C_FindObjectsFinal: Some(objects::C_FindObjectsFinal),
            C_EncryptInit: Some(encrypt::C_EncryptInit),
            C_Encrypt: Some(encrypt::C_Encrypt),
            C_EncryptUpdate: Some(encrypt::C_EncryptUpdate),
            C_EncryptFinal: Some(encrypt::C_EncryptFinal),
            C_DecryptInit: Some(decrypt::C_DecryptInit),
            C_Decrypt: Some(decrypt::C_Decrypt),
            C_DecryptUpdate: Some(decrypt::C_DecryptUpdate),
            C_DecryptFinal: Some(decrypt::C_DecryptFinal),
            C_DigestInit: Some(digest::C_DigestInit),
            C_Digest: Some(digest::C_Digest),
            C_DigestUpdate: Some(digest::C_DigestUpdate),
            C_DigestKey: Some(digest::C_DigestKey),
            C_DigestFinal: Some(digest::C_DigestFinal),
            C_SignInit: Some(sign::C_SignInit),
            C_Sign: Some(sign::C_Sign),
            C_SignUpdate: Some(sign::C_SignUpdate),
            C_SignFinal: Some(sign::C_SignFinal),
            C_SignRecoverInit: Some(recover::C_SignRecoverInit),
            C_SignRecover: Some(recover::C_SignRecover),
            C_VerifyInit: Some(verify::C_VerifyInit),
            C_Verify: Some(verify::C_Verify),
            C_VerifyUpdate: Some(verify::C_VerifyUpdate),
            C_VerifyFinal: Some(verify::C_VerifyFinal),
            C_VerifyRecoverInit: Some(recover::C_VerifyRecoverInit),
            C_VerifyRecover: Some(recover::C_VerifyRecover),
            C_DigestEncryptUpdate: Some(dual::C_DigestEncryptUpdate),
            C_DecryptDigestUpdate: Some(dual::C_DecryptDigestUpdate),
            C_SignEncryptUpdate: Some(dual::C_SignEncryptUpdate),
            C_DecryptVerifyUpdate: Some(dual::C_DecryptVerifyUpdate),
            C_GenerateKey: Some(keys::C_GenerateKey),
            C_GenerateKeyPair: Some(keys::C_GenerateKeyPair),
            C_WrapKey: Some(keys::C_WrapKey),
            C_UnwrapKey: Some(keys::C_UnwrapKey),
            C_DeriveKey: Some(keys::C_DeriveKey),
            C_SeedRandom: Some(random::C_SeedRandom),
            C_GenerateRandom: Some(random::C_GenerateRandom),
            C_GetFunctionStatus: Some(parallel::C_GetFunctionStatus),
            C_CancelFunction: Some(parallel::C_CancelFunction),
            C_WaitForSlotEvent: Some(slots::C_WaitForSlotEvent),
            $($name: Some($module::$name),)*
        }
    };
}

/// A list with the functions of 3.0; 3.1 has the same, 3.2 has more.
macro_rules! list_3 {
    ($type:ident, $version:expr, $info:path $(, $name:ident: $module:ident)* $(,)?) => {
        list! {
            $type, $version, $info,
        C_GetInterfaceList: interfaces,
        C_GetInterface: interfaces,
        C_LoginUser: sessions,
        C_SessionCancel: sessions,
        C_MessageEncryptInit: message_encrypt,
        C_EncryptMessage: message_encrypt,
        C_EncryptMessageBegin: message_encrypt,
        C_EncryptMessageNext: message_encrypt,
        C_MessageEncryptFinal: message_encrypt,
        C_MessageDecryptInit: message_decrypt,
        C_DecryptMessage: message_decrypt,
        C_DecryptMessageBegin: message_decrypt,
        C_DecryptMessageNext: message_decrypt,
        C_MessageDecryptFinal: message_decrypt,
        C_MessageSignInit: message_sign,
        C_SignMessage: message_sign,
        C_SignMessageBegin: message_sign,
        C_SignMessageNext: message_sign,
        C_MessageSignFinal: message_sign,
        C_MessageVerifyInit: message_verify,
        C_VerifyMessage: message_verify,
        C_VerifyMessageBegin: message_verify,
        C_VerifyMessageNext: message_verify,
        C_MessageVerifyFinal: message_verify,
            $($name: $module,)*
        }
    };
}

/// The list that C_GetFunctionList gives.
pub(super) static LIST: CK_FUNCTION_LIST = list!(CK_FUNCTION_LIST, VERSION, general::C_GetInfo);

/// Version 3.0.
pub(super) static LIST_3_0: CK_FUNCTION_LIST_3_0 =
    list_3!(CK_FUNCTION_LIST_3_0, VERSION_3_0, general::get_info_3_0);

/// Version 3.1, whose list has the shape of 3.0.
pub(super) static LIST_3_1: CK_FUNCTION_LIST_3_0 =
    list_3!(CK_FUNCTION_LIST_3_0, VERSION_3_1, general::get_info_3_1);

/// Version 3.2.
pub(super) static LIST_3_2: CK_FUNCTION_LIST_3_2 = list_3! {
    CK_FUNCTION_LIST_3_2, VERSION_3_2, general::get_info_3_2,
        C_EncapsulateKey: kem,
        C_DecapsulateKey: kem,
        C_VerifySignatureInit: verify_signature,
        C_VerifySignature: verify_signature,
        C_VerifySignatureUpdate: verify_signature,
        C_VerifySignatureFinal: verify_signature,
        C_GetSessionValidationFlags: sessions,
        C_AsyncComplete: parallel,
        C_AsyncGetID: parallel,
        C_AsyncJoin: parallel,
        C_WrapKeyAuthenticated: wrap_authenticated,
        C_UnwrapKeyAuthenticated: wrap_authenticated,
};
