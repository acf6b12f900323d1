//! The room for `unsafe` of the raw driver: C's pointers in and out, with everything lent under watch.
#![allow(unsafe_code, reason = "calls of the C interface itself; each block says why it is sound")]

mod buffer;
mod crypto;
mod gcm;
mod interfaces;
mod later;
mod later_keys;
mod library;
mod list;
mod loan;
mod messages;
mod objects;
mod output;
mod structure;

use std::collections::BTreeMap;
use std::path::Path;

use cryptoki_sys::{CK_FUNCTION_LIST, CK_RV};

use super::names;
use crate::raw::{Answer, Call, Handle};

pub use list::function_list;

/// A loaded module and the names of everything it gave a handle for.
pub struct RawModule {
    functions: CK_FUNCTION_LIST,
    later: list::Later,
    handles: BTreeMap<String, u64>,
    /// How many objects each name of C_FindObjects has been given to.
    found: BTreeMap<String, u64>,
    /// The slot of the token under test, as long as nothing happened that may move it.
    slot: Option<u64>,
    /// The same from before; for calls while the library is not initialised.
    last_slot: u64,
    // Holds the code that the functions are in.
    _library: libloading::Library,
}

/// What keeps a call from being made.
type Made<T> = Result<T, String>;

/// Calls a function of the list: its answer, with the code and nothing else so far.
macro_rules! call {
    ($module:expr, $name:ident($($argument:expr),* $(,)?)) => {{
        let function = $module
            .functions
            .$name
            .ok_or_else(|| concat!("the module has no ", stringify!($name)).to_owned())?;
        // SAFETY: the function has the type the specification gives it. Each pointer is NULL because the call says so, or it
        // points to memory of the lent length that outlives the call; what a faulty module does beyond it is what the
        // process exists for.
        let code = unsafe { function($($argument),*) };
        $crate::driver::raw::abi::answer(stringify!($name), code)
    }};
}
use call;

fn answer(function: &str, code: CK_RV) -> Answer {
    Answer { function: function.to_owned(), code: names::code(code), ..Answer::default() }
}

impl RawModule {
    /// Loads the module in this file; nothing of it is called but C_GetFunctionList.
    ///
    /// # Errors
    /// When it is no PKCS#11 module.
    pub fn load(path: &Path) -> Result<Self, String> {
        let (library, functions) = function_list(path)?;
        Ok(Self {
            functions,
            later: list::later_lists(&library),
            handles: BTreeMap::new(),
            found: BTreeMap::new(),
            slot: None,
            last_slot: 0,
            _library: library,
        })
    }

    /// Makes one call. What keeps the harness from making it is the answer's code, `harness: …`.
    pub fn perform(&mut self, call: &Call) -> Answer {
        self.attempt(call).unwrap_or_else(|text| Answer {
            function: call.function().to_owned(),
            code: format!("harness: {text}"),
            ..Answer::default()
        })
    }

    fn attempt(&mut self, call: &Call) -> Made<Answer> {
        match self.library(call)? {
            Some(answer) => Ok(answer),
            None => match self.objects(call)? {
                Some(answer) => Ok(answer),
                None => match self.later(call)? {
                    Some(answer) => Ok(answer),
                    None => self.crypto(call),
                },
            },
        }
    }

    /// The number behind a name; names stay when what they name is dead.
    fn handle(&self, handle: &Handle) -> Made<u64> {
        match handle {
            Handle::Number(number) => Ok(*number),
            Handle::Named(name) => {
                self.handles.get(name).copied().ok_or_else(|| format!("nothing is called {name}"))
            }
        }
    }

    fn name(&mut self, name: Option<&String>, handle: Option<u64>) {
        if let (Some(name), Some(handle)) = (name, handle) {
            self.handles.insert(name.clone(), handle);
        }
    }
}
