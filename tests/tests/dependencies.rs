//! What is linked into what users load: a store that is not for the module never comes in by accident.
#![allow(clippy::unwrap_used, reason = "tests")]

use serde_json::Value;
use std::process::Command;

/// What the manifests of the workspace say. Nothing has to be downloaded for that.
fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--locked", "--no-deps", "--format-version", "1"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

fn names(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn dependencies<'a>(package: &'a Value, name: &'a str) -> impl Iterator<Item = &'a Value> {
    package["dependencies"].as_array().unwrap().iter().filter(move |one| one["name"] == name)
}

#[test]
fn sled_is_linked_only_when_it_is_asked_for() {
    let mut optional = 0;
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        for sled in dependencies(&package, "sled") {
            assert_eq!(sled["optional"], true, "{name} links sled always");
            optional += 1;
        }
        // A feature that brings another one in would have to be followed; there is none.
        for feature in names(&package["features"]["default"]) {
            assert!(!feature.contains("sled"), "{name} links sled by default");
        }
        for asked in dependencies(&package, "twintoken") {
            assert!(names(&asked["features"]).all(|feature| feature != "sled"), "{name} asks for sled");
        }
    }
    assert_eq!(optional, 1, "the emulator has sled as a feature");
}
