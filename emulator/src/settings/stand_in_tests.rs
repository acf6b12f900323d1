//! Tests of what makes the module stand in for SoftHSM2: its file name, and the fork switch.

use super::*;
use std::path::Path;

#[test]
fn a_library_with_softhsm2s_file_name_shows_itself_as_softhsm2_unless_told_otherwise() {
    let identity = |file: &str, variables: [(&str, &str); 2]| {
        let environment = Environment::of(variables).loaded_from(Path::new(file));
        let (settings, explained) = Settings::explained_from(&environment).unwrap();
        let why = explained.iter().find(|one| one.name == "identity").unwrap().why.clone();
        (why, settings.identity)
    };
    let plain = [("TWINTOKEN_STORE", "/tokens"), ("HOME", "/home/ada")];
    let (reason, shown) = identity("/usr/lib/softhsm/libsofthsm2.so", plain);
    assert!(shown == Identity::Softhsm2 && reason.contains("libsofthsm2.so"), "{reason}");
    assert_eq!(identity("/usr/lib/libtwintoken_pkcs11.so", plain), ("default".into(), Identity::Twintoken));
    let told = [("TWINTOKEN_STORE", "/tokens"), ("TWINTOKEN_IDENTITY", "twintoken")];
    assert_eq!(identity("libsofthsm2.so", told), ("TWINTOKEN_IDENTITY".into(), Identity::Twintoken));
}

#[test]
fn softhsm2s_reset_on_fork_is_the_setting_fork_and_without_it_a_child_is_reset() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("softhsm2.conf");
    let conf = file.to_str().unwrap();
    for (line, fork) in [
        ("library.reset_on_fork = false", Some(OnFork::Inherit)),
        ("library.reset_on_fork = true", Some(OnFork::Reset)),
        ("log.level = INFO", Some(OnFork::Reset)),
        ("library.reset_on_fork = perhaps", None),
    ] {
        std::fs::write(&file, format!("directories.tokendir = /tokens\n{line}\n")).unwrap();
        let found = Settings::explained_from(&Environment::of([("SOFTHSM2_CONF", conf)]));
        assert_eq!(found.ok().map(|(settings, _)| settings.fork), fork, "{line}");
    }
    let set = Environment::of([("TWINTOKEN_STORE", "/tokens"), ("TWINTOKEN_FORK", "inherit")]);
    assert_eq!(Settings::explained_from(&set).unwrap().0.fork, OnFork::Inherit);
}
