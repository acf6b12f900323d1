//! What ties a running operation to its key: when the key goes, the operation fails at its next call.

use crate::store::RecordId;
use crate::sync::lock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};

/// All leases that are out.
#[derive(Default)]
pub(crate) struct Leases(Mutex<Vec<(Vec<RecordId>, Weak<AtomicBool>)>>);

/// An operation's hold on what it uses. Dropping it gives it back.
#[derive(Clone)]
pub(super) struct Lease(Arc<AtomicBool>);

impl Lease {
    /// Whether everything it was taken on is still there.
    pub(super) fn holds(&self) -> bool {
        !self.0.load(Ordering::Acquire)
    }
}

impl Leases {
    /// A lease that ends when one of these records goes.
    pub(super) fn take(&self, on: Vec<RecordId>) -> Lease {
        let ended = Arc::new(AtomicBool::new(false));
        let mut out = lock(&self.0);
        out.retain(|(_, lease)| lease.strong_count() > 0);
        out.push((on, Arc::downgrade(&ended)));
        Lease(ended)
    }

    /// Ends the leases on records that are gone.
    pub(crate) fn revoke(&self, gone: &[RecordId]) {
        self.end(|on| on.iter().any(|one| gone.contains(one)));
    }

    /// Ends all of them.
    pub(crate) fn revoke_all(&self) {
        self.end(|_| true);
    }

    fn end(&self, which: impl Fn(&[RecordId]) -> bool) {
        for (on, lease) in lock(&self.0).iter() {
            if let Some(ended) = lease.upgrade().filter(|_| which(on)) {
                ended.store(true, Ordering::Release);
            }
        }
    }
}
