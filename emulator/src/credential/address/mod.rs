//! Where a credential lies, as a query says it: `kid=…[,lifetime=…]`, `uid=…`, or a PKCS#11 URI.

mod number;
#[cfg(test)]
mod tests;
mod uri;

pub use uri::{Pin, Type, Uri};

use crate::key::identity::Lifetime;

/// Where a credential lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A PSA key: `kid=NUMBER[,lifetime=NUMBER]`.
    Key {
        /// Its id, 1 to 0x7fffffff.
        kid: u32,
        /// The lifetime it is made with, and must have when it is used; without it, it is made with
        /// PSA_KEY_LIFETIME_PERSISTENT, and may have any.
        lifetime: Option<Lifetime>,
    },
    /// An asset of PSA's protected storage: `uid=NUMBER`. The number is not 0.
    Asset(u64),
    /// A PKCS#11 object: `pkcs11:…` (RFC 7512).
    Object(Uri),
}

/// What is wrong with a query, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// The character where it goes wrong, as a number of bytes from the beginning; the query's length when something is
    /// missing at its end. Never in the middle of a character.
    pub position: usize,
    /// What is wrong there, and what would be right.
    pub message: String,
}

impl Malformed {
    fn at(position: usize, message: impl Into<String>) -> Malformed {
        Malformed { position, message: message.into() }
    }

    /// The query with a mark below the character, for a terminal. What may be a PIN is not shown.
    #[must_use]
    pub fn pointed(&self, query: &str) -> String {
        let shown = uri::without_pin(query);
        let before = query.get(..self.position).unwrap_or(query).chars().count();
        format!("{shown}\n{}^ {}", " ".repeat(before), self.message)
    }
}

impl std::fmt::Display for Malformed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "at character {}: {}", self.position, self.message)
    }
}

impl std::error::Error for Malformed {}

/// What a query may look like, for messages.
const FORMS: &str = "`kid=NUMBER[,lifetime=NUMBER]`, `uid=NUMBER` or `pkcs11:…`";

impl Address {
    /// Reads a query. Numbers are read as C's strtoull does with base 0: decimal, octal behind 0, hexadecimal behind 0x.
    ///
    /// # Errors
    /// [`Malformed`] points at the first character that is wrong.
    ///
    /// ```
    /// use twintoken::credential::Address;
    /// assert_eq!(Address::parse("uid=0x10"), Ok(Address::Asset(16)));
    /// assert_eq!(Address::parse("kid=1,lifetime=seldom").unwrap_err().position, 15);
    /// ```
    pub fn parse(query: &str) -> Result<Address, Malformed> {
        if uri::is_uri(query) {
            return Uri::of_one_object(query).map(Address::Object);
        }
        let mut found = Found::default();
        let mut position = 0;
        for part in query.split(',') {
            found.take(part, position)?;
            position += part.len() + 1;
        }
        found.settled(query)
    }
}

/// The numbers of a query of names, each with its place.
#[derive(Default)]
struct Found {
    kid: Option<(u32, usize)>,
    uid: Option<(u64, usize)>,
    lifetime: Option<(Lifetime, usize)>,
}

impl Found {
    fn take(&mut self, part: &str, position: usize) -> Result<(), Malformed> {
        let Some((name, text)) = part.split_once('=') else {
            return Err(Malformed::at(position, format!("this is no address: an address is {FORMS}")));
        };
        let value = position + name.len() + 1;
        let twice = |there: bool| match there {
            true => Err(Malformed::at(
                position,
                format!("{name} is there twice, so it is not clear which counts"),
            )),
            false => Ok(()),
        };
        match name {
            "kid" => {
                twice(self.kid.is_some())?;
                let right = "a key id is a number from 1 to 0x7fffffff";
                let kid = number::within(text, value, 1..=0x7fff_ffff, right)?;
                self.kid = Some((u32::try_from(kid).unwrap_or(u32::MAX), position));
            }
            "uid" => {
                twice(self.uid.is_some())?;
                let right = "a uid is a number from 1 to 0xffffffffffffffff";
                self.uid = Some((number::within(text, value, 1..=u64::MAX, right)?, position));
            }
            "lifetime" => {
                twice(self.lifetime.is_some())?;
                let right = "a lifetime is a number of 32 bits";
                let lifetime = number::within(text, value, 0..=u32::MAX.into(), right)?;
                let lifetime = Lifetime(u32::try_from(lifetime).unwrap_or(u32::MAX));
                if lifetime.is_volatile() {
                    return Err(Malformed::at(value, "this lifetime is volatile, and a credential stays"));
                }
                self.lifetime = Some((lifetime, position));
            }
            _ => {
                return Err(Malformed::at(position, format!("there is no such name: an address is {FORMS}")));
            }
        }
        Ok(())
    }

    fn settled(self, query: &str) -> Result<Address, Malformed> {
        match (self.kid, self.uid, self.lifetime) {
            (Some((_, kid)), Some((_, uid)), _) => Err(Malformed::at(
                kid.max(uid),
                "kid and uid are two addresses, so it is not clear which counts",
            )),
            (None, Some(_), Some((_, position))) => {
                Err(Malformed::at(position, "an asset has no lifetime: only `kid=` takes one"))
            }
            (Some((kid, _)), None, lifetime) => {
                Ok(Address::Key { kid, lifetime: lifetime.map(|(lifetime, _)| lifetime) })
            }
            (None, Some((uid, _)), None) => Ok(Address::Asset(uid)),
            (None, None, _) => Err(Malformed::at(query.len(), "`kid=NUMBER` is missing")),
        }
    }
}
