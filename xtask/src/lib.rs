//! What the project's own commands share with its tests: the generated documents, and other people's suites.

pub mod generated;
pub mod suites;
