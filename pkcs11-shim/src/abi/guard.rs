//! What surrounds every call: the process check, the catching of panics, the trace, and the code for each fault.

use super::instance::Process;
use super::trace::{Arguments, Call, line};
use cryptoki_sys::{CK_RV, CKR_GENERAL_ERROR, CKR_OK};
use std::time::Instant;
use twintoken::border;
use twintoken::fault::Fault;
use twintoken::pkcs11::{self, Cryptoki};

/// What a call that was not refused answers.
pub(super) trait Success {
    /// The code: CKR_OK, or one of the few that are neither success nor fault.
    fn code(self) -> CK_RV;
}

impl Success for () {
    fn code(self) -> CK_RV {
        CKR_OK
    }
}

impl Success for CK_RV {
    fn code(self) -> CK_RV {
        self
    }
}

/// Answers a call that works without C_Initialize. `arguments` are asked for only when there is a trace.
pub(super) fn answer<S: Success>(
    call: &'static str,
    arguments: &dyn Fn() -> Arguments,
    body: impl FnOnce(&'static Process) -> Result<S, Fault>,
) -> CK_RV {
    let code = border::caught(|| {
        let process = Process::this();
        let _running = process.enter();
        let begun = process.trace.get().map(|_| Instant::now());
        let (code, reason) = match border::caught(|| body(process).map(Success::code)) {
            Ok(Ok(code)) => (code, None),
            // The text is only made for a trace.
            Ok(Err(fault)) => (pkcs11::code(&fault), process.trace.get().map(|_| fault.to_string())),
            Err(panic) => (CKR_GENERAL_ERROR, Some(panic)),
        };
        if let Some(trace) = process.trace.get() {
            let took = begun.map(|begun| begun.elapsed()).unwrap_or_default();
            let (arguments, reason) = (&arguments(), reason.as_deref());
            trace.append(&line(&Call { process: process.id, name: call, arguments, code, reason, took }));
        }
        code
    });
    code.unwrap_or(CKR_GENERAL_ERROR)
}

/// Answers a call that needs C_Initialize, which it asks for before it looks at anything else.
pub(super) fn answer_initialized<S: Success>(
    call: &'static str,
    arguments: &dyn Fn() -> Arguments,
    body: impl FnOnce(Cryptoki<'_>) -> Result<S, Fault>,
) -> CK_RV {
    answer(call, arguments, |process| body(process.emulator()?.pkcs11()))
}

/// Makes, for each function, the private one that the function list names (so that no other module in the process can put
/// its own in place of it) and the symbol `C_…` that a program linking directly finds.
///
/// `with name` hands the body the face of the initialised emulator; `in name` the process, initialised or not.
macro_rules! cryptoki_functions {
    ($($(#[$doc:meta])*
       fn $name:ident($($argument:ident: $type:ty),* $(,)?) $kind:tt $context:ident $body:block)*) => {
        $(
            $(#[$doc])*
            #[allow(non_snake_case, clippy::too_many_arguments, reason = "the specification's names and arguments")]
            pub(in crate::abi) unsafe extern "C" fn $name($($argument: $type),*) -> cryptoki_sys::CK_RV {
                $crate::abi::guard::cryptoki_functions!(@guard $kind)(
                    stringify!($name),
                    &|| vec![$((stringify!($argument), $crate::abi::trace::Argument::from($argument))),*],
                    |$context| $body,
                )
            }
        )*

        /// The symbols.
        mod exported {
            #[allow(unused_imports, reason = "each file uses its own types")]
            use super::*;
            $(
                $(#[$doc])*
                #[allow(non_snake_case, clippy::too_many_arguments, reason = "the specification's names and arguments")]
                #[unsafe(no_mangle)]
                unsafe extern "C" fn $name($($argument: $type),*) -> cryptoki_sys::CK_RV {
                    // SAFETY: the caller of the symbol promises what the caller through the list promises.
                    unsafe { super::$name($($argument),*) }
                }
            )*
        }
    };
    (@guard with) => { $crate::abi::guard::answer_initialized };
    (@guard in) => { $crate::abi::guard::answer };
}
pub(super) use cryptoki_functions;
