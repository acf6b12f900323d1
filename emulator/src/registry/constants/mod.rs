//! The PKCS#11 constants, by the specification's names.
//!
//! A test compares each of them with the specification's list in `vectors/data/spec/`.
#![allow(missing_docs, reason = "the names are the specification's, and so are their meanings")]

/// Makes constants, and the list of them by name.
macro_rules! constants {
    ($list:ident $($name:ident = $value:expr;)*) => {
        $(pub const $name: u64 = $value;)*

        pub(super) const $list: &[(&str, u64)] = &[$((stringify!($name), $value)),*];
    };
}
mod attributes;
mod later_mechanisms;
mod mechanisms;
mod others;
mod returns;

pub use attributes::*;
pub use later_mechanisms::*;
pub use mechanisms::*;
pub use others::*;
pub use returns::*;

/// Every constant, by name.
pub fn all() -> impl Iterator<Item = (&'static str, u64)> {
    [OTHERS, RETURNS, ATTRIBUTES, MECHANISMS, LATER_MECHANISMS].into_iter().flatten().copied()
}

/// The specification's name of a value, among the constants whose names start with `prefix`.
#[must_use]
pub fn name_of(prefix: &str, value: u64) -> Option<&'static str> {
    all().find(|(name, number)| *number == value && name.starts_with(prefix)).map(|(name, _)| name)
}
