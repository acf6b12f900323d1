//! A call on its way through: its arguments as owned values, and after forwarding what the module answered.

mod access;
mod values;

use crate::function::{Function, Role};
use cryptoki_sys::{CK_NOTIFY, CK_RV, CKR_OK};

pub use values::{
    Attribute, Input, List, Mechanism, Nested, Output, Parameter, Place, Structure, Template, Wanted,
};

/// One argument; its variant is what [`Function::shape`] says at its place.
#[derive(Clone, Debug)]
pub enum Argument {
    /// A number.
    Number(Role, u64),
    /// The address of something that is handed on unseen; 0 is NULL.
    Opaque(usize),
    /// A callback.
    Notify(CK_NOTIFY),
    /// Bytes to read.
    Input(Input),
    /// Bytes to write, with a length that the module writes or (`Shape::Filled`) the length to fill.
    Output(Output),
    /// Attributes to read.
    Template(Template),
    /// Attributes to answer, or a NULL pointer with this count.
    Wanted(Result<Vec<Wanted>, u64>),
    /// A mechanism; `None` is a NULL pointer.
    Mechanism(Option<Mechanism>),
    /// A place for one number.
    Place(Place),
    /// A list of numbers.
    List(List),
    /// A structure to fill; `None` is a NULL pointer.
    Structure(Option<Structure>),
}

/// A call.
#[derive(Clone, Debug)]
pub struct Call {
    /// The function.
    pub function: Function,
    /// Its arguments in the order of its shape.
    pub arguments: Vec<Argument>,
    /// What it answers; CKR_OK until it was forwarded.
    pub code: CK_RV,
}

impl Call {
    /// A call that has not been made yet.
    #[must_use]
    pub fn new(function: Function, arguments: Vec<Argument>) -> Self {
        Self { function, arguments, code: CKR_OK }
    }

    /// A call whose only argument is a session.
    #[must_use]
    pub fn of_session(function: Function, session: u64) -> Self {
        Self::new(function, vec![Argument::Number(Role::Session, session)])
    }
}
