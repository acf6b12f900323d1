//! Tokens of SoftHSM2's file store: what lies in their folders, and how it becomes objects of ours.

mod file;
mod objects;
mod token;

pub(crate) use objects::{Harvest, harvest};
pub(crate) use token::{Locked, tokens};
