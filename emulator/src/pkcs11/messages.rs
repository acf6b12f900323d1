//! Message-based encryption, decryption, signing and verification (PKCS#11 §5.9, §5.11, §5.14 and §5.17).
//!
//! A process lasts from its Init to its Final. What a call refuses ends at most the message it was about, so the seats'
//! rule that a fault ends the operation is for these processes the rule that a fault ends the message.

use super::{Cryptoki, Mechanism};
use crate::fault::Fault;
use crate::grant::Use;
use crate::operation::{MessageCrypt, MessageSign, MessageVerify, Next, Output, Room, Sealed, Seat};
use crate::registry::Direction;
use crate::registry::message::{MessageParameter, MessageShape};
use crate::session::Session;

/// The message-based processes of a session, each with a seat of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageProcess {
    /// C_MessageEncryptInit to C_MessageEncryptFinal.
    Encrypt,
    /// C_MessageDecryptInit to C_MessageDecryptFinal.
    Decrypt,
    /// C_MessageSignInit to C_MessageSignFinal.
    Sign,
    /// C_MessageVerifyInit to C_MessageVerifyFinal.
    Verify,
}

/// Runs one call of a process, which goes on whatever comes of the call.
fn run<O, T>(seat: &Seat<O>, call: impl FnOnce(&mut O) -> Result<T, Fault>) -> Result<T, Fault> {
    seat.run(|process| Ok(Next::Active(call(process))))?
}

fn drop_part<O>(seat: &Seat<O>, drop_message: fn(&mut O)) -> Result<(), Fault> {
    run(seat, |process| {
        drop_message(process);
        Ok(())
    })
}

/// What the parameter of a mechanism's messages looks like; `None` where it does not encrypt messages.
#[must_use]
pub fn message_shape(ckm: u64) -> Option<MessageShape> {
    crate::algorithms::by_ckm(ckm).and_then(|row| row.message)
}

fn crypt_seat(direction: Direction) -> fn(&Session) -> &Seat<MessageCrypt> {
    match direction {
        Direction::Encrypt => |session| &session.message_encrypt,
        Direction::Decrypt => |session| &session.message_decrypt,
    }
}

impl Cryptoki<'_> {
    /// C_MessageEncryptInit and C_MessageDecryptInit. Each message brings its own parameter.
    ///
    /// # Errors
    /// [`Fault::OperationActive`]; [`Fault::NoSuchMechanism`]; what [`crate::grant::Grant::check`] refuses.
    pub fn message_crypt_init(
        &self,
        session: u64,
        direction: Direction,
        ckm: u64,
        key: u64,
    ) -> Result<(), Fault> {
        let seat = crypt_seat(direction);
        if seat(&*self.emulator.sessions.get(session)?).is_taken() {
            return Err(Fault::OperationActive);
        }
        let purpose = match direction {
            Direction::Encrypt => Use::Encrypt,
            Direction::Decrypt => Use::Decrypt,
        };
        let shape = self.emulator.mechanism(ckm)?.message.ok_or(Fault::NoSuchMechanism(ckm))?;
        let mut forbidden = Fault::NoSuchMechanism(ckm);
        // A policy may name one length of tags; each message is asked about when it comes.
        for tag_bits in shape.tags() {
            let parameter = shape.of_one_message(Vec::new(), Vec::new(), *tag_bits);
            let begin = |grant| MessageCrypt::begin(grant, purpose);
            match self.begin(session, (&Mechanism { ckm, parameter }, key, purpose), seat, begin) {
                Err(fault @ Fault::AlgorithmForbidden(_)) => forbidden = fault,
                done => return done,
            }
        }
        Err(forbidden)
    }

    /// What the parameter of the active process's messages looks like.
    ///
    /// # Errors
    /// [`Fault::NoOperation`].
    pub fn message_shape(&self, session: u64, direction: Direction) -> Result<MessageShape, Fault> {
        let holder = self.emulator.sessions.get(session)?;
        run(crypt_seat(direction)(&holder), |process| Ok(process.shape()))
    }

    /// C_EncryptMessage and C_DecryptMessage.
    ///
    /// # Errors
    /// As [`MessageCrypt::whole`]; [`Fault::NoOperation`].
    pub fn crypt_message(
        &self,
        session: u64,
        direction: Direction,
        (given, associated_data): (&MessageParameter, &[u8]),
        data: &[u8],
        room: Room,
    ) -> Result<Sealed, Fault> {
        let holder = self.emulator.sessions.get(session)?;
        let rng = &*self.emulator.rng;
        let call = |process: &mut MessageCrypt| process.whole(given, associated_data, data, room, rng);
        run(crypt_seat(direction)(&holder), call)
    }

    /// C_EncryptMessageBegin and C_DecryptMessageBegin: the nonce of the message.
    ///
    /// # Errors
    /// As [`MessageCrypt::start_message`]; [`Fault::NoOperation`].
    pub fn crypt_message_begin(
        &self,
        session: u64,
        direction: Direction,
        given: &MessageParameter,
        associated_data: &[u8],
    ) -> Result<Vec<u8>, Fault> {
        let holder = self.emulator.sessions.get(session)?;
        let rng = &*self.emulator.rng;
        let call = |process: &mut MessageCrypt| process.start_message(given, associated_data, rng);
        run(crypt_seat(direction)(&holder), call)
    }

    /// C_EncryptMessageNext and C_DecryptMessageNext; `last` is the parameter of a call with CKF_END_OF_MESSAGE.
    ///
    /// # Errors
    /// As [`MessageCrypt::next_part`]; [`Fault::NoOperation`].
    pub fn crypt_message_next(
        &self,
        session: u64,
        direction: Direction,
        part: &[u8],
        last: Option<&MessageParameter>,
        room: Room,
    ) -> Result<Sealed, Fault> {
        let holder = self.emulator.sessions.get(session)?;
        let rng = &*self.emulator.rng;
        let call = |process: &mut MessageCrypt| process.next_part(part, last, room, rng);
        run(crypt_seat(direction)(&holder), call)
    }

    /// C_MessageSignInit.
    ///
    /// # Errors
    /// [`Fault::OperationActive`]; what [`crate::grant::Grant::check`] refuses.
    pub fn message_sign_init(&self, session: u64, mechanism: &Mechanism, key: u64) -> Result<(), Fault> {
        let begin = |grant| Ok(MessageSign::begin(grant));
        self.begin(session, (mechanism, key, Use::Sign), |session| &session.message_sign, begin)
    }

    /// C_SignMessage.
    ///
    /// # Errors
    /// As [`MessageSign::whole`]; [`Fault::NoOperation`].
    pub fn sign_message(&self, session: u64, data: &[u8], room: Room) -> Result<Output, Fault> {
        let rng = &*self.emulator.rng;
        let holder = self.emulator.sessions.get(session)?;
        run(&holder.message_sign, |process| process.whole(data, room, rng))
    }

    /// C_SignMessageBegin.
    ///
    /// # Errors
    /// As [`MessageSign::start_message`]; [`Fault::NoOperation`].
    pub fn sign_message_begin(&self, session: u64) -> Result<(), Fault> {
        run(&self.emulator.sessions.get(session)?.message_sign, MessageSign::start_message)
    }

    /// C_SignMessageNext; `last` is the room of a call with a pulSignatureLen.
    ///
    /// # Errors
    /// As [`MessageSign::next_part`]; [`Fault::NoOperation`].
    pub fn sign_message_next(
        &self,
        session: u64,
        part: &[u8],
        last: Option<Room>,
    ) -> Result<Option<Output>, Fault> {
        let rng = &*self.emulator.rng;
        let holder = self.emulator.sessions.get(session)?;
        run(&holder.message_sign, |process| process.next_part(part, last, rng))
    }

    /// C_MessageVerifyInit.
    ///
    /// # Errors
    /// As [`Cryptoki::message_sign_init`].
    pub fn message_verify_init(&self, session: u64, mechanism: &Mechanism, key: u64) -> Result<(), Fault> {
        let begin = |grant| Ok(MessageVerify::begin(grant));
        self.begin(session, (mechanism, key, Use::Verify), |session| &session.message_verify, begin)
    }

    /// C_VerifyMessage.
    ///
    /// # Errors
    /// As [`MessageVerify::whole`]; [`Fault::NoOperation`].
    pub fn verify_message(&self, session: u64, data: &[u8], signature: &[u8]) -> Result<(), Fault> {
        let holder = self.emulator.sessions.get(session)?;
        run(&holder.message_verify, |process| process.whole(data, signature))
    }

    /// C_VerifyMessageBegin.
    ///
    /// # Errors
    /// As [`MessageVerify::start_message`]; [`Fault::NoOperation`].
    pub fn verify_message_begin(&self, session: u64) -> Result<(), Fault> {
        run(&self.emulator.sessions.get(session)?.message_verify, MessageVerify::start_message)
    }

    /// C_VerifyMessageNext; `signature` is there when pSignature is.
    ///
    /// # Errors
    /// As [`MessageVerify::next_part`]; [`Fault::NoOperation`].
    pub fn verify_message_next(
        &self,
        session: u64,
        part: &[u8],
        signature: Option<&[u8]>,
    ) -> Result<(), Fault> {
        let holder = self.emulator.sessions.get(session)?;
        run(&holder.message_verify, |process| process.next_part(part, signature))
    }

    /// C_MessageEncryptFinal and its kin: the process ends, and a message that is under way with it.
    ///
    /// # Errors
    /// [`Fault::NoOperation`]; [`Fault::OperationActive`] while another call computes.
    pub fn message_final(&self, session: u64, process: MessageProcess) -> Result<(), Fault> {
        let holder = self.emulator.sessions.get(session)?;
        match process {
            MessageProcess::Encrypt => holder.message_encrypt.run(|_| Ok(Next::Done(()))),
            MessageProcess::Decrypt => holder.message_decrypt.run(|_| Ok(Next::Done(()))),
            MessageProcess::Sign => holder.message_sign.run(|_| Ok(Next::Done(()))),
            MessageProcess::Verify => holder.message_verify.run(|_| Ok(Next::Done(()))),
        }
    }

    /// C_MessageEncryptInit and its kin without a mechanism: the process ends, if there is one.
    ///
    /// # Errors
    /// [`Fault::NoSuchSession`].
    pub fn message_cancel(&self, session: u64, process: MessageProcess) -> Result<(), Fault> {
        let holder = self.emulator.sessions.get(session)?;
        match process {
            MessageProcess::Encrypt => holder.message_encrypt.revoke(|_| true),
            MessageProcess::Decrypt => holder.message_decrypt.revoke(|_| true),
            MessageProcess::Sign => holder.message_sign.revoke(|_| true),
            MessageProcess::Verify => holder.message_verify.revoke(|_| true),
        }
        Ok(())
    }

    /// The arguments of a call about a part of a message; where they cannot be read, the message is over.
    ///
    /// # Errors
    /// The fault in `arguments`; [`Fault::NoOperation`] and [`Fault::NoSuchSession`] come before it.
    pub fn given_part<T>(
        &self,
        session: u64,
        process: MessageProcess,
        arguments: Result<T, Fault>,
    ) -> Result<T, Fault> {
        arguments.or_else(|fault| {
            let holder = self.emulator.sessions.get(session)?;
            match process {
                MessageProcess::Encrypt => drop_part(&holder.message_encrypt, MessageCrypt::drop_message)?,
                MessageProcess::Decrypt => drop_part(&holder.message_decrypt, MessageCrypt::drop_message)?,
                MessageProcess::Sign => drop_part(&holder.message_sign, MessageSign::drop_message)?,
                MessageProcess::Verify => drop_part(&holder.message_verify, MessageVerify::drop_message)?,
            }
            Err(fault)
        })
    }

    /// The arguments of a call about a whole message. Where they cannot be read, the process goes on, but that there is
    /// none comes before that.
    ///
    /// # Errors
    /// As [`Cryptoki::given_part`].
    pub fn given_message<T>(
        &self,
        session: u64,
        process: MessageProcess,
        arguments: Result<T, Fault>,
    ) -> Result<T, Fault> {
        arguments.or_else(|fault| {
            let holder = self.emulator.sessions.get(session)?;
            match process {
                MessageProcess::Encrypt => run(&holder.message_encrypt, |_| Ok(()))?,
                MessageProcess::Decrypt => run(&holder.message_decrypt, |_| Ok(()))?,
                MessageProcess::Sign => run(&holder.message_sign, |_| Ok(()))?,
                MessageProcess::Verify => run(&holder.message_verify, |_| Ok(()))?,
            }
            Err(fault)
        })
    }
}
