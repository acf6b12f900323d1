//! Loads a module and copies its lists of functions.

use std::path::Path;
use std::ptr::null_mut;

use cryptoki_sys::{
    CK_FLAGS, CK_FUNCTION_LIST, CK_FUNCTION_LIST_3_0, CK_FUNCTION_LIST_3_2, CK_INTERFACE, CK_RV, CK_UTF8CHAR,
    CK_VERSION, CKR_OK,
};

/// The list of version 3.2 or of 3.0 (3.1 has the same), where the module has one: its symbol C_GetInterface leads there.
pub(super) fn later_lists(library: &libloading::Library) -> Later {
    let newest = list_of::<CK_FUNCTION_LIST_3_2>(library, 2);
    let older = || list_of::<CK_FUNCTION_LIST_3_0>(library, 1).or_else(|| list_of(library, 0));
    // The list of 3.2 begins with all that is in the list of 3.0, and only the functions it adds are asked of it.
    let three = list_of::<CK_FUNCTION_LIST_3_0>(library, 2).or_else(older);
    Later { three, newest }
}

/// The functions that came after 2.40, as far as a module has them.
#[derive(Default)]
pub(super) struct Later {
    pub(super) three: Option<CK_FUNCTION_LIST_3_0>,
    pub(super) newest: Option<CK_FUNCTION_LIST_3_2>,
}

/// The list of version 3.`minor`; `T` must be its type or that of a list it begins with.
fn list_of<T: Copy>(library: &libloading::Library, minor: u8) -> Option<T> {
    type GetInterface =
        unsafe extern "C" fn(*mut CK_UTF8CHAR, *mut CK_VERSION, *mut *mut CK_INTERFACE, CK_FLAGS) -> CK_RV;
    let mut version = CK_VERSION { major: 3, minor };
    let mut interface = null_mut();
    // SAFETY: the specification gives this symbol this type; the pointers are NULL or to locals.
    let code = unsafe {
        let get = library.get::<GetInterface>(b"C_GetInterface\0").ok()?;
        get(null_mut(), &raw mut version, &raw mut interface, 0)
    };
    // SAFETY: the module said CKR_OK, so the interface is there, and it lives as long as the library.
    let found = unsafe { interface.as_ref() }.filter(|_| code == CKR_OK)?;
    // SAFETY: every list begins with its version.
    let told = unsafe { found.pFunctionList.cast::<CK_VERSION>().as_ref() }?;
    if (told.major, told.minor) != (3, minor) {
        return None;
    }
    // SAFETY: a list of this version has this type or begins with it.
    unsafe { found.pFunctionList.cast::<T>().as_ref() }.copied()
}

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
