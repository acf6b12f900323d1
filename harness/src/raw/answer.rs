//! What a module answered to one raw call.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The answer to one call. What the module was not asked for is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The function called, by its name in the specification.
    pub function: String,
    /// The return code by its name; `0x…` where the specification names none; `harness: …` where the call was not made.
    pub code: String,
    /// The length (or count) the module wrote; absent where it left the one it was lent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u64>,
    /// What lies in the buffer after CKR_OK, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<String>,
    /// The attributes of C_GetAttributeValue, in order: the length (`None`: CK_UNAVAILABLE_INFORMATION), the bytes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<(Option<u64>, Option<String>)>,
    /// How many objects C_FindObjects gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<u64>,
    /// Numbers of the structure filled, by the field's name without its type prefix: `flags`, `state`, `MinPinLen` …
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub numbers: BTreeMap<String, u64>,
    /// Texts of the structure filled, blanks and all.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub texts: BTreeMap<String, String>,
    /// What the module touched that it had no business with: bytes behind a buffer, a length beyond it, a handle although
    /// it failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trespasses: Vec<String>,
}
