//! The functions of a module's list, looked up once, so that a timed call is one jump.

use cryptoki_sys as ck;
use cryptoki_sys::{
    CK_ATTRIBUTE, CK_BBOOL, CK_BYTE, CK_FUNCTION_LIST, CK_INFO, CK_MECHANISM, CK_RV, CK_SLOT_ID,
    CK_TOKEN_INFO, CK_ULONG, CK_USER_TYPE,
};
use std::ffi::c_void;

use super::Failed;

type Session = ck::CK_SESSION_HANDLE;
type Object = ck::CK_OBJECT_HANDLE;

macro_rules! functions {
    ($($name:ident($($type:ty),*);)*) => {
        /// The functions that the bench calls.
        #[allow(non_snake_case, reason = "the specification's names")]
        pub(super) struct Functions {
            $(pub(super) $name: unsafe extern "C" fn($($type),*) -> CK_RV,)*
        }

        impl Functions {
            /// Looks all of them up.
            pub(super) fn of(list: &CK_FUNCTION_LIST) -> Result<Functions, Failed> {
                let absent = |name: &str| Failed::Bench(format!("the module has no {name}"));
                Ok(Functions { $($name: list.$name.ok_or_else(|| absent(stringify!($name)))?,)* })
            }
        }
    };
}

functions! {
    C_Initialize(*mut c_void);
    C_Finalize(*mut c_void);
    C_GetInfo(*mut CK_INFO);
    C_GetSlotList(CK_BBOOL, *mut CK_SLOT_ID, *mut CK_ULONG);
    C_GetTokenInfo(CK_SLOT_ID, *mut CK_TOKEN_INFO);
    C_InitToken(CK_SLOT_ID, *mut CK_BYTE, CK_ULONG, *mut CK_BYTE);
    C_InitPIN(Session, *mut CK_BYTE, CK_ULONG);
    C_OpenSession(CK_SLOT_ID, ck::CK_FLAGS, *mut c_void, ck::CK_NOTIFY, *mut Session);
    C_CloseSession(Session);
    C_Login(Session, CK_USER_TYPE, *mut CK_BYTE, CK_ULONG);
    C_Logout(Session);
    C_CreateObject(Session, *mut CK_ATTRIBUTE, CK_ULONG, *mut Object);
    C_DestroyObject(Session, Object);
    C_GetAttributeValue(Session, Object, *mut CK_ATTRIBUTE, CK_ULONG);
    C_SetAttributeValue(Session, Object, *mut CK_ATTRIBUTE, CK_ULONG);
    C_FindObjectsInit(Session, *mut CK_ATTRIBUTE, CK_ULONG);
    C_FindObjects(Session, *mut Object, CK_ULONG, *mut CK_ULONG);
    C_FindObjectsFinal(Session);
    C_EncryptInit(Session, *mut CK_MECHANISM, Object);
    C_Encrypt(Session, *mut CK_BYTE, CK_ULONG, *mut CK_BYTE, *mut CK_ULONG);
    C_DigestInit(Session, *mut CK_MECHANISM);
    C_Digest(Session, *mut CK_BYTE, CK_ULONG, *mut CK_BYTE, *mut CK_ULONG);
    C_SignInit(Session, *mut CK_MECHANISM, Object);
    C_Sign(Session, *mut CK_BYTE, CK_ULONG, *mut CK_BYTE, *mut CK_ULONG);
    C_VerifyInit(Session, *mut CK_MECHANISM, Object);
    C_Verify(Session, *mut CK_BYTE, CK_ULONG, *mut CK_BYTE, CK_ULONG);
    C_GenerateKey(Session, *mut CK_MECHANISM, *mut CK_ATTRIBUTE, CK_ULONG, *mut Object);
    C_GenerateKeyPair(
        Session, *mut CK_MECHANISM, *mut CK_ATTRIBUTE, CK_ULONG, *mut CK_ATTRIBUTE, CK_ULONG, *mut Object, *mut Object
    );
    C_GenerateRandom(Session, *mut CK_BYTE, CK_ULONG);
}
