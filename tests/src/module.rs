//! The built module, loaded as any program loads it.
#![allow(unsafe_code, reason = "a PKCS#11 module is reached through C pointers")]

use cryptoki_sys::{CK_FUNCTION_LIST, CK_RV, CKR_OK};
use libloading::Library;
use std::path::{Path, PathBuf};
use std::ptr;

/// Where the module lies: beside the tests, because this crate depends on it.
///
/// # Panics
/// When it is not there.
#[must_use]
pub fn path() -> PathBuf {
    built("twintoken_pkcs11")
}

/// Where the module lies under SoftHSM2's file name.
///
/// # Panics
/// When it is not there.
#[must_use]
pub fn as_softhsm2() -> PathBuf {
    built("softhsm2")
}

/// Where the proxy lies that stands before a module and plants defects.
///
/// # Panics
/// When it is not there.
#[must_use]
pub fn proxy() -> PathBuf {
    built("twintoken_proxy")
}

/// Where one of our libraries lies.
pub(crate) fn built(library: &str) -> PathBuf {
    let program = std::env::current_exe().unwrap();
    let folder = program.parent().unwrap();
    // A test lies in `deps/` itself, a program one folder above.
    let deps = if folder.ends_with("deps") { folder.to_owned() } else { folder.join("deps") };
    let name = format!("{}{library}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let module = deps.join(name);
    assert!(module.is_file(), "{} is not built", module.display());
    module
}

/// The loaded module and its function list.
#[derive(Debug)]
pub struct Module {
    library: Library,
    list: *mut CK_FUNCTION_LIST,
}

// SAFETY: the list is a constant of the module, and the module lets any thread call it.
unsafe impl Sync for Module {}
// SAFETY: as above.
unsafe impl Send for Module {}

impl Module {
    /// Loads the module. It is not initialised by that.
    ///
    /// # Panics
    /// When it cannot be loaded or gives no list.
    #[must_use]
    pub fn load() -> Module {
        Module::load_from(&path())
    }

    /// Loads another library of ours.
    ///
    /// # Panics
    /// When it cannot be loaded or gives no list.
    #[must_use]
    pub fn load_from(path: &Path) -> Module {
        // SAFETY: loading it runs nothing but the start code of the standard library.
        let library = unsafe { Library::new(path) }.unwrap();
        let mut list = ptr::null_mut();
        {
            type GetFunctionList = unsafe extern "C" fn(*mut *mut CK_FUNCTION_LIST) -> CK_RV;
            // SAFETY: the symbol has the specification's type, and the list outlives the call.
            let get = unsafe { library.get::<GetFunctionList>(b"C_GetFunctionList\0") }.unwrap();
            // SAFETY: the pointer is a valid one.
            assert_eq!(unsafe { get(&raw mut list) }, CKR_OK);
        }
        assert!(!list.is_null());
        Module { library, list }
    }

    /// The function list.
    #[must_use]
    pub fn list(&self) -> &CK_FUNCTION_LIST {
        // SAFETY: not NULL; the list lives as long as the library, which this value holds.
        unsafe { &*self.list }
    }

    /// The entries of the list in their order, as addresses.
    #[must_use]
    pub fn entries(&self) -> Vec<usize> {
        let words = size_of::<CK_FUNCTION_LIST>() / size_of::<usize>();
        // The first word holds the version and its padding, so it is skipped.
        // SAFETY: after it the structure is an array of function pointers.
        (1..words).map(|index| unsafe { self.list.cast::<usize>().add(index).read() }).collect()
    }

    /// The address of an exported symbol.
    #[must_use]
    pub fn symbol(&self, name: &str) -> Option<usize> {
        // SAFETY: only the address is taken.
        let found = unsafe { self.library.get::<unsafe extern "C" fn()>(name.as_bytes()) };
        found.ok().map(|symbol| *symbol as usize)
    }
}

/// Calls a function of the list: `call!(module, C_Logout(session))`. It gives the CK_RV.
///
/// The arguments must be what the specification asks for: this is C.
#[macro_export]
macro_rules! call {
    ($module:expr, $name:ident($($argument:expr),* $(,)?)) => {{
        let function = $module.list().$name.expect(stringify!($name));
        #[allow(
            unsafe_code,
            clippy::macro_metavars_in_unsafe,
            reason = "a PKCS#11 module is reached through C pointers, and every caller of this macro knows"
        )]
        // SAFETY: the arguments are what the specification asks for.
        let code = unsafe { function($($argument),*) };
        code
    }};
}

/// Calls a function of the list and fails unless it answers CKR_OK.
#[macro_export]
macro_rules! ok {
    ($module:expr, $name:ident($($argument:expr),* $(,)?)) => {{
        let code = $crate::call!($module, $name($($argument),*));
        assert_eq!(code, cryptoki_sys::CKR_OK, "{}: {}", stringify!($name), $crate::spec::name_of(code));
    }};
}
