//! Signatures: one part and many, with recovery, and known before the data.

use super::room::{Room, at, size};
use super::{Run, Stage, seen};
use crate::token::mechanism;
use cryptoki_sys::{CKM_ECDSA_SHA256, CKM_RSA_PKCS};

const MESSAGE: &[u8] = b"message";

pub(super) fn all(run: &Run, stage: &Stage) {
    let signature = signed(run, stage);
    verified(run, stage, &signature);
    recovered(run, stage);
}

fn signed(run: &Run, stage: &Stage) -> Vec<u8> {
    let (session, mut ecdsa, mut out) = (stage.session, mechanism(CKM_ECDSA_SHA256), Room::of(256));
    seen!(run, C_SignInit(session, &raw mut ecdsa, stage.ec.1));
    seen!(run, C_SignUpdate(session, at(MESSAGE), size(MESSAGE)));
    seen!(run, C_SignFinal(session, out.pointer(), out.size()));
    seen!(run, C_SignInit(session, &raw mut ecdsa, stage.ec.1));
    seen!(run, C_Sign(session, at(MESSAGE), size(MESSAGE), out.pointer(), out.size()));
    out.given().to_vec()
}

fn verified(run: &Run, stage: &Stage, signature: &[u8]) {
    let (session, key, mut ecdsa) = (stage.session, stage.ec.0, mechanism(CKM_ECDSA_SHA256));
    let (message, signature) = ((at(MESSAGE), size(MESSAGE)), (at(signature), size(signature)));
    seen!(run, C_VerifyInit(session, &raw mut ecdsa, key));
    seen!(run, C_Verify(session, message.0, message.1, signature.0, signature.1));
    seen!(run, C_VerifyInit(session, &raw mut ecdsa, key));
    seen!(run, C_VerifyUpdate(session, message.0, message.1));
    seen!(run, C_VerifyFinal(session, signature.0, signature.1));
    seen!(run, C_VerifySignatureInit(session, &raw mut ecdsa, key, signature.0, signature.1));
    seen!(run, C_VerifySignature(session, message.0, message.1));
    seen!(run, C_VerifySignatureInit(session, &raw mut ecdsa, key, signature.0, signature.1));
    seen!(run, C_VerifySignatureUpdate(session, message.0, message.1));
    seen!(run, C_VerifySignatureFinal(session));
}

fn recovered(run: &Run, stage: &Stage) {
    let (session, mut rsa) = (stage.session, mechanism(CKM_RSA_PKCS));
    let (mut signature, mut data) = (Room::of(512), Room::of(512));
    seen!(run, C_SignRecoverInit(session, &raw mut rsa, stage.rsa.1));
    seen!(run, C_SignRecover(session, at(MESSAGE), size(MESSAGE), signature.pointer(), signature.size()));
    seen!(run, C_VerifyRecoverInit(session, &raw mut rsa, stage.rsa.0));
    let signature = signature.given();
    seen!(run, C_VerifyRecover(session, at(signature), size(signature), data.pointer(), data.size()));
}
