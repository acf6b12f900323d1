//! Mistakes that the simulation plants in the store, to see whether it would find them. In a build without the feature
//! `simulation` there are none.

/// A mistake that a store could make.
#[cfg_attr(
    not(any(test, feature = "simulation")),
    allow(unreachable_pub, reason = "only the simulation hands it out")
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// Files are never synced.
    SkipSync,
    /// Versions are not compared.
    DropPrecondition,
    /// A tag that is to be unique may be carried twice.
    ForgetUnique,
    /// A batch is committed in two transactions.
    TearBatch,
    /// A commit is acknowledged although it failed.
    AcknowledgeEarly,
    /// A handle that a failure has latched is used on.
    KeepLatchedHandle,
    /// A record that is replaced keeps the tags that it loses.
    KeepLostTags,
}

#[cfg(any(test, feature = "simulation"))]
thread_local! {
    static PLANTED: std::cell::Cell<Option<Mistake>> = const { std::cell::Cell::new(None) };
}

/// Plants a mistake in every store that this thread uses, or takes it out again.
#[cfg(any(test, feature = "simulation"))]
pub(in crate::store) fn plant(mistake: Option<Mistake>) {
    PLANTED.set(mistake);
}

/// Whether the mistake is to be made.
#[cfg(any(test, feature = "simulation"))]
pub(super) fn is_planted(mistake: Mistake) -> bool {
    PLANTED.get() == Some(mistake)
}

/// Whether the mistake is to be made: never in this build.
#[cfg(not(any(test, feature = "simulation")))]
pub(super) const fn is_planted(_: Mistake) -> bool {
    false
}
