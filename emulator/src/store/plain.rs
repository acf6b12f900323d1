//! The simplest thing that could be right, to compare stores with: a map in which every question is answered by a walk.

use super::{Batch, Change, Expect, Record, RecordId, Tag};
use crate::fault::Fault;
use std::collections::{BTreeMap, BTreeSet};

/// All records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Plain(pub(super) BTreeMap<RecordId, Record>);

impl Plain {
    pub(super) fn ids_with(&self, tag: &Tag) -> Vec<RecordId> {
        self.0.iter().filter(|(_, record)| record.tags.contains(tag)).map(|(id, _)| *id).collect()
    }

    pub(super) fn commit(&mut self, batch: Batch) -> Result<(), Fault> {
        let mut after = self.clone();
        for (id, change) in batch.changes {
            let version = self.0.get(&id).map(|record| record.version);
            let holds = |expect| match expect {
                Expect::Absent => version.is_none(),
                Expect::Version(expected) => version == Some(expected),
                Expect::Damaged => false,
            };
            match change {
                Change::Put { expect, tags, bytes } if holds(expect) => {
                    let tags = BTreeSet::from_iter(tags).into_iter().collect();
                    after.0.insert(id, Record { version: version.unwrap_or(0) + 1, tags, bytes });
                }
                Change::Remove { expect } if holds(expect) && version.is_some() => {
                    after.0.remove(&id);
                }
                Change::Require { expect } if holds(expect) => {}
                _ => return Err(Fault::Conflict),
            }
        }
        if batch.unique.iter().any(|tag| after.ids_with(tag).len() > 1) {
            return Err(Fault::Conflict);
        }
        *self = after;
        Ok(())
    }
}
