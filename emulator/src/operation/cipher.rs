//! Encryption and decryption, authenticated or not.

use super::{Next, Output, Room};
use crate::env::Rng;
use crate::fault::Fault;
use crate::grant::Grant;
use crate::registry::{Cipher, Direction, Transform};
use crate::secret::Secret;

/// An encryption or decryption in the making.
pub struct Crypt {
    grant: Grant,
    direction: Direction,
    state: State,
}

enum State {
    /// Nothing was fed: the cipher starts anew for a one-part call, however often a buffer was too small.
    Fresh,
    Running(Box<dyn Transform>),
    /// The last part is computed and waits for a buffer that takes it.
    Held(Secret),
}

impl Crypt {
    /// Begins with a grant for [`crate::grant::Use::Encrypt`] or [`crate::grant::Use::Decrypt`].
    ///
    /// # Errors
    /// [`Fault::BadParameter`] when the cipher refuses its parameter.
    pub fn begin(grant: Grant, direction: Direction) -> Result<Crypt, Fault> {
        let crypt = Crypt { grant, direction, state: State::Fresh };
        crypt.start()?;
        Ok(crypt)
    }

    fn cipher(&self) -> Result<&'static Cipher, Fault> {
        let cipher = self.grant.row().cipher.as_ref();
        cipher.ok_or(Fault::Internal("a grant to encrypt for a mechanism that does not"))
    }

    /// Refuses parts where the cipher takes its input in one.
    fn admit_parts(&self) -> Result<(), Fault> {
        if self.cipher()?.one_part { Err(Fault::OnePartOnly(self.grant.row().name)) } else { Ok(()) }
    }

    fn start(&self) -> Result<Box<dyn Transform>, Fault> {
        let cipher = self.cipher()?;
        (cipher.begin)(self.grant.key(), self.grant.parameter(), self.direction)
    }

    /// Transforms `data` in one part.
    ///
    /// # Errors
    /// [`Fault::WrongState`] after a part was fed; [`Fault::BufferTooSmall`]; the cipher's own refusals.
    pub fn whole(&mut self, data: &[u8], room: Room, rng: &dyn Rng) -> Result<Next<Output>, Fault> {
        if !matches!(self.state, State::Fresh) {
            return Err(Fault::WrongState("a multi-part operation cannot be finished in one part"));
        }
        let mut cipher = self.start()?;
        let most = cipher.update_length(data.len()) + cipher.finish_length(data.len());
        if room == Room::Query {
            return Ok(Next::Active(Output::Length(most)));
        }
        if self.direction == Direction::Encrypt {
            // What encryption gives is known beforehand; for decryption the padding decides.
            room.admit(most)?;
        }
        let mut out = cipher.update(data)?;
        out.extend(cipher.finish(rng)?);
        room.admit(out.len())?;
        Ok(Next::Done(Output::Bytes(out)))
    }

    /// Takes in one part and gives what is ready.
    ///
    /// # Errors
    /// [`Fault::BufferTooSmall`], with nothing taken in; [`Fault::OnePartOnly`]; [`Fault::DataLength`].
    pub fn feed(&mut self, part: &[u8], room: Room) -> Result<Next<Output>, Fault> {
        self.admit_parts()?;
        if let State::Fresh = self.state {
            self.state = State::Running(self.start()?);
        }
        let State::Running(cipher) = &mut self.state else {
            return Err(Fault::WrongState("the operation is waiting to be finished"));
        };
        let most = cipher.update_length(part.len());
        if room.admit(most)?.is_none() {
            return Ok(Next::Active(Output::Length(most)));
        }
        cipher.update(part).map(|out| Next::Active(Output::Bytes(out)))
    }

    /// Gives what is left.
    ///
    /// # Errors
    /// [`Fault::BufferTooSmall`], after which the same output waits; the cipher's own refusals.
    pub fn finish(&mut self, room: Room, rng: &dyn Rng) -> Result<Next<Output>, Fault> {
        self.admit_parts()?;
        if room == Room::Query {
            let most = match &self.state {
                State::Fresh => self.start()?.finish_length(0),
                State::Running(cipher) => cipher.finish_length(0),
                State::Held(out) => out.len(),
            };
            return Ok(Next::Active(Output::Length(most)));
        }
        let out = match std::mem::replace(&mut self.state, State::Fresh) {
            State::Fresh => Secret::new(self.start()?.finish(rng)?),
            State::Running(cipher) => Secret::new(cipher.finish(rng)?),
            State::Held(out) => out,
        };
        if let Err(too_small) = room.admit(out.len()) {
            self.state = State::Held(out);
            return Err(too_small);
        }
        Ok(Next::Done(Output::Bytes(out.expose().to_vec())))
    }
}
