//! Sessions: who is logged in, what each session is doing, and the handles by which objects are called.

mod handles;
mod slot_events;
mod slot_names;

pub use handles::{Entry, Handles};
pub use slot_events::{Occupied, SlotEvents, Waiting};
pub use slot_names::SlotNames;

use crate::fault::Fault;
use crate::operation::{
    Crypt, HashOperation, MessageCrypt, MessageSign, MessageVerify, Seat, Sign, SignRecover, Tie, Verify,
    VerifyRecover, VerifySignature,
};
use crate::store::RecordId;
use crate::sync::{lock, read, write};
use crate::token::PrivateKey;
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock};

/// One session.
pub struct Session {
    /// Its handle; never used twice.
    pub handle: u64,
    /// Its token's header record.
    pub token: RecordId,
    /// The incarnation of the token it was opened on.
    pub incarnation: [u8; 16],
    /// CKF_RW_SESSION.
    pub read_write: bool,
    /// C_Digest….
    pub digest: Seat<HashOperation>,
    /// C_Sign….
    pub sign: Seat<Sign>,
    /// C_Verify….
    pub verify: Seat<Verify>,
    /// C_SignRecover….
    pub sign_recover: Seat<SignRecover>,
    /// C_VerifyRecover….
    pub verify_recover: Seat<VerifyRecover>,
    /// C_VerifySignature….
    pub verify_signature: Seat<VerifySignature>,
    /// C_Encrypt….
    pub encrypt: Seat<Crypt>,
    /// C_Decrypt….
    pub decrypt: Seat<Crypt>,
    /// C_MessageEncrypt….
    pub message_encrypt: Seat<MessageCrypt>,
    /// C_MessageDecrypt….
    pub message_decrypt: Seat<MessageCrypt>,
    /// C_MessageSign….
    pub message_sign: Seat<MessageSign>,
    /// C_MessageVerify….
    pub message_verify: Seat<MessageVerify>,
    search: Mutex<Option<VecDeque<u64>>>,
    objects: Mutex<Vec<RecordId>>,
}

impl Session {
    /// Begins a search whose results are `found`.
    ///
    /// # Errors
    /// [`Fault::OperationActive`].
    pub fn begin_search(&self, found: VecDeque<u64>) -> Result<(), Fault> {
        let mut search = lock(&self.search);
        if search.is_some() {
            return Err(Fault::OperationActive);
        }
        *search = Some(found);
        Ok(())
    }

    /// Whether an operation with a key is active that has a state by the specification (§5.6.6), beside a digest.
    pub fn uses_a_key(&self) -> bool {
        self.sign.is_taken() || self.is_verifying() || self.encrypt.is_taken() || self.decrypt.is_taken()
    }

    /// Whether a verification is active, its signature known before the data or after it.
    pub fn is_verifying(&self) -> bool {
        self.verify.is_taken() || self.verify_signature.is_taken()
    }

    /// Ends everything that goes on.
    pub fn cancel_all(&self) {
        self.revoke(|_| true);
        lock(&self.search).take();
    }

    /// Whether a search is active.
    pub fn is_searching(&self) -> bool {
        lock(&self.search).is_some()
    }

    /// The next results, at most `most`.
    ///
    /// # Errors
    /// [`Fault::NoOperation`].
    pub fn next_found(&self, most: usize) -> Result<Vec<u64>, Fault> {
        let mut search = lock(&self.search);
        let found = search.as_mut().ok_or(Fault::NoOperation)?;
        let count = most.min(found.len());
        Ok(found.drain(..count).collect())
    }

    /// Ends the search.
    ///
    /// # Errors
    /// [`Fault::NoOperation`].
    pub fn end_search(&self) -> Result<(), Fault> {
        lock(&self.search).take().map(drop).ok_or(Fault::NoOperation)
    }

    /// Remembers a session object, which goes when the session goes.
    pub fn owns(&self, object: RecordId) {
        lock(&self.objects).push(object);
    }

    /// The session objects made in this session.
    pub fn objects(&self) -> Vec<RecordId> {
        lock(&self.objects).clone()
    }

    /// Whether an operation waits for a login of its own.
    pub fn awaits_login(&self) -> bool {
        self.sign.is_locked()
            || self.sign_recover.is_locked()
            || self.decrypt.is_locked()
            || self.message_sign.is_locked()
            || self.message_decrypt.is_locked()
    }

    /// Lets operations that wait for a login of their own go on.
    pub fn unlock(&self) {
        self.sign.unlock();
        self.sign_recover.unlock();
        self.decrypt.unlock();
        self.message_sign.unlock();
        self.message_decrypt.unlock();
    }

    /// Ends operations that hang on what `gone` names.
    pub fn revoke(&self, gone: impl Fn(&Tie) -> bool + Copy) {
        self.digest.revoke(gone);
        self.sign.revoke(gone);
        self.verify.revoke(gone);
        self.sign_recover.revoke(gone);
        self.verify_recover.revoke(gone);
        self.verify_signature.revoke(gone);
        self.encrypt.revoke(gone);
        self.decrypt.revoke(gone);
        self.message_encrypt.revoke(gone);
        self.message_decrypt.revoke(gone);
        self.message_sign.revoke(gone);
        self.message_verify.revoke(gone);
    }
}

/// Who is logged in to a token, in this process.
#[derive(Debug, Clone, Default)]
pub enum Login {
    /// Nobody.
    #[default]
    Public,
    /// The user, who sees private objects.
    User(PrivateKey),
    /// The SO, who may set the user's PIN.
    So(PrivateKey),
}

impl Login {
    /// Whether one more may log in: the SO or the user.
    ///
    /// # Errors
    /// [`Fault::AlreadyLoggedIn`], [`Fault::OtherUserLoggedIn`].
    fn admits(&self, so: bool) -> Result<(), Fault> {
        match (self, so) {
            (Login::Public, _) => Ok(()),
            (Login::User(_), false) | (Login::So(_), true) => Err(Fault::AlreadyLoggedIn),
            _ => Err(Fault::OtherUserLoggedIn),
        }
    }
}

#[derive(Default)]
struct Tables {
    sessions: HashMap<u64, Arc<Session>>,
    logins: HashMap<RecordId, Login>,
}

/// All sessions and logins of this process. One lock guards both, because each has rules about the other.
#[derive(Default)]
pub struct Sessions {
    tables: RwLock<Tables>,
    last: AtomicU64,
    epoch: AtomicU64,
}

impl Sessions {
    /// Opens a session.
    ///
    /// # Errors
    /// [`Fault::SoLoggedIn`] for a read-only session.
    pub fn open(&self, token: RecordId, incarnation: [u8; 16], read_write: bool) -> Result<u64, Fault> {
        let mut tables = write(&self.tables);
        if !read_write && matches!(tables.logins.get(&token), Some(Login::So(_))) {
            return Err(Fault::SoLoggedIn);
        }
        let handle = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let session = Session {
            handle,
            token,
            incarnation,
            read_write,
            digest: Seat::default(),
            sign: Seat::default(),
            verify: Seat::default(),
            sign_recover: Seat::default(),
            verify_recover: Seat::default(),
            verify_signature: Seat::default(),
            encrypt: Seat::default(),
            decrypt: Seat::default(),
            message_encrypt: Seat::default(),
            message_decrypt: Seat::default(),
            message_sign: Seat::default(),
            message_verify: Seat::default(),
            search: Mutex::default(),
            objects: Mutex::default(),
        };
        tables.sessions.insert(handle, Arc::new(session));
        Ok(handle)
    }

    /// The session with this handle.
    ///
    /// # Errors
    /// [`Fault::NoSuchSession`].
    pub fn get(&self, handle: u64) -> Result<Arc<Session>, Fault> {
        read(&self.tables).sessions.get(&handle).cloned().ok_or(Fault::NoSuchSession(handle))
    }

    /// Closes a session. When it was the token's last, the login ends too: then the answer's second part is true.
    ///
    /// # Errors
    /// [`Fault::NoSuchSession`].
    pub fn close(&self, handle: u64) -> Result<(Arc<Session>, bool), Fault> {
        let mut tables = write(&self.tables);
        let session = tables.sessions.remove(&handle).ok_or(Fault::NoSuchSession(handle))?;
        let was_last = tables.sessions.values().all(|other| other.token != session.token);
        if was_last {
            tables.logins.remove(&session.token);
        }
        drop(tables);
        session.revoke(|_| true);
        Ok((session, was_last))
    }

    /// All sessions of a token.
    pub fn of(&self, token: RecordId) -> Vec<Arc<Session>> {
        read(&self.tables).sessions.values().filter(|session| session.token == token).cloned().collect()
    }

    /// All sessions.
    pub fn all(&self) -> Vec<Arc<Session>> {
        read(&self.tables).sessions.values().cloned().collect()
    }

    /// Who is logged in to a token.
    pub fn login(&self, token: RecordId) -> Login {
        read(&self.tables).logins.get(&token).cloned().unwrap_or_default()
    }

    /// Whether the SO or the user may log in to a token now.
    ///
    /// # Errors
    /// [`Fault::AlreadyLoggedIn`], [`Fault::OtherUserLoggedIn`]; [`Fault::ReadOnlySessionsOpen`] for the SO.
    pub fn may_log_in(&self, token: RecordId, so: bool) -> Result<(), Fault> {
        may_log_in(&read(&self.tables), token, so)
    }

    /// Logs in, if that is still possible: trying the PIN took its time, and no lock was held meanwhile.
    ///
    /// # Errors
    /// As [`Sessions::may_log_in`]; [`Fault::NoSuchSession`].
    pub fn log_in(&self, session: &Session, login: Login) -> Result<(), Fault> {
        let mut tables = write(&self.tables);
        if !tables.sessions.contains_key(&session.handle) {
            return Err(Fault::NoSuchSession(session.handle));
        }
        may_log_in(&tables, session.token, matches!(login, Login::So(_)))?;
        tables.logins.insert(session.token, login);
        Ok(())
    }

    /// Ends a login.
    ///
    /// # Errors
    /// [`Fault::NotLoggedIn`].
    pub fn log_out(&self, token: RecordId) -> Result<(), Fault> {
        write(&self.tables).logins.remove(&token).map(drop).ok_or(Fault::NotLoggedIn)
    }

    /// Ends operations of `sessions` that hang on what `gone` names. What they hang on must be gone already: an
    /// operation that begins meanwhile sees by the epoch that it has to look again.
    pub fn revoke(&self, sessions: &[Arc<Session>], gone: impl Fn(&Tie) -> bool + Copy) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
        for session in sessions {
            session.revoke(gone);
        }
    }

    /// Changes before each [`Sessions::revoke`].
    pub fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::SeqCst)
    }
}

fn may_log_in(tables: &Tables, token: RecordId, so: bool) -> Result<(), Fault> {
    tables.logins.get(&token).map_or(Ok(()), |login| login.admits(so))?;
    let is_reading = |session: &Arc<Session>| session.token == token && !session.read_write;
    if so && tables.sessions.values().any(is_reading) {
        return Err(Fault::ReadOnlySessionsOpen);
    }
    Ok(())
}
