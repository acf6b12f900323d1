//! Library initialization: psa_crypto_init.

use crate::abi::guard::psa_functions;

psa_functions! {
    /// psa_crypto_init. Calling it again is fine.
    fn psa_crypto_init() in process {
        process.initialize()?;
        process.initialized()?.psa().crypto_init()
    }
}
