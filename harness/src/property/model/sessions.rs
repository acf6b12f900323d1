//! Sessions, logins and PINs (PKCS#11 v3.1 §5.5 and §5.6).

use super::{Broken, Login, Model, Session, Verdict, ok, refused};
use crate::raw::Input;

const CKF_RW_SESSION: u64 = 2;
const CKF_SERIAL_SESSION: u64 = 4;
/// No more wrong PINs in a row than tokens stand without locking.
const PATIENCE: u32 = 2;

/// The bytes of a PIN; `None` for what the model does not judge.
fn bytes(input: &Input) -> Option<Vec<u8>> {
    match input {
        Input::Bytes(data) => Some(crate::driver::bytes(data)),
        Input::Null(_) => None,
    }
}

impl Model {
    pub(super) fn open_session(&mut self, flags: u64, name: Option<&String>) -> Verdict {
        let mut broken = Broken::default();
        let read_write = flags & CKF_RW_SESSION != 0;
        broken.when(flags & CKF_SERIAL_SESSION == 0, &["CKR_SESSION_PARALLEL_NOT_SUPPORTED"]);
        broken.when(!read_write && self.login == Login::So, &["CKR_SESSION_READ_WRITE_SO_EXISTS"]);
        if let Some(refusal) = broken.refusal() {
            return Some(refusal);
        }
        self.sessions.insert(name?.clone(), Session { read_write, ..Session::default() });
        ok()
    }

    pub(super) fn close_session(&mut self, name: &str) {
        self.sessions.remove(name);
        let theirs = |object: &super::Object| !object.is("CKA_TOKEN") && object.owner == name;
        let gone: Vec<String> =
            self.objects.iter().filter(|(_, object)| theirs(object)).map(|(name, _)| name.clone()).collect();
        for object in gone {
            self.lose(&object);
        }
        if self.sessions.is_empty() {
            self.forget_private();
            self.login = Login::Public;
            // Nothing is said of the handles of public objects once no session is left.
            for (name, object) in std::mem::take(&mut self.objects) {
                self.unclear.insert(name);
                self.nameless.push(object);
            }
        }
    }

    /// CKS_ of the session.
    pub(super) fn state(&self, session: &str) -> Option<u64> {
        Some(match (self.login, self.sessions.get(session)?.read_write) {
            (Login::Public, false) => 0,
            (Login::User, false) => 1,
            (Login::Public, true) => 2,
            (Login::User, true) => 3,
            (Login::So, _) => 4,
        })
    }

    pub(super) fn log_in(&mut self, user: u64, pin: &Input) -> Verdict {
        let (wanted, other, at) = match user {
            0 => (Login::So, Login::User, 0),
            1 => (Login::User, Login::So, 1),
            2 => return None,
            _ => return refused(["CKR_USER_TYPE_INVALID"]),
        };
        let pin = bytes(pin)?;
        let mut broken = Broken::default();
        let right = pin == self.pins[at];
        broken.when(self.login == wanted, &["CKR_USER_ALREADY_LOGGED_IN"]);
        broken.when(self.login == other, &["CKR_USER_ANOTHER_ALREADY_LOGGED_IN"]);
        let read_only = self.sessions.values().any(|session| !session.read_write);
        broken.when(wanted == Login::So && read_only, &["CKR_SESSION_READ_ONLY_EXISTS"]);
        broken.when(!right, &["CKR_PIN_INCORRECT"]);
        if !right {
            if self.wrong_pins[at] == PATIENCE {
                return None;
            }
            self.wrong_pins[at] += 1;
        }
        if let Some(refusal) = broken.refusal() {
            return Some(refusal);
        }
        self.wrong_pins[at] = 0;
        self.login = wanted;
        self.doubt_operations(|_| true);
        ok()
    }

    pub(super) fn log_out(&mut self) -> Verdict {
        if self.login == Login::Public {
            return refused(["CKR_USER_NOT_LOGGED_IN"]);
        }
        self.doubt_operations(|_| true);
        self.forget_private();
        self.login = Login::Public;
        ok()
    }

    /// Private session objects are gone; private token objects have lost their handles (§5.6.9).
    fn forget_private(&mut self) {
        let private = |object: &super::Object| object.is("CKA_PRIVATE");
        let names: Vec<String> =
            self.objects.iter().filter(|(_, object)| private(object)).map(|(name, _)| name.clone()).collect();
        for name in names {
            if let Some(object) = self.lose(&name)
                && object.is("CKA_TOKEN")
            {
                self.nameless.push(object);
            }
        }
    }

    /// The operations that fit may have ended, or not.
    pub(super) fn doubt_operations(&mut self, fits: impl Fn(&super::Active) -> bool) {
        for session in self.sessions.values_mut() {
            for operation in session.operations.values_mut().filter(|operation| fits(operation)) {
                operation.certain = false;
            }
        }
        self.doubt_searches();
    }

    fn doubt_searches(&mut self) {
        for search in self.sessions.values_mut().filter_map(|session| session.search.as_mut()) {
            search.certain = false;
        }
    }

    pub(super) fn set_pin(&mut self, session: &str, old: &Input, new: &Input) -> Verdict {
        let at = usize::from(self.login != Login::So);
        let (old, new) = (bytes(old)?, bytes(new)?);
        let mut broken = Broken::default();
        let right = old == self.pins[at];
        broken.when(!self.sessions.get(session)?.read_write, &["CKR_SESSION_READ_ONLY"]);
        broken.when(!right, &["CKR_PIN_INCORRECT"]);
        if !right {
            if self.wrong_pins[at] == PATIENCE {
                return None;
            }
            self.wrong_pins[at] += 1;
        }
        if let Some(refusal) = broken.refusal() {
            return Some(refusal);
        }
        self.wrong_pins[at] = 0;
        self.pins[at] = new;
        ok()
    }

    pub(super) fn init_pin(&mut self, session: &str, pin: &Input) -> Verdict {
        let mut broken = Broken::default();
        broken.when(self.login != Login::So, &["CKR_USER_NOT_LOGGED_IN"]);
        broken.when(!self.sessions.get(session)?.read_write, &["CKR_SESSION_READ_ONLY"]);
        if let Some(refusal) = broken.refusal() {
            return Some(refusal);
        }
        self.pins[1] = bytes(pin)?;
        self.wrong_pins[1] = 0;
        ok()
    }
}
