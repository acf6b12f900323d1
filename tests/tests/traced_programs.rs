//! Other people's programs that fail: in each case the trace alone names the rule that was broken, and no secret.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]

use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;
use twintoken_tests::store::Store;
use twintoken_tests::{module, programs};

const LABEL: &str = "traced";
const SO_PIN: &str = "97531086";
const PIN: &str = "86420975";

/// A store with a token, and a trace beside it.
struct World {
    store: Store,
    util: PathBuf,
}

impl World {
    fn new() -> Option<World> {
        let world = World { store: Store::new(), util: programs::find("softhsm2-util", "softhsm2")? };
        let make = ["--init-token", "--free", "--label", LABEL, "--so-pin", SO_PIN, "--pin", PIN];
        programs::run(world.command(&world.util, "--module").args(make));
        Some(world)
    }

    fn trace(&self) -> PathBuf {
        self.store.path().join("trace")
    }

    fn command(&self, program: &PathBuf, option: &str) -> Command {
        let mut command = Command::new(program);
        self.store.put_into(&mut command);
        command.arg(option).arg(module::path());
        command
    }

    /// Runs a program that must fail, and gives the refusal of the call `name` from its trace.
    fn refused(&self, command: &mut Command, name: &str) -> Value {
        let output = command.env("TWINTOKEN_TRACE", self.trace()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let text = std::fs::read_to_string(self.trace()).unwrap();
        assert!(
            !text.contains(PIN) && !text.contains(SO_PIN) && !text.contains("0000-wrong"),
            "a PIN is in it"
        );
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let refused = lines.rfind(|line| line["call"] == name && line["result"] != "CKR_OK");
        refused.unwrap_or_else(|| panic!("no {name} was refused; the program said: {said}\n{text}"))
    }
}

#[test]
fn the_trace_of_pkcs11_tool_says_that_a_key_may_not_derive() {
    let Some(world) = World::new() else { return };
    let Some(tool) = programs::find("pkcs11-tool", "opensc") else { return };
    let Some(openssl) = programs::find("openssl", "openssl") else { return };
    let login = ["--token-label", LABEL, "--login", "--pin", PIN, "--id", "01"];
    let make = ["--keypairgen", "--key-type", "EC:prime256v1", "--usage-sign"];
    programs::run(world.command(&tool, "--module").args(login).args(make));
    let (key, peer) = (world.store.path().join("key.pem"), world.store.path().join("peer.der"));
    let generate = ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out"];
    programs::run(Command::new(&openssl).args(generate).arg(&key));
    let export = ["pkey", "-pubout", "-outform", "DER", "-in"];
    programs::run(Command::new(&openssl).args(export).arg(&key).arg("-out").arg(&peer));
    let mut derive = world.command(&tool, "--module");
    derive.args(login).args(["--derive", "--mechanism", "ECDH1-DERIVE", "--input-file"]).arg(&peer);
    let refused = world.refused(&mut derive, "C_DeriveKey");
    assert_eq!(refused["result"], "CKR_KEY_FUNCTION_NOT_PERMITTED", "{refused}");
    assert_eq!(refused["reason"], "the key may not derive");
    assert_eq!(refused["arguments"]["mechanism"]["name"], "CKM_ECDH1_DERIVE");
    assert!(refused["arguments"]["base"].is_u64(), "{refused}");
}

#[test]
fn the_trace_of_softhsm2_util_says_that_the_pin_was_wrong_and_whose_it_was() {
    let Some(world) = World::new() else { return };
    let Some(openssl) = programs::find("openssl", "openssl") else { return };
    let key = world.store.path().join("key.pem");
    let generate = ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out"];
    programs::run(Command::new(openssl).args(generate).arg(&key));
    let mut import = world.command(&world.util, "--module");
    import.arg("--import").arg(&key).args([
        "--token",
        LABEL,
        "--label",
        "k",
        "--id",
        "02",
        "--pin",
        "0000-wrong",
    ]);
    let refused = world.refused(&mut import, "C_Login");
    assert_eq!(
        (&refused["result"], &refused["reason"]),
        (&"CKR_PIN_INCORRECT".into(), &"the PIN is wrong".into())
    );
    assert_eq!(refused["arguments"]["user"], "CKU_USER");
}

#[test]
fn the_trace_of_p11tool_says_which_mechanism_the_settings_leave_out() {
    let Some(world) = World::new() else { return };
    let Some(p11tool) = programs::find("p11tool", "gnutls-bin") else { return };
    let mut generate = world.command(&p11tool, "--provider");
    generate.env("TWINTOKEN_MECHANISMS", "-CKM_RSA_PKCS_KEY_PAIR_GEN").env("GNUTLS_PIN", PIN);
    generate.args(["--batch", "--login", "--generate-privkey", "rsa", "--bits", "2048", "--label", "k"]);
    generate.arg(format!("pkcs11:token={LABEL}"));
    let refused = world.refused(&mut generate, "C_GenerateKeyPair");
    assert_eq!(refused["result"], "CKR_MECHANISM_INVALID", "{refused}");
    assert_eq!(refused["arguments"]["mechanism"], "CKM_RSA_PKCS_KEY_PAIR_GEN");
    let reason = refused["reason"].as_str().unwrap();
    assert!(
        reason.contains("CKM_RSA_PKCS_KEY_PAIR_GEN") && reason.contains("setting `mechanisms`"),
        "{reason}"
    );
}
