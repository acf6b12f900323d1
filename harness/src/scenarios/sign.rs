//! Scenarios *sign*: every signing mechanism, each result verified by code outside the key store.

use super::clause;
use super::keys::{data, import, key, remembered};
use crate::material;
use crate::scenario::{Condition, Scenario};
use crate::step::{Action, Algorithm, Curve, Data, Hash, Kind};
use crate::verify::{hash, rsa};

/// Hash functions with their names.
const HASHES: [(&str, Hash); 5] = [
    ("sha1", Hash::Sha1),
    ("sha224", Hash::Sha224),
    ("sha256", Hash::Sha256),
    ("sha384", Hash::Sha384),
    ("sha512", Hash::Sha512),
];

/// All of them.
#[must_use]
pub fn all() -> Vec<Scenario> {
    signing_rows().into_iter().map(|row| row.scenario()).collect()
}

/// One signing mechanism on one kind of key.
struct Row {
    name: String,
    kind: Kind,
    /// Algorithm of the policy.
    policy: Algorithm,
    algorithm: Algorithm,
    input: Vec<u8>,
    /// Another input of the same length.
    other: Vec<u8>,
    /// Length of a signature in bytes.
    size: usize,
    /// Whether PKCS#11 can feed the input in parts.
    parts: bool,
}

fn signing_rows() -> Vec<Row> {
    let message = material::bytes("message");
    let mut other = message.clone();
    other[0] ^= 1;
    let row = |name: String, kind, policy, algorithm, size| Row {
        name,
        kind,
        policy,
        algorithm,
        input: message.clone(),
        other: other.clone(),
        size,
        parts: true,
    };
    let mut rows = Vec::new();
    let rsa_key = Kind::Rsa(2048);
    let pkcs1 = Algorithm::RsaPkcs1(Hash::Any);
    for (name, of) in HASHES {
        let hashed = |text: &[u8]| hash::digest(of, text);
        let on_hash = |row: Row| Row { input: hashed(&message), other: hashed(&other), parts: false, ..row };
        let info = |text: &[u8]| rsa::digest_info(of, &hashed(text));
        let raw =
            row(format!("rsa-pkcs1-raw-digest-info-{name}"), rsa_key, pkcs1, Algorithm::RsaPkcs1Raw, 256);
        rows.push(Row { input: info(&message), other: info(&other), parts: false, ..raw });
        rows.push(row(format!("rsa-pkcs1-{name}"), rsa_key, pkcs1, Algorithm::RsaPkcs1(of), 256));
        let pss = Algorithm::RsaPss(Hash::Any);
        if of != Hash::Sha224 {
            rows.push(row(format!("rsa-pss-{name}"), rsa_key, pss, Algorithm::RsaPss(of), 256));
        }
        let pss_on_hash =
            row(format!("rsa-pss-on-a-{name}-hash"), rsa_key, pss, Algorithm::RsaPssOnHash(of), 256);
        rows.push(on_hash(pss_on_hash));
        for (curve_name, curve, size) in [("p256", Curve::P256, 64), ("p384", Curve::P384, 96)] {
            let kind = Kind::Ec(curve);
            let policy = Algorithm::Ecdsa(Hash::Any);
            rows.push(row(format!("ecdsa-{curve_name}-{name}"), kind, policy, Algorithm::Ecdsa(of), size));
            let raw = row(
                format!("ecdsa-{curve_name}-on-a-{name}-hash"),
                kind,
                policy,
                Algorithm::EcdsaOnHash(of),
                size,
            );
            rows.push(on_hash(raw));
        }
        let mac = Algorithm::Hmac(of);
        rows.push(row(format!("hmac-{name}"), Kind::Hmac(512), mac, mac, hash::length(of)));
    }
    let edwards = Algorithm::Ed25519;
    rows.push(Row { parts: false, ..row("ed25519".into(), Kind::Ed25519, edwards, edwards, 64) });
    rows
}

impl Row {
    fn on_hash(&self) -> bool {
        matches!(
            self.algorithm,
            Algorithm::RsaPkcs1Raw | Algorithm::RsaPssOnHash(_) | Algorithm::EcdsaOnHash(_)
        )
    }

    fn clauses(&self) -> ((&'static str, &'static str), (&'static str, &'static str)) {
        match self.algorithm {
            Algorithm::Hmac(_) => (clause::MAC, clause::MAC_VERIFY),
            _ if self.on_hash() => (clause::SIGN_HASH, clause::VERIFY_HASH),
            _ => (clause::SIGN, clause::VERIFY),
        }
    }

    fn sign(&self, part: usize) -> Action {
        Action::Sign { key: "key".into(), algorithm: self.algorithm, input: Data::of(&self.input), part }
    }

    fn verify(&self, input: &[u8], signature: Data, part: usize) -> Action {
        Action::Verify {
            key: "key".into(),
            algorithm: self.algorithm,
            input: Data::of(input),
            signature,
            part,
        }
    }

    fn scenario(&self) -> Scenario {
        let mut s = Scenario::new(format!("sign/{}", self.name));
        let mut new = key("key", self.kind);
        new.algorithm = Some(self.policy);
        s.check("import", import(new)).succeeds(clause::IMPORT);
        let public = match self.kind {
            Kind::Rsa(_) => data("rsa-public"),
            Kind::Ec(Curve::P256) => data("p256-public"),
            Kind::Ec(Curve::P384) => data("p384-public"),
            Kind::Ed25519 => data("ed25519-public"),
            _ => data("long-key"),
        };
        let verifies =
            Condition::Verifies { algorithm: self.algorithm, public, input: Data::of(&self.input) };
        let (signing, verifying) = self.clauses();
        s.check("sign", self.sign(0))
            .succeeds(signing)
            .with(Condition::Length(self.size))
            .with(verifies.clone())
            .remember("signature");
        s.check("verify", self.verify(&self.input, remembered("signature"), 0)).succeeds(verifying);
        let flipped = self.verify(&self.input, Data::Flipped("signature".into()), 0);
        self.refused(&mut s, "verify-a-flipped-signature", flipped);
        let other = self.verify(&self.other, remembered("signature"), 0);
        self.refused(&mut s, "verify-another-message", other);
        if self.parts {
            s.check("sign-in-parts", self.sign(10))
                .pkcs11(clause::SIGN_PARTS, &["CKR_OK"])
                .with(verifies)
                .requires("signature");
            s.check("verify-in-parts", self.verify(&self.input, remembered("signature"), 7))
                .pkcs11("§5.15.4 C_VerifyFinal", &["CKR_OK"]);
        }
        s
    }

    fn refused(&self, s: &mut Scenario, name: &str, action: Action) {
        let (_, (pkcs11, psa)) = self.clauses();
        s.check(name, action)
            .pkcs11(pkcs11, &["CKR_SIGNATURE_INVALID"])
            .psa(psa, &["PSA_ERROR_INVALID_SIGNATURE"]);
    }
}
