//! Objects: made, copied, destroyed, found (PKCS#11 v3.1 §5.7).

use std::collections::BTreeMap;

use super::attributes::{Entries, entries, flaws_of_values, foreign_attributes, is_settled};
use super::{Broken, Condition, Login, Model, Search, Verdict, ok, ok_with, refused};
use crate::raw::{Handle, Template};

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// CKO_DATA.
    Data,
    /// A CKK_AES key.
    Aes,
    /// A CKK_GENERIC_SECRET key.
    Generic,
    /// The public key of a pair on P-256.
    EcPublic,
    /// The private key of one.
    EcPrivate,
}

/// An object.
#[derive(Clone, Debug)]
pub struct Object {
    /// What it is.
    pub kind: Kind,
    /// The attributes the model knows, as bytes.
    pub attributes: BTreeMap<String, Vec<u8>>,
    /// What a key is made of: its value, or a mark that copies and the other half share.
    pub material: Vec<u8>,
    /// The session that made it.
    pub owner: String,
}

impl Object {
    /// Whether this attribute is known to be CK_TRUE.
    #[must_use]
    pub fn is(&self, attribute: &str) -> bool {
        self.attributes.get(attribute).is_some_and(|value| value == &[1])
    }

    /// Whether this attribute is known to be CK_FALSE.
    #[must_use]
    pub fn is_not(&self, attribute: &str) -> bool {
        self.attributes.get(attribute).is_some_and(|value| value == &[0])
    }

    /// Whether CKA_VALUE may not be read (footnote 7).
    #[must_use]
    pub fn is_hidden(&self) -> bool {
        self.is("CKA_SENSITIVE") || self.is_not("CKA_EXTRACTABLE")
    }
}

/// An object behind a handle.
pub(super) enum Behind {
    Object(String),
    Dead,
    Unclear,
}

impl Model {
    pub(super) fn behind(&self, handle: &Handle) -> Behind {
        match handle {
            Handle::Named(name) if self.objects.contains_key(name) => Behind::Object(name.clone()),
            Handle::Named(name) if self.unclear.contains(name) => Behind::Unclear,
            _ => Behind::Dead,
        }
    }

    /// The object is no longer behind its name; what was using it may go on, or not.
    pub(super) fn lose(&mut self, name: &str) -> Option<Object> {
        for session in self.sessions.values_mut() {
            for active in session.operations.values_mut() {
                active.certain &= active.key.as_deref() != Some(name);
            }
        }
        self.objects_changed();
        self.objects.remove(name)
    }

    fn objects_changed(&mut self) {
        for search in self.sessions.values_mut().filter_map(|session| session.search.as_mut()) {
            search.exact = false;
        }
    }

    pub(super) fn keep(&mut self, name: Option<&String>, object: Object) -> Verdict {
        self.objects_changed();
        let name = name?;
        self.unclear.remove(name);
        self.objects.insert(name.clone(), object);
        ok()
    }

    /// A mark that no other key shares.
    pub(super) fn fresh_material(&mut self) -> Vec<u8> {
        self.made += 1;
        format!("made-{}", self.made).into_bytes()
    }

    /// Who may make or change an object of this sort here.
    pub(super) fn write_rules(&self, broken: &mut Broken, session: &str, object: &Entries) {
        let flag = |name: &str| object.get(name).is_some_and(|value| value == &[1]);
        let read_write = self.sessions.get(session).is_some_and(|session| session.read_write);
        broken.when(flag("CKA_TOKEN") && !read_write, &["CKR_SESSION_READ_ONLY"]);
        broken.when(flag("CKA_PRIVATE") && self.login != Login::User, &["CKR_USER_NOT_LOGGED_IN"]);
    }

    pub(super) fn create(&mut self, session: &str, template: &Template, name: Option<&String>) -> Verdict {
        let attributes = entries(template)?;
        let mut broken = Broken::default();
        self.write_rules(&mut broken, session, &attributes);
        flaws_of_values(&mut broken, &attributes);
        broken.when(
            attributes.contains_key("CKA_LOCAL"),
            &["CKR_ATTRIBUTE_READ_ONLY", "CKR_TEMPLATE_INCONSISTENT"],
        );
        let constant =
            |name: &str| attributes.get(name).and_then(|value| <[u8; 8]>::try_from(&value[..]).ok());
        let number = |name: &str| constant(name).map(u64::from_ne_bytes);
        // An attribute of keys is none of CKO_DATA at all.
        let strange = number("CKA_CLASS") == Some(0) && attributes.contains_key("CKA_LOCAL");
        broken.when(strange, &["CKR_ATTRIBUTE_TYPE_INVALID"]);
        let kind = match (number("CKA_CLASS"), number("CKA_KEY_TYPE")) {
            (Some(0), None) => Some(Kind::Data),
            (Some(4), Some(0x1f)) => Some(Kind::Aes),
            (Some(4), Some(0x10)) => Some(Kind::Generic),
            (None, _) | (Some(4), None) => None,
            _ => return None,
        };
        broken.when(kind.is_none(), &["CKR_TEMPLATE_INCOMPLETE"]);
        let value = attributes.get("CKA_VALUE");
        broken.when(
            kind.is_some_and(|kind| kind != Kind::Data) && value.is_none(),
            &["CKR_TEMPLATE_INCOMPLETE"],
        );
        if let (Some(Kind::Aes), Some(value)) = (kind, value) {
            let codes = ["CKR_ATTRIBUTE_VALUE_INVALID", "CKR_KEY_SIZE_RANGE", "CKR_TEMPLATE_INCONSISTENT"];
            broken.when(![16, 24, 32].contains(&value.len()), &codes);
        }
        if let Some(refusal) = broken.refusal() {
            return Some(refusal);
        }
        let (kind, material) = (kind?, value.cloned().unwrap_or_default());
        let mut attributes = attributes;
        if kind != Kind::Data {
            attributes.insert("CKA_VALUE_LEN".into(), (material.len() as u64).to_ne_bytes().to_vec());
            // §4.10: an imported key is not local, and was never sensitive as far as the token knows.
            for name in ["CKA_LOCAL", "CKA_ALWAYS_SENSITIVE", "CKA_NEVER_EXTRACTABLE"] {
                attributes.insert(name.into(), vec![0]);
            }
        }
        self.keep(name, Object { kind, attributes, material, owner: session.to_owned() })
    }

    pub(super) fn copy(
        &mut self,
        session: &str,
        object: &Handle,
        template: &Template,
        name: Option<&String>,
    ) -> Verdict {
        let source = match self.behind(object) {
            Behind::Object(name) => self.objects.get(&name)?.clone(),
            Behind::Dead => return refused(["CKR_OBJECT_HANDLE_INVALID"]),
            Behind::Unclear => return None,
        };
        let changes = entries(template)?;
        let mut copy = source.clone();
        copy.attributes.extend(changes.clone());
        copy.owner = session.to_owned();
        let mut broken = Broken::default();
        self.write_rules(&mut broken, session, &copy.attributes);
        flaws_of_values(&mut broken, &changes);
        broken.when(source.is_not("CKA_COPYABLE"), &["CKR_ACTION_PROHIBITED"]);
        let allowed = ["CKA_LABEL", "CKA_TOKEN", "CKA_SENSITIVE", "CKA_EXTRACTABLE"];
        for name in changes.keys().filter(|name| !allowed.contains(&name.as_str())) {
            if name != "CKA_CLASS" {
                return None;
            }
            broken.when(true, &["CKR_ATTRIBUTE_READ_ONLY", "CKR_TEMPLATE_INCONSISTENT"]);
        }
        if changes.iter().any(|(name, value)| is_settled(&source, name, value)) {
            return None;
        }
        foreign_attributes(&mut broken, &source, &changes);
        let opened = source.is("CKA_SENSITIVE") && copy.is_not("CKA_SENSITIVE")
            || source.is_not("CKA_EXTRACTABLE") && copy.is("CKA_EXTRACTABLE");
        broken.when(opened, &["CKR_ATTRIBUTE_READ_ONLY", "CKR_TEMPLATE_INCONSISTENT"]);
        if let Some(refusal) = broken.refusal() {
            return Some(refusal);
        }
        for name in ["CKA_ALWAYS_SENSITIVE", "CKA_NEVER_EXTRACTABLE"] {
            copy.attributes.remove(name);
        }
        self.keep(name, copy)
    }

    pub(super) fn destroy(&mut self, session: &str, object: &Handle) -> Verdict {
        let name = match self.behind(object) {
            Behind::Object(name) => name,
            Behind::Dead => return refused(["CKR_OBJECT_HANDLE_INVALID"]),
            Behind::Unclear => return None,
        };
        let found = self.objects.get(&name)?;
        let mut broken = Broken::default();
        self.write_rules(&mut broken, session, &found.attributes);
        broken.when(found.is_not("CKA_DESTROYABLE"), &["CKR_ACTION_PROHIBITED"]);
        if let Some(refusal) = broken.refusal() {
            return Some(refusal);
        }
        self.lose(&name);
        ok()
    }

    pub(super) fn object_size(&self, object: &Handle) -> Verdict {
        match self.behind(object) {
            Behind::Object(_) => ok(),
            Behind::Dead => refused(["CKR_OBJECT_HANDLE_INVALID"]),
            Behind::Unclear => None,
        }
    }

    pub(super) fn find_init(&mut self, session: &str, template: &Template) -> Verdict {
        let wanted = entries(template)?;
        let logged_in = self.login == Login::User;
        let visible = |object: &&Object| logged_in || !object.is("CKA_PRIVATE");
        let fits =
            |object: &&Object| wanted.iter().all(|(name, value)| object.attributes.get(name) == Some(value));
        let left = self.objects.values().chain(&self.nameless).filter(visible).filter(fits).count() as u64;
        let session = self.sessions.get_mut(session)?;
        match session.search {
            Some(search) if !search.certain => return None,
            Some(_) => return refused(["CKR_OPERATION_ACTIVE"]),
            None => {}
        }
        // §5.1.6: operations of another kind may prevent this one, or not.
        if !session.operations.is_empty() {
            return None;
        }
        session.search = Some(Search { left, exact: true, certain: true });
        ok()
    }

    pub(super) fn find(&mut self, session: &str, most: u64) -> Verdict {
        let Some(search) = &mut self.sessions.get_mut(session)?.search else {
            return refused(["CKR_OPERATION_NOT_INITIALIZED"]);
        };
        if !search.certain {
            return None;
        }
        let found = search.left.min(most);
        search.left -= found;
        if search.exact { ok_with(Condition::Found(found)) } else { ok() }
    }

    pub(super) fn find_final(&mut self, session: &str) -> Verdict {
        let session = self.sessions.get_mut(session)?;
        match session.search.take() {
            None => refused(["CKR_OPERATION_NOT_INITIALIZED"]),
            Some(search) if !search.certain => None,
            Some(_) => ok(),
        }
    }
}
