//! Encryption, decryption, digests, and two of them at once.

use super::room::{Room, at, size};
use super::{Run, Stage, seen};
use crate::token::{length, mechanism};
use cryptoki_sys::{CK_MECHANISM, CKM_AES_CBC_PAD, CKM_ECDSA_SHA256, CKM_SHA256};

const MESSAGE: &[u8] = &[9; 32];

/// CKM_AES_CBC_PAD with this IV, which must outlive it.
fn cbc(iv: &[u8; 16]) -> CK_MECHANISM {
    let pointer = iv.as_ptr().cast_mut().cast();
    CK_MECHANISM { mechanism: CKM_AES_CBC_PAD, pParameter: pointer, ulParameterLen: length(iv.len()) }
}

pub(super) fn all(run: &Run, stage: &Stage) {
    let sealed = ciphers(run, stage);
    digests(run, stage);
    dual(run, stage, &sealed);
}

/// What the message is when it is encrypted.
fn ciphers(run: &Run, stage: &Stage) -> Vec<u8> {
    let (session, key, iv) = (stage.session, stage.aes, [3; 16]);
    let (mut cbc, mut out, mut plain) = (cbc(&iv), Room::of(64), Room::of(64));
    let message = (at(MESSAGE), size(MESSAGE));
    seen!(run, C_EncryptInit(session, &raw mut cbc, key));
    seen!(run, C_EncryptUpdate(session, message.0, message.1, out.pointer(), out.size()));
    seen!(run, C_EncryptFinal(session, out.pointer(), out.size()));
    seen!(run, C_EncryptInit(session, &raw mut cbc, key));
    seen!(run, C_Encrypt(session, message.0, message.1, out.pointer(), out.size()));
    let sealed = out.given().to_vec();
    seen!(run, C_DecryptInit(session, &raw mut cbc, key));
    seen!(run, C_Decrypt(session, at(&sealed), size(&sealed), plain.pointer(), plain.size()));
    seen!(run, C_DecryptInit(session, &raw mut cbc, key));
    seen!(run, C_DecryptUpdate(session, at(&sealed), size(&sealed), plain.pointer(), plain.size()));
    seen!(run, C_DecryptFinal(session, plain.pointer(), plain.size()));
    sealed
}

fn digests(run: &Run, stage: &Stage) {
    let (session, mut sha256, mut out) = (stage.session, mechanism(CKM_SHA256), Room::of(64));
    seen!(run, C_DigestInit(session, &raw mut sha256));
    seen!(run, C_Digest(session, at(MESSAGE), size(MESSAGE), out.pointer(), out.size()));
    seen!(run, C_DigestInit(session, &raw mut sha256));
    seen!(run, C_DigestUpdate(session, at(MESSAGE), size(MESSAGE)));
    seen!(run, C_DigestKey(session, stage.aes));
    seen!(run, C_DigestFinal(session, out.pointer(), out.size()));
}

fn dual(run: &Run, stage: &Stage, sealed: &[u8]) {
    let (session, key, iv) = (stage.session, stage.aes, [3; 16]);
    let (mut cbc, mut sha256, mut ecdsa) = (cbc(&iv), mechanism(CKM_SHA256), mechanism(CKM_ECDSA_SHA256));
    let (mut out, mut end, mut signature) = (Room::of(64), Room::of(64), Room::of(256));
    let (message, given) = ((at(MESSAGE), size(MESSAGE)), (at(sealed), size(sealed)));

    seen!(run, C_DigestInit(session, &raw mut sha256));
    seen!(run, C_EncryptInit(session, &raw mut cbc, key));
    seen!(run, C_DigestEncryptUpdate(session, message.0, message.1, out.pointer(), out.size()));
    seen!(run, C_EncryptFinal(session, end.pointer(), end.size()));
    seen!(run, C_DigestFinal(session, end.pointer(), end.size()));

    seen!(run, C_DigestInit(session, &raw mut sha256));
    seen!(run, C_DecryptInit(session, &raw mut cbc, key));
    seen!(run, C_DecryptDigestUpdate(session, given.0, given.1, out.pointer(), out.size()));
    seen!(run, C_DecryptFinal(session, end.pointer(), end.size()));
    seen!(run, C_DigestFinal(session, end.pointer(), end.size()));

    seen!(run, C_SignInit(session, &raw mut ecdsa, stage.ec.1));
    seen!(run, C_EncryptInit(session, &raw mut cbc, key));
    seen!(run, C_SignEncryptUpdate(session, message.0, message.1, out.pointer(), out.size()));
    seen!(run, C_EncryptFinal(session, end.pointer(), end.size()));
    seen!(run, C_SignFinal(session, signature.pointer(), signature.size()));

    seen!(run, C_VerifyInit(session, &raw mut ecdsa, stage.ec.0));
    seen!(run, C_DecryptInit(session, &raw mut cbc, key));
    seen!(run, C_DecryptVerifyUpdate(session, given.0, given.1, out.pointer(), out.size()));
    seen!(run, C_DecryptFinal(session, end.pointer(), end.size()));
    let signature = signature.given();
    seen!(run, C_VerifyFinal(session, at(signature), size(signature)));
}
