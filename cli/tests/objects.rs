//! `import`, `show`, `export` and `delete` of the built program, each test in a folder of its own.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]

use std::path::PathBuf;
use std::process::{Command, Output};
use twintoken::psa::KeyId;
use twintoken::{Emulator, Settings};
use twintoken_tests::programs;

/// A folder with a token called `t`, whose user PIN is 1234.
struct World {
    folder: tempfile::TempDir,
    openssl: PathBuf,
}

impl World {
    /// `None` where openssl, which makes the files and checks the answers, is absent.
    fn new() -> Option<World> {
        let world =
            World { folder: tempfile::tempdir().unwrap(), openssl: programs::find("openssl", "openssl")? };
        world.run(&["init", "--label", "t", "--so-pin", "87654321"]);
        Some(world)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn openssl(&self, line: &str) -> Vec<u8> {
        let mut command = Command::new(&self.openssl);
        let output = command.args(line.split(' ')).current_dir(self.folder.path()).output().unwrap();
        assert!(output.status.success(), "openssl {line}: {}", told(&output));
        output.stdout
    }

    fn program(&self, arguments: &[&str], pin: Option<&str>) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_twintoken"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.folder.path())
            .env("TWINTOKEN_STORE", self.path("store"))
            .env("TWINTOKEN_KDF", "fast")
            .envs(pin.map(|pin| ("TWINTOKEN_PIN", pin)))
            .env("TWINTOKEN_PASSWORD", "secret")
            .env("TWINTOKEN_NEW_PIN", "7777")
            .current_dir(self.folder.path());
        command.output().unwrap()
    }

    fn run(&self, arguments: &[&str]) -> String {
        let output = self.program(arguments, Some("1234"));
        assert!(output.status.success(), "{arguments:?}: {}", told(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    fn refuses(&self, arguments: &[&str]) -> String {
        let output = self.program(arguments, Some("1234"));
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", told(&output));
        assert!(output.stdout.is_empty(), "a script would take this for an answer: {}", told(&output));
        String::from_utf8(output.stderr).unwrap()
    }

    /// The objects that a query means, as JSON.
    fn objects(&self, query: &[&str]) -> Vec<serde_json::Value> {
        let text = self.run(&[&["show", "--format", "json"], query].concat());
        serde_json::from_str::<serde_json::Value>(&text).unwrap().as_array().unwrap().clone()
    }

    fn object(&self, query: &str) -> serde_json::Value {
        let objects = self.objects(&[query]);
        assert_eq!(objects.len(), 1, "{query}");
        objects[0].clone()
    }

    /// The public key that openssl sees in a file with a private key.
    fn public_key_of(&self, file: &str) -> String {
        String::from_utf8(self.openssl(&format!("pkey -in {file} -pubout"))).unwrap()
    }

    fn emulator(&self) -> Emulator {
        let settings = Settings { pin: Some("1234".into()), ..Settings::at(self.path("store")) };
        Emulator::open(settings).unwrap()
    }

    fn make_keys(&self) {
        self.openssl("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.pem");
        self.openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec.pem");
        self.openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out ec384.pem");
        self.openssl("genpkey -algorithm ED25519 -out ed.pem");
    }
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn private_keys_of_every_form_come_in_with_the_public_key_that_openssl_sees() {
    let Some(world) = World::new() else { return };
    world.make_keys();
    world.openssl("rsa -in rsa.pem -traditional -out pkcs1.pem");
    world.openssl("rsa -in rsa.pem -traditional -outform der -out pkcs1.der");
    world.openssl("ec -in ec.pem -out sec1.pem");
    world.openssl("ec -in ec384.pem -outform der -out sec1.der");
    world.openssl("pkcs8 -topk8 -nocrypt -in ec.pem -outform der -out pkcs8.der");
    world.openssl("pkcs8 -topk8 -in rsa.pem -out sealed.pem -passout pass:secret");
    world.openssl("pkcs8 -topk8 -in ed.pem -outform der -out sealed.der -passout pass:secret -scrypt");
    let files = [
        "rsa.pem",
        "ec.pem",
        "ec384.pem",
        "ed.pem",
        "pkcs1.pem",
        "sec1.pem",
        "pkcs1.der",
        "sec1.der",
        "pkcs8.der",
        "sealed.pem",
        "sealed.der",
    ];
    for file in files {
        world.run(&["import", file, "--label", file]);
        let source = match file {
            "pkcs1.der" | "sealed.pem" => "rsa.pem",
            "sec1.der" => "ec384.pem",
            "pkcs8.der" => "ec.pem",
            "sealed.der" => "ed.pem",
            other => other,
        };
        let exported = world.run(&["export", "--public", &format!("label={file}")]);
        assert_eq!(exported, world.public_key_of(source), "{file}");
    }
    assert_eq!(world.objects(&[]).len(), 2 * files.len());
}

#[test]
fn an_imported_key_is_sensitive_and_stays_unless_told_otherwise() {
    let Some(world) = World::new() else { return };
    world.make_keys();
    world.run(&["import", "ec.pem"]);
    let key = world.object("class=private,label=ec");
    assert_eq!((&key["CKA_SENSITIVE"], &key["CKA_EXTRACTABLE"]), (&true.into(), &false.into()));
    assert_eq!((&key["CKA_LOCAL"], &key["CKA_VALUE"]), (&false.into(), &serde_json::Value::Null));
    assert_eq!((&key["CKA_SIGN"], &key["CKA_DECRYPT"]), (&true.into(), &false.into()));
    let public = world.object("class=public,label=ec");
    assert_eq!((&public["CKA_ID"], &public["CKA_PRIVATE"]), (&key["CKA_ID"], &false.into()));
    let said = world.refuses(&["export", "class=private,label=ec"]);
    assert!(said.contains("CKA_EXTRACTABLE is false"), "{said}");
    world.run(&["import", "ed.pem", "--extractable"]);
    let said = world.refuses(&["export", "class=private,label=ed"]);
    assert!(said.contains("CKA_SENSITIVE is true"), "{said}");
}

#[test]
fn a_key_that_may_leave_comes_out_as_it_came_in() {
    let Some(world) = World::new() else { return };
    world.make_keys();
    for file in ["rsa", "ec", "ed"] {
        world.run(&["import", &format!("{file}.pem"), "--extractable", "--not-sensitive"]);
        world.run(&["export", &format!("class=private,label={file}"), "--out", &format!("{file}.out")]);
        let same = |name: &str| world.openssl(&format!("pkey -in {name} -outform der"));
        assert_eq!(same(&format!("{file}.pem")), same(&format!("{file}.out")), "{file}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(world.path("ec.out").metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    let said = world.refuses(&["export", "class=private,label=ec", "--out", "ec.out"]);
    assert!(said.contains("ec.out"), "no file is written over: {said}");
}

#[test]
fn cka_id_is_what_openssl_calls_the_key_identifier_unless_it_is_given() {
    let Some(world) = World::new() else { return };
    world.make_keys();
    world.openssl("req -x509 -key ec.pem -out certificate.pem -subj /CN=somebody");
    std::fs::write(
        world.path("both.pem"),
        [std::fs::read(world.path("ec.pem")).unwrap(), std::fs::read(world.path("certificate.pem")).unwrap()]
            .concat(),
    )
    .unwrap();
    world.run(&["import", "both.pem"]);
    let text = String::from_utf8(world.openssl("x509 -in certificate.pem -noout -ext subjectKeyIdentifier"))
        .unwrap();
    let identifier: String = text.lines().last().unwrap().trim().replace(':', "").to_lowercase();
    let objects = world.objects(&[&format!("id={identifier}")]);
    assert_eq!(objects.len(), 3, "certificate, private and public key");
    let certificate = world.object("cert");
    assert_eq!(certificate["CKA_LABEL"], "somebody");
    assert!(objects.iter().all(|one| one["CKA_SUBJECT"] == certificate["CKA_SUBJECT"]));
    world.run(&["import", "rsa.pem", "--id", "0a:0b"]);
    assert_eq!(world.objects(&["id=0a0b"]).len(), 2);
}

#[test]
fn a_chain_of_certificates_comes_in_and_goes_out_as_it_was() {
    let Some(world) = World::new() else { return };
    world.make_keys();
    world.openssl("req -x509 -key rsa.pem -out root.pem -subj /CN=root");
    world.openssl("req -new -key ec.pem -subj /CN=leaf -out leaf.csr");
    world.openssl("x509 -req -in leaf.csr -CA root.pem -CAkey rsa.pem -CAcreateserial -out leaf.pem");
    let chain = ["leaf.pem", "root.pem"].map(|file| std::fs::read_to_string(world.path(file)).unwrap());
    std::fs::write(world.path("chain.pem"), chain.concat()).unwrap();
    let output = world.program(&["import", "chain.pem"], None);
    assert!(output.status.success(), "certificates need no PIN: {}", told(&output));
    assert_eq!(world.run(&["export", "label=leaf"]), chain[0]);
    assert_eq!(world.run(&["export", "cert", "--all"]), chain.concat());
    let der = world.program(&["export", "label=root", "--format", "der"], None).stdout;
    assert_eq!(der, world.openssl("x509 -in root.pem -outform der"));
}

#[test]
fn a_pkcs12_file_gives_its_key_and_certificates_old_schemes_too() {
    let Some(world) = World::new() else { return };
    world.make_keys();
    world.openssl("req -x509 -key ec.pem -out certificate.pem -subj /CN=somebody");
    let export = "pkcs12 -export -inkey ec.pem -in certificate.pem -name friend -passout pass:secret";
    world.openssl(&format!("{export} -out new.p12"));
    world
        .openssl(&format!("{export} -out old.p12 -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1"));
    for (count, file) in [(1, "new.p12"), (2, "old.p12")] {
        world.run(&["import", file]);
        assert_eq!(world.objects(&["friend"]).len(), 3 * count, "{file}");
    }
    let keys = world.objects(&["class=public"]);
    assert_eq!(keys[0]["CKA_EC_POINT"], keys[1]["CKA_EC_POINT"]);
    std::fs::write(world.path("password"), "wrong\n").unwrap();
    let said = world.refuses(&["import", "new.p12", "--password-file", "password"]);
    assert!(said.contains("the password does not open"), "{said}");
    assert_eq!(world.objects(&["friend"]).len(), 6);
}

#[test]
fn bare_bytes_become_a_secret_key_of_the_type_that_is_named() {
    let Some(world) = World::new() else { return };
    std::fs::write(world.path("key"), [7; 32]).unwrap();
    assert!(world.refuses(&["import", "key"]).contains("--type aes"));
    let may_leave = ["--extractable", "--not-sensitive"];
    world.run(&[&["import", "key", "--type", "aes", "--label", "a"], &may_leave[..]].concat());
    world.run(&["import", "key", "--type", "generic", "--label", "g", "--usage", "derive"]);
    let (aes, generic) = (world.object("a"), world.object("g"));
    assert_eq!((&aes["CKA_KEY_TYPE"], &aes["CKA_VALUE_LEN"]), (&"CKK_AES".into(), &32.into()));
    assert_eq!((&generic["CKA_DERIVE"], &generic["CKA_SIGN"]), (&true.into(), &false.into()));
    assert_eq!(world.run(&["export", "a", "--format", "hex"]), format!("{}\n", "07".repeat(32)));
    let said = world.refuses(&["export", "g", "--format", "hex"]);
    assert!(said.contains("CKA_EXTRACTABLE") && !said.contains("--public"), "{said}");
    std::fs::write(world.path("short"), [7; 15]).unwrap();
    assert!(world.refuses(&["import", "short", "--type", "aes"]).contains("16, 24 or 32 bytes"));
}

#[test]
fn a_read_only_key_is_psas_and_is_neither_deleted_nor_made_twice() {
    let Some(world) = World::new() else { return };
    world.make_keys();
    world.run(&["import", "ec.pem", "--read-only", "--psa-id", "0x7"]);
    let attributes = world.emulator().psa().get_key_attributes(KeyId(7)).unwrap();
    assert_eq!(attributes.lifetime().persistence(), 0xff);
    let said = world.refuses(&["delete", "kid=7", "--yes"]);
    assert!(said.contains("CKA_DESTROYABLE is false"), "{said}");
    let said = world.refuses(&["import", "rsa.pem", "--psa-id", "7"]);
    assert!(said.contains("choose another --psa-id"), "{said}");
    assert_eq!(world.objects(&[]).len(), 2, "nothing of the second came in");
    assert!(world.refuses(&["import", "rsa.pem", "--psa-id", "0x40000000"]).contains("0x3fffffff"));
}

#[test]
fn delete_asks_for_yes_and_for_all_and_destroys_what_was_meant() {
    let Some(world) = World::new() else { return };
    world.make_keys();
    world.run(&["import", "ec.pem"]);
    world.run(&["import", "ed.pem"]);
    let said = world.refuses(&["delete", "ec", "--yes"]);
    assert!(said.contains("2 objects are meant: say --all") && said.contains("private \"ec\""), "{said}");
    let said = world.refuses(&["delete", "class=private,label=ec"]);
    assert!(said.contains("say --yes"), "there is no terminal here: {said}");
    assert!(world.refuses(&["delete", "nothing", "--yes"]).contains("no object"));
    assert_eq!(world.objects(&[]).len(), 4);
    world.run(&["delete", "class=private,label=ec", "--yes"]);
    assert_eq!(world.objects(&["ec"]).len(), 1);
    world.run(&["delete", "pkcs11:token=t;object=ed", "--yes", "--all"]);
    assert_eq!(world.objects(&[]).len(), 1);
}

#[test]
fn show_hides_private_objects_without_the_pin_and_says_how_to_see_them() {
    let Some(world) = World::new() else { return };
    assert!(world.run(&["show"]).contains("has no objects"));
    world.make_keys();
    world.run(&["import", "ec.pem"]);
    let without = told(&world.program(&["show"], None));
    assert!(without.contains("public") && !without.contains("private  ec"), "{without}");
    assert!(without.contains("--login"), "{without}");
    let with = world.run(&["show"]);
    assert!(with.contains("1 private, 1 public") && with.contains("sign,derive"), "{with}");
    let all = world.run(&["show", "class=private"]);
    for part in ["CKA_VALUE                 (not shown: sensitive)", "CKK_EC", "CKA_TWINTOKEN_PSA_KEY_ID"] {
        assert!(all.contains(part), "{part}: {all}");
    }
    let wrong = told(&world.program(&["show"], Some("9999")));
    assert!(wrong.contains("not the user PIN of \"t\""), "{wrong}");
    let by_uri = told(&world.program(&["show", "pkcs11:token=t;type=private?pin-value=1234"], None));
    assert!(by_uri.contains("CKA_SIGN"), "{by_uri}");
}

#[test]
fn one_of_several_tokens_must_be_named() {
    let Some(world) = World::new() else { return };
    world.run(&["init", "--label", "u"]);
    let said = world.refuses(&["show"]);
    assert!(said.contains("--token") && said.contains("\"u\" in slot 1"), "{said}");
    assert!(world.run(&["show", "--token", "u"]).contains("Token \"u\""));
    assert!(world.run(&["show", "--slot", "0"]).contains("Token \"t\""));
    assert!(world.run(&["show", "pkcs11:token=u"]).contains("Token \"u\""));
    assert!(world.refuses(&["show", "--token", "v"]).contains("no such token"));
}

#[test]
fn what_cannot_be_imported_is_told_with_what_would_help() {
    let Some(world) = World::new() else { return };
    world.make_keys();
    world.openssl("rsa -in rsa.pem -traditional -aes128 -passout pass:secret -out old.pem");
    world.openssl("req -new -key ec.pem -subj /CN=x -out request.pem");
    world.openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp224r1 -out p224.pem");
    std::fs::write(
        world.path("two.pem"),
        [std::fs::read(world.path("ec.pem")).unwrap(), std::fs::read(world.path("ed.pem")).unwrap()].concat(),
    )
    .unwrap();
    for (arguments, part) in [
        (&["import", "old.pem"][..], "openssl pkcs8 -topk8"),
        (&["import", "request.pem"], "CERTIFICATE REQUEST"),
        (&["import", "p224.pem"], "curve"),
        (&["import", "absent.pem"], "absent.pem: it cannot be read"),
        (&["import", "two.pem", "--label", "x"], "one by one"),
    ] {
        let said = world.refuses(arguments);
        assert!(said.contains(part), "{arguments:?}: {said}");
    }
    assert_eq!(world.objects(&[]).len(), 0);
    world.run(&["import", "two.pem"]);
    assert_eq!(world.objects(&[]).len(), 4);
}

#[test]
fn without_a_pin_and_without_a_terminal_the_other_ways_are_named() {
    let Some(world) = World::new() else { return };
    world.make_keys();
    let output = world.program(&["import", "ec.pem"], None);
    let said = told(&output);
    assert!(
        !output.status.success() && said.contains("--pin-file") && said.contains("TWINTOKEN_PIN"),
        "{said}"
    );
    std::fs::write(world.path("pin"), "1234\n").unwrap();
    let output = world.program(&["import", "ec.pem", "--pin-file", "pin"], None);
    assert!(output.status.success(), "{}", told(&output));
}

#[test]
fn pins_are_changed_by_whoever_knows_them() {
    let Some(world) = World::new() else { return };
    let run = |arguments: &[&str]| world.program(arguments, None);
    let works = |arguments: &[&str]| assert!(run(arguments).status.success(), "{}", told(&run(arguments)));
    let change = ["pin", "change", "--pin", "1234", "--new-pin", "4321"];
    works(&change);
    let again = told(&run(&change));
    assert!(again.contains("not the user PIN"), "{again}");
    works(&["show", "--pin", "4321"]);
    works(&["pin", "change", "--so", "--so-pin", "87654321", "--new-pin", "11112222"]);
    let old = told(&run(&["pin", "unlock", "--so-pin", "87654321", "--new-pin", "5555"]));
    assert!(old.contains("not the SO PIN"), "{old}");
    works(&["pin", "unlock", "--so-pin", "11112222", "--new-pin", "5555"]);
    works(&["show", "--pin", "5555"]);
    works(&["pin", "change", "--pin", "5555"]);
    works(&["show", "--pin", "7777"]);
    let short = told(&run(&["pin", "change", "--pin", "7777", "--new-pin", "1"]));
    assert!(short.contains("4 to 255 bytes"), "{short}");
}
