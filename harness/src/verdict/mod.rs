//! Judges an observation by its clause, and weighs the judgement against what was expected of the backend.

mod raw;

use serde::{Deserialize, Serialize};

use crate::expectation::{Excuse, Expectation};
use crate::hex;
use crate::psa::Attributes;
use crate::scenario::{Condition, Rule};
use crate::step::{Data, Observation};
use crate::verify;

/// What the clause says about an observation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// The clause accepts it; who verified the bytes, where that was needed.
    Accepted {
        /// Name of the verifier.
        verifier: Option<&'static str>,
    },
    /// The clause does not accept it.
    Refused {
        /// What was observed, in words that stay the same from run to run.
        observed: String,
    },
}

/// The outcome of a check on a backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// As the clause says.
    Agrees,
    /// Departs from the clause, and an expectation names it.
    KnownDeviation,
    /// The backend does not offer it, and an expectation names it.
    Unsupported,
    /// Departs from the clause or from what was expected.
    Surprise,
}

/// Judges an observation; the rule's bytes are written out by now.
#[must_use]
pub fn judge(rule: &Rule, observation: &Observation) -> Judgement {
    if !rule.accepts.contains(&observation.code) {
        let observed = match &observation.call {
            Some(call) => format!("{} from {call}", observation.code),
            None => observation.code.clone(),
        };
        return Judgement::Refused { observed };
    }
    let mut verifier = None;
    for condition in &rule.conditions {
        match holds(condition, observation) {
            Ok(by) => verifier = verifier.or(by),
            Err(observed) => return Judgement::Refused { observed },
        }
    }
    Judgement::Accepted { verifier }
}

pub(crate) use raw::lengths;

fn written(data: &Data) -> Vec<u8> {
    data.written()
}

/// The verifier's name where one was asked; else what was observed instead.
fn holds(condition: &Condition, observation: &Observation) -> Result<Option<&'static str>, String> {
    let code = &observation.code;
    let bytes = observation.bytes.as_deref().and_then(hex::decode);
    let got = bytes.as_deref().ok_or_else(|| format!("{code} without bytes"));
    let found = observation.found.as_ref().ok_or_else(|| format!("{code} without a list"));
    let ensure = |right: bool, observed: String| if right { Ok(()) } else { Err(observed) };
    match condition {
        Condition::Equals(data) => {
            let (got, expected) = (got?, written(data));
            let observed = if got.len() <= 4 { hex::encode(got) } else { "other bytes".to_owned() };
            ensure(got == expected, format!("{code}: {observed}"))?;
        }
        Condition::Differs(data) => ensure(got? != written(data), format!("{code}: the same bytes"))?,
        Condition::Length(size) => {
            let got = got?.len();
            ensure(got == *size, format!("{code}: {got} bytes"))?;
        }
        Condition::Count(count) => {
            let found = found?.len();
            ensure(found == *count, format!("{code}: {found} found"))?;
        }
        Condition::Labels(labels) => {
            let found = found?;
            ensure(found == labels, format!("{code}: found [{}]", found.join(", ")))?;
        }
        Condition::Mixed => {
            let mixed = got?.chunks(8).all(|part| part.iter().any(|byte| *byte != part[0]));
            ensure(mixed, format!("{code}: the same byte again and again"))?;
        }
        Condition::LengthAs(_)
        | Condition::Listed { .. }
        | Condition::DoesAtMost(_)
        | Condition::NumberIfTold { .. }
        | Condition::Padded(_)
        | Condition::Written { .. }
        | Condition::Found(_)
        | Condition::Number { .. }
        | Condition::Flag { .. }
        | Condition::Text { .. }
        | Condition::AttributeLengths(_)
        | Condition::Attribute { .. } => {
            let answer = observation.answer.as_ref().ok_or_else(|| format!("{code} without an answer"))?;
            raw::holds(condition, answer).map_err(|observed| format!("{code}: {observed}"))?;
        }
        Condition::Verifies { algorithm, public, input } => {
            let answer = verify::signature(*algorithm, &written(public), &written(input), got?);
            ensure(answer.right, format!("{code}: does not verify"))?;
            return Ok(Some(answer.verifier));
        }
        Condition::Digest { hash, input } => {
            let right = verify::hash::digest(*hash, &written(input));
            ensure(got? == right, format!("{code}: another digest"))?;
            return Ok(Some(verify::TEXTBOOK));
        }
        Condition::Attributes(due) => {
            let read =
                observation.attributes.as_deref().ok_or_else(|| format!("{code} without attributes"))?;
            ensure(read == due, format!("{code}: {}", differing(read, due)))?;
        }
    }
    Ok(None)
}

/// Which attributes are not the ones due, with what was read.
fn differing(read: &Attributes, due: &Attributes) -> String {
    let mut words = Vec::new();
    let mut compare = |name, read: u64, due: u64| {
        if read != due {
            words.push(format!("{name} {read:#x}"));
        }
    };
    compare("id", read.id.into(), due.id.into());
    compare("lifetime", read.lifetime.into(), due.lifetime.into());
    compare("type", read.key_type.into(), due.key_type.into());
    compare("bits", read.bits as u64, due.bits as u64);
    compare("usage", read.usage.into(), due.usage.into());
    compare("algorithm", read.algorithm.into(), due.algorithm.into());
    words.join(", ")
}

/// The outcome, and what to say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weighed {
    /// The outcome.
    pub outcome: Outcome,
    /// Reason and citation of the expectation, or what is wrong with it.
    pub reason: Option<String>,
}

/// Weighs a judgement against the one expectation that names this check, if there is one.
#[must_use]
pub fn weigh(judgement: &Judgement, expectation: Option<&Expectation>) -> Weighed {
    let surprise = |reason| Weighed { outcome: Outcome::Surprise, reason };
    match (judgement, expectation) {
        (Judgement::Accepted { .. }, None) => Weighed { outcome: Outcome::Agrees, reason: None },
        (Judgement::Refused { .. }, None) => surprise(None),
        (Judgement::Accepted { .. }, Some(excuse)) => surprise(Some(format!(
            "agrees, but was expected to answer {}: remove the excuse",
            excuse.observed
        ))),
        (Judgement::Refused { observed }, Some(excuse)) if *observed == excuse.observed => Weighed {
            outcome: match excuse.outcome {
                Excuse::Deviates => Outcome::KnownDeviation,
                Excuse::Unsupported => Outcome::Unsupported,
            },
            reason: Some(format!("{} ({})", excuse.reason, excuse.citation)),
        },
        (Judgement::Refused { .. }, Some(excuse)) => {
            surprise(Some(format!("departs in another way than expected: {}", excuse.observed)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::Algorithm;

    fn rule(conditions: Vec<Condition>) -> Rule {
        Rule { clause: "§1".into(), accepts: vec!["CKR_OK".into()], conditions }
    }

    fn excuse(observed: &str) -> Expectation {
        Expectation {
            scenario: "sign/x".into(),
            check: "y".into(),
            clause: "§1".into(),
            outcome: Excuse::Deviates,
            observed: observed.into(),
            reason: "because".into(),
            citation: "source".into(),
        }
    }

    fn refused(observed: &str) -> Judgement {
        Judgement::Refused { observed: observed.into() }
    }

    #[test]
    fn a_code_outside_the_clause_is_refused_and_names_the_call() {
        let observation =
            Observation { call: Some("C_SignInit".into()), ..Observation::code("CKR_MECHANISM_INVALID") };
        assert_eq!(judge(&rule(vec![]), &observation), refused("CKR_MECHANISM_INVALID from C_SignInit"));
    }

    #[test]
    fn the_right_code_with_the_wrong_length_is_refused() {
        let observation = Observation::bytes("CKR_OK", &[1, 2, 3]);
        assert_eq!(judge(&rule(vec![Condition::Length(4)]), &observation), refused("CKR_OK: 3 bytes"));
    }

    #[test]
    fn a_signature_that_does_not_verify_is_refused() {
        let verifies = Condition::Verifies {
            algorithm: Algorithm::Ed25519,
            public: Data::of(&[3; 32]),
            input: Data::of(b"message"),
        };
        let observation = Observation::bytes("CKR_OK", &[7; 64]);
        assert_eq!(judge(&rule(vec![verifies]), &observation), refused("CKR_OK: does not verify"));
    }

    #[test]
    fn a_missing_list_of_objects_is_refused() {
        let judgement = judge(&rule(vec![Condition::Count(0)]), &Observation::code("CKR_OK"));
        assert_eq!(judgement, refused("CKR_OK without a list"));
    }

    #[test]
    fn a_departure_that_is_excused_in_the_same_words_is_a_known_deviation() {
        let weighed = weigh(&refused("CKR_X"), Some(&excuse("CKR_X")));
        assert_eq!(weighed.outcome, Outcome::KnownDeviation);
        assert_eq!(weighed.reason.as_deref(), Some("because (source)"));
    }

    #[test]
    fn a_departure_without_an_excuse_is_a_surprise() {
        assert_eq!(weigh(&refused("CKR_X"), None).outcome, Outcome::Surprise);
    }

    #[test]
    fn a_departure_that_is_excused_in_other_words_is_a_surprise() {
        assert_eq!(weigh(&refused("CKR_X"), Some(&excuse("CKR_Y"))).outcome, Outcome::Surprise);
    }

    #[test]
    fn an_unexpected_pass_is_a_surprise() {
        let weighed = weigh(&Judgement::Accepted { verifier: None }, Some(&excuse("CKR_X")));
        assert_eq!(weighed.outcome, Outcome::Surprise);
        assert!(weighed.reason.is_some_and(|reason| reason.contains("remove the excuse")));
    }
}
