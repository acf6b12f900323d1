//! PKCS#11 URIs (RFC 7512), as deployed clients write them: the PIN may stand in the path, too, and `&` and `?` between any two
//! attributes.

use super::Malformed;
use crate::secret::Secret;
use std::path::PathBuf;

const SCHEME: &str = "pkcs11:";

/// A PKCS#11 URI. Attributes that name the library, its maker or the slot's are passed over, as there
/// is one library here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Uri {
    /// The token's label.
    pub token: Option<String>,
    /// The token's serial number.
    pub serial: Option<String>,
    /// The token's slot.
    pub slot: Option<u64>,
    /// CKA_LABEL.
    pub object: Option<Vec<u8>>,
    /// CKA_ID.
    pub id: Option<Vec<u8>>,
    /// The object's class.
    pub kind: Option<Type>,
    /// The user PIN, or where it is to be read.
    pub pin: Option<Pin>,
}

/// What kind of object a URI names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// `cert`.
    Certificate,
    /// `private`.
    PrivateKey,
    /// `public`.
    PublicKey,
    /// `secret-key`.
    SecretKey,
    /// `data`.
    Data,
}

/// The user PIN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pin {
    /// `pin-value`.
    Value(Secret),
    /// `pin-source`: a file whose first line it is.
    Source(PathBuf),
}

const TYPES: [(&str, Type); 5] = [
    ("cert", Type::Certificate),
    ("private", Type::PrivateKey),
    ("public", Type::PublicKey),
    ("secret-key", Type::SecretKey),
    ("data", Type::Data),
];

/// Attributes of the RFC that say nothing here.
const PASSED_OVER: [&str; 8] = [
    "manufacturer",
    "model",
    "library-manufacturer",
    "library-description",
    "library-version",
    "slot-description",
    "slot-manufacturer",
    "module-name",
];

/// An attribute, and where its name and its value begin.
struct Attribute<'a> {
    name: &'a str,
    text: &'a str,
    position: usize,
    value: usize,
}

impl Attribute<'_> {
    /// The value with its escapes undone.
    fn bytes(&self) -> Result<Vec<u8>, Malformed> {
        let mut bytes = Vec::with_capacity(self.text.len());
        let mut rest = self.text.as_bytes();
        while let [first, after @ ..] = rest {
            if *first != b'%' {
                bytes.push(*first);
                rest = after;
                continue;
            }
            let digit = |at: usize| after.get(at).and_then(|byte| char::from(*byte).to_digit(16));
            let (Some(high), Some(low)) = (digit(0), digit(1)) else {
                let position = self.value + self.text.len() - rest.len();
                return Err(Malformed::at(position, "after % come two hexadecimal digits"));
            };
            bytes.push(u8::try_from(high << 4 | low).unwrap_or(u8::MAX));
            rest = after.get(2..).unwrap_or_default();
        }
        Ok(bytes)
    }

    /// The value as text, at least a character.
    fn words(&self) -> Result<String, Malformed> {
        let words = String::from_utf8(self.bytes()?);
        let words = words.map_err(|_| Malformed::at(self.value, format!("{} is not UTF-8", self.name)))?;
        if words.is_empty() { Err(self.empty()) } else { Ok(words) }
    }

    /// The value as bytes, at least one.
    fn some_bytes(&self) -> Result<Vec<u8>, Malformed> {
        let bytes = self.bytes()?;
        if bytes.is_empty() { Err(self.empty()) } else { Ok(bytes) }
    }

    fn empty(&self) -> Malformed {
        Malformed::at(self.value, format!("{} is empty", self.name))
    }
}

impl Uri {
    /// Reads a URI, which may name any number of objects.
    ///
    /// # Errors
    /// [`Malformed`] points at the first character that is wrong.
    ///
    /// ```
    /// use twintoken::credential::Uri;
    /// assert_eq!(Uri::parse("pkcs11:token=my%20token")?.token.as_deref(), Some("my token"));
    /// # Ok::<(), twintoken::credential::Malformed>(())
    /// ```
    pub fn parse(query: &str) -> Result<Uri, Malformed> {
        if !is_uri(query) {
            return Err(Malformed::at(0, "a PKCS#11 URI begins with `pkcs11:`"));
        }
        let mut uri = Uri::default();
        for attribute in attributes(query)? {
            uri.take(&attribute)?;
        }
        Ok(uri)
    }

    /// Reads a URI that names one object.
    pub(super) fn of_one_object(query: &str) -> Result<Uri, Malformed> {
        let uri = Uri::parse(query)?;
        if uri.object.is_none() && uri.id.is_none() {
            let missing = "an address names one object: `object=` or `id=` is missing";
            return Err(Malformed::at(query.len(), missing));
        }
        Ok(uri)
    }

    fn take(&mut self, attribute: &Attribute<'_>) -> Result<(), Malformed> {
        let fresh = match attribute.name {
            "token" => self.token.replace(attribute.words()?).is_none(),
            "serial" => self.serial.replace(attribute.words()?).is_none(),
            "slot-id" => {
                let words = attribute.words()?;
                let slot =
                    words.parse().map_err(|_| Malformed::at(attribute.value, "slot-id is a number"))?;
                self.slot.replace(slot).is_none()
            }
            "object" => self.object.replace(attribute.some_bytes()?).is_none(),
            "id" => self.id.replace(attribute.some_bytes()?).is_none(),
            "type" | "object-type" => {
                let words = attribute.words()?;
                let known = TYPES.iter().find(|(name, _)| *name == words).map(|(_, kind)| *kind);
                let right = "a type is cert, private, public, secret-key or data";
                self.kind.replace(known.ok_or_else(|| Malformed::at(attribute.value, right))?).is_none()
            }
            "pin-value" => self.pin.replace(Pin::Value(Secret::new(attribute.some_bytes()?))).is_none(),
            "pin-source" => self.pin.replace(Pin::Source(source(attribute)?)).is_none(),
            name if PASSED_OVER.contains(&name) || name.starts_with("x-") => {
                attribute.bytes().map(|_| true)?
            }
            _ => return Err(Malformed::at(attribute.position, "a PKCS#11 URI has no such attribute")),
        };
        if fresh {
            return Ok(());
        }
        let twice = if attribute.name.starts_with("pin-") { "the PIN" } else { attribute.name };
        Err(Malformed::at(
            attribute.position,
            format!("{twice} is there twice, so it is not clear which counts"),
        ))
    }
}

/// Whether a text has the scheme of a PKCS#11 URI.
pub(super) fn is_uri(query: &str) -> bool {
    query.get(..SCHEME.len()).is_some_and(|scheme| scheme.eq_ignore_ascii_case(SCHEME))
}

/// A file; other sources, as a program to ask, are not there.
fn source(attribute: &Attribute<'_>) -> Result<PathBuf, Malformed> {
    let words = attribute.words()?;
    if words.starts_with('|') {
        return Err(Malformed::at(attribute.value, "a pin-source is a file here, not a program"));
    }
    let path = match words.strip_prefix("file:") {
        // `file:///path` names no host.
        Some(rest) => rest.strip_prefix("//").filter(|rest| rest.starts_with('/')).unwrap_or(rest),
        None => &words,
    };
    Ok(PathBuf::from(path))
}

/// The attributes of a URI, in their order.
fn attributes(query: &str) -> Result<Vec<Attribute<'_>>, Malformed> {
    let mut attributes = Vec::new();
    let body = query.get(SCHEME.len()..).unwrap_or_default();
    let mut position = SCHEME.len();
    for part in body.split([';', '&', '?']) {
        if let Some((name, text)) = part.split_once('=') {
            attributes.push(Attribute { name, text, position, value: position + name.len() + 1 });
        } else if !part.is_empty() {
            return Err(Malformed::at(position, "an attribute is `name=value`, and here is no `=`"));
        }
        position += part.len() + 1;
    }
    Ok(attributes)
}

/// The query with dots for what stands behind `pin-value=`, character by character, so that positions stay.
pub(super) fn without_pin(query: &str) -> String {
    let mut shown = String::with_capacity(query.len());
    for part in query.split_inclusive([';', '&', '?']) {
        let end = part.strip_suffix([';', '&', '?']).unwrap_or(part);
        // In the first part the scheme stands before the name.
        match end.split_once('=').filter(|(name, _)| name.rsplit(':').next() == Some("pin-value")) {
            Some((name, pin)) => {
                shown.extend([name, "="]);
                shown.extend(pin.chars().map(|_| '.'));
                shown.push_str(part.get(end.len()..).unwrap_or_default());
            }
            None => shown.push_str(part),
        }
    }
    shown
}
