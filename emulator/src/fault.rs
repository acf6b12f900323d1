//! Every refusal of the key store, named after the rule that was broken.
//!
//! Both faces match [`Fault`] exhaustively, so a new fault does not compile until each face has named its code.
//! The text is for people: it reaches the trace, never a caller's return code.

/// A rule that was broken, or a thing that failed. Nothing was changed when a call returns one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    // The library as a whole.
    /// C_Initialize has not been called in this process.
    #[error("the library is not initialised in this process")]
    NotInitialized,
    /// C_Initialize was called twice without C_Finalize.
    #[error("the library is initialised already")]
    AlreadyInitialized,
    /// Part of the standard that is not built.
    #[error("{0} is not built")]
    NotBuilt(&'static str),
    /// The operation holds what never leaves the store.
    #[error("the state of an operation cannot be saved")]
    StateUnsaveable,
    /// No operation was saved in this.
    #[error("this is no saved state of an operation")]
    SavedStateInvalid,
    /// A key was given to go on with an operation that has none.
    #[error("the saved operation has no key")]
    KeyNotNeeded,
    /// A pointer, length or value that no call of this shape may carry.
    #[error("bad argument: {0}")]
    BadArgument(&'static str),
    /// A setting that is unknown or malformed.
    #[error("setting `{name}`: {reason}")]
    Setting {
        /// The setting's name, as the user wrote it.
        name: String,
        /// What is wrong with it and what would be right.
        reason: String,
    },
    /// The operating system gave no random bytes.
    #[error("the random source failed")]
    NoEntropy,
    /// Something inside that cannot happen did.
    #[error("internal fault: {0}")]
    Internal(&'static str),

    // Slots and tokens.
    /// No slot has this id.
    #[error("there is no slot {0}")]
    NoSuchSlot(u64),
    /// The slot's token has not been initialised.
    #[error("the token in slot {0} is not initialised: call C_InitToken, or `twintoken init`")]
    TokenNotInitialized(u64),
    /// A PSA location that no token is mapped to.
    #[error("no token is mapped to PSA location {0:#x}")]
    NoSuchLocation(u32),
    /// PSA may not use this token without its user PIN.
    #[error("the token asks PSA for its user PIN: set TWINTOKEN_PIN, or run `twintoken init --psa open`")]
    TokenClosed,

    // Sessions and users.
    /// No session has this handle.
    #[error("there is no session {0}")]
    NoSuchSession(u64),
    /// CKF_SERIAL_SESSION was not set.
    #[error("a session must be opened with CKF_SERIAL_SESSION")]
    SessionNotSerial,
    /// CKF_ASYNC_SESSION was set.
    #[error("there are no asynchronous sessions on this token")]
    SessionAsync,
    /// The session may not write token objects.
    #[error("the session is read-only")]
    SessionReadOnly,
    /// The token has open sessions.
    #[error("the token has open sessions")]
    SessionsOpen,
    /// The SO cannot log in beside a read-only session.
    #[error("a read-only session is open, so the SO cannot log in")]
    ReadOnlySessionsOpen,
    /// A read-only session cannot be opened while the SO is logged in.
    #[error("the SO is logged in, so a read-only session cannot be opened")]
    SoLoggedIn,
    /// This user is logged in already.
    #[error("the user is logged in already")]
    AlreadyLoggedIn,
    /// The other user is logged in.
    #[error("another user is logged in")]
    OtherUserLoggedIn,
    /// The call needs a login that has not happened.
    #[error("the user is not logged in")]
    NotLoggedIn,
    /// The user type is none that a token knows.
    #[error("there is no user type {0}")]
    NoSuchUser(u64),
    /// The token has no user PIN yet.
    #[error("the token has no user PIN yet: call C_InitPIN as the SO")]
    NoUserPin,
    /// The user PIN that is to be changed was never set.
    #[error("the token has no user PIN that could be changed: call C_InitPIN as the SO")]
    NoPinToChange,
    /// The PIN is wrong.
    #[error("the PIN is wrong")]
    WrongPin,
    /// The PIN was wrong too often.
    #[error("the PIN was wrong {0} times and is locked: the SO sets a new one with C_InitPIN")]
    PinLocked(u32),
    /// The PIN is shorter or longer than a token accepts.
    #[error("a PIN has 4 to 255 bytes")]
    PinLength,

    // Operations.
    /// An operation of this kind is active in the session, or is computing.
    #[error("an operation of this kind is active in the session")]
    OperationActive,
    /// No operation of this kind is active in the session.
    #[error("no operation of this kind is active in the session")]
    NoOperation,
    /// The mechanism works on whole inputs only, so there is no multi-part operation to go on with.
    #[error("{0} takes its input in one part")]
    OnePartOnly(&'static str),
    /// The operation cannot go on in its present state.
    #[error("the operation is in the wrong state: {0}")]
    WrongState(&'static str),
    /// As many operations are active as are kept at a time.
    #[error("{0} operations of this kind are active: finish or abort some")]
    TooManyOperations(usize),
    /// The caller's buffer is too small.
    #[error("the buffer is too small: {needed} bytes are needed")]
    BufferTooSmall {
        /// The size that would do, in bytes.
        needed: usize,
    },

    // Mechanisms and their parameters.
    /// The mechanism is unknown, switched off, or not for this kind of call.
    #[error("mechanism {0:#x} is not available for this call")]
    NoSuchMechanism(u64),
    /// The setting `mechanisms` leaves the mechanism out.
    #[error("{0} is left out by the setting `mechanisms`")]
    MechanismSwitchedOff(&'static str),
    /// The algorithm is one the specification names, but this store does not have.
    #[error("algorithm {0:#010x} is not supported")]
    AlgorithmNotSupported(u32),
    /// The algorithm and the call do not go together.
    #[error("the algorithm does not fit the call: {0}")]
    WrongAlgorithm(&'static str),
    /// The mechanism's parameter is malformed or out of range.
    #[error("bad mechanism parameter: {0}")]
    BadParameter(&'static str),

    // Keys.
    /// No key has this handle.
    #[error("there is no key with handle {0}")]
    NoSuchKey(u64),
    /// No key has this PSA id.
    #[error("there is no key with id {0:#x}")]
    NoSuchKeyId(u32),
    /// A key with this PSA id exists.
    #[error("a key with id {0:#x} exists already")]
    KeyIdTaken(u32),
    /// A PSA id outside the range that callers may choose from.
    #[error("key id {0:#x} is outside 1 to 0x3fffffff")]
    KeyIdOutOfRange(u32),
    /// A lifetime that this store does not offer for the call.
    #[error("lifetime {0:#x} is not possible here")]
    BadLifetime(u32),
    /// The key's type is not one the mechanism works with.
    #[error("the key's type does not fit {0}")]
    WrongKeyType(&'static str),
    /// The key type is one this store does not have.
    #[error("the key type is not supported: {0}")]
    KeyTypeNotSupported(&'static str),
    /// The key's size is outside what the mechanism or key type allows.
    #[error("a key of {bits} bits is not possible here")]
    KeySize {
        /// The size that was asked for or found, in bits.
        bits: usize,
    },
    /// The key material is not a key: off the curve, not a product of the primes, wrong length.
    #[error("this is not a valid key: {0}")]
    InvalidKey(&'static str),
    /// The curve is unknown or not supported.
    #[error("the curve is not supported")]
    CurveNotSupported,
    /// The parameter set is unknown or not supported.
    #[error("parameter set {0} is not supported")]
    ParameterSetNotSupported(u64),
    /// The key's usage does not include this use.
    #[error("the key may not {0}")]
    UsageForbidden(&'static str),
    /// The key's permitted algorithms do not include this one.
    #[error("the key's policy does not permit {0}")]
    AlgorithmForbidden(&'static str),
    /// The key's value may not go into a digest.
    #[error("the key may not be digested")]
    KeyIndigestible,
    /// The key that is to wrap cannot: what is wrong with it.
    #[error("the wrapping key: {0}")]
    WrappingKey(Box<Fault>),
    /// The key that is to unwrap cannot: what is wrong with it.
    #[error("the unwrapping key: {0}")]
    UnwrappingKey(Box<Fault>),
    /// The mechanism does not wrap keys like this one, or only a trusted key may wrap it.
    #[error("the key cannot be wrapped: {0}")]
    WrongKeyToWrap(&'static str),
    /// The key is not one that the wrapping key's CKA_WRAP_TEMPLATE takes.
    #[error("the key is not what the wrapping key's CKA_WRAP_TEMPLATE asks for")]
    OutsideTemplate,
    /// No wrapped key is as long as this.
    #[error("no wrapped key has this length")]
    WrappedKeyLength,
    /// What was unwrapped is no key.
    #[error("the wrapped key is not valid: {0}")]
    WrappedKeyInvalid(&'static str),
    /// The key never leaves the store.
    #[error("the key may not be exported")]
    NotExportable,
    /// No key of the token has this label.
    #[error("no key there has this label")]
    NoSuchLabel,
    /// A derivation was asked for more than is left of it.
    #[error("the derivation has {left} bytes left")]
    DerivationExhausted {
        /// What was left, in bytes.
        left: u64,
    },

    // Secure storage.
    /// No asset has this uid.
    #[error("there is no asset with uid {0:#x}")]
    NoSuchUid(u64),
    /// An asset with this uid exists.
    #[error("an asset with uid {0:#x} exists already")]
    UidTaken(u64),
    /// The asset was made with PSA_STORAGE_FLAG_WRITE_ONCE.
    #[error("the asset with uid {0:#x} was written once and for all")]
    WrittenOnce(u64),
    /// Flags for an asset that the specification does not have, or not for this call.
    #[error("flags {0:#x} are not possible for this asset")]
    StorageFlags(u32),

    // Input data.
    /// The input is longer or shorter than the mechanism takes.
    #[error("the input's length does not fit: {0}")]
    DataLength(&'static str),
    /// The input's content is not what the mechanism takes.
    #[error("the input does not fit: {0}")]
    DataInvalid(&'static str),
    /// The ciphertext's length is impossible.
    #[error("the ciphertext's length is impossible")]
    CiphertextLength,
    /// The ciphertext does not decrypt: wrong padding.
    #[error("the ciphertext's padding is wrong")]
    BadPadding,
    /// The ciphertext is not authentic.
    #[error("the ciphertext is not authentic")]
    NotAuthentic,
    /// A message, its tag or its associated data is not authentic.
    #[error("the message, its tag or its associated data is not authentic")]
    MessageNotAuthentic,
    /// The signature is not the right length.
    #[error("the signature has the wrong length")]
    SignatureLength,
    /// The signature or MAC does not verify.
    #[error("the signature does not verify")]
    BadSignature,

    // Objects and attributes.
    /// No object has this handle.
    #[error("there is no object with handle {0}")]
    NoSuchObject(u64),
    /// The attribute does not exist for this object.
    #[error("{0} is not an attribute of this object")]
    NoSuchAttribute(String),
    /// The attribute may not be set or changed here.
    #[error("{0} cannot be set here")]
    AttributeReadOnly(&'static str),
    /// The attribute's value may not be shown.
    #[error("{0} is sensitive")]
    AttributeSensitive(&'static str),
    /// The attribute's value is malformed.
    #[error("{0} has a bad value")]
    AttributeValue(&'static str),
    /// The template lacks an attribute that the call needs.
    #[error("the template lacks {0}")]
    TemplateIncomplete(&'static str),
    /// The template contradicts itself, the mechanism or the key.
    #[error("the template is inconsistent: {0}")]
    TemplateInconsistent(&'static str),
    /// The object refuses to be copied, modified or destroyed.
    #[error("the object may not be {0}")]
    ActionProhibited(&'static str),

    // Store.
    /// A precondition of a batch did not hold: another commit came first.
    #[error("another process changed the same records")]
    Conflict,
    /// The store is full.
    #[error("the store is full")]
    StoreFull,
    /// The store may not be written.
    #[error("the store is read-only: {0}")]
    StoreReadOnly(String),
    /// Another process holds the store's lock past the deadline.
    #[error("the store is locked by another process: {0}")]
    StoreBusy(String),
    /// Reading or writing the store failed.
    #[error("the store failed: {0}")]
    StoreFailed(String),
    /// A record failed its check.
    #[error("{0} is damaged")]
    Damaged(String),
}
