//! The built program, each test in a folder of its own and with an environment of its own.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]

use std::path::Path;
use std::process::{Command, Output};
use twintoken::psa::{Algorithm, Attributes, KeyType, Lifetime, Usage};
use twintoken::{Emulator, Settings};

struct World(tempfile::TempDir);

impl World {
    fn new() -> World {
        World(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    /// The program with tokens in this world's folder `store`.
    fn program(&self, arguments: &[&str]) -> Command {
        let mut command = self.bare(env!("CARGO_BIN_EXE_twintoken"));
        command.args(arguments).env("TWINTOKEN_STORE", self.path("store")).env("TWINTOKEN_KDF", "fast");
        command
    }

    /// Any program, without what the machine's environment says.
    fn bare(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", self.0.path())
            .env("TMPDIR", self.0.path())
            .env("TWINTOKEN_MODULE", "/opt/lib/module.so")
            .current_dir(self.0.path());
        command
    }

    fn run(&self, arguments: &[&str]) -> String {
        succeeds(&mut self.program(arguments))
    }

    /// Makes a key through PSA in this world's store, with TWINTOKEN_PIN if there is one.
    fn make_psa_key(&self, pin: Option<&str>) {
        let settings = Settings { pin: pin.map(str::to_owned), ..Settings::at(self.path("store")) };
        let attributes = Attributes::new()
            .with_id(1)
            .with_lifetime(Lifetime::PERSISTENT)
            .with_key_type(KeyType::ECC_KEY_PAIR_SECP_R1)
            .with_bits(256)
            .with_usage(Usage::SIGN_HASH)
            .with_algorithm(Algorithm::ECDSA_ANY);
        Emulator::open(settings).unwrap().psa().generate_key(&attributes).unwrap();
    }

    fn refuses(&self, arguments: &[&str]) -> String {
        fails(&mut self.program(arguments))
    }

    /// Runs a script in which `twintoken` is the program, with nothing set beforehand.
    fn shell(&self, script: &str) -> String {
        let function = format!("twintoken() {{ {:?} \"$@\"; }}\n", env!("CARGO_BIN_EXE_twintoken"));
        succeeds(self.bare("sh").args(["-euc", &(function + script)]))
    }
}

fn succeeds(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", told(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// What the program says on its way out with 1.
fn fails(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{command:?}: {}", told(&output));
    assert!(output.stdout.is_empty(), "a script would take this for an answer: {}", told(&output));
    String::from_utf8(output.stderr).unwrap()
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The line of a table that begins with these cells.
fn line<'a>(table: &'a str, cells: &[&str]) -> &'a str {
    let fits = |line: &&str| {
        line.split_whitespace().zip(cells).filter(|(one, other)| one == *other).count() == cells.len()
    };
    table.lines().find(fits).unwrap_or_else(|| panic!("no line {cells:?} in\n{table}"))
}

#[test]
fn a_token_that_init_made_is_listed_by_another_process() {
    let world = World::new();
    let made = world.run(&["init", "--label", "lab key", "--pin", "1234", "--so-pin", "87654321"]);
    assert!(made.contains("\"lab key\"") && made.contains("slot 0"), "{made}");
    let list = world.run(&["list"]);
    let token = line(&list, &["0", "lab", "key"]);
    assert!(token.contains("needed  set, fast  pin  0 public; set TWINTOKEN_PIN"), "{list}");
    assert!(line(&list, &["1"]).contains("free"), "{list}");
    assert!(list.contains("throw-away"), "{list}");
}

#[test]
fn list_counts_private_objects_only_with_the_right_pin() {
    let world = World::new();
    world.run(&["init", "--pin", "1234"]);
    let list = |pin| succeeds(world.program(&["list"]).env("TWINTOKEN_PIN", pin));
    assert!(list("1234").contains("0 public, 0 private"), "{}", list("1234"));
    assert!(list("9999").contains("TWINTOKEN_PIN is not its PIN"), "{}", list("9999"));
}

#[test]
fn a_private_key_is_counted_with_the_pin_and_hidden_without() {
    let world = World::new();
    world.run(&["init", "--label", "t", "--pin", "1234"]);
    world.make_psa_key(Some("1234"));
    let counts = |list: &str| line(list, &["0", "t"]).split("pin  ").nth(1).unwrap().to_owned();
    let with_pin = counts(&succeeds(world.program(&["list"]).env("TWINTOKEN_PIN", "1234")));
    assert!(with_pin.ends_with(" 1 private"), "{with_pin}");
    let without = counts(&world.run(&["list"]));
    assert_eq!(without.split(' ').next(), with_pin.split(' ').next(), "the public ones are the same");
    assert!(without.contains("set TWINTOKEN_PIN"), "{without}");
}

#[test]
fn a_token_that_psa_made_is_listed_as_open_and_without_a_login() {
    let world = World::new();
    world.make_psa_key(None);
    let list = world.run(&["list"]);
    let token: Vec<&str> = line(&list, &["0", "psa"]).split_whitespace().skip(3).collect();
    assert_eq!(token[..4], ["none", "not", "set", "open"], "{list}");
    assert_ne!(token[4], "0", "its objects are seen without a PIN");
}

#[test]
fn without_a_token_list_shows_the_free_slot_and_makes_no_file() {
    let world = World::new();
    assert!(world.run(&["list"]).contains("`twintoken init` makes a token here"));
    assert!(!Path::new(&world.path("store")).exists());
}

#[test]
fn each_init_takes_the_next_free_slot() {
    let world = World::new();
    for label in ["a", "b"] {
        world.run(&["init", "--free", "--label", label, "--pin", "1234"]);
    }
    let list = world.run(&["list"]);
    line(&list, &["0", "a"]);
    line(&list, &["1", "b"]);
}

#[test]
fn init_takes_pins_from_files_and_from_variables() {
    let world = World::new();
    std::fs::write(world.path("pin"), "4321\n").unwrap();
    let made = world.run(&["init", "--pin-file", "pin", "--so-pin-file", "pin"]);
    assert!(!made.contains("SO PIN is the user PIN"), "{made}");
    let made = succeeds(world.program(&["init"]).env("TWINTOKEN_PIN", "4321"));
    assert!(made.contains("SO PIN is the user PIN"), "{made}");
    let list = succeeds(world.program(&["list"]).env("TWINTOKEN_PIN_FILE", world.path("pin")));
    assert_eq!(list.matches("0 public, 0 private").count(), 2, "{list}");
}

#[test]
fn init_without_a_pin_says_how_to_give_one() {
    assert!(World::new().refuses(&["init"]).contains("--pin-file"));
}

#[test]
fn init_refuses_a_pin_or_a_label_of_a_wrong_length_and_leaves_nothing_behind() {
    let world = World::new();
    assert!(world.refuses(&["init", "--pin", "123"]).contains("4 to 255 bytes"));
    assert!(world.refuses(&["init", "--pin", "1234", "--so-pin", "1"]).contains("4 to 255 bytes"));
    let long = "a label of more than thirty-two bytes";
    assert!(world.refuses(&["init", "--pin", "1234", "--label", long]).contains("1 to 32 bytes"));
    assert!(line(&world.run(&["list"]), &["0"]).contains("free"));
}

#[test]
fn init_erases_a_token_only_when_told_to_and_with_its_so_pin() {
    let world = World::new();
    world.run(&["init", "--label", "old", "--pin", "1234", "--so-pin", "87654321"]);
    let again = ["init", "--slot", "0", "--label", "new", "--pin", "1234", "--so-pin", "87654321"];
    assert!(world.refuses(&again).contains("--erase"));
    let wrong = ["init", "--slot", "0", "--erase", "--pin", "1234", "--so-pin", "00000000"];
    assert!(world.refuses(&wrong).contains("the PIN is wrong"));
    line(&world.run(&["list"]), &["0", "old"]);
    world.run(&[&again[..], &["--erase"]].concat());
    line(&world.run(&["list"]), &["0", "new"]);
}

#[test]
fn init_in_a_slot_that_is_not_there_is_refused() {
    assert!(World::new().refuses(&["init", "--slot", "7", "--pin", "1234"]).contains("no slot 7"));
}

#[test]
fn a_token_is_opened_and_closed_to_psa_without_being_erased() {
    let world = World::new();
    world.run(&["init", "--label", "t", "--pin", "1234", "--psa", "open"]);
    let serial = |list: &str| line(list, &["0", "t"]).split_whitespace().nth(2).unwrap().to_owned();
    let before = world.run(&["list"]);
    assert!(before.contains("open  0 public") && before.contains("not theft"), "{before}");
    world.run(&["init", "--slot", "0", "--psa", "pin"]);
    let after = world.run(&["list"]);
    assert!(after.contains("pin  0 public"), "{after}");
    assert_eq!(serial(&before), serial(&after));
    assert!(
        world
            .refuses(&["init", "--slot", "0", "--psa", "open", "--pin", "9999"])
            .contains("the PIN is wrong")
    );
}

#[test]
fn init_in_memory_is_refused_as_nothing_would_remain() {
    let world = World::new();
    let said = fails(world.program(&["init", "--pin", "1234"]).env("TWINTOKEN_STORE", "memory"));
    assert!(said.contains("nothing would remain") && said.contains("TWINTOKEN_STORE"), "{said}");
}

#[test]
fn under_softhsm2s_identity_init_names_the_slot_that_the_serial_number_gives() {
    let world = World::new();
    let run = |arguments: &[&str]| succeeds(world.program(arguments).env("TWINTOKEN_IDENTITY", "softhsm2"));
    let made = run(&["init", "--label", "t", "--pin", "1234", "--psa", "open"]);
    let slot = made.lines().next().unwrap().rsplit(' ').next().unwrap().trim_end_matches('.').to_owned();
    let list = run(&["list"]);
    let serial = line(&list, &[&slot, "t"]).split_whitespace().nth(2).unwrap().to_owned();
    let expected = u32::from_str_radix(&serial[8..], 16).unwrap() & 0x7fff_ffff;
    assert_eq!(slot, expected.to_string());
}

#[test]
fn where_names_store_settings_and_module_with_reasons() {
    let world = World::new();
    let said = world.run(&["where"]);
    let store = world.path("store");
    assert!(line(&said, &["store", &store]).ends_with("TWINTOKEN_STORE"), "{said}");
    assert!(line(&said, &["kdf", "fast"]).ends_with("TWINTOKEN_KDF"), "{said}");
    assert!(line(&said, &["identity", "twintoken"]).ends_with("default"), "{said}");
    assert!(line(&said, &["module", "/opt/lib/module.so"]).contains("no such file"), "{said}");
}

#[test]
fn where_points_at_a_listed_mechanism_that_there_is_not() {
    let world = World::new();
    let said = succeeds(world.program(&["where"]).env("TWINTOKEN_MECHANISMS", "-CKM_RSA_PKSC,CKM_SHA256"));
    assert!(said.contains("names CKM_RSA_PKSC") && !said.contains("names CKM_SHA256"), "{said}");
}

#[test]
fn a_bad_setting_ends_every_command_with_its_name() {
    let world = World::new();
    for command in ["list", "where", "mechanisms", "init"] {
        let said = fails(world.program(&[command]).env("TWINTOKEN_KDF", "slow"));
        assert!(
            said.contains("`TWINTOKEN_KDF`") && said.contains("`careful` or `fast`"),
            "{command}: {said}"
        );
    }
}

#[test]
fn mechanisms_shows_a_row_for_each_that_the_settings_offer() {
    let world = World::new();
    let all = world.run(&["mechanisms"]);
    assert!(line(&all, &["CKM_ECDSA_SHA256", "0x1044"]).contains("sign, verify"), "{all}");
    let some = succeeds(world.program(&["mechanisms"]).env("TWINTOKEN_MECHANISMS", "CKM_SHA256"));
    assert!(some.lines().count() > 2 && !some.contains("CKM_ECDSA"), "{some}");
    line(&some, &["CKM_SHA256", "0x250", "digest"]);
}

#[test]
fn mechanisms_as_json_has_the_same_rows_as_the_table() {
    let world = World::new();
    let rows: serde_json::Value = serde_json::from_str(&world.run(&["mechanisms", "--json"])).unwrap();
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len() + 1, world.run(&["mechanisms"]).lines().count());
    let sha256 = rows.iter().find(|row| row["name"] == "CKM_SHA256").unwrap();
    assert_eq!((&sha256["ckm"], &sha256["operations"]), (&0x250.into(), &serde_json::json!(["digest"])));
}

#[test]
fn eval_of_env_leads_the_programs_that_follow_to_a_ready_token() {
    let world = World::new();
    let said = world.shell(
        "eval \"$(twintoken env --label 'it'\\''s mine')\"
         printf '%s|%s|%s|%s\\n' \"$TWINTOKEN_TOKEN_LABEL\" \"$TWINTOKEN_SLOT\" \"$PKCS11_MODULE\" \"$TWINTOKEN_URI\"
         twintoken list
         cat \"$TWINTOKEN_P11_KIT/pkcs11/modules/twintoken.module\"
         ls -ld \"$TWINTOKEN_STORE\"",
    );
    let first = said.lines().next().unwrap();
    let serial = line(&said, &["0", "it's", "mine"]).split_whitespace().nth(3).unwrap();
    let uri = format!("pkcs11:token=it%27s%20mine;serial={serial}?pin-value=1234");
    assert_eq!(first, format!("it's mine|0|/opt/lib/module.so|{uri}"));
    assert!(said.contains("0 public, 0 private"), "the PIN is told and right: {said}");
    assert!(said.contains("\nmodule: /opt/lib/module.so\n"), "{said}");
    assert!(said.contains("drwx------"), "a private folder: {said}");
}

#[test]
fn an_eval_without_quotes_works_too() {
    let world = World::new();
    let said = world.shell("eval $(twintoken env); twintoken list");
    line(&said, &["0", "twintoken"]);
}

#[test]
fn env_unsets_what_speaks_of_another_token_and_is_not_led_astray_by_it() {
    let world = World::new();
    let said = world.shell(
        "export TWINTOKEN_CONF=/nowhere.toml TWINTOKEN_PIN_FILE=/nowhere TWINTOKEN_STORE=/nowhere
         eval \"$(twintoken env)\"
         twintoken list",
    );
    line(&said, &["0", "twintoken"]);
}

#[test]
fn env_makes_a_fresh_token_each_time_but_uses_the_one_in_a_named_store_again() {
    let world = World::new();
    let store = |arguments: &[&str]| {
        let text = world.run(&[&["env", "--format", "json"], arguments].concat());
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        (value["TWINTOKEN_STORE"].clone(), value["TWINTOKEN_URI"].clone())
    };
    assert_ne!(store(&[]), store(&[]));
    let named = ["--store", "here"];
    assert_eq!(store(&named), store(&named));
    assert_eq!(store(&named).0, world.path("here"));
}

#[test]
fn env_refuses_a_token_that_is_there_with_another_pin() {
    let world = World::new();
    world.run(&["env", "--store", "here", "--pin", "4321"]);
    let said = world.refuses(&["env", "--store", "here"]);
    assert!(said.contains("not with this PIN") && said.contains("--pin"), "{said}");
}

#[test]
fn env_without_a_module_tells_so_on_stderr_and_the_token_is_ready_all_the_same() {
    let world = World::new();
    // The program under a second name, in a folder where no module lies. No copy: a program that is being written
    // cannot be started, and a child of another test may still hold the copy open.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let copy = folder.path().join("twintoken").to_str().unwrap().to_owned();
    std::fs::hard_link(env!("CARGO_BIN_EXE_twintoken"), &copy).unwrap();
    let output = world.bare(&copy).arg("env").env_remove("TWINTOKEN_MODULE").output().unwrap();
    let (text, warning) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success() && text.contains("export TWINTOKEN_STORE="), "{text}{warning}");
    assert!(!text.contains("PKCS11_MODULE") && warning.contains("TWINTOKEN_MODULE"), "{text}{warning}");
}

#[test]
fn help_shows_how_to_start() {
    let world = World::new();
    let help = world.run(&["--help"]);
    assert!(help.contains("eval \"$(twintoken env)\"") && help.contains("twintoken init --label"), "{help}");
    assert!(world.run(&["env", "--help"]).contains("XDG_CONFIG_HOME"));
}
