//! A token's header: its name, its PINs' wrapped keys, and how PSA may use it. One record in the store.

use super::keys::{Cost, PrivateKey, Wrapped};
use crate::algorithms::sealing;
use crate::env::Rng;
use crate::fault::Fault;
use crate::secret::Secret;
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};

/// Everything about a token but its objects.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Header {
    /// The slot it sits in.
    #[n(0)]
    pub slot: u64,
    /// The label, padded with blanks to 32 bytes.
    #[n(1)]
    pub label: ByteArray<32>,
    /// The serial number: 16 hexadecimal digits.
    #[n(2)]
    pub serial: ByteArray<16>,
    /// Made anew by each C_InitToken; bound to every record.
    #[n(3)]
    pub incarnation: ByteArray<16>,
    /// The key that authenticates public records, in clear.
    #[n(4)]
    pub(super) open_key: ByteArray<32>,
    /// The private key under the SO PIN; absent on a token that PSA made.
    #[n(5)]
    pub(super) so: Option<Wrapped>,
    /// The private key under the user PIN; absent until C_InitPIN.
    #[n(6)]
    pub(super) user: Option<Wrapped>,
    /// The private key in clear, on a token that is open to PSA.
    #[cbor(n(7), with = "minicbor::bytes")]
    pub(super) psa_open: Option<Vec<u8>>,
    /// How often the SO PIN was tried since it was last right, while a limit was set.
    #[n(8)]
    pub(super) so_tries: Option<u32>,
    /// The same of the user PIN.
    #[n(9)]
    pub(super) user_tries: Option<u32>,
}

/// Whose PIN it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum User {
    /// The security officer.
    So,
    /// The normal user.
    User,
}

impl Header {
    /// A fresh token in `slot`, without PINs, with its private key.
    ///
    /// # Errors
    /// [`Fault::NoEntropy`].
    pub fn fresh(slot: u64, label: [u8; 32], rng: &dyn Rng) -> Result<(Header, PrivateKey), Fault> {
        let (mut incarnation, mut open_key, mut serial) = ([0; 16], [0; 32], [0; 8]);
        rng.fill(&mut incarnation)?;
        rng.fill(&mut open_key)?;
        rng.fill(&mut serial)?;
        let digits: String = serial.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut number = [b'0'; 16];
        number.copy_from_slice(&digits.as_bytes()[..16]);
        let header = Header {
            slot,
            label: label.into(),
            serial: number.into(),
            incarnation: incarnation.into(),
            open_key: open_key.into(),
            so: None,
            user: None,
            psa_open: None,
            so_tries: None,
            user_tries: None,
        };
        Ok((header, PrivateKey::generate(rng)?))
    }

    /// Whether PKCS#11 callers must log in to see private objects.
    #[must_use]
    pub fn asks_for_login(&self) -> bool {
        self.so.is_some()
    }

    /// Whether the user PIN is set.
    #[must_use]
    pub fn has_user_pin(&self) -> bool {
        self.user.is_some()
    }

    /// What the PIN that is cheapest to guess costs to try; `None` when no PIN is set.
    #[must_use]
    pub fn cheapest_pin(&self) -> Option<Cost> {
        self.so.iter().chain(&self.user).map(Wrapped::cost).min_by_key(|cost| cost.memory_kib)
    }

    /// Whether PSA may use the token without a PIN.
    #[must_use]
    pub fn is_open_to_psa(&self) -> bool {
        self.psa_open.is_some()
    }

    /// Lets PSA use the token without a PIN, or no longer.
    pub fn open_to_psa(&mut self, key: Option<&PrivateKey>) {
        self.psa_open = key.map(|key| key.bytes().to_vec());
    }

    /// The private key, where it lies in clear.
    ///
    /// # Errors
    /// [`Fault::TokenClosed`] where it does not.
    pub fn clear_key(&self) -> Result<PrivateKey, Fault> {
        let bytes = self.psa_open.as_deref().ok_or(Fault::TokenClosed)?;
        PrivateKey::from_bytes(Secret::from(bytes))
    }

    /// Sets a PIN.
    ///
    /// # Errors
    /// [`Fault::PinLength`], [`Fault::NoEntropy`].
    pub fn set_pin(
        &mut self,
        user: User,
        pin: &[u8],
        key: &PrivateKey,
        cost: Cost,
        rng: &dyn Rng,
    ) -> Result<(), Fault> {
        if !super::PIN_LENGTH.contains(&pin.len()) {
            return Err(Fault::PinLength);
        }
        let wrapped = Some(Wrapped::under(pin, key, &self.whose(user), cost, rng)?);
        match user {
            User::So => self.so = wrapped,
            User::User => self.user = wrapped,
        }
        *self.tries_mut(user) = None;
        Ok(())
    }

    /// How often a PIN was tried since it was last right, while a limit was set.
    #[must_use]
    pub fn tries(&self, user: User) -> u32 {
        let tries = if user == User::So { self.so_tries } else { self.user_tries };
        tries.unwrap_or(0)
    }

    /// Counts one more try of a PIN, or none any more.
    pub fn count_tries(&mut self, user: User, tries: u32) {
        *self.tries_mut(user) = Some(tries).filter(|tries| *tries > 0);
    }

    fn tries_mut(&mut self, user: User) -> &mut Option<u32> {
        if user == User::So { &mut self.so_tries } else { &mut self.user_tries }
    }

    /// The private key, if the PIN is right.
    ///
    /// # Errors
    /// [`Fault::WrongPin`]; [`Fault::NoUserPin`] when none is set.
    pub fn unlock(&self, user: User, pin: &[u8]) -> Result<PrivateKey, Fault> {
        let wrapped = match user {
            User::So => self.so.as_ref(),
            User::User => self.user.as_ref(),
        };
        let wrapped = wrapped.ok_or(Fault::NoUserPin)?;
        // No PIN is longer, and hashing a very long one costs time.
        if pin.len() > *super::PIN_LENGTH.end() {
            return Err(Fault::WrongPin);
        }
        wrapped.open(pin, &self.whose(user))
    }

    fn whose(&self, user: User) -> Vec<u8> {
        let mut whose = self.incarnation.to_vec();
        whose.push(if user == User::So { 0 } else { 1 });
        whose
    }

    /// The record's bytes: a keyed hash over the rest, then CBOR.
    ///
    /// # Errors
    /// [`Fault::Internal`].
    pub(super) fn encode(&self) -> Result<Vec<u8>, Fault> {
        let body =
            minicbor::to_vec(self).map_err(|_| Fault::Internal("a token header could not be encoded"))?;
        let mut bytes = sealing::keyed_hash(&self.open_key, &[b"header", &body]).to_vec();
        bytes.extend(body);
        Ok(bytes)
    }

    /// Reads a record.
    ///
    /// # Errors
    /// [`Fault::Damaged`].
    pub(super) fn decode(bytes: &[u8]) -> Result<Header, Fault> {
        let damaged = || Fault::Damaged("a token's header".to_owned());
        let (hash, body) = bytes.split_first_chunk::<32>().ok_or_else(damaged)?;
        let header: Header = minicbor::decode(body).map_err(|_| damaged())?;
        if sealing::keyed_hash(&header.open_key, &[b"header", body]) == *hash {
            Ok(header)
        } else {
            Err(damaged())
        }
    }
}
