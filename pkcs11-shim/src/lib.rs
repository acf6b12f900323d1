//! Twintoken's PKCS#11 module: C pointers become Rust values, and Rust values become C pointers, and nothing else.
//!
//! What a call *means* is in `twintoken::pkcs11`. This crate checks what C allows to be checked (NULL, lengths,
//! the process id), lets no panic out, and names a `CKR_…` for every refusal. All `unsafe` code is in `abi/`.
//!
//! Limits: a length above one of these is answered with CKR_ARGUMENTS_BAD, and nothing is read.
//!
//! | what | limit |
//! |---|---|
//! | data, signature, ciphertext, random bytes | 1 GiB |
//! | attributes of one template | 4096 |
//! | one attribute's value | 16 MiB |
//! | a string inside a mechanism's parameter (CKR_MECHANISM_PARAM_INVALID) | 16 MiB |

mod abi;
