//! The key sizes of a mechanism, and the unit they are counted in.

/// The unit in which PKCS#11 counts a mechanism's key sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// The mechanism has no key: sizes read as 0.
    None,
    /// Bits.
    Bits,
    /// Bytes.
    Bytes,
    /// Bytes of the public key, whose size in bits PSA counts otherwise: which keys fit is the family's to say.
    PublicKeyBytes,
}

/// The key sizes a mechanism works with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// Smallest, in `unit`.
    pub min: usize,
    /// Largest, in `unit`.
    pub max: usize,
    /// What is counted.
    pub unit: Unit,
}

impl Sizes {
    /// For a mechanism without a key.
    pub const NONE: Sizes = Sizes { min: 0, max: 0, unit: Unit::None };

    /// Whether a key of `bits` bits is within.
    #[must_use]
    pub fn admit(&self, bits: usize) -> bool {
        let size = match self.unit {
            Unit::None | Unit::PublicKeyBytes => return true,
            Unit::Bits => bits,
            Unit::Bytes => bits.div_ceil(8),
        };
        (self.min..=self.max).contains(&size)
    }
}

impl std::fmt::Display for Sizes {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.unit {
            Unit::None => formatter.write_str("-"),
            Unit::Bits => write!(formatter, "{} to {} bits", self.min, self.max),
            Unit::Bytes => write!(formatter, "{} to {} bytes", self.min, self.max),
            Unit::PublicKeyBytes => write!(formatter, "public keys of {} to {} bytes", self.min, self.max),
        }
    }
}
