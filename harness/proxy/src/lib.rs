//! A PKCS#11 module that stands before another one, hands every call on, and plants one defect: a test of the harness.
//!
//! `HARNESS_PROXY_MODULE` names the file of the module behind, `HARNESS_PROXY_DEFECT` the defect: a name of
//! [`defects::all`], or `random:` and a number, or nothing for pure forwarding.
//!
//! A call that passes through is a [`Call`]: owned values, no pointers. A defect is a [`plant::Defect`]: a row with a name,
//! a sentence, the clause it violates, and a function that stands around the forwarding. It needs no `unsafe`.

mod abi;
pub mod call;
pub mod caught;
pub mod defects;
pub mod function;
pub mod plant;
pub mod random;

pub use call::Call;
pub use function::Function;

/// The environment variable with the path of the module behind. A module may refuse variables that begin with its own name
/// and that it does not know, so these do not.
pub const MODULE_VARIABLE: &str = "HARNESS_PROXY_MODULE";

/// The environment variable with the name of the defect.
pub const DEFECT_VARIABLE: &str = "HARNESS_PROXY_DEFECT";

/// The environment variable with the file that a drawn defect makes when it first makes a difference.
pub const FOOTPRINT_VARIABLE: &str = "HARNESS_PROXY_FOOTPRINT";
