//! Sessions, logins, the states of operations, and the functions of callers that do not wait.

use super::room::{Room, at, size};
use super::{Run, Stage, seen};
use crate::token::{PIN, SO_PIN, mechanism};
use cryptoki_sys::{
    CK_ASYNC_DATA, CK_SESSION_INFO, CKF_DIGEST, CKF_RW_SESSION, CKF_SERIAL_SESSION, CKM_SHA256,
    CKS_LAST_VALIDATION_OK, CKU_SO, CKU_USER,
};
use std::ptr::null_mut;

pub(super) fn begin(run: &Run, stage: &mut Stage) {
    let flags = CKF_SERIAL_SESSION | CKF_RW_SESSION;
    seen!(run, C_OpenSession(stage.slot, flags, null_mut(), None, &raw mut stage.session));
    let session = stage.session;
    seen!(run, C_Login(session, CKU_SO, at(SO_PIN), size(SO_PIN)));
    seen!(run, C_InitPIN(session, at(PIN), size(PIN)));
    seen!(run, C_Logout(session));
    seen!(run, C_LoginUser(session, CKU_USER, at(PIN), size(PIN), null_mut(), 0));
    seen!(run, C_SetPIN(session, at(PIN), size(PIN), at(PIN), size(PIN)));
    let mut info = CK_SESSION_INFO::default();
    seen!(run, C_GetSessionInfo(session, &raw mut info));
    let mut validated = 0;
    seen!(run, C_GetSessionValidationFlags(session, CKS_LAST_VALIDATION_OK, &raw mut validated));
    let seed = [7; 16];
    seen!(run, C_SeedRandom(session, at(&seed), size(&seed)));
    let mut random = [0; 16];
    seen!(run, C_GenerateRandom(session, random.as_mut_ptr(), 16));
}

/// Saves a digest, cancels it, and goes on with it.
pub(super) fn states(run: &Run, stage: &Stage) {
    let (session, mut sha256, mut state) = (stage.session, mechanism(CKM_SHA256), Room::of(1024));
    seen!(run, C_DigestInit(session, &raw mut sha256));
    seen!(run, C_GetOperationState(session, state.pointer(), state.size()));
    seen!(run, C_SessionCancel(session, CKF_DIGEST));
    seen!(run, C_SetOperationState(session, at(state.given()), size(state.given()), 0, 0));
    seen!(run, C_SessionCancel(session, CKF_DIGEST));
}

pub(super) fn pending(run: &Run, stage: &Stage) {
    let (session, mut name) = (stage.session, *b"C_DigestFinal\0");
    let (mut result, mut id, mut room) = (CK_ASYNC_DATA::default(), 0, Room::of(64));
    seen!(run, C_GetFunctionStatus(session));
    seen!(run, C_CancelFunction(session));
    seen!(run, C_AsyncComplete(session, name.as_mut_ptr(), &raw mut result));
    seen!(run, C_AsyncGetID(session, name.as_mut_ptr(), &raw mut id));
    seen!(run, C_AsyncJoin(session, name.as_mut_ptr(), id, room.pointer(), 64));
}

pub(super) fn end(run: &Run, stage: &Stage) {
    seen!(run, C_Logout(stage.session));
    seen!(run, C_CloseSession(stage.session));
    seen!(run, C_CloseAllSessions(stage.slot));
}
