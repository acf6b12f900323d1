//! Key encapsulation by a client of the safe crate: both sides get the same key.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType, KeyType, MlKemParameterSetType, ObjectClass};
use cryptoki::session::UserType;
use cryptoki::types::AuthPin;
use twintoken_tests::{child, module, token};

#[test]
fn a_client_of_the_safe_crate_encapsulates_and_decapsulates() {
    child::run_traced("a_client_of_the_safe_crate_encapsulates_and_decapsulates", || {
        let client = Pkcs11::new(module::path()).unwrap();
        client.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)).unwrap();
        let pin = |text: &[u8]| AuthPin::new(String::from_utf8(text.to_vec()).unwrap().into());
        let slot = client.get_slots_with_token().unwrap()[0];
        client.init_token(slot, &pin(token::SO_PIN), "client").unwrap();
        let session = client.open_rw_session(slot).unwrap();
        session.login(UserType::So, Some(&pin(token::SO_PIN))).unwrap();
        session.init_pin(&pin(token::PIN)).unwrap();
        session.logout().unwrap();
        session.login(UserType::User, Some(&pin(token::PIN))).unwrap();
        for set in [
            MlKemParameterSetType::ML_KEM_512,
            MlKemParameterSetType::ML_KEM_768,
            MlKemParameterSetType::ML_KEM_1024,
        ] {
            let public =
                [Attribute::Token(true), Attribute::ParameterSet(set.into()), Attribute::Encapsulate(true)];
            let private = [Attribute::Token(true), Attribute::Decapsulate(true)];
            let (public, private) =
                session.generate_key_pair(&Mechanism::MlKemKeyPairGen, &public, &private).unwrap();
            let secret = [
                Attribute::Token(true),
                Attribute::Class(ObjectClass::SECRET_KEY),
                Attribute::KeyType(KeyType::AES),
                Attribute::Sensitive(false),
                Attribute::Extractable(true),
                Attribute::Encrypt(true),
                Attribute::Decrypt(true),
            ];
            let (ciphertext, one) = session.encapsulate_key(&Mechanism::MlKem, public, &secret).unwrap();
            let other = session.decapsulate_key(&Mechanism::MlKem, private, &secret, &ciphertext).unwrap();
            let value = |key| session.get_attributes(key, &[AttributeType::Value]).unwrap().remove(0);
            let Attribute::Value(bytes) = value(one) else { panic!("no value") };
            assert_eq!((bytes.len(), value(other)), (32, Attribute::Value(bytes)));
            let told = session.get_attributes(public, &[AttributeType::ParameterSet]).unwrap().remove(0);
            assert_eq!(told, Attribute::ParameterSet(set.into()));
        }
    });
}
