//! One place of a C signature, whatever its type.

use cryptoki_sys::{CK_NOTIFY, CK_ULONG};
use std::ffi::c_void;

/// What the caller passed at one place, or what is passed to the module.
#[derive(Clone, Copy, Debug)]
pub(super) enum Word {
    /// CK_ULONG or CK_BBOOL.
    Number(u64),
    /// A pointer to anything.
    Pointer(*mut c_void),
    /// A callback.
    Notify(CK_NOTIFY),
}

impl Word {
    pub(super) fn number(self) -> u64 {
        if let Self::Number(number) = self { number } else { 0 }
    }

    pub(super) fn pointer<T>(self) -> *mut T {
        if let Self::Pointer(pointer) = self { pointer.cast() } else { std::ptr::null_mut() }
    }
}

/// A type that is passed at one place.
pub(super) trait Passed: Sized {
    fn word(self) -> Word;
    fn of(word: Word) -> Self;
}

impl Passed for CK_ULONG {
    fn word(self) -> Word {
        Word::Number(self)
    }

    fn of(word: Word) -> Self {
        word.number()
    }
}

impl Passed for u8 {
    fn word(self) -> Word {
        Word::Number(self.into())
    }

    fn of(word: Word) -> Self {
        u8::try_from(word.number()).unwrap_or(u8::MAX)
    }
}

impl<T> Passed for *mut T {
    fn word(self) -> Word {
        Word::Pointer(self.cast())
    }

    fn of(word: Word) -> Self {
        word.pointer()
    }
}

impl Passed for CK_NOTIFY {
    fn word(self) -> Word {
        Word::Notify(self)
    }

    fn of(word: Word) -> Self {
        if let Word::Notify(callback) = word { callback } else { None }
    }
}
