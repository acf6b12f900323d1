//! PKCS#11 call by call: what the safe binding hides (NULL, short buffers, dead handles, any order of calls) can be asked,
//! saved, shrunk and replayed.

pub mod answer;
pub mod call;
pub mod visit;
pub mod words;

pub use answer::Answer;
pub use call::{Call, Operation};
pub use words::{Entry, Handle, Input, Mechanism, Parameter, Room, SlotName, Template, Value, Want};
