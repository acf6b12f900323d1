//! The program as a user runs it: refusals, a run beside an installed module, a replay.

#![expect(clippy::unwrap_used, reason = "a test that cannot start the program has failed")]

use std::path::Path;
use std::process::{Command, Output};
use twintoken_harness::backend::profiles;
use twintoken_harness::expectation::Profile;
use twintoken_harness::step::Face;

fn harness(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_twintoken-harness"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

/// A module of other people's that a package installs: its profile's name, its file, its package.
fn known() -> (String, String, String) {
    let of_module = |profile: &Profile| profile.face == Face::Pkcs11 && profile.package.is_some();
    let (id, profile) = profiles().unwrap().into_iter().find(|(_, profile)| of_module(profile)).unwrap();
    (id, format!("{}.so", profile.libraries[0]), profile.package.unwrap().name)
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_module_without_a_recipe_ends_with_2_and_says_what_to_write() {
    let folder = tempfile::tempdir().unwrap();
    let output = harness(&["conformance", "--module", "libunheard-of.so"], folder.path());
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).contains("harness/expect/libunheard-of.toml"), "{}", text(&output));
}

#[test]
fn a_known_module_that_is_not_there_ends_with_2_and_names_its_package() {
    let folder = tempfile::tempdir().unwrap();
    let (_, library, package) = known();
    let output = harness(&["conformance", "--module", &format!("/nowhere/{library}")], folder.path());
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).contains(&format!("Package: {package}")), "{}", text(&output));
}

#[test]
fn a_pattern_that_fits_no_scenario_ends_with_2() {
    let folder = tempfile::tempdir().unwrap();
    let output = harness(&["conformance", "--scenario", "no-such-thing"], folder.path());
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn the_list_names_scenarios_checks_and_clauses_without_running_anything() {
    let folder = tempfile::tempdir().unwrap();
    let output = harness(&["conformance", "--list", "--scenario", "store/generate-aes-256"], folder.path());
    assert!(output.status.success());
    let listed = text(&output);
    for part in
        ["store/generate-aes-256", "value-cannot-be-read", "CKR_ATTRIBUTE_SENSITIVE", "psa_export_key"]
    {
        assert!(listed.contains(part), "{part} is missing:\n{listed}");
    }
}

#[test]
fn an_installed_module_runs_beside_its_expectations_and_the_reports_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let (_, library, package) = known();
    let arguments = ["conformance", "--module", &library, "--scenario", "store/", "--report", "report"];
    let output = harness(&arguments, folder.path());
    if output.status.code() == Some(2) {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "needs {package}:\n{}", text(&output));
        println!("skipped: needs {package}");
        return;
    }
    assert!(output.status.success(), "{}", text(&output));
    let report = folder.path().join("report");
    let json: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(report.join("report.json")).unwrap()).unwrap();
    let results = json["results"].as_array().unwrap();
    assert!(results.iter().any(|result| result["outcome"] == "agrees"));
    assert!(results.iter().all(|result| result["outcome"] != "surprise"));
    let page = std::fs::read_to_string(report.join("index.html")).unwrap();
    assert!(!page.contains("<script") && !page.contains("http"), "the page must need nothing else");
    let xml = std::fs::read_to_string(report.join("junit.xml")).unwrap();
    assert!(xml.contains("failures=\"0\""), "{xml}");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.trim_end().lines().last().unwrap().starts_with("Report: "));
}

#[test]
fn a_saved_scenario_is_replayed_and_shows_the_step_that_departs() {
    let folder = tempfile::tempdir().unwrap();
    let module = format!("{}/crashing.so", folder.path().display());
    let saved = serde_json::json!({
        "backends": [[known().0, { "pkcs11": module }]],
        "scenario": {
            "name": "store/random", "actors": {}, "checks": [{
                "name": "draw", "actor": "a", "action": { "random": 8 },
                "rules": { "pkcs11": { "clause": "PKCS#11 v3.1 §5.19.2", "accepts": ["CKR_OK"], "conditions": [] } }
            }]
        }
    });
    let file = folder.path().join("saved.json");
    std::fs::write(&file, saved.to_string()).unwrap();
    let output = harness(&["replay", &file.display().to_string()], folder.path());
    assert_eq!(output.status.code(), Some(1));
    let shown = text(&output);
    for part in ["SURPRISE", "draw", "the token did not open", r#"step {"random":8}"#] {
        assert!(shown.contains(part), "{part} is missing:\n{shown}");
    }
}

#[test]
fn no_scenario_surprises_on_our_psa_face() {
    use twintoken_harness::backend::Backend;
    use twintoken_harness::driver::Target;
    use twintoken_harness::verdict::Outcome;
    use twintoken_harness::{run, scenarios};

    let is_ours = |face: Face, store: &Option<String>| face == Face::Psa && store.is_some();
    let (id, profile) =
        profiles().unwrap().into_iter().find(|(_, profile)| is_ours(profile.face, &profile.store)).unwrap();
    let backends = [Backend { id, profile, target: Target::Psa }];
    let all = scenarios::all();
    let jobs = run::jobs(&all, &backends);
    let results = run::all(Path::new(env!("CARGO_BIN_EXE_twintoken-harness")), &jobs, &|_, _| {});
    let surprises: Vec<String> = results
        .iter()
        .filter(|result| result.outcome == Outcome::Surprise)
        .map(|result| format!("{} {}: {:?}", result.scenario, result.check, result.observed))
        .collect();
    assert_eq!(surprises, Vec::<String>::new());
    assert!(results.iter().any(|result| result.verifier.is_some()), "nothing was verified independently");
}
