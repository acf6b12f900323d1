//! Where a key lives and by what number PSA calls it.

/// A PSA key id, 32 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(pub u32);

impl KeyId {
    /// The ids that callers may choose: PSA_KEY_ID_USER_MIN to PSA_KEY_ID_USER_MAX.
    pub const USER: std::ops::RangeInclusive<u32> = 1..=0x3fff_ffff;
    /// The ids given to keys made through PKCS#11.
    pub const GIVEN: std::ops::RangeInclusive<u32> = 0x4000_0000..=0x5fff_ffff;
    /// The ids given to volatile keys.
    pub const VOLATILE: std::ops::RangeInclusive<u32> = 0x6000_0000..=0x7fff_ffff;
}

/// A PSA lifetime: location in the upper 24 bits, persistence in the low byte.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Lifetime(pub u32);

impl Lifetime {
    /// PSA_KEY_LIFETIME_VOLATILE.
    pub const VOLATILE: Lifetime = Lifetime(0);
    /// PSA_KEY_LIFETIME_PERSISTENT.
    pub const PERSISTENT: Lifetime = Lifetime(1);
    /// PSA_KEY_PERSISTENCE_READ_ONLY.
    pub const READ_ONLY_PERSISTENCE: u8 = 0xff;

    /// PSA_KEY_LIFETIME_FROM_PERSISTENCE_AND_LOCATION.
    #[must_use]
    pub const fn new(persistence: u8, location: u32) -> Lifetime {
        Lifetime(location << 8 | persistence as u32)
    }

    /// PSA_KEY_LIFETIME_GET_PERSISTENCE.
    #[must_use]
    pub const fn persistence(self) -> u8 {
        (self.0 & 0xff) as u8
    }

    /// PSA_KEY_LIFETIME_GET_LOCATION.
    #[must_use]
    pub const fn location(self) -> u32 {
        self.0 >> 8
    }

    /// PSA_KEY_LIFETIME_IS_VOLATILE: the low byte is 0, whatever the location.
    #[must_use]
    pub const fn is_volatile(self) -> bool {
        self.persistence() == 0
    }
}

impl std::fmt::Debug for Lifetime {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Lifetime({:#x})", self.0)
    }
}
