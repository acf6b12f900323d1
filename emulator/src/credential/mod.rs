//! Addressed credentials: private keys, certificates, PSKs and PSK identities behind a query, as clients of the internet of
//! things name them. One program text works on PSA keys, protected storage and PKCS#11 tokens; the query says which.

mod address;
pub mod certificate;
mod implicit;
mod made;
mod objects;
mod pins;
mod private_key;
mod psa_assets;
mod psa_keys;
mod refused;

pub use address::{Address, Malformed, Pin, Type, Uri};
pub use made::KeyKind;
pub use private_key::PrivateKey;
pub use refused::Refused;

use crate::emulator::Emulator;
use crate::secret::Secret;
use certificate::Certificate;
use objects::Objects;
use pins::Logins;
use psa_assets::AssetPlace;
use psa_keys::KeyPlace;

/// What kind of credential is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A private key, with its public half.
    PrivateKey,
    /// An X.509 certificate, perhaps with those above it.
    Certificate,
    /// The key of a pre-shared key.
    PskKey,
    /// The identity of a pre-shared key.
    PskIdentity,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::PrivateKey => "private key",
            Kind::Certificate => "certificate",
            Kind::PskKey => "PSK key",
            Kind::PskIdentity => "PSK identity",
        }
    }
}

/// A credential on its way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// A private key, RSA or on a Weierstrass curve: the DER of its PrivateKeyInfo (PKCS #8).
    PrivateKey(Secret),
    /// X.509 certificates as DER: the holder's first, each certified by the next.
    Certificates(Vec<Vec<u8>>),
    /// The key of a pre-shared key, at least one byte.
    PskKey(Secret),
    /// The identity of a pre-shared key, at least one byte.
    PskIdentity(Vec<u8>),
}

impl Credential {
    /// What kind it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Credential::PrivateKey(_) => Kind::PrivateKey,
            Credential::Certificates(_) => Kind::Certificate,
            Credential::PskKey(_) => Kind::PskKey,
            Credential::PskIdentity(_) => Kind::PskIdentity,
        }
    }

    /// The bytes of what is no private key; certificates one behind the other.
    fn bytes(&self) -> Result<Secret, Refused> {
        let bytes = match self {
            Credential::PrivateKey(_) => return Err(Refused::Unfit("a private key is more than bytes")),
            Credential::Certificates(ders) => {
                let bytes = ders.concat();
                // Each by itself, so that one that is broken is not mended by the next.
                if ders.is_empty() || ders.iter().any(|der| Certificate::of(der).is_none()) {
                    return Err(Refused::Unfit("this is no X.509 certificate"));
                }
                Secret::new(bytes)
            }
            Credential::PskKey(key) => key.clone(),
            Credential::PskIdentity(identity) => Secret::from(identity.as_slice()),
        };
        if bytes.is_empty() { Err(Refused::Unfit("a credential has at least one byte")) } else { Ok(bytes) }
    }
}

/// Where credentials of one address lie.
trait Place<'c> {
    /// Makes a private key there.
    fn generate(&self, kind: KeyKind) -> Result<(), Refused>;

    /// Puts a credential there.
    fn store(&self, credential: &Credential) -> Result<(), Refused>;

    /// The private key that is there.
    fn private_key(&self) -> Result<PrivateKey<'c>, Refused>;

    /// The bytes of any other credential; certificates one behind the other.
    fn read(&self, kind: Kind) -> Result<Secret, Refused>;

    /// Removes it.
    fn remove(&self, kind: Kind) -> Result<(), Refused>;
}

/// The credentials of an emulator, by query.
///
/// A token that asks for its PIN gets it from the query (`pin-value`, `pin-source`), else from the settings, and stays open
/// to this process until the value is dropped: PKCS#11 logs a whole process in.
pub struct Credentials<'e> {
    emulator: &'e Emulator,
    logins: Logins<'e>,
}

impl<'e> Credentials<'e> {
    /// The credentials of `emulator`.
    #[must_use]
    pub fn new(emulator: &'e Emulator) -> Credentials<'e> {
        Credentials { emulator, logins: Logins::new(emulator) }
    }

    /// Makes a private key. In protected storage it lies as a PrivateKeyInfo, and is a key only while it is used; elsewhere
    /// it never leaves the store.
    ///
    /// # Errors
    /// [`Refused::Malformed`]; [`Refused::Taken`] when something is there; what the face refuses.
    ///
    /// ```
    /// use twintoken::credential::{Credentials, KeyKind};
    /// use twintoken::{Emulator, Settings, psa::Hash};
    /// let mut settings = Settings::memory();
    /// settings.pin = Some("1234".to_owned());
    /// let emulator = Emulator::open(settings)?;
    /// let credentials = Credentials::new(&emulator);
    /// for query in ["kid=1", "uid=1", "pkcs11:object=mine;id=%01"] {
    ///     credentials.generate(query, KeyKind::EcP256)?;
    ///     let key = credentials.private_key(query)?;
    ///     assert_eq!(key.sign_hash(Hash::Sha256, &[7; 32])?.len(), 64);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn generate(&self, query: &str, kind: KeyKind) -> Result<(), Refused> {
        self.place(query, Kind::PrivateKey)?.generate(kind)
    }

    /// Stores a credential. Nothing that is there is replaced.
    ///
    /// # Errors
    /// [`Refused::Malformed`]; [`Refused::Taken`]; [`Refused::Unfit`] for what is no such credential; what the face refuses.
    pub fn store(&self, query: &str, credential: &Credential) -> Result<(), Refused> {
        self.place(query, credential.kind())?.store(credential)
    }

    /// The private key at an address, to sign with.
    ///
    /// # Errors
    /// [`Refused::Malformed`]; [`Refused::Absent`]; [`Refused::Lifetime`]; [`Refused::Several`]; [`Refused::Unfit`] when
    /// something else is there; what the face refuses.
    pub fn private_key(&self, query: &str) -> Result<PrivateKey<'_>, Refused> {
        self.place(query, Kind::PrivateKey)?.private_key()
    }

    /// The certificates at an address as DER: the holder's first, each certified by the next. On a PKCS#11 token those above
    /// the first are found by their subjects.
    ///
    /// # Errors
    /// As [`Credentials::private_key`].
    pub fn certificates(&self, query: &str) -> Result<Vec<Vec<u8>>, Refused> {
        let bytes = self.place(query, Kind::Certificate)?.read(Kind::Certificate)?;
        let chain = Certificate::chain(bytes.expose());
        let chain = chain.ok_or(Refused::Unfit("what is there is no certificate"))?;
        Ok(chain.into_iter().map(|one| one.der).collect())
    }

    /// The key of the pre-shared key at an address.
    ///
    /// # Errors
    /// As [`Credentials::private_key`].
    pub fn psk_key(&self, query: &str) -> Result<Secret, Refused> {
        self.place(query, Kind::PskKey)?.read(Kind::PskKey)
    }

    /// The identity of the pre-shared key at an address.
    ///
    /// # Errors
    /// As [`Credentials::private_key`].
    pub fn psk_identity(&self, query: &str) -> Result<Vec<u8>, Refused> {
        Ok(self.place(query, Kind::PskIdentity)?.read(Kind::PskIdentity)?.expose().to_vec())
    }

    /// Removes a credential: a private key with its public half, of certificates on a PKCS#11 token the first alone, as
    /// others may hang on those above it.
    ///
    /// # Errors
    /// As [`Credentials::private_key`].
    pub fn remove(&self, query: &str, kind: Kind) -> Result<(), Refused> {
        self.place(query, kind)?.remove(kind)
    }

    fn place(&self, query: &str, kind: Kind) -> Result<Box<dyn Place<'_> + '_>, Refused> {
        Ok(match Address::parse(query)? {
            Address::Key { kid, lifetime } => Box::new(KeyPlace { emulator: self.emulator, kid, lifetime }),
            Address::Asset(uid) => Box::new(AssetPlace { emulator: self.emulator, uid }),
            Address::Object(uri) => {
                let fits = match kind {
                    Kind::PrivateKey => uri.kind.is_none_or(|one| one == Type::PrivateKey),
                    Kind::Certificate => uri.kind.is_none_or(|one| one == Type::Certificate),
                    Kind::PskKey => uri.kind.is_none_or(|one| one == Type::SecretKey),
                    Kind::PskIdentity => uri.kind.is_none_or(|one| one == Type::Data),
                };
                if !fits {
                    return Err(Refused::Unfit("the URI's type is another kind of credential's"));
                }
                Box::new(Objects::at(self.emulator, &self.logins, uri)?)
            }
        })
    }
}
