//! Scenarios made from the tables of the specification, row by row.

mod attributes;
mod handles;
mod mechanisms;
mod subjects;

use super::raw::words;
use crate::scenario::Scenario;

/// All of them.
#[must_use]
pub fn all() -> Vec<Scenario> {
    [attributes::all(), handles::all(), mechanisms::all()].concat()
}

/// `CKA_VALUE_LEN` as `value-len`.
fn short(name: &str) -> String {
    name.split_once('_').map_or(name, |(_, rest)| rest).to_lowercase().replace('_', "-")
}

/// A place for the handle of an object that should not come to be; without one the call would be wrong for another reason.
fn unexpected() -> Option<String> {
    Some("unexpected".into())
}

/// A scenario of this chapter that begins with the user logged in.
fn logged_in(name: &str) -> Scenario {
    let mut s = words::logged_in(name);
    s.name = format!("generated/{name}");
    s
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use twintoken_vectors::spec::pkcs11_function_codes;

    use crate::step::{Action, Face};

    #[test]
    fn no_scenario_accepts_a_code_that_the_function_may_not_answer() {
        let lists: BTreeMap<_, _> =
            pkcs11_function_codes().into_iter().map(|one| (one.function.clone(), one.permitted())).collect();
        let mut wrong = Vec::new();
        for scenario in super::super::all() {
            for check in &scenario.checks {
                let Action::Raw(call) = &check.action else { continue };
                let Some(rule) = check.rules.get(&Face::Pkcs11) else { continue };
                let list = &lists[call.function()];
                for code in rule.accepts.iter().filter(|code| !list.contains(*code)) {
                    wrong.push(format!("{} {}: {code} from {}", scenario.name, check.name, call.function()));
                }
            }
        }
        assert_eq!(wrong, Vec::<String>::new());
    }
}
