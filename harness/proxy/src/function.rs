//! The functions of version 2.40 and the shape of each one's arguments.

/// What one argument of a function is; some take two or three places of the C signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A number with its role.
    Number(Role),
    /// A pointer that is handed on unseen.
    Opaque,
    /// The callback of C_OpenSession.
    Notify,
    /// Bytes to read: pointer and length.
    Input,
    /// 32 characters to read: the label of C_InitToken.
    Label,
    /// Bytes to write: pointer, and pointer to a length that the module writes.
    Output,
    /// Bytes to write: pointer and length, all of which is filled.
    Filled,
    /// Attributes to read: pointer and count.
    Template,
    /// Attributes to answer: pointer and count.
    Wanted,
    /// A mechanism.
    Mechanism,
    /// A place for one number: a handle, a size, a slot.
    Place,
    /// A list of numbers to write: pointer, and pointer to a count.
    List,
    /// A list of numbers to write: pointer, the most, and pointer to a count.
    Found,
    /// A structure to write.
    Structure(Form),
}

/// What a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// CK_SLOT_ID.
    Slot,
    /// CK_SESSION_HANDLE.
    Session,
    /// CK_OBJECT_HANDLE: the object or the key that the function is about.
    Object,
    /// The second key of C_WrapKey and C_SetOperationState.
    OtherKey,
    /// CK_FLAGS.
    Flags,
    /// CK_USER_TYPE.
    User,
    /// The mechanism asked for by C_GetMechanismInfo.
    MechanismType,
    /// CK_BBOOL of C_GetSlotList.
    TokenPresent,
}

/// Which structure a function fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// CK_INFO.
    Info,
    /// CK_SLOT_INFO.
    Slot,
    /// CK_TOKEN_INFO.
    Token,
    /// CK_MECHANISM_INFO.
    Mechanism,
    /// CK_SESSION_INFO.
    Session,
}

macro_rules! functions {
    ($($name:ident [$($shape:expr),*];)*) => {
        /// A function, by its name in the specification. C_GetFunctionList is the proxy's own.
        #[expect(non_camel_case_types, reason = "the specification's spelling")]
        #[expect(missing_docs, reason = "the specification documents them")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Function { $($name),* }

        impl Function {
            /// All of them.
            pub const ALL: &'static [Function] = &[$(Function::$name),*];

            /// Its name.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Function::$name => stringify!($name)),* }
            }

            /// Its arguments.
            #[must_use]
            pub fn shape(self) -> &'static [Shape] {
                match self { $(Function::$name => &[$($shape),*]),* }
            }
        }
    };
}

use Shape::{
    Filled, Found, Input, Label, List, Mechanism, Notify, Number, Opaque, Output, Place, Structure, Template,
    Wanted,
};

const SESSION: Shape = Number(Role::Session);
const SLOT: Shape = Number(Role::Slot);
const OBJECT: Shape = Number(Role::Object);
const OTHER_KEY: Shape = Number(Role::OtherKey);
const FLAGS: Shape = Number(Role::Flags);

functions! {
    C_Initialize [Opaque];
    C_Finalize [Opaque];
    C_GetInfo [Structure(Form::Info)];
    C_GetSlotList [Number(Role::TokenPresent), List];
    C_GetSlotInfo [SLOT, Structure(Form::Slot)];
    C_GetTokenInfo [SLOT, Structure(Form::Token)];
    C_GetMechanismList [SLOT, List];
    C_GetMechanismInfo [SLOT, Number(Role::MechanismType), Structure(Form::Mechanism)];
    C_InitToken [SLOT, Input, Label];
    C_InitPIN [SESSION, Input];
    C_SetPIN [SESSION, Input, Input];
    C_OpenSession [SLOT, FLAGS, Opaque, Notify, Place];
    C_CloseSession [SESSION];
    C_CloseAllSessions [SLOT];
    C_GetSessionInfo [SESSION, Structure(Form::Session)];
    C_GetOperationState [SESSION, Output];
    C_SetOperationState [SESSION, Input, OBJECT, OTHER_KEY];
    C_Login [SESSION, Number(Role::User), Input];
    C_Logout [SESSION];
    C_CreateObject [SESSION, Template, Place];
    C_CopyObject [SESSION, OBJECT, Template, Place];
    C_DestroyObject [SESSION, OBJECT];
    C_GetObjectSize [SESSION, OBJECT, Place];
    C_GetAttributeValue [SESSION, OBJECT, Wanted];
    C_SetAttributeValue [SESSION, OBJECT, Template];
    C_FindObjectsInit [SESSION, Template];
    C_FindObjects [SESSION, Found];
    C_FindObjectsFinal [SESSION];
    C_EncryptInit [SESSION, Mechanism, OBJECT];
    C_Encrypt [SESSION, Input, Output];
    C_EncryptUpdate [SESSION, Input, Output];
    C_EncryptFinal [SESSION, Output];
    C_DecryptInit [SESSION, Mechanism, OBJECT];
    C_Decrypt [SESSION, Input, Output];
    C_DecryptUpdate [SESSION, Input, Output];
    C_DecryptFinal [SESSION, Output];
    C_DigestInit [SESSION, Mechanism];
    C_Digest [SESSION, Input, Output];
    C_DigestUpdate [SESSION, Input];
    C_DigestKey [SESSION, OBJECT];
    C_DigestFinal [SESSION, Output];
    C_SignInit [SESSION, Mechanism, OBJECT];
    C_Sign [SESSION, Input, Output];
    C_SignUpdate [SESSION, Input];
    C_SignFinal [SESSION, Output];
    C_SignRecoverInit [SESSION, Mechanism, OBJECT];
    C_SignRecover [SESSION, Input, Output];
    C_VerifyInit [SESSION, Mechanism, OBJECT];
    C_Verify [SESSION, Input, Input];
    C_VerifyUpdate [SESSION, Input];
    C_VerifyFinal [SESSION, Input];
    C_VerifyRecoverInit [SESSION, Mechanism, OBJECT];
    C_VerifyRecover [SESSION, Input, Output];
    C_DigestEncryptUpdate [SESSION, Input, Output];
    C_DecryptDigestUpdate [SESSION, Input, Output];
    C_SignEncryptUpdate [SESSION, Input, Output];
    C_DecryptVerifyUpdate [SESSION, Input, Output];
    C_GenerateKey [SESSION, Mechanism, Template, Place];
    C_GenerateKeyPair [SESSION, Mechanism, Template, Template, Place, Place];
    C_WrapKey [SESSION, Mechanism, OBJECT, OTHER_KEY, Output];
    C_UnwrapKey [SESSION, Mechanism, OBJECT, Input, Template, Place];
    C_DeriveKey [SESSION, Mechanism, OBJECT, Template, Place];
    C_SeedRandom [SESSION, Input];
    C_GenerateRandom [SESSION, Filled];
    C_GetFunctionStatus [SESSION];
    C_CancelFunction [SESSION];
    C_WaitForSlotEvent [FLAGS, Place, Opaque];
}
