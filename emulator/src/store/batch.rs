//! What every backend asks of a batch before and while it commits it.

use super::{Batch, Change, Expect, Tag};
use crate::fault::Fault;

impl Batch {
    /// The batch with each record's tags sorted and without repeats.
    ///
    /// # Errors
    /// [`Fault::Internal`] when it names one record twice or a tag is longer than [`Tag::MOST`]: the caller is wrong, so
    /// a [`Fault::Conflict`] would only make it try for ever.
    pub(super) fn in_order(mut self) -> Result<Self, Fault> {
        let mut ids: Vec<_> = self.changes.iter().map(|(id, _)| *id).collect();
        ids.sort_unstable();
        if ids.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(Fault::Internal("a batch changes one record twice"));
        }
        for (_, change) in &mut self.changes {
            if let Change::Put { tags, .. } = change {
                tags.sort_unstable();
                tags.dedup();
                short_enough(tags)?;
            }
        }
        self.unique.sort_unstable();
        self.unique.dedup();
        short_enough(&self.unique)?;
        Ok(self)
    }

    /// Whether committing it can change anything; if not, it only asks whether its preconditions hold.
    pub(super) fn writes(&self) -> bool {
        self.changes.iter().any(|(_, change)| !matches!(change, Change::Require { .. }))
    }
}

impl Change {
    /// Whether the change may be made to a record whose version is `found`, or that is absent.
    pub(super) fn permitted(&self, found: Option<u64>) -> bool {
        let expect = match self {
            Change::Remove { expect: Expect::Absent } => return false,
            Change::Put { expect, .. } | Change::Remove { expect } | Change::Require { expect } => expect,
        };
        match expect {
            Expect::Absent => found.is_none(),
            Expect::Version(version) => found == Some(*version),
            // Whoever can tell a damaged record from others looks for it before.
            Expect::Damaged => false,
        }
    }
}

fn short_enough(tags: &[Tag]) -> Result<(), Fault> {
    if tags.iter().any(|tag| tag.0.len() > Tag::MOST) {
        return Err(Fault::Internal("a search tag is longer than 64 bytes"));
    }
    Ok(())
}
