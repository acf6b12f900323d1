//! One file for each command.

pub(crate) mod backup;
pub(crate) mod credential;
pub(crate) mod delete;
pub(crate) mod doctor;
pub(crate) mod env;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod import_softhsm;
pub(crate) mod init;
pub(crate) mod list;
pub(crate) mod mechanisms;
pub(crate) mod pin;
pub(crate) mod place;
pub(crate) mod restore;
pub(crate) mod show;
