//! The module behind the proxy.

use super::entries::invoke;
use super::lent;
use super::words::Word;
use crate::call::Call;
use crate::plant::Beyond;
use cryptoki_sys::{CK_FUNCTION_LIST, CK_RV, CKR_FUNCTION_NOT_SUPPORTED, CKR_OK};
use std::path::Path;
use std::ptr::null_mut;

/// A loaded module.
pub(super) struct Module {
    list: CK_FUNCTION_LIST,
    // Holds the code that the list points into.
    _library: libloading::Library,
}

impl Module {
    /// Loads the module in a file.
    pub(super) fn load(path: &Path) -> Result<Self, String> {
        type GetFunctionList = unsafe extern "C" fn(*mut *mut CK_FUNCTION_LIST) -> CK_RV;
        let no_module = |error| format!("{}: {error}", path.display());
        // SAFETY: whoever names the module vouches for its start code.
        let library = unsafe { libloading::Library::new(path) }.map_err(no_module)?;
        let mut list = null_mut();
        // SAFETY: the specification gives this symbol this type.
        let get = unsafe { library.get::<GetFunctionList>(b"C_GetFunctionList\0") }.map_err(no_module)?;
        // SAFETY: the pointer is to a local.
        let code = unsafe { get(&raw mut list) };
        // SAFETY: after CKR_OK the list is there.
        let list = if code == CKR_OK { unsafe { list.as_ref() } } else { None };
        let list = *list.ok_or_else(|| format!("{}: C_GetFunctionList answers {code:#x}", path.display()))?;
        Ok(Self { list, _library: library })
    }
}

impl Beyond for Module {
    fn forward(&self, call: &mut Call) {
        let mut lent = lent::all(call);
        let words: Vec<Word> = lent.iter_mut().flat_map(lent::Lent::words).collect();
        // SAFETY: the words are the function's arguments, and what they point to lives in `lent` and the call.
        let code = unsafe { invoke(&self.list, call.function, &words) };
        call.code = code.unwrap_or(CKR_FUNCTION_NOT_SUPPORTED);
        for (lent, argument) in lent.into_iter().zip(&mut call.arguments) {
            lent.settle(argument, call.code);
        }
    }
}
