//! The group `attestation`: what an attestation token says of the device and its software.

use std::ops::RangeInclusive;

/// What attestation tokens tell (RFC 9783, §4), but for the challenge and what follows from the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attestation {
    /// The caller's security domain: below 0 outside the secure processing environment, above 0 inside; never 0.
    pub client_id: i32,
    /// The state in the device's life: the state in the upper byte of 16 bits, what the device likes in the lower.
    pub lifecycle: u16,
    /// What kind of device it is; `None` is one for all devices of this program.
    pub implementation_id: Option<[u8; 32]>,
    /// The entry in the certification database: 13 digits, a dash, 5 digits.
    pub certification_reference: Option<String>,
    /// A hint at who verifies tokens.
    pub verification_service: Option<String>,
    /// What tells one boot from another, 8 to 32 bytes; `None` is a random one for each opening of the library.
    pub boot_seed: Option<Vec<u8>>,
    /// The software on the device; empty is this program alone.
    pub software_components: Vec<SoftwareComponent>,
}

/// One piece of software on the device.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SoftwareComponent {
    /// Its role: `BL`, `PRoT`, `ARoT`, `App`, `TS`, or another.
    pub kind: Option<String>,
    /// Its hash: 32, 48 or 64 bytes.
    pub value: Vec<u8>,
    /// Its version.
    pub version: Option<String>,
    /// The hash of its signer's public key: 32, 48 or 64 bytes.
    pub signer: Vec<u8>,
    /// The name of the hash function of `value`.
    pub description: Option<String>,
}

impl Default for Attestation {
    fn default() -> Self {
        Attestation {
            client_id: -1,
            lifecycle: SECURED,
            implementation_id: None,
            certification_reference: None,
            verification_service: None,
            boot_seed: None,
            software_components: Vec::new(),
        }
    }
}

impl Attestation {
    /// Whether the device is still being made, and nothing is written once and for all yet.
    #[must_use]
    pub fn is_provisioning(&self) -> bool {
        self.lifecycle >> 8 == PROVISIONING >> 8
    }
}

const PROVISIONING: u16 = 0x2000;
const SECURED: u16 = 0x3000;

const LIFECYCLES: [(&str, u16); 7] = [
    ("unknown", 0),
    ("assembly-and-test", 0x1000),
    ("psa-rot-provisioning", PROVISIONING),
    ("secured", SECURED),
    ("non-psa-rot-debug", 0x4000),
    ("recoverable-psa-rot-debug", 0x5000),
    ("decommissioned", 0x6000),
];

/// The lengths of hashes in a token, in bytes.
const HASHES: [usize; 3] = [32, 48, 64];
const BOOT_SEED: RangeInclusive<usize> = 8..=32;

/// A client id, which is never 0.
pub(super) fn client_id(text: &str) -> Option<i32> {
    text.parse().ok().filter(|id| *id != 0)
}

/// A state's name, or its number.
pub(super) fn lifecycle(text: &str) -> Option<u16> {
    if let Some((_, number)) = LIFECYCLES.iter().find(|(name, _)| *name == text) {
        return Some(*number);
    }
    let number = match text.strip_prefix("0x") {
        Some(digits) => u16::from_str_radix(digits, 16).ok()?,
        None => text.parse().ok()?,
    };
    LIFECYCLES.iter().any(|(_, state)| state >> 8 == number >> 8).then_some(number)
}

pub(super) fn lifecycle_name(number: u16) -> String {
    let known = LIFECYCLES.iter().find(|(_, one)| *one == number);
    known.map_or_else(|| format!("{number:#06x}"), |(name, _)| (*name).to_owned())
}

pub(super) fn implementation_id(text: &str) -> Option<[u8; 32]> {
    bytes(text)?.try_into().ok()
}

pub(super) fn boot_seed(text: &str) -> Option<Vec<u8>> {
    bytes(text).filter(|seed| BOOT_SEED.contains(&seed.len()))
}

/// 13 digits, a dash, 5 digits.
pub(super) fn certification_reference(text: &str) -> Option<String> {
    let (product, version) = text.split_once('-')?;
    let digits = |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(product, 13) && digits(version, 5)).then(|| text.to_owned())
}

/// Components between semicolons, each `name=value` between commas.
pub(super) fn software_components(text: &str) -> Option<Vec<SoftwareComponent>> {
    text.split(';').map(software_component).collect()
}

fn software_component(text: &str) -> Option<SoftwareComponent> {
    let mut component = SoftwareComponent::default();
    for pair in text.split(',') {
        let (name, value) = pair.split_once('=')?;
        let value = value.trim();
        let some = (!value.is_empty()).then(|| value.to_owned());
        match name.trim() {
            "type" => component.kind = Some(some?),
            "value" => component.value = hash(value)?,
            "version" => component.version = Some(some?),
            "signer" => component.signer = hash(value)?,
            "description" => component.description = Some(some?),
            _ => return None,
        }
    }
    // Both must be there.
    (!component.value.is_empty() && !component.signer.is_empty()).then_some(component)
}

pub(super) fn shown(components: &[SoftwareComponent]) -> String {
    let one = |component: &SoftwareComponent| {
        let parts = [
            ("type", component.kind.clone()),
            ("value", Some(digits(&component.value))),
            ("version", component.version.clone()),
            ("signer", Some(digits(&component.signer))),
            ("description", component.description.clone()),
        ];
        let parts = parts.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?)));
        parts.collect::<Vec<_>>().join(",")
    };
    components.iter().map(one).collect::<Vec<_>>().join(";")
}

fn hash(text: &str) -> Option<Vec<u8>> {
    bytes(text).filter(|hash| HASHES.contains(&hash.len()))
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len() / 2).map(|at| u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()).collect()
}

pub(super) fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use crate::fault::Fault;
    use crate::settings::{Environment, Settings, SoftwareComponent};
    use std::fmt::Write;

    fn in_file(content: &str) -> Result<Settings, Fault> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("twintoken.toml"), content).unwrap();
        let store = folder.path().to_str().unwrap();
        Settings::explained_from(&Environment::of([("TWINTOKEN_STORE", store)])).map(|(settings, _)| settings)
    }

    #[test]
    fn a_table_of_the_file_says_what_attestation_tells_and_a_variable_wins() {
        let hash = "0a".repeat(32);
        let content = format!(
            "[attestation]\nclient_id = 5\nlifecycle = \"non-psa-rot-debug\"\nimplementation_id = \"{hash}\"\n\
             certification_reference = \"1234567890123-12345\"\nverification_service = \"there\"\n\
             boot_seed = \"0102030405060708\"\n\
             software_components = [{{ type = \"BL\", value = \"{hash}\", signer = \"{hash}\" }}, \
             {{ value = \"{hash}\", version = \"2\", signer = \"{hash}\", description = \"sha-256\" }}]\n"
        );
        let told = in_file(&content).unwrap().attestation;
        assert_eq!((told.client_id, told.lifecycle, told.implementation_id), (5, 0x4000, Some([10; 32])));
        assert_eq!(told.certification_reference.as_deref(), Some("1234567890123-12345"));
        assert_eq!(told.verification_service.as_deref(), Some("there"));
        assert_eq!(told.boot_seed, Some(vec![1, 2, 3, 4, 5, 6, 7, 8]));
        let both = SoftwareComponent { value: vec![10; 32], signer: vec![10; 32], ..Default::default() };
        let first = SoftwareComponent { kind: Some("BL".into()), ..both.clone() };
        let (version, description) = (Some("2".into()), Some("sha-256".into()));
        assert_eq!(told.software_components, [first, SoftwareComponent { version, description, ..both }]);
        let environment =
            Environment::of([("TWINTOKEN_STORE", "memory"), ("TWINTOKEN_ATTESTATION_CLIENT_ID", "-7")]);
        assert_eq!(Settings::explained_from(&environment).unwrap().0.attestation.client_id, -7);
    }

    #[test]
    fn what_is_malformed_is_refused_by_its_name() {
        let wrong = [
            ("client_id", "0"),
            ("client_id", "2147483648"),
            ("lifecycle", "'happy'"),
            ("lifecycle", "0x7000"),
            ("lifecycle", "0x3100"),
            ("implementation_id", "'0a'"),
            ("certification_reference", "'123456789012-12345'"),
            ("certification_reference", "'1234567890123 12345'"),
            ("verification_service", "''"),
            ("boot_seed", "'01020304050607'"),
            ("boot_seed", "'0x02030405060708'"),
            ("software_components", "[]"),
            ("software_components", "[{ type = 'BL' }]"),
            ("software_components", "[{ value = '00', signer = '00' }]"),
            ("colour", "'blue'"),
        ];
        for (name, value) in wrong {
            let fault = in_file(&format!("[attestation]\n{name} = {value}\n")).unwrap_err();
            let named = matches!(&fault, Fault::Setting { name: named, .. }
                if named.starts_with(&format!("attestation.{name} in ")));
            assert!(named, "{name} = {value}: {fault}");
        }
        let mut unknown = String::new();
        write!(unknown, "{}", in_file("[attestations]\nclient_id = 5\n").unwrap_err()).unwrap();
        assert!(unknown.contains("attestations"), "{unknown}");
        assert!(in_file("quota = 'much'\n").is_err());
        assert_eq!(in_file("quota = 70000\n").unwrap().quota, Some(70_000));
    }
}
