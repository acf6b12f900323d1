//! Tokens: their headers and PINs, the two keys that seal their records, and the vault that holds all of them.

mod asset;
mod envelope;
mod examine;
mod header;
mod kept;
mod keys;
mod list;
mod quota;
mod search;
mod state;
mod tags;
mod vault;

pub use asset::{Asset, Service};
pub use examine::{Flaw, Looked, TokenLook, examine};
pub use header::{Header, User};
pub use keys::{Cost, PrivateKey};
pub use list::{Token, Tokens};
pub use vault::{Change, Vault};

/// The shortest and the longest PIN, in bytes.
pub const PIN_LENGTH: std::ops::RangeInclusive<usize> = 4..=255;
