//! The built program at a terminal: it asks, and what is typed for a PIN is not shown.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use twintoken_tests::programs;
use twintoken_tests::store::Store;

/// Runs the program at a terminal of its own, which `script` makes, and answers each question when it is asked. Gives what
/// the terminal showed and whether the program succeeded; `None` where `script` is absent.
fn at_a_terminal(store: &Store, arguments: &str, answers: &[(&str, &str)]) -> Option<(String, bool)> {
    let script = programs::find("script", "bsdutils")?;
    let mut command = Command::new(script);
    store.put_into(&mut command);
    let line = format!("'{}' {arguments}", env!("CARGO_BIN_EXE_twintoken"));
    command.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut keyboard, mut screen) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let (mut shown, mut seen) = (String::new(), 0);
    for (question, answer) in answers {
        while !shown[seen..].contains(question) {
            let mut part = [0; 256];
            let count = screen.read(&mut part).unwrap();
            assert!(count > 0, "the program ended without asking {question:?}: {shown}");
            shown += &String::from_utf8_lossy(&part[..count]);
        }
        seen = shown.len();
        keyboard.write_all(format!("{answer}\n").as_bytes()).unwrap();
    }
    screen.read_to_string(&mut shown).unwrap();
    Some((shown, child.wait().unwrap().success()))
}

fn store_with_token() -> Store {
    let store = Store::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_twintoken"));
    store.put_into(&mut command);
    programs::run(command.args(["init", "--label", "t", "--pin", "secret1"]));
    store
}

#[test]
fn a_pin_is_asked_for_at_the_terminal_and_not_shown_there() {
    let store = store_with_token();
    let answers = [("User PIN of \"t\": ", "secret1")];
    let Some((shown, success)) = at_a_terminal(&store, "show --login", &answers) else { return };
    assert!(success && shown.contains("has no objects"), "{shown}");
    assert!(!shown.contains("secret1"), "{shown}");
}

#[test]
fn a_new_pin_is_asked_for_twice_and_the_two_must_agree() {
    let store = store_with_token();
    let change = |second: &str, old: &str| {
        let answers =
            [("User PIN of \"t\": ", old), ("New user PIN of \"t\": ", "secret2"), ("again: ", second)];
        at_a_terminal(&store, "pin change", &answers)
    };
    let Some((shown, success)) = change("secret3", "secret1") else { return };
    assert!(!success && shown.contains("nothing was changed"), "{shown}");
    let (shown, success) = change("secret2", "secret1").unwrap();
    assert!(success && !shown.contains("secret"), "{shown}");
    let (shown, success) = change("secret2", "secret1").unwrap();
    assert!(!success && shown.contains("not the user PIN"), "the old one is old now: {shown}");
}

#[test]
fn only_yes_destroys() {
    let store = store_with_token();
    let key = store.path().join("key");
    std::fs::write(&key, [1; 16]).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_twintoken"));
    store.put_into(&mut command);
    programs::run(command.arg("import").arg(&key).args(["--type", "aes", "--pin", "secret1"]));
    let delete = |answer: &str| at_a_terminal(&store, "delete key --pin secret1", &[("[yes/no] ", answer)]);
    let Some((shown, success)) = delete("y") else { return };
    assert!(!success && shown.contains("nothing was destroyed"), "{shown}");
    let (shown, success) = delete("yes").unwrap();
    assert!(success && shown.contains("is destroyed"), "{shown}");
}
