//! What is linked into what users load: a store that is not for the module never comes in by accident.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::process::Command;

/// The names of all crates that `package` is built from, with these features.
fn crates(package: &str, features: &str) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .args(["--package", package, "--features", features])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn sled_is_linked_only_when_it_is_asked_for() {
    let has_sled = |package, features| crates(package, features).iter().any(|name| name == "sled");
    for package in ["twintoken", "twintoken-pkcs11", "twintoken-cli"] {
        assert!(!has_sled(package, ""), "{package} links sled by default");
    }
    assert!(has_sled("twintoken", "sled"), "the test would not see it");
}
