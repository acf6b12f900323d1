//! Which functions of PKCS#11 work: real calls through the newest function list, and what was seen of each function.
//!
//! The calls go on whatever a module answers: a handle that was not given is 0, and then the next function says what it says
//! to that. So a function that begins to work is seen by the next run, with no change in here.
#![allow(unsafe_code, reason = "a PKCS#11 module is reached through C pointers")]

mod crypt;
mod keys;
mod library;
mod messages;
mod objects;
mod room;
mod sessions;
mod signing;
pub mod table;

use crate::module::Module;
use cryptoki_sys::{
    CK_FLAGS, CK_FUNCTION_LIST_3_2, CK_INTERFACE, CK_OBJECT_HANDLE, CK_RV, CK_SESSION_HANDLE, CK_SLOT_ID,
    CK_UTF8CHAR, CK_VERSION, CKR_OK,
};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ptr;

/// A run, and what it has seen so far.
pub(crate) struct Run {
    list: CK_FUNCTION_LIST_3_2,
    seen: RefCell<BTreeMap<&'static str, CK_RV>>,
}

/// What the calls work with.
#[derive(Debug, Default)]
pub(crate) struct Stage {
    slot: CK_SLOT_ID,
    session: CK_SESSION_HANDLE,
    aes: CK_OBJECT_HANDLE,
    /// Public and private half, for each.
    rsa: (CK_OBJECT_HANDLE, CK_OBJECT_HANDLE),
    ec: (CK_OBJECT_HANDLE, CK_OBJECT_HANDLE),
}

/// Calls a function of the list and writes down what it answers.
macro_rules! seen {
    ($run:expr, $name:ident($($argument:expr),* $(,)?)) => {{
        let function = $run.list.$name.expect(stringify!($name));
        // SAFETY: the arguments are what the specification asks for: pointers to values that outlive the call, with their
        // own lengths.
        let code = unsafe { function($($argument),*) };
        $run.saw(stringify!($name), code)
    }};
}
use seen;

impl Run {
    fn new(module: &Module) -> Run {
        type GetInterface = unsafe extern "C" fn(
            *mut CK_UTF8CHAR,
            *mut CK_VERSION,
            *mut *mut CK_INTERFACE,
            CK_FLAGS,
        ) -> CK_RV;
        let address = module.symbol("C_GetInterface").expect("C_GetInterface is exported");
        let mut version = CK_VERSION { major: 3, minor: 2 };
        let mut interface = ptr::null_mut();
        // SAFETY: the symbol has the specification's type, and the pointers are to values that outlive the call; what it
        // gives lives as long as the module.
        let list = unsafe {
            let get = std::mem::transmute::<usize, GetInterface>(address);
            assert_eq!(get(ptr::null_mut(), &raw mut version, &raw mut interface, 0), CKR_OK);
            *(*interface).pFunctionList.cast::<CK_FUNCTION_LIST_3_2>()
        };
        Run { list, seen: RefCell::default() }
    }

    /// A success stays; until there is one, the last refusal counts.
    fn saw(&self, function: &'static str, code: CK_RV) -> CK_RV {
        let mut seen = self.seen.borrow_mut();
        let kept = seen.entry(function).or_insert(code);
        if *kept != CKR_OK {
            *kept = code;
        }
        code
    }
}

/// Makes all calls, on a store that is empty and this process's alone. For each function: CKR_OK if one call of it was
/// answered so, else what the last one answered.
///
/// # Panics
/// When the module has no function list of version 3.2, or an entry of it is NULL.
#[must_use]
pub fn run(module: &Module) -> BTreeMap<&'static str, CK_RV> {
    let run = Run::new(module);
    let mut stage = Stage::default();
    library::begin(&run, &mut stage);
    sessions::begin(&run, &mut stage);
    keys::make(&run, &mut stage);
    objects::all(&run, &stage);
    crypt::all(&run, &stage);
    signing::all(&run, &stage);
    keys::all(&run, &stage);
    messages::all(&run, &stage);
    sessions::states(&run, &stage);
    sessions::pending(&run, &stage);
    sessions::end(&run, &stage);
    library::end(&run);
    run.seen.into_inner()
}
