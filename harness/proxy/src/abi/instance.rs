//! The one proxy of a process: which module stands behind it, and which defect is planted.

use super::module::Module;
use super::words::Word;
use super::{answers, caller};
use crate::function::Function;
use crate::plant::Pass;
use crate::{DEFECT_VARIABLE, MODULE_VARIABLE, defects};
use cryptoki_sys::{CK_RV, CKR_CRYPTOKI_NOT_INITIALIZED, CKR_FUNCTION_FAILED};
use std::path::Path;
use std::sync::OnceLock;

/// A module with something planted before it.
struct Proxy {
    module: Module,
    pass: Pass,
}

impl Proxy {
    /// As the environment says.
    fn new() -> Result<Self, String> {
        let path = std::env::var_os(MODULE_VARIABLE)
            .ok_or_else(|| format!("{MODULE_VARIABLE} names no module to stand before"))?;
        let name = std::env::var(DEFECT_VARIABLE).unwrap_or_default();
        let pass = defects::plant(&name)
            .ok_or_else(|| format!("{DEFECT_VARIABLE}: there is no defect named {name}"))?;
        Ok(Self { module: Module::load(Path::new(&path))?, pass })
    }
}

/// Passes one call through.
///
/// # Safety
/// The words are the arguments of a caller who keeps to the function's contract.
pub(super) unsafe fn pass(function: Function, words: &[Word]) -> CK_RV {
    static PROXY: OnceLock<Result<Proxy, String>> = OnceLock::new();
    match PROXY.get_or_init(Proxy::new) {
        Ok(proxy) => {
            // SAFETY: the caller's promise is handed on.
            let mut call = unsafe { caller::read(function, words) };
            (proxy.pass)(&mut call, &proxy.module);
            // SAFETY: as above.
            unsafe { answers::write(words, &call) };
            call.code
        }
        Err(problem) if function == Function::C_Initialize => {
            eprintln!("{problem}");
            CKR_FUNCTION_FAILED
        }
        Err(_) => CKR_CRYPTOKI_NOT_INITIALIZED,
    }
}
