//! Attestation tokens verified by code that is not ours: Python's `pycose` and `cbor2`, and `cryptography` below them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]

use std::process::Command;
use twintoken::settings::SoftwareComponent;
use twintoken::{Emulator, Settings};
use twintoken_tests::programs;
use xtask::suites::{Missing, Place, attestation};

/// Verifies the token against the key and prints the claims. A key is given by its public value, and must be the one that
/// the instance id names.
const VERIFY: &str = r#"
import hashlib, json, sys
import cbor2
from pycose.algorithms import Es256
from pycose.headers import Algorithm
from pycose.keys import EC2Key
from pycose.keys.curves import P256
from pycose.messages import CoseMessage, Sign1Message

token, public = bytes.fromhex(sys.argv[1]), bytes.fromhex(sys.argv[2])
message = CoseMessage.decode(token)
assert isinstance(message, Sign1Message), type(message)
assert message.phdr == {Algorithm: Es256} and message.uhdr == {}, (message.phdr, message.uhdr)
message.key = EC2Key(crv=P256, x=public[1:33], y=public[33:])
assert message.verify_signature()
claims = cbor2.loads(message.payload)
assert claims[256] == b"\x01" + hashlib.sha256(public).digest()
for at in range(len(token) - 64, len(token)):
    changed = bytearray(token)
    changed[at] ^= 1
    other = CoseMessage.decode(bytes(changed))
    other.key = message.key
    assert not other.verify_signature(), at
plain = lambda value: value.hex() if isinstance(value, bytes) else value
whole = lambda value: [{str(k): plain(v) for k, v in one.items()} for one in value] if isinstance(value, list) else plain(value)
print(json.dumps({str(key): whole(value) for key, value in claims.items()}))
"#;

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_token_is_verified_by_python_and_says_what_the_settings_say() {
    let python = match attestation::python(&Place::of_this_workspace()) {
        Ok(python) => python,
        Err(missing @ (Missing::Package(_) | Missing::Suite(_))) => {
            return programs::skip(&missing.to_string(), "python3-venv");
        }
        Err(Missing::Broken(reason)) => panic!("{reason}"),
    };
    let mut settings = Settings::memory();
    settings.attestation.client_id = -42;
    settings.attestation.certification_reference = Some("1234567890123-12345".to_owned());
    settings.attestation.software_components = vec![SoftwareComponent {
        kind: Some("BL".to_owned()),
        value: vec![1; 32],
        version: Some("3.1".to_owned()),
        signer: vec![2; 64],
        description: None,
    }];
    let emulator = Emulator::open(settings).unwrap();
    for length in [32, 48, 64] {
        let challenge = vec![9; length];
        let token = emulator.psa().initial_attest_get_token(&challenge).unwrap();
        let public = emulator.psa().attestation_public_key().unwrap();
        let mut verify = Command::new(&python);
        verify.args(["-I", "-c", VERIFY, &digits(&token), &digits(&public)]);
        let claims: serde_json::Value = serde_json::from_str(&programs::run(&mut verify)).unwrap();
        assert_eq!(claims["10"], digits(&challenge));
        assert_eq!(claims["265"], "tag:psacertified.org,2023:psa#tfm");
        assert_eq!(claims["2394"], -42);
        assert_eq!(claims["2395"], 0x3000);
        assert_eq!(claims["2398"], "1234567890123-12345");
        assert_eq!(claims["2396"].as_str().unwrap().len(), 64);
        assert_eq!(claims["268"].as_str().unwrap().len(), 64);
        let component =
            serde_json::json!({"1": "BL", "2": digits(&[1; 32]), "4": "3.1", "5": digits(&[2; 64])});
        assert_eq!(claims["2399"], serde_json::json!([component]));
        assert_eq!(claims.as_object().unwrap().len(), 9);
    }
}
