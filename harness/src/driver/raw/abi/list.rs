//! Loads a module and copies its list of functions.

use std::path::Path;
use std::ptr::null_mut;

use cryptoki_sys::{CK_FUNCTION_LIST, CK_RV, CKR_OK};

/// Loads the module in this file; the functions are good as long as the library is held.
///
/// # Errors
/// When it is no PKCS#11 module.
pub fn function_list(path: &Path) -> Result<(libloading::Library, CK_FUNCTION_LIST), String> {
    type GetFunctionList = unsafe extern "C" fn(*mut *mut CK_FUNCTION_LIST) -> CK_RV;
    let no_module = |error| format!("{}: {error}", path.display());
    // SAFETY: its start code runs in a child process that exists for this module alone.
    let library = unsafe { libloading::Library::new(path) }.map_err(no_module)?;
    let mut list = null_mut();
    {
        // SAFETY: the specification gives this symbol this type.
        let get = unsafe { library.get::<GetFunctionList>(b"C_GetFunctionList\0") }.map_err(no_module)?;
        // SAFETY: the pointer is to a local.
        let code = unsafe { get(&raw mut list) };
        if code != CKR_OK {
            return Err(format!("C_GetFunctionList: {}", crate::driver::raw::names::code(code)));
        }
    }
    // SAFETY: the module said CKR_OK, so the list is there, and it lives as long as the library.
    let list = unsafe { list.as_ref() };
    let list = *list.ok_or_else(|| "C_GetFunctionList gave no list".to_owned())?;
    Ok((library, list))
}
