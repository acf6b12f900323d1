//! Status codes, and which one each fault is. Exhaustive, so that a new fault does not compile until it has one.

use crate::fault::Fault;
use std::cell::RefCell;

/// A psa_status_t other than PSA_SUCCESS.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Status(pub i32);

macro_rules! statuses {
    ($($(#[$doc:meta])* $name:ident = $value:expr;)*) => {
        impl Status {
            $($(#[$doc])* pub const $name: Status = Status($value);)*

            /// Its name in the specification.
            ///
            /// ```
            /// assert_eq!(twintoken::psa::Status(-137).name(), "PSA_ERROR_BAD_STATE");
            /// ```
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Status::$name => concat!("PSA_ERROR_", stringify!($name)),)*
                    _ => "PSA_ERROR_GENERIC_ERROR",
                }
            }
        }
    };
}

statuses! {
    /// Something inside that cannot happen did.
    GENERIC_ERROR = -132;
    /// A policy or the store's state forbids it.
    NOT_PERMITTED = -133;
    /// This store does not have it.
    NOT_SUPPORTED = -134;
    /// The arguments make no sense together.
    INVALID_ARGUMENT = -135;
    /// No key has this id.
    INVALID_HANDLE = -136;
    /// The operation is not in the right state.
    BAD_STATE = -137;
    /// The output buffer is too small.
    BUFFER_TOO_SMALL = -138;
    /// A key with this id exists.
    ALREADY_EXISTS = -139;
    /// There is no such item.
    DOES_NOT_EXIST = -140;
    /// Memory ran out.
    INSUFFICIENT_MEMORY = -141;
    /// The store is full.
    INSUFFICIENT_STORAGE = -142;
    /// A derivation, or a stored file, has fewer bytes than were asked for.
    INSUFFICIENT_DATA = -143;
    /// A service is not able to answer.
    SERVICE_FAILURE = -144;
    /// The way to the cryptoprocessor failed.
    COMMUNICATION_FAILURE = -145;
    /// Reading or writing the store failed.
    STORAGE_FAILURE = -146;
    /// The hardware failed.
    HARDWARE_FAILURE = -147;
    /// The random source failed.
    INSUFFICIENT_ENTROPY = -148;
    /// The signature, MAC or tag does not verify.
    INVALID_SIGNATURE = -149;
    /// The padding is wrong.
    INVALID_PADDING = -150;
    /// Something tampered with the store while it ran.
    CORRUPTION_DETECTED = -151;
    /// Stored data is damaged.
    DATA_CORRUPT = -152;
    /// Stored data is none that this version knows.
    DATA_INVALID = -153;
}

impl std::fmt::Debug for Status {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}

impl std::error::Error for Status {}

thread_local! {
    static REASON: RefCell<Option<Fault>> = const { RefCell::new(None) };
}

impl From<Fault> for Status {
    fn from(fault: Fault) -> Status {
        let status = status(&fault);
        // A thread that is ending has no place to remember.
        let _ = REASON.try_with(|reason| reason.replace(Some(fault)));
        status
    }
}

/// The fault behind the last status that a function gave on this thread; asking forgets it. A trace is made of it: a
/// status alone does not tell which rule was broken.
///
/// ```
/// # use twintoken::{Emulator, Settings, fault::Fault, psa::{KeyId, reason}};
/// # let emulator = Emulator::open(Settings::memory())?;
/// emulator.psa().purge_key(KeyId(7)).unwrap_err();
/// assert_eq!((reason(), reason()), (Some(Fault::NoSuchKeyId(7)), None));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn reason() -> Option<Fault> {
    REASON.try_with(RefCell::take).ok().flatten()
}

/// The status of a fault (PSA Crypto, "Common error codes", and the lists of each function).
///
/// ```
/// # use twintoken::{fault::Fault, psa::{Status, status}};
/// assert_eq!(status(&Fault::NoSuchKeyId(7)), Status::INVALID_HANDLE);
/// ```
#[must_use]
pub fn status(fault: &Fault) -> Status {
    match fault {
        Fault::Internal(_) | Fault::Setting { .. } => Status::GENERIC_ERROR,
        Fault::NoEntropy => Status::INSUFFICIENT_ENTROPY,
        Fault::TooManyOperations(_) => Status::INSUFFICIENT_MEMORY,
        Fault::NotInitialized
        | Fault::AlreadyInitialized
        | Fault::NoOperation
        | Fault::OperationActive
        | Fault::OnePartOnly(_)
        | Fault::WrongState(_) => Status::BAD_STATE,

        Fault::NotBuilt(_)
        | Fault::StateUnsaveable
        | Fault::NoSuchMechanism(_)
        | Fault::MechanismSwitchedOff(_)
        | Fault::AlgorithmNotSupported(_)
        | Fault::KeyTypeNotSupported(_)
        | Fault::KeySize { .. }
        | Fault::StorageFlags(_)
        | Fault::ParameterSetNotSupported(_)
        | Fault::CurveNotSupported => Status::NOT_SUPPORTED,

        Fault::BadArgument(_)
        | Fault::SavedStateInvalid
        | Fault::KeyNotNeeded
        | Fault::NoSuchLocation(_)
        | Fault::BadLifetime(_)
        | Fault::KeyIdOutOfRange(_)
        | Fault::WrongAlgorithm(_)
        | Fault::BadParameter(_)
        | Fault::WrongKeyType(_)
        | Fault::InvalidKey(_)
        | Fault::DataLength(_)
        | Fault::DataInvalid(_)
        | Fault::CiphertextLength
        | Fault::WrappedKeyLength
        | Fault::WrongKeyToWrap(_)
        | Fault::OutsideTemplate
        | Fault::NoSuchSlot(_)
        | Fault::AttributeValue(_)
        | Fault::NoSuchAttribute(_)
        | Fault::TemplateIncomplete(_)
        | Fault::TemplateInconsistent(_) => Status::INVALID_ARGUMENT,

        Fault::TokenClosed
        | Fault::TokenNotInitialized(_)
        | Fault::SessionReadOnly
        | Fault::NotLoggedIn
        | Fault::WrongPin
        | Fault::PinLocked(_)
        | Fault::PinLength
        | Fault::NoUserPin
        | Fault::NoPinToChange
        | Fault::UsageForbidden(_)
        | Fault::AlgorithmForbidden(_)
        | Fault::KeyIndigestible
        | Fault::NotExportable
        | Fault::ActionProhibited(_)
        | Fault::AttributeReadOnly(_)
        | Fault::AttributeSensitive(_)
        | Fault::WrittenOnce(_)
        | Fault::StoreReadOnly(_)
        | Fault::SessionNotSerial
        | Fault::SessionAsync
        | Fault::SessionsOpen
        | Fault::ReadOnlySessionsOpen
        | Fault::SoLoggedIn
        | Fault::AlreadyLoggedIn
        | Fault::OtherUserLoggedIn
        | Fault::NoSuchUser(_) => Status::NOT_PERMITTED,

        Fault::NoSuchKey(_) | Fault::NoSuchKeyId(_) | Fault::NoSuchObject(_) | Fault::NoSuchSession(_) => {
            Status::INVALID_HANDLE
        }
        Fault::NoSuchLabel | Fault::NoSuchUid(_) => Status::DOES_NOT_EXIST,
        Fault::DerivationExhausted { .. } => Status::INSUFFICIENT_DATA,
        Fault::KeyIdTaken(_) | Fault::UidTaken(_) => Status::ALREADY_EXISTS,
        Fault::BufferTooSmall { .. } => Status::BUFFER_TOO_SMALL,
        Fault::BadSignature
        | Fault::SignatureLength
        | Fault::NotAuthentic
        | Fault::MessageNotAuthentic
        | Fault::WrappedKeyInvalid(_) => Status::INVALID_SIGNATURE,
        Fault::WrappingKey(fault) | Fault::UnwrappingKey(fault) => status(fault),
        Fault::BadPadding => Status::INVALID_PADDING,
        Fault::StoreFull => Status::INSUFFICIENT_STORAGE,
        Fault::Conflict | Fault::StoreBusy(_) | Fault::StoreFailed(_) => Status::STORAGE_FAILURE,
        Fault::Damaged(_) => Status::DATA_CORRUPT,
    }
}
