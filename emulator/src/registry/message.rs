//! The parameters of messages (C_EncryptMessage and its kin): their shapes in the rows, and their values once pointers
//! are out of the way.

use super::parameter::Parameter;

/// What the pParameter of a message's calls points to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageShape {
    /// CK_GCM_MESSAGE_PARAMS.
    Gcm,
}

impl MessageShape {
    /// The structure's name, for documents.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            MessageShape::Gcm => "CK_GCM_MESSAGE_PARAMS",
        }
    }

    /// The parameter by which the mechanism's row does for one message what it does for one operation.
    #[must_use]
    pub fn of_one_message(self, nonce: Vec<u8>, associated_data: Vec<u8>, tag_bits: u64) -> Parameter {
        match self {
            MessageShape::Gcm => Parameter::Gcm { iv: nonce, additional_data: associated_data, tag_bits },
        }
    }

    /// The tags that messages may have, in bits, longest first.
    #[must_use]
    pub fn tags(self) -> &'static [u64] {
        match self {
            MessageShape::Gcm => &[128, 120, 112, 104, 96],
        }
    }
}

/// Who makes the nonce of a message that is encrypted (CK_GENERATOR_FUNCTION).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generator {
    /// CKG_NO_GENERATE: the caller.
    Caller,
    /// CKG_GENERATE: the token, as it likes.
    Token,
    /// CKG_GENERATE_COUNTER: a counter that starts at zero.
    Counter,
    /// CKG_GENERATE_COUNTER_XOR: what the caller gave, xored with such a counter.
    CounterXor,
    /// CKG_GENERATE_RANDOM: the random source.
    Random,
}

/// The parameter of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageParameter {
    /// The nonce as the caller gave it: all of it, or its fixed part with room for the rest.
    pub nonce: Vec<u8>,
    /// How many of its leading bits the generator keeps.
    pub fixed_bits: u64,
    /// Who makes the rest.
    pub generator: Generator,
    /// The tag's length in bits.
    pub tag_bits: u64,
    /// The tag, for decryption; empty for encryption.
    pub tag: Vec<u8>,
}
