//! Sequences of calls by chance: the model's state guides what is tried, a seed decides all of it.

mod operations;

use super::Step;
use super::model::{Kind, Model};
use crate::driver::pkcs11::{SO_PIN, USER_PIN};
use crate::raw::{
    Call, Entry, Handle, Input, Mechanism, Operation, Parameter, Room, SlotName, Template, Value, Want,
};
use crate::step::Data;

/// A call wanted to succeed that the model refuses is thrown away this often before it is made all the same.
const PATIENCE: u32 = 12;
const IV: [u8; 16] = [7; 16];
/// secp256r1 as an object identifier in DER.
const P256: [u8; 10] = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];

/// SplitMix64: a generator of a few lines, so that a seed means the same sequences with every version of every crate.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// From a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    fn one_in(&mut self, end: u64) -> bool {
        self.below(end) == 0
    }

    fn pick<T: Clone>(&mut self, list: &[T]) -> Option<T> {
        let at = self.below(list.len() as u64);
        list.get(usize::try_from(at).unwrap_or(0)).cloned()
    }
}

/// A sequence of so many steps for a fresh token.
#[must_use]
pub fn sequence(seed: u64, steps: usize) -> Vec<Step> {
    let mut generator = Generator { chance: Chance::new(seed), model: Model::default(), names: 0 };
    (0..steps).map(|_| generator.step()).collect()
}

struct Generator {
    chance: Chance,
    model: Model,
    names: u64,
}

impl Generator {
    /// The next step. Two of three are meant to succeed; calls the model has no answer for are never made.
    fn step(&mut self) -> Step {
        let valid = !self.chance.one_in(3);
        for attempt in 0.. {
            let Some(call) = self.call() else { continue };
            let mut step = Step { call, remember: None };
            if let Call::OneShot {
                operation: Operation::Sign | Operation::Encrypt, room: Room::Ample, ..
            }
            | Call::Final { operation: Operation::Sign, room: Room::Ample, .. } = step.call
            {
                step.remember = Some(self.name("bytes"));
            }
            let mut model = self.model.clone();
            let Some(expected) = model.step(&step) else { continue };
            if valid && !expected.codes.contains("CKR_OK") && attempt < PATIENCE {
                continue;
            }
            self.model = model;
            return step;
        }
        Step { call: Call::C_CloseAllSessions { slot: SlotName::Token }, remember: None }
    }

    fn name(&mut self, kind: &str) -> String {
        self.names += 1;
        format!("{kind}-{}", self.names)
    }

    fn session(&mut self) -> Handle {
        let names: Vec<String> = self.model.sessions.keys().cloned().collect();
        if self.chance.one_in(40) {
            let dead = format!("session-{}", self.chance.below(self.names + 1));
            return Handle::Named(dead).known(&self.model).unwrap_or(Handle::Number(0));
        }
        self.chance.pick(&names).map_or(Handle::Number(0xdead), Handle::Named)
    }

    /// The session where an operation is at work, mostly.
    fn session_at_work(&mut self, operation: Operation) -> Handle {
        let at_work: Vec<String> = self
            .model
            .sessions
            .iter()
            .filter(|(_, session)| session.operations.contains_key(&operation))
            .map(|(name, _)| name.clone())
            .collect();
        if self.chance.one_in(8) {
            return self.session();
        }
        self.chance.pick(&at_work).map_or_else(|| self.session(), Handle::Named)
    }

    fn object(&mut self, kinds: &[Kind]) -> Handle {
        let fits = |kind: Kind| kinds.is_empty() || kinds.contains(&kind);
        let any = self.chance.one_in(12);
        let names: Vec<String> = self
            .model
            .objects
            .iter()
            .filter(|(_, object)| any || fits(object.kind))
            .map(|(name, _)| name.clone())
            .collect();
        if self.chance.one_in(20) {
            return Handle::Number(0xdead_beef);
        }
        self.chance.pick(&names).map_or(Handle::Number(0), Handle::Named)
    }

    fn call(&mut self) -> Option<Call> {
        if self.model.sessions.is_empty() || (self.model.sessions.len() < 3 && self.chance.one_in(12)) {
            return Some(self.open());
        }
        Some(match self.chance.below(100) {
            0 => Call::C_CloseSession { session: self.session() },
            1 if self.chance.one_in(6) => Call::C_CloseAllSessions { slot: SlotName::Token },
            1..=2 => Call::C_GetSessionInfo { session: self.session(), null: false },
            3..=7 => self.log_in(),
            8 if self.chance.one_in(2) => Call::C_Logout { session: self.session() },
            9 => self.set_pin(),
            10..=18 => self.create(),
            19..=22 => self.generate(),
            23 => self.generate_pair(),
            24..=27 => self.copy(),
            28..=31 => Call::C_DestroyObject { session: self.session(), object: self.object(&[]) },
            32..=41 => self.read(),
            42..=46 => self.set(),
            47..=49 => self.find_init(),
            50..=53 => {
                Call::C_FindObjects { session: self.searching(), most: self.chance.below(6), name: None }
            }
            54..=56 => Call::C_FindObjectsFinal { session: self.searching() },
            57 => Call::C_GetObjectSize { session: self.session(), object: self.object(&[]), null: false },
            58 => {
                Call::C_GenerateRandom { session: self.session(), length: self.chance.below(65), null: false }
            }
            59..=72 => self.init(),
            73..=87 => self.one_shot()?,
            88..=94 => self.update()?,
            _ => self.finish()?,
        })
    }

    fn searching(&mut self) -> Handle {
        let searching: Vec<String> = self
            .model
            .sessions
            .iter()
            .filter(|(_, session)| session.search.is_some())
            .map(|(name, _)| name.clone())
            .collect();
        self.chance.pick(&searching).map_or_else(|| self.session(), Handle::Named)
    }

    fn open(&mut self) -> Call {
        let flags = self.chance.pick(&[6, 6, 6, 4, 4, 2]).unwrap_or(6);
        Call::C_OpenSession { slot: SlotName::Token, flags, name: Some(self.name("session")) }
    }

    fn pin(&mut self, at: usize) -> Input {
        let pin = if self.chance.one_in(6) { b"wrong-pin".to_vec() } else { self.model.pins[at].clone() };
        Input::Bytes(Data::of(&pin))
    }

    fn log_in(&mut self) -> Call {
        let user = self.chance.pick(&[1, 1, 1, 1, 0, 9]).unwrap_or(1);
        Call::C_Login { session: self.session(), user, pin: self.pin(usize::from(user != 0)) }
    }

    fn set_pin(&mut self) -> Call {
        use super::model::Login;
        let at = usize::from(self.model.login != Login::So);
        let pins = [SO_PIN, USER_PIN, "another-pin-1"];
        let new = Input::Bytes(Data::of(self.chance.pick(&pins).unwrap_or(USER_PIN).as_bytes()));
        if self.chance.one_in(3) {
            return Call::C_InitPIN { session: self.session(), pin: new };
        }
        Call::C_SetPIN { session: self.session(), old: self.pin(at), new }
    }

    fn flag(&mut self, attribute: &str, one_in: u64) -> Entry {
        Entry { attribute: attribute.into(), value: Value::Bool(self.chance.one_in(one_in)) }
    }

    fn label(&mut self) -> Entry {
        let label = format!("label-{}", self.chance.below(4));
        Entry { attribute: "CKA_LABEL".into(), value: Value::Text(label) }
    }

    /// What every object is told, so that no token's default plays a part.
    fn common(&mut self) -> Vec<Entry> {
        let mut entries = vec![self.label(), self.flag("CKA_TOKEN", 3), self.flag("CKA_PRIVATE", 2)];
        for name in ["CKA_MODIFIABLE", "CKA_COPYABLE", "CKA_DESTROYABLE"] {
            let value = Value::Bool(!self.chance.one_in(5));
            entries.push(Entry { attribute: name.into(), value });
        }
        entries
    }

    fn secrecy(&mut self) -> Vec<Entry> {
        vec![self.flag("CKA_SENSITIVE", 2), self.flag("CKA_EXTRACTABLE", 2)]
    }

    fn usages(&mut self, names: &[&str]) -> Vec<Entry> {
        let each =
            |name: &&str| Entry { attribute: (*name).into(), value: Value::Bool(!self.chance.one_in(6)) };
        names.iter().map(each).collect()
    }

    /// Now and then something is wrong with a template.
    fn spoil(&mut self, entries: &mut Vec<Entry>, but: usize) {
        if !self.chance.one_in(8) {
            return;
        }
        let entry = |attribute: &str, value| Entry { attribute: attribute.into(), value };
        match self.chance.below(4) {
            0 => entries.truncate(entries.len().saturating_sub(but)),
            1 => entries.push(entry("0x00000fff", Value::Bool(true))),
            2 => entries.push(entry("CKA_LOCAL", Value::Bool(true))),
            _ => {
                if let Some(flag) = entries.iter_mut().find(|entry| entry.attribute == "CKA_MODIFIABLE") {
                    flag.value = Value::Bytes(Data::of(&[1, 0]));
                }
            }
        }
    }

    fn create(&mut self) -> Call {
        let mut entries = self.common();
        let constant = |attribute: &str, name: &str| Entry {
            attribute: attribute.into(),
            value: Value::Constant(name.into()),
        };
        let kind = self.chance.below(3);
        if kind == 0 {
            entries.push(constant("CKA_CLASS", "CKO_DATA"));
        } else {
            entries.extend(self.secrecy());
            entries.push(constant("CKA_CLASS", "CKO_SECRET_KEY"));
            let aes = kind == 1;
            entries.push(constant("CKA_KEY_TYPE", if aes { "CKK_AES" } else { "CKK_GENERIC_SECRET" }));
            let names = if aes { ["CKA_ENCRYPT", "CKA_DECRYPT"] } else { ["CKA_SIGN", "CKA_VERIFY"] };
            entries.extend(self.usages(&names));
        }
        // Tokens may set a least length for keys of HMAC; that of the hash is never too short.
        let sizes: &[usize] = if kind == 2 { &[32] } else { &[16, 16, 24, 32, 32, 32, 15] };
        let size = self.chance.pick(sizes).unwrap_or(16);
        let value = vec![u8::try_from(self.chance.below(200)).unwrap_or(0); size];
        entries.push(Entry { attribute: "CKA_VALUE".into(), value: Value::Bytes(Data::of(&value)) });
        self.spoil(&mut entries, 1);
        let name = Some(self.name("object"));
        Call::C_CreateObject { session: self.session(), template: Template::Entries(entries), name }
    }

    fn generate(&mut self) -> Call {
        let mechanisms = ["CKM_AES_KEY_GEN", "CKM_GENERIC_SECRET_KEY_GEN", "CKM_AES_KEY_GEN", "CKM_SHA256"];
        let mechanism = self.chance.pick(&mechanisms).unwrap_or("CKM_AES_KEY_GEN");
        let mut entries = self.common();
        entries.extend(self.secrecy());
        let aes = mechanism == "CKM_AES_KEY_GEN";
        let names = if aes { ["CKA_ENCRYPT", "CKA_DECRYPT"] } else { ["CKA_SIGN", "CKA_VERIFY"] };
        entries.extend(self.usages(&names));
        let sizes: &[u64] = if aes { &[16, 24, 32, 32, 17] } else { &[32] };
        let size = self.chance.pick(sizes).unwrap_or(32);
        entries.push(Entry { attribute: "CKA_VALUE_LEN".into(), value: Value::Number(size) });
        if self.chance.one_in(12) {
            entries.pop();
        }
        let mechanism = Mechanism::Of(mechanism.into(), Parameter::None);
        let name = Some(self.name("object"));
        Call::C_GenerateKey { session: self.session(), mechanism, template: Template::Entries(entries), name }
    }

    fn generate_pair(&mut self) -> Call {
        let mut public = self.common();
        public.extend(self.usages(&["CKA_VERIFY"]));
        if !self.chance.one_in(12) {
            let value = Value::Bytes(Data::of(&P256));
            public.push(Entry { attribute: "CKA_EC_PARAMS".into(), value });
        }
        let mut private = self.common();
        private.extend(self.secrecy());
        private.extend(self.usages(&["CKA_SIGN"]));
        Call::C_GenerateKeyPair {
            session: self.session(),
            mechanism: Mechanism::Of("CKM_EC_KEY_PAIR_GEN".into(), Parameter::None),
            public: Template::Entries(public),
            private: Template::Entries(private),
            name: Some(self.name("object")),
        }
    }

    fn change(&mut self) -> Template {
        let entry = match self.chance.below(8) {
            0 => Entry { attribute: "CKA_SENSITIVE".into(), value: Value::Bool(true) },
            1 => Entry { attribute: "CKA_EXTRACTABLE".into(), value: Value::Bool(false) },
            2 => Entry { attribute: "CKA_SENSITIVE".into(), value: Value::Bool(false) },
            3 => Entry { attribute: "CKA_EXTRACTABLE".into(), value: Value::Bool(true) },
            4 => Entry { attribute: "CKA_CLASS".into(), value: Value::Constant("CKO_DATA".into()) },
            _ => self.label(),
        };
        Template::Entries(vec![entry])
    }

    fn copy(&mut self) -> Call {
        let template = match self.chance.below(3) {
            0 => Template::Entries(Vec::new()),
            1 => Template::Entries(vec![self.label(), self.flag("CKA_TOKEN", 3)]),
            _ => self.change(),
        };
        let name = Some(self.name("object"));
        Call::C_CopyObject { session: self.session(), object: self.object(&[]), template, name }
    }

    fn set(&mut self) -> Call {
        let template = self.change();
        Call::C_SetAttributeValue { session: self.session(), object: self.object(&[]), template }
    }

    fn read(&mut self) -> Call {
        let names = [
            "CKA_LABEL",
            "CKA_CLASS",
            "CKA_TOKEN",
            "CKA_PRIVATE",
            "CKA_MODIFIABLE",
            "CKA_COPYABLE",
            "CKA_DESTROYABLE",
            "CKA_KEY_TYPE",
            "CKA_LOCAL",
            "CKA_VALUE",
            "CKA_VALUE",
            "CKA_VALUE_LEN",
            "CKA_SENSITIVE",
            "CKA_EXTRACTABLE",
            "CKA_ALWAYS_SENSITIVE",
            "CKA_NEVER_EXTRACTABLE",
            "CKA_MODULUS",
        ];
        let count = 1 + self.chance.below(3);
        let wanted = (0..count)
            .map(|_| Want {
                attribute: self.chance.pick(&names).unwrap_or("CKA_LABEL").into(),
                room: self
                    .chance
                    .pick(&[Room::Ample, Room::Ample, Room::Query, Room::Of(0)])
                    .unwrap_or(Room::Query),
            })
            .collect();
        Call::C_GetAttributeValue { session: self.session(), object: self.object(&[]), wanted }
    }

    fn find_init(&mut self) -> Call {
        let mut entries = Vec::new();
        if !self.chance.one_in(4) {
            entries.push(self.label());
        }
        if self.chance.one_in(3) {
            entries.push(self.flag("CKA_TOKEN", 2));
        }
        Call::C_FindObjectsInit { session: self.session(), template: Template::Entries(entries) }
    }
}

impl Handle {
    /// The handle, if its session is open or was.
    fn known(self, model: &Model) -> Option<Self> {
        match &self {
            Self::Named(name) => model.sessions.contains_key(name).then_some(self),
            Self::Number(_) => Some(self),
        }
    }
}
