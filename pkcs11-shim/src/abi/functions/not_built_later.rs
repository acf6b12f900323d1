//! Functions of 3.0 and 3.2 that are not built: they look at nothing and say so, in the code the specification has for it.

use crate::abi::guard::cryptoki_functions;
use cryptoki_sys::{
    CK_ATTRIBUTE, CK_BYTE, CK_FLAGS, CK_MECHANISM, CK_OBJECT_HANDLE, CK_SESSION_HANDLE, CK_ULONG,
};
use std::ffi::c_void;
use twintoken::fault::Fault;

/// The answer of a function that is not built.
fn not_built(call: &'static str) -> Result<(), Fault> {
    Err(Fault::NotBuilt(call))
}

cryptoki_functions! {
    /// C_MessageEncryptInit.
    fn C_MessageEncryptInit(_argument_1: CK_SESSION_HANDLE, _argument_2: *mut CK_MECHANISM, _argument_3: CK_OBJECT_HANDLE) with _face {
        not_built("C_MessageEncryptInit")
    }

    /// C_EncryptMessage.
    fn C_EncryptMessage(_argument_1: CK_SESSION_HANDLE, _argument_2: *mut c_void, _argument_3: CK_ULONG, _argument_4: *mut CK_BYTE, _argument_5: CK_ULONG, _argument_6: *mut CK_BYTE, _argument_7: CK_ULONG, _argument_8: *mut CK_BYTE, _argument_9: *mut CK_ULONG) with _face {
        not_built("C_EncryptMessage")
    }

    /// C_EncryptMessageBegin.
    fn C_EncryptMessageBegin(_argument_1: CK_SESSION_HANDLE, _argument_2: *mut c_void, _argument_3: CK_ULONG, _argument_4: *mut CK_BYTE, _argument_5: CK_ULONG) with _face {
        not_built("C_EncryptMessageBegin")
    }

    /// C_EncryptMessageNext.
    fn C_EncryptMessageNext(_argument_1: CK_SESSION_HANDLE, _argument_2: *mut c_void, _argument_3: CK_ULONG, _argument_4: *mut CK_BYTE, _argument_5: CK_ULONG, _argument_6: *mut CK_BYTE, _argument_7: *mut CK_ULONG, _argument_8: CK_FLAGS) with _face {
        not_built("C_EncryptMessageNext")
    }

    /// C_MessageEncryptFinal.
    fn C_MessageEncryptFinal(_argument_1: CK_SESSION_HANDLE) with _face {
        not_built("C_MessageEncryptFinal")
    }

    /// C_MessageDecryptInit.
    fn C_MessageDecryptInit(_argument_1: CK_SESSION_HANDLE, _argument_2: *mut CK_MECHANISM, _argument_3: CK_OBJECT_HANDLE) with _face {
        not_built("C_MessageDecryptInit")
    }

    /// C_DecryptMessage.
    fn C_DecryptMessage(_argument_1: CK_SESSION_HANDLE, _argument_2: *mut c_void, _argument_3: CK_ULONG, _argument_4: *mut CK_BYTE, _argument_5: CK_ULONG, _argument_6: *mut CK_BYTE, _argument_7: CK_ULONG, _argument_8: *mut CK_BYTE, _argument_9: *mut CK_ULONG) with _face {
        not_built("C_DecryptMessage")
    }

    /// C_DecryptMessageBegin.
    fn C_DecryptMessageBegin(_argument_1: CK_SESSION_HANDLE, _argument_2: *mut c_void, _argument_3: CK_ULONG, _argument_4: *mut CK_BYTE, _argument_5: CK_ULONG) with _face {
        not_built("C_DecryptMessageBegin")
    }

    /// C_DecryptMessageNext.
    fn C_DecryptMessageNext(_argument_1: CK_SESSION_HANDLE, _argument_2: *mut c_void, _argument_3: CK_ULONG, _argument_4: *mut CK_BYTE, _argument_5: CK_ULONG, _argument_6: *mut CK_BYTE, _argument_7: *mut CK_ULONG, _argument_8: CK_FLAGS) with _face {
        not_built("C_DecryptMessageNext")
    }

    /// C_MessageDecryptFinal.
    fn C_MessageDecryptFinal(_argument_1: CK_SESSION_HANDLE) with _face {
        not_built("C_MessageDecryptFinal")
    }

    /// C_MessageSignInit.
    fn C_MessageSignInit(_argument_1: CK_SESSION_HANDLE, _argument_2: *mut CK_MECHANISM, _argument_3: CK_OBJECT_HANDLE) with _face {
        not_built("C_MessageSignInit")
    }

    /// C_SignMessage.
    fn C_SignMessage(_argument_1: CK_SESSION_HANDLE, _argument_2: *mut c_void, _argument_3: CK_ULONG, _argument_4: *mut CK_BYTE, _argument_5: CK_ULONG, _argument_6: *mut CK_BYTE, _argument_7: *mut CK_ULONG) with _face {
        not_built("C_SignMessage")
    }

    /// C_SignMessageBegin.
    fn C_SignMessageBegin(_argument_1: CK_SESSION_HANDLE, _argument_2: *mut c_void, _argument_3: CK_ULONG) with _face {
        not_built("C_SignMessageBegin")
    }

    /// C_SignMessageNext.
    fn C_SignMessageNext(_argument_1: CK_SESSION_HANDLE, _argument_2: *mut c_void, _argument_3: CK_ULONG, _argument_4: *mut CK_BYTE, _argument_5: CK_ULONG, _argument_6: *mut CK_BYTE, _argument_7: *mut CK_ULONG) with _face {
        not_built("C_SignMessageNext")
    }

    /// C_MessageSignFinal.
    fn C_MessageSignFinal(_argument_1: CK_SESSION_HANDLE) with _face {
        not_built("C_MessageSignFinal")
    }

    /// C_MessageVerifyInit.
    fn C_MessageVerifyInit(_argument_1: CK_SESSION_HANDLE, _argument_2: *mut CK_MECHANISM, _argument_3: CK_OBJECT_HANDLE) with _face {
        not_built("C_MessageVerifyInit")
    }

    /// C_VerifyMessage.
    fn C_VerifyMessage(_argument_1: CK_SESSION_HANDLE, _argument_2: *mut c_void, _argument_3: CK_ULONG, _argument_4: *mut CK_BYTE, _argument_5: CK_ULONG, _argument_6: *mut CK_BYTE, _argument_7: CK_ULONG) with _face {
        not_built("C_VerifyMessage")
    }

    /// C_VerifyMessageBegin.
    fn C_VerifyMessageBegin(_argument_1: CK_SESSION_HANDLE, _argument_2: *mut c_void, _argument_3: CK_ULONG) with _face {
        not_built("C_VerifyMessageBegin")
    }

    /// C_VerifyMessageNext.
    fn C_VerifyMessageNext(_argument_1: CK_SESSION_HANDLE, _argument_2: *mut c_void, _argument_3: CK_ULONG, _argument_4: *mut CK_BYTE, _argument_5: CK_ULONG, _argument_6: *mut CK_BYTE, _argument_7: CK_ULONG) with _face {
        not_built("C_VerifyMessageNext")
    }

    /// C_MessageVerifyFinal.
    fn C_MessageVerifyFinal(_argument_1: CK_SESSION_HANDLE) with _face {
        not_built("C_MessageVerifyFinal")
    }

    /// C_EncapsulateKey.
    fn C_EncapsulateKey(_argument_1: CK_SESSION_HANDLE, _argument_2: *mut CK_MECHANISM, _argument_3: CK_OBJECT_HANDLE, _argument_4: *mut CK_ATTRIBUTE, _argument_5: CK_ULONG, _argument_6: *mut CK_BYTE, _argument_7: *mut CK_ULONG, _argument_8: *mut CK_OBJECT_HANDLE) with _face {
        not_built("C_EncapsulateKey")
    }

    /// C_DecapsulateKey.
    fn C_DecapsulateKey(_argument_1: CK_SESSION_HANDLE, _argument_2: *mut CK_MECHANISM, _argument_3: CK_OBJECT_HANDLE, _argument_4: *mut CK_ATTRIBUTE, _argument_5: CK_ULONG, _argument_6: *mut CK_BYTE, _argument_7: CK_ULONG, _argument_8: *mut CK_OBJECT_HANDLE) with _face {
        not_built("C_DecapsulateKey")
    }

    /// C_WrapKeyAuthenticated.
    fn C_WrapKeyAuthenticated(_argument_1: CK_SESSION_HANDLE, _argument_2: *mut CK_MECHANISM, _argument_3: CK_OBJECT_HANDLE, _argument_4: CK_OBJECT_HANDLE, _argument_5: *mut CK_BYTE, _argument_6: CK_ULONG, _argument_7: *mut CK_BYTE, _argument_8: *mut CK_ULONG) with _face {
        not_built("C_WrapKeyAuthenticated")
    }

    /// C_UnwrapKeyAuthenticated.
    fn C_UnwrapKeyAuthenticated(_argument_1: CK_SESSION_HANDLE, _argument_2: *mut CK_MECHANISM, _argument_3: CK_OBJECT_HANDLE, _argument_4: *mut CK_BYTE, _argument_5: CK_ULONG, _argument_6: *mut CK_ATTRIBUTE, _argument_7: CK_ULONG, _argument_8: *mut CK_BYTE, _argument_9: CK_ULONG, _argument_10: *mut CK_OBJECT_HANDLE) with _face {
        not_built("C_UnwrapKeyAuthenticated")
    }
}
