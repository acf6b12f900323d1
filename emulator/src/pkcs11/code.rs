//! Which CKR_ value each fault is. Exhaustive, so that a new fault does not compile until it has one.

use crate::fault::Fault;
use crate::registry::constants as ck;

/// The CKR_ value of a fault (PKCS#11 §5.1, "Function return values").
#[must_use]
pub fn code(fault: &Fault) -> u64 {
    match fault {
        Fault::NotInitialized => ck::CKR_CRYPTOKI_NOT_INITIALIZED,
        Fault::AlreadyInitialized => ck::CKR_CRYPTOKI_ALREADY_INITIALIZED,
        Fault::NotBuilt(_) => ck::CKR_FUNCTION_NOT_SUPPORTED,
        Fault::BadArgument(_) => ck::CKR_ARGUMENTS_BAD,
        Fault::StateUnsaveable => ck::CKR_STATE_UNSAVEABLE,
        Fault::KeyNotNeeded => ck::CKR_KEY_NOT_NEEDED,
        Fault::SavedStateInvalid => ck::CKR_SAVED_STATE_INVALID,
        Fault::Setting { .. } | Fault::Internal(_) => ck::CKR_GENERAL_ERROR,
        Fault::TooManyOperations(_) => ck::CKR_HOST_MEMORY,
        Fault::NoEntropy | Fault::StoreFailed(_) | Fault::Damaged(_) => ck::CKR_DEVICE_ERROR,

        Fault::NoSuchSlot(_) | Fault::NoSuchLocation(_) => ck::CKR_SLOT_ID_INVALID,
        Fault::TokenNotInitialized(_) => ck::CKR_TOKEN_NOT_RECOGNIZED,

        Fault::NoSuchSession(_) => ck::CKR_SESSION_HANDLE_INVALID,
        Fault::SessionNotSerial => ck::CKR_SESSION_PARALLEL_NOT_SUPPORTED,
        Fault::SessionAsync => ck::CKR_SESSION_ASYNC_NOT_SUPPORTED,
        Fault::SessionReadOnly => ck::CKR_SESSION_READ_ONLY,
        Fault::SessionsOpen => ck::CKR_SESSION_EXISTS,
        Fault::ReadOnlySessionsOpen => ck::CKR_SESSION_READ_ONLY_EXISTS,
        Fault::SoLoggedIn => ck::CKR_SESSION_READ_WRITE_SO_EXISTS,
        Fault::AlreadyLoggedIn => ck::CKR_USER_ALREADY_LOGGED_IN,
        Fault::OtherUserLoggedIn => ck::CKR_USER_ANOTHER_ALREADY_LOGGED_IN,
        Fault::NotLoggedIn | Fault::TokenClosed => ck::CKR_USER_NOT_LOGGED_IN,
        Fault::NoSuchUser(_) => ck::CKR_USER_TYPE_INVALID,
        Fault::NoUserPin => ck::CKR_USER_PIN_NOT_INITIALIZED,
        // C_SetPIN has no word for a PIN that is not there.
        Fault::WrongPin | Fault::NoPinToChange => ck::CKR_PIN_INCORRECT,
        Fault::PinLocked(_) => ck::CKR_PIN_LOCKED,
        Fault::PinLength => ck::CKR_PIN_LEN_RANGE,

        Fault::OperationActive => ck::CKR_OPERATION_ACTIVE,
        Fault::NoOperation | Fault::OnePartOnly(_) | Fault::WrongState(_) => {
            ck::CKR_OPERATION_NOT_INITIALIZED
        }
        Fault::BufferTooSmall { .. } => ck::CKR_BUFFER_TOO_SMALL,

        Fault::NoSuchMechanism(_)
        | Fault::MechanismSwitchedOff(_)
        | Fault::AlgorithmNotSupported(_)
        | Fault::WrongAlgorithm(_) => ck::CKR_MECHANISM_INVALID,
        Fault::BadParameter(_) => ck::CKR_MECHANISM_PARAM_INVALID,

        // §5.18.3: a key that the wrapping key's template does not take has the code of a handle that is none.
        Fault::NoSuchKey(_) | Fault::NoSuchKeyId(_) | Fault::NoSuchLabel | Fault::OutsideTemplate => {
            ck::CKR_KEY_HANDLE_INVALID
        }
        Fault::WrongKeyType(_) => ck::CKR_KEY_TYPE_INCONSISTENT,
        Fault::KeySize { .. } | Fault::DerivationExhausted { .. } => ck::CKR_KEY_SIZE_RANGE,
        Fault::InvalidKey(_) | Fault::KeyTypeNotSupported(_) => ck::CKR_ATTRIBUTE_VALUE_INVALID,
        Fault::CurveNotSupported => ck::CKR_CURVE_NOT_SUPPORTED,
        Fault::ParameterSetNotSupported(_) => ck::CKR_PARAMETER_SET_NOT_SUPPORTED,
        Fault::UsageForbidden(_) => ck::CKR_KEY_FUNCTION_NOT_PERMITTED,
        // §4.9 "CKA_ALLOWED_MECHANISMS": a key is used only with the mechanisms of its list.
        Fault::AlgorithmForbidden(_) => ck::CKR_MECHANISM_INVALID,
        Fault::KeyIndigestible => ck::CKR_KEY_INDIGESTIBLE,
        Fault::NotExportable => ck::CKR_KEY_UNEXTRACTABLE,
        Fault::WrongKeyToWrap(_) => ck::CKR_KEY_NOT_WRAPPABLE,
        Fault::WrappedKeyLength => ck::CKR_WRAPPED_KEY_LEN_RANGE,
        Fault::WrappedKeyInvalid(_) => ck::CKR_WRAPPED_KEY_INVALID,
        Fault::WrappingKey(fault) => match **fault {
            Fault::NoSuchKey(_) => ck::CKR_WRAPPING_KEY_HANDLE_INVALID,
            Fault::WrongKeyType(_) => ck::CKR_WRAPPING_KEY_TYPE_INCONSISTENT,
            Fault::KeySize { .. } => ck::CKR_WRAPPING_KEY_SIZE_RANGE,
            ref other => code(other),
        },
        Fault::UnwrappingKey(fault) => match **fault {
            Fault::NoSuchKey(_) => ck::CKR_UNWRAPPING_KEY_HANDLE_INVALID,
            Fault::WrongKeyType(_) => ck::CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT,
            Fault::KeySize { .. } => ck::CKR_UNWRAPPING_KEY_SIZE_RANGE,
            ref other => code(other),
        },
        Fault::KeyIdTaken(_) | Fault::KeyIdOutOfRange(_) | Fault::BadLifetime(_) => {
            ck::CKR_ATTRIBUTE_VALUE_INVALID
        }

        Fault::DataLength(_) => ck::CKR_DATA_LEN_RANGE,
        Fault::DataInvalid(_) => ck::CKR_DATA_INVALID,
        Fault::CiphertextLength => ck::CKR_ENCRYPTED_DATA_LEN_RANGE,
        Fault::BadPadding | Fault::NotAuthentic => ck::CKR_ENCRYPTED_DATA_INVALID,
        // §5.11.2: what the message functions answer where C_Decrypt answers CKR_ENCRYPTED_DATA_INVALID.
        Fault::MessageNotAuthentic => ck::CKR_AEAD_DECRYPT_FAILED,
        Fault::SignatureLength => ck::CKR_SIGNATURE_LEN_RANGE,
        Fault::BadSignature => ck::CKR_SIGNATURE_INVALID,

        Fault::NoSuchObject(_) => ck::CKR_OBJECT_HANDLE_INVALID,
        Fault::NoSuchAttribute(_) => ck::CKR_ATTRIBUTE_TYPE_INVALID,
        Fault::AttributeReadOnly(_) => ck::CKR_ATTRIBUTE_READ_ONLY,
        Fault::AttributeSensitive(_) => ck::CKR_ATTRIBUTE_SENSITIVE,
        Fault::AttributeValue(_) => ck::CKR_ATTRIBUTE_VALUE_INVALID,
        Fault::TemplateIncomplete(_) => ck::CKR_TEMPLATE_INCOMPLETE,
        Fault::TemplateInconsistent(_) => ck::CKR_TEMPLATE_INCONSISTENT,
        Fault::ActionProhibited(_) => ck::CKR_ACTION_PROHIBITED,

        // Of PSA's secure storage, which no PKCS#11 call reaches.
        Fault::NoSuchUid(_) | Fault::UidTaken(_) | Fault::WrittenOnce(_) | Fault::StorageFlags(_) => {
            ck::CKR_GENERAL_ERROR
        }

        Fault::Conflict | Fault::StoreBusy(_) => ck::CKR_FUNCTION_FAILED,
        Fault::StoreFull => ck::CKR_DEVICE_MEMORY,
        Fault::StoreReadOnly(_) => ck::CKR_TOKEN_WRITE_PROTECTED,
    }
}
