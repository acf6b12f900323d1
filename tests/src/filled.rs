//! Items that fill a store through the PSA library until the quota refuses them: keys and assets of either service.

use crate::psa::{Attributes, Buffer, Psa, SUCCESS};
use std::cell::Cell;
use twintoken::psa::Status;

const RAW_DATA: u16 = 0x1001;
const EXPORT: u32 = 1;

/// What is put into the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// psa_its_set.
    Its,
    /// psa_ps_set.
    Ps,
    /// psa_import_key of raw data.
    Key,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 3] = [Kind::Its, Kind::Ps, Kind::Key];

    /// The kind that prints as `name`.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn named(name: &str) -> Kind {
        Kind::ALL.into_iter().find(|kind| format!("{kind:?}") == name).unwrap()
    }

    /// Puts an item; whether the quota let it in.
    ///
    /// # Panics
    /// When it is refused for another reason.
    pub fn put(self, psa: &Psa, number: u32, value: &[u8]) -> bool {
        let uid = u64::from(number);
        let status = match self {
            Kind::Its => psa.call("psa_its_set", &[&uid, &value.len(), &value.as_ptr(), &0_u32]),
            Kind::Ps => psa.call("psa_ps_set", &[&uid, &value.len(), &value.as_ptr(), &0_u32]),
            Kind::Key => {
                let key = Attributes { id: number, lifetime: 1, ..Attributes::new(RAW_DATA, 0, EXPORT, 0) };
                psa.call("psa_import_key", &[&key, &value, &Cell::new(0_u32)])
            }
        };
        let is_full = status == Status::INSUFFICIENT_STORAGE.0;
        assert!(status == SUCCESS || is_full, "{self:?} {number}: {}", Status(status).name());
        !is_full
    }

    /// The value of an item; none when there is no such item.
    ///
    /// # Panics
    /// When it cannot be read.
    #[must_use]
    pub fn get(self, psa: &Psa, number: u32) -> Option<Vec<u8>> {
        let (uid, buffer) = (u64::from(number), Buffer::new(2000));
        let (status, gone) = match self {
            Kind::Its | Kind::Ps => {
                let function = if self == Kind::Its { "psa_its_get" } else { "psa_ps_get" };
                (
                    psa.call(function, &[&uid, &0_usize, &2000_usize, &buffer.at(), &buffer.told()]),
                    Status::DOES_NOT_EXIST,
                )
            }
            Kind::Key => (psa.call("psa_export_key", &[&number, &buffer]), Status::INVALID_HANDLE),
        };
        if status == gone.0 {
            return None;
        }
        assert_eq!(status, SUCCESS, "{self:?} {number}: {}", Status(status).name());
        Some(buffer.given())
    }

    /// Removes an item.
    ///
    /// # Panics
    /// When that fails.
    pub fn remove(self, psa: &Psa, number: u32) {
        match self {
            Kind::Its => psa.ok("psa_its_remove", &[&u64::from(number)]),
            Kind::Ps => psa.ok("psa_ps_remove", &[&u64::from(number)]),
            Kind::Key => psa.ok("psa_destroy_key", &[&number]),
        }
    }
}
