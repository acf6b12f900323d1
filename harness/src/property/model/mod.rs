//! What a token has to answer by PKCS#11 v3.1 §5: a set of codes, and what must hold of the data.
//!
//! The model knows sessions, the login, objects and operations. Where several rules are broken at once any of their codes
//! will do, since the specification ranks few of them. Where it leaves the answer open, the model says nothing, and the
//! generator makes no such call.

mod attributes;
mod keys;
mod objects;
mod operations;
mod sessions;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::Step;
use crate::raw::{Call, Handle, Operation};

pub use objects::{Kind, Object};

/// What is due for an attribute: the length (`None`: CK_UNAVAILABLE_INFORMATION), and the bytes where there are any.
pub type Attribute = (Option<u64>, Option<Vec<u8>>);

/// What must hold of the data of a call that succeeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Nothing.
    Nothing,
    /// These bytes.
    Bytes(Vec<u8>),
    /// So many bytes.
    Size(u64),
    /// A length of at least so many bytes, and not absurdly more (§5.2).
    AtLeast(u64),
    /// So many objects found.
    Found(u64),
    /// CK_SESSION_INFO's state.
    State(u64),
    /// An answer for each attribute: the length and the bytes; `None` where the model does not know.
    Attributes(Vec<Option<Attribute>>),
}

/// What is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Any of these codes.
    pub codes: BTreeSet<&'static str>,
    /// And this of the data.
    pub condition: Condition,
}

/// What is due; `None` where the specification leaves it open.
pub type Verdict = Option<Expected>;

/// A session.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// Opened with CKF_RW_SESSION.
    pub read_write: bool,
    /// The operations at work.
    pub operations: BTreeMap<Operation, Active>,
    /// A search at work.
    pub search: Option<Search>,
}

/// An operation at work.
#[derive(Clone, Debug)]
pub struct Active {
    /// The mechanism.
    pub mechanism: String,
    /// Its parameter's bytes.
    pub parameter: Vec<u8>,
    /// What the key is made of.
    pub material: Vec<u8>,
    /// The object that is the key.
    pub key: Option<String>,
    /// What Update has been given.
    pub data: Vec<u8>,
    /// Whether Update was called.
    pub multi_part: bool,
    /// Whether the model still knows that it is at work: C_Login and C_Logout may end it, or not (§5.6.8, §5.6.9).
    pub certain: bool,
}

/// A search at work.
#[derive(Clone, Copy, Debug)]
pub struct Search {
    /// How many objects are left.
    pub left: u64,
    /// Whether that number still holds: objects may have come and gone.
    pub exact: bool,
    /// Whether the model still knows that it is at work.
    pub certain: bool,
}

/// Who is logged in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Login {
    /// Nobody.
    #[default]
    Public,
    /// CKU_USER.
    User,
    /// CKU_SO.
    So,
}

/// Bytes that a step left for later ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// The operation that made them: a signature, a ciphertext.
    pub operation: Operation,
    /// Its mechanism.
    pub mechanism: String,
    /// The mechanism's parameter.
    pub parameter: Vec<u8>,
    /// What the key is made of.
    pub material: Vec<u8>,
    /// What was signed, what was encrypted.
    pub data: Vec<u8>,
    /// How long they are.
    pub size: u64,
}

/// The model of one token and one program that uses it.
#[derive(Clone, Debug)]
pub struct Model {
    /// Open sessions by name.
    pub sessions: BTreeMap<String, Session>,
    /// The login that all sessions share.
    pub login: Login,
    /// Objects whose handle is known, by name.
    pub objects: BTreeMap<String, Object>,
    /// Objects of the token whose handles died.
    pub nameless: Vec<Object>,
    /// Names of which the specification does not say whether they still name something.
    pub unclear: BTreeSet<String>,
    /// Bytes that steps left.
    pub memory: BTreeMap<String, Remembered>,
    /// The PINs of the SO and the user.
    pub pins: [Vec<u8>; 2],
    /// How many wrong PINs each of them was given in a row.
    pub wrong_pins: [u32; 2],
    made: u64,
}

impl Default for Model {
    fn default() -> Self {
        use crate::driver::pkcs11::{SO_PIN, USER_PIN};
        Self {
            sessions: BTreeMap::new(),
            login: Login::Public,
            objects: BTreeMap::new(),
            nameless: Vec::new(),
            unclear: BTreeSet::new(),
            memory: BTreeMap::new(),
            pins: [SO_PIN, USER_PIN].map(|pin| pin.as_bytes().to_vec()),
            wrong_pins: [0; 2],
            made: 0,
        }
    }
}

/// Success with this condition.
fn ok_with(condition: Condition) -> Verdict {
    Some(Expected { codes: BTreeSet::from(["CKR_OK"]), condition })
}

/// Success.
fn ok() -> Verdict {
    ok_with(Condition::Nothing)
}

/// A refusal with any of these codes.
fn refused(codes: impl IntoIterator<Item = &'static str>) -> Verdict {
    Some(Expected { codes: codes.into_iter().collect(), condition: Condition::Nothing })
}

/// The rules a call breaks, by their codes.
#[derive(Debug, Default)]
struct Broken(BTreeSet<&'static str>);

impl Broken {
    fn when(&mut self, broken: bool, codes: &[&'static str]) {
        if broken {
            self.0.extend(codes);
        }
    }

    /// The refusal, if any rule is broken.
    fn refusal(self) -> Option<Expected> {
        (!self.0.is_empty()).then_some(Expected { codes: self.0, condition: Condition::Nothing })
    }
}

impl Model {
    /// What is due for this step; the model then goes on as if it had come so.
    pub fn step(&mut self, step: &Step) -> Verdict {
        let call = &step.call;
        match call {
            Call::C_OpenSession { flags, name, .. } => return self.open_session(*flags, name.as_ref()),
            Call::C_CloseAllSessions { .. } => {
                let names: Vec<String> = self.sessions.keys().cloned().collect();
                names.iter().for_each(|name| self.close_session(name));
                return ok();
            }
            _ => {}
        }
        // §5.1.2: an invalid session handle outranks what is wrong with the other arguments.
        let Handle::Named(session) = call.handles().first()? else {
            return refused(["CKR_SESSION_HANDLE_INVALID"]);
        };
        if !self.sessions.contains_key(session) {
            return refused(["CKR_SESSION_HANDLE_INVALID"]);
        }
        let session = session.clone();
        match call {
            Call::C_CloseSession { .. } => {
                self.close_session(&session);
                ok()
            }
            Call::C_GetSessionInfo { .. } => ok_with(Condition::State(self.state(&session)?)),
            Call::C_Login { user, pin, .. } => self.log_in(*user, pin),
            Call::C_Logout { .. } => self.log_out(),
            Call::C_SetPIN { old, new, .. } => self.set_pin(&session, old, new),
            Call::C_InitPIN { pin, .. } => self.init_pin(&session, pin),
            Call::C_GenerateRandom { length, .. } => ok_with(Condition::Size(*length)),
            Call::C_CreateObject { template, name, .. } => self.create(&session, template, name.as_ref()),
            Call::C_CopyObject { object, template, name, .. } => {
                self.copy(&session, object, template, name.as_ref())
            }
            Call::C_DestroyObject { object, .. } => self.destroy(&session, object),
            Call::C_GetObjectSize { object, .. } => self.object_size(object),
            Call::C_GetAttributeValue { object, wanted, .. } => self.get_attributes(object, wanted),
            Call::C_SetAttributeValue { object, template, .. } => {
                self.set_attributes(&session, object, template)
            }
            Call::C_FindObjectsInit { template, .. } => self.find_init(&session, template),
            Call::C_FindObjects { most, .. } => self.find(&session, *most),
            Call::C_FindObjectsFinal { .. } => self.find_final(&session),
            Call::C_GenerateKey { mechanism, template, name, .. } => {
                self.generate(&session, mechanism, template, name.as_ref())
            }
            Call::C_GenerateKeyPair { mechanism, public, private, name, .. } => {
                self.generate_pair(&session, mechanism, [public, private], name.as_ref())
            }
            Call::Init { operation, mechanism, key, .. } => self.init(&session, *operation, mechanism, key),
            Call::OneShot { operation, input, signature, room, .. } => {
                self.one_shot(&session, *operation, input, signature.as_ref(), *room, step.remember.as_ref())
            }
            Call::Update { operation, input, room, .. } => self.update(&session, *operation, input, *room),
            Call::Final { operation, signature, room, .. } => {
                self.finish(&session, *operation, signature.as_ref(), *room, step.remember.as_ref())
            }
            _ => None,
        }
    }
}
