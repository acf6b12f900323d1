//! Credentials as objects of a PKCS#11 token: key pairs, certificates, generic secrets and data.

use super::certificate::{self, Certificate};
use super::pins::Logins;
use super::{Credential, KeyKind, Kind, Place, PrivateKey, Refused, Uri, made};
use crate::algorithms::{self, public_key_info};
use crate::attribute::Value;
use crate::emulator::{Emulator, TokenState};
use crate::key::Key;
use crate::object::Origin;
use crate::pkcs11::{AttributeReply, Cryptoki, Incoming, Material, Template};
use crate::registry::constants as ck;
use crate::secret::Secret;

/// The longest chain of certificates that is followed.
const LONGEST_CHAIN: usize = 16;

/// A token, and the PIN that opens it.
#[derive(Clone)]
pub(super) struct Token<'c> {
    emulator: &'c Emulator,
    logins: &'c Logins<'c>,
    slot: u64,
    state: TokenState,
    uri: Uri,
}

/// A session for one call. Several threads may have one each.
pub(super) struct Visit<'c> {
    pub(super) face: Cryptoki<'c>,
    pub(super) session: u64,
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        // A session that is gone already is what is wanted.
        let _ = self.face.close_session(self.session);
    }
}

impl<'c> Token<'c> {
    /// A session with the user logged in, where the token asks for that.
    pub(super) fn visit(&self) -> Result<Visit<'c>, Refused> {
        self.logins.log_in(self.slot, &self.state, &self.uri)?;
        let face = self.emulator.pkcs11();
        let session = face.open_session(self.slot, ck::CKF_SERIAL_SESSION | ck::CKF_RW_SESSION)?;
        Ok(Visit { face, session })
    }
}

/// The address `pkcs11:…`.
pub(super) struct Objects<'c> {
    token: Token<'c>,
}

/// CKA_CLASS of a kind of credential.
fn class_of(kind: Kind) -> u64 {
    match kind {
        Kind::PrivateKey => ck::CKO_PRIVATE_KEY,
        Kind::Certificate => ck::CKO_CERTIFICATE,
        Kind::PskKey => ck::CKO_SECRET_KEY,
        Kind::PskIdentity => ck::CKO_DATA,
    }
}

fn number(cka: u64, value: u64) -> (u64, Secret) {
    (cka, Value::Ulong(value).to_bytes())
}

fn boolean(cka: u64, value: bool) -> (u64, Secret) {
    (cka, Value::Bool(value).to_bytes())
}

fn bytes(cka: u64, value: &[u8]) -> (u64, Secret) {
    (cka, Secret::from(value))
}

impl<'c> Objects<'c> {
    /// The one token that a URI names.
    pub(super) fn at(
        emulator: &'c Emulator,
        logins: &'c Logins<'c>,
        uri: Uri,
    ) -> Result<Objects<'c>, Refused> {
        let face = emulator.pkcs11();
        let states = emulator.tokens()?;
        let mut fitting = Vec::new();
        for slot in face.slot_list(true)? {
            let serial = face.token_info(slot)?.serial_number;
            // A free slot's serial number is blank, so it fits none.
            let state = states.iter().find(|state| state.serial.as_bytes() == serial);
            let fits = |state: &&TokenState| {
                uri.token.as_ref().is_none_or(|label| *label == state.label)
                    && uri.serial.as_ref().is_none_or(|serial| *serial == state.serial)
                    && uri.slot.is_none_or(|wanted| wanted == slot)
            };
            fitting.extend(state.filter(fits).map(|state| (slot, state.clone())));
        }
        match <[(u64, TokenState); 1]>::try_from(fitting) {
            Ok([(slot, state)]) => Ok(Objects { token: Token { emulator, logins, slot, state, uri } }),
            Err(none) if none.is_empty() => Err(Refused::Absent("token")),
            Err(several) => Err(Refused::Several { count: several.len(), what: "tokens" }),
        }
    }

    /// The attributes by which a credential is found, which it is made with, too.
    fn names(&self, kind: Kind) -> Result<Vec<(u64, Secret)>, Refused> {
        let uri = &self.token.uri;
        let mut names = vec![boolean(ck::CKA_TOKEN, true)];
        names.extend(uri.object.iter().map(|label| bytes(ck::CKA_LABEL, label)));
        match kind {
            Kind::PskIdentity if uri.object.is_none() => {
                return Err(Refused::Unfit(
                    "a PSK identity is a data object, which has no id: name it by `object=`",
                ));
            }
            Kind::PskIdentity => {}
            _ => names.extend(uri.id.iter().map(|id| bytes(ck::CKA_ID, id))),
        }
        Ok(names)
    }

    fn find(&self, visit: &Visit<'_>, kind: Kind) -> Result<Vec<u64>, Refused> {
        let mut template = self.names(kind)?;
        template.push(number(ck::CKA_CLASS, class_of(kind)));
        found(visit, template)
    }

    /// The one object of a kind.
    fn the_one(&self, visit: &Visit<'_>, kind: Kind) -> Result<u64, Refused> {
        match self.find(visit, kind)?[..] {
            [] => Err(Refused::Absent(kind.name())),
            [one] => Ok(one),
            ref several => Err(Refused::Several { count: several.len(), what: "objects" }),
        }
    }

    fn refuse_if_taken(&self, visit: &Visit<'_>, kind: Kind) -> Result<(), Refused> {
        if self.find(visit, kind)?.is_empty() { Ok(()) } else { Err(Refused::Taken) }
    }

    /// Stores a key and its public half.
    fn put_pair(&self, key: &Key, origin: Origin) -> Result<(), Refused> {
        let visit = self.token.visit()?;
        self.refuse_if_taken(&visit, Kind::PrivateKey)?;
        let mut names = self.names(Kind::PrivateKey)?;
        if self.token.uri.id.is_none() {
            // As imports do, so that the key and its certificates find each other.
            let info = public_key_info::encode(key)?;
            let public = certificate::public_key_of(&info).unwrap_or_default();
            names.push(bytes(ck::CKA_ID, &certificate::identifier(&public)));
        }
        let half = |key: &Key, more: &[(u64, Secret)], other_half| Incoming {
            template: Template([&names[..], more].concat()),
            material: Some(Material {
                key_type: key.attributes().key_type,
                bits: key.attributes().bits,
                bytes: key.material().clone(),
            }),
            origin: if other_half {
                Origin { always_sensitive: false, never_extractable: false, ..origin }
            } else {
                origin
            },
            psa_id: None,
            read_only: false,
            other_half,
        };
        let hidden = [
            boolean(ck::CKA_PRIVATE, true),
            boolean(ck::CKA_SENSITIVE, true),
            boolean(ck::CKA_EXTRACTABLE, false),
            boolean(ck::CKA_SIGN, true),
        ];
        let shown = [boolean(ck::CKA_PRIVATE, false), boolean(ck::CKA_VERIFY, true)];
        let both = [half(key, &hidden, false), half(&algorithms::public_of(key)?, &shown, true)];
        visit.face.take_over(visit.session, &both)?;
        Ok(())
    }

    /// Stores certificates in one commit: the first under the address, those above it that are not there yet.
    fn put_certificates(&self, ders: &[Vec<u8>]) -> Result<(), Refused> {
        let visit = self.token.visit()?;
        self.refuse_if_taken(&visit, Kind::Certificate)?;
        let mut incoming = Vec::new();
        for (at, der) in ders.iter().enumerate() {
            let one = Certificate::of(der).ok_or(Refused::Unfit("this is no X.509 certificate"))?;
            let of_value = vec![number(ck::CKA_CLASS, ck::CKO_CERTIFICATE), bytes(ck::CKA_VALUE, der)];
            if at > 0 && !found(&visit, of_value)?.is_empty() {
                continue;
            }
            let mut template = match at {
                0 => self.names(Kind::Certificate)?,
                _ => one.common_name().iter().map(|name| bytes(ck::CKA_LABEL, name.as_bytes())).collect(),
            };
            if at > 0 || self.token.uri.id.is_none() {
                template.push(bytes(ck::CKA_ID, &one.key_identifier()));
            }
            template.extend([
                number(ck::CKA_CLASS, ck::CKO_CERTIFICATE),
                number(ck::CKA_CERTIFICATE_TYPE, ck::CKC_X_509),
                boolean(ck::CKA_PRIVATE, false),
                bytes(ck::CKA_SUBJECT, &one.subject),
                bytes(ck::CKA_ISSUER, &one.issuer),
                bytes(ck::CKA_SERIAL_NUMBER, &one.serial_number),
                bytes(ck::CKA_VALUE, der),
            ]);
            incoming.push(plain(template));
        }
        visit.face.take_over(visit.session, &incoming)?;
        Ok(())
    }

    /// The certificate and those above it, one behind the other.
    fn chain(&self, visit: &Visit<'_>) -> Result<Secret, Refused> {
        let mut all = value(visit, self.the_one(visit, Kind::Certificate)?, ck::CKA_VALUE)?.expose().to_vec();
        let mut last = Certificate::of(&all);
        for _ in 1..LONGEST_CHAIN {
            let Some(one) = last.filter(|one| one.issuer != one.subject) else { break };
            let above = vec![number(ck::CKA_CLASS, ck::CKO_CERTIFICATE), bytes(ck::CKA_SUBJECT, &one.issuer)];
            let Some(above) = found(visit, above)?.first().copied() else { break };
            let der = value(visit, above, ck::CKA_VALUE)?;
            last = Certificate::of(der.expose());
            all.extend_from_slice(der.expose());
        }
        Ok(Secret::new(all))
    }

    /// Destroys a private key, and the public key that is its other half.
    fn remove_pair(&self, visit: &Visit<'_>) -> Result<(), Refused> {
        let private = self.the_one(visit, Kind::PrivateKey)?;
        let (face, session) = (&visit.face, visit.session);
        let info = face.public_key_info(session, private)?;
        let id = value(visit, private, ck::CKA_ID)?;
        let halves =
            vec![number(ck::CKA_CLASS, ck::CKO_PUBLIC_KEY), boolean(ck::CKA_TOKEN, true), (ck::CKA_ID, id)];
        let halves = found(visit, halves)?;
        face.destroy_object(session, private)?;
        for half in halves {
            if face.public_key_info(session, half)? == info {
                face.destroy_object(session, half)?;
            }
        }
        Ok(())
    }
}

fn plain(template: Vec<(u64, Secret)>) -> Incoming {
    Incoming {
        template: Template(template),
        material: None,
        origin: Origin::default(),
        psa_id: None,
        read_only: false,
        other_half: false,
    }
}

/// All objects that fit a template.
fn found(visit: &Visit<'_>, template: Vec<(u64, Secret)>) -> Result<Vec<u64>, Refused> {
    let (face, session) = (&visit.face, visit.session);
    face.find_objects_init(session, &Template(template))?;
    let found = face.find_objects(session, usize::MAX)?;
    face.find_objects_final(session)?;
    Ok(found)
}

fn value(visit: &Visit<'_>, object: u64, cka: u64) -> Result<Secret, Refused> {
    match visit.face.attribute_values(visit.session, object, &[cka])?.pop() {
        Some(AttributeReply::Value(value)) => Ok(value),
        Some(AttributeReply::Sensitive) => Err(Refused::Unfit("the token does not show what is there")),
        _ => Err(Refused::Unfit("what is there has no value")),
    }
}

impl<'c> Place<'c> for Objects<'c> {
    fn generate(&self, kind: KeyKind) -> Result<(), Refused> {
        let (key, origin) = made::generated(kind, &*self.token.emulator.rng)?;
        self.put_pair(&key, origin)
    }

    fn store(&self, credential: &Credential) -> Result<(), Refused> {
        let kind = credential.kind();
        let mut template = vec![number(ck::CKA_CLASS, class_of(kind)), boolean(ck::CKA_PRIVATE, true)];
        match credential {
            Credential::PrivateKey(der) => return self.put_pair(&made::read(der)?, Origin::default()),
            Credential::Certificates(ders) => {
                credential.bytes()?;
                return self.put_certificates(ders);
            }
            Credential::PskKey(_) => template.extend([
                number(ck::CKA_KEY_TYPE, ck::CKK_GENERIC_SECRET),
                boolean(ck::CKA_SENSITIVE, false),
                boolean(ck::CKA_EXTRACTABLE, true),
            ]),
            Credential::PskIdentity(_) => {}
        }
        template.push((ck::CKA_VALUE, credential.bytes()?));
        template.extend(self.names(kind)?);
        let visit = self.token.visit()?;
        self.refuse_if_taken(&visit, kind)?;
        visit.face.take_over(visit.session, &[plain(template)])?;
        Ok(())
    }

    fn private_key(&self) -> Result<PrivateKey<'c>, Refused> {
        let visit = self.token.visit()?;
        let key = self.the_one(&visit, Kind::PrivateKey)?;
        let key_type = value(&visit, key, ck::CKA_KEY_TYPE)?;
        let is = |ckk| key_type == Value::Ulong(ckk).to_bytes();
        if !is(ck::CKK_RSA) && !is(ck::CKK_EC) {
            return Err(Refused::Unfit("a private key is RSA or on a Weierstrass curve here"));
        }
        Ok(PrivateKey::of_object(self.token.clone(), key, is(ck::CKK_RSA)))
    }

    fn read(&self, kind: Kind) -> Result<Secret, Refused> {
        let visit = self.token.visit()?;
        match kind {
            Kind::Certificate => self.chain(&visit),
            _ => value(&visit, self.the_one(&visit, kind)?, ck::CKA_VALUE),
        }
    }

    fn remove(&self, kind: Kind) -> Result<(), Refused> {
        let visit = self.token.visit()?;
        match kind {
            Kind::PrivateKey => self.remove_pair(&visit),
            _ => Ok(visit.face.destroy_object(visit.session, self.the_one(&visit, kind)?)?),
        }
    }
}
