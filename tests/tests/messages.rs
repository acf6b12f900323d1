//! The message functions through C pointers: what is read from their parameters, and what is written back.
#![allow(unsafe_code, reason = "this test is about what C lets a caller do")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::MessageParam;
use cryptoki::mechanism::aead::{GcmMessageParams, GeneratorFunction};
use cryptoki::object::{Attribute, KeyType, ObjectClass};
use cryptoki::session::{Session, UserType};
use cryptoki::types::AuthPin;
use cryptoki_sys::{
    CK_BYTE, CK_FUNCTION_LIST_3_0, CK_GCM_MESSAGE_PARAMS, CK_MECHANISM, CKA_CLASS, CKA_KEY_TYPE, CKA_VALUE,
    CKF_END_OF_MESSAGE, CKG_GENERATE, CKG_GENERATE_COUNTER, CKG_NO_GENERATE, CKK_AES, CKM_AES_GCM,
    CKO_SECRET_KEY, CKR_ARGUMENTS_BAD, CKR_BUFFER_TOO_SMALL, CKR_MECHANISM_PARAM_INVALID, CKR_OK,
    CKR_OPERATION_NOT_INITIALIZED, CKR_SESSION_HANDLE_INVALID,
};
use std::ptr::{from_mut, null_mut};
use twintoken_tests::module::Module;
use twintoken_tests::{child, module, ok, token};

/// Test case 2 of the specification of GCM (McGrew and Viega): key, nonce and plaintext of zeroes.
const CIPHERTEXT: [u8; 16] =
    [0x03, 0x88, 0xda, 0xce, 0x60, 0xb6, 0xa3, 0x92, 0xf3, 0x28, 0xc2, 0xb9, 0x71, 0xb2, 0xfe, 0x78];
const TAG: [u8; 16] =
    [0xab, 0x6e, 0x47, 0xd4, 0x2c, 0xec, 0x13, 0xbd, 0xf5, 0x3a, 0x67, 0xb2, 0x12, 0x57, 0xbd, 0xdf];
const SIZE: u64 = size_of::<CK_GCM_MESSAGE_PARAMS>() as u64;

fn parameters(iv: &mut [u8], tag: &mut [u8], generator: u64) -> CK_GCM_MESSAGE_PARAMS {
    CK_GCM_MESSAGE_PARAMS {
        pIv: iv.as_mut_ptr(),
        ulIvLen: iv.len() as u64,
        ulIvFixedBits: 0,
        ivGenerator: generator,
        pTag: tag.as_mut_ptr(),
        ulTagBits: tag.len() as u64 * 8,
    }
}

/// The functions of 3.0 that the module gives for C_GetInterface.
fn functions(module: &Module) -> &'static CK_FUNCTION_LIST_3_0 {
    type GetInterface = unsafe extern "C" fn(
        *mut CK_BYTE,
        *mut cryptoki_sys::CK_VERSION,
        *mut *mut cryptoki_sys::CK_INTERFACE,
        u64,
    ) -> u64;
    let address = module.symbol("C_GetInterface").unwrap();
    let mut version = cryptoki_sys::CK_VERSION { major: 3, minor: 0 };
    let mut found = null_mut();
    // SAFETY: the symbol has the specification's type, and the pointers are valid.
    let code = unsafe {
        std::mem::transmute::<usize, GetInterface>(address)(null_mut(), &raw mut version, &raw mut found, 0)
    };
    assert_eq!(code, CKR_OK);
    // SAFETY: on success the module gives an interface whose list lives as long as it does.
    unsafe { &*(*found).pFunctionList.cast() }
}

/// A session of the user on a new token, through the safe crate.
fn session_of_the_user(client: &Pkcs11) -> Session {
    let pin = |text: &[u8]| AuthPin::new(String::from_utf8(text.to_vec()).unwrap().into());
    let slot = client.get_slots_with_token().unwrap()[0];
    client.init_token(slot, &pin(token::SO_PIN), "client").unwrap();
    let session = client.open_rw_session(slot).unwrap();
    session.login(UserType::So, Some(&pin(token::SO_PIN))).unwrap();
    session.init_pin(&pin(token::PIN)).unwrap();
    session.logout().unwrap();
    session.login(UserType::User, Some(&pin(token::PIN))).unwrap();
    session
}

/// Calls a function of 3.0 with valid arguments.
macro_rules! later {
    ($list:expr, $name:ident($($argument:expr),* $(,)?)) => {{
        // SAFETY: the arguments are what the specification asks for, or refused before they are followed.
        unsafe { $list.$name.unwrap()($($argument),*) }
    }};
}

fn zero_key(module: &Module, session: u64) -> u64 {
    let (class, kind) = (CKO_SECRET_KEY.to_ne_bytes(), CKK_AES.to_ne_bytes());
    let mut template = [
        token::attribute(CKA_CLASS, &class),
        token::attribute(CKA_KEY_TYPE, &kind),
        token::attribute(CKA_VALUE, &[0; 16]),
    ];
    let mut key = 0;
    ok!(module, C_CreateObject(session, template.as_mut_ptr(), 3, &raw mut key));
    key
}

#[test]
fn nonce_and_tag_are_written_where_the_parameter_points_and_only_with_the_ciphertext() {
    child::run_traced(
        "nonce_and_tag_are_written_where_the_parameter_points_and_only_with_the_ciphertext",
        || {
            let module = Module::load();
            let session = token::ready(&module);
            let key = zero_key(&module, session);
            let list = functions(&module);
            let mut gcm = token::mechanism(CKM_AES_GCM);
            assert_eq!(later!(list, C_MessageEncryptInit(session, &raw mut gcm, key)), CKR_OK);
            let (mut iv, mut tag, mut data, mut out) = ([7; 12], [7; 16], [0; 16], [7; 17]);
            let mut given = parameters(&mut iv, &mut tag, CKG_GENERATE_COUNTER);
            let parameter: *mut std::ffi::c_void = from_mut(&mut given).cast();
            let mut seal = |room: *mut u8, length: &mut u64| {
                let text = data.as_mut_ptr();
                later!(
                    list,
                    C_EncryptMessage(session, parameter, SIZE, null_mut(), 0, text, 16, room, length)
                )
            };
            let mut length = 0;
            assert_eq!((seal(null_mut(), &mut length), length), (CKR_OK, 16));
            length = 15;
            assert_eq!((seal(out.as_mut_ptr(), &mut length), length), (CKR_BUFFER_TOO_SMALL, 16));
            assert_eq!((iv, tag, out), ([7; 12], [7; 16], [7; 17]), "nothing is written yet");
            length = 17;
            assert_eq!((seal(out.as_mut_ptr(), &mut length), length), (CKR_OK, 16));
            assert_eq!((iv, tag, out[16]), ([0; 12], TAG, 7));
            assert_eq!(out[..16], CIPHERTEXT);
            assert_eq!(later!(list, C_MessageEncryptFinal(session)), CKR_OK);
            assert_eq!(later!(list, C_MessageEncryptFinal(session)), CKR_OPERATION_NOT_INITIALIZED);
        },
    );
}

#[test]
fn a_message_in_parts_gets_its_nonce_first_and_its_tag_last() {
    child::run_traced("a_message_in_parts_gets_its_nonce_first_and_its_tag_last", || {
        let module = Module::load();
        let session = token::ready(&module);
        let key = zero_key(&module, session);
        let list = functions(&module);
        let (mut iv, mut tag, mut data) = ([7; 12], [7; 16], *b"a message of two");
        let mut given = parameters(&mut iv, &mut tag, CKG_GENERATE);
        let parameter: *mut std::ffi::c_void = from_mut(&mut given).cast();
        let mut gcm = CK_MECHANISM { mechanism: CKM_AES_GCM, pParameter: parameter, ulParameterLen: SIZE };
        let mut head = *b"head";
        assert_eq!(later!(list, C_MessageEncryptInit(session, &raw mut gcm, key)), CKR_OK);
        let head = head.as_mut_ptr();
        assert_eq!(later!(list, C_EncryptMessageBegin(session, parameter, SIZE, head, 4)), CKR_OK);
        assert_ne!(iv, [7; 12]);
        let made = iv;
        // The output takes the place of the input, as the specification allows.
        let place = data.as_mut_ptr();
        for (from, flags) in [(0, 0), (8, CKF_END_OF_MESSAGE)] {
            let part = place.wrapping_add(from);
            let mut length = 8;
            let code = later!(
                list,
                C_EncryptMessageNext(session, parameter, SIZE, part, 8, part, &raw mut length, flags)
            );
            assert_eq!((code, length, iv), (CKR_OK, 8, made));
        }
        assert_ne!(tag, [7; 16]);
        assert_eq!(later!(list, C_MessageDecryptInit(session, &raw mut gcm, key)), CKR_OK);
        let mut length = 16;
        let code = later!(
            list,
            C_DecryptMessage(session, parameter, SIZE, head, 4, place, 16, place, &raw mut length)
        );
        assert_eq!((code, length, &data), (CKR_OK, 16, b"a message of two"));
    });
}

#[test]
fn parameters_that_are_none_are_refused_and_a_mechanism_at_null_ends_the_process() {
    child::run_traced(
        "parameters_that_are_none_are_refused_and_a_mechanism_at_null_ends_the_process",
        || {
            let module = Module::load();
            let session = token::ready(&module);
            let key = zero_key(&module, session);
            let list = functions(&module);
            let (mut iv, mut tag, mut data, mut out) = ([0; 12], [0; 16], [0; 16], [0; 16]);
            let right = parameters(&mut iv, &mut tag, CKG_NO_GENERATE);
            let mut gcm = token::mechanism(CKM_AES_GCM);
            let mut length = 16;
            let mut seal = |session, mut given: CK_GCM_MESSAGE_PARAMS, size| {
                let parameter = (&raw mut given).cast();
                let (text, room) = (data.as_mut_ptr(), out.as_mut_ptr());
                let length = &raw mut length;
                later!(
                    list,
                    C_EncryptMessage(session, parameter, size, null_mut(), 0, text, 16, room, length)
                )
            };
            assert_eq!(seal(session, right, SIZE), CKR_OPERATION_NOT_INITIALIZED);
            assert_eq!(seal(0xdead, right, SIZE), CKR_SESSION_HANDLE_INVALID);
            let mut eight = 8_u64;
            let mut wrong =
                CK_MECHANISM { pParameter: from_mut(&mut eight).cast(), ulParameterLen: 8, ..gcm };
            let code = later!(list, C_MessageEncryptInit(session, &raw mut wrong, key));
            assert_eq!(code, CKR_MECHANISM_PARAM_INVALID);
            assert_eq!(later!(list, C_MessageEncryptInit(session, &raw mut gcm, key)), CKR_OK);
            for (given, size) in [
                (right, SIZE - 1),
                (CK_GCM_MESSAGE_PARAMS { pIv: null_mut(), ..right }, SIZE),
                (CK_GCM_MESSAGE_PARAMS { pTag: null_mut(), ..right }, SIZE),
                (CK_GCM_MESSAGE_PARAMS { ulTagBits: u64::MAX, ..right }, SIZE),
                (CK_GCM_MESSAGE_PARAMS { ulTagBits: 8, ..right }, SIZE),
                (CK_GCM_MESSAGE_PARAMS { ulIvLen: u64::MAX, ..right }, SIZE),
                (CK_GCM_MESSAGE_PARAMS { ulIvLen: 0, ..right }, SIZE),
                (CK_GCM_MESSAGE_PARAMS { ivGenerator: 99, ..right }, SIZE),
                (CK_GCM_MESSAGE_PARAMS { ivGenerator: CKG_GENERATE, ulIvFixedBits: 96, ..right }, SIZE),
            ] {
                assert_eq!(seal(session, given, size), CKR_MECHANISM_PARAM_INVALID, "{given:?}");
            }
            assert_eq!(seal(session, right, SIZE), CKR_OK, "none of these ended the process");
            assert_eq!(later!(list, C_MessageEncryptInit(session, null_mut(), 0)), CKR_OK);
            assert_eq!(seal(session, right, SIZE), CKR_OPERATION_NOT_INITIALIZED);
        },
    );
}

#[test]
fn a_part_that_cannot_be_read_ends_its_message() {
    child::run_traced("a_part_that_cannot_be_read_ends_its_message", || {
        let module = Module::load();
        let session = token::ready(&module);
        let (_, private) = token::generate_p256(&module, session, "signer", b"\x01");
        let list = functions(&module);
        let mut ecdsa = token::mechanism(cryptoki_sys::CKM_ECDSA_SHA256);
        assert_eq!(later!(list, C_MessageSignInit(session, &raw mut ecdsa, private)), CKR_OK);
        let mut data = [1; 8];
        let next = |data: *mut u8| {
            later!(list, C_SignMessageNext(session, null_mut(), 0, data, 8, null_mut(), null_mut()))
        };
        assert_eq!(next(data.as_mut_ptr()), CKR_OPERATION_NOT_INITIALIZED);
        assert_eq!(later!(list, C_SignMessageBegin(session, null_mut(), 0)), CKR_OK);
        assert_eq!(next(data.as_mut_ptr()), CKR_OK);
        assert_eq!(next(null_mut()), CKR_ARGUMENTS_BAD);
        assert_eq!(next(data.as_mut_ptr()), CKR_OPERATION_NOT_INITIALIZED);
        let something = data.as_mut_ptr().cast();
        let code = later!(list, C_SignMessageBegin(session, something, 8));
        assert_eq!(code, CKR_MECHANISM_PARAM_INVALID);
        assert_eq!(later!(list, C_SignMessageBegin(session, null_mut(), 0)), CKR_OK);
        assert_eq!(later!(list, C_MessageSignFinal(session)), CKR_OK);
    });
}

#[test]
fn a_client_of_the_safe_crate_encrypts_and_decrypts_messages() {
    child::run_traced("a_client_of_the_safe_crate_encrypts_and_decrypts_messages", || {
        let client = Pkcs11::new(module::path()).unwrap();
        client.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)).unwrap();
        let session = session_of_the_user(&client);
        let template = [
            Attribute::Class(ObjectClass::SECRET_KEY),
            Attribute::KeyType(KeyType::AES),
            Attribute::Value(vec![0; 16]),
        ];
        let key = session.create_object(&template).unwrap();
        let (mut iv, mut tag) = ([0; 12], [0; 16]);
        let no = GeneratorFunction::NoGenerate;
        let given = GcmMessageParams::new(&mut iv, 96.into(), no, &mut tag).unwrap();
        session.message_encrypt_init(&Mechanism::AesGcmMessage(given), key).unwrap();
        let sealed = session.encrypt_message(&MessageParam::AesGcmMessage(given), b"", &[0; 16]).unwrap();
        session.message_encrypt_final().unwrap();
        assert_eq!((&sealed[..], tag), (&CIPHERTEXT[..], TAG));
        let given = GcmMessageParams::new(&mut iv, 96.into(), no, &mut tag).unwrap();
        session.message_decrypt_init(&Mechanism::AesGcmMessage(given), key).unwrap();
        let opened = session.decrypt_message(&MessageParam::AesGcmMessage(given), b"", &sealed).unwrap();
        assert_eq!(opened, [0; 16]);
        session.message_decrypt_final().unwrap();
    });
}
