//! Functions of 3.0 and 3.2 that are not built: they look at nothing and say so, in the code the specification has for it.

use crate::abi::guard::cryptoki_functions;
use cryptoki_sys::{CK_ATTRIBUTE, CK_BYTE, CK_MECHANISM, CK_OBJECT_HANDLE, CK_SESSION_HANDLE, CK_ULONG};
use twintoken::fault::Fault;

/// The answer of a function that is not built.
fn not_built(call: &'static str) -> Result<(), Fault> {
    Err(Fault::NotBuilt(call))
}

cryptoki_functions! {
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
