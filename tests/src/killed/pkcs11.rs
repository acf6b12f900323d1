//! A program that writes through the PKCS#11 module.

use super::{Content, Ledger, tell};
use crate::module::Module;
use crate::token::{self, attribute, length, mechanism};
use crate::{call, ok, spec};
use cryptoki_sys::{
    CK_ATTRIBUTE, CK_FALSE, CK_OBJECT_HANDLE, CK_SESSION_HANDLE, CK_TOKEN_INFO, CK_TRUE, CK_ULONG, CKA_CLASS,
    CKA_ENCRYPT, CKA_ID, CKA_LABEL, CKA_TOKEN, CKA_VALUE_LEN, CKF_TOKEN_INITIALIZED,
    CKF_USER_PIN_INITIALIZED, CKM_AES_KEY_GEN, CKO_PRIVATE_KEY, CKO_PUBLIC_KEY, CKO_SECRET_KEY, CKR_OK,
    CKU_SO, CKU_USER,
};
use std::collections::BTreeMap;

const PINS: [&[u8]; 2] = [b"1234", b"another pin"];

/// What the calls are, one after another, over and over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    /// C_GenerateKey: one object.
    Write,
    /// C_GenerateKeyPair: two objects at once.
    Pair,
    /// C_SetAttributeValue: another label.
    Label,
    /// C_DestroyObject.
    Destroy,
    /// C_SetPIN.
    Pin,
    /// C_InitToken: all objects and the user PIN go.
    Init,
    /// C_InitPIN.
    FirstPin,
}

/// What the token holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// Classes and labels by CKA_ID.
    objects: BTreeMap<Vec<u8>, BTreeMap<u64, String>>,
    /// Which of the PINs is the user's.
    pin: Option<usize>,
    /// Whether there is a token.
    made: bool,
}

impl State {
    /// The call number `number` and the object that it is about.
    fn call(&self, number: u64) -> (Call, Vec<u8>) {
        let id = |number: u64| number.to_be_bytes().to_vec();
        if !self.made || number % 60 == 59 {
            return (Call::Init, Vec::new());
        }
        if self.pin.is_none() {
            return (Call::FirstPin, Vec::new());
        }
        let oldest = self.objects.keys().next().cloned();
        match (number % 6, oldest) {
            (1, _) => (Call::Pair, id(number)),
            (2 | 4, Some(oldest)) => (Call::Label, oldest),
            (3, Some(oldest)) => (Call::Destroy, oldest),
            (5, _) => (Call::Pin, Vec::new()),
            _ => (Call::Write, id(number)),
        }
    }
}

impl Content for State {
    fn apply(&mut self, number: u64) {
        let (call, id) = self.call(number);
        let label = format!("label {number}");
        match call {
            Call::Write => {
                self.objects.insert(id, BTreeMap::from([(CKO_SECRET_KEY, label)]));
            }
            Call::Pair => {
                let halves = [CKO_PUBLIC_KEY, CKO_PRIVATE_KEY].map(|class| (class, label.clone()));
                self.objects.insert(id, halves.into());
            }
            Call::Label => {
                if let Some(mut entry) = self.objects.get_mut(&id).and_then(|classes| classes.first_entry()) {
                    entry.insert(label);
                }
            }
            Call::Destroy => {
                let emptied = self.objects.get_mut(&id).is_some_and(|classes| {
                    classes.pop_first();
                    classes.is_empty()
                });
                if emptied {
                    self.objects.remove(&id);
                }
            }
            Call::Pin => self.pin = self.pin.map(|pin| 1 - pin),
            Call::Init => *self = State { made: true, ..State::default() },
            Call::FirstPin => self.pin = Some(0),
        }
    }
}

/// The program.
#[derive(Debug)]
pub struct Writer {
    module: Module,
    slot: u64,
    session: CK_SESSION_HANDLE,
    content: State,
    next: u64,
    found: Option<String>,
}

impl Writer {
    /// Loads the module and holds what is there against the ledger.
    ///
    /// # Panics
    /// When something is lost, or there by half.
    #[must_use]
    pub fn start(ledger: Ledger<State>) -> Writer {
        let module = Module::load();
        token::start(&module);
        let slot = token::slots(&module)[0];
        let mut writer =
            Writer { module, slot, session: 0, content: State::default(), next: ledger.next, found: None };
        let seen = writer.see(&ledger.possible());
        writer.found = ledger.settle(&seen);
        writer.content = seen;
        writer
    }

    /// One call, told before and after.
    ///
    /// # Panics
    /// When it fails.
    pub fn step(&mut self) {
        if let Some(found) = self.found.take() {
            tell(&found);
        }
        let number = self.next;
        self.next += 1;
        let (call, id) = self.content.call(number);
        let targets =
            if matches!(call, Call::Label | Call::Destroy) { self.targets(&id) } else { Vec::new() };
        if call == Call::Init && self.session != 0 {
            ok!(self.module, C_CloseSession(self.session));
            self.session = 0;
        }
        tell(&format!("begin {number}"));
        self.make(call, &id, number, &targets);
        tell(&format!("done {number}"));
        self.content.apply(number);
        if call == Call::FirstPin {
            ok!(self.module, C_Logout(self.session));
            assert_eq!(token::login(&self.module, self.session, CKU_USER, PINS[0]), CKR_OK);
        }
        if call == Call::Init {
            self.session = token::session(&self.module, self.slot);
            assert_eq!(token::login(&self.module, self.session, CKU_SO, token::SO_PIN), CKR_OK);
        }
    }

    fn make(&self, call: Call, id: &[u8], number: u64, targets: &[CK_OBJECT_HANDLE]) {
        let (module, session, label) = (&self.module, self.session, format!("label {number}"));
        match call {
            Call::Write => generate_aes(module, session, &label, id),
            Call::Pair => drop(token::generate_p256(module, session, &label, id)),
            Call::Label => {
                let mut template = [attribute(CKA_LABEL, label.as_bytes())];
                ok!(module, C_SetAttributeValue(session, targets[0], template.as_mut_ptr(), 1));
            }
            Call::Destroy => ok!(module, C_DestroyObject(session, targets[0])),
            Call::Pin => {
                let pin = self.content.pin.unwrap();
                let (old, new) = (PINS[pin], PINS[1 - pin]);
                let (old, new) = (
                    (old.as_ptr().cast_mut(), length(old.len())),
                    (new.as_ptr().cast_mut(), length(new.len())),
                );
                ok!(module, C_SetPIN(session, old.0, old.1, new.0, new.1));
            }
            Call::Init => {
                let (pin, name) = (token::SO_PIN.as_ptr().cast_mut(), [b' '; 32]);
                let name = name.as_ptr().cast_mut();
                ok!(module, C_InitToken(self.slot, pin, length(token::SO_PIN.len()), name));
            }
            Call::FirstPin => {
                ok!(module, C_InitPIN(session, PINS[0].as_ptr().cast_mut(), length(PINS[0].len())));
            }
        }
    }

    /// The objects with this CKA_ID, by class.
    fn targets(&self, id: &[u8]) -> Vec<CK_OBJECT_HANDLE> {
        let mut found = token::find(&self.module, self.session, &mut [attribute(CKA_ID, id)]);
        found.sort_by_key(|object| self.class(*object));
        found
    }

    fn class(&self, object: CK_OBJECT_HANDLE) -> CK_ULONG {
        let bytes = self.value(object, CKA_CLASS);
        CK_ULONG::from_ne_bytes(bytes.try_into().unwrap())
    }

    fn value(&self, object: CK_OBJECT_HANDLE, type_: u64) -> Vec<u8> {
        let mut value = vec![0; 64];
        let mut template = [CK_ATTRIBUTE { type_, pValue: value.as_mut_ptr().cast(), ulValueLen: 64 }];
        ok!(self.module, C_GetAttributeValue(self.session, object, template.as_mut_ptr(), 1));
        value.truncate(usize::try_from(template[0].ulValueLen).unwrap());
        value
    }

    /// What the token holds; logs in with the PIN of one of `possible`.
    fn see(&mut self, possible: &[State]) -> State {
        let mut info = CK_TOKEN_INFO::default();
        ok!(self.module, C_GetTokenInfo(self.slot, &raw mut info));
        let mut content = State { made: info.flags & CKF_TOKEN_INITIALIZED != 0, ..State::default() };
        if !content.made {
            return content;
        }
        self.session = token::session(&self.module, self.slot);
        if info.flags & CKF_USER_PIN_INITIALIZED == 0 {
            assert_eq!(token::login(&self.module, self.session, CKU_SO, token::SO_PIN), CKR_OK);
        } else {
            let known = possible.iter().filter_map(|content| content.pin);
            let login =
                |pin: &usize| token::login(&self.module, self.session, CKU_USER, PINS[*pin]) == CKR_OK;
            content.pin = known.into_iter().find(login);
        }
        for object in token::all(&self.module, self.session) {
            let label = String::from_utf8(self.value(object, CKA_LABEL)).unwrap();
            let classes = content.objects.entry(self.value(object, CKA_ID)).or_default();
            classes.insert(self.class(object), label);
        }
        content
    }
}

/// An AES key kept in the token.
pub fn generate_aes(module: &Module, session: CK_SESSION_HANDLE, label: &str, id: &[u8]) {
    let code = try_to_generate_aes(module, session, label, id);
    assert_eq!(code, CKR_OK, "C_GenerateKey: {}", spec::name_of(code));
}

/// As [`generate_aes`]; gives the CK_RV.
#[must_use]
pub fn try_to_generate_aes(module: &Module, session: CK_SESSION_HANDLE, label: &str, id: &[u8]) -> u64 {
    let (size, mut key) = (16_u64.to_ne_bytes(), 0);
    let mut template = [
        attribute(CKA_TOKEN, &[CK_TRUE]),
        attribute(CKA_ENCRYPT, &[CK_FALSE]),
        attribute(CKA_LABEL, label.as_bytes()),
        attribute(CKA_ID, id),
        attribute(CKA_VALUE_LEN, &size),
    ];
    let mut mechanism = mechanism(CKM_AES_KEY_GEN);
    let count = length(template.len());
    call!(module, C_GenerateKey(session, &raw mut mechanism, template.as_mut_ptr(), count, &raw mut key))
}
