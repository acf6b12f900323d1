//! The quota: how many bytes the records of token objects and assets may take together, over all tokens of a store.

use super::vault::{LOOKS, Vault};
use super::{asset, tags};
use crate::fault::Fault;
use crate::store::{Batch, Change, Expect, Record, RecordId};
use std::collections::BTreeSet;

/// The record whose version counts the commits that were held against a quota. Two processes that have both added up what
/// is there want to write the same version of it, so the second adds up again: together they cannot go over.
const GUARD: RecordId = RecordId([0; 16]);

impl Vault {
    /// Commits `batch` if what is there afterwards is within the quota, or at least no more than before.
    ///
    /// # Errors
    /// [`Fault::StoreFull`] beyond the quota; what the store refuses.
    pub(super) fn commit_within_quota(&self, batch: Batch) -> Result<(), Fault> {
        let Some(quota) = self.quota else { return self.durable.commit(batch) };
        for _ in 0..LOOKS {
            let guard = self.guard()?;
            let (before, after) = self.used_with(&batch)?;
            if after <= before {
                return self.durable.commit(batch);
            }
            if after > quota {
                return Err(Fault::StoreFull);
            }
            let mut guarded = batch.clone();
            let count = Change::Put { expect: guard, tags: vec![tags::quota()], bytes: Vec::new() };
            guarded.changes.push((GUARD, count));
            match self.durable.commit(guarded) {
                Err(Fault::Conflict) if self.guard()? != guard => {}
                done => return done,
            }
        }
        Err(Fault::Conflict)
    }

    fn guard(&self) -> Result<Expect, Fault> {
        Ok(self.durable.get(GUARD)?.map_or(Expect::Absent, |record| Expect::Version(record.version)))
    }

    /// How many bytes are used before and after a batch.
    fn used_with(&self, batch: &Batch) -> Result<(u64, u64), Fault> {
        let changed: BTreeSet<RecordId> = batch
            .changes
            .iter()
            .filter(|(_, change)| !matches!(change, Change::Require { .. }))
            .map(|(id, _)| *id)
            .collect();
        let (mut staying, mut going) = (0_u64, 0_u64);
        for token in self.tokens()?.iter() {
            for belonging in tags::belongings(token.id) {
                for id in self.durable.ids_with(&belonging)? {
                    let sum = if changed.contains(&id) { &mut going } else { &mut staying };
                    *sum = sum.saturating_add(self.weight_of(id)?);
                }
            }
        }
        let coming = batch.changes.iter().map(|(_, change)| match change {
            Change::Put { bytes, .. } => weight(bytes),
            Change::Remove { .. } | Change::Require { .. } => 0,
        });
        let coming = coming.fold(0, u64::saturating_add);
        Ok((staying.saturating_add(going), staying.saturating_add(coming)))
    }

    /// What a record counts. One that is damaged keeps nobody from writing others.
    fn weight_of(&self, id: RecordId) -> Result<u64, Fault> {
        match self.durable.get(id) {
            Ok(record) => Ok(record.map_or(0, |Record { bytes, .. }| weight(&bytes))),
            Err(Fault::Damaged(_)) => Ok(0),
            Err(other) => Err(other),
        }
    }
}

fn weight(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX).saturating_add(asset::reserved(bytes))
}
