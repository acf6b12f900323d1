//! Tokens that SoftHSM2 made are brought over, and both modules are asked about the same objects.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]

use cryptoki_sys::{
    CK_ATTRIBUTE, CK_ATTRIBUTE_TYPE, CK_SESSION_HANDLE, CK_UNAVAILABLE_INFORMATION, CKA_ALLOWED_MECHANISMS,
    CKA_CHECK_VALUE, CKA_CLASS, CKA_LABEL, CKA_PUBLIC_KEY_INFO, CKA_UNIQUE_ID, CKA_UNWRAP_TEMPLATE,
    CKA_WRAP_TEMPLATE, CKR_ATTRIBUTE_SENSITIVE, CKR_OK, CKU_USER,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use twintoken::registry::constants;
use twintoken_tests::module::{self, Module};
use twintoken_tests::store::Store;
use twintoken_tests::{call, child, ok, programs, token};

const LABEL: &str = "from SoftHSM2";

/// SoftHSM2 with a folder of its own, the programs that fill it, and a store of ours.
struct World {
    folder: tempfile::TempDir,
    store: Store,
    module: PathBuf,
    pkcs11_tool: PathBuf,
    softhsm2_util: PathBuf,
    openssl: PathBuf,
}

impl World {
    /// With an empty token called [`LABEL`]; `None` where a program is absent.
    fn with_token() -> Option<World> {
        let world = World::empty()?;
        world.make_token(LABEL, "1234");
        Some(world)
    }

    fn empty() -> Option<World> {
        let softhsm2_util = programs::find("softhsm2-util", "softhsm2")?;
        let module = ["/usr/lib/softhsm", "/usr/lib64/softhsm", "/usr/local/lib/softhsm"].map(Path::new);
        let module = module.iter().map(|folder| folder.join("libsofthsm2.so")).find(|file| file.is_file());
        let world = World {
            folder: tempfile::tempdir().unwrap(),
            store: Store::new(),
            module: module.unwrap(),
            pkcs11_tool: programs::find("pkcs11-tool", "opensc")?,
            softhsm2_util,
            openssl: programs::find("openssl", "openssl")?,
        };
        let tokens = world.path("tokens");
        std::fs::create_dir(&tokens).unwrap();
        let configuration = format!("directories.tokendir = {tokens}\nobjectstore.backend = file\n");
        std::fs::write(world.path("softhsm2.conf"), configuration).unwrap();
        Some(world)
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn make_token(&self, label: &str, pin: &str) {
        let mut command = Command::new(&self.softhsm2_util);
        command.env("SOFTHSM2_CONF", self.path("softhsm2.conf"));
        let pins = ["--so-pin", "87654321", "--pin", pin];
        programs::run(command.args(["--init-token", "--free", "--label", label]).args(pins));
    }

    /// pkcs11-tool with SoftHSM2, logged in.
    fn there(&self, arguments: &[&str]) {
        let mut command = Command::new(&self.pkcs11_tool);
        command.env("SOFTHSM2_CONF", self.path("softhsm2.conf")).arg("--module").arg(&self.module);
        programs::run(command.args(["--token-label", LABEL, "--login", "--pin", "1234"]).args(arguments));
    }

    /// pkcs11-tool with our module, logged in.
    fn here(&self, arguments: &[&str]) {
        let mut command = Command::new(&self.pkcs11_tool);
        self.store.put_into(&mut command);
        command.arg("--module").arg(module::path());
        programs::run(command.args(["--token-label", LABEL, "--login", "--pin", "1234"]).args(arguments));
    }

    fn openssl(&self, arguments: &[&str]) -> Output {
        Command::new(&self.openssl).current_dir(self.folder.path()).args(arguments).output().unwrap()
    }

    fn twintoken(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_twintoken"));
        self.store.put_into(&mut command);
        command
            .env("TWINTOKEN_PIN", "1234")
            .env("TWINTOKEN_SO_PIN", "11112222")
            .args(arguments)
            .output()
            .unwrap()
    }

    /// Runs `import-softhsm` on the folder of tokens: its exit code, and what it said.
    fn import(&self, more: &[&str]) -> (Option<i32>, String) {
        let tokens = self.path("tokens");
        let output = self.twintoken(&[&["import-softhsm", tokens.as_str()], more].concat());
        (output.status.code(), told(&output))
    }

    /// Objects of every kind that both tokens have, and what else they differ in.
    fn fill(&self) {
        for (kind, id) in [("rsa:2048", "01"), ("EC:prime256v1", "02"), ("EC:secp384r1", "03")] {
            self.there(&["--keypairgen", "--key-type", kind, "--id", id, "--label", kind]);
        }
        let restricted = ["--allowed-mechanisms", "SHA256-RSA-PKCS,RSA-PKCS", "--label", "restricted"];
        self.there(&[&["--keypairgen", "--key-type", "rsa:2048", "--id", "07"], &restricted[..]].concat());
        let aes = ["--keygen", "--key-type", "AES:32", "--extractable"];
        self.there(&[&aes[..], &["--id", "04", "--label", "an open AES key"]].concat());
        self.there(&[&aes[..], &["--private", "--id", "05", "--label", "a private AES key"]].concat());
        self.there(&[&aes[..], &["--private", "--sensitive", "--label", "a sensitive AES key"]].concat());
        self.there(&["--keygen", "--key-type", "GENERIC:20", "--private", "--label", "a generic secret"]);
        let subject = ["-subj", "/CN=a test/O=x", "-keyout", "key.pem", "-out", "certificate.pem"];
        let request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
        assert!(self.openssl(&[&request[..], &subject].concat()).status.success());
        for (from, to, what) in [("certificate.pem", "certificate.der", "x509"), ("key.pem", "key.der", "ec")]
        {
            assert!(self.openssl(&[what, "-in", from, "-outform", "der", "-out", to]).status.success());
        }
        let (certificate, key, data) =
            (self.path("certificate.der"), self.path("key.der"), self.path("data"));
        std::fs::write(&data, b"what is kept").unwrap();
        self.there(&[
            "--write-object",
            &certificate,
            "--type",
            "cert",
            "--id",
            "06",
            "--label",
            "a certificate",
        ]);
        self.there(&[
            "--write-object",
            &key,
            "--type",
            "privkey",
            "--id",
            "06",
            "--label",
            "an imported key",
        ]);
        let data = ["--write-object", &data, "--type", "data", "--application-label", "application"];
        self.there(&[&data[..], &["--label", "open data"]].concat());
        self.there(&[&data[..], &["--private", "--label", "private data"]].concat());
    }
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// One attribute as a module gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Reply {
    Bytes(Vec<u8>),
    Sensitive,
    Absent,
}

fn read(module: &Module, session: CK_SESSION_HANDLE, object: u64, cka: CK_ATTRIBUTE_TYPE) -> Reply {
    let mut buffer = vec![0; 4096];
    let size = token::length(buffer.len());
    let mut one = CK_ATTRIBUTE { type_: cka, pValue: buffer.as_mut_ptr().cast(), ulValueLen: size };
    match call!(module, C_GetAttributeValue(session, object, &raw mut one, 1)) {
        CKR_OK if one.ulValueLen != CK_UNAVAILABLE_INFORMATION => {
            buffer.truncate(usize::try_from(one.ulValueLen).unwrap());
            Reply::Bytes(buffer)
        }
        CKR_ATTRIBUTE_SENSITIVE => Reply::Sensitive,
        _ => Reply::Absent,
    }
}

/// Every attribute of every object, by class and label.
type Objects = BTreeMap<(Reply, Reply), BTreeMap<&'static str, Reply>>;

impl PartialOrd for Reply {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Reply {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        format!("{self:?}").cmp(&format!("{other:?}"))
    }
}

fn objects(module: &Module) -> Objects {
    token::start(module);
    let session = token::session(module, token::slot_of_token(module));
    assert_eq!(token::login(module, session, CKU_USER, b"1234"), CKR_OK);
    let mut objects = Objects::new();
    // `find` gives ten at most, so each class is asked for.
    for class in 0..5u64 {
        let class = class.to_ne_bytes();
        for object in token::find(module, session, &mut [token::attribute(CKA_CLASS, &class)]) {
            let name = [CKA_CLASS, CKA_LABEL].map(|cka| read(module, session, object, cka)).into();
            let attributes = constants::all()
                .filter(|(name, _)| name.starts_with("CKA_") && *name != "CKA_VENDOR_DEFINED")
                .map(|(name, cka)| (name, read(module, session, object, cka)))
                .collect();
            assert!(objects.insert(name, attributes).is_none(), "two objects have one name");
        }
    }
    ok!(module, C_Finalize(std::ptr::null_mut()));
    objects
}

/// Whether an attribute may differ: SoftHSM2 has it where this store has none, and it says nothing.
fn may_be_absent(name: &str, there: &Reply) -> bool {
    let number = |cka: CK_ATTRIBUTE_TYPE| constants::name_of("CKA_", cka) == Some(name);
    let means_anything = [CKA_ALLOWED_MECHANISMS, CKA_WRAP_TEMPLATE, CKA_UNWRAP_TEMPLATE];
    // The check value is computed from the key, so it says nothing that the key does not.
    number(CKA_CHECK_VALUE) || means_anything.into_iter().any(number) && *there == Reply::Bytes(Vec::new())
}

#[test]
fn every_attribute_of_every_object_reads_the_same_through_both_modules() {
    if std::env::var_os("TWINTOKEN_TEST_SOFTHSM2").is_none() {
        let Some(world) = World::with_token() else { return };
        world.fill();
        let (code, said) = world.import(&[]);
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("16 objects taken over") && !said.contains("note:"), "{said}");
        let environment = |command: &mut Command, _: &Store| {
            command.env("SOFTHSM2_CONF", world.path("softhsm2.conf"));
            command.env("TWINTOKEN_STORE", world.store.path()).env("TWINTOKEN_TEST_SOFTHSM2", &world.module);
        };
        let test = "every_attribute_of_every_object_reads_the_same_through_both_modules";
        child::run_with(test, environment, || {});
        return;
    }
    child::run("every_attribute_of_every_object_reads_the_same_through_both_modules", compare);
}

fn compare() {
    let softhsm2 = std::env::var_os("TWINTOKEN_TEST_SOFTHSM2").unwrap();
    let there = objects(&Module::load_from(Path::new(&softhsm2)));
    let here = objects(&Module::load());
    assert_eq!(there.len(), 16);
    assert!(there.keys().eq(here.keys()), "{:?} {:?}", there.keys(), here.keys());
    for (name, attributes) in &there {
        let mut compared = 0;
        for (attribute, value) in attributes.iter().filter(|(_, value)| **value != Reply::Absent) {
            let ours = &here[name][attribute];
            if constants::name_of("CKA_", CKA_UNIQUE_ID) == Some(attribute) {
                continue;
            }
            let absent = *ours == Reply::Absent && may_be_absent(attribute, value);
            // SoftHSM2 leaves it empty; this store computes it.
            let computed = constants::name_of("CKA_", CKA_PUBLIC_KEY_INFO) == Some(attribute)
                && *value == Reply::Bytes(Vec::new());
            assert!(
                absent || computed || value == ours,
                "{name:?} {attribute}: {value:?} there, {ours:?} here"
            );
            compared += 1;
        }
        assert!(compared >= 8, "{name:?}: {attributes:?}");
    }
}

#[test]
fn keys_that_were_brought_over_sign_and_openssl_verifies_with_what_softhsm2_said_was_the_public_key() {
    let Some(world) = World::with_token() else { return };
    let keys = [("rsa:2048", "01", "SHA256-RSA-PKCS"), ("EC:prime256v1", "02", "ECDSA-SHA256")];
    let (data, signature) = (world.path("data"), world.path("signature"));
    std::fs::write(&data, b"what is signed").unwrap();
    for (kind, id, _) in keys {
        world.there(&["--keypairgen", "--key-type", kind, "--id", id, "--label", kind]);
    }
    let (code, said) = world.import(&[]);
    assert_eq!(code, Some(0), "{said}");
    for (kind, id, mechanism) in keys {
        let public = world.path(id);
        world.there(&["--read-object", "--type", "pubkey", "--id", id, "--output-file", &public]);
        let files = ["--input-file", data.as_str(), "--output-file", signature.as_str()];
        let sign = ["--sign", "--id", id, "--mechanism", mechanism, "--signature-format", "openssl"];
        world.here(&[&sign[..], &files].concat());
        let verify = ["dgst", "-sha256", "-keyform", "DER", "-verify", &public, "-signature", &signature];
        let verified = world.openssl(&[&verify[..], &[&data]].concat());
        assert!(verified.status.success(), "{kind}: {}", told(&verified));
    }
}

#[test]
fn what_cannot_be_taken_is_named_with_its_reason_and_the_rest_comes() {
    let Some(world) = World::with_token() else { return };
    world.there(&["--keypairgen", "--key-type", "EC:secp224r1", "--id", "01", "--label", "a small key"]);
    world.there(&["--keygen", "--key-type", "AES:16", "--label", "an AES key"]);
    let broken = world.folder.path().join("tokens");
    let token = std::fs::read_dir(broken).unwrap().next().unwrap().unwrap().path();
    std::fs::write(token.join("0-unfinished.object"), b"").unwrap();
    std::fs::write(token.join("1-damaged.object"), [0; 17]).unwrap();
    let (code, said) = world.import(&[]);
    assert_eq!(code, Some(1), "a script must notice: {said}");
    for part in [
        "1 object taken over",
        "4 objects left out",
        "private \"a small key\" (CKK_EC): the curve is not supported",
        "public \"a small key\"",
        "0-unfinished.object: the file is empty",
        "1-damaged.object: the file is damaged",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let shown = told(&world.twintoken(&["show"]));
    assert!(shown.contains("an AES key") && shown.contains("1 secret"), "{shown}");
}

#[test]
fn the_new_token_has_the_label_the_user_pin_and_the_so_pin_that_was_given() {
    let Some(world) = World::with_token() else { return };
    world.there(&["--keygen", "--key-type", "AES:16", "--private", "--label", "an AES key"]);
    assert_eq!(world.import(&[]).0, Some(0));
    let list = told(&world.twintoken(&["list"]));
    assert!(list.contains(LABEL) && list.contains("0 public, 1 private"), "{list}");
    let unlock = world.twintoken(&["pin", "unlock", "--so-pin", "11112222", "--new-pin", "9999"]);
    assert!(unlock.status.success(), "{}", told(&unlock));
    let shown = told(&world.twintoken(&["show", "--pin", "9999"]));
    assert!(shown.contains("an AES key"), "{shown}");
}

#[test]
fn a_wrong_pin_brings_nothing_and_names_the_token() {
    let Some(world) = World::with_token() else { return };
    let (code, said) = world.import(&["--pin", "4321"]);
    assert!(code == Some(1) && said.contains(&format!("not the user PIN of {LABEL:?}")), "{said}");
    assert!(!told(&world.twintoken(&["list"])).contains(LABEL));
}

#[test]
fn a_token_that_is_here_already_is_brought_again_only_when_told_to() {
    let Some(world) = World::with_token() else { return };
    assert_eq!(world.import(&["--dry-run"]).0, Some(0));
    assert!(!told(&world.twintoken(&["list"])).contains(LABEL), "a dry run changes nothing");
    assert_eq!(world.import(&[]).0, Some(0));
    let (code, said) = world.import(&[]);
    assert!(code == Some(1) && said.contains("--again"), "{said}");
    assert_eq!(world.import(&["--again"]).0, Some(0));
    assert_eq!(told(&world.twintoken(&["list"])).matches(LABEL).count(), 2);
}

#[test]
fn one_token_that_does_not_open_does_not_keep_the_others_back() {
    let Some(world) = World::with_token() else { return };
    world.make_token("another", "5678");
    let (code, said) = world.import(&[]);
    assert!(code == Some(1) && said.contains("\"another\" was not brought over"), "{said}");
    assert!(told(&world.twintoken(&["list"])).contains(LABEL));
    let (code, said) = world.import(&["--token", "another", "--pin", "5678"]);
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn a_folder_of_the_sqlite_backend_or_of_none_is_refused_by_name() {
    let store = Store::new();
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::create_dir(&token).unwrap();
    let import = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_twintoken"));
        store.put_into(&mut command);
        command.env("TWINTOKEN_PIN", "1234").arg("import-softhsm").arg(folder.path()).output().unwrap()
    };
    let none = import();
    assert!(!none.status.success() && told(&none).contains("directories.tokendir"), "{}", told(&none));
    std::fs::write(token.join("sqlite3.db"), b"").unwrap();
    let database = import();
    assert!(
        !database.status.success() && told(&database).contains("objectstore.backend = db"),
        "{}",
        told(&database)
    );
}
