//! Other people's programs with the built module: they make tokens and keys, sign, list and import; openssl verifies.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::Command;
use twintoken_tests::store::Store;
use twintoken_tests::{module, programs};

const LABEL: &str = "real programs";
const SO_PIN: &str = "12345678";
const PIN: &str = "123456";

/// A program with the module and a store of the test's own.
struct Client<'a> {
    program: PathBuf,
    option: &'static str,
    store: &'a Store,
}

impl Client<'_> {
    fn run(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(&self.program);
        self.store.put_into(&mut command);
        // p11tool takes PINs from here, and must not wait for a terminal.
        command.env("GNUTLS_PIN", PIN).env("GNUTLS_SO_PIN", SO_PIN);
        programs::run(command.arg(self.option).arg(module::path()).args(arguments))
    }
}

fn pkcs11_tool(store: &Store) -> Option<Client<'_>> {
    let program = programs::find("pkcs11-tool", "opensc")?;
    Some(Client { program, option: "--module", store })
}

/// A token with both PINs, made by pkcs11-tool.
fn make_token(tool: &Client<'_>) {
    tool.run(&["--init-token", "--slot-index", "0", "--label", LABEL, "--so-pin", SO_PIN]);
    let init_pin = ["--login", "--login-type", "so", "--init-pin", "--so-pin", SO_PIN, "--new-pin", PIN];
    tool.run(&[&["--token-label", LABEL][..], &init_pin].concat());
}

fn make_key(tool: &Client<'_>, kind: &str, id: &str, label: &str) {
    let login = ["--token-label", LABEL, "--login", "--pin", PIN];
    tool.run(&[&login[..], &["--keypairgen", "--key-type", kind, "--id", id, "--label", label]].concat());
}

/// Signs with pkcs11-tool, and lets openssl verify with the public key that pkcs11-tool exports.
fn sign_and_verify(tool: &Client<'_>, openssl: &Path, id: &str, mechanism: &str, options: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (data, signature, public) = (file("data"), file("signature"), file("public"));
    std::fs::write(&data, b"what is signed").unwrap();
    let login = ["--token-label", LABEL, "--login", "--pin", PIN, "--id", id];
    // The format is openssl's for EC keys, and of no effect for RSA.
    let sign = ["--sign", "--mechanism", mechanism, "--signature-format", "openssl"];
    tool.run(&[&login[..], &sign, &["--input-file", &data, "--output-file", &signature]].concat());
    let export = ["--read-object", "--type", "pubkey", "--output-file", &public];
    tool.run(&[&["--token-label", LABEL, "--id", id][..], &export].concat());

    let verify = |data: &str| {
        let mut command = Command::new(openssl);
        command.args(["dgst", "-sha256", "-keyform", "DER", "-verify", &public, "-signature", &signature]);
        command.args(options).arg(data).output().unwrap()
    };
    let verified = verify(&data);
    assert!(verified.status.success(), "{mechanism}: {verified:?}");
    std::fs::write(&data, b"what was not signed").unwrap();
    assert!(!verify(&data).status.success(), "{mechanism}: openssl verifies anything");
}

#[test]
fn pkcs11_tool_makes_a_token_and_keys_and_openssl_verifies_their_signatures() {
    let store = Store::new();
    let Some(tool) = pkcs11_tool(&store) else { return };
    let Some(openssl) = programs::find("openssl", "openssl") else { return };
    make_token(&tool);
    make_key(&tool, "rsa:2048", "01", "an RSA key");
    make_key(&tool, "EC:prime256v1", "02", "an EC key");
    sign_and_verify(&tool, &openssl, "01", "SHA256-RSA-PKCS", &[]);
    let pss = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"];
    sign_and_verify(&tool, &openssl, "01", "SHA256-RSA-PKCS-PSS", &pss);
    sign_and_verify(&tool, &openssl, "02", "ECDSA-SHA256", &[]);
}

#[test]
fn p11tool_lists_what_pkcs11_tool_made() {
    let store = Store::new();
    let Some(tool) = pkcs11_tool(&store) else { return };
    let Some(p11tool) = programs::find("p11tool", "gnutls-bin") else { return };
    make_token(&tool);
    make_key(&tool, "rsa:2048", "01", "an RSA key");
    make_key(&tool, "EC:prime256v1", "02", "an EC key");
    let p11tool = Client { program: p11tool, option: "--provider", store: &store };
    let listed = p11tool.run(&["--batch", "--login", "--list-all", "pkcs11:token=real%20programs"]);
    let count = |line: &str| listed.lines().filter(|listed| listed.contains(line)).count();
    assert_eq!(count("Type: Private key"), 2, "{listed}");
    assert_eq!(count("Type: Public key"), 2, "{listed}");
    assert_eq!((count("Label: an RSA key"), count("Label: an EC key")), (2, 2), "{listed}");
}

#[test]
fn softhsm2_util_makes_a_token_and_imports_keys_that_sign() {
    let store = Store::new();
    let Some(util) = programs::find("softhsm2-util", "softhsm2") else { return };
    let Some(openssl) = programs::find("openssl", "openssl") else { return };
    let Some(tool) = pkcs11_tool(&store) else { return };
    let util = Client { program: util, option: "--module", store: &store };
    let pins = ["--so-pin", SO_PIN, "--pin", PIN];
    let made = util.run(&[&["--init-token", "--free", "--label", LABEL][..], &pins].concat());
    assert!(made.contains("initialized"), "{made}");

    let folder = tempfile::tempdir().unwrap();
    let keys = [
        ("RSA", "rsa_keygen_bits:2048", "0a", "SHA256-RSA-PKCS"),
        ("EC", "ec_paramgen_curve:P-256", "0b", "ECDSA-SHA256"),
    ];
    for (algorithm, option, id, mechanism) in keys {
        let file = folder.path().join(algorithm).to_str().unwrap().to_owned();
        let generate = ["genpkey", "-algorithm", algorithm, "-pkeyopt", option, "-out", &file];
        programs::run(Command::new(&openssl).args(generate));
        let import = ["--import", &file, "--token", LABEL, "--label", algorithm, "--id", id, "--pin", PIN];
        util.run(&import);
        sign_and_verify(&tool, &openssl, id, mechanism, &[]);
    }
    let shown = util.run(&["--show-slots"]);
    assert!(shown.contains(LABEL), "{shown}");
}
