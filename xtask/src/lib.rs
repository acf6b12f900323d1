//! What the project's own commands share with its tests: the generated documents.

pub mod generated;
