//! SHAKE128 and SHAKE256 (FIPS 202), whose output has any length.

use super::Family;
use crate::key::algorithm::Algorithm;
use crate::registry::xof::{Xof, XofOutput, XofState};
use crate::registry::{Mechanism, Psa, Takes};
use shake::digest::{ExtendableOutput, Update, XofReader};
use shake::{Shake128, Shake256};

/// The family's rows.
pub static FAMILY: Family = Family {
    name: "xof",
    mechanisms: &[
        row("PSA_ALG_SHAKE128", Algorithm::SHAKE128, || Box::new(Taking(Shake128::default()))),
        row("PSA_ALG_SHAKE256", Algorithm::SHAKE256, || Box::new(Taking(Shake256::default()))),
    ],
    keys: None,
};

const fn row(name: &'static str, algorithm: Algorithm, begin: fn() -> Box<dyn XofState>) -> Mechanism {
    Mechanism {
        name,
        ckm: Mechanism::PSA_ONLY,
        psa: Some(Psa { algorithm, takes: Takes::Message }),
        xof: Some(Xof { begin }),
        ..Mechanism::NOTHING
    }
}

/// `length` bytes of SHAKE256.
pub(super) fn shake256(input: &[u8], length: usize) -> Vec<u8> {
    let mut out = vec![0; length];
    Shake256::default().chain(input).finalize_xof().read(&mut out);
    out
}

/// An XOF that takes input.
pub(super) struct Taking<F>(pub(super) F);

impl<F> XofState for Taking<F>
where
    F: Update + ExtendableOutput<Reader: Send + Sync + 'static> + Send + Sync,
{
    fn update(&mut self, part: &[u8]) {
        self.0.update(part);
    }

    fn finish(self: Box<Self>) -> Box<dyn XofOutput> {
        Box::new(Giving(self.0.finalize_xof()))
    }
}

struct Giving<R>(R);

impl<R: XofReader + Send + Sync> XofOutput for Giving<R> {
    fn read(&mut self, into: &mut [u8]) {
        self.0.read(into);
    }
}
