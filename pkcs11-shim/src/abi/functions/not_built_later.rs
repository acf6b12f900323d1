//! Functions of 3.0 and 3.2 that are not built: as in `not_built`, they look at nothing and say so.

use super::not_built::not_built;
use crate::abi::guard::cryptoki_functions;
use cryptoki_sys::{
    CK_ASYNC_DATA, CK_BYTE, CK_MECHANISM, CK_OBJECT_HANDLE, CK_SESSION_HANDLE, CK_ULONG, CK_UTF8CHAR,
};

cryptoki_functions! {
    /// C_VerifySignatureInit.
    fn C_VerifySignatureInit(_argument_1: CK_SESSION_HANDLE, _argument_2: *mut CK_MECHANISM, _argument_3: CK_OBJECT_HANDLE, _argument_4: *mut CK_BYTE, _argument_5: CK_ULONG) with _face {
        not_built("C_VerifySignatureInit")
    }

    /// C_VerifySignature.
    fn C_VerifySignature(_argument_1: CK_SESSION_HANDLE, _argument_2: *mut CK_BYTE, _argument_3: CK_ULONG) with _face {
        not_built("C_VerifySignature")
    }

    /// C_VerifySignatureUpdate.
    fn C_VerifySignatureUpdate(_argument_1: CK_SESSION_HANDLE, _argument_2: *mut CK_BYTE, _argument_3: CK_ULONG) with _face {
        not_built("C_VerifySignatureUpdate")
    }

    /// C_VerifySignatureFinal.
    fn C_VerifySignatureFinal(_argument_1: CK_SESSION_HANDLE) with _face {
        not_built("C_VerifySignatureFinal")
    }

    /// C_AsyncComplete.
    fn C_AsyncComplete(_argument_1: CK_SESSION_HANDLE, _argument_2: *mut CK_UTF8CHAR, _argument_3: *mut CK_ASYNC_DATA) with _face {
        not_built("C_AsyncComplete")
    }

    /// C_AsyncGetID.
    fn C_AsyncGetID(_argument_1: CK_SESSION_HANDLE, _argument_2: *mut CK_UTF8CHAR, _argument_3: *mut CK_ULONG) with _face {
        not_built("C_AsyncGetID")
    }

    /// C_AsyncJoin.
    fn C_AsyncJoin(_argument_1: CK_SESSION_HANDLE, _argument_2: *mut CK_UTF8CHAR, _argument_3: CK_ULONG, _argument_4: *mut CK_BYTE, _argument_5: CK_ULONG) with _face {
        not_built("C_AsyncJoin")
    }
}
