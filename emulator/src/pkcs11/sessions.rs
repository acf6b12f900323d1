//! Sessions and logins (PKCS#11 §5.6).

use super::slots::Slot;
use super::{Cryptoki, SessionInfo};
use crate::fault::Fault;
use crate::operation::Tie;
use crate::registry::constants as ck;
use crate::session::{Login, Session};
use crate::store::RecordId;
use crate::token::User;

impl Cryptoki<'_> {
    /// C_OpenSession.
    ///
    /// # Errors
    /// [`Fault::SessionNotSerial`], [`Fault::SessionAsync`], [`Fault::NoSuchSlot`], [`Fault::TokenNotInitialized`]; [`Fault::SoLoggedIn`] for a
    /// read-only session.
    pub fn open_session(&self, slot: u64, flags: u64) -> Result<u64, Fault> {
        let token = match self.slot(slot)? {
            _ if flags & ck::CKF_SERIAL_SESSION == 0 => return Err(Fault::SessionNotSerial),
            _ if flags & ck::CKF_ASYNC_SESSION != 0 => return Err(Fault::SessionAsync),
            Slot::Token(token) => token,
            Slot::Free(_) => return Err(Fault::TokenNotInitialized(slot)),
        };
        let incarnation = *token.header.incarnation;
        // Another process may have initialised the token anew: what is left of the old one must not meet the new.
        for stale in self.emulator.sessions.of(token.id) {
            if stale.incarnation != incarnation {
                let _ = self.close_session(stale.handle);
            }
        }
        self.emulator.sessions.open(token.id, incarnation, flags & ck::CKF_RW_SESSION != 0)
    }

    /// C_CloseSession: its session objects go, and with the token's last session the login.
    ///
    /// # Errors
    /// [`Fault::NoSuchSession`].
    pub fn close_session(&self, session: u64) -> Result<(), Fault> {
        let (closed, was_last) = self.emulator.sessions.close(session)?;
        self.drop_session_objects(&closed, false);
        if was_last {
            self.forget_private(closed.token);
        }
        Ok(())
    }

    /// C_CloseAllSessions.
    ///
    /// # Errors
    /// [`Fault::NoSuchSlot`].
    pub fn close_all_sessions(&self, slot: u64) -> Result<(), Fault> {
        if let Slot::Token(token) = self.slot(slot)? {
            for session in self.emulator.sessions.of(token.id) {
                // Another thread may close it first; then it is closed, which is what was asked.
                let _ = self.close_session(session.handle);
            }
        }
        Ok(())
    }

    /// C_GetSessionInfo.
    ///
    /// # Errors
    /// [`Fault::NoSuchSession`].
    pub fn session_info(&self, session: u64) -> Result<SessionInfo, Fault> {
        let access = self.access(session)?;
        let flags = ck::CKF_SERIAL_SESSION | if access.session.read_write { ck::CKF_RW_SESSION } else { 0 };
        Ok(SessionInfo { slot: self.slot_id(&access.token), state: access.state(), flags, device_error: 0 })
    }

    /// C_Login. The PIN is tried with no lock held.
    ///
    /// # Errors
    /// [`Fault::WrongPin`], [`Fault::NoUserPin`], [`Fault::AlreadyLoggedIn`], [`Fault::OtherUserLoggedIn`],
    /// [`Fault::ReadOnlySessionsOpen`], [`Fault::NoSuchUser`]; [`Fault::NoOperation`] for CKU_CONTEXT_SPECIFIC while no
    /// operation waits for it; [`Fault::PinLocked`], which also logs out there.
    pub fn login(&self, session: u64, user: u64, pin: &[u8]) -> Result<(), Fault> {
        let access = self.access(session)?;
        let user = match user {
            ck::CKU_SO => User::So,
            ck::CKU_USER => User::User,
            ck::CKU_CONTEXT_SPECIFIC => {
                if !access.session.awaits_login() {
                    return Err(Fault::NoOperation);
                }
                return match self.emulator.try_pin(&access.token, User::User, pin) {
                    Ok(_) => {
                        access.session.unlock();
                        Ok(())
                    }
                    // "This also logs the user out from the token" (§4.9).
                    Err(locked @ Fault::PinLocked(_)) => self.logout(session).and(Err(locked)),
                    Err(other) => Err(other),
                };
            }
            other => return Err(Fault::NoSuchUser(other)),
        };
        self.emulator.sessions.may_log_in(access.token.id, user == User::So)?;
        let key = self.emulator.try_pin(&access.token, user, pin)?;
        let login = if user == User::So { Login::So(key) } else { Login::User(key) };
        self.emulator.sessions.log_in(&access.session, login)
    }

    /// C_LoginUser: as C_Login. Users of this token have no names.
    ///
    /// # Errors
    /// As [`Cryptoki::login`]; [`Fault::NoSuchUser`] for a name.
    pub fn login_user(&self, session: u64, user: u64, pin: &[u8], username: &[u8]) -> Result<(), Fault> {
        if username.is_empty() {
            return self.login(session, user, pin);
        }
        self.access(session)?;
        Err(Fault::NoSuchUser(user))
    }

    /// C_SessionCancel: ends the operations that `flags` name, and does not mind those that are not active.
    ///
    /// # Errors
    /// [`Fault::NoSuchSession`].
    pub fn session_cancel(&self, session: u64, flags: u64) -> Result<(), Fault> {
        let access = self.access(session)?;
        let (session, all) = (&access.session, |_: &Tie| true);
        let named = |flag: u64| flags & flag != 0;
        if named(ck::CKF_ENCRYPT) {
            session.encrypt.revoke(all);
        }
        if named(ck::CKF_DECRYPT) {
            session.decrypt.revoke(all);
        }
        if named(ck::CKF_DIGEST) {
            session.digest.revoke(all);
        }
        if named(ck::CKF_SIGN) {
            session.sign.revoke(all);
        }
        if named(ck::CKF_VERIFY) {
            session.verify.revoke(all);
            session.verify_signature.revoke(all);
        }
        if named(ck::CKF_SIGN_RECOVER) {
            session.sign_recover.revoke(all);
        }
        if named(ck::CKF_VERIFY_RECOVER) {
            session.verify_recover.revoke(all);
        }
        if named(ck::CKF_MESSAGE_ENCRYPT) {
            session.message_encrypt.revoke(all);
        }
        if named(ck::CKF_MESSAGE_DECRYPT) {
            session.message_decrypt.revoke(all);
        }
        if named(ck::CKF_MESSAGE_SIGN) {
            session.message_sign.revoke(all);
        }
        if named(ck::CKF_MESSAGE_VERIFY) {
            session.message_verify.revoke(all);
        }
        if named(ck::CKF_FIND_OBJECTS) && session.is_searching() {
            session.end_search()?;
        }
        Ok(())
    }

    /// C_GetSessionValidationFlags: this token is validated by nobody.
    ///
    /// # Errors
    /// [`Fault::NoSuchSession`]; [`Fault::BadArgument`] for a kind of flags that the specification does not have.
    pub fn session_validation_flags(&self, session: u64, kind: u64) -> Result<u64, Fault> {
        self.access(session)?;
        if kind == ck::CKS_LAST_VALIDATION_OK {
            Ok(0)
        } else {
            Err(Fault::BadArgument("the type of flags is not CKS_LAST_VALIDATION_OK"))
        }
    }

    /// C_Logout: private objects, their handles and the operations that use them are gone.
    ///
    /// # Errors
    /// [`Fault::NotLoggedIn`].
    pub fn logout(&self, session: u64) -> Result<(), Fault> {
        let access = self.access(session)?;
        self.emulator.sessions.log_out(access.token.id)?;
        let sessions = self.emulator.sessions.of(access.token.id);
        self.emulator.sessions.revoke(&sessions, |tie| tie.private);
        for session in sessions {
            self.drop_session_objects(&session, true);
        }
        self.forget_private(access.token.id);
        Ok(())
    }

    fn forget_private(&self, token: RecordId) {
        self.emulator.vault.forget_private(token);
        self.emulator.handles.forget(|entry| entry.token == token && entry.private);
    }

    /// Removes session objects of one session, all or the private ones, and ends what any session does with them.
    pub(super) fn drop_session_objects(&self, session: &Session, only_private: bool) {
        let gone = self.emulator.vault.drop_transient(&session.objects(), only_private);
        if !gone.is_empty() {
            self.emulator.end_with(&gone);
        }
    }
}
