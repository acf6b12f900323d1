//! The functions, by chapter of the specification. Each reads its pointers, asks the face, and writes what it answers.

pub(super) mod decrypt;
pub(super) mod digest;
pub(super) mod dual;
pub(super) mod encrypt;
pub(super) mod general;
pub(super) mod interfaces;
pub(super) mod kem;
pub(super) mod keys;
pub(super) mod message_decrypt;
pub(super) mod message_encrypt;
pub(super) mod message_sign;
pub(super) mod message_verify;
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
pub(super) mod wrap_authenticated;
