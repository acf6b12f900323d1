//! One file for each command.

pub(crate) mod backup;
pub(crate) mod doctor;
pub(crate) mod env;
pub(crate) mod init;
pub(crate) mod list;
pub(crate) mod mechanisms;
pub(crate) mod place;
pub(crate) mod restore;
