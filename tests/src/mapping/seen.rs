//! What both faces show of one key at one moment.

use std::collections::BTreeMap;
use twintoken::pkcs11::{AttributeReply, Cryptoki};
use twintoken::psa::{Algorithm, KeyId, KeyType, Lifetime, Psa, Status, Usage};
use twintoken::registry::constants as ck;

/// Our own attribute: the id by which PSA calls a key.
pub(super) const CKA_PSA_KEY_ID: u64 = 0xd457_0001;

/// The attributes that are read of each object.
const READ: [u64; 25] = [
    ck::CKA_CLASS,
    ck::CKA_TOKEN,
    ck::CKA_PRIVATE,
    ck::CKA_LABEL,
    ck::CKA_UNIQUE_ID,
    ck::CKA_KEY_TYPE,
    ck::CKA_ID,
    ck::CKA_SENSITIVE,
    ck::CKA_EXTRACTABLE,
    ck::CKA_MODIFIABLE,
    ck::CKA_COPYABLE,
    ck::CKA_DESTROYABLE,
    ck::CKA_SIGN,
    ck::CKA_VERIFY,
    ck::CKA_ENCRYPT,
    ck::CKA_DECRYPT,
    ck::CKA_WRAP,
    ck::CKA_UNWRAP,
    ck::CKA_DERIVE,
    ck::CKA_ALLOWED_MECHANISMS,
    ck::CKA_VALUE,
    ck::CKA_VALUE_LEN,
    ck::CKA_EC_PARAMS,
    ck::CKA_EC_POINT,
    CKA_PSA_KEY_ID,
];

/// The attributes of an object that C_GetAttributeValue gave, by number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown(pub BTreeMap<u64, Vec<u8>>);

impl Shown {
    /// Reads them.
    ///
    /// # Panics
    /// When the object cannot be read.
    #[must_use]
    pub fn read(face: Cryptoki<'_>, session: u64, object: u64) -> Shown {
        let replies = face.attribute_values(session, object, &READ).unwrap();
        let values = READ.into_iter().zip(replies).filter_map(|(cka, reply)| match reply {
            AttributeReply::Value(bytes) => Some((cka, bytes.expose().to_vec())),
            _ => None,
        });
        Shown(values.collect())
    }

    /// A CK_BBOOL.
    #[must_use]
    pub fn is(&self, cka: u64) -> Option<bool> {
        self.0.get(&cka).map(|bytes| bytes == &[1])
    }

    /// A CK_ULONG.
    #[must_use]
    pub fn number(&self, cka: u64) -> Option<u64> {
        self.0.get(&cka).and_then(|bytes| bytes.as_slice().try_into().ok()).map(u64::from_ne_bytes)
    }

    /// Bytes; none when there is no such attribute.
    #[must_use]
    pub fn bytes(&self, cka: u64) -> &[u8] {
        self.0.get(&cka).map_or(&[], Vec::as_slice)
    }

    /// A list of mechanisms.
    #[must_use]
    pub fn mechanisms(&self, cka: u64) -> Option<Vec<u64>> {
        let word = |bytes: &[u8]| bytes.try_into().ok().map(u64::from_ne_bytes);
        self.0.get(&cka).map(|bytes| bytes.chunks(8).filter_map(word).collect())
    }

    /// Makes a CK_BBOOL the other, when it is there.
    pub fn flip(&mut self, cka: u64) {
        if let Some(bytes) = self.0.get_mut(&cka) {
            *bytes = vec![u8::from(bytes != &[1])];
        }
    }
}

/// What PSA tells of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// psa_get_key_id.
    pub id: u32,
    /// psa_get_key_lifetime.
    pub lifetime: Lifetime,
    /// psa_get_key_type.
    pub key_type: KeyType,
    /// psa_get_key_bits.
    pub bits: usize,
    /// psa_get_key_usage_flags.
    pub usage: Usage,
    /// psa_get_key_algorithm.
    pub algorithm: Algorithm,
    /// psa_export_key.
    pub exported: Result<Vec<u8>, Status>,
    /// psa_export_public_key.
    pub public: Result<Vec<u8>, Status>,
    /// psa_destroy_key, asked only of a key that must not go.
    pub destroyed: Option<Result<(), Status>>,
    /// Whether psa_attach_key attaches by the key's label what has its type, size, usage and algorithm; asked when the label
    /// is its alone.
    pub attached: Option<Result<bool, Status>>,
}

impl Told {
    /// Asks PSA.
    ///
    /// # Panics
    /// When there is no such key.
    #[must_use]
    pub fn ask(psa: Psa<'_>, id: KeyId) -> Told {
        let attributes = psa.get_key_attributes(id).unwrap();
        Told {
            id: attributes.id(),
            lifetime: attributes.lifetime(),
            key_type: attributes.key_type(),
            bits: attributes.bits(),
            usage: attributes.usage(),
            algorithm: attributes.algorithm(),
            exported: psa.export_key(id),
            public: psa.export_public_key(id),
            destroyed: None,
            attached: None,
        }
    }
}

/// Through which face a key was made, a copy being made by who copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maker {
    /// PSA.
    Psa,
    /// PKCS#11.
    Pkcs11,
}

/// One way to use a key, and who lets it be used so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// The call of PKCS#11 and its mechanism.
    pub name: &'static str,
    /// Whether C_…Init began the operation.
    pub pkcs11: bool,
    /// Whether psa_check_key_usage said yes.
    pub psa: bool,
}

/// Both views of a key, and what only its maker can know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Both {
    /// Who made it.
    pub maker: Maker,
    /// The slot of its token.
    pub slot: u64,
    /// The CKA_ID that a caller of PKCS#11 gave.
    pub given_id: Option<Vec<u8>>,
    /// The CKA_LABEL that a caller of PKCS#11 gave.
    pub given_label: Option<Vec<u8>>,
    /// The CKA_MODIFIABLE that a caller of PKCS#11 gave.
    pub given_modifiable: Option<bool>,
    /// The type that PSA was asked for, or copied.
    pub given_type: Option<KeyType>,
    /// The private, secret or lone public object.
    pub object: Option<Shown>,
    /// The public object of a pair, while it lives.
    pub half: Option<Shown>,
    /// The key as PSA sees it.
    pub psa: Option<Told>,
    /// What it may be used for.
    pub ways: Vec<Way>,
}

impl Both {
    /// The object and the key, when both faces see it.
    #[must_use]
    pub fn pair(&self) -> Option<(&Shown, &Told)> {
        self.object.as_ref().zip(self.psa.as_ref())
    }

    /// Changes what PSA tells of a key that both faces see.
    pub fn tell(&mut self, change: impl FnOnce(&mut Told)) {
        if let (Some(_), Some(told)) = (&self.object, &mut self.psa) {
            change(told);
        }
    }

    /// Changes what PKCS#11 shows of a key that both faces see.
    pub fn show(&mut self, change: impl FnOnce(&mut Shown)) {
        if let (Some(shown), Some(_)) = (&mut self.object, &self.psa) {
            change(shown);
        }
    }
}
