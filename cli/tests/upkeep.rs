//! `doctor`, `backup` and `restore` of the built program, each test in a folder of its own.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use twintoken::psa::{Algorithm, Attributes, KeyId, KeyType, Lifetime, Usage};
use twintoken::store::{Batch, Change, Expect, RedbStore, Store, Tag};
use twintoken::{Emulator, Settings};

struct World(tempfile::TempDir);

impl World {
    /// A folder with a store that holds one token and `keys` keys, which PSA made with the PIN 1234.
    fn with_keys(keys: u32) -> World {
        let world = World(tempfile::tempdir().unwrap());
        if keys > 0 {
            world.succeeds(&["init", "--label", "t", "--pin", "1234"]);
            (1..=keys).for_each(|id| world.make_key(id));
        }
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn emulator(&self) -> Emulator {
        let settings = Settings { pin: Some("1234".into()), ..Settings::at(self.path("store")) };
        Emulator::open(settings).unwrap()
    }

    fn make_key(&self, id: u32) {
        let attributes = Attributes::new()
            .with_id(id)
            .with_lifetime(Lifetime::PERSISTENT)
            .with_key_type(KeyType::AES)
            .with_bits(128)
            .with_usage(Usage::ENCRYPT)
            .with_algorithm(Algorithm::CTR);
        self.emulator().psa().generate_key(&attributes).unwrap();
    }

    fn has_key(&self, id: u32) -> bool {
        self.emulator().psa().get_key_attributes(KeyId(id)).is_ok()
    }

    fn output(&self, arguments: &[&str], pin: Option<&str>) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_twintoken"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.0.path())
            .env("TWINTOKEN_STORE", self.path("store"))
            .env("TWINTOKEN_KDF", "fast")
            .envs(pin.map(|pin| ("TWINTOKEN_PIN", pin)))
            .current_dir(self.0.path());
        command.output().unwrap()
    }

    fn succeeds(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments, Some("1234"));
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", told(&output));
        told(&output)
    }

    /// What the program says on its way out with 1.
    fn fails(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments, Some("1234"));
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", told(&output));
        told(&output)
    }

    /// Changes a byte in the middle of the sealed part of the record of PSA key `id`.
    fn damage(&self, id: u32) {
        let store = RedbStore::open(self.path("store")).unwrap();
        let tag = Tag([b"K".as_slice(), &id.to_be_bytes()].concat());
        let record_id = store.ids_with(&tag).unwrap()[0];
        let mut record = store.get(record_id).unwrap().unwrap();
        *record.bytes.last_mut().unwrap() ^= 1;
        let change =
            Change::Put { expect: Expect::Version(record.version), tags: record.tags, bytes: record.bytes };
        store.commit(Batch { changes: vec![(record_id, change)], unique: vec![] }).unwrap();
    }
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn last_line(text: &str) -> &str {
    text.lines().last().unwrap()
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

#[test]
fn doctor_calls_a_sound_store_sound_and_counts_what_it_looked_into() {
    let world = World::with_keys(3);
    let said = world.succeeds(&["doctor"]);
    assert_eq!(last_line(&said), "The store is sound: nothing to do.");
    assert!(said.contains("objects      -      3 objects\n"), "{said}");
    let table = said.find("PART").unwrap();
    assert!(table < said.find("The store is sound").unwrap(), "the table comes first: {said}");
}

#[test]
fn doctor_without_the_pin_says_how_many_objects_it_did_not_look_into() {
    let world = World::with_keys(2);
    let output = world.output(&["doctor"], None);
    let said = told(&output);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("2: needs the PIN") && said.contains("2 of them not looked into"), "{said}");
    assert!(
        last_line(&said).contains("as far as could be looked into")
            && last_line(&said).contains("--pin-file")
    );
    std::fs::write(world.path("pin"), "1234\n").unwrap();
    let said = told(&world.output(&["doctor", "--pin-file", "pin"], None));
    assert_eq!(last_line(&said), "The store is sound: nothing to do.");
}

#[test]
fn doctor_names_a_damaged_object_and_removes_it_only_when_told_to() {
    let world = World::with_keys(3);
    world.damage(2);
    let said = world.fails(&["doctor"]);
    assert!(said.contains("does not open with its token's key") && said.contains("this object"), "{said}");
    assert!(last_line(&said).contains("--remove-damaged"), "{said}");
    let said = world.fails(&["doctor", "--repair"]);
    assert!(said.contains("0 records removed") && last_line(&said).contains("--remove-damaged"), "{said}");
    let said = world.succeeds(&["doctor", "--repair", "--remove-damaged"]);
    assert!(said.contains("1 record removed"), "{said}");
    assert_eq!(last_line(&said), "The store is sound: nothing to do.");
    assert_eq!([1, 2, 3].map(|id| world.has_key(id)), [true, false, true]);
    assert_eq!(mode(&world.path("store/store.redb.before-repair-1")), 0o600);
}

#[test]
fn doctor_finds_and_takes_away_permissions_that_let_others_read() {
    let world = World::with_keys(1);
    let file = world.path("store/store.redb");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let said = world.fails(&["doctor"]);
    assert!(said.contains("mode 0644") && last_line(&said).contains("doctor --repair"), "{said}");
    world.succeeds(&["doctor", "--repair"]);
    assert_eq!(mode(&file), 0o600);
}

#[test]
fn doctor_never_dies_of_what_is_in_the_file() {
    let world = World::with_keys(4);
    let file = world.path("store/store.redb");
    let pristine = std::fs::read(&file).unwrap();
    let mut wrong = 0;
    for turn in 0..24 {
        let mut bytes = pristine.clone();
        // Half of the turns hit the header, the others go through the file.
        let at = if turn % 2 == 0 { turn * 13 } else { turn * (pristine.len() / 24) };
        bytes[at..at + 8].fill(0xa5);
        std::fs::write(&file, bytes).unwrap();
        let output = world.output(&["doctor"], Some("1234"));
        let said = told(&output);
        assert!(matches!(output.status.code(), Some(0 | 1)), "{said}");
        assert!(!said.contains("panicked"), "{said}");
        wrong += usize::from(output.status.code() == Some(1));
    }
    assert!(wrong > 4, "{wrong} of 24");
}

#[test]
fn without_a_store_doctor_and_backup_say_so_and_make_none() {
    let world = World::with_keys(0);
    for arguments in [&["doctor"][..], &["backup", "copy"]] {
        assert!(world.fails(arguments).contains("there is no store in"), "{arguments:?}");
    }
    assert!(!world.path("store").exists() && !world.path("copy").exists());
    let output = Command::new(env!("CARGO_BIN_EXE_twintoken"))
        .arg("doctor")
        .env_clear()
        .env("TWINTOKEN_STORE", "memory")
        .output()
        .unwrap();
    assert!(told(&output).contains("--store"), "{}", told(&output));
}

#[test]
fn a_backup_is_restored_into_an_empty_folder() {
    let world = World::with_keys(2);
    let said = world.succeeds(&["backup", "copy"]);
    assert!(
        said.contains("3 records of 1 token") && last_line(&said).contains("twintoken restore copy"),
        "{said}"
    );
    assert_eq!(mode(&world.path("copy")), 0o600);
    let said = world.succeeds(&["restore", "copy", "--store", "elsewhere"]);
    assert!(last_line(&said).contains("twintoken list"), "{said}");
    assert_eq!((mode(&world.path("elsewhere")), mode(&world.path("elsewhere/store.redb"))), (0o700, 0o600));
    let said = world.succeeds(&["doctor", "--store", "elsewhere"]);
    assert!(said.contains("2 objects"), "{said}");
}

#[test]
fn neither_a_backup_nor_a_store_is_replaced_without_force() {
    let world = World::with_keys(1);
    world.succeeds(&["backup", "copy"]);
    world.make_key(2);
    assert!(world.fails(&["backup", "copy"]).contains("--force"));
    assert!(world.fails(&["restore", "copy"]).contains("--force"));
    assert!(world.has_key(2));
    let said = world.succeeds(&["restore", "copy", "--force"]);
    assert!(said.contains("since the backup is undone"), "{said}");
    assert_eq!([1, 2].map(|id| world.has_key(id)), [true, false]);
    world.make_key(2);
    world.succeeds(&["backup", "copy", "--force"]);
    world.succeeds(&["restore", "copy", "--force"]);
    assert!(world.has_key(2));
}

#[test]
fn restore_refuses_what_is_no_sound_backup_and_leaves_the_store_alone() {
    let world = World::with_keys(1);
    std::fs::write(world.path("nothing"), "no store").unwrap();
    assert!(world.fails(&["restore", "nothing", "--force"]).contains("damaged"));
    assert!(world.fails(&["restore", "absent", "--force"]).contains("there is no file absent"));
    world.damage(1);
    let said = world.fails(&["backup", "copy"]);
    assert!(said.contains("2 records") && said.contains("run `twintoken doctor`"), "{said}");
    world.succeeds(&["doctor", "--repair", "--remove-damaged"]);
    assert!(world.fails(&["restore", "copy", "--force"]).contains("does not open"));
    world.succeeds(&["doctor"]);
}

#[test]
fn the_help_of_restore_says_that_it_is_a_rollback() {
    let world = World::with_keys(0);
    assert!(world.succeeds(&["restore", "--help"]).contains("a rollback, and the store cannot notice it"));
    assert!(world.succeeds(&["doctor", "--help"]).contains("exit code"));
}
