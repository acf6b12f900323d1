//! CKM_AES_CTR: counter mode, in which the caller says how many bits of the block count.

use super::{Aes, with_schedule};
use crate::env::Rng;
use crate::fault::Fault;
use crate::key::Key;
use crate::registry::parameter::Parameter;
use crate::registry::{Direction, Transform};
use ::aes::cipher::{InnerIvInit, StreamCipher, StreamCipherCoreWrapper};
use ::ctr::{CtrCore, flavors};

pub(super) fn begin(key: &Key, parameter: &Parameter, _: Direction) -> Result<Box<dyn Transform>, Fault> {
    let Parameter::Counter { bits, block } = parameter else {
        return Err(Fault::BadParameter("CK_AES_CTR_PARAMS is expected"));
    };
    let left = room(*bits, block)?;
    Ok(with_schedule!(key, schedule => {
        let core = CtrCore::inner_iv_init(schedule.cipher.clone(), block.into());
        Box::new(Counting { stream: StreamCipherCoreWrapper::from_core(core), left })
    }))
}

/// How many bytes there are before the counter would overflow its bits (§6.11): 16 for each count that is left.
fn room(bits: u64, block: &[u8; 16]) -> Result<u128, Fault> {
    let start = u128::from_be_bytes(*block);
    let counts = match bits {
        1..=127 => (1_u128 << bits) - (start & ((1 << bits) - 1)),
        128 => (u128::MAX - start).saturating_add(1),
        _ => return Err(Fault::BadParameter("a counter has 1 to 128 bits")),
    };
    Ok(counts.saturating_mul(16))
}

struct Counting<C: Aes> {
    /// Counts in all 128 bits, which is the same as long as the caller's bits do not overflow.
    stream: StreamCipherCoreWrapper<CtrCore<C, flavors::Ctr128BE>>,
    left: u128,
}

impl<C: Aes> Transform for Counting<C> {
    fn update_length(&self, input: usize) -> usize {
        input
    }

    fn update(&mut self, part: &[u8]) -> Result<Vec<u8>, Fault> {
        const OVERFLOW: Fault = Fault::DataLength("the counter would overflow its bits");
        self.left = self.left.checked_sub(part.len() as u128).ok_or(OVERFLOW)?;
        let mut bytes = part.to_vec();
        self.stream.try_apply_keystream(&mut bytes).map_err(|_| OVERFLOW)?;
        Ok(bytes)
    }

    fn finish_length(&self, _: usize) -> usize {
        0
    }

    fn finish(self: Box<Self>, _: &dyn Rng) -> Result<Vec<u8>, Fault> {
        Ok(Vec::new())
    }
}
