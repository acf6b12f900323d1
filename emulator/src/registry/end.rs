//! The two ends of a string of bytes.

/// An end of a string of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Its most significant bytes.
    Leading,
    /// Its least significant bytes.
    Trailing,
}
