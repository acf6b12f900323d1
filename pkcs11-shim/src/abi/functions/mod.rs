//! The functions, by chapter of the specification. Each reads its pointers, asks the face, and writes what it answers.

pub(super) mod decrypt;
pub(super) mod digest;
pub(super) mod dual;
pub(super) mod encrypt;
pub(super) mod general;
pub(super) mod interfaces;
pub(super) mod keys;
pub(super) mod not_built_later;
pub(super) mod objects;
pub(super) mod parallel;
pub(super) mod random;
pub(super) mod recover;
pub(super) mod sessions;
pub(super) mod sign;
pub(super) mod slots;
pub(super) mod state;
pub(super) mod verify;
pub(super) mod verify_signature;
