//! Scenarios: steps with the clause each one checks and the codes that clause accepts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::psa::Attributes;
use crate::step::{Action, Algorithm, Data, Face, Hash};

/// The process that performs a step unless the step says otherwise.
pub const FIRST: &str = "a";

/// What a clause says about one step on one face.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Where the standard says so.
    pub clause: String,
    /// The return codes the clause accepts.
    pub accepts: Vec<String>,
    /// What must hold of the bytes or objects returned.
    pub conditions: Vec<Condition>,
}

/// A condition on what a step returned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// The bytes are these.
    Equals(Data),
    /// The bytes are not these.
    Differs(Data),
    /// So many bytes.
    Length(usize),
    /// So many objects are found.
    Count(usize),
    /// The objects found have these labels.
    Labels(Vec<String>),
    /// The bytes are a signature or a MAC that another implementation accepts.
    Verifies {
        /// The algorithm.
        algorithm: Algorithm,
        /// The public key, or the key of a MAC.
        public: Data,
        /// Message, hash or DigestInfo.
        input: Data,
    },
    /// A raw call wrote a length (or a count) from `least` to `most`.
    Written {
        /// The smallest.
        least: u64,
        /// The largest.
        most: u64,
    },
    /// A raw call wrote the length (or count) that an earlier one wrote: remembered as `NAME.length`, eight bytes.
    LengthAs(Data),
    /// The mechanism is in the list (numbers of eight bytes) exactly when C_GetMechanismInfo knew it.
    Listed {
        /// What C_GetMechanismList gave.
        list: Data,
        /// `CKM_…`.
        mechanism: String,
    },
    /// Of the flags that say what a mechanism does, none but these is set, where the call gave flags at all.
    DoesAtMost(Vec<String>),
    /// Each eight of the bytes have two that differ, as all but one in 2^56 of random ones do.
    Mixed,
    /// A text of the structure that a raw call filled holds no zero byte: short texts end in blanks (§3.1).
    Padded(String),
    /// A raw search gave so many objects.
    Found(u64),
    /// A number of the structure that a raw call filled.
    Number {
        /// The field, as [`crate::raw::Answer`] names it.
        field: String,
        /// Its value.
        value: u64,
    },
    /// The same, where the specification lets a token keep it to itself (CK_UNAVAILABLE_INFORMATION).
    NumberIfTold {
        /// The field.
        field: String,
        /// Its value.
        value: u64,
    },
    /// A flag of the structure that a raw call filled.
    Flag {
        /// `CKF_…`.
        flag: String,
        /// Whether it is due.
        set: bool,
    },
    /// A text of the structure that a raw call filled, blanks and all.
    Text {
        /// The field.
        field: String,
        /// The text.
        text: String,
    },
    /// The lengths of all attributes of a raw call; `None`: CK_UNAVAILABLE_INFORMATION.
    AttributeLengths(Vec<Option<u64>>),
    /// The value of one attribute of a raw call.
    Attribute {
        /// Which, from 0.
        at: usize,
        /// Its value.
        value: Data,
    },
    /// The bytes are the digest another implementation computes.
    Digest {
        /// The hash function.
        hash: Hash,
        /// The message.
        input: Data,
    },
    /// psa_get_key_attributes reads exactly these.
    Attributes(Attributes),
}

impl Rule {
    /// What is due, in words: the codes and the conditions.
    #[must_use]
    pub fn due(&self) -> String {
        let mut text = self.accepts.join(" or ");
        for condition in &self.conditions {
            text.push_str(", ");
            text.push_str(&condition.describe());
        }
        text
    }
}

impl Condition {
    fn describe(&self) -> String {
        match self {
            Self::Equals(Data::Hex(text)) if text.len() <= 8 => format!("bytes {text}"),
            Self::Equals(_) => "the right bytes".into(),
            Self::Differs(_) => "other bytes than before".into(),
            Self::Length(size) => format!("{size} bytes"),
            Self::Count(count) => format!("{count} found"),
            Self::Labels(labels) => format!("found [{}]", labels.join(", ")),
            Self::Written { least, most } if least == most => format!("length {least}"),
            Self::Written { least, most } => format!("a length from {least} to {most}"),
            Self::LengthAs(_) => "the length asked for before".into(),
            Self::Listed { .. } => "listed exactly when it is known".into(),
            Self::DoesAtMost(flags) => format!("at most {}", flags.join(" ")),
            Self::Mixed => "bytes that differ".into(),
            Self::Padded(field) => format!("{field} without a zero byte"),
            Self::Found(count) => format!("{count} found"),
            Self::NumberIfTold { field, value } => format!("{field} {value} or unavailable"),
            Self::Number { field, value } => format!("{field} {value}"),
            Self::Flag { flag, set } => format!("{flag} {}", if *set { "set" } else { "not set" }),
            Self::Text { field, text } => format!("{field} \"{text}\""),
            Self::AttributeLengths(lengths) => {
                format!("attribute lengths {}", crate::verdict::lengths(lengths))
            }
            Self::Attribute { at, .. } => format!("the right value of attribute {at}"),
            Self::Verifies { .. } => "a result that verifies".into(),
            Self::Digest { .. } => "the right digest".into(),
            Self::Attributes(_) => "the right attributes".into(),
        }
    }

    /// The bytes the condition compares with, to be written out before it is judged.
    pub fn data_mut(&mut self) -> Vec<&mut Data> {
        match self {
            Self::Equals(data)
            | Self::Differs(data)
            | Self::LengthAs(data)
            | Self::Listed { list: data, .. }
            | Self::Attribute { value: data, .. }
            | Self::Digest { input: data, .. } => vec![data],
            Self::Verifies { public, input, .. } => vec![public, input],
            _ => Vec::new(),
        }
    }
}

/// One step with what must come of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Name within the scenario, in kebab case.
    pub name: String,
    /// Which process performs the step.
    pub actor: String,
    /// The step.
    pub action: Action,
    /// The rule of each face that has a word for the step.
    pub rules: BTreeMap<Face, Rule>,
    /// Bytes or a key without which the check makes no sense, where the action does not show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requires: Option<String>,
    /// Under which name later steps find the bytes returned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remember: Option<String>,
}

/// A process of a scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The face it uses; the backend's own where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub face: Option<Face>,
    /// Whether its environment carries the PIN.
    #[serde(default)]
    pub with_pin: bool,
}

/// A list of checks on a fresh token folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scenario {
    /// `group/sentence-in-kebab-case`.
    pub name: String,
    /// Its processes beside the first; a scenario that names faces needs a store with both.
    pub actors: BTreeMap<String, Actor>,
    /// The checks in order.
    pub checks: Vec<Check>,
    /// Whether it takes long, so that it is begun first.
    #[serde(default)]
    pub slow: bool,
}

impl Scenario {
    /// An empty scenario.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), actors: BTreeMap::new(), checks: Vec::new(), slow: false }
    }

    /// The part of the name before the slash.
    #[must_use]
    pub fn group(&self) -> &str {
        self.name.split('/').next().unwrap_or_default()
    }

    /// Whether it consists of raw calls, for which a process opens the token in another way.
    #[must_use]
    pub fn is_raw(&self) -> bool {
        self.checks.iter().any(|check| matches!(check.action, Action::Raw(_)))
    }

    /// Whether its processes use both faces of one store.
    #[must_use]
    pub fn crosses_faces(&self) -> bool {
        self.actors.values().any(|actor| actor.face.is_some())
    }

    /// The face of an actor on a backend with this face.
    #[must_use]
    pub fn face_of(&self, actor: &str, own: Face) -> Face {
        self.actors.get(actor).and_then(|actor| actor.face).unwrap_or(own)
    }

    /// Adds a process that uses a given face.
    pub fn actor(&mut self, name: &str, face: Face, with_pin: bool) {
        self.actors.insert(name.to_owned(), Actor { face: Some(face), with_pin });
    }

    /// Adds a check of the first process; rules follow through the builder.
    pub fn check(&mut self, name: impl Into<String>, action: Action) -> Builder<'_> {
        self.checks.push(Check {
            name: name.into(),
            actor: FIRST.to_owned(),
            action,
            rules: BTreeMap::new(),
            requires: None,
            remember: None,
        });
        Builder { checks: &mut self.checks }
    }
}

/// Adds rules to the check made last.
pub struct Builder<'a> {
    checks: &'a mut Vec<Check>,
}

impl Builder<'_> {
    fn edit(self, change: impl FnOnce(&mut Check)) -> Self {
        if let Some(check) = self.checks.last_mut() {
            change(check);
        }
        self
    }

    /// Another process performs the step.
    pub fn by(self, actor: &str) -> Self {
        self.edit(|check| actor.clone_into(&mut check.actor))
    }

    /// What PKCS#11 says.
    pub fn pkcs11(self, clause: &str, accepts: &[&str]) -> Self {
        self.rule(Face::Pkcs11, format!("PKCS#11 v3.1 {clause}"), accepts)
    }

    /// What PSA Crypto says.
    pub fn psa(self, clause: &str, accepts: &[&str]) -> Self {
        self.rule(Face::Psa, format!("PSA Crypto 1.4 {clause}"), accepts)
    }

    fn rule(self, face: Face, clause: String, accepts: &[&str]) -> Self {
        let accepts = accepts.iter().map(|code| (*code).to_owned()).collect();
        self.edit(|check| {
            check.rules.insert(face, Rule { clause, accepts, conditions: Vec::new() });
        })
    }

    /// Both faces succeed.
    pub fn succeeds(self, (pkcs11, psa): (&str, &str)) -> Self {
        self.pkcs11(pkcs11, &["CKR_OK"]).psa(psa, &["PSA_SUCCESS"])
    }

    /// A condition on every face that has a rule so far.
    pub fn with(self, condition: Condition) -> Self {
        self.edit(|check| {
            for rule in check.rules.values_mut() {
                rule.conditions.push(condition.clone());
            }
        })
    }

    /// A condition on one face.
    pub fn with_on(self, face: Face, condition: Condition) -> Self {
        self.edit(|check| {
            if let Some(rule) = check.rules.get_mut(&face) {
                rule.conditions.push(condition);
            }
        })
    }

    /// The check runs only where an earlier step delivered these bytes or this key.
    pub fn requires(self, name: &str) -> Self {
        self.edit(|check| check.requires = Some(name.to_owned()))
    }

    /// The bytes returned can be used by later steps.
    pub fn remember(self, name: &str) -> Self {
        self.edit(|check| check.remember = Some(name.to_owned()))
    }
}
