//! The structures a module fills, and their fields as numbers and texts.

use std::collections::BTreeMap;
use std::ptr::null_mut;

use cryptoki_sys as ck;

use super::buffer::Buffer;
use crate::raw::Answer;

/// A structure with its fields in words.
pub(super) trait Fields: Copy {
    fn fields(&self, numbers: &mut BTreeMap<String, u64>, texts: &mut BTreeMap<String, String>);
}

/// The place for a structure; without one, the pointer is NULL.
pub(super) struct Structure(Option<Buffer>);

impl Structure {
    pub(super) fn new<T: Fields>(null: bool) -> Self {
        Self((!null).then(|| Buffer::blank(size_of::<T>())))
    }

    pub(super) fn pointer<T: Fields>(&mut self) -> *mut T {
        self.0.as_mut().map_or(null_mut(), Buffer::pointer)
    }

    pub(super) fn report<T: Fields>(&mut self, answer: &mut Answer) {
        let Some(buffer) = &mut self.0 else { return };
        if !buffer.is_intact() {
            answer.trespasses.push("wrote past its structure".to_owned());
        }
        if answer.code == "CKR_OK" && buffer.size() >= size_of::<T>() {
            // SAFETY: the buffer is aligned, as large as the structure, and every byte of it was written by the harness;
            // the structures consist of numbers and bytes, for which any bits will do.
            let structure = unsafe { buffer.pointer::<T>().read() };
            structure.fields(&mut answer.numbers, &mut answer.texts);
        }
    }
}

macro_rules! fields {
    ($type:ty: $([$number:ident $number_name:literal])* | $([$text:ident $text_name:literal])* | $([$version:ident])*) => {
        impl Fields for $type {
            #[allow(unused_variables, reason = "some structures have no text")]
            fn fields(&self, numbers: &mut BTreeMap<String, u64>, texts: &mut BTreeMap<String, String>) {
                $(numbers.insert($number_name.to_owned(), self.$number);)*
                $(texts.insert($text_name.to_owned(), text(&self.$text));)*
                $(
                    let version = u64::from(self.$version.major) << 8 | u64::from(self.$version.minor);
                    numbers.insert(stringify!($version).to_owned(), version);
                )*
            }
        }
    };
}

/// Bytes of a structure as text; what is no UTF-8 shows as such, and NUL stays NUL.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fields!(ck::CK_INFO: [flags "flags"]
    | [manufacturerID "manufacturerID"] [libraryDescription "libraryDescription"]
    | [cryptokiVersion] [libraryVersion]);
fields!(ck::CK_SLOT_INFO: [flags "flags"]
    | [slotDescription "slotDescription"] [manufacturerID "manufacturerID"]
    | [hardwareVersion] [firmwareVersion]);
fields!(ck::CK_TOKEN_INFO: [flags "flags"]
    [ulMaxSessionCount "MaxSessionCount"] [ulSessionCount "SessionCount"]
    [ulMaxRwSessionCount "MaxRwSessionCount"] [ulRwSessionCount "RwSessionCount"]
    [ulMaxPinLen "MaxPinLen"] [ulMinPinLen "MinPinLen"]
    [ulTotalPublicMemory "TotalPublicMemory"] [ulFreePublicMemory "FreePublicMemory"]
    [ulTotalPrivateMemory "TotalPrivateMemory"] [ulFreePrivateMemory "FreePrivateMemory"]
    | [label "label"] [manufacturerID "manufacturerID"] [model "model"] [serialNumber "serialNumber"]
      [utcTime "utcTime"]
    | [hardwareVersion] [firmwareVersion]);
fields!(ck::CK_MECHANISM_INFO: [ulMinKeySize "MinKeySize"] [ulMaxKeySize "MaxKeySize"] [flags "flags"] | |);
fields!(ck::CK_SESSION_INFO: [slotID "slotID"] [state "state"] [flags "flags"] [ulDeviceError "DeviceError"] | |);
