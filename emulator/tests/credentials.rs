//! Addressed credentials: one program text on PSA keys, protected storage and PKCS#11 tokens.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use support::{Shared, on, on_with};
use twintoken::credential::{Credential, Credentials, KeyKind, Kind, Refused};
use twintoken::fault::Fault;
use twintoken::psa::{Algorithm, Attributes, Hash, KeyType, Usage};
use twintoken::registry::constants as ck;
use twintoken::secret::Secret;
use twintoken::{Emulator, Settings};

const ROOT: &[u8] = include_bytes!("data/root.der");
const ISSUER: &[u8] = include_bytes!("data/issuer.der");
const DEVICE: &[u8] = include_bytes!("data/device.der");
const DEVICE_KEY: &[u8] = include_bytes!("data/device.key.der");

/// A store with a token `test` that has PINs in slot 0, and one that is open to PSA in slot 1, PSA's location 4.
fn emulator() -> Emulator {
    let store = Shared::default();
    support::logged_in(&on(&store, 1));
    on_with(&store, 2, |settings| {
        settings.pin = Some("1234".to_owned());
        settings.locations = [(4, 1)].into();
    })
}

/// The addresses of a key, certificates, a PSK key and a PSK identity, in each form.
const ADDRESSES: [[&str; 4]; 6] = [
    ["kid=1", "kid=2", "kid=3", "kid=0x4"],
    ["kid=1,lifetime=1", "kid=2,lifetime=0x1", "kid=3,lifetime=01", "lifetime=1,kid=4"],
    ["kid=1,lifetime=0x401", "kid=2,lifetime=0x401", "kid=3,lifetime=0x401", "kid=4,lifetime=0x401"],
    ["uid=1", "uid=2", "uid=3", "uid=0xffffffffffffffff"],
    [
        "pkcs11:token=test;object=mine;type=private?pin-value=1234",
        "pkcs11:token=test;object=mine;type=cert",
        "pkcs11:token=test;object=mine;type=secret-key",
        "pkcs11:token=test;object=mine;type=data",
    ],
    [
        "pkcs11:token=test&id=%01%02&pin-value=1234",
        "pkcs11:token=test&id=%01%02",
        "pkcs11:token=test&id=%01%03",
        "pkcs11:token=test&object=identity",
    ],
];

/// Whether a signature over a digest is of the key in a SubjectPublicKeyInfo on P-256.
fn verifies(emulator: &Emulator, info: &[u8], digest: &[u8], signature: &[u8]) -> bool {
    let psa = emulator.psa();
    let ecdsa = Algorithm::ecdsa(Hash::Sha256.algorithm());
    let attributes = Attributes::new().with_key_type(KeyType::ECC_PUBLIC_KEY_SECP_R1).with_algorithm(ecdsa);
    let key = psa.import_key(&attributes.with_usage(Usage::VERIFY_HASH), &info[info.len() - 65..]).unwrap();
    psa.verify_hash(key, ecdsa, digest, signature).is_ok()
}

#[test]
fn one_program_text_works_at_every_kind_of_address() {
    for [key, certificates, psk_key, psk_identity] in ADDRESSES {
        let emulator = emulator();
        let credentials = Credentials::new(&emulator);
        // A key is made, signs, and is not made twice.
        assert!(matches!(credentials.private_key(key), Err(Refused::Absent(_))), "{key}");
        credentials.generate(key, KeyKind::EcP256).unwrap();
        assert_eq!(credentials.generate(key, KeyKind::EcP256), Err(Refused::Taken), "{key}");
        let loaded = credentials.private_key(key).unwrap();
        let signature = loaded.sign_hash(Hash::Sha256, &[7; 32]).unwrap();
        assert!(verifies(&emulator, &loaded.public_key().unwrap(), &[7; 32], &signature), "{key}");
        assert!(!verifies(&emulator, &loaded.public_key().unwrap(), &[8; 32], &signature), "{key}");
        assert!(matches!(loaded.sign_hash(Hash::Sha256, &[7; 31]), Err(Refused::Unfit(_))));
        // Certificates come back as a chain.
        let chain = vec![DEVICE.to_vec(), ISSUER.to_vec(), ROOT.to_vec()];
        credentials.store(certificates, &Credential::Certificates(chain.clone())).unwrap();
        assert_eq!(credentials.certificates(certificates).unwrap(), chain, "{certificates}");
        // So does a pre-shared key.
        credentials.store(psk_key, &Credential::PskKey(Secret::from(&b"sixteen bytes..."[..]))).unwrap();
        credentials.store(psk_identity, &Credential::PskIdentity(b"device-7".to_vec())).unwrap();
        assert_eq!(credentials.psk_key(psk_key).unwrap().expose(), b"sixteen bytes...");
        assert_eq!(credentials.psk_identity(psk_identity).unwrap(), b"device-7");
        let again = credentials.store(psk_identity, &Credential::PskIdentity(b"other".to_vec()));
        assert_eq!(again, Err(Refused::Taken));
        // All of it goes.
        drop(loaded);
        let kinds = [Kind::PrivateKey, Kind::Certificate, Kind::PskKey, Kind::PskIdentity];
        for (address, kind) in [key, certificates, psk_key, psk_identity].into_iter().zip(kinds) {
            credentials.remove(address, kind).unwrap();
            assert!(matches!(credentials.remove(address, kind), Err(Refused::Absent(_))), "{address}");
        }
        assert!(matches!(credentials.certificates(certificates), Err(Refused::Absent(_))));
    }
}

#[test]
fn a_key_pair_goes_with_its_public_half_and_of_certificates_the_first_alone() {
    let emulator = emulator();
    let credentials = Credentials::new(&emulator);
    credentials
        .store("pkcs11:token=test;object=d", &Credential::PrivateKey(Secret::from(DEVICE_KEY)))
        .unwrap();
    let chain = vec![DEVICE.to_vec(), ISSUER.to_vec(), ROOT.to_vec()];
    credentials.store("pkcs11:token=test;object=d", &Credential::Certificates(chain)).unwrap();
    let face = emulator.pkcs11();
    let session = support::open(face);
    let of = |class| {
        support::find(face, session, &support::template(&[(ck::CKA_CLASS, support::Entry::Number(class))]))
    };
    let count = |class| of(class).len();
    assert_eq!(
        [count(ck::CKO_PRIVATE_KEY), count(ck::CKO_PUBLIC_KEY), count(ck::CKO_CERTIFICATE)],
        [1, 1, 3]
    );
    // The key and its certificate find each other, as those that `twintoken import` brings do.
    let id = |class| support::value(face, session, of(class)[0], ck::CKA_ID);
    assert_eq!(id(ck::CKO_PRIVATE_KEY), id(ck::CKO_PUBLIC_KEY));
    let device = support::find(face, session, &support::labelled("d"));
    let ids: Vec<_> = device.iter().map(|one| support::value(face, session, *one, ck::CKA_ID)).collect();
    assert_eq!((ids.len(), ids.iter().collect::<std::collections::BTreeSet<_>>().len()), (3, 1));
    credentials.remove("pkcs11:token=test;object=d", Kind::PrivateKey).unwrap();
    credentials.remove("pkcs11:token=test;object=d", Kind::Certificate).unwrap();
    assert_eq!(
        [count(ck::CKO_PRIVATE_KEY), count(ck::CKO_PUBLIC_KEY), count(ck::CKO_CERTIFICATE)],
        [0, 0, 2]
    );
    // Those above it are not stored twice, and are found again.
    credentials
        .store(
            "pkcs11:token=test;object=d",
            &Credential::Certificates(vec![DEVICE.to_vec(), ISSUER.to_vec()]),
        )
        .unwrap();
    assert_eq!(count(ck::CKO_CERTIFICATE), 3);
    assert_eq!(credentials.certificates("pkcs11:token=test;object=d").unwrap(), [DEVICE, ISSUER, ROOT]);
}

#[test]
fn a_key_that_comes_in_is_the_same_key_everywhere() {
    let emulator = emulator();
    let credentials = Credentials::new(&emulator);
    // RSA with PKCS #1 v1.5 signs the same each time.
    credentials.generate("uid=1", KeyKind::Rsa2048).unwrap();
    let mut der = vec![0; emulator.psa().ps_get_info(1).unwrap().size];
    emulator.psa().ps_get(1, 0, &mut der).unwrap();
    for address in ["kid=5", "pkcs11:token=test;object=rsa"] {
        credentials.store(address, &Credential::PrivateKey(Secret::from(der.as_slice()))).unwrap();
        let (one, other) =
            (credentials.private_key("uid=1").unwrap(), credentials.private_key(address).unwrap());
        assert_eq!(one.public_key(), other.public_key());
        let sign =
            |key: &twintoken::credential::PrivateKey<'_>| key.sign_hash(Hash::Sha384, &[3; 48]).unwrap();
        assert_eq!(sign(&one), sign(&other));
    }
}

#[test]
fn a_lifetime_that_is_not_the_keys_is_refused() {
    let emulator = emulator();
    let credentials = Credentials::new(&emulator);
    credentials.generate("kid=9", KeyKind::EcP256).unwrap();
    let wrong = Refused::Lifetime { wanted: 0x401, found: 1 };
    assert_eq!(credentials.private_key("kid=9,lifetime=0x401").unwrap_err(), wrong);
    assert_eq!(credentials.remove("kid=9,lifetime=0x401", Kind::PrivateKey), Err(wrong));
    credentials.private_key("kid=9,lifetime=1").unwrap();
    credentials.remove("kid=9", Kind::PrivateKey).unwrap();
    // A lifetime that no token is mapped to, and one that PSA does not make.
    for lifetime in ["0x501", "0xff"] {
        let refused = credentials.generate(&format!("kid=9,lifetime={lifetime}"), KeyKind::EcP256);
        assert!(matches!(refused, Err(Refused::Psa { .. })), "{refused:?}");
    }
}

#[test]
fn what_is_no_such_credential_is_refused() {
    let emulator = emulator();
    let credentials = Credentials::new(&emulator);
    for address in ["kid=1", "uid=1", "pkcs11:token=test;object=a"] {
        let unfit = |credential| {
            let refused = credentials.store(address, &credential);
            assert!(matches!(refused, Err(Refused::Unfit(_) | Refused::Fault(_))), "{address}: {refused:?}");
        };
        unfit(Credential::Certificates(vec![]));
        unfit(Credential::Certificates(vec![b"no certificate".to_vec()]));
        unfit(Credential::Certificates(vec![DEVICE[..40].to_vec(), DEVICE[40..].to_vec()]));
        unfit(Credential::PrivateKey(Secret::from(DEVICE)));
        unfit(Credential::PskKey(Secret::default()));
        unfit(Credential::PskIdentity(Vec::new()));
    }
    // What is there is told from what is asked for.
    credentials.generate("kid=1", KeyKind::EcP256).unwrap();
    assert!(matches!(credentials.psk_key("kid=1"), Err(Refused::Unfit(_))));
    assert!(matches!(credentials.remove("kid=1", Kind::PskKey), Err(Refused::Unfit(_))));
    credentials.store("kid=2", &Credential::PskIdentity(b"me".to_vec())).unwrap();
    assert!(matches!(credentials.private_key("kid=2"), Err(Refused::Unfit(_))));
    assert!(matches!(credentials.certificates("kid=2"), Err(Refused::Unfit(_))));
    let typed = credentials.generate("pkcs11:token=test;object=a;type=cert", KeyKind::EcP256);
    assert!(matches!(typed, Err(Refused::Unfit(_))));
    let by_id = credentials.store("pkcs11:token=test;id=%01", &Credential::PskIdentity(b"me".to_vec()));
    assert!(matches!(by_id, Err(Refused::Unfit(_))));
    assert!(matches!(credentials.psk_key("kid=0"), Err(Refused::Malformed(_))));
}

#[test]
fn an_address_that_fits_several_is_refused() {
    let emulator = emulator();
    let credentials = Credentials::new(&emulator);
    credentials.store("kid=1,lifetime=0x401", &Credential::PskIdentity(b"me".to_vec())).unwrap();
    // Two tokens, and the address names none.
    let refused = credentials.generate("pkcs11:object=a", KeyKind::EcP256);
    assert_eq!(refused, Err(Refused::Several { count: 2, what: "tokens" }));
    let none = credentials.generate("pkcs11:token=none;object=a", KeyKind::EcP256);
    assert_eq!(none, Err(Refused::Absent("token")));
    // Two objects.
    for id in ["%01", "%02"] {
        let address = format!("pkcs11:token=test;object=twin;id={id}");
        credentials.store(&address, &Credential::Certificates(vec![ROOT.to_vec()])).unwrap();
    }
    let refused = credentials.certificates("pkcs11:token=test;object=twin").unwrap_err();
    assert_eq!(refused, Refused::Several { count: 2, what: "objects" });
    assert_eq!(credentials.certificates("pkcs11:token=test;object=twin;id=%02").unwrap(), [ROOT]);
}

#[test]
fn a_pin_comes_from_the_address_a_file_or_the_settings_and_the_login_ends_with_the_credentials() {
    let store = Shared::default();
    support::logged_in(&on(&store, 1));
    let emulator = on(&store, 2);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a pin");
    std::fs::write(&file, "1234\r\nmore\n").unwrap();
    let at = |more: &str| format!("pkcs11:token=test;object=a{more}");
    let identity = Credential::PskIdentity(b"me".to_vec());
    {
        let credentials = Credentials::new(&emulator);
        assert_eq!(credentials.store(&at(""), &identity), Err(Refused::NoPin));
        let wrong = credentials.store(&at("?pin-value=4321"), &identity);
        assert_eq!(wrong, Err(Refused::Fault(Fault::WrongPin)));
        let missing = credentials.store(&at("?pin-source=/nowhere/at/all"), &identity);
        assert!(matches!(missing, Err(Refused::PinSource(_))));
        let source = file.to_str().unwrap().replace(' ', "%20");
        credentials.store(&at(&format!("?pin-source=file:{source}")), &identity).unwrap();
        // The token is open from then on.
        assert_eq!(credentials.psk_identity(&at("")).unwrap(), b"me");
        assert_eq!(credentials.store("kid=1", &identity), Err(Refused::NoPin));
    }
    let session = support::open(emulator.pkcs11());
    let state = emulator.pkcs11().session_info(session).unwrap().state;
    assert_eq!(state, ck::CKS_RW_PUBLIC_SESSION);
    let credentials = Credentials::new(&emulator);
    assert_eq!(credentials.psk_identity(&at("")), Err(Refused::NoPin));
    assert_eq!(credentials.psk_identity(&at(";pin-value=1234")).unwrap(), b"me");
}

#[test]
fn delivered_credentials_are_all_taken_in_or_none() {
    let emulator = emulator();
    let credentials = Credentials::new(&emulator);
    let delivered = || {
        vec![
            Credential::PrivateKey(Secret::from(DEVICE_KEY)),
            Credential::Certificates(vec![DEVICE.to_vec()]),
            Credential::PskIdentity(b"device-7".to_vec()),
        ]
    };
    let choose = |credential: &Credential| match credential.kind() {
        Kind::PrivateKey => "pkcs11:token=test;object=device".to_owned(),
        Kind::Certificate => "kid=1".to_owned(),
        _ => "uid=1".to_owned(),
    };
    credentials.store("uid=1", &Credential::PskIdentity(b"in the way".to_vec())).unwrap();
    assert_eq!(credentials.take_in(delivered(), choose), Err(Refused::Taken));
    assert!(matches!(credentials.private_key("pkcs11:token=test;object=device"), Err(Refused::Absent(_))));
    assert!(matches!(credentials.certificates("kid=1"), Err(Refused::Absent(_))));
    assert_eq!(credentials.psk_identity("uid=1").unwrap(), b"in the way");
    credentials.remove("uid=1", Kind::PskIdentity).unwrap();
    let addresses = credentials.take_in(delivered(), choose).unwrap();
    assert_eq!(addresses, ["pkcs11:token=test;object=device", "kid=1", "uid=1"]);
    // The device's key signs what its certificate verifies: its public key is in there.
    let public = credentials.private_key(&addresses[0]).unwrap().public_key().unwrap();
    let certificate = credentials.certificates(&addresses[1]).unwrap().remove(0);
    assert!(certificate.windows(public.len()).any(|window| window == public));
}

#[test]
fn threads_sign_with_one_loaded_key_at_the_same_time() {
    let emulator = emulator();
    let credentials = Credentials::new(&emulator);
    for address in ["kid=1", "uid=1", "pkcs11:token=test;object=a"] {
        credentials.generate(address, KeyKind::EcP256).unwrap();
        let key = credentials.private_key(address).unwrap();
        let public = key.public_key().unwrap();
        std::thread::scope(|scope| {
            for byte in 0..4 {
                let (key, public, emulator) = (&key, &public, &emulator);
                scope.spawn(move || {
                    for _ in 0..10 {
                        let signature = key.sign_hash(Hash::Sha256, &[byte; 32]).unwrap();
                        assert!(verifies(emulator, public, &[byte; 32], &signature));
                    }
                });
            }
        });
    }
}

#[test]
fn credentials_outlive_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Emulator::open(Settings::at(folder.path())).unwrap();
    let first = open();
    Credentials::new(&first).generate("kid=1", KeyKind::EcP384).unwrap();
    Credentials::new(&first).store("uid=1", &Credential::PskIdentity(b"me".to_vec())).unwrap();
    drop(first);
    let second = open();
    let credentials = Credentials::new(&second);
    assert_eq!(
        credentials.private_key("kid=1").unwrap().sign_hash(Hash::Sha384, &[1; 48]).unwrap().len(),
        96
    );
    assert_eq!(credentials.psk_identity("uid=1").unwrap(), b"me");
}
