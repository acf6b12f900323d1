//! A firmware in C, with our headers and the static library alone: its key, made in the token of location 4, outlives it, and
//! PKCS#11's programs find the same key and use it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::Command;
use twintoken_tests::store::Store;
use twintoken_tests::{module, programs, psa, psa_headers};

const LABEL: &str = "element";
const PIN: &str = "123456";
const SO_PIN: &str = "12345678";

/// The programs that the story needs, and the folder it takes place in.
struct Story {
    openssl: PathBuf,
    tool: PathBuf,
    firmware: PathBuf,
    store: Store,
}

impl Story {
    /// Compiles the firmware and writes its settings; `None` where a program is absent.
    fn begin() -> Option<Story> {
        let compiler = programs::find("cc", "gcc")?;
        let (openssl, tool) =
            (programs::find("openssl", "openssl")?, programs::find("pkcs11-tool", "opensc")?);
        if !Command::new(&openssl).args(["engine", "pkcs11"]).output().unwrap().status.success() {
            programs::skip("OpenSSL's engine pkcs11", "libengine-pkcs11-openssl");
            return None;
        }
        let store = Store::new();
        std::fs::create_dir(store.path().join("tokens")).unwrap();
        let settings = format!(
            "store = {:?}\nkdf = \"fast\"\npin = {PIN:?}\n[locations]\n4 = 1\n",
            store.path().join("tokens")
        );
        std::fs::write(store.path().join("settings.toml"), settings).unwrap();
        let firmware = store.path().join("firmware");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/c/psa_story.c");
        let mut compile = psa_headers::command(&compiler, psa_headers::Language::C);
        compile.arg(source).arg("-o").arg(&firmware).arg(psa::path().with_extension("a"));
        programs::run(compile.args(["-lpthread", "-ldl", "-lm"]));
        Some(Story { openssl, tool, firmware, store })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.store.path().join(name)
    }

    /// A program that has no settings but those of the file.
    fn program(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        self.store.put_into(&mut command);
        command.env_remove("TWINTOKEN_STORE").env_remove("TWINTOKEN_KDF");
        command.env("TWINTOKEN_CONF", self.path("settings.toml"));
        command
    }

    /// Starts the firmware anew; gives the digits that it prints as bytes.
    fn firmware(&self, arguments: &[&str]) -> Vec<u8> {
        let printed = programs::run(self.program(&self.firmware).args(arguments));
        let digits = printed.trim_end();
        (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
    }

    fn tool(&self, arguments: &[&str]) -> String {
        programs::run(self.program(&self.tool).arg("--module").arg(module::path()).args(arguments))
    }

    fn openssl(&self, arguments: &[&str]) -> Vec<u8> {
        let mut command = self.program(&self.openssl);
        let output = command.args(arguments).env("PKCS11_MODULE_PATH", module::path()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {arguments:?}: {said}");
        [output.stdout, output.stderr].concat()
    }

    /// Two tokens by PKCS#11: the device's own at slot 0, the secure element's at slot 1.
    fn make_tokens(&self) {
        for (slot, label) in [("0", "device"), ("1", LABEL)] {
            self.tool(&["--init-token", "--slot-index", slot, "--label", label, "--so-pin", SO_PIN]);
            let set = ["--login", "--login-type", "so", "--so-pin", SO_PIN, "--init-pin", "--new-pin", PIN];
            self.tool(&[&["--token-label", label][..], &set].concat());
        }
    }

    fn private_keys(&self) -> String {
        self.tool(&["--token-label", LABEL, "--login", "--pin", PIN, "--list-objects", "--type", "privkey"])
    }
}

#[test]
fn a_firmware_in_c_keeps_its_key_over_restarts_and_openssl_makes_a_request_with_the_same_key() {
    let Some(story) = Story::begin() else { return };
    story.make_tokens();
    let certificate = story.path("certificate");
    let key = story.path("authority");
    let new = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=device", "-outform", "DER"];
    let files = ["-keyout", key.to_str().unwrap(), "-out", certificate.to_str().unwrap()];
    story.openssl(&[&new[..], &files].concat());

    story.firmware(&["generate"]);
    let public = story.firmware(&["sign"]);
    assert_eq!((public.len(), public[0]), (65, 4));
    story.firmware(&["store", certificate.to_str().unwrap()]);
    assert_eq!(story.firmware(&["load"]), std::fs::read(&certificate).unwrap());
    story.firmware(&["copy"]);

    // PKCS#11 knows the key by the same number, in the token of location 4 and in no other.
    let listed = story.private_keys();
    assert_eq!(listed.matches("Private Key Object; EC").count(), 1, "{listed}");
    assert!(
        listed.lines().any(|line| line.trim_start().starts_with("ID:") && line.ends_with("00000001")),
        "{listed}"
    );
    let device = ["--token-label", "device", "--login", "--pin", PIN, "--list-objects"];
    let device = story.tool(&device);
    assert!(!device.contains("Key Object"), "{device}");

    let request = story.path("request");
    let uri = format!("pkcs11:token={LABEL};id=%00%00%00%01;type=private;pin-value={PIN}");
    let new =
        ["req", "-new", "-engine", "pkcs11", "-keyform", "engine", "-key", &uri, "-subj", "/CN=firmware"];
    let request = ["-out", request.to_str().unwrap(), "-in", request.to_str().unwrap()];
    story.openssl(&[&new[..], &request[..2]].concat());
    let said = story.openssl(&[&["req", "-verify", "-noout"][..], &request[2..]].concat());
    assert!(String::from_utf8_lossy(&said).contains("verify OK"), "{}", String::from_utf8_lossy(&said));
    let pem = story.path("public");
    std::fs::write(&pem, story.openssl(&[&["req", "-noout", "-pubkey"][..], &request[2..]].concat()))
        .unwrap();
    let der = story.openssl(&["pkey", "-pubin", "-in", pem.to_str().unwrap(), "-outform", "DER"]);
    assert!(der.ends_with(&public), "the request is of another key");

    story.firmware(&["destroy"]);
    let listed = story.private_keys();
    assert!(!listed.contains("Private Key Object"), "{listed}");
}
