//! Objects, their attributes, and finding them.

use super::{Run, Stage, seen};
use crate::token::attribute;
use cryptoki_sys::{CKA_CLASS, CKA_LABEL, CKA_PRIVATE, CKA_VALUE, CKO_DATA};

pub(super) fn all(run: &Run, stage: &Stage) {
    let session = stage.session;
    let class = CKO_DATA.to_ne_bytes();
    let mut template = [
        attribute(CKA_CLASS, &class),
        attribute(CKA_PRIVATE, &[0]),
        attribute(CKA_LABEL, b"one"),
        attribute(CKA_VALUE, b"value"),
    ];
    let (mut object, mut copy) = (0, 0);
    seen!(run, C_CreateObject(session, template.as_mut_ptr(), 4, &raw mut object));
    let mut label = [attribute(CKA_LABEL, b"two")];
    seen!(run, C_CopyObject(session, object, label.as_mut_ptr(), 1, &raw mut copy));
    let mut bytes = 0;
    seen!(run, C_GetObjectSize(session, object, &raw mut bytes));
    let room = [0; 8];
    let mut wanted = [attribute(CKA_VALUE, &room)];
    seen!(run, C_GetAttributeValue(session, object, wanted.as_mut_ptr(), 1));
    seen!(run, C_SetAttributeValue(session, object, label.as_mut_ptr(), 1));
    let (mut found, mut count) = ([0; 4], 0);
    seen!(run, C_FindObjectsInit(session, label.as_mut_ptr(), 1));
    seen!(run, C_FindObjects(session, found.as_mut_ptr(), 4, &raw mut count));
    seen!(run, C_FindObjectsFinal(session));
    seen!(run, C_DestroyObject(session, copy));
    seen!(run, C_DestroyObject(session, object));
}
