//! Compares what a module answered with what the model says is due.

use serde::{Deserialize, Serialize};

use super::Step;
use super::model::{Condition, Expected, Model};
use crate::raw::Answer;

/// A kind of disagreement.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Group {
    /// The function.
    pub function: String,
    /// What was due.
    pub expected: String,
    /// What was observed instead.
    pub observed: String,
}

/// A disagreement and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// The step's place, from 0.
    pub at: usize,
    /// Its kind.
    pub group: Group,
}

/// The first disagreement of a sequence with the model.
#[must_use]
pub fn first(steps: &[Step], answers: &[Answer]) -> Option<Disagreement> {
    let mut model = Model::default();
    for (at, (step, answer)) in steps.iter().zip(answers).enumerate() {
        // Behind a step that the model has no answer for, it knows too little to go on.
        let expected = model.step(step)?;
        if let Some((due, observed)) = departure(&expected, answer) {
            let function = step.call.function().to_owned();
            return Some(Disagreement { at, group: Group { function, expected: due, observed } });
        }
    }
    None
}

/// What was due and what came instead, where they differ.
fn departure(expected: &Expected, answer: &Answer) -> Option<(String, String)> {
    let codes = || expected.codes.iter().copied().collect::<Vec<_>>().join(" or ");
    if let Some(trespass) = answer.trespasses.first() {
        return Some((codes(), format!("{}, and it {trespass}", answer.code)));
    }
    if !expected.codes.contains(answer.code.as_str()) {
        return Some((codes(), answer.code.clone()));
    }
    let (due, observed) = unmet(&expected.condition, answer)?;
    Some((format!("{} with {due}", codes()), observed))
}

/// The part of the condition that does not hold. Texts name no lengths that differ from sequence to sequence.
fn unmet(condition: &Condition, answer: &Answer) -> Option<(String, String)> {
    let size = answer.bytes.as_ref().map_or(0, |text| text.len() as u64 / 2);
    let told = |due: &str, seen: String| Some((due.to_owned(), seen));
    match condition {
        Condition::Nothing => None,
        Condition::Bytes(due) => {
            let same = answer.bytes.as_deref().unwrap_or_default() == crate::hex::encode(due);
            if same { None } else { told("the right bytes", "other bytes".into()) }
        }
        Condition::Size(due) if size != *due => told("the right length", "another length".into()),
        Condition::Size(_) => None,
        Condition::AtLeast(due) => match answer.length {
            Some(length) if (*due..=due + 64).contains(&length) => None,
            Some(_) => told("the length needed", "another length".into()),
            None => told("the length needed", "no length".into()),
        },
        Condition::Found(due) if answer.found == Some(*due) => None,
        Condition::Found(due) => match answer.found {
            Some(found) if found > *due => told("all objects that fit", "more of them".into()),
            _ => told("all objects that fit", "fewer of them".into()),
        },
        Condition::State(due) => {
            let state = answer.numbers.get("state");
            if state == Some(due) { None } else { told(&format!("state {due}"), format!("state {state:?}")) }
        }
        Condition::Attributes(due) => due.iter().zip(&answer.attributes).find_map(|(due, seen)| {
            let (length, bytes) = due.as_ref()?;
            if *length != seen.0 {
                let word = |length: &Option<u64>| length.map_or("unavailable", |_| "a length").to_owned();
                return told(
                    &format!("length: {}", word(length)),
                    format!("{}, not the right one", word(&seen.0)),
                );
            }
            let bytes = bytes.as_ref()?;
            let same = seen.1.as_deref() == Some(crate::hex::encode(bytes).as_str());
            if same { None } else { told("the attribute's value", "another value".into()) }
        }),
    }
}
