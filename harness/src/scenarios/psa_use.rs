//! Scenarios *sign* and *compute* that PSA's one-call functions want beside the common ones.

use super::clause;
use super::keys::{data, import, key, remembered};
use crate::psa::{Attributes, Call, Key, Work};
use crate::scenario::{Condition, Scenario};
use crate::step::{Action, Algorithm, Cipher, Curve, Data, Hash, Kind};
use crate::verify::hash;

/// All of them.
#[must_use]
pub fn all() -> Vec<Scenario> {
    vec![
        many_signatures(),
        another_hash(),
        length_of_a_signature(),
        length_of_a_mac(),
        empty_message(),
        fresh_ivs(),
    ]
}

const P256: Kind = Kind::Ec(Curve::P256);

fn sign(algorithm: Algorithm, input: Data) -> Action {
    Action::Sign { key: "key".into(), algorithm, input, part: 0 }
}

fn verify(algorithm: Algorithm, input: Data, signature: Data) -> Action {
    Action::Verify { key: "key".into(), algorithm, input, signature, part: 0 }
}

/// A fault that shows now and then needs more than one signature to show.
fn many_signatures() -> Scenario {
    let mut s = Scenario::new("sign/each-of-many-signatures-verifies");
    s.check("import", import(key("key", P256))).succeeds(clause::IMPORT);
    let algorithm = Algorithm::EcdsaOnHash(Hash::Sha256);
    for number in 0_u8..32 {
        let hashed = Data::of(&hash::digest(Hash::Sha256, &[number]));
        let verifies = Condition::Verifies { algorithm, public: data("p256-public"), input: hashed.clone() };
        s.check(format!("sign-{number}"), sign(algorithm, hashed)).succeeds(clause::SIGN_HASH).with(verifies);
    }
    s
}

fn another_hash() -> Scenario {
    let mut s = Scenario::new("sign/a-signature-does-not-verify-under-another-hash");
    s.check("import", import(key("key", P256))).psa("psa_import_key", &["PSA_SUCCESS"]);
    s.check("sign-with-sha256", sign(Algorithm::Ecdsa(Hash::Sha256), data("message")))
        .psa(clause::SIGN.1, &["PSA_SUCCESS"])
        .remember("signature");
    let check = |hash| verify(Algorithm::Ecdsa(hash), data("message"), remembered("signature"));
    s.check("verify-with-sha256", check(Hash::Sha256)).psa(clause::VERIFY.1, &["PSA_SUCCESS"]);
    s.check("verify-with-sha384", check(Hash::Sha384))
        .psa(clause::VERIFY.1, &["PSA_ERROR_INVALID_SIGNATURE"]);
    s
}

fn length_of_a_signature() -> Scenario {
    let mut s = Scenario::new("sign/a-byte-behind-a-signature-is-refused");
    s.check("import", import(key("key", Kind::Rsa(2048)))).psa("psa_import_key", &["PSA_SUCCESS"]);
    let hashed = || Data::of(&hash::digest(Hash::Sha256, b"abc"));
    let work = || Work { key: Key::Id(1), algorithm: 0x0600_0209, input: hashed() };
    s.check("sign", Action::Psa(Call::SignHash(work())))
        .psa(clause::SIGN_HASH.1, &["PSA_SUCCESS"])
        .with(Condition::Length(256))
        .remember("signature");
    s.check("verify", Action::Psa(Call::VerifyHash(work(), remembered("signature"))))
        .psa(clause::VERIFY_HASH.1, &["PSA_SUCCESS"]);
    let longer = Data::Extended("signature".into());
    s.check("verify-with-a-byte-more", Action::Psa(Call::VerifyHash(work(), longer)))
        .psa(clause::VERIFY_HASH.1, &["PSA_ERROR_INVALID_SIGNATURE"]);
    s
}

/// RFC 4231, test case 1, with HMAC-SHA-256.
fn length_of_a_mac() -> Scenario {
    const KEY: [u8; 20] = [0x0b; 20];
    let mut s = Scenario::new("sign/the-beginning-of-a-mac-is-refused");
    let attributes =
        Attributes { id: 1, lifetime: 1, key_type: 0x1100, bits: 160, usage: 0x3c00, algorithm: 0x0380_0009 };
    s.check("import", Action::Psa(Call::ImportKey { attributes, data: Data::of(&KEY) }))
        .psa("psa_import_key", &["PSA_SUCCESS"]);
    let right = hash::hmac(Hash::Sha256, &KEY, b"Hi There");
    let work = || Work { key: Key::Id(1), algorithm: 0x0380_0009, input: Data::of(b"Hi There") };
    s.check("compute", Action::Psa(Call::MacCompute(work())))
        .psa(clause::MAC.1, &["PSA_SUCCESS"])
        .with(Condition::Equals(Data::of(&right)));
    s.check("verify", Action::Psa(Call::MacVerify(work(), Data::of(&right))))
        .psa(clause::MAC_VERIFY.1, &["PSA_SUCCESS"]);
    for length in [0, 16, 31] {
        let part = right.get(..length).map(Data::of).unwrap_or_else(|| Data::of(&[]));
        s.check(format!("verify-{length}-bytes-of-it"), Action::Psa(Call::MacVerify(work(), part)))
            .psa(clause::MAC_VERIFY.1, &["PSA_ERROR_INVALID_SIGNATURE"]);
    }
    s
}

fn empty_message() -> Scenario {
    let mut s = Scenario::new("compute/the-hash-of-an-empty-message");
    for (name, hash) in [
        ("sha1", Hash::Sha1),
        ("sha224", Hash::Sha224),
        ("sha256", Hash::Sha256),
        ("sha384", Hash::Sha384),
        ("sha512", Hash::Sha512),
    ] {
        s.check(name, Action::Digest { hash, input: Data::of(&[]), part: 0 })
            .succeeds(clause::DIGEST)
            .with(Condition::Digest { hash, input: Data::of(&[]) });
    }
    s
}

fn fresh_ivs() -> Scenario {
    let mut s = Scenario::new("compute/psa-draws-a-fresh-iv-for-each-message");
    for (id, name, algorithm) in [(1, "aes-ctr", Algorithm::AesCtr), (2, "aes-cbc-pad", Algorithm::AesCbcPad)]
    {
        let mut new = key(name, Kind::Aes(256));
        (new.id, new.algorithm) = (id, Some(algorithm));
        s.check(format!("import-{name}"), import(new)).psa("psa_import_key", &["PSA_SUCCESS"]);
        let encrypt = Action::Encrypt(Cipher {
            key: name.into(),
            algorithm,
            iv: Data::of(&[]),
            aad: Data::of(&[]),
            input: data("message"),
            part: 0,
        });
        s.check(format!("{name}-once"), encrypt.clone())
            .psa(clause::ENCRYPT.1, &["PSA_SUCCESS"])
            .remember(&format!("{name}-first"));
        s.check(format!("{name}-again"), encrypt)
            .psa(clause::ENCRYPT.1, &["PSA_SUCCESS"])
            .with(Condition::Differs(remembered(&format!("{name}-first"))));
    }
    s
}
