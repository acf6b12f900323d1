//! The message functions of 3.0: AES-GCM and ECDSA.

use super::room::{Room, at, size};
use super::{Run, Stage, seen};
use crate::token::{length, mechanism};
use cryptoki_sys::{
    CK_GCM_MESSAGE_PARAMS, CK_ULONG, CKF_END_OF_MESSAGE, CKG_NO_GENERATE, CKM_AES_GCM, CKM_ECDSA_SHA256,
};
use std::ffi::c_void;
use std::ptr::null_mut;

const MESSAGE: &[u8] = b"message";
const ASSOCIATED: &[u8] = b"associated";

/// CK_GCM_MESSAGE_PARAMS with what it points to: an IV of the caller's, and room for the tag.
pub(super) struct Gcm {
    parameters: CK_GCM_MESSAGE_PARAMS,
    iv: Box<[u8; 12]>,
    tag: Box<[u8; 16]>,
}

impl Gcm {
    pub(super) fn new() -> Gcm {
        let parameters = CK_GCM_MESSAGE_PARAMS {
            pIv: null_mut(),
            ulIvLen: 12,
            ulIvFixedBits: 0,
            ivGenerator: CKG_NO_GENERATE,
            pTag: null_mut(),
            ulTagBits: 128,
        };
        Gcm { parameters, iv: Box::new([5; 12]), tag: Box::new([0; 16]) }
    }

    /// Where the structure is, and its length.
    pub(super) fn parameter(&mut self) -> (*mut c_void, CK_ULONG) {
        self.parameters.pIv = self.iv.as_mut_ptr();
        self.parameters.pTag = self.tag.as_mut_ptr();
        ((&raw mut self.parameters).cast(), length(size_of::<CK_GCM_MESSAGE_PARAMS>()))
    }
}

pub(super) fn all(run: &Run, stage: &Stage) {
    encrypted(run, stage);
    encrypted_in_parts(run, stage);
    signed(run, stage);
}

fn encrypted(run: &Run, stage: &Stage) {
    let (session, mut aes, mut gcm) = (stage.session, mechanism(CKM_AES_GCM), Gcm::new());
    let (mut out, mut plain) = (Room::of(64), Room::of(64));
    let ((parameter, bytes), data) = (gcm.parameter(), (at(ASSOCIATED), size(ASSOCIATED)));
    let message = (at(MESSAGE), size(MESSAGE));
    seen!(run, C_MessageEncryptInit(session, &raw mut aes, stage.aes));
    let (pointer, room) = (out.pointer(), out.size());
    seen!(
        run,
        C_EncryptMessage(session, parameter, bytes, data.0, data.1, message.0, message.1, pointer, room)
    );
    seen!(run, C_MessageEncryptFinal(session));
    seen!(run, C_MessageDecryptInit(session, &raw mut aes, stage.aes));
    let sealed = (at(out.given()), size(out.given()));
    let (pointer, room) = (plain.pointer(), plain.size());
    seen!(
        run,
        C_DecryptMessage(session, parameter, bytes, data.0, data.1, sealed.0, sealed.1, pointer, room)
    );
    seen!(run, C_MessageDecryptFinal(session));
}

fn encrypted_in_parts(run: &Run, stage: &Stage) {
    let (session, mut aes, mut gcm) = (stage.session, mechanism(CKM_AES_GCM), Gcm::new());
    let (mut out, mut plain) = (Room::of(64), Room::of(64));
    let ((parameter, bytes), data) = (gcm.parameter(), (at(ASSOCIATED), size(ASSOCIATED)));
    let (message, last) = ((at(MESSAGE), size(MESSAGE)), CKF_END_OF_MESSAGE);
    seen!(run, C_MessageEncryptInit(session, &raw mut aes, stage.aes));
    seen!(run, C_EncryptMessageBegin(session, parameter, bytes, data.0, data.1));
    let (pointer, room) = (out.pointer(), out.size());
    seen!(run, C_EncryptMessageNext(session, parameter, bytes, message.0, message.1, pointer, room, last));
    seen!(run, C_MessageEncryptFinal(session));
    seen!(run, C_MessageDecryptInit(session, &raw mut aes, stage.aes));
    seen!(run, C_DecryptMessageBegin(session, parameter, bytes, data.0, data.1));
    let sealed = (at(out.given()), size(out.given()));
    let (pointer, room) = (plain.pointer(), plain.size());
    seen!(run, C_DecryptMessageNext(session, parameter, bytes, sealed.0, sealed.1, pointer, room, last));
    seen!(run, C_MessageDecryptFinal(session));
}

fn signed(run: &Run, stage: &Stage) {
    let (session, mut ecdsa, mut out) = (stage.session, mechanism(CKM_ECDSA_SHA256), Room::of(256));
    let message = (at(MESSAGE), size(MESSAGE));
    let none: *mut c_void = null_mut();
    seen!(run, C_MessageSignInit(session, &raw mut ecdsa, stage.ec.1));
    seen!(run, C_SignMessage(session, none, 0, message.0, message.1, out.pointer(), out.size()));
    let signature = out.given().to_vec();
    seen!(run, C_SignMessageBegin(session, none, 0));
    seen!(run, C_SignMessageNext(session, none, 0, message.0, message.1, out.pointer(), out.size()));
    seen!(run, C_MessageSignFinal(session));
    let signature = (at(&signature), size(&signature));
    seen!(run, C_MessageVerifyInit(session, &raw mut ecdsa, stage.ec.0));
    seen!(run, C_VerifyMessage(session, none, 0, message.0, message.1, signature.0, signature.1));
    seen!(run, C_VerifyMessageBegin(session, none, 0));
    seen!(run, C_VerifyMessageNext(session, none, 0, message.0, message.1, signature.0, signature.1));
    seen!(run, C_MessageVerifyFinal(session));
}
