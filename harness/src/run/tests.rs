//! Runs on a made-up child process.

use super::*;
use crate::driver::Target;
use crate::expectation::Profile;
use crate::step::{Algorithm, Class, Data};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;

const EXCUSE: &str = r#"
    [[expectation]]
    scenario = "sign/x"
    check = "sign"
    clause = "PKCS#11 v3.1 §1"
    outcome = "unsupported"
    observed = "CKR_MECHANISM_INVALID"
    reason = "r"
    citation = "c"
"#;

/// A signature to be made, then verified.
fn scenario() -> Scenario {
    let mut s = Scenario::new("sign/x");
    let algorithm = Algorithm::Ed25519;
    let input = Data::of(b"message");
    s.check("sign", Action::Sign { key: "key".into(), algorithm, input: input.clone(), part: 0 })
        .pkcs11("§1", &["CKR_OK"])
        .remember("signature");
    let signature = Data::Remembered("signature".into());
    s.check("verify", Action::Verify { key: "key".into(), algorithm, input, signature, part: 0 })
        .pkcs11("§2", &["CKR_OK"]);
    s
}

/// Runs the scenario on a child that opens its token and then answers every step with `code`.
fn run(code: &str, excuses: &str) -> Vec<(Outcome, Option<String>)> {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("child");
    let mut file =
        std::fs::File::options().write(true).create(true).truncate(true).mode(0o755).open(&program).unwrap();
    let answer = |code: &str| format!(r#"echo '{{"code":"{code}"}}'"#);
    let (open, step) = (answer("CKR_OK"), answer(code));
    writeln!(file, "#!/bin/sh\nread line\n{open}\nwhile read line; do {step}; done").unwrap();
    drop(file);
    let text = format!("title = \"t\"\nface = \"pkcs11\"\n[folder]\n{excuses}");
    let profile = Profile::parse(&text).unwrap();
    let backend = Backend { id: "fake".into(), profile, target: Target::Pkcs11("none".into()) };
    let scenario = scenario();
    let results = one(&program, &Job { scenario: &scenario, backends: vec![&backend] });
    results.into_iter().map(|result| (result.outcome, result.follows_from)).collect()
}

#[test]
fn what_follows_from_an_excused_departure_shares_its_outcome() {
    let follows = (Outcome::Unsupported, Some("sign".to_owned()));
    assert_eq!(run("CKR_MECHANISM_INVALID", EXCUSE), [(Outcome::Unsupported, None), follows]);
}

#[test]
fn what_follows_from_a_surprise_is_no_agreement() {
    let follows = (Outcome::Surprise, Some("sign".to_owned()));
    assert_eq!(run("CKR_MECHANISM_INVALID", ""), [(Outcome::Surprise, None), follows]);
}

#[test]
fn an_excuse_for_a_check_that_did_not_run_is_a_surprise() {
    let second = EXCUSE.replace("\"sign\"", "\"verify\"").replace("§1", "§2");
    let outcomes = run("CKR_MECHANISM_INVALID", &format!("{EXCUSE}{second}"));
    assert_eq!(outcomes, [(Outcome::Unsupported, None), (Outcome::Surprise, None)]);
}

#[test]
fn a_scenario_that_crosses_faces_needs_two_backends_of_one_store() {
    let backend = |id: &str, face: &str, store: &str| Backend {
        id: id.into(),
        profile: Profile::parse(&format!("title = \"t\"\nface = \"{face}\"\n{store}\n[folder]\n")).unwrap(),
        target: Target::Psa,
    };
    let mut crossing = Scenario::new("cross-face/x");
    crossing.actor("psa", Face::Psa, false);
    crossing
        .check("find", Action::Find(vec![crate::step::Criterion::Class(Class::Data)]))
        .pkcs11("§1", &["CKR_OK"]);
    let scenarios = [crossing];
    let alone = [backend("a", "pkcs11", ""), backend("b", "psa", "store = \"s\"")];
    assert_eq!(jobs(&scenarios, &alone).len(), 0);
    let twins = [backend("a", "pkcs11", "store = \"s\""), backend("b", "psa", "store = \"s\"")];
    let paired = jobs(&scenarios, &twins);
    assert_eq!(paired.iter().map(|job| job.backends.len()).collect::<Vec<_>>(), [2]);
}
