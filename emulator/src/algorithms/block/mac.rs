//! CMAC (NIST SP 800-38B) over whichever block cipher.

use super::BlockCipher;
use crate::fault::Fault;
use crate::registry::MacState;
use ::aes::cipher::common::InnerInit;
use cmac::block_api::CmacCipher;
use cmac::{Cmac, Mac};

struct State<C: CmacCipher>(Cmac<C>);

impl<C: BlockCipher + CmacCipher> MacState for State<C> {
    fn update(&mut self, part: &[u8]) {
        Mac::update(&mut self.0, part);
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        self.0.finalize().into_bytes().to_vec()
    }
}

/// Starts a MAC under a cipher's key.
pub(in super::super) fn begin<C: BlockCipher + CmacCipher>(cipher: &C) -> Result<Box<dyn MacState>, Fault> {
    Ok(Box::new(State(Cmac::inner_init(cipher.clone()))))
}
