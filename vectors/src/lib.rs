//! Test vectors and facts of the specifications, as data with typed loaders.
//!
//! `data/spec/` holds names and numbers taken from the texts of OASIS and of PSA; `data/algorithms/` holds known answers.
#![allow(
    clippy::expect_used,
    reason = "data of ours that does not load is a bug of ours, found by every test"
)]

pub mod spec;
