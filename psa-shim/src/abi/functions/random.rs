//! Random number generation.

use crate::abi::guard::psa_functions;
use crate::abi::out::Whole;

psa_functions! {
    /// psa_generate_random.
    fn psa_generate_random(output: *mut u8, output_size: usize) with open {
        // SAFETY: the caller vouches for the buffer.
        unsafe { Whole::new(output, output_size) }?.fill(|piece| {
            piece.copy_from_slice(&open.psa().generate_random(piece.len())?);
            Ok(())
        })
    }
}
