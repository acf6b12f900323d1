//! `twintoken credential` of the built program, each test in a folder of its own; OpenSSL makes the files and checks.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]

use std::path::PathBuf;
use std::process::{Command, Output};
use twintoken::algorithms::digest;
use twintoken::credential::Credentials;
use twintoken::psa::Hash;
use twintoken::{Emulator, Settings};
use twintoken_tests::programs;

/// A folder with a token called `t`, whose user PIN is 1234.
struct World {
    folder: tempfile::TempDir,
    openssl: PathBuf,
}

/// The addresses of the same thing in each form.
const ADDRESSES: [&str; 3] = ["kid=1,lifetime=1", "uid=0x1", "pkcs11:token=t;object=mine?pin-value=1234"];

impl World {
    fn new() -> Option<World> {
        let world =
            World { folder: tempfile::tempdir().unwrap(), openssl: programs::find("openssl", "openssl")? };
        world.run(&["init", "--label", "t", "--so-pin", "87654321"]);
        Some(world)
    }

    fn openssl(&self, line: &str) -> Vec<u8> {
        let mut command = Command::new(&self.openssl);
        let output = command.args(line.split(' ')).current_dir(self.folder.path()).output().unwrap();
        assert!(output.status.success(), "openssl {line}: {}", told(&output));
        output.stdout
    }

    fn program(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_twintoken"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.folder.path())
            .env("TWINTOKEN_STORE", self.folder.path().join("store"))
            .env("TWINTOKEN_KDF", "fast")
            .env("TWINTOKEN_PIN", "1234")
            .current_dir(self.folder.path());
        command.output().unwrap()
    }

    fn run(&self, arguments: &[&str]) -> String {
        let output = self.program(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", told(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    fn refuses(&self, arguments: &[&str]) -> String {
        let output = self.program(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", told(&output));
        assert!(output.stdout.is_empty(), "a script would take this for an answer: {}", told(&output));
        String::from_utf8(output.stderr).unwrap()
    }
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// r ‖ s of P-256 as the DER that OpenSSL takes.
fn as_der(signature: &[u8]) -> Vec<u8> {
    let number = |half: &[u8]| {
        let first = half.iter().position(|byte| *byte != 0).unwrap();
        let sign: &[u8] = if half[first] >= 0x80 { &[0] } else { &[] };
        let content = [sign, &half[first..]].concat();
        [&[2, u8::try_from(content.len()).unwrap()], &content[..]].concat()
    };
    let both = [number(&signature[..32]), number(&signature[32..])].concat();
    [&[0x30, u8::try_from(both.len()).unwrap()], &both[..]].concat()
}

#[test]
fn a_made_key_shows_its_public_half_and_signs_what_openssl_verifies() {
    let Some(world) = World::new() else { return };
    for address in ADDRESSES {
        let public = world.run(&["credential", "generate", address]);
        assert_eq!(world.run(&["credential", "show", address]), public);
        assert!(world.refuses(&["credential", "generate", address]).contains("already"));
        let settings =
            Settings { pin: Some("1234".into()), ..Settings::at(world.folder.path().join("store")) };
        let emulator = Emulator::open(settings).unwrap();
        let credentials = Credentials::new(&emulator);
        let hash = digest::hash(Hash::Sha256, b"a message");
        let signature = credentials.private_key(address).unwrap().sign_hash(Hash::Sha256, &hash).unwrap();
        for (file, content) in
            [("public.pem", public.as_bytes()), ("signature", &as_der(&signature)), ("message", b"a message")]
        {
            std::fs::write(world.folder.path().join(file), content).unwrap();
        }
        world.openssl("dgst -sha256 -verify public.pem -signature signature message");
        assert!(world.refuses(&["credential", "remove", address]).contains("--yes"));
        world.run(&["credential", "remove", address, "--yes"]);
        assert!(world.refuses(&["credential", "show", address]).contains("there is no private key"));
    }
}

#[test]
fn keys_certificates_and_pre_shared_keys_come_from_files() {
    let Some(world) = World::new() else { return };
    world.openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ec.pem -out cert.pem -days 9 -subj /CN=device");
    std::fs::write(world.folder.path().join("psk"), [1, 2, 3, 0xfe]).unwrap();
    std::fs::write(world.folder.path().join("identity"), "device-7").unwrap();
    let public = String::from_utf8(world.openssl("pkey -in ec.pem -pubout")).unwrap();
    let certificate = String::from_utf8(world.openssl("x509 -in cert.pem")).unwrap();
    for form in ["kid=1", "uid=1", "pkcs11:token=t;object=a"] {
        let at = |number: &str| match form.strip_suffix('1') {
            Some(name) => format!("{name}{number}"),
            None => format!("{form}{number}"),
        };
        let credential = |arguments: &[&str]| world.run(&[&["credential"], arguments].concat());
        credential(&["store", &at("1"), "ec.pem"]);
        credential(&["store", &at("2"), "cert.pem"]);
        credential(&["store", &at("3"), "psk", "--as", "psk"]);
        credential(&["store", &at("4"), "identity", "--as", "psk-identity"]);
        assert_eq!(credential(&["show", &at("1")]), public);
        assert_eq!(credential(&["show", &at("2"), "--as", "certificate"]), certificate);
        assert_eq!(credential(&["show", &at("3"), "--as", "psk"]), "010203fe\n");
        assert_eq!(credential(&["show", &at("4"), "--as", "psk-identity"]), "device-7");
        credential(&["remove", &at("2"), "--as", "certificate", "--yes"]);
    }
    // The URI's type says what is meant.
    let cert = "pkcs11:token=t;object=b;type=cert";
    world.run(&["credential", "store", cert, "cert.pem"]);
    assert_eq!(world.run(&["credential", "show", cert]), certificate);
}

#[test]
fn a_wrong_address_is_pointed_at_and_no_pin_is_shown() {
    let Some(world) = World::new() else { return };
    let text = world.refuses(&["credential", "show", "kid=1,lifetime=seldom"]);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[1], "kid=1,lifetime=seldom", "{text}");
    assert_eq!(lines[2].find('^'), Some(15), "{text}");
    let text = world.refuses(&["credential", "show", "pkcs11:pin-value=97531;colour=b"]);
    assert!(!text.contains("97531") && text.contains("^"), "{text}");
    // A lifetime that is not the key's.
    world.run(&["credential", "generate", "kid=1"]);
    let text = world.refuses(&["credential", "show", "kid=1,lifetime=0x401"]);
    assert!(text.contains("0x401"), "{text}");
}
