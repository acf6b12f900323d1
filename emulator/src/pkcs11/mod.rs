//! The meaning of each C_ call, without its pointers.
//!
//! [`Cryptoki`] has a method for each function of PKCS#11 that is built, in files by the specification's chapters. All
//! handles are CK_ULONGs; all methods answer with a [`Fault`] that [`code`] turns into its CKR_ value.

mod asynchronous;
mod built_in;
mod code;
mod crypt;
mod derive;
mod dual;
mod events;
mod find;
mod given;
mod info;
mod kem;
mod keys;
mod messages;
mod objects;
mod portable;
mod recover;
mod sessions;
mod sign;
mod slots;
mod state;
mod tokens;
mod wrapping;
mod wrapping_authenticated;

pub use crate::attribute::{AttributeReply, Template};
pub use code::code;
pub use derive::NotDerived;
pub use given::Operation;
pub use info::{Info, MechanismInfo, SessionInfo, SlotInfo, TokenInfo};
pub use kem::Encapsulated;
pub use messages::{MessageProcess, message_shape};
pub use portable::{Incoming, Material, are_halves};

use crate::emulator::Emulator;
use crate::fault::Fault;
use crate::object::Object;
use crate::registry::constants as ck;
use crate::registry::parameter::{Parameter, Shape};
use crate::session::{Entry, Login, Session};
use crate::token::{PrivateKey, Token};
use std::sync::Arc;

/// A mechanism as a caller names it: CK_MECHANISM, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mechanism {
    /// Its CKM_ value.
    pub ckm: u64,
    /// Its parameter.
    pub parameter: Parameter,
}

/// What the parameter of a mechanism looks like; `None` for a mechanism this store does not have.
#[must_use]
pub fn parameter_shape(ckm: u64) -> Option<Shape> {
    crate::algorithms::by_ckm(ckm).map(|row| row.parameter)
}

/// The PKCS#11 face of an emulator.
#[derive(Clone, Copy)]
pub struct Cryptoki<'e> {
    emulator: &'e Emulator,
}

/// What a session may see of its token now.
struct Access {
    session: Arc<Session>,
    token: Arc<Token>,
    login: Login,
    /// The key to private objects, when they may be seen.
    key: Option<PrivateKey>,
}

impl Access {
    /// CKS_…: the state of the session.
    fn state(&self) -> u64 {
        match (&self.login, self.session.read_write) {
            (Login::Public, false) => ck::CKS_RO_PUBLIC_SESSION,
            (Login::Public, true) => ck::CKS_RW_PUBLIC_SESSION,
            (Login::User(_), false) => ck::CKS_RO_USER_FUNCTIONS,
            (Login::User(_), true) => ck::CKS_RW_USER_FUNCTIONS,
            (Login::So(_), _) => ck::CKS_RW_SO_FUNCTIONS,
        }
    }

    fn is_so(&self) -> bool {
        matches!(self.login, Login::So(_))
    }

    /// Whether the session may write an object that is on the token or private.
    fn may_write(&self, object: &Object) -> Result<(), Fault> {
        if object.facts.token && !self.session.read_write {
            return Err(Fault::SessionReadOnly);
        }
        if object.facts.private && self.key.is_none() {
            return Err(Fault::NotLoggedIn);
        }
        Ok(())
    }
}

impl<'e> Cryptoki<'e> {
    pub(crate) fn new(emulator: &'e Emulator) -> Cryptoki<'e> {
        Cryptoki { emulator }
    }

    /// Whether the session is open. Asked before anything else of a call is read: an invalid session handle outranks
    /// what is wrong with the other arguments (§5.1.7, "More on relative priorities of Cryptoki errors").
    ///
    /// # Errors
    /// [`Fault::NoSuchSession`].
    pub fn knows_session(&self, session: u64) -> Result<(), Fault> {
        self.emulator.sessions.get(session).map(drop)
    }

    fn access(&self, session: u64) -> Result<Access, Fault> {
        let session = self.emulator.sessions.get(session)?;
        let token = self.emulator.vault.tokens()?.by_id(session.token)?;
        let token = token
            .filter(|token| *token.header.incarnation == session.incarnation)
            // Another process initialised the token anew; what this session was opened on is gone.
            .ok_or(Fault::NoSuchSession(session.handle))?;
        let login = self.emulator.sessions.login(token.id);
        let key = match &login {
            Login::User(key) => Some(key.clone()),
            Login::Public if !token.header.asks_for_login() => token.header.clear_key().ok(),
            Login::Public | Login::So(_) => None,
        };
        Ok(Access { session, token, login, key })
    }

    /// The object behind a handle, if the session may see it.
    fn object(&self, access: &Access, handle: u64) -> Result<Arc<Object>, Fault> {
        let gone = Fault::NoSuchObject(handle);
        let entry = self.emulator.handles.get(handle).ok_or(gone.clone())?;
        if entry.token != access.token.id {
            return Err(gone);
        }
        if let Some(object) = self.built_in(access.token.id, entry.object) {
            return Ok(Arc::new(object));
        }
        self.emulator.vault.get(&access.token, access.key.as_ref(), entry.object)?.ok_or(gone)
    }

    /// The object behind a key handle.
    fn key_object(&self, access: &Access, handle: u64) -> Result<Arc<Object>, Fault> {
        match self.object(access, handle) {
            Ok(object) if object.key.is_some() => Ok(object),
            Ok(_) | Err(Fault::NoSuchObject(_)) => Err(Fault::NoSuchKey(handle)),
            Err(other) => Err(other),
        }
    }

    fn handle_of(&self, access: &Access, object: &Object) -> u64 {
        self.emulator.handles.of(Entry {
            object: object.id,
            token: access.token.id,
            private: object.facts.private,
        })
    }
}

/// Text padded with blanks, as PKCS#11's fixed fields want it; cut at a character when too long.
pub(crate) fn padded<const N: usize>(text: &str) -> [u8; N] {
    let mut out = [b' '; N];
    let mut end = text.len().min(N);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    out[..end].copy_from_slice(&text.as_bytes()[..end]);
    out
}
