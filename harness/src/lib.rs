//! Runs the same store, sign and query scenarios on several key stores and shows where they depart from the standard.

pub mod at_random;
pub mod backend;
pub mod bench;
pub mod chapters;
pub mod child;
pub mod command;
pub mod der;
pub mod driver;
pub mod expectation;
pub mod hex;
pub mod material;
pub mod property;
pub mod property_psa;
pub mod psa;
pub mod raw;
pub mod replay;
pub mod report;
pub mod run;
pub mod scenario;
pub mod scenarios;
pub mod self_check;
pub mod self_check_psa;
mod shrink;
pub mod step;
pub mod unexcused;
pub mod verdict;
pub mod verify;
