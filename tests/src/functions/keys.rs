//! Making, wrapping, deriving and encapsulating keys.

use super::messages::Gcm;
use super::room::{Room, at, size};
use super::{Run, Stage, seen};
use crate::token::{P256, attribute, length, mechanism};
use cryptoki_sys::{
    CK_ECDH1_DERIVE_PARAMS, CK_MECHANISM, CK_OBJECT_HANDLE, CKA_CLASS, CKA_DECAPSULATE, CKA_DERIVE,
    CKA_EC_PARAMS, CKA_EC_POINT, CKA_ENCAPSULATE, CKA_EXTRACTABLE, CKA_KEY_TYPE, CKA_MODULUS_BITS,
    CKA_PARAMETER_SET, CKA_SENSITIVE, CKA_SIGN_RECOVER, CKA_UNWRAP, CKA_VALUE_LEN, CKA_VERIFY_RECOVER,
    CKA_WRAP, CKD_NULL, CKK_AES, CKK_GENERIC_SECRET, CKM_AES_GCM, CKM_AES_KEY_GEN, CKM_AES_KEY_WRAP,
    CKM_EC_KEY_PAIR_GEN, CKM_ECDH1_DERIVE, CKM_ML_KEM, CKM_ML_KEM_KEY_PAIR_GEN, CKM_RSA_PKCS_KEY_PAIR_GEN,
    CKO_SECRET_KEY, CKP_ML_KEM_768,
};
use std::ptr::null_mut;

const YES: &[u8] = &[1];
const NO: &[u8] = &[0];

/// The keys that the other calls use. They may be read, so that they may be digested and wrapped.
pub(super) fn make(run: &Run, stage: &mut Stage) {
    let session = stage.session;
    let bytes = 32_u64.to_ne_bytes();
    let mut template = [
        attribute(CKA_VALUE_LEN, &bytes),
        attribute(CKA_SENSITIVE, NO),
        attribute(CKA_EXTRACTABLE, YES),
        attribute(CKA_WRAP, YES),
        attribute(CKA_UNWRAP, YES),
    ];
    let mut generate = mechanism(CKM_AES_KEY_GEN);
    seen!(run, C_GenerateKey(session, &raw mut generate, template.as_mut_ptr(), 5, &raw mut stage.aes));
    let bits = 2048_u64.to_ne_bytes();
    let public = [attribute(CKA_MODULUS_BITS, &bits), attribute(CKA_VERIFY_RECOVER, YES)];
    let private = [attribute(CKA_SIGN_RECOVER, YES)];
    stage.rsa = pair(run, session, CKM_RSA_PKCS_KEY_PAIR_GEN, &public, &private);
    let public = [attribute(CKA_EC_PARAMS, P256)];
    stage.ec = pair(run, session, CKM_EC_KEY_PAIR_GEN, &public, &[attribute(CKA_DERIVE, YES)]);
}

fn pair(
    run: &Run,
    session: u64,
    with: u64,
    public: &[cryptoki_sys::CK_ATTRIBUTE],
    private: &[cryptoki_sys::CK_ATTRIBUTE],
) -> (CK_OBJECT_HANDLE, CK_OBJECT_HANDLE) {
    let (mut generate, mut handles) = (mechanism(with), (0, 0));
    let (mut public, mut private) = (public.to_vec(), private.to_vec());
    let (public, public_count) = (public.as_mut_ptr(), length(public.len()));
    let (private, private_count) = (private.as_mut_ptr(), length(private.len()));
    let (one, other) = (&raw mut handles.0, &raw mut handles.1);
    seen!(
        run,
        C_GenerateKeyPair(
            session,
            &raw mut generate,
            public,
            public_count,
            private,
            private_count,
            one,
            other
        )
    );
    handles
}

pub(super) fn all(run: &Run, stage: &Stage) {
    wrapped(run, stage);
    wrapped_with_data(run, stage);
    derived(run, stage);
    encapsulated(run, stage);
}

/// A secret AES key as a template.
fn aes_template<'a>(class: &'a [u8; 8], key_type: &'a [u8; 8]) -> [cryptoki_sys::CK_ATTRIBUTE; 2] {
    [attribute(CKA_CLASS, class), attribute(CKA_KEY_TYPE, key_type)]
}

fn wrapped(run: &Run, stage: &Stage) {
    let (session, mut wrap) = (stage.session, mechanism(CKM_AES_KEY_WRAP));
    let (mut out, mut key) = (Room::of(256), 0);
    let (class, key_type) = (CKO_SECRET_KEY.to_ne_bytes(), CKK_AES.to_ne_bytes());
    let mut template = aes_template(&class, &key_type);
    seen!(run, C_WrapKey(session, &raw mut wrap, stage.aes, stage.aes, out.pointer(), out.size()));
    let (given, given_size) = (at(out.given()), size(out.given()));
    let (template, unwrapped) = (template.as_mut_ptr(), &raw mut key);
    seen!(run, C_UnwrapKey(session, &raw mut wrap, stage.aes, given, given_size, template, 2, unwrapped));
}

/// CKM_AES_GCM with CK_GCM_MESSAGE_PARAMS.
fn wrapped_with_data(run: &Run, stage: &Stage) {
    let (session, mut gcm, data) = (stage.session, Gcm::new(), b"associated");
    let (mut out, mut key) = (Room::of(256), 0);
    let (class, key_type) = (CKO_SECRET_KEY.to_ne_bytes(), CKK_AES.to_ne_bytes());
    let mut template = aes_template(&class, &key_type);
    let (parameter, parameter_size) = gcm.parameter();
    let mut wrap =
        CK_MECHANISM { mechanism: CKM_AES_GCM, pParameter: parameter, ulParameterLen: parameter_size };
    let (data, data_size) = (at(data), size(data));
    let (pointer, room) = (out.pointer(), out.size());
    seen!(
        run,
        C_WrapKeyAuthenticated(session, &raw mut wrap, stage.aes, stage.aes, data, data_size, pointer, room)
    );
    let (given, given_size) = (at(out.given()), size(out.given()));
    let (template, unwrapped) = (template.as_mut_ptr(), &raw mut key);
    seen!(
        run,
        C_UnwrapKeyAuthenticated(
            session,
            &raw mut wrap,
            stage.aes,
            given,
            given_size,
            template,
            2,
            data,
            data_size,
            unwrapped
        )
    );
}

fn derived(run: &Run, stage: &Stage) {
    let session = stage.session;
    let mut point = [0; 128];
    let mut wanted = [attribute(CKA_EC_POINT, &point)];
    wanted[0].pValue = point.as_mut_ptr().cast();
    seen!(run, C_GetAttributeValue(session, stage.ec.0, wanted.as_mut_ptr(), 1));
    let mut parameters = CK_ECDH1_DERIVE_PARAMS {
        kdf: CKD_NULL,
        ulSharedDataLen: 0,
        pSharedData: null_mut(),
        ulPublicDataLen: wanted[0].ulValueLen.min(128),
        pPublicData: point.as_mut_ptr(),
    };
    let mut ecdh = CK_MECHANISM {
        mechanism: CKM_ECDH1_DERIVE,
        pParameter: (&raw mut parameters).cast(),
        ulParameterLen: length(size_of::<CK_ECDH1_DERIVE_PARAMS>()),
    };
    let (class, key_type) = (CKO_SECRET_KEY.to_ne_bytes(), CKK_GENERIC_SECRET.to_ne_bytes());
    let mut template = aes_template(&class, &key_type);
    let mut key = 0;
    seen!(run, C_DeriveKey(session, &raw mut ecdh, stage.ec.1, template.as_mut_ptr(), 2, &raw mut key));
}

/// ML-KEM-768.
fn encapsulated(run: &Run, stage: &Stage) {
    let (session, set) = (stage.session, CKP_ML_KEM_768.to_ne_bytes());
    let public = [attribute(CKA_PARAMETER_SET, &set), attribute(CKA_ENCAPSULATE, YES)];
    let private = [attribute(CKA_DECAPSULATE, YES)];
    let keys = pair(run, session, CKM_ML_KEM_KEY_PAIR_GEN, &public, &private);
    let (class, key_type) = (CKO_SECRET_KEY.to_ne_bytes(), CKK_GENERIC_SECRET.to_ne_bytes());
    let mut template = aes_template(&class, &key_type);
    let (mut kem, mut ciphertext) = (mechanism(CKM_ML_KEM), Room::of(4096));
    let (mut ours, mut theirs) = (0, 0);
    let template = template.as_mut_ptr();
    let (pointer, room) = (ciphertext.pointer(), ciphertext.size());
    seen!(run, C_EncapsulateKey(session, &raw mut kem, keys.0, template, 2, pointer, room, &raw mut ours));
    let (given, given_size) = (at(ciphertext.given()), size(ciphertext.given()));
    seen!(
        run,
        C_DecapsulateKey(session, &raw mut kem, keys.1, template, 2, given, given_size, &raw mut theirs)
    );
}
