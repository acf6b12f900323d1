//! One call of PKCS#11 with its arguments.

use serde::{Deserialize, Serialize};

use super::operation::{Operation, Process};
use super::words::{Handle, Input, Mechanism, Room, SlotName, Template, Want};
use crate::step::Data;

/// A call; the variants are the functions of the specification, or a family of them where they share their arguments.
#[expect(non_camel_case_types, reason = "the specification's spelling")]
#[expect(missing_docs, reason = "the specification documents each argument under the function's name")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Call {
    /// `reserved`: pReserved of the arguments is not NULL; without `arguments` the pointer is NULL.
    C_Initialize {
        arguments: Option<u64>,
        reserved: bool,
    },
    C_Finalize {
        reserved: bool,
    },
    /// `null`: the pointer to the result is NULL. So for all functions that fill one structure.
    C_GetInfo {
        null: bool,
    },
    C_GetSlotList {
        token_present: bool,
        room: Room,
    },
    C_GetSlotInfo {
        slot: SlotName,
        null: bool,
    },
    C_GetTokenInfo {
        slot: SlotName,
        null: bool,
    },
    C_GetMechanismList {
        slot: SlotName,
        room: Room,
    },
    C_GetMechanismInfo {
        slot: SlotName,
        mechanism: String,
        null: bool,
    },
    C_InitToken {
        slot: SlotName,
        pin: Input,
        label: String,
    },
    C_InitPIN {
        session: Handle,
        pin: Input,
    },
    C_SetPIN {
        session: Handle,
        old: Input,
        new: Input,
    },
    /// `name`: under which later calls find the session; `None` lends no place for the handle.
    C_OpenSession {
        slot: SlotName,
        flags: u64,
        name: Option<String>,
    },
    C_CloseSession {
        session: Handle,
    },
    C_CloseAllSessions {
        slot: SlotName,
    },
    C_GetSessionInfo {
        session: Handle,
        null: bool,
    },
    C_GetOperationState {
        session: Handle,
        room: Room,
    },
    C_SetOperationState {
        session: Handle,
        state: Input,
        encryption_key: Handle,
        authentication_key: Handle,
    },
    /// `user`: CKU_ number.
    C_Login {
        session: Handle,
        user: u64,
        pin: Input,
    },
    C_Logout {
        session: Handle,
    },
    C_CreateObject {
        session: Handle,
        template: Template,
        name: Option<String>,
    },
    C_CopyObject {
        session: Handle,
        object: Handle,
        template: Template,
        name: Option<String>,
    },
    C_DestroyObject {
        session: Handle,
        object: Handle,
    },
    C_GetObjectSize {
        session: Handle,
        object: Handle,
        null: bool,
    },
    C_GetAttributeValue {
        session: Handle,
        object: Handle,
        wanted: Vec<Want>,
    },
    C_SetAttributeValue {
        session: Handle,
        object: Handle,
        template: Template,
    },
    C_FindObjectsInit {
        session: Handle,
        template: Template,
    },
    /// The n-th object found is called `name-n`, counted over all calls with this name, from 0.
    C_FindObjects {
        session: Handle,
        most: u64,
        name: Option<String>,
    },
    C_FindObjectsFinal {
        session: Handle,
    },
    /// C_EncryptInit, C_SignInit …; C_DigestInit has no key.
    Init {
        operation: Operation,
        session: Handle,
        mechanism: Mechanism,
        key: Handle,
    },
    /// C_Encrypt, C_Sign …; `signature` is what C_Verify checks, and nothing to the others.
    OneShot {
        operation: Operation,
        session: Handle,
        input: Input,
        signature: Option<Input>,
        room: Room,
    },
    /// C_EncryptUpdate, C_SignUpdate …; `room` counts for C_EncryptUpdate and C_DecryptUpdate alone.
    Update {
        operation: Operation,
        session: Handle,
        input: Input,
        room: Room,
    },
    /// C_EncryptFinal, C_SignFinal …; `signature` is what C_VerifyFinal checks.
    Final {
        operation: Operation,
        session: Handle,
        signature: Option<Input>,
        room: Room,
    },
    C_DigestKey {
        session: Handle,
        key: Handle,
    },
    C_GenerateKey {
        session: Handle,
        mechanism: Mechanism,
        template: Template,
        name: Option<String>,
    },
    /// The public key is called `name.public`, the private one `name`.
    C_GenerateKeyPair {
        session: Handle,
        mechanism: Mechanism,
        public: Template,
        private: Template,
        name: Option<String>,
    },
    C_WrapKey {
        session: Handle,
        mechanism: Mechanism,
        wrapping_key: Handle,
        key: Handle,
        room: Room,
    },
    C_UnwrapKey {
        session: Handle,
        mechanism: Mechanism,
        unwrapping_key: Handle,
        wrapped: Input,
        template: Template,
        name: Option<String>,
    },
    C_DeriveKey {
        session: Handle,
        mechanism: Mechanism,
        base_key: Handle,
        template: Template,
        name: Option<String>,
    },
    C_SeedRandom {
        session: Handle,
        seed: Input,
    },
    /// `null`: the buffer is NULL although `length` is not 0.
    C_GenerateRandom {
        session: Handle,
        length: u64,
        null: bool,
    },
    C_GetFunctionStatus {
        session: Handle,
    },
    C_CancelFunction {
        session: Handle,
    },
    /// Without blocking (CKF_DONT_BLOCK).
    C_WaitForSlotEvent,
    C_DigestEncryptUpdate {
        session: Handle,
        input: Input,
        room: Room,
    },
    C_DecryptDigestUpdate {
        session: Handle,
        input: Input,
        room: Room,
    },
    C_SignEncryptUpdate {
        session: Handle,
        input: Input,
        room: Room,
    },
    C_DecryptVerifyUpdate {
        session: Handle,
        input: Input,
        room: Room,
    },
    C_LoginUser {
        session: Handle,
        user: u64,
        pin: Input,
        username: Input,
    },
    /// `flags`: the names of CKF_ flags.
    C_SessionCancel {
        session: Handle,
        flags: Vec<String>,
    },
    /// `type`: the name of a CKS_ constant.
    C_GetSessionValidationFlags {
        session: Handle,
        r#type: String,
        null: bool,
    },
    C_VerifySignatureInit {
        session: Handle,
        mechanism: Mechanism,
        key: Handle,
        signature: Input,
    },
    C_VerifySignature {
        session: Handle,
        input: Input,
    },
    C_VerifySignatureUpdate {
        session: Handle,
        input: Input,
    },
    C_VerifySignatureFinal {
        session: Handle,
    },
    /// `function`: the name of the function that may be pending; `None` lends no name.
    C_AsyncComplete {
        session: Handle,
        function: Option<String>,
    },
    C_AsyncGetID {
        session: Handle,
        function: Option<String>,
    },
    C_AsyncJoin {
        session: Handle,
        function: Option<String>,
        id: u64,
    },
    /// `null`: there is no place for the list.
    C_GetFunctionList {
        null: bool,
    },
    C_GetInterfaceList {
        room: Room,
    },
    /// `name`: `PKCS 11`; `None` asks for the library's own choice. `null`: there is no place for the interface.
    C_GetInterface {
        name: Option<String>,
        null: bool,
    },
    /// C_MessageEncryptInit, C_MessageSignInit …
    MessageInit {
        process: Process,
        session: Handle,
        mechanism: Mechanism,
        key: Handle,
    },
    /// C_EncryptMessage, C_SignMessage …; `iv` is that of CK_GCM_MESSAGE_PARAMS, and without one there is no parameter.
    /// What is encrypted with one has its tag of 16 bytes behind it, in the answer and as an input. `signature` is what
    /// C_VerifyMessage checks.
    Message {
        process: Process,
        session: Handle,
        iv: Option<Data>,
        associated: Input,
        input: Input,
        signature: Option<Input>,
        room: Room,
    },
    /// C_EncryptMessageBegin, C_SignMessageBegin …
    MessageBegin {
        process: Process,
        session: Handle,
        iv: Option<Data>,
        associated: Input,
    },
    /// C_EncryptMessageNext, C_SignMessageNext … with the message's last part.
    MessageLast {
        process: Process,
        session: Handle,
        iv: Option<Data>,
        input: Input,
        signature: Option<Input>,
        room: Room,
    },
    /// C_MessageEncryptFinal, C_MessageSignFinal …
    MessageFinal {
        process: Process,
        session: Handle,
    },
    /// CKM_AES_GCM with CK_GCM_MESSAGE_PARAMS of this IV; the tag is behind what is wrapped.
    C_WrapKeyAuthenticated {
        session: Handle,
        iv: Data,
        wrapping_key: Handle,
        key: Handle,
        associated: Input,
        room: Room,
    },
    C_UnwrapKeyAuthenticated {
        session: Handle,
        iv: Data,
        unwrapping_key: Handle,
        wrapped: Input,
        template: Template,
        associated: Input,
        name: Option<String>,
    },
    C_EncapsulateKey {
        session: Handle,
        mechanism: Mechanism,
        public_key: Handle,
        template: Template,
        room: Room,
        name: Option<String>,
    },
    C_DecapsulateKey {
        session: Handle,
        mechanism: Mechanism,
        private_key: Handle,
        template: Template,
        ciphertext: Input,
        name: Option<String>,
    },
}
