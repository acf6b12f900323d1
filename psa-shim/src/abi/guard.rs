//! What surrounds every call: the process check, the catching of panics, the trace, and the status.

use super::instance::{Open, Process};
use super::trace::{Arguments, Call, line};
use std::time::Instant;
use twintoken::border;
use twintoken::psa::{self, Status};

/// PSA_SUCCESS.
pub(super) const SUCCESS: i32 = 0;

/// Answers a call that works before psa_crypto_init, or that asks for it itself. `arguments` are asked for only when there
/// is a trace.
pub(super) fn answer(
    call: &'static str,
    arguments: &dyn Fn() -> Arguments,
    body: impl FnOnce(&'static Process) -> Result<(), Status>,
) -> i32 {
    let status = border::caught(|| {
        let process = Process::this();
        let begun = process.trace.get().map(|_| Instant::now());
        let (status, panic) = match border::caught(|| body(process)) {
            Ok(Ok(())) => (SUCCESS, None),
            Ok(Err(Status(status))) => (status, None),
            Err(panic) => (Status::GENERIC_ERROR.0, Some(panic)),
        };
        if let Some(trace) = process.trace.get() {
            let took = begun.map(|begun| begun.elapsed()).unwrap_or_default();
            // What was refused on the way to a success is nobody's reason.
            let fault = psa::reason().filter(|_| status != SUCCESS);
            let reason = panic.or_else(|| fault.map(|fault| fault.to_string()));
            let (arguments, reason) = (&arguments(), reason.as_deref());
            trace.append(&line(&Call { process: process.id, name: call, arguments, status, reason, took }));
        }
        status
    });
    status.unwrap_or(Status::GENERIC_ERROR.0)
}

/// Answers a call that needs psa_crypto_init, which it asks for before it looks at anything else.
pub(super) fn answer_initialized(
    call: &'static str,
    arguments: &dyn Fn() -> Arguments,
    body: impl FnOnce(&Open) -> Result<(), Status>,
) -> i32 {
    answer(call, arguments, |process| body(&process.initialized()?))
}

/// Answers a call that opens the store itself when no other has.
pub(super) fn answer_opening(
    call: &'static str,
    arguments: &dyn Fn() -> Arguments,
    body: impl FnOnce(&Open) -> Result<(), Status>,
) -> i32 {
    answer(call, arguments, |process| body(&process.open(call)?))
}

/// Answers a call as [`answer_opening`] does, whose specification has one status for a store that cannot be opened.
pub(super) fn answer_serving(
    call: &'static str,
    arguments: &dyn Fn() -> Arguments,
    body: impl FnOnce(&Open) -> Result<(), Status>,
) -> i32 {
    answer(call, arguments, |process| {
        let open = process.open(call).map_err(|fault| {
            // Made for the sake of the reason, which it remembers.
            let _ = Status::from(fault);
            Status::SERVICE_FAILURE
        })?;
        body(&open)
    })
}

/// Makes the exported symbol of each function.
///
/// `with name` hands the body the initialised library; `opening name` the store, which it opens if no call has; `in name`
/// the process, initialised or not; `serving name` is `opening` with PSA_ERROR_SERVICE_FAILURE where that fails.
macro_rules! psa_functions {
    ($($(#[$doc:meta])*
       fn $name:ident($($argument:ident: $type:ty),* $(,)?) $kind:tt $context:ident $body:block)*) => {
        $(
            $(#[$doc])*
            #[allow(clippy::too_many_arguments, reason = "the specification's arguments")]
            #[unsafe(no_mangle)]
            unsafe extern "C" fn $name($($argument: $type),*) -> i32 {
                $crate::abi::guard::psa_functions!(@guard $kind)(
                    stringify!($name),
                    &|| vec![$((stringify!($argument), $crate::abi::trace::Argument::from($argument))),*],
                    |$context| $body,
                )
            }
        )*
    };
    (@guard with) => { $crate::abi::guard::answer_initialized };
    (@guard opening) => { $crate::abi::guard::answer_opening };
    (@guard serving) => { $crate::abi::guard::answer_serving };
    (@guard in) => { $crate::abi::guard::answer };
}
pub(super) use psa_functions;
