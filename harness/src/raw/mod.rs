//! PKCS#11 call by call: what the safe binding hides (NULL, short buffers, dead handles, any order of calls) can be asked,
//! saved, shrunk and replayed.

pub mod answer;
pub mod call;
pub mod operation;
pub mod visit;
pub mod words;

pub use answer::Answer;
pub use call::Call;
pub use operation::{Operation, Process};
/// In place of a mechanism's name in C_GetMechanismInfo: each of the list in turn, up to the first that is refused.
pub const EACH_LISTED: &str = "each listed";

/// What C_GetSessionInfo's answer says beside its fields: 1 where slotID is the slot of the token under test, else 0.
pub const OF_TOKENS_SLOT: &str = "of the token's slot";

pub use words::{Entry, Handle, Input, Mechanism, Parameter, Room, SlotName, Template, Value, Want};
