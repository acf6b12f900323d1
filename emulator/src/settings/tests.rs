//! Each rule of the settings and each refusal, on environments made up here.

use super::*;
use std::path::Path;

type Answer = Result<(Settings, Vec<Explained>), Fault>;

fn resolve<const N: usize>(variables: [(&str, &str); N]) -> Answer {
    Settings::explained_from(&Environment::of(variables))
}

fn settings<const N: usize>(variables: [(&str, &str); N]) -> Settings {
    resolve(variables).unwrap().0
}

/// The name and the reason of the refusal.
fn refusal<const N: usize>(variables: [(&str, &str); N]) -> (String, String) {
    match resolve(variables) {
        Err(Fault::Setting { name, reason }) => (name, reason),
        other => panic!("expected a refused setting, got {other:?}"),
    }
}

fn why(answer: &Answer, name: &str) -> String {
    let (_, explained) = answer.as_ref().unwrap();
    explained.iter().find(|one| one.name == name).unwrap().why.clone()
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn with(name: &str, content: &str) -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        std::fs::write(folder.path(name), content).unwrap();
        folder
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn store(&self) -> String {
        self.0.path().to_str().unwrap().to_owned()
    }
}

#[test]
fn with_no_configuration_tokens_live_in_the_users_data_folder() {
    let expected = if cfg!(target_os = "macos") {
        "/home/ada/Library/Application Support/twintoken"
    } else {
        "/home/ada/.local/share/twintoken"
    };
    assert_eq!(settings([("HOME", "/home/ada")]), Settings::at(expected));
}

#[test]
fn xdg_data_home_moves_the_data_folder_unless_it_is_relative() {
    let folder = |xdg| {
        let environment = Environment::of([("HOME", "/home/ada"), ("XDG_DATA_HOME", xdg)]);
        source::data_folder(&environment, false).unwrap().0
    };
    assert_eq!(folder("/data"), Path::new("/data/twintoken"));
    assert_eq!(folder("data"), Path::new("/home/ada/.local/share/twintoken"));
}

#[test]
fn macos_keeps_tokens_in_application_support() {
    let environment = Environment::of([("HOME", "/Users/ada"), ("XDG_DATA_HOME", "/data")]);
    let (folder, _) = source::data_folder(&environment, true).unwrap();
    assert_eq!(folder, Path::new("/Users/ada/Library/Application Support/twintoken"));
}

#[test]
fn without_a_home_the_refusal_says_what_to_set() {
    let (name, reason) = refusal([]);
    assert_eq!(name, "TWINTOKEN_STORE");
    assert!(reason.contains("HOME is not set") && reason.contains("`memory`"), "{reason}");
}

#[test]
fn twintoken_store_names_a_folder_and_a_relative_one_is_made_absolute() {
    assert_eq!(settings([("TWINTOKEN_STORE", "/tokens")]).store, StoreChoice::Folder("/tokens".into()));
    let here = std::env::current_dir().unwrap();
    assert_eq!(settings([("TWINTOKEN_STORE", "tokens")]).store, StoreChoice::Folder(here.join("tokens")));
}

#[test]
fn an_empty_store_or_one_in_a_tilde_is_refused() {
    for text in ["", "~/tokens"] {
        assert_eq!(refusal([("TWINTOKEN_STORE", text)]).0, "TWINTOKEN_STORE", "{text:?}");
    }
}

#[test]
fn a_memory_store_has_a_ready_token_made_of_variables() {
    let variables = [
        ("TWINTOKEN_STORE", "memory"),
        ("TWINTOKEN_LABEL", "lab"),
        ("TWINTOKEN_PIN", "4321"),
        ("TWINTOKEN_SO_PIN", "87654321"),
    ];
    let expected = ReadyToken { label: "lab".into(), so_pin: "87654321".into(), pin: "4321".into() };
    let settings = settings(variables);
    assert_eq!((settings.store, settings.ready_token), (StoreChoice::Memory, expected));
    assert_eq!(settings.pin.as_deref(), Some("4321"));
}

#[test]
fn a_memory_store_without_variables_has_the_default_token_and_the_fast_kdf() {
    assert_eq!(settings([("TWINTOKEN_STORE", "memory")]), Settings::memory());
}

#[test]
fn every_setting_has_a_variable() {
    let variables = [
        ("TWINTOKEN_STORE", "/tokens"),
        ("TWINTOKEN_KDF", "fast"),
        ("TWINTOKEN_IDENTITY", "softhsm2"),
        ("TWINTOKEN_MECHANISMS", "CKM_ECDSA, 0x250"),
        ("TWINTOKEN_REMOVABLE", "true"),
        ("TWINTOKEN_FREE_SLOT", "false"),
        ("TWINTOKEN_LOCATIONS", "4=1,0x800001=2"),
        ("TWINTOKEN_PIN", "1234"),
        ("TWINTOKEN_TRACE", "/trace"),
    ];
    let mut expected = Settings::at("/tokens");
    expected.kdf = Kdf::Fast;
    expected.identity = Identity::Softhsm2;
    let ecdsa = MechanismName::Name("CKM_ECDSA".into());
    expected.mechanisms = MechanismFilter::Only(vec![ecdsa, MechanismName::Number(0x250)]);
    expected.removable = true;
    expected.free_slot = false;
    expected.locations = [(4, 1), (0x80_0001, 2)].into();
    expected.pin = Some("1234".into());
    expected.ready_token.pin = "1234".into();
    expected.trace = Some("/trace".into());
    assert_eq!(settings(variables), expected);
}

#[test]
fn every_setting_may_stand_in_the_file_of_the_store_folder() {
    let content = "
        kdf = \"fast\"
        identity = \"softhsm2\"
        mechanisms = [\"CKM_ECDSA\", 0x250]
        removable = true
        free_slot = false
        label = \"lab\"
        so_pin = \"87654321\"
        pin = \"4321\"
        trace = \"calls.jsonl\"
        [locations]
        4 = 1
    ";
    let folder = Folder::with("twintoken.toml", content);
    let settings = settings([("TWINTOKEN_STORE", &folder.store())]);
    assert_eq!((settings.kdf, settings.identity), (Kdf::Fast, Identity::Softhsm2));
    assert!(
        settings.mechanisms.admits("CKM_SHA256", 0x250) && !settings.mechanisms.admits("CKM_SHA_1", 0x220)
    );
    assert_eq!((settings.removable, settings.free_slot), (true, false));
    assert_eq!(settings.locations, [(4, 1)].into());
    assert_eq!(
        settings.ready_token,
        ReadyToken { label: "lab".into(), so_pin: "87654321".into(), pin: "4321".into() }
    );
    assert_eq!(settings.trace, Some(folder.path("calls.jsonl").into()), "relative to the file");
}

#[test]
fn a_variable_wins_over_the_file() {
    let folder = Folder::with("twintoken.toml", "kdf = \"fast\"\nremovable = true");
    let answer = resolve([("TWINTOKEN_STORE", &folder.store()), ("TWINTOKEN_KDF", "careful")]);
    assert_eq!(why(&answer, "kdf"), "TWINTOKEN_KDF");
    assert_eq!(why(&answer, "removable"), folder.path("twintoken.toml"));
    assert_eq!(why(&answer, "identity"), "default");
    let (settings, _) = answer.unwrap();
    assert_eq!((settings.kdf, settings.removable), (Kdf::Careful, true));
}

#[test]
fn twintoken_conf_names_the_file_and_the_file_may_name_the_store() {
    let folder = Folder::with("my.toml", "store = \"tokens\"\nkdf = \"fast\"");
    let answer = resolve([("TWINTOKEN_CONF", &folder.path("my.toml"))]);
    assert_eq!(why(&answer, "store"), format!("{}, from TWINTOKEN_CONF", folder.path("my.toml")));
    let (settings, _) = answer.unwrap();
    assert_eq!(settings.store, StoreChoice::Folder(folder.path("tokens").into()));
    assert_eq!(settings.kdf, Kdf::Fast);
}

#[test]
fn with_twintoken_conf_the_file_in_the_store_folder_is_not_read() {
    let folder = Folder::with("twintoken.toml", "nonsense = 1");
    let other = Folder::with("my.toml", "");
    let variables = [("TWINTOKEN_STORE", folder.store()), ("TWINTOKEN_CONF", other.path("my.toml"))];
    assert!(resolve(variables.each_ref().map(|(name, value)| (*name, value.as_str()))).is_ok());
}

#[test]
fn twintoken_store_wins_over_the_file() {
    let folder = Folder::with("my.toml", "store = \"tokens\"");
    let settings = settings([("TWINTOKEN_CONF", &folder.path("my.toml")), ("TWINTOKEN_STORE", "memory")]);
    assert_eq!(settings.store, StoreChoice::Memory);
}

#[test]
fn a_file_that_twintoken_conf_names_must_exist() {
    let (name, reason) = refusal([("HOME", "/home/ada"), ("TWINTOKEN_CONF", "/nowhere.toml")]);
    assert_eq!(name, "/nowhere.toml");
    assert!(reason.contains("cannot be read"), "{reason}");
}

#[test]
fn a_file_inside_the_store_cannot_say_where_the_store_is() {
    let folder = Folder::with("twintoken.toml", "store = \"/elsewhere\"");
    let (name, reason) = refusal([("TWINTOKEN_STORE", &folder.store())]);
    assert_eq!(name, format!("store in {}", folder.path("twintoken.toml")));
    assert!(reason.contains("TWINTOKEN_STORE"), "{reason}");
}

#[test]
fn a_file_that_is_not_toml_or_has_an_unknown_key_or_kind_is_refused_by_name() {
    let named = |content: &str| {
        let folder = Folder::with("twintoken.toml", content);
        let (name, reason) = refusal([("TWINTOKEN_STORE", &folder.store())]);
        (name.replace(&folder.path("twintoken.toml"), "FILE"), reason)
    };
    let (name, reason) = named("kdf = ");
    assert!(name == "FILE" && reason.starts_with("is not TOML"), "{name}: {reason}");
    let (name, reason) = named("kfd = \"fast\"");
    assert!(name == "kfd in FILE" && reason.contains("there are store, kdf"), "{name}: {reason}");
    let (name, reason) = named("kdf = 1.5");
    assert!(name == "kdf in FILE" && reason.contains("neither"), "{name}: {reason}");
}

#[test]
fn a_malformed_value_is_refused_with_what_would_be_right() {
    for (variable, text, right) in [
        ("TWINTOKEN_KDF", "slow", "`careful` or `fast`"),
        ("TWINTOKEN_IDENTITY", "SoftHSM", "`twintoken` or `softhsm2`"),
        ("TWINTOKEN_MECHANISMS", "ECDSA", "a list like"),
        ("TWINTOKEN_MECHANISMS", "", "a list like"),
        ("TWINTOKEN_MECHANISMS", "CKM_ecdsa", "a list like"),
        ("TWINTOKEN_REMOVABLE", "1", "`true` or `false`"),
        ("TWINTOKEN_FREE_SLOT", "", "`true` or `false`"),
        ("TWINTOKEN_LOCATIONS", "4", "like `4=1,5=2`"),
        ("TWINTOKEN_LOCATIONS", "0=1", "location 0 is always slot 0"),
        ("TWINTOKEN_LOCATIONS", "0x1000000=1", "like `4=1,5=2`"),
        ("TWINTOKEN_LABEL", "a label that is much longer than 32 bytes", "1 to 32 bytes"),
        ("TWINTOKEN_PIN", "123", "4 to 255 bytes"),
        ("TWINTOKEN_SO_PIN", "", "4 to 255 bytes"),
        ("TWINTOKEN_PIN_FILE", "/nowhere/pin", "a file whose first line"),
        ("TWINTOKEN_TRACE", "~/trace", "`~` is not expanded"),
    ] {
        let (name, reason) = refusal([("TWINTOKEN_STORE", "/tokens"), (variable, text)]);
        assert!(name == variable && reason.contains(right), "{name}={text}: {reason}");
    }
}

#[test]
fn a_refused_pin_is_not_repeated_in_the_message() {
    let (_, reason) = refusal([("TWINTOKEN_STORE", "/tokens"), ("TWINTOKEN_PIN", "77")]);
    assert!(!reason.contains("77"), "{reason}");
}

#[test]
fn an_unknown_variable_of_ours_is_refused_and_those_of_other_programs_are_not() {
    let (name, reason) = refusal([("TWINTOKEN_STORE", "/tokens"), ("TWINTOKEN_STOER", "/x")]);
    assert!(name == "TWINTOKEN_STOER" && reason.contains("TWINTOKEN_KDF"), "{name}: {reason}");
    let others = [
        ("TWINTOKEN_STORE", "/tokens"),
        ("TWINTOKEN_MODULE", "x"),
        ("TWINTOKEN_HARNESS_SEED", "1"),
        ("TWIN", "1"),
    ];
    assert_eq!(settings(others), Settings::at("/tokens"));
}

#[test]
fn a_pin_file_gives_its_first_line() {
    let folder = Folder::with("pin", "4321\n# second line\n");
    let settings = settings([("TWINTOKEN_STORE", "/tokens"), ("TWINTOKEN_PIN_FILE", &folder.path("pin"))]);
    assert_eq!(settings.pin.as_deref(), Some("4321"));
}

#[test]
fn a_pin_and_a_pin_file_from_one_source_are_refused() {
    let folder = Folder::with("pin", "4321");
    let variables =
        [("TWINTOKEN_PIN", "1234"), ("TWINTOKEN_PIN_FILE", &folder.path("pin")), ("HOME", "/home/ada")];
    assert_eq!(refusal(variables).0, "TWINTOKEN_PIN_FILE");
}

#[test]
fn a_pin_variable_wins_over_the_pin_file_of_the_settings_file() {
    let folder = Folder::with("twintoken.toml", "pin_file = \"pin\"");
    std::fs::write(folder.path("pin"), "4321").unwrap();
    let pin = |answer: Answer| answer.unwrap().0.pin;
    assert_eq!(pin(resolve([("TWINTOKEN_STORE", &folder.store())])).as_deref(), Some("4321"));
    let both = resolve([("TWINTOKEN_STORE", &folder.store()), ("TWINTOKEN_PIN", "1234")]);
    assert_eq!(pin(both).as_deref(), Some("1234"));
}

#[test]
fn a_mechanism_list_keeps_and_one_with_a_minus_leaves_out() {
    let filter = |text| settings([("TWINTOKEN_STORE", "/tokens"), ("TWINTOKEN_MECHANISMS", text)]).mechanisms;
    assert_eq!(filter("ALL"), MechanismFilter::All);
    let keeps = filter("CKM_ECDSA,CKM_SHA256");
    assert!(keeps.admits("CKM_ECDSA", 0x1041) && !keeps.admits("CKM_RSA_PKCS", 1));
    let leaves_out = filter("-CKM_ECDSA,1");
    assert!(!leaves_out.admits("CKM_ECDSA", 0x1041) && !leaves_out.admits("CKM_RSA_PKCS", 1));
    assert!(leaves_out.admits("CKM_SHA256", 0x250));
}

const SOFTHSM2: &str = "# SoftHSM v2 configuration file\n\
    directories.tokendir = /var/lib/softhsm/tokens/  # where\n\
    objectstore.backend = file\n\
    log.level = INFO\n\
    slots.removable = true\n\
    slots.mechanisms = -CKM_MD5,CKM_RSA_PKCS\n\
    something.newer = 1\n";

#[test]
fn softhsm2_conf_gives_its_folder_mechanisms_and_removable() {
    let folder = Folder::with("softhsm2.conf", SOFTHSM2);
    let settings = settings([("SOFTHSM2_CONF", &folder.path("softhsm2.conf")), ("HOME", "/home/ada")]);
    assert_eq!(settings.store, StoreChoice::Folder("/var/lib/softhsm/tokens/".into()));
    assert!(settings.removable);
    assert!(
        !settings.mechanisms.admits("CKM_RSA_PKCS", 1) && settings.mechanisms.admits("CKM_ECDSA", 0x1041)
    );
    assert_eq!(settings.identity, Identity::Twintoken);
}

#[test]
fn twintoken_store_wins_over_softhsm2_conf_which_is_then_not_read() {
    let variables = [("SOFTHSM2_CONF", "/nowhere.conf"), ("TWINTOKEN_STORE", "/tokens")];
    assert_eq!(settings(variables), Settings::at("/tokens"));
}

#[test]
fn a_variable_wins_over_softhsm2_conf() {
    let folder = Folder::with("softhsm2.conf", SOFTHSM2);
    let conf = folder.path("softhsm2.conf");
    let answer = resolve([("SOFTHSM2_CONF", &conf), ("TWINTOKEN_REMOVABLE", "false")]);
    assert_eq!(why(&answer, "mechanisms"), "slots.mechanisms of the file in SOFTHSM2_CONF");
    assert!(why(&answer, "store").contains(&conf), "{}", why(&answer, "store"));
    assert!(!answer.unwrap().0.removable);
}

#[test]
fn a_softhsm2_conf_that_is_missing_or_names_no_folder_is_refused_with_the_way_out() {
    let folder = Folder::with("softhsm2.conf", "log.level = INFO\n");
    for (path, says) in
        [("/nowhere.conf", "cannot be read"), (&folder.path("softhsm2.conf"), "directories.tokendir")]
    {
        let (name, reason) = refusal([("SOFTHSM2_CONF", path)]);
        assert_eq!(name, "SOFTHSM2_CONF");
        assert!(reason.contains(says) && reason.contains("TWINTOKEN_STORE"), "{reason}");
    }
}

#[test]
fn a_malformed_value_in_softhsm2_conf_is_refused_by_softhsm2s_own_name_for_it() {
    let folder = Folder::with("softhsm2.conf", "directories.tokendir = /t\nslots.removable = yes\n");
    let (name, reason) = refusal([("SOFTHSM2_CONF", &folder.path("softhsm2.conf"))]);
    assert!(name.starts_with("slots.removable") && reason.contains("`true` or `false`"), "{name}: {reason}");
}

#[test]
fn no_pin_is_ever_shown() {
    let variables =
        [("TWINTOKEN_STORE", "memory"), ("TWINTOKEN_PIN", "24680"), ("TWINTOKEN_SO_PIN", "13579")];
    let (settings, explained) = resolve(variables).unwrap();
    let shown = format!("{settings:?} {:?} {explained:?}", settings.ready_token);
    assert!(!shown.contains("24680") && !shown.contains("13579"), "{shown}");
}

#[test]
fn the_store_is_explained_first_and_then_each_setting_once() {
    let (_, explained) = resolve([("TWINTOKEN_STORE", "memory")]).unwrap();
    let names: Vec<&str> = explained.iter().map(|one| one.name).collect();
    let expected = "store kdf identity mechanisms removable fork free_slot pin_limit locations label so_pin pin trace quota";
    let attestation = "client_id lifecycle implementation_id certification_reference verification_service boot_seed \
                       software_components";
    let attestation = attestation.split(' ').map(|name| format!("attestation.{name}"));
    let expected: Vec<String> = expected.split(' ').map(str::to_owned).chain(attestation).collect();
    assert_eq!(names, expected);
}
