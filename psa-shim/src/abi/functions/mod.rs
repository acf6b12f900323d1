//! The functions, by chapter of the specification. Each reads its pointers, asks the face, and writes what it answers.

mod aead;
mod agreement;
mod attestation;
mod cipher;
mod derivation;
mod encapsulate;
mod encrypt;
mod hash;
mod keys;
mod library;
mod mac;
mod pake;
mod random;
mod sign;
mod sign_parts;
mod storage;
mod wrap;
mod xof;
