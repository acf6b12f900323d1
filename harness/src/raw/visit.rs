//! What a call is called, which names it needs and makes, and the bytes it carries.

use super::call::Call;
use super::words::{Entry, Handle, Input, Mechanism, Parameter, Template, Value};
use crate::step::Data;

impl Call {
    /// The function called; empty for an operation that has no such function.
    #[must_use]
    pub fn function(&self) -> &'static str {
        macro_rules! named {
            ($($name:ident)*) => {
                match self {
                    Self::Init { operation, .. } => operation.functions()[0],
                    Self::OneShot { operation, .. } => operation.functions()[1],
                    Self::Update { operation, .. } => operation.functions()[2],
                    Self::Final { operation, .. } => operation.functions()[3],
                    Self::MessageInit { process, .. } => process.functions()[0],
                    Self::Message { process, .. } => process.functions()[1],
                    Self::MessageBegin { process, .. } => process.functions()[2],
                    Self::MessageLast { process, .. } => process.functions()[3],
                    Self::MessageFinal { process, .. } => process.functions()[4],
                    $(Self::$name { .. } => stringify!($name),)*
                }
            };
        }
        named! {
            C_Initialize C_Finalize C_GetInfo C_GetSlotList C_GetSlotInfo C_GetTokenInfo C_GetMechanismList
            C_GetMechanismInfo C_InitToken C_InitPIN C_SetPIN C_OpenSession C_CloseSession C_CloseAllSessions
            C_GetSessionInfo C_GetOperationState C_SetOperationState C_Login C_Logout C_CreateObject C_CopyObject
            C_DestroyObject C_GetObjectSize C_GetAttributeValue C_SetAttributeValue C_FindObjectsInit C_FindObjects
            C_FindObjectsFinal C_DigestKey C_GenerateKey C_GenerateKeyPair C_WrapKey C_UnwrapKey C_DeriveKey
            C_SeedRandom C_GenerateRandom C_GetFunctionStatus C_CancelFunction C_WaitForSlotEvent
            C_DigestEncryptUpdate C_DecryptDigestUpdate C_SignEncryptUpdate C_DecryptVerifyUpdate C_LoginUser
            C_SessionCancel C_GetSessionValidationFlags C_VerifySignatureInit C_VerifySignature
            C_VerifySignatureUpdate C_VerifySignatureFinal C_AsyncComplete C_AsyncGetID C_AsyncJoin
            C_GetFunctionList C_GetInterfaceList C_GetInterface C_WrapKeyAuthenticated C_UnwrapKeyAuthenticated
            C_EncapsulateKey C_DecapsulateKey
        }
    }

    /// The name under which the call leaves a session or an object.
    #[must_use]
    pub fn makes(&self) -> Option<&str> {
        match self {
            Self::C_OpenSession { name, .. }
            | Self::C_CreateObject { name, .. }
            | Self::C_CopyObject { name, .. }
            | Self::C_GenerateKey { name, .. }
            | Self::C_GenerateKeyPair { name, .. }
            | Self::C_UnwrapKey { name, .. }
            | Self::C_UnwrapKeyAuthenticated { name, .. }
            | Self::C_EncapsulateKey { name, .. }
            | Self::C_DecapsulateKey { name, .. }
            | Self::C_DeriveKey { name, .. } => name.as_deref(),
            _ => None,
        }
    }

    /// The names of sessions and objects that earlier calls have to have left.
    #[must_use]
    pub fn needs(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for handle in self.handles() {
            if let Handle::Named(name) = handle {
                names.push(name.as_str());
            }
        }
        names
    }

    /// The handles among the arguments, the session first.
    #[must_use]
    pub fn handles(&self) -> Vec<&Handle> {
        match self {
            Self::C_InitPIN { session, .. }
            | Self::C_SetPIN { session, .. }
            | Self::C_CloseSession { session }
            | Self::C_GetSessionInfo { session, .. }
            | Self::C_GetOperationState { session, .. }
            | Self::C_Login { session, .. }
            | Self::C_Logout { session }
            | Self::C_CreateObject { session, .. }
            | Self::C_FindObjectsInit { session, .. }
            | Self::C_FindObjects { session, .. }
            | Self::C_FindObjectsFinal { session }
            | Self::OneShot { session, .. }
            | Self::Update { session, .. }
            | Self::Final { session, .. }
            | Self::C_GenerateKey { session, .. }
            | Self::C_GenerateKeyPair { session, .. }
            | Self::C_SeedRandom { session, .. }
            | Self::C_GenerateRandom { session, .. }
            | Self::C_GetFunctionStatus { session }
            | Self::C_DigestEncryptUpdate { session, .. }
            | Self::C_DecryptDigestUpdate { session, .. }
            | Self::C_SignEncryptUpdate { session, .. }
            | Self::C_DecryptVerifyUpdate { session, .. }
            | Self::C_LoginUser { session, .. }
            | Self::C_SessionCancel { session, .. }
            | Self::C_GetSessionValidationFlags { session, .. }
            | Self::C_VerifySignature { session, .. }
            | Self::C_VerifySignatureUpdate { session, .. }
            | Self::C_VerifySignatureFinal { session }
            | Self::C_AsyncComplete { session, .. }
            | Self::C_AsyncGetID { session, .. }
            | Self::C_AsyncJoin { session, .. }
            | Self::Message { session, .. }
            | Self::MessageBegin { session, .. }
            | Self::MessageLast { session, .. }
            | Self::MessageFinal { session, .. }
            | Self::C_CancelFunction { session } => vec![session],
            Self::C_CopyObject { session, object, .. }
            | Self::C_DestroyObject { session, object }
            | Self::C_GetObjectSize { session, object, .. }
            | Self::C_GetAttributeValue { session, object, .. }
            | Self::C_SetAttributeValue { session, object, .. } => vec![session, object],
            Self::Init { session, key, .. }
            | Self::MessageInit { session, key, .. }
            | Self::C_EncapsulateKey { session, public_key: key, .. }
            | Self::C_DecapsulateKey { session, private_key: key, .. }
            | Self::C_UnwrapKeyAuthenticated { session, unwrapping_key: key, .. }
            | Self::C_VerifySignatureInit { session, key, .. }
            | Self::C_DigestKey { session, key } => vec![session, key],
            Self::C_SetOperationState { session, encryption_key, authentication_key, .. } => {
                vec![session, encryption_key, authentication_key]
            }
            Self::C_WrapKey { session, wrapping_key, key, .. }
            | Self::C_WrapKeyAuthenticated { session, wrapping_key, key, .. } => {
                vec![session, wrapping_key, key]
            }
            Self::C_UnwrapKey { session, unwrapping_key: key, .. }
            | Self::C_DeriveKey { session, base_key: key, .. } => vec![session, key],
            _ => Vec::new(),
        }
    }

    /// The bytes the call carries, to be written out before it is made.
    pub fn data_mut(&mut self) -> Vec<&mut Data> {
        match self {
            Self::C_InitToken { pin: input, .. }
            | Self::C_InitPIN { pin: input, .. }
            | Self::C_Login { pin: input, .. }
            | Self::C_SetOperationState { state: input, .. }
            | Self::Update { input, .. }
            | Self::C_DigestEncryptUpdate { input, .. }
            | Self::C_DecryptDigestUpdate { input, .. }
            | Self::C_SignEncryptUpdate { input, .. }
            | Self::C_DecryptVerifyUpdate { input, .. }
            | Self::C_VerifySignature { input, .. }
            | Self::C_VerifySignatureUpdate { input, .. }
            | Self::C_SeedRandom { seed: input, .. } => of_input(input).into_iter().collect(),
            Self::C_SetPIN { old, new, .. } | Self::C_LoginUser { pin: old, username: new, .. } => {
                of_input(old).into_iter().chain(of_input(new)).collect()
            }
            Self::C_VerifySignatureInit { mechanism, signature, .. } => {
                of_mechanism(mechanism).into_iter().chain(of_input(signature)).collect()
            }
            Self::OneShot { input, signature, .. } => {
                of_input(input).into_iter().chain(signature.as_mut().and_then(of_input)).collect()
            }
            Self::Final { signature, .. } => signature.as_mut().and_then(of_input).into_iter().collect(),
            Self::C_CreateObject { template, .. }
            | Self::C_CopyObject { template, .. }
            | Self::C_SetAttributeValue { template, .. }
            | Self::C_FindObjectsInit { template, .. } => of_template(template),
            Self::Init { mechanism, .. }
            | Self::MessageInit { mechanism, .. }
            | Self::C_WrapKey { mechanism, .. } => of_mechanism(mechanism),
            Self::C_GenerateKey { mechanism, template, .. }
            | Self::C_DeriveKey { mechanism, template, .. }
            | Self::C_EncapsulateKey { mechanism, template, .. } => {
                of_mechanism(mechanism).into_iter().chain(of_template(template)).collect()
            }
            Self::C_GenerateKeyPair { mechanism, public, private, .. } => {
                let templates = of_template(public).into_iter().chain(of_template(private));
                of_mechanism(mechanism).into_iter().chain(templates).collect()
            }
            Self::C_UnwrapKey { mechanism, wrapped, template, .. }
            | Self::C_DecapsulateKey { mechanism, ciphertext: wrapped, template, .. } => {
                let rest = of_input(wrapped).into_iter().chain(of_template(template));
                of_mechanism(mechanism).into_iter().chain(rest).collect()
            }
            Self::Message { iv, associated, input, signature, .. } => {
                let inputs = of_input(associated).into_iter().chain(of_input(input));
                iv.iter_mut().chain(inputs).chain(signature.as_mut().and_then(of_input)).collect()
            }
            Self::MessageBegin { iv, associated, .. } => iv.iter_mut().chain(of_input(associated)).collect(),
            Self::MessageLast { iv, input, signature, .. } => {
                let rest = of_input(input).into_iter().chain(signature.as_mut().and_then(of_input));
                iv.iter_mut().chain(rest).collect()
            }
            Self::C_WrapKeyAuthenticated { iv, associated, .. } => {
                [iv].into_iter().chain(of_input(associated)).collect()
            }
            Self::C_UnwrapKeyAuthenticated { iv, wrapped, template, associated, .. } => {
                let inputs = of_input(wrapped).into_iter().chain(of_input(associated));
                [iv].into_iter().chain(inputs).chain(of_template(template)).collect()
            }
            _ => Vec::new(),
        }
    }
}

fn of_input(input: &mut Input) -> Option<&mut Data> {
    match input {
        Input::Bytes(data) => Some(data),
        Input::Null(_) => None,
    }
}

fn of_template(template: &mut Template) -> Vec<&mut Data> {
    match template {
        Template::Entries(entries) => of_entries(entries),
        Template::Null(_) => Vec::new(),
    }
}

fn of_entries(entries: &mut [Entry]) -> Vec<&mut Data> {
    let mut all = Vec::new();
    for entry in entries {
        match &mut entry.value {
            Value::Bytes(data) => all.push(data),
            Value::Template(entries) => all.extend(of_entries(entries)),
            _ => {}
        }
    }
    all
}

fn of_mechanism(mechanism: &mut Mechanism) -> Vec<&mut Data> {
    match mechanism {
        Mechanism::Of(_, Parameter::Gcm { iv, aad, .. }) => vec![iv, aad],
        Mechanism::Of(
            _,
            Parameter::Bytes(data)
            | Parameter::Ctr { block: data, .. }
            | Parameter::Ecdh1 { public: data, .. },
        ) => vec![data],
        Mechanism::Of(..) | Mechanism::Null => Vec::new(),
    }
}
