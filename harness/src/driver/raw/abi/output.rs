//! What is lent to a module to write: buffers with a length, lists, handles, structures.

use std::ptr::null_mut;

use cryptoki_sys::{CK_ATTRIBUTE, CK_ULONG};

use super::super::names::number;
use super::buffer::Buffer;
use crate::hex;
use crate::raw::{Answer, Room, Want};

/// The size of [`Room::Ample`] in bytes.
const AMPLE: usize = 16 * 1024;
/// No more is ever lent.
const MOST: u64 = 1024 * 1024;
/// What a length or a handle holds before the call, where the caller has nothing to say there.
const UNWRITTEN: u64 = 0x5ea1_5ea1;

/// The bytes for `count` entries of so many bytes.
fn size(count: u64, unit: usize) -> Result<usize, String> {
    let bytes = count.saturating_mul(unit as u64);
    if bytes > MOST {
        return Err(format!("a buffer of {bytes} bytes is more than the harness lends"));
    }
    usize::try_from(bytes).map_err(|error| error.to_string())
}

/// A buffer and the word for its length, which counts entries of `unit` bytes.
pub(super) struct Output {
    buffer: Option<Buffer>,
    length: Option<Buffer>,
    lent: u64,
    unit: usize,
}

impl Output {
    pub(super) fn new(room: Room, unit: usize) -> Result<Self, String> {
        let entries = (AMPLE / unit) as u64;
        let (buffer, lent) = match room {
            Room::Query => (None, UNWRITTEN),
            Room::Of(count) => (Some(Buffer::blank(size(count, unit)?)), count),
            Room::Ample | Room::NoLength => (Some(Buffer::blank(AMPLE)), entries),
        };
        let length = (room != Room::NoLength).then(|| Buffer::of(&lent.to_ne_bytes()));
        Ok(Self { buffer, length, lent, unit })
    }

    pub(super) fn pointer<T>(&mut self) -> *mut T {
        self.buffer.as_mut().map_or(null_mut(), Buffer::pointer)
    }

    pub(super) fn length(&mut self) -> *mut CK_ULONG {
        self.length.as_mut().map_or(null_mut(), Buffer::pointer)
    }

    /// All the numbers that lie in it after the call.
    pub(super) fn all(&self) -> &[u64] {
        self.buffer.as_ref().map_or(&[][..], Buffer::numbers)
    }

    /// Whether nobody touched what is around the buffer.
    pub(super) fn is_intact(&self) -> bool {
        self.buffer.as_ref().is_none_or(Buffer::is_intact)
    }

    /// The numbers that lie in it after the call, as far as the length goes.
    pub(super) fn numbers(&self) -> &[u64] {
        let count = self.length.as_ref().and_then(|length| length.numbers().first().copied()).unwrap_or(0);
        let all = self.all();
        &all[..usize::try_from(count).map_or(all.len(), |count| count.min(all.len()))]
    }

    /// Writes down what the module left there.
    pub(super) fn report(&self, answer: &mut Answer) {
        let succeeded = answer.code == "CKR_OK";
        let written = self.length.as_ref().and_then(|length| length.numbers().first().copied());
        if self.length.as_ref().is_some_and(|length| !length.is_intact()) {
            answer.trespasses.push("wrote around the length".to_owned());
        }
        answer.length =
            written.filter(|written| *written != self.lent || (succeeded && self.buffer.is_some()));
        let Some(buffer) = &self.buffer else { return };
        if !buffer.is_intact() {
            answer.trespasses.push(format!("wrote past a buffer of {} bytes", buffer.size()));
        }
        let Some(written) = written.filter(|_| succeeded) else { return };
        let bytes = written.saturating_mul(self.unit as u64);
        if bytes > buffer.size() as u64 {
            answer.trespasses.push(format!("says {bytes} bytes lie in a buffer of {}", buffer.size()));
        }
        let kept = usize::try_from(bytes).map_or(buffer.size(), |bytes| bytes.min(buffer.size()));
        answer.bytes = Some(hex::encode(&buffer.bytes(kept)));
    }
}

/// The place for a handle; without one, the pointer is NULL.
pub(super) struct Place(Option<Buffer>);

impl Place {
    pub(super) fn new(lent: bool) -> Self {
        Self(lent.then(|| Buffer::of(&UNWRITTEN.to_ne_bytes())))
    }

    pub(super) fn pointer(&mut self) -> *mut CK_ULONG {
        self.0.as_mut().map_or(null_mut(), Buffer::pointer)
    }

    /// The number the module wrote, if the call succeeded.
    pub(super) fn report(&self, answer: &mut Answer) -> Option<u64> {
        let buffer = self.0.as_ref()?;
        if !buffer.is_intact() {
            answer.trespasses.push("wrote around the place for a number".to_owned());
        }
        let written = buffer.numbers().first().copied().filter(|number| *number != UNWRITTEN);
        match (answer.code == "CKR_OK", written) {
            (true, None) => answer.trespasses.push("wrote no number although it succeeded".to_owned()),
            (false, Some(number)) if number != 0 => {
                answer.trespasses.push("wrote a number although it failed".to_owned());
            }
            (true, Some(number)) => return Some(number),
            (false, _) => {}
        }
        None
    }
}

/// The template of C_GetAttributeValue.
pub(super) struct Wanted {
    attributes: Vec<CK_ATTRIBUTE>,
    lent: Vec<(CK_ATTRIBUTE, Option<Buffer>)>,
}

impl Wanted {
    pub(super) fn new(wanted: &[Want]) -> Result<Self, String> {
        let mut lent = Vec::with_capacity(wanted.len());
        for want in wanted {
            let mut buffer = match want.room {
                Room::Query | Room::NoLength => None,
                Room::Of(bytes) => Some(Buffer::blank(size(bytes, 1)?)),
                Room::Ample => Some(Buffer::blank(AMPLE)),
            };
            let attribute = CK_ATTRIBUTE {
                type_: number(&want.attribute)?,
                pValue: buffer.as_mut().map_or(null_mut(), Buffer::pointer),
                ulValueLen: buffer.as_ref().map_or(UNWRITTEN, |buffer| buffer.size() as CK_ULONG),
            };
            lent.push((attribute, buffer));
        }
        Ok(Self { attributes: lent.iter().map(|(attribute, _)| *attribute).collect(), lent })
    }

    pub(super) fn pointer(&mut self) -> (*mut CK_ATTRIBUTE, CK_ULONG) {
        (self.attributes.as_mut_ptr(), self.attributes.len() as CK_ULONG)
    }

    pub(super) fn report(&self, answer: &mut Answer) {
        // The codes after which every entry holds an answer of its own.
        let answered =
            ["CKR_OK", "CKR_ATTRIBUTE_SENSITIVE", "CKR_ATTRIBUTE_TYPE_INVALID", "CKR_BUFFER_TOO_SMALL"]
                .contains(&answer.code.as_str());
        for (now, (before, buffer)) in self.attributes.iter().zip(&self.lent) {
            if now.type_ != before.type_ || now.pValue != before.pValue {
                answer.trespasses.push("changed the type or the address of an attribute".to_owned());
            }
            let length = (now.ulValueLen != u64::MAX).then_some(now.ulValueLen);
            let mut bytes = None;
            if let Some(buffer) = buffer {
                if !buffer.is_intact() {
                    answer.trespasses.push(format!("wrote past an attribute of {} bytes", buffer.size()));
                }
                match length.map(|length| (usize::try_from(length).unwrap_or(usize::MAX), answered)) {
                    Some((length, true)) if length <= buffer.size() => {
                        bytes = Some(hex::encode(&buffer.bytes(length)));
                    }
                    Some((length, true)) => answer
                        .trespasses
                        .push(format!("says {length} bytes lie in an attribute of {}", buffer.size())),
                    _ => {}
                }
            }
            answer.attributes.push((length, bytes));
        }
    }
}
