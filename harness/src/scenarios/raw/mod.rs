//! Scenarios of raw calls: what the safe binding hides, chapter by chapter.

mod again;
mod attributes;
mod bound;
mod claims;
mod classes;
mod crypto;
mod exact;
mod later;
mod later_keys;
mod lengths;
mod library;
mod messages;
mod objects;
mod order;
mod parts;
mod pins;
mod recover;
mod sessions;
mod states;
mod usage;
pub(super) mod words;

use crate::scenario::Scenario;

/// All of them.
#[must_use]
pub fn all() -> Vec<Scenario> {
    [
        library::all(),
        again::all(),
        exact::all(),
        claims::all(),
        sessions::all(),
        pins::all(),
        lengths::all(),
        attributes::all(),
        objects::all(),
        order::all(),
        parts::all(),
        crypto::all(),
        usage::all(),
        bound::all(),
        classes::all(),
        recover::all(),
        states::all(),
        later::all(),
        messages::all(),
        later_keys::all(),
    ]
    .concat()
}
