//! One key seen through both faces: the table of what each face says of it, and random work that holds the table true.

mod document;
mod kinds;
mod rows;
mod rules;
mod seen;
mod steps;
mod work;
mod world;

pub use document::text;
pub use rows::rows;
pub use seen::{Both, Maker, Shown, Told};
pub use steps::{Step, steps};
pub use world::World;

/// One row of the mapping between the faces.
#[derive(Debug)]
pub struct Row {
    /// What it is about, in a word or two.
    pub name: &'static str,
    /// What PKCS#11 says.
    pub pkcs11: &'static str,
    /// What PSA says.
    pub psa: &'static str,
    /// How the two agree.
    pub agree: &'static str,
    /// Whether they do, for one key; an error says what was seen.
    pub holds: fn(&Both) -> Result<(), String>,
    /// A store whose mapping is wrong in this row, played by changing what was seen. The row must find each of them.
    pub defects: &'static [Defect],
}

/// A wrong mapping.
#[derive(Debug)]
pub struct Defect {
    /// What such a store would do.
    pub what: &'static str,
    /// Makes of what was seen what that store would have shown.
    pub plant: fn(&mut Both),
}

/// The rows that a key does not hold to, each with what was seen.
#[must_use]
pub fn broken(both: &Both) -> Vec<(&'static str, String)> {
    rows().filter_map(|row| (row.holds)(both).err().map(|seen| (row.name, seen))).collect()
}

/// Does the steps in a new world, and after each of them holds every row against every live key, as `plant` shows them.
///
/// # Errors
/// Names the rows that do not hold, and says after which step.
///
/// # Panics
/// When a step's own promise is broken: see [`World::step`].
pub fn play(open: bool, steps: &[Step], plant: fn(&mut Both)) -> Result<(), String> {
    let mut world = World::new(open);
    for (number, step) in steps.iter().enumerate() {
        world.step(step);
        for mut both in world.look() {
            plant(&mut both);
            let broken = broken(&both);
            if !broken.is_empty() {
                let names: Vec<&str> = broken.iter().map(|(name, _)| *name).collect();
                let seen: Vec<&str> = broken.iter().map(|(_, seen)| seen.as_str()).collect();
                let (names, seen) = (names.join(", "), seen.join("; "));
                return Err(format!("[{names}] after step {number}, {step:?}: {seen}"));
            }
        }
    }
    Ok(())
}
