//! What a person calls objects by: a label, an id, a class, or a PKCS#11 URI (RFC 7512).

use crate::failure::Failure;
use crate::hex;
use crate::pins;
use crate::token::Held;
use twintoken::credential::{Pin, Type, Uri};
use twintoken::registry::constants as ck;

/// Which token a URI names.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct TokenQuery {
    label: Option<String>,
    serial: Option<String>,
    slot: Option<u64>,
}

impl TokenQuery {
    pub(crate) fn fits(&self, held: &Held) -> bool {
        self.label.as_ref().is_none_or(|label| *label == held.state.label)
            && self.serial.as_ref().is_none_or(|serial| *serial == held.state.serial)
            && self.slot.is_none_or(|slot| slot == held.slot)
    }
}

/// Which objects.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Query {
    pub(crate) token: TokenQuery,
    /// The user PIN, where a URI has it.
    pub(crate) pin: Option<String>,
    label: Option<Vec<u8>>,
    id: Option<Vec<u8>>,
    class: Option<u64>,
    psa_id: Option<u64>,
    /// A word that may be any of label, id, unique id and class.
    word: Option<String>,
}

/// What a query looks at in an object.
pub(crate) struct Names<'a> {
    pub(crate) label: &'a [u8],
    pub(crate) id: &'a [u8],
    pub(crate) unique_id: &'a [u8],
    pub(crate) class: u64,
    pub(crate) psa_id: Option<u64>,
}

/// How a query is written, for `--help`.
pub(crate) const HELP: &str = "\
A QUERY is one of
  WORD                 objects with this label, this id (hexadecimal) or this unique id, or of this class:
                       private, public, secret, cert, data
  label=TEXT,id=HEX,class=CLASS,kid=NUMBER
                       any of these, all of which must hold; kid is PSA's key id
  pkcs11:…             a PKCS#11 URI (RFC 7512): token, serial, slot-id, object, id, type; pin-value, pin-source";

const CLASSES: [(&str, u64); 5] = [
    ("private", ck::CKO_PRIVATE_KEY),
    ("public", ck::CKO_PUBLIC_KEY),
    ("secret", ck::CKO_SECRET_KEY),
    ("cert", ck::CKO_CERTIFICATE),
    ("data", ck::CKO_DATA),
];

/// The short name of a class.
pub(crate) fn class_name(cko: u64) -> &'static str {
    CLASSES.iter().find(|(_, one)| *one == cko).map_or("other", |(name, _)| name)
}

fn class_of(name: &str) -> Option<u64> {
    let short = name.strip_suffix("-key").unwrap_or(name);
    let short = if short == "certificate" { "cert" } else { short };
    CLASSES.iter().find(|(one, _)| *one == short).map(|(_, cko)| *cko)
}

impl Query {
    /// Reads a query; none at all means every object.
    pub(crate) fn parse(text: Option<&str>) -> Result<Query, Failure> {
        match text {
            None => Ok(Query::default()),
            Some(text) if text.starts_with("pkcs11:") => Query::of_uri(text),
            Some(text) if text.split(',').all(|part| part.contains('=')) => Query::of_pairs(text),
            Some(text) => Ok(Query { word: Some(text.to_owned()), ..Query::default() }),
        }
    }

    fn of_pairs(text: &str) -> Result<Query, Failure> {
        let mut query = Query::default();
        for (name, value) in text.split(',').filter_map(|part| part.split_once('=')) {
            match name {
                "label" => query.label = Some(value.as_bytes().to_vec()),
                "id" => query.id = Some(hex::bytes(value)?),
                "class" | "type" => {
                    query.class = Some(class_of(value).ok_or_else(|| unknown_class(value))?);
                }
                "kid" => query.psa_id = Some(number(value)?.into()),
                other => {
                    return Err(Failure::new(format!(
                        "a query has no part {other:?}: label, id, class and kid are there"
                    )));
                }
            }
        }
        Ok(query)
    }

    fn of_uri(text: &str) -> Result<Query, Failure> {
        let uri = Uri::parse(text).map_err(|malformed| Failure::new(malformed.pointed(text)))?;
        let pin = match uri.pin {
            None => None,
            Some(Pin::Source(file)) => pins::one_of(None, Some(&file))?,
            Some(Pin::Value(pin)) => {
                let words = std::str::from_utf8(pin.expose());
                Some(words.map_err(|_| Failure::new("the PIN in the URI is not UTF-8"))?.to_owned())
            }
        };
        let class = uri.kind.map(|kind| match kind {
            Type::Certificate => ck::CKO_CERTIFICATE,
            Type::PrivateKey => ck::CKO_PRIVATE_KEY,
            Type::PublicKey => ck::CKO_PUBLIC_KEY,
            Type::SecretKey => ck::CKO_SECRET_KEY,
            Type::Data => ck::CKO_DATA,
        });
        let token = TokenQuery { label: uri.token, serial: uri.serial, slot: uri.slot };
        Ok(Query { token, pin, label: uri.object, id: uri.id, class, ..Query::default() })
    }

    /// Whether the query names nothing, and so means all objects.
    pub(crate) fn is_all(&self) -> bool {
        let Query { label, id, class, psa_id, word, .. } = self;
        label.is_none() && id.is_none() && class.is_none() && psa_id.is_none() && word.is_none()
    }

    /// Whether an object is meant.
    pub(crate) fn fits(&self, names: &Names<'_>) -> bool {
        let word = |word: &String| {
            names.label == word.as_bytes()
                || names.unique_id == word.as_bytes()
                || !names.id.is_empty() && hex::bytes(word).is_ok_and(|id| id == names.id)
                || class_of(word) == Some(names.class)
        };
        self.label.as_ref().is_none_or(|label| label == names.label)
            && self.id.as_ref().is_none_or(|id| id == names.id)
            && self.class.is_none_or(|class| class == names.class)
            && self.psa_id.is_none_or(|id| Some(id) == names.psa_id)
            && self.word.as_ref().is_none_or(word)
    }
}

fn unknown_class(name: &str) -> Failure {
    let known: Vec<&str> = CLASSES.iter().map(|(name, _)| *name).collect();
    Failure::new(format!("{name:?} is no class: there are {}", known.join(", ")))
}

/// A number of 32 bits, decimal or with 0x.
pub(crate) fn number(text: &str) -> Result<u32, Failure> {
    let parsed = match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => text.parse(),
    };
    parsed.map_err(|_| Failure::new(format!("{text:?} is no number of 32 bits, decimal or with 0x")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names<'a>(label: &'a [u8], id: &'a [u8], class: u64) -> Names<'a> {
        Names { label, id, unique_id: b"", class, psa_id: Some(7) }
    }

    fn fits(query: &str, names: &Names<'_>) -> bool {
        Query::parse(Some(query)).unwrap().fits(names)
    }

    #[test]
    fn a_word_is_a_label_an_id_or_a_class() {
        let key = names(b"first", &[1, 0xab], ck::CKO_PRIVATE_KEY);
        for query in
            ["first", "01ab", "01:AB", "0x01ab", "private", "private-key", "label=first,id=01ab", "kid=0x7"]
        {
            assert!(fits(query, &key), "{query}");
        }
        for query in ["second", "01", "public", "label=first,id=02", "kid=8"] {
            assert!(!fits(query, &key), "{query}");
        }
    }

    #[test]
    fn a_uri_names_token_object_and_pin() {
        let query =
            Query::parse(Some("pkcs11:token=my%20token;object=a%2Fb;type=cert;id=%01%02?pin-value=1%3B2"));
        let query = query.unwrap();
        assert_eq!((query.token.label.as_deref(), query.pin.as_deref()), (Some("my token"), Some("1;2")));
        assert!(query.fits(&names(b"a/b", &[1, 2], ck::CKO_CERTIFICATE)));
        assert!(!query.fits(&names(b"a/b", &[1, 2], ck::CKO_PUBLIC_KEY)));
    }

    #[test]
    fn what_is_no_query_is_refused_by_name() {
        for (query, name) in
            [("colour=red", "colour"), ("class=red", "red"), ("pkcs11:type=red", "red"), ("id=xy", "xy")]
        {
            let Err(refused) = Query::parse(Some(query)) else { panic!("{query} is taken") };
            assert!(refused.to_string().contains(name), "{refused}");
        }
    }
}
