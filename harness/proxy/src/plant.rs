//! What a defect is, and the few ways in which one stands around a call.

use crate::call::Call;
use crate::function::Function;
use cryptoki_sys::CK_RV;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The module behind the proxy.
pub trait Beyond {
    /// Makes the call there; its answer is put into the call.
    fn forward(&self, call: &mut Call);
}

/// What stands around each call: it forwards, or does not, and changes the call before and after.
pub type Pass = Box<dyn Fn(&mut Call, &dyn Beyond) + Send + Sync>;

/// What a module must be able to do for a defect to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// What every module does.
    Nothing,
    /// A word that the module's profile has among its `abilities`.
    Ability(&'static str),
}

/// One row of the list of defects.
pub struct Defect {
    /// Its name in kebab case.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub sentence: &'static str,
    /// The clause of PKCS#11 v3.1 that it violates.
    pub clause: &'static str,
    /// What it needs of the module behind.
    pub needs: Needs,
    /// Makes it.
    pub plant: fn() -> Pass,
}

impl Defect {
    /// A defect that shows on every module.
    #[must_use]
    pub const fn new(
        name: &'static str,
        clause: &'static str,
        sentence: &'static str,
        plant: fn() -> Pass,
    ) -> Self {
        Self { name, sentence, clause, needs: Needs::Nothing, plant }
    }

    /// It needs a module with this ability.
    #[must_use]
    pub const fn needing(self, ability: &'static str) -> Self {
        Self { needs: Needs::Ability(ability), ..self }
    }
}

/// Forwards and nothing else.
#[must_use]
pub fn nothing() -> Pass {
    Box::new(|call, beyond| beyond.forward(call))
}

/// Stands around these functions.
pub fn around(
    functions: &'static [Function],
    pass: impl Fn(&mut Call, &dyn Beyond) + Send + Sync + 'static,
) -> Pass {
    Box::new(move |call, beyond| if call.is(functions) { pass(call, beyond) } else { beyond.forward(call) })
}

/// Changes these calls before they are forwarded.
pub fn before(functions: &'static [Function], change: impl Fn(&mut Call) + Send + Sync + 'static) -> Pass {
    around(functions, move |call, beyond| {
        change(call);
        beyond.forward(call);
    })
}

/// Changes the answers of these calls.
pub fn after(functions: &'static [Function], change: impl Fn(&mut Call) + Send + Sync + 'static) -> Pass {
    around(functions, move |call, beyond| {
        beyond.forward(call);
        change(call);
    })
}

/// Answers one code instead of another.
#[must_use]
pub fn recoded(functions: &'static [Function], from: CK_RV, to: CK_RV) -> Pass {
    after(functions, move |call| {
        if call.code == from {
            call.code = to;
        }
    })
}

/// Does not forward these calls where they would succeed as far as `when` can tell, and answers CKR_OK.
pub fn dropped(functions: &'static [Function], when: impl Fn(&Call) -> bool + Send + Sync + 'static) -> Pass {
    around(functions, move |call, beyond| {
        if !when(call) {
            beyond.forward(call)
        }
    })
}

/// What a defect remembers from call to call.
#[derive(Debug, Default)]
pub struct Memory<T>(Mutex<T>);

impl<T> Memory<T> {
    /// Remembers this.
    pub const fn new(value: T) -> Self {
        Self(Mutex::new(value))
    }

    /// What is remembered; nobody else may look until this is dropped, so a call is never forwarded meanwhile.
    pub fn recall(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
