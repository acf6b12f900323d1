//! The library, its slots and its tokens.

use super::room::{at, size};
use super::{Run, Stage, seen};
use crate::token::SO_PIN;
use cryptoki_sys::{
    CK_FALSE, CK_INFO, CK_INTERFACE, CK_MECHANISM_INFO, CK_SLOT_INFO, CK_TOKEN_INFO, CKF_DONT_BLOCK,
    CKM_RSA_PKCS,
};
use std::ptr::null_mut;

pub(super) fn begin(run: &Run, stage: &mut Stage) {
    let (mut list, mut interface, mut count) = (null_mut(), null_mut(), 8);
    let nothing = CK_INTERFACE { pInterfaceName: null_mut(), pFunctionList: null_mut(), flags: 0 };
    let mut interfaces = [nothing; 8];
    seen!(run, C_GetFunctionList(&raw mut list));
    seen!(run, C_GetInterfaceList(interfaces.as_mut_ptr(), &raw mut count));
    seen!(run, C_GetInterface(null_mut(), null_mut(), &raw mut interface, 0));
    seen!(run, C_Initialize(null_mut()));
    let mut info = CK_INFO::default();
    seen!(run, C_GetInfo(&raw mut info));
    let (mut slots, mut count) = ([0; 8], 8);
    seen!(run, C_GetSlotList(CK_FALSE, slots.as_mut_ptr(), &raw mut count));
    stage.slot = slots[0];
    let mut info = CK_SLOT_INFO::default();
    seen!(run, C_GetSlotInfo(stage.slot, &raw mut info));
    let label = [b'f'; 32];
    seen!(run, C_InitToken(stage.slot, at(SO_PIN), size(SO_PIN), at(&label)));
    let mut slot = 0;
    seen!(run, C_WaitForSlotEvent(CKF_DONT_BLOCK, &raw mut slot, null_mut()));
    let mut info = CK_TOKEN_INFO::default();
    seen!(run, C_GetTokenInfo(stage.slot, &raw mut info));
    let (mut mechanisms, mut count) = (vec![0; 1024], 1024);
    seen!(run, C_GetMechanismList(stage.slot, mechanisms.as_mut_ptr(), &raw mut count));
    let mut info = CK_MECHANISM_INFO::default();
    seen!(run, C_GetMechanismInfo(stage.slot, CKM_RSA_PKCS, &raw mut info));
}

pub(super) fn end(run: &Run) {
    seen!(run, C_Finalize(null_mut()));
}
