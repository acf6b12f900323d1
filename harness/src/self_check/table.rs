//! What a self-check tells at its end.

use super::Behind;
use super::hunt::Trial;

/// Prints the table, what was missed, and what departs without a defect; whether all is well.
pub(super) fn print(
    trials: &[Trial],
    places: &[Behind],
    skipped: &[String],
    drawn: bool,
    seconds: f64,
) -> bool {
    let width = trials.iter().map(|trial| trial.prey.name.len()).max().unwrap_or(0);
    println!("\n{:width$}  {:>6}  caught by", "defect", "time");
    for trial in trials {
        let by = trial.caught.as_ref().map_or_else(
            || if trial.effective { "MISSED" } else { "never made a difference" }.to_owned(),
            |result| format!("{}: {} ({})", result.scenario, result.check, result.clause),
        );
        println!("{:width$}  {:>4.1} s  {by}", trial.prey.name, trial.seconds);
    }
    let missed: Vec<&Trial> =
        trials.iter().filter(|trial| trial.caught.is_none() && trial.effective).collect();
    if !missed.is_empty() {
        println!("\nMissed:");
    }
    for trial in &missed {
        let module = places.get(trial.prey.over).map_or("", |place| place.backend.profile.title.as_str());
        println!(
            "  {:width$}  {} (over {module}, {} scenarios)",
            trial.prey.name, trial.prey.sentence, trial.scenarios
        );
    }
    let mut departs = 0;
    for place in places {
        for (scenario, check) in &place.departs {
            departs += 1;
            println!("Departs without a defect, over {}: {scenario}: {check}", place.backend.profile.title);
        }
    }
    for name in skipped {
        println!("skipped: {name} needs a module that is not installed");
    }
    let found = trials.iter().filter(|trial| trial.caught.is_some()).count();
    let all = found + missed.len();
    let share = found * 100 / all.max(1);
    println!("\n{found} of {all} defects caught ({share} %), {} skipped, {seconds:.1} s.", skipped.len());
    // Drawn defects may change nothing that a caller could notice; who reads the list above judges them.
    let strict = !drawn && std::env::var_os("CI").is_some();
    let incomplete = !missed.is_empty() && !drawn;
    departs == 0 && !incomplete && (skipped.is_empty() || !strict)
}
