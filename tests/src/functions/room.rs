//! Buffers lent to the module, each with its length.

use crate::token::length;
use cryptoki_sys::{CK_BYTE, CK_ULONG};

/// Room for what a call gives.
pub(super) struct Room {
    bytes: Vec<CK_BYTE>,
    size: CK_ULONG,
}

impl Room {
    /// A buffer of so many bytes.
    pub(super) fn of(size: usize) -> Room {
        Room { bytes: vec![0; size], size: length(size) }
    }

    /// Where it is. The length is the buffer's again.
    pub(super) fn pointer(&mut self) -> *mut CK_BYTE {
        self.size = length(self.bytes.len());
        self.bytes.as_mut_ptr()
    }

    /// Where its length is.
    pub(super) fn size(&mut self) -> *mut CK_ULONG {
        &raw mut self.size
    }

    /// What a call left there.
    pub(super) fn given(&self) -> &[CK_BYTE] {
        let size = usize::try_from(self.size).unwrap_or(usize::MAX).min(self.bytes.len());
        &self.bytes[..size]
    }
}

/// The address of what a call reads: C has no const here.
pub(super) fn at(bytes: &[CK_BYTE]) -> *mut CK_BYTE {
    bytes.as_ptr().cast_mut()
}

/// The length of what a call reads.
pub(super) fn size(bytes: &[CK_BYTE]) -> CK_ULONG {
    length(bytes.len())
}
