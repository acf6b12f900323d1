//! Twintoken's PSA library: C pointers become Rust values, and Rust values become C pointers, and nothing else.
//!
//! What a function *means* is in `twintoken::psa`. This crate checks what C allows to be checked (NULL, lengths, the
//! process id), lets no panic out, and keeps the multi-part operations that C callers hold by number. All `unsafe` code
//! is in `abi/`.
//!
//! Before psa_crypto_init, and in a child of fork until it calls it again, every crypto function answers
//! PSA_ERROR_BAD_STATE. Secure storage and attestation have no such call and work from the start.
//!
//! | what | answer |
//! |---|---|
//! | NULL with a length of 0 | empty |
//! | NULL with a length, a length that no address space has, NULL for what a call gives | PSA_ERROR_INVALID_ARGUMENT |
//! | an operation of no call's, of another kind, or ended through a copy of its structure | PSA_ERROR_BAD_STATE; abort makes it inactive |
//! | an operation that another thread is computing with | PSA_ERROR_BAD_STATE |
//! | more than 4096 active operations of a kind, in this process | PSA_ERROR_INSUFFICIENT_MEMORY from the one that begins |
//!
//! Input and output may overlap in any way: nothing is written before the input was used.

mod abi;
