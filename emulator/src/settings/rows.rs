//! What can be set: one row for each setting, with its name, what would be right, and how it is read and shown.
//!
//! A row's name is the key in `twintoken.toml`, with a dot the key in a table there; in capitals behind `TWINTOKEN_`, with `_`
//! for the dot, it is the environment variable. The
//! store is no row: which file and which other settings count depends on it, so `source.rs` settles it first.

use super::attestation;
use super::{Identity, Kdf, MechanismFilter, MechanismName, OnFork, Settings};
use std::path::{Path, PathBuf};

/// One setting.
pub(super) struct Row {
    /// Its name in the file.
    pub(super) name: &'static str,
    /// What would be right, for the message that refuses a value.
    right: &'static str,
    /// Reads the text into the settings; `None` when it is malformed.
    read: fn(&mut Settings, &Text<'_>) -> Option<()>,
    /// The value as people may see it: never a PIN.
    pub(super) show: fn(&Settings) -> String,
}

/// A setting's text, and the folder that relative paths in it start from.
pub(super) struct Text<'a> {
    pub(super) text: &'a str,
    pub(super) base: &'a Path,
}

impl Row {
    /// Takes the text over, or says what is wrong with it and what would be right.
    pub(super) fn set(&self, settings: &mut Settings, text: &Text<'_>) -> Result<(), String> {
        (self.read)(settings, text)
            .ok_or_else(|| format!("cannot be {:?}; it is {}", self.shown(text), self.right))
    }

    /// The environment variable of this setting.
    pub(super) fn variable(&self) -> String {
        format!("TWINTOKEN_{}", self.name.replace('.', "_").to_ascii_uppercase())
    }

    fn shown<'a>(&self, text: &Text<'a>) -> &'a str {
        if self.name.ends_with("pin") { "what was given" } else { text.text }
    }
}

/// Every setting but the store.
pub(super) const ROWS: &[Row] = &[
    Row {
        name: "kdf",
        right: "`careful` or `fast` (for throw-away tokens)",
        read: |settings, value| {
            settings.kdf = one_of(value.text, &[("careful", Kdf::Careful), ("fast", Kdf::Fast)])?;
            Some(())
        },
        show: |settings| format!("{:?}", settings.kdf).to_lowercase(),
    },
    Row {
        name: "identity",
        right: "`twintoken` or `softhsm2`",
        read: |settings, value| {
            let known = [("twintoken", Identity::Twintoken), ("softhsm2", Identity::Softhsm2)];
            settings.identity = one_of(value.text, &known)?;
            Some(())
        },
        show: |settings| format!("{:?}", settings.identity).to_lowercase(),
    },
    Row {
        name: "mechanisms",
        right: "`ALL`, a list like `CKM_ECDSA,CKM_SHA256`, or `-` before a list of those to leave out",
        read: |settings, value| {
            settings.mechanisms = mechanisms(value.text)?;
            Some(())
        },
        show: |settings| match &settings.mechanisms {
            MechanismFilter::All => "ALL".to_owned(),
            MechanismFilter::Only(list) => names(list),
            MechanismFilter::Without(list) => format!("-{}", names(list)),
        },
    },
    Row {
        name: "removable",
        right: TRUE_OR_FALSE,
        read: |settings, value| {
            settings.removable = boolean(value.text)?;
            Some(())
        },
        show: |settings| settings.removable.to_string(),
    },
    Row {
        name: "fork",
        right: "`reset` (a child of fork initialises the library itself) or `inherit` (it goes on in its parent's sessions)",
        read: |settings, value| {
            settings.fork = one_of(value.text, &[("reset", OnFork::Reset), ("inherit", OnFork::Inherit)])?;
            Some(())
        },
        show: |settings| format!("{:?}", settings.fork).to_lowercase(),
    },
    Row {
        name: "free_slot",
        right: TRUE_OR_FALSE,
        read: |settings, value| {
            settings.free_slot = boolean(value.text)?;
            Some(())
        },
        show: |settings| settings.free_slot.to_string(),
    },
    Row {
        name: "pin_limit",
        right: "a number of wrong PINs after which one is locked, 0 for never",
        read: |settings, value| {
            settings.pin_limit = value.text.parse().ok()?;
            Some(())
        },
        show: |settings| {
            if settings.pin_limit == 0 { "never".to_owned() } else { settings.pin_limit.to_string() }
        },
    },
    Row {
        name: "locations",
        right: "PSA locations and their slots, like `4=1,5=2`; location 0 is always slot 0",
        read: |settings, value| {
            settings.locations = value.text.split(',').map(location).collect::<Option<_>>()?;
            Some(())
        },
        show: |settings| {
            let pairs: Vec<String> =
                settings.locations.iter().map(|(location, slot)| format!("{location}={slot}")).collect();
            or_none(pairs.join(","))
        },
    },
    Row {
        name: "label",
        right: "1 to 32 bytes",
        read: |settings, value| {
            settings.ready_token.label = some_bytes(value.text, 1, 32)?;
            Some(())
        },
        show: |settings| settings.ready_token.label.clone(),
    },
    Row {
        name: "so_pin",
        right: PIN,
        read: |settings, value| {
            settings.ready_token.so_pin = some_bytes(value.text, 4, 255)?;
            Some(())
        },
        show: |_| "hidden".to_owned(),
    },
    Row {
        name: "pin_file",
        right: "a file whose first line is a PIN of 4 to 255 bytes",
        read: |settings, value| {
            let content = std::fs::read_to_string(path(value)?).ok()?;
            pin(settings, content.lines().next()?)
        },
        show: |_| String::new(),
    },
    Row {
        name: "pin",
        right: PIN,
        read: |settings, value| pin(settings, value.text),
        show: |settings| if settings.pin.is_some() { "hidden".to_owned() } else { or_none(String::new()) },
    },
    Row {
        name: "trace",
        right: "a file to write calls to; `~` is not expanded",
        read: |settings, value| {
            settings.trace = Some(path(value)?);
            Some(())
        },
        show: |settings| {
            or_none(settings.trace.as_ref().map_or_else(String::new, |path| path.display().to_string()))
        },
    },
    Row {
        name: "quota",
        right: "how many bytes objects and PSA's secure storage may take together, a number",
        read: |settings, value| {
            settings.quota = Some(value.text.parse().ok()?);
            Some(())
        },
        show: |settings| or_none(settings.quota.map_or_else(String::new, |quota| quota.to_string())),
    },
    Row {
        name: "attestation.client_id",
        right: "a number of 32 bits, below 0 outside the secure processing environment, above 0 inside",
        read: |settings, value| {
            settings.attestation.client_id = attestation::client_id(value.text)?;
            Some(())
        },
        show: |settings| settings.attestation.client_id.to_string(),
    },
    Row {
        name: "attestation.lifecycle",
        right: "`assembly-and-test`, `psa-rot-provisioning`, `secured`, `non-psa-rot-debug`, `recoverable-psa-rot-debug`, `decommissioned`, `unknown`, or a number like `0x3001`",
        read: |settings, value| {
            settings.attestation.lifecycle = attestation::lifecycle(value.text)?;
            Some(())
        },
        show: |settings| attestation::lifecycle_name(settings.attestation.lifecycle),
    },
    Row {
        name: "attestation.implementation_id",
        right: "64 hexadecimal digits",
        read: |settings, value| {
            settings.attestation.implementation_id = Some(attestation::implementation_id(value.text)?);
            Some(())
        },
        show: |settings| {
            let id = settings.attestation.implementation_id.as_ref();
            id.map_or_else(|| "this program's".to_owned(), |id| attestation::digits(id))
        },
    },
    Row {
        name: "attestation.certification_reference",
        right: "13 digits, a dash and 5 digits",
        read: |settings, value| {
            let reference = attestation::certification_reference(value.text)?;
            settings.attestation.certification_reference = Some(reference);
            Some(())
        },
        show: |settings| or_none(settings.attestation.certification_reference.clone().unwrap_or_default()),
    },
    Row {
        name: "attestation.verification_service",
        right: "where tokens are verified, 1 to 255 bytes",
        read: |settings, value| {
            settings.attestation.verification_service = Some(some_bytes(value.text, 1, 255)?);
            Some(())
        },
        show: |settings| or_none(settings.attestation.verification_service.clone().unwrap_or_default()),
    },
    Row {
        name: "attestation.boot_seed",
        right: "16 to 64 hexadecimal digits",
        read: |settings, value| {
            settings.attestation.boot_seed = Some(attestation::boot_seed(value.text)?);
            Some(())
        },
        show: |settings| {
            let seed = settings.attestation.boot_seed.as_ref();
            seed.map_or_else(|| "random".to_owned(), |seed| attestation::digits(seed))
        },
    },
    Row {
        name: "attestation.software_components",
        right: "components like `type=BL,value=…,version=1.0,signer=…,description=sha-256` with `;` between them; value and signer are hashes of 32, 48 or 64 bytes in hexadecimal digits, and must be there",
        read: |settings, value| {
            settings.attestation.software_components = attestation::software_components(value.text)?;
            Some(())
        },
        show: |settings| match &settings.attestation.software_components[..] {
            [] => "this program".to_owned(),
            components => attestation::shown(components),
        },
    },
];

const TRUE_OR_FALSE: &str = "`true` or `false`";
const PIN: &str = "a PIN of 4 to 255 bytes";

/// The row with this name.
pub(super) fn row(name: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.name == name)
}

/// Whether the names of some rows begin with this one and a dot.
pub(super) fn is_group(name: &str) -> bool {
    ROWS.iter().any(|row| row.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
}

/// A path: relative ones start from the base, and a `~`, which nobody would expand, is refused.
pub(super) fn path(value: &Text<'_>) -> Option<PathBuf> {
    let usable = !value.text.is_empty() && !value.text.starts_with('~');
    usable.then(|| value.base.join(value.text))
}

fn one_of<T: Copy>(text: &str, known: &[(&str, T)]) -> Option<T> {
    known.iter().find(|(name, _)| *name == text).map(|(_, value)| *value)
}

fn boolean(text: &str) -> Option<bool> {
    one_of(text, &[("true", true), ("false", false)])
}

fn some_bytes(text: &str, least: usize, most: usize) -> Option<String> {
    (least..=most).contains(&text.len()).then(|| text.to_owned())
}

/// One PIN serves both uses: a program that sets it means "the user's PIN", wherever the token comes from.
fn pin(settings: &mut Settings, text: &str) -> Option<()> {
    let pin = some_bytes(text, 4, 255)?;
    settings.ready_token.pin.clone_from(&pin);
    settings.pin = Some(pin);
    Some(())
}

fn mechanisms(text: &str) -> Option<MechanismFilter> {
    let text = text.trim();
    if text == "ALL" {
        return Some(MechanismFilter::All);
    }
    let (leave_out, list) = text.strip_prefix('-').map_or((false, text), |list| (true, list));
    let list = list.split(',').map(|one| mechanism(one.trim())).collect::<Option<Vec<_>>>()?;
    Some(if leave_out { MechanismFilter::Without(list) } else { MechanismFilter::Only(list) })
}

fn mechanism(text: &str) -> Option<MechanismName> {
    let rest = text.strip_prefix("CKM_");
    let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    if rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(plain)) {
        return Some(MechanismName::Name(text.to_owned()));
    }
    number(text).map(MechanismName::Number)
}

fn names(list: &[MechanismName]) -> String {
    list.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// PSA keeps 24 bits for the location; 0 is the default one and cannot be moved.
fn location(text: &str) -> Option<(u32, u64)> {
    let (location, slot) = text.split_once('=')?;
    let location = u32::try_from(number(location.trim())?).ok()?;
    let slot = number(slot.trim())?;
    (1..1 << 24).contains(&location).then_some((location, slot))
}

fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

fn or_none(text: String) -> String {
    if text.is_empty() { "none".to_owned() } else { text }
}
