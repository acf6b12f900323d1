//! What each derivation gives, block by block.

use super::prf::{self, Prf};
use crate::algorithms::digest;
use crate::fault::Fault;
use crate::key::algorithm::Hash;
use crate::registry::kdf::{Blocks, Inputs, Step};
use crate::secret::Secret;
use zeroize::Zeroizing;

type Begun = Result<Box<dyn Blocks>, Fault>;

const EXHAUSTED: Fault = Fault::DerivationExhausted { left: 0 };

/// One block and no more.
struct Single(Option<Secret>);

impl Blocks for Single {
    fn next(&mut self) -> Result<Secret, Fault> {
        self.0.take().ok_or(EXHAUSTED)
    }
}

/// RFC 5869, §2.2. A salt that did not come is one of zeros, which HMAC takes as an empty one.
fn extract(hash: Hash, inputs: &Inputs) -> Result<Secret, Fault> {
    Ok(prf::hmac(hash, inputs.of(Step::SALT))?.of(&[inputs.of(Step::SECRET)]))
}

/// RFC 5869, §2.3.
struct Expand {
    prf: Box<dyn Prf>,
    info: Secret,
    before: Secret,
    count: u8,
}

impl Blocks for Expand {
    fn next(&mut self) -> Result<Secret, Fault> {
        self.count = self.count.checked_add(1).ok_or(EXHAUSTED)?;
        self.before = self.prf.of(&[self.before.expose(), self.info.expose(), &[self.count]]);
        Ok(self.before.clone())
    }
}

fn expand(hash: Hash, key: &[u8], inputs: &Inputs) -> Begun {
    let info = Secret::from(inputs.of(Step::INFO));
    Ok(Box::new(Expand { prf: prf::hmac(hash, key)?, info, before: Secret::default(), count: 0 }))
}

pub(super) fn hkdf(hash: Hash, inputs: &Inputs, _: u64) -> Begun {
    expand(hash, extract(hash, inputs)?.expose(), inputs)
}

pub(super) fn hkdf_extract(hash: Hash, inputs: &Inputs, _: u64) -> Begun {
    Ok(Box::new(Single(Some(extract(hash, inputs)?))))
}

pub(super) fn hkdf_expand(hash: Hash, inputs: &Inputs, _: u64) -> Begun {
    expand(hash, inputs.of(Step::SECRET), inputs)
}

/// P_hash of RFC 5246, §5.
struct Tls {
    prf: Box<dyn Prf>,
    /// Label and seed.
    seed: Secret,
    /// A(i).
    chain: Secret,
}

impl Blocks for Tls {
    fn next(&mut self) -> Result<Secret, Fault> {
        self.chain = self.prf.of(&[self.chain.expose()]);
        Ok(self.prf.of(&[self.chain.expose(), self.seed.expose()]))
    }
}

fn tls12(hash: Hash, secret: &[u8], inputs: &Inputs) -> Begun {
    let seed = Secret::new([inputs.of(Step::LABEL), inputs.of(Step::SEED)].concat());
    Ok(Box::new(Tls { prf: prf::hmac(hash, secret)?, chain: seed.clone(), seed }))
}

pub(super) fn tls12_prf(hash: Hash, inputs: &Inputs, _: u64) -> Begun {
    tls12(hash, inputs.of(Step::SECRET), inputs)
}

/// RFC 4279, §2: the premaster secret is the other secret and the pre-shared key, each behind its length.
pub(super) fn tls12_psk_to_ms(hash: Hash, inputs: &Inputs, _: u64) -> Begun {
    let key = inputs.of(Step::SECRET);
    let zeros = vec![0; key.len()];
    let other = if inputs.has(Step::OTHER_SECRET) { inputs.of(Step::OTHER_SECRET) } else { zeros.as_slice() };
    let mut premaster = Zeroizing::new(Vec::with_capacity(4 + other.len() + key.len()));
    for part in [other, key] {
        let length = u16::try_from(part.len()).map_err(|_| Fault::Internal("a secret that was checked"))?;
        premaster.extend_from_slice(&length.to_be_bytes());
        premaster.extend_from_slice(part);
    }
    tls12(hash, &premaster, inputs)
}

/// The hash of the point's first coordinate.
pub(super) fn tls12_ecjpake_to_pms(hash: Hash, inputs: &Inputs, _: u64) -> Begun {
    let coordinate = inputs.of(Step::SECRET).get(1..33);
    let coordinate = coordinate.ok_or(Fault::Internal("a point that was checked"))?;
    Ok(Box::new(Single(Some(Secret::new(digest::hash(hash, coordinate))))))
}

/// RFC 8018, §5.2.
struct Stretch {
    prf: Box<dyn Prf>,
    salt: Secret,
    cost: u64,
    count: u32,
}

impl Blocks for Stretch {
    fn next(&mut self) -> Result<Secret, Fault> {
        self.count = self.count.checked_add(1).ok_or(EXHAUSTED)?;
        let mut step = Zeroizing::new(vec![0; self.prf.length()]);
        self.prf.fill(&[self.salt.expose(), &self.count.to_be_bytes()], &mut step);
        let mut sum = step.clone();
        for _ in 1..self.cost {
            let before = Zeroizing::new(step.clone());
            self.prf.fill(&[&before], &mut step);
            for (into, byte) in sum.iter_mut().zip(step.iter()) {
                *into ^= byte;
            }
        }
        Ok(Secret::new(std::mem::take(&mut *sum)))
    }
}

fn stretch(prf: Box<dyn Prf>, inputs: &Inputs) -> Begun {
    let salt = Secret::from(inputs.of(Step::SALT));
    Ok(Box::new(Stretch { prf, salt, cost: inputs.number(Step::COST), count: 0 }))
}

pub(super) fn pbkdf2_hmac(hash: Hash, inputs: &Inputs, _: u64) -> Begun {
    stretch(prf::hmac(hash, inputs.of(Step::PASSWORD))?, inputs)
}

pub(super) fn pbkdf2_aes_cmac_prf_128(_: Hash, inputs: &Inputs, _: u64) -> Begun {
    stretch(prf::aes_cmac_prf_128(inputs.of(Step::PASSWORD))?, inputs)
}

/// SP 800-108, §4.1.
struct Counted {
    prf: Box<dyn Prf>,
    /// Label, zero, context, length in bits.
    fixed: Secret,
    /// K(0) of the construction with CMAC; empty with HMAC.
    first: Secret,
    count: u32,
}

impl Blocks for Counted {
    fn next(&mut self) -> Result<Secret, Fault> {
        self.count = self.count.checked_add(1).ok_or(EXHAUSTED)?;
        Ok(self.prf.of(&[&self.count.to_be_bytes(), self.fixed.expose(), self.first.expose()]))
    }
}

fn fixed(inputs: &Inputs, length: u64) -> Result<Secret, Fault> {
    let bits = length.checked_mul(8).and_then(|bits| u32::try_from(bits).ok());
    let bits = bits.ok_or(Fault::Internal("a capacity that was checked"))?.to_be_bytes();
    Ok(Secret::new([inputs.of(Step::LABEL), &[0], inputs.of(Step::CONTEXT), &bits].concat()))
}

pub(super) fn sp800_108_hmac(hash: Hash, inputs: &Inputs, length: u64) -> Begun {
    let prf = prf::hmac(hash, inputs.of(Step::SECRET))?;
    Ok(Box::new(Counted { prf, fixed: fixed(inputs, length)?, first: Secret::default(), count: 0 }))
}

pub(super) fn sp800_108_cmac(_: Hash, inputs: &Inputs, length: u64) -> Begun {
    let (prf, fixed) = (prf::aes_cmac(inputs.of(Step::SECRET))?, fixed(inputs, length)?);
    let first = prf.of(&[fixed.expose()]);
    Ok(Box::new(Counted { prf, fixed, first, count: 0 }))
}
