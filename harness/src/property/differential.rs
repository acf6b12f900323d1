//! The same sequences on two modules, without a model: where they differ, by function and pair of codes.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use super::{Step, each_sequence, execute, plan, report};
use crate::backend::{Backend, Refusal};
use crate::raw::Answer;
use crate::shrink::shrunk;

/// A kind of difference: the function, the first module's code, the second one's.
type Pair = (String, String, String);
/// How often each was seen, and a sequence that ends in it.
type Pairs = BTreeMap<Pair, (u64, Vec<Step>)>;

/// The code, and whether what cannot differ by chance differs.
fn pairs(steps: &[Step], answers: [&[Answer]; 2]) -> Vec<(usize, Pair)> {
    let both = answers[0].iter().zip(answers[1]);
    let differ = steps.iter().zip(both).enumerate().filter_map(|(at, (step, (first, second)))| {
        let function = step.call.function().to_owned();
        if first.code != second.code {
            return Some((at, (function, first.code.clone(), second.code.clone())));
        }
        let found = |answer: &Answer| answer.found.map(|found| format!("{} {found} found", answer.code));
        let (first, second) = (found(first)?, found(second)?);
        (first != second).then_some((at, (function, first, second)))
    });
    differ.collect()
}

fn differences(
    program: &Path,
    modules: [&Backend; 2],
    steps: &[Step],
) -> std::io::Result<Vec<(usize, Pair)>> {
    let first = execute::run(program, modules[0], steps)?;
    let second = execute::run(program, modules[1], steps)?;
    Ok(pairs(steps, [&first, &second]))
}

/// Runs sequences on both modules and prints the differences, each with one shortest example. The answer says whether there
/// were none.
///
/// # Errors
/// When sequences cannot be run.
pub fn differential(modules: [&Backend; 2], seed: u64, steps: usize) -> Result<bool, Refusal> {
    let program = std::env::current_exe().map_err(|error| Refusal::File("this program".into(), error))?;
    let all: Mutex<(Pairs, Vec<String>)> = Mutex::default();
    each_sequence(&plan(seed, steps), &|_, sequence| {
        let outcome = differences(&program, modules, &sequence);
        let mut all = all.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match outcome {
            Err(error) => all.1.push(error.to_string()),
            Ok(found) => {
                for (at, pair) in found {
                    let shown: Vec<Step> = sequence.iter().take(at + 1).cloned().collect();
                    let entry = all.0.entry(pair).or_insert((0, shown.clone()));
                    entry.0 += 1;
                    // By length, then by content: threads may come in any order.
                    if (shown.len(), format!("{shown:?}")) < (entry.1.len(), format!("{:?}", entry.1)) {
                        entry.1 = shown;
                    }
                }
            }
        }
    });
    let (found, broken) = all.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(problem) = broken.first() {
        return Err(Refusal::Nothing(problem.clone()));
    }
    let [first, second] = modules.map(|module| module.profile.title.as_str());
    println!("{first} and {second}: seed {seed}, {steps} steps, {} kinds of difference", found.len());
    for (pair, (count, sequence)) in &found {
        println!("\n  {count:>6}  {}: {} / {}", pair.0, pair.1, pair.2);
        let shows = |steps: &[Step]| {
            differences(&program, modules, steps).is_ok_and(|found| {
                found.last().is_some_and(|(at, seen)| seen == pair && *at + 1 == steps.len())
            })
        };
        let short = shrunk(sequence.clone(), &shows);
        let answers = execute::run(&program, modules[0], &short).unwrap_or_default();
        report::steps(&short, &answers);
    }
    Ok(found.is_empty())
}
