//! `libsofthsm2.so`: the module of `twintoken-pkcs11`, symbols and all, under the file name that programs look for.
//!
//! There is no code here: the module asks under which name it was loaded, and shows SoftHSM2's strings, slot ids and
//! 2.40-only interface when it is this one.

// What is named is linked, and so its exported symbols are this library's.
extern crate twintoken_pkcs11 as _;
