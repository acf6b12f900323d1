//! What the project's own commands share with its tests: the generated documents, other people's suites, an installed library.

pub mod generated;
pub mod psa_prefix;
pub mod suites;
