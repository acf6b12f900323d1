//! What the information calls give: the CK_…_INFO structures, without their padding rules' C side.

/// A major and a minor number.
pub(super) type Version = (u8, u8);

/// CK_INFO, without the Cryptoki version, which belongs to the function list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Info {
    /// manufacturerID.
    pub manufacturer: [u8; 32],
    /// libraryDescription.
    pub description: [u8; 32],
    /// libraryVersion.
    pub library_version: Version,
}

/// CK_SLOT_INFO.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlotInfo {
    /// slotDescription.
    pub description: [u8; 64],
    /// manufacturerID.
    pub manufacturer: [u8; 32],
    /// CKF_ flags.
    pub flags: u64,
    /// hardwareVersion.
    pub hardware_version: Version,
    /// firmwareVersion.
    pub firmware_version: Version,
}

/// CK_TOKEN_INFO.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenInfo {
    /// label.
    pub label: [u8; 32],
    /// manufacturerID.
    pub manufacturer: [u8; 32],
    /// model.
    pub model: [u8; 16],
    /// serialNumber.
    pub serial_number: [u8; 16],
    /// CKF_ flags.
    pub flags: u64,
    /// ulMaxSessionCount.
    pub max_session_count: u64,
    /// ulSessionCount.
    pub session_count: u64,
    /// ulMaxRwSessionCount.
    pub max_rw_session_count: u64,
    /// ulRwSessionCount.
    pub rw_session_count: u64,
    /// ulMaxPinLen, in bytes.
    pub max_pin_len: u64,
    /// ulMinPinLen, in bytes.
    pub min_pin_len: u64,
    /// ulTotalPublicMemory, in bytes.
    pub total_public_memory: u64,
    /// ulFreePublicMemory, in bytes.
    pub free_public_memory: u64,
    /// ulTotalPrivateMemory, in bytes.
    pub total_private_memory: u64,
    /// ulFreePrivateMemory, in bytes.
    pub free_private_memory: u64,
    /// hardwareVersion.
    pub hardware_version: Version,
    /// firmwareVersion.
    pub firmware_version: Version,
    /// utcTime: `YYYYMMDDhhmmss00`.
    pub utc_time: [u8; 16],
}

/// CK_MECHANISM_INFO.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MechanismInfo {
    /// ulMinKeySize, in the mechanism's unit.
    pub min_key_size: u64,
    /// ulMaxKeySize, in the mechanism's unit.
    pub max_key_size: u64,
    /// CKF_ flags.
    pub flags: u64,
}

/// CK_SESSION_INFO.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionInfo {
    /// slotID.
    pub slot: u64,
    /// CKS_ state.
    pub state: u64,
    /// CKF_ flags.
    pub flags: u64,
    /// ulDeviceError.
    pub device_error: u64,
}
