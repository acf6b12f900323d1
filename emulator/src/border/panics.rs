//! No panic leaves a library: it is caught without a word on the host program's stderr, and its place is remembered.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::atomic::{AtomicBool, Ordering};

thread_local! {
    static INSIDE_A_CALL: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Runs `body`. A panic becomes `Err` with the place it came from and, if it was a literal, its message: a formatted
/// message may hold a caller's data, so it is left out.
pub fn caught<T>(body: impl FnOnce() -> T) -> Result<T, String> {
    install_hook();
    let outer = INSIDE_A_CALL.replace(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(body));
    INSIDE_A_CALL.set(outer);
    outcome.map_err(|payload| {
        let place = PLACE.try_with(|place| place.take()).unwrap_or_default();
        match payload.downcast_ref::<&'static str>() {
            Some(message) => format!("panic at {place}: {message}"),
            None => format!("panic at {place}"),
        }
    })
}

/// The hook is silent inside our calls and hands every other panic to the hook that was there: when a library of ours is
/// linked into a Rust program, the two share one hook.
fn install_hook() {
    static INSTALLED: AtomicBool = AtomicBool::new(false);
    // No `Once`: a thread that was in it at a fork would block the child for ever.
    if INSTALLED.load(Ordering::Relaxed) || INSTALLED.swap(true, Ordering::Relaxed) {
        return;
    }
    let previous = panic::take_hook();
    panic::set_hook(Box::new(move |info: &PanicHookInfo<'_>| {
        if !INSIDE_A_CALL.get() {
            return previous(info);
        }
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        // A thread that is ending has no place to remember: the panic is caught all the same.
        let _ = PLACE.try_with(|remembered| remembered.replace(place));
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_line_that_names_its_place_and_no_data() {
        let literal = caught(|| -> () { panic!("out of range") }).unwrap_err();
        assert!(literal.contains("panics.rs") && literal.ends_with("out of range"), "{literal}");
        let formatted =
            caught(|| -> () { panic!("the PIN was {}", std::hint::black_box(1234)) }).unwrap_err();
        assert!(!formatted.contains("1234"), "{formatted}");
        assert_eq!(caught(|| 5), Ok(5));
    }
}
