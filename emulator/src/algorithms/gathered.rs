//! A cipher that takes its input in one part and computes at the end.

use crate::env::Rng;
use crate::fault::Fault;
use crate::registry::Transform;
use zeroize::Zeroizing;

/// Computes the output of the whole input.
pub(super) type Compute = Box<dyn Fn(&[u8], &dyn Rng) -> Result<Vec<u8>, Fault> + Send + Sync>;

/// The most that an input of some length gives.
pub(super) type Most = Box<dyn Fn(usize) -> usize + Send + Sync>;

/// An operation that waits for its one part.
pub(super) struct Gathered {
    most: Most,
    compute: Compute,
    /// The input so far.
    input: Zeroizing<Vec<u8>>,
}

impl Gathered {
    /// An operation that gives at most `most` of its input's length, by `compute`.
    pub(super) fn begin(most: Most, compute: Compute) -> Box<dyn Transform> {
        Box::new(Gathered { most, compute, input: Zeroizing::default() })
    }
}

impl Transform for Gathered {
    fn update_length(&self, _: usize) -> usize {
        0
    }

    fn update(&mut self, part: &[u8]) -> Result<Vec<u8>, Fault> {
        self.input.extend_from_slice(part);
        Ok(Vec::new())
    }

    fn finish_length(&self, input: usize) -> usize {
        (self.most)(self.input.len().saturating_add(input))
    }

    fn finish(self: Box<Self>, rng: &dyn Rng) -> Result<Vec<u8>, Fault> {
        (self.compute)(&self.input, rng)
    }
}
