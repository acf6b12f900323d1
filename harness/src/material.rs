//! Fixed test keys, a certificate and known answers, made once by `data/make-material.sh` with OpenSSL.

use std::collections::BTreeMap;
use std::sync::LazyLock;

static TABLE: LazyLock<BTreeMap<String, String>> =
    LazyLock::new(|| toml::from_str(include_str!("../data/material.toml")).unwrap_or_default());

/// The bytes under a name; empty when there is no such name (a test walks all names the scenarios use).
#[must_use]
pub fn bytes(name: &str) -> Vec<u8> {
    TABLE.get(name).and_then(|text| crate::hex::decode(text)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_entry_of_the_material_is_hexadecimal_and_not_empty() {
        assert!(!super::TABLE.is_empty());
        for name in super::TABLE.keys() {
            assert!(!super::bytes(name).is_empty(), "{name}");
        }
    }
}
