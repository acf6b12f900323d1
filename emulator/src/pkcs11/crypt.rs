//! Encryption, decryption and digests (PKCS#11 §5.8 to §5.12).

use super::{Cryptoki, Mechanism};
use crate::fault::Fault;
use crate::grant::Use;
use crate::operation::{Crypt, HashOperation, Output, Room, Tie};
use crate::registry::Direction;
use crate::registry::parameter::Parameter;

/// The calls of one direction.
macro_rules! direction {
    ($seat:ident, $init:ident, $whole:ident, $update:ident, $final:ident, $use:expr, $direction:expr, $names:literal) => {
        #[doc = concat!("C_", $names, "Init.")]
        ///
        /// # Errors
        /// [`Fault::OperationActive`]; what [`crate::grant::Grant::check`] and the cipher refuse.
        pub fn $init(&self, session: u64, mechanism: &Mechanism, key: u64) -> Result<(), Fault> {
            let begin = |grant| Crypt::begin(grant, $direction);
            self.begin(session, (mechanism, key, $use), |session| &session.$seat, begin)
        }

        #[doc = concat!("C_", $names, ".")]
        ///
        /// # Errors
        /// [`Fault::NoOperation`], [`Fault::BufferTooSmall`]; the cipher's own refusals.
        pub fn $whole(&self, session: u64, data: &[u8], room: Room) -> Result<Output, Fault> {
            let rng = &*self.emulator.rng;
            self.emulator.sessions.get(session)?.$seat.run(|operation| operation.whole(data, room, rng))
        }

        #[doc = concat!("C_", $names, "Update.")]
        ///
        /// # Errors
        /// [`Fault::NoOperation`], [`Fault::BufferTooSmall`].
        pub fn $update(&self, session: u64, part: &[u8], room: Room) -> Result<Output, Fault> {
            self.emulator.sessions.get(session)?.$seat.run(|operation| operation.feed(part, room))
        }

        #[doc = concat!("C_", $names, "Final.")]
        ///
        /// # Errors
        /// [`Fault::NoOperation`], [`Fault::BufferTooSmall`]; the cipher's own refusals.
        pub fn $final(&self, session: u64, room: Room) -> Result<Output, Fault> {
            let rng = &*self.emulator.rng;
            self.emulator.sessions.get(session)?.$seat.run(|operation| operation.finish(room, rng))
        }
    };
}

impl Cryptoki<'_> {
    direction!(
        encrypt,
        encrypt_init,
        encrypt,
        encrypt_update,
        encrypt_final,
        Use::Encrypt,
        Direction::Encrypt,
        "Encrypt"
    );
    direction!(
        decrypt,
        decrypt_init,
        decrypt,
        decrypt_update,
        decrypt_final,
        Use::Decrypt,
        Direction::Decrypt,
        "Decrypt"
    );

    /// C_DigestInit.
    ///
    /// # Errors
    /// [`Fault::OperationActive`], [`Fault::NoSuchMechanism`], [`Fault::BadParameter`].
    pub fn digest_init(&self, session: u64, mechanism: &Mechanism) -> Result<(), Fault> {
        let seat = self.emulator.sessions.get(session)?;
        if seat.digest.is_taken() {
            return Err(Fault::OperationActive);
        }
        let row = self.emulator.mechanism(mechanism.ckm)?;
        let hash = row.digest.ok_or(Fault::NoSuchMechanism(row.ckm))?;
        if mechanism.parameter != Parameter::None {
            return Err(Fault::BadParameter("a digest takes none"));
        }
        seat.digest.begin(HashOperation::begin(hash), Tie::default())
    }

    /// C_Digest.
    ///
    /// # Errors
    /// [`Fault::NoOperation`], [`Fault::BufferTooSmall`].
    pub fn digest(&self, session: u64, data: &[u8], room: Room) -> Result<Output, Fault> {
        self.emulator.sessions.get(session)?.digest.run(|operation| operation.whole(data, room))
    }

    /// C_DigestUpdate.
    ///
    /// # Errors
    /// [`Fault::NoOperation`].
    pub fn digest_update(&self, session: u64, part: &[u8]) -> Result<(), Fault> {
        self.emulator.sessions.get(session)?.digest.run(|operation| operation.feed(part))
    }

    /// C_DigestKey: takes in the value of a secret key.
    ///
    /// # Errors
    /// [`Fault::NoSuchKey`]; [`Fault::KeyIndigestible`] for a key whose value never leaves; [`Fault::NoOperation`].
    pub fn digest_key(&self, session: u64, key: u64) -> Result<(), Fault> {
        let access = self.access(session)?;
        access.session.digest.run(|operation| {
            let object = self.key_object(&access, key)?;
            let inside = object.key.as_ref().ok_or(Fault::NoSuchKey(key))?;
            // A digest of a short secret tells the secret to whoever tries all: it counts as export.
            if !inside.attributes().key_type.is_secret() || !object.is_exportable() {
                return Err(Fault::KeyIndigestible);
            }
            operation.feed(inside.material().expose())
        })
    }

    /// C_DigestFinal.
    ///
    /// # Errors
    /// [`Fault::NoOperation`], [`Fault::BufferTooSmall`].
    pub fn digest_final(&self, session: u64, room: Room) -> Result<Output, Fault> {
        self.emulator.sessions.get(session)?.digest.run(|operation| operation.finish(room))
    }
}
