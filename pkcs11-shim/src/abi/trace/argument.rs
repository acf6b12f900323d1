//! The arguments of a call as a trace shows them: handles, names of mechanisms and users, lengths, templates.
//!
//! Bytes of a caller's are never looked at: of a buffer the trace tells whether it is NULL, and its length tells itself.
//! Of what pointers lead to, it reads what the call itself must have read before it came to its answer.

use super::{attributes, named};
use cryptoki_sys::{
    CK_ATTRIBUTE, CK_MECHANISM, CK_RV, CK_ULONG, CKR_ARGUMENTS_BAD, CKR_BUFFER_TOO_SMALL,
    CKR_CRYPTOKI_NOT_INITIALIZED, CKR_FUNCTION_NOT_SUPPORTED, CKR_OK, CKR_SESSION_HANDLE_INVALID,
};
use std::any::TypeId;
use std::ffi::c_void;
use twintoken::border::json::{Object, text};

/// All arguments of a call, by the names they have here.
pub(in crate::abi) type Arguments = Vec<(&'static str, Argument)>;

/// One argument.
#[derive(Debug, Clone, Copy)]
pub(in crate::abi) enum Argument {
    /// A handle, a length, flags, a type.
    Number(u64),
    /// CK_BBOOL.
    Truth(u8),
    /// A pointer, and the type of what is there.
    Pointer(*const c_void, TypeId),
    /// A callback.
    Function(bool),
}

impl From<u64> for Argument {
    fn from(value: u64) -> Argument {
        Argument::Number(value)
    }
}

impl From<u8> for Argument {
    fn from(value: u8) -> Argument {
        Argument::Truth(value)
    }
}

impl<T: 'static> From<*mut T> for Argument {
    fn from(pointer: *mut T) -> Argument {
        Argument::Pointer(pointer.cast_const().cast(), TypeId::of::<T>())
    }
}

impl From<cryptoki_sys::CK_NOTIFY> for Argument {
    fn from(callback: cryptoki_sys::CK_NOTIFY) -> Argument {
        Argument::Function(callback.is_some())
    }
}

/// Lists of the caller's: how much of one was written tells its count.
const LISTS: [&str; 4] = ["slots", "mechanisms", "objects", "interfaces"];
/// Lengths of PINs, which nobody needs to know.
const PIN_LENGTHS: [&str; 3] = ["pin_length", "old_length", "new_length"];
/// The most attributes of a template that are shown.
const SHOWN: usize = 64;

/// What went into a call, and what came out.
pub(super) fn shown(call: &str, arguments: &Arguments, code: CK_RV) -> (Object, Object) {
    let (mut given, mut gives) = (Object::default(), Object::default());
    // Such a call may have been answered before it read anything.
    let unread = [
        CKR_ARGUMENTS_BAD,
        CKR_CRYPTOKI_NOT_INITIALIZED,
        CKR_FUNCTION_NOT_SUPPORTED,
        CKR_SESSION_HANDLE_INVALID,
    ];
    let was_read = !unread.contains(&code);
    let was_written = [CKR_OK, CKR_BUFFER_TOO_SMALL].contains(&code);
    for (index, (name, argument)) in arguments.iter().enumerate() {
        let name = name.trim_start_matches('_');
        match argument {
            Argument::Number(_) if PIN_LENGTHS.contains(&name) => {}
            Argument::Number(value) => given.raw(name, &number(name, *value)),
            Argument::Truth(value) => given.raw(name, if *value == 0 { "false" } else { "true" }),
            Argument::Function(given_one) => given.raw(name, if *given_one { "true" } else { "false" }),
            Argument::Pointer(pointer, _) if pointer.is_null() => given.raw(name, "null"),
            Argument::Pointer(pointer, of) if *of == TypeId::of::<CK_MECHANISM>() && was_read => {
                // SAFETY: not NULL; the call read the structure before it came to this answer, or the caller vouches for
                // it as the specification asks.
                given.raw(name, &mechanism(unsafe { pointer.cast::<CK_MECHANISM>().read_unaligned() }));
            }
            Argument::Pointer(pointer, of) if *of == TypeId::of::<CK_ATTRIBUTE>() && was_read => {
                let count = match arguments.get(index + 1) {
                    Some((_, Argument::Number(count))) => usize::try_from(*count).unwrap_or(0).min(SHOWN),
                    _ => 0,
                };
                let values = call != "C_GetAttributeValue";
                // SAFETY: not NULL; as many attributes as the count says lie there, as above.
                given.raw(name, &unsafe { attributes::shown(pointer.cast(), count, values) });
            }
            Argument::Pointer(pointer, of)
                if *of == TypeId::of::<CK_ULONG>() && was_written && !LISTS.contains(&name) =>
            {
                // SAFETY: not NULL; a call that answers so has written the value.
                gives.number(name, unsafe { pointer.cast::<CK_ULONG>().read_unaligned() });
            }
            Argument::Pointer(..) => {}
        }
    }
    (given, gives)
}

fn number(name: &str, value: u64) -> String {
    match name {
        "mechanism" => text(&named("CKM_", value)),
        "user" => text(&named("CKU_", value)),
        "flags" => text(&format!("{value:#x}")),
        _ => value.to_string(),
    }
}

fn mechanism(given: CK_MECHANISM) -> String {
    let name = named("CKM_", given.mechanism);
    if given.ulParameterLen == 0 {
        return text(&name);
    }
    let mut shown = Object::default();
    shown.text("name", &name);
    shown.number("parameter_length", given.ulParameterLen);
    shown.end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use cryptoki_sys::{CKA_LABEL, CKA_VALUE, CKM_SHA256, CKR_MECHANISM_INVALID};
    use std::ptr;

    #[test]
    fn pins_and_data_leave_no_byte_and_lengths_of_data_are_told() {
        let mut pin = *b"0815";
        let arguments: Arguments = vec![
            ("session", 1_u64.into()),
            ("user", 1_u64.into()),
            ("pin", pin.as_mut_ptr().into()),
            ("pin_length", 4_u64.into()),
            ("data", ptr::null_mut::<u8>().into()),
            ("data_length", 12_u64.into()),
        ];
        let (given, gives) = shown("C_Login", &arguments, CKR_OK);
        assert_eq!(given.end(), r#"{"session":1,"user":"CKU_USER","data":null,"data_length":12}"#);
        assert!(gives.is_empty());
    }

    #[test]
    fn mechanisms_and_templates_are_named_and_what_a_call_gave_is_told() {
        let mut mechanism =
            CK_MECHANISM { mechanism: CKM_SHA256, pParameter: ptr::null_mut(), ulParameterLen: 0 };
        let (mut label, mut value, mut handle) = (*b"key", *b"secret", 9 as CK_ULONG);
        let mut template = [
            CK_ATTRIBUTE { type_: CKA_LABEL, pValue: label.as_mut_ptr().cast(), ulValueLen: 3 },
            CK_ATTRIBUTE { type_: CKA_VALUE, pValue: value.as_mut_ptr().cast(), ulValueLen: 6 },
        ];
        let arguments: Arguments = vec![
            ("mechanism", ptr::from_mut(&mut mechanism).into()),
            ("template", template.as_mut_ptr().into()),
            ("count", 2_u64.into()),
            ("key", ptr::from_mut(&mut handle).into()),
        ];
        let (given, gives) = shown("C_GenerateKey", &arguments, CKR_OK);
        let template = r#"[{"CKA_LABEL":"key"},{"CKA_VALUE":"6 bytes"}]"#;
        assert_eq!(given.end(), format!(r#"{{"mechanism":"CKM_SHA256","template":{template},"count":2}}"#));
        assert_eq!(gives.end(), r#"{"key":9}"#);
        let (_, gives) = shown("C_GenerateKey", &arguments, CKR_MECHANISM_INVALID);
        assert!(gives.is_empty(), "nothing was written");
    }

    #[test]
    fn what_a_refused_call_never_read_is_not_read_for_the_trace() {
        let arguments: Arguments = vec![("mechanism", ptr::dangling_mut::<CK_MECHANISM>().into())];
        for code in [CKR_CRYPTOKI_NOT_INITIALIZED, CKR_SESSION_HANDLE_INVALID, CKR_FUNCTION_NOT_SUPPORTED] {
            assert!(shown("C_SignInit", &arguments, code).0.is_empty());
        }
    }
}
