//! Settings: what is in force, and why.
//!
//! The rows of `rows.rs` say what can be set, one for each setting; `source.rs` says where a value may come from and
//! which one wins. Nothing here reads the environment of the process but [`Environment::of_process`].

mod attestation;
mod file;
mod rows;
mod softhsm2;
mod source;
#[cfg(test)]
mod stand_in_tests;
#[cfg(test)]
mod tests;

pub use attestation::{Attestation, SoftwareComponent};
pub use source::{Environment, Explained};

use crate::fault::Fault;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Where tokens are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreChoice {
    /// In a database in this folder.
    Folder(PathBuf),
    /// In this process only: one ready token that leaves nothing behind.
    Memory,
}

/// How slowly a PIN is turned into a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kdf {
    /// Argon2id with 19 MiB and two passes: some 20 ms.
    #[default]
    Careful,
    /// Argon2id with 256 KiB and one pass: for throw-away tokens; `twintoken list` marks them.
    Fast,
}

/// Whose strings and slot ids PKCS#11 callers see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Identity {
    /// Our own.
    #[default]
    Twintoken,
    /// SoftHSM2's, for scripts and suites that look for them.
    Softhsm2,
}

/// What a child of fork finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnFork {
    /// A library that is not initialised, as PKCS#11 §5.4 has it ("C_Initialize"): it may call C_Initialize itself.
    #[default]
    Reset,
    /// Its parent's sessions, logins and operations, as they were at the fork; as SoftHSM2 has it.
    Inherit,
}

/// Which mechanisms are offered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum MechanismFilter {
    /// All.
    #[default]
    All,
    /// These only.
    Only(Vec<MechanismName>),
    /// All but these.
    Without(Vec<MechanismName>),
}

impl MechanismFilter {
    /// Whether the mechanism with this name and number is offered.
    #[must_use]
    pub fn admits(&self, name: &str, ckm: u64) -> bool {
        let listed = |list: &[MechanismName]| list.iter().any(|one| one.means(name, ckm));
        match self {
            MechanismFilter::All => true,
            MechanismFilter::Only(list) => listed(list),
            MechanismFilter::Without(list) => !listed(list),
        }
    }
}

/// A mechanism as a user writes it. What the names stand for is known to the registry, which is a later layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MechanismName {
    /// By its name in the specification, `CKM_…`.
    Name(String),
    /// By its number.
    Number(u64),
}

impl MechanismName {
    /// Whether the mechanism with this name and number is meant.
    #[must_use]
    pub fn means(&self, name: &str, ckm: u64) -> bool {
        match self {
            MechanismName::Name(own) => own == name,
            MechanismName::Number(own) => *own == ckm,
        }
    }
}

impl std::fmt::Display for MechanismName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            MechanismName::Name(name) => formatter.write_str(name),
            MechanismName::Number(number) => write!(formatter, "{number:#x}"),
        }
    }
}

/// The token that a memory store starts with.
#[derive(Clone, PartialEq, Eq)]
pub struct ReadyToken {
    /// Its label.
    pub label: String,
    /// Its SO PIN.
    pub so_pin: String,
    /// Its user PIN.
    pub pin: String,
}

impl Default for ReadyToken {
    fn default() -> Self {
        ReadyToken { label: "twintoken".to_owned(), so_pin: "12345678".to_owned(), pin: "1234".to_owned() }
    }
}

impl std::fmt::Debug for ReadyToken {
    /// Shows the label; PINs never reach a log.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("ReadyToken").field("label", &self.label).finish_non_exhaustive()
    }
}

/// Everything that can be set.
#[derive(Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where tokens are kept.
    pub store: StoreChoice,
    /// How slowly PINs are turned into keys, for PINs set from now on.
    pub kdf: Kdf,
    /// Whose strings are shown. The default of a module loaded as `libsofthsm2.so` is SoftHSM2's.
    pub identity: Identity,
    /// Which mechanisms are offered.
    pub mechanisms: MechanismFilter,
    /// Whether slots say CKF_REMOVABLE_DEVICE.
    pub removable: bool,
    /// What a child of fork finds.
    pub fork: OnFork,
    /// Whether a slot with an uninitialised token is shown behind the others.
    pub free_slot: bool,
    /// How many wrong PINs in a row lock a PIN; 0 is never.
    pub pin_limit: u32,
    /// PSA locations other than 0 (which is slot 0), by the slot they mean.
    pub locations: BTreeMap<u32, u64>,
    /// The user PIN that PSA calls use on tokens that ask for one.
    pub pin: Option<String>,
    /// The token that a memory store starts with.
    pub ready_token: ReadyToken,
    /// Where calls are written down, as JSON lines.
    pub trace: Option<PathBuf>,
    /// How many bytes the records of token objects and of PSA's secure storage may take together; `None` is any number.
    pub quota: Option<u64>,
    /// What attestation tokens tell.
    pub attestation: Attestation,
}

impl std::fmt::Debug for Settings {
    /// Shows everything but PINs.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Settings")
            .field("store", &self.store)
            .field("kdf", &self.kdf)
            .field("identity", &self.identity)
            .field("mechanisms", &self.mechanisms)
            .field("removable", &self.removable)
            .field("fork", &self.fork)
            .field("free_slot", &self.free_slot)
            .field("pin_limit", &self.pin_limit)
            .field("locations", &self.locations)
            .field("pin", &self.pin.as_ref().map(|_| "hidden"))
            .field("ready_token", &self.ready_token)
            .field("trace", &self.trace)
            .field("quota", &self.quota)
            .field("attestation", &self.attestation)
            .finish()
    }
}

impl Settings {
    /// What the process's environment and the files it names ask for.
    ///
    /// # Errors
    /// [`Fault::Setting`] names the first setting that is unknown or malformed, and says what would be right.
    pub fn from_environment() -> Result<Settings, Fault> {
        Settings::explained().map(|(settings, _)| settings)
    }

    /// As [`Settings::from_environment`], and where each value comes from.
    ///
    /// # Errors
    /// As [`Settings::from_environment`].
    pub fn explained() -> Result<(Settings, Vec<Explained>), Fault> {
        source::resolve(&Environment::of_process())
    }

    /// As [`Settings::explained`], from the environment that is given.
    ///
    /// # Errors
    /// As [`Settings::from_environment`].
    pub fn explained_from(environment: &Environment) -> Result<(Settings, Vec<Explained>), Fault> {
        source::resolve(environment)
    }

    /// The defaults, with tokens in `folder`. Reads no environment.
    #[must_use]
    pub fn at(folder: impl Into<PathBuf>) -> Settings {
        Settings::with(StoreChoice::Folder(folder.into()))
    }

    /// The defaults, with one ready token in memory. Reads no environment.
    #[must_use]
    pub fn memory() -> Settings {
        Settings { kdf: Kdf::Fast, ..Settings::with(StoreChoice::Memory) }
    }

    fn with(store: StoreChoice) -> Settings {
        Settings {
            store,
            kdf: Kdf::Careful,
            identity: Identity::Twintoken,
            mechanisms: MechanismFilter::All,
            removable: false,
            fork: OnFork::Reset,
            free_slot: true,
            pin_limit: 0,
            locations: BTreeMap::new(),
            pin: None,
            ready_token: ReadyToken::default(),
            trace: None,
            quota: None,
            attestation: Attestation::default(),
        }
    }
}
