//! The scenarios, expanded from tables of keys and algorithms.

pub mod clause;
pub mod compute;
pub mod cross_face;
pub mod generated;
pub mod keys;
pub mod objects;
pub mod psa_keys;
pub mod psa_use;
pub mod query;
pub mod raw;
pub mod refusals;
pub mod sign;
pub mod store;

use crate::scenario::Scenario;

/// All scenarios, in the order reports show them.
#[must_use]
pub fn all() -> Vec<Scenario> {
    [
        store::all(),
        objects::all(),
        sign::all(),
        refusals::all(),
        compute::all(),
        query::all(),
        cross_face::all(),
        raw::all(),
        psa_keys::all(),
        psa_use::all(),
        generated::all(),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::Observation;
    use crate::verdict::{Judgement, judge};
    use std::collections::BTreeSet;

    #[test]
    fn no_two_scenarios_share_a_name_and_no_two_checks_of_one_scenario_do() {
        let mut names = BTreeSet::new();
        for scenario in all() {
            assert!(names.insert(scenario.name.clone()), "{} twice", scenario.name);
            let mut checks = BTreeSet::new();
            for check in scenario.checks.iter().filter(|check| check.action != crate::step::Action::Restart) {
                assert!(checks.insert(check.name.clone()), "{}: {} twice", scenario.name, check.name);
                assert!(!check.rules.is_empty(), "{}: {} cites nothing", scenario.name, check.name);
            }
        }
    }

    #[test]
    fn no_clause_is_content_with_a_general_error_or_with_a_bare_success_where_bytes_are_due() {
        for scenario in all() {
            for check in &scenario.checks {
                for rule in check.rules.values() {
                    let place = format!("{} {}", scenario.name, check.name);
                    for code in
                        ["CKR_GENERAL_ERROR", "PSA_ERROR_GENERIC_ERROR", "crashed: signal 11", "timed out"]
                    {
                        let refused =
                            matches!(judge(rule, &Observation::code(code)), Judgement::Refused { .. });
                        assert!(refused, "{place} accepts {code}");
                    }
                    if !rule.conditions.is_empty() {
                        let bare = judge(rule, &Observation::code(rule.accepts[0].clone()));
                        assert!(matches!(bare, Judgement::Refused { .. }), "{place} asks for nothing");
                    }
                }
            }
        }
    }

    #[test]
    fn a_scenario_survives_being_saved() {
        for scenario in all() {
            let text = serde_json::to_string(&scenario).unwrap();
            assert_eq!(serde_json::from_str::<Scenario>(&text).unwrap(), scenario);
        }
    }
}
