//! What the arguments of a call hold.

use cryptoki_sys::{CK_INFO, CK_MECHANISM_INFO, CK_SESSION_INFO, CK_SLOT_INFO, CK_TOKEN_INFO};

/// Bytes that the module reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A NULL pointer with this length.
    Null(u64),
    /// These bytes.
    Bytes(Vec<u8>),
}

impl Input {
    /// The bytes; none behind a NULL pointer.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Null(_) => &[],
            Self::Bytes(bytes) => bytes,
        }
    }
}

/// Bytes that the module writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// Whether there is a buffer; without one the length is asked for.
    pub lent: bool,
    /// The size of the buffer as the caller announced it; `None` where it gave no place for the length.
    pub room: Option<u64>,
    /// The length the module left.
    pub length: Option<u64>,
    /// What goes into the buffer; it may be longer than the buffer, which is what an overrun is.
    pub bytes: Vec<u8>,
}

/// One attribute of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// CK_ATTRIBUTE_TYPE.
    pub attribute: u64,
    /// Its value.
    pub value: Input,
}

/// Attributes that the module reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Template {
    /// A NULL pointer with this count.
    Null(u64),
    /// These.
    Entries(Vec<Attribute>),
}

impl Template {
    /// The bytes of an attribute.
    #[must_use]
    pub fn get(&self, attribute: u64) -> Option<&[u8]> {
        let Self::Entries(entries) = self else { return None };
        entries.iter().find(|entry| entry.attribute == attribute).map(|entry| entry.value.bytes())
    }

    /// Whether a CK_BBOOL of this type is there and true.
    #[must_use]
    pub fn is_true(&self, attribute: u64) -> bool {
        self.get(attribute).is_some_and(|value| value.first().is_some_and(|byte| *byte != 0))
    }

    /// Sets an attribute, which may be there already.
    pub fn set(&mut self, attribute: u64, value: &[u8]) {
        self.remove(attribute);
        if let Self::Null(_) = self {
            *self = Self::Entries(Vec::new());
        }
        if let Self::Entries(entries) = self {
            entries.push(Attribute { attribute, value: Input::Bytes(value.to_vec()) });
        }
    }

    /// Removes an attribute and tells whether it was there.
    pub fn remove(&mut self, attribute: u64) -> bool {
        let Self::Entries(entries) = self else { return false };
        let before = entries.len();
        entries.retain(|entry| entry.attribute != attribute);
        entries.len() < before
    }
}

/// One attribute that C_GetAttributeValue is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// CK_ATTRIBUTE_TYPE.
    pub attribute: u64,
    /// Whether there is a buffer.
    pub lent: bool,
    /// The length the caller wrote.
    pub room: u64,
    /// The length the module left: the caller's own where it did not come to this entry.
    pub length: u64,
    /// What is in the buffer.
    pub bytes: Vec<u8>,
}

impl Wanted {
    /// Whether the module gave a value or its length.
    #[must_use]
    pub fn available(&self) -> bool {
        self.length != cryptoki_sys::CK_UNAVAILABLE_INFORMATION
    }

    /// Whether the value lies in the buffer.
    #[must_use]
    pub fn given(&self) -> bool {
        self.lent && self.available()
    }

    /// Puts another value there, as far as the buffer has room.
    pub fn answer(&mut self, value: &[u8]) {
        self.length = value.len() as u64;
        if self.lent && self.length <= self.room {
            self.bytes = value.to_vec();
        }
    }
}

/// Bytes outside of a parameter that it points to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nested {
    /// Which word of the parameter is the pointer.
    pub pointer_at: usize,
    /// Which word is the length.
    pub length_at: usize,
    /// The bytes.
    pub bytes: Input,
}

/// The parameter of a mechanism.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its bytes; where it points to others, the pointers and lengths among them are written when it is forwarded.
    pub bytes: Input,
    /// What it points to, in the order of the structure's fields.
    pub nested: Vec<Nested>,
}

impl Parameter {
    /// A field, counted in words of 8 bytes.
    #[must_use]
    pub fn word(&self, at: usize) -> Option<u64> {
        let bytes = self.bytes.bytes().get(at * 8..at * 8 + 8)?;
        Some(u64::from_ne_bytes(bytes.try_into().ok()?))
    }

    /// Changes a field.
    pub fn set_word(&mut self, at: usize, value: u64) {
        if let Input::Bytes(bytes) = &mut self.bytes
            && let Some(place) = bytes.get_mut(at * 8..at * 8 + 8)
        {
            place.copy_from_slice(&value.to_ne_bytes());
        }
    }
}

/// A mechanism.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mechanism {
    /// CK_MECHANISM_TYPE.
    pub mechanism: u64,
    /// Its parameter.
    pub parameter: Parameter,
}

/// A place for one number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Whether the caller lent one.
    pub lent: bool,
    /// What the module wrote there.
    pub value: Option<u64>,
}

/// A list of numbers that the module writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// Whether there is a buffer.
    pub lent: bool,
    /// How many numbers the buffer holds; `None` where the caller gave no place for the count.
    pub room: Option<u64>,
    /// Whether the room is an argument of its own (C_FindObjects) beside the place for the count.
    pub apart: bool,
    /// The count that the module left.
    pub count: Option<u64>,
    /// What goes into the buffer.
    pub numbers: Vec<u64>,
}

impl List {
    /// Puts other numbers there.
    pub fn answer(&mut self, numbers: Vec<u64>) {
        self.count = Some(numbers.len() as u64);
        if self.lent {
            self.numbers = numbers;
        }
    }
}

/// A structure that the module fills.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "each is the structure of its name")]
pub enum Structure {
    Info(CK_INFO),
    Slot(CK_SLOT_INFO),
    Token(CK_TOKEN_INFO),
    Mechanism(CK_MECHANISM_INFO),
    Session(CK_SESSION_INFO),
}
