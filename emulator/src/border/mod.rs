//! What the C libraries of both faces share and the faces do not know: the catching of panics, the trace, the word to the user.

pub mod json;
mod panics;
mod trace;

pub use panics::caught;
pub use trace::{Line, Trace};

use crate::fault::Fault;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};

/// Tells the user once what to mend when `call` cannot open the store: most programs print only the code, which helps nobody.
pub fn explain(call: &str, fault: &Fault) {
    static TOLD: AtomicBool = AtomicBool::new(false);
    if !TOLD.swap(true, Ordering::Relaxed) {
        let hint = "`twintoken where` shows which store and settings are in force, and why";
        let _ = writeln!(std::io::stderr(), "twintoken: {call} failed: {fault} ({hint})");
    }
}
