//! CK_GCM_MESSAGE_PARAMS with the memory it points to.

use std::ffi::c_void;

use cryptoki_sys::{CK_GCM_MESSAGE_PARAMS, CK_ULONG, CKG_NO_GENERATE};

use super::buffer::Buffer;
use crate::hex;
use crate::raw::Answer;

/// The length of the tag, in bytes.
const TAG: usize = 16;

/// An IV of the caller's, and a tag that is lent to be written or to be read.
pub(super) struct Gcm {
    iv: Buffer,
    given_iv: Vec<u8>,
    tag: Buffer,
    given_tag: Option<Vec<u8>>,
    parameters: Box<CK_GCM_MESSAGE_PARAMS>,
}

impl Gcm {
    /// With room for the tag of what is sealed.
    pub(super) fn seal(iv: &[u8]) -> Self {
        Self::new(iv, None)
    }

    /// With the tag that lies behind what is opened; and what lies before it.
    pub(super) fn open<'a>(iv: &[u8], sealed: &'a [u8]) -> Result<(Self, &'a [u8]), String> {
        let at = sealed.len().checked_sub(TAG).ok_or("what is sealed has its tag of 16 bytes behind it")?;
        let (input, tag) = sealed.split_at(at);
        Ok((Self::new(iv, Some(tag)), input))
    }

    fn new(iv: &[u8], tag: Option<&[u8]>) -> Self {
        let mut lent = Self {
            iv: Buffer::of(iv),
            given_iv: iv.to_vec(),
            tag: tag.map_or_else(|| Buffer::blank(TAG), Buffer::of),
            given_tag: tag.map(<[u8]>::to_vec),
            parameters: Box::default(),
        };
        *lent.parameters = CK_GCM_MESSAGE_PARAMS {
            pIv: lent.iv.pointer(),
            ulIvLen: iv.len() as CK_ULONG,
            ulIvFixedBits: 0,
            ivGenerator: CKG_NO_GENERATE,
            pTag: lent.tag.pointer(),
            ulTagBits: (TAG * 8) as CK_ULONG,
        };
        lent
    }

    /// Where the structure is, and its length.
    pub(super) fn pointer(&mut self) -> (*mut c_void, CK_ULONG) {
        let pointer: *mut CK_GCM_MESSAGE_PARAMS = &raw mut *self.parameters;
        (pointer.cast(), size_of::<CK_GCM_MESSAGE_PARAMS>() as CK_ULONG)
    }

    /// Puts the tag behind the bytes of a call that sealed something, and says what was touched that was only to be read.
    pub(super) fn report(&self, answer: &mut Answer) {
        if !self.iv.is_intact() || !self.tag.is_intact() {
            answer.trespasses.push("wrote around the IV or the tag".to_owned());
        }
        let changed_tag = self.given_tag.as_ref().is_some_and(|given| self.tag.bytes(TAG) != *given);
        if self.iv.bytes(usize::MAX) != self.given_iv || changed_tag {
            answer.trespasses.push("changed the caller's IV or tag".to_owned());
        }
        if self.given_tag.is_none()
            && let Some(bytes) = &mut answer.bytes
        {
            bytes.push_str(&hex::encode(&self.tag.bytes(TAG)));
        }
    }
}
