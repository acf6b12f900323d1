//! The structures of the headers, field by field, and the values of `twintoken::psa` that they stand for.

use twintoken::fault::Fault;
use twintoken::psa::{
    Algorithm, Attributes, CustomKeyParameters, KeyType, Lifetime, PakeCipherSuite, PakePrimitive,
    StorageInfo, Usage,
};

/// PSA_MAX_KEY_BITS: the largest size that the attributes of a key can tell. `psa_set_key_bits` marks a larger one so.
const MAX_KEY_BITS: u32 = 65528;

/// psa_key_attributes_t.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct KeyAttributes {
    pub(super) id: u32,
    pub(super) lifetime: u32,
    pub(super) usage_flags: u32,
    pub(super) alg: u32,
    pub(super) bits: u32,
    pub(super) key_type: u16,
    pub(super) reserved: u16,
}

/// Every `psa_…_operation_t`: the number of an operation, 0 when it is inactive.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Handle(pub(super) u64);

/// psa_custom_key_parameters_t.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub(super) struct CustomParameters {
    flags: u32,
}

/// psa_pake_cipher_suite_t.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub(super) struct CipherSuite {
    algorithm: u32,
    primitive_bits: u32,
    primitive_type: u8,
    family: u8,
    pub(super) reserved: u16,
    key_confirmation: u32,
}

/// struct psa_storage_info_t.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub(super) struct StoredInfo {
    capacity: usize,
    size: usize,
    flags: u32,
}

// The headers say the same.
const _: () = assert!(size_of::<KeyAttributes>() == 24);
const _: () = assert!(size_of::<Handle>() == 8);
const _: () = assert!(size_of::<CustomParameters>() == 4);
const _: () = assert!(size_of::<CipherSuite>() == 16);
const _: () = assert!(size_of::<StoredInfo>() == 3 * size_of::<usize>());

impl KeyAttributes {
    /// The attributes, each as it is written here.
    pub(super) fn read(self) -> Result<Attributes, Fault> {
        if self.bits > MAX_KEY_BITS {
            return Err(Fault::BadArgument("a key of more than PSA_MAX_KEY_BITS"));
        }
        let bits = usize::try_from(self.bits).map_err(|_| Fault::Internal("bits that fit a usize"))?;
        Ok(Attributes::new()
            .with_id(self.id)
            .with_lifetime(Lifetime(self.lifetime))
            .with_key_type(KeyType(self.key_type))
            .with_bits(bits)
            .with_usage(Usage::from_bits_retain(self.usage_flags))
            .with_algorithm(Algorithm(self.alg)))
    }

    /// What the attributes are in C.
    pub(super) fn of(attributes: &Attributes) -> KeyAttributes {
        KeyAttributes {
            id: attributes.id(),
            lifetime: attributes.lifetime().0,
            usage_flags: attributes.usage().bits(),
            alg: attributes.algorithm().0,
            bits: u32::try_from(attributes.bits()).unwrap_or(u32::MAX),
            key_type: attributes.key_type().0,
            reserved: 0,
        }
    }
}

impl From<StorageInfo> for StoredInfo {
    fn from(info: StorageInfo) -> StoredInfo {
        StoredInfo { capacity: info.capacity, size: info.size, flags: info.flags.bits() }
    }
}

impl From<CustomParameters> for CustomKeyParameters {
    fn from(custom: CustomParameters) -> CustomKeyParameters {
        CustomKeyParameters { flags: custom.flags }
    }
}

impl From<CipherSuite> for PakeCipherSuite {
    fn from(suite: CipherSuite) -> PakeCipherSuite {
        let primitive = PakePrimitive::new(suite.primitive_type, suite.family, suite.primitive_bits);
        PakeCipherSuite::new()
            .with_algorithm(Algorithm(suite.algorithm))
            .with_primitive(primitive)
            .with_key_confirmation(suite.key_confirmation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_come_back_as_they_went_in() {
        let c = KeyAttributes {
            id: 5,
            lifetime: 0x401,
            usage_flags: 0x3c00,
            alg: 0x0600_0609,
            bits: 256,
            key_type: 0x7112,
            reserved: 0,
        };
        let back = KeyAttributes::of(&c.read().unwrap());
        assert_eq!(format!("{back:?}"), format!("{c:?}"));
        assert_eq!(KeyAttributes::default().read().unwrap(), Attributes::new());
        assert!(matches!(KeyAttributes { bits: u32::MAX, ..c }.read(), Err(Fault::BadArgument(_))));
    }
}
