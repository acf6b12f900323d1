//! Short words for raw calls, so that a scenario reads like the list of calls it is.

use crate::driver::pkcs11::{SO_PIN, USER_PIN};
use crate::raw::{
    Call, Entry, Handle, Input, Mechanism, Operation, Parameter, Room, SlotName, Template, Value, Want,
};
use crate::scenario::{Builder, Condition, Scenario};
use crate::step::{Action, Data};
use crate::{der, material};

pub(in crate::scenarios) const OK: &[&str] = &["CKR_OK"];
pub(in crate::scenarios) const RW: u64 = 6;
pub(in crate::scenarios) const RO: u64 = 4;
pub(in crate::scenarios) const CKU_SO: u64 = 0;
pub(in crate::scenarios) const CKU_USER: u64 = 1;
/// The session most scenarios use.
pub(in crate::scenarios) const S: &str = "session";

pub(in crate::scenarios) fn named(name: &str) -> Handle {
    Handle::Named(name.to_owned())
}

pub(in crate::scenarios) fn text(text: &str) -> Input {
    Input::Bytes(Data::of(text.as_bytes()))
}

pub(in crate::scenarios) fn bytes(bytes: &[u8]) -> Input {
    Input::Bytes(Data::of(bytes))
}

/// So many bytes, none like its neighbour.
pub(in crate::scenarios) fn filler(length: usize) -> Vec<u8> {
    (0..=u8::MAX).cycle().map(|byte| byte.wrapping_mul(7).wrapping_add(3)).take(length).collect()
}

/// Adds a check of one raw call.
pub(in crate::scenarios) fn raw<'a>(
    s: &'a mut Scenario,
    name: &str,
    call: Call,
    clause: &str,
    accepts: &[&str],
) -> Builder<'a> {
    s.check(name, Action::Raw(call)).pkcs11(clause, accepts)
}

pub(in crate::scenarios) fn length(written: u64) -> Condition {
    Condition::Written { least: written, most: written }
}

pub(in crate::scenarios) fn flag(flag: &str, set: bool) -> Condition {
    Condition::Flag { flag: flag.into(), set }
}

pub(in crate::scenarios) fn number(field: &str, value: u64) -> Condition {
    Condition::Number { field: field.into(), value }
}

pub(in crate::scenarios) fn open(session: &str, flags: u64) -> Call {
    Call::C_OpenSession { slot: SlotName::Token, flags, name: Some(session.to_owned()) }
}

pub(in crate::scenarios) fn login(session: &str, user: u64, pin: &str) -> Call {
    Call::C_Login { session: named(session), user, pin: text(pin) }
}

pub(in crate::scenarios) fn so_pin() -> &'static str {
    SO_PIN
}

pub(in crate::scenarios) fn user_pin() -> &'static str {
    USER_PIN
}

/// A scenario that begins with a read-write session in which the user is logged in.
pub(in crate::scenarios) fn logged_in(name: &str) -> Scenario {
    let mut s = Scenario::new(format!("raw/{name}"));
    raw(&mut s, "open-session", open(S, RW), "§5.6.1 C_OpenSession", OK);
    raw(&mut s, "log-in", login(S, CKU_USER, USER_PIN), "§5.6.8 C_Login", OK);
    s
}

/// A scenario that begins with a read-write session and nobody logged in.
pub(in crate::scenarios) fn opened(name: &str) -> Scenario {
    let mut s = Scenario::new(format!("raw/{name}"));
    raw(&mut s, "open-session", open(S, RW), "§5.6.1 C_OpenSession", OK);
    s
}

pub(in crate::scenarios) fn entry(attribute: &str, value: Value) -> Entry {
    Entry { attribute: attribute.to_owned(), value }
}

pub(in crate::scenarios) fn yes(attribute: &str) -> Entry {
    entry(attribute, Value::Bool(true))
}

pub(in crate::scenarios) fn no(attribute: &str) -> Entry {
    entry(attribute, Value::Bool(false))
}

pub(in crate::scenarios) fn constant(attribute: &str, name: &str) -> Entry {
    entry(attribute, Value::Constant(name.to_owned()))
}

pub(in crate::scenarios) fn of_bytes(attribute: &str, bytes: &[u8]) -> Entry {
    entry(attribute, Value::Bytes(Data::of(bytes)))
}

pub(in crate::scenarios) fn label(text: &str) -> Entry {
    entry("CKA_LABEL", Value::Text(text.to_owned()))
}

/// A secret key of this type with the first bytes of the material; further entries come last.
pub(in crate::scenarios) fn secret(key_type: &str, size: usize, more: &[Entry]) -> Vec<Entry> {
    let value = material::bytes("long-key");
    let mut entries = vec![
        constant("CKA_CLASS", "CKO_SECRET_KEY"),
        constant("CKA_KEY_TYPE", key_type),
        of_bytes("CKA_VALUE", value.get(..size).unwrap_or_default()),
    ];
    entries.extend_from_slice(more);
    entries
}

/// A session AES key of 32 bytes with these usages, readable.
pub(in crate::scenarios) fn aes(usages: &[&str]) -> Vec<Entry> {
    let mut more = vec![no("CKA_TOKEN"), no("CKA_SENSITIVE"), yes("CKA_EXTRACTABLE")];
    more.extend(
        ["CKA_ENCRYPT", "CKA_DECRYPT"].map(|usage| entry(usage, Value::Bool(usages.contains(&usage)))),
    );
    secret("CKK_AES", 32, &more)
}

/// A session generic secret of 32 bytes that may do this.
pub(in crate::scenarios) fn generic(usages: &[&str]) -> Vec<Entry> {
    let mut more = vec![no("CKA_TOKEN"), no("CKA_SENSITIVE"), yes("CKA_EXTRACTABLE")];
    more.extend(
        ["CKA_SIGN", "CKA_VERIFY", "CKA_DERIVE"]
            .map(|usage| entry(usage, Value::Bool(usages.contains(&usage)))),
    );
    secret("CKK_GENERIC_SECRET", 32, &more)
}

/// A data object.
pub(in crate::scenarios) fn data_object(text: &str, token: bool, private: bool) -> Vec<Entry> {
    vec![
        constant("CKA_CLASS", "CKO_DATA"),
        entry("CKA_TOKEN", Value::Bool(token)),
        entry("CKA_PRIVATE", Value::Bool(private)),
        label(text),
        entry("CKA_APPLICATION", Value::Text("harness".into())),
        of_bytes("CKA_VALUE", text.as_bytes()),
    ]
}

/// CKA_EC_PARAMS of P-256.
pub(in crate::scenarios) fn p256() -> Entry {
    of_bytes("CKA_EC_PARAMS", &der::element(6, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]))
}

fn half(class: &str, key_type: &str, more: &[Entry]) -> Vec<Entry> {
    let mut entries = vec![constant("CKA_CLASS", class), constant("CKA_KEY_TYPE", key_type), no("CKA_TOKEN")];
    entries.extend_from_slice(more);
    entries
}

/// The private half of the P-256 key of the material.
pub(in crate::scenarios) fn p256_private(more: &[Entry]) -> Vec<Entry> {
    let value = [p256(), of_bytes("CKA_VALUE", &material::bytes("p256-secret"))];
    half("CKO_PRIVATE_KEY", "CKK_EC", &[&value, more].concat())
}

/// The public half of it.
pub(in crate::scenarios) fn p256_public(more: &[Entry]) -> Vec<Entry> {
    let point = der::element(4, &material::bytes("p256-public"));
    let value = [p256(), of_bytes("CKA_EC_POINT", &point)];
    half("CKO_PUBLIC_KEY", "CKK_EC", &[&value, more].concat())
}

/// The two halves of the RSA key of the material: private, public.
pub(in crate::scenarios) fn rsa(private: &[Entry], public: &[Entry]) -> [Vec<Entry>; 2] {
    let numbers = der::integers(&material::bytes("rsa-private")).unwrap_or_default();
    let names = [
        "CKA_MODULUS",
        "CKA_PUBLIC_EXPONENT",
        "CKA_PRIVATE_EXPONENT",
        "CKA_PRIME_1",
        "CKA_PRIME_2",
        "CKA_EXPONENT_1",
        "CKA_EXPONENT_2",
        "CKA_COEFFICIENT",
    ];
    let all: Vec<Entry> =
        names.iter().zip(numbers.iter().skip(1)).map(|(name, number)| of_bytes(name, number)).collect();
    let two = all.iter().take(2).cloned().collect::<Vec<_>>();
    [
        half("CKO_PRIVATE_KEY", "CKK_RSA", &[&all, private].concat()),
        half("CKO_PUBLIC_KEY", "CKK_RSA", &[&two, public].concat()),
    ]
}

pub(in crate::scenarios) fn create(name: &str, entries: Vec<Entry>) -> Call {
    Call::C_CreateObject {
        session: named(S),
        template: Template::Entries(entries),
        name: Some(name.to_owned()),
    }
}

/// A check that creates an object, which every module that offers the type has to do.
pub(in crate::scenarios) fn given(s: &mut Scenario, name: &str, entries: Vec<Entry>) {
    raw(s, &format!("create-{name}"), create(name, entries), "§5.7.1 C_CreateObject", OK);
}

pub(in crate::scenarios) fn copy(object: &str, name: &str, entries: Vec<Entry>) -> Call {
    Call::C_CopyObject {
        session: named(S),
        object: named(object),
        template: Template::Entries(entries),
        name: Some(name.to_owned()),
    }
}

pub(in crate::scenarios) fn destroy(object: &str) -> Call {
    Call::C_DestroyObject { session: named(S), object: named(object) }
}

pub(in crate::scenarios) fn set(object: &str, entries: Vec<Entry>) -> Call {
    Call::C_SetAttributeValue {
        session: named(S),
        object: named(object),
        template: Template::Entries(entries),
    }
}

pub(in crate::scenarios) fn get(object: &str, attributes: &[(&str, Room)]) -> Call {
    let want = |(attribute, room): &(&str, Room)| Want { attribute: (*attribute).to_owned(), room: *room };
    Call::C_GetAttributeValue {
        session: named(S),
        object: named(object),
        wanted: attributes.iter().map(want).collect(),
    }
}

/// A check that reads a flag of an object.
pub(in crate::scenarios) fn flag_is(
    s: &mut Scenario,
    object: &str,
    attribute: &str,
    value: bool,
    clause: &str,
) {
    let name =
        format!("{}-of-{object}", attribute.trim_start_matches("CKA_").to_lowercase().replace('_', "-"));
    raw(s, &name, get(object, &[(attribute, Room::Ample)]), clause, OK)
        .with(Condition::Attribute { at: 0, value: Data::of(&[u8::from(value)]) })
        .requires(object);
}

/// Three checks: a whole search, and how many objects it gives.
pub(in crate::scenarios) fn finds(
    s: &mut Scenario,
    name: &str,
    session: &str,
    entries: Vec<Entry>,
    count: u64,
) {
    let template = Template::Entries(entries);
    let begin = Call::C_FindObjectsInit { session: named(session), template };
    raw(s, &format!("{name}-begin"), begin, "§5.7.7 C_FindObjectsInit", OK);
    let objects = Call::C_FindObjects { session: named(session), most: 50, name: None };
    raw(s, name, objects, "§5.7.8 C_FindObjects", OK).with(Condition::Found(count));
    let end = Call::C_FindObjectsFinal { session: named(session) };
    raw(s, &format!("{name}-end"), end, "§5.7.9 C_FindObjectsFinal", OK);
}

pub(in crate::scenarios) fn plain(mechanism: &str) -> Mechanism {
    Mechanism::Of(mechanism.to_owned(), Parameter::None)
}

pub(in crate::scenarios) fn cbc_pad(iv: &[u8]) -> Mechanism {
    Mechanism::Of("CKM_AES_CBC_PAD".into(), Parameter::Bytes(Data::of(iv)))
}

pub(in crate::scenarios) fn ctr() -> Mechanism {
    let block = Data::of(&material::bytes("aes-iv"));
    Mechanism::Of("CKM_AES_CTR".into(), Parameter::Ctr { counter_bits: 128, block })
}

pub(in crate::scenarios) fn gcm(iv: &[u8], aad: &[u8]) -> Mechanism {
    let parameter = Parameter::Gcm { iv: Data::of(iv), aad: Data::of(aad), tag_bits: 128 };
    Mechanism::Of("CKM_AES_GCM".into(), parameter)
}

pub(in crate::scenarios) fn pss(mechanism: &str, salt: u64) -> Mechanism {
    let parameter = Parameter::Pss { hash: "CKM_SHA256".into(), mgf: "CKG_MGF1_SHA256".into(), salt };
    Mechanism::Of(mechanism.to_owned(), parameter)
}

pub(in crate::scenarios) fn init_in(
    session: &str,
    operation: Operation,
    mechanism: Mechanism,
    key: &str,
) -> Call {
    let key = if key.is_empty() { Handle::Number(0) } else { named(key) };
    Call::Init { operation, session: named(session), mechanism, key }
}

pub(in crate::scenarios) fn init(operation: Operation, mechanism: Mechanism, key: &str) -> Call {
    init_in(S, operation, mechanism, key)
}

pub(in crate::scenarios) fn one_shot(operation: Operation, input: Input, room: Room) -> Call {
    Call::OneShot { operation, session: named(S), input, signature: None, room }
}

pub(in crate::scenarios) fn verify(input: Input, signature: Input) -> Call {
    Call::OneShot {
        operation: Operation::Verify,
        session: named(S),
        input,
        signature: Some(signature),
        room: Room::Query,
    }
}

pub(in crate::scenarios) fn update(operation: Operation, input: Input, room: Room) -> Call {
    Call::Update { operation, session: named(S), input, room }
}

pub(in crate::scenarios) fn last(operation: Operation, room: Room) -> Call {
    Call::Final { operation, session: named(S), signature: None, room }
}

pub(in crate::scenarios) fn remembered(name: &str) -> Input {
    Input::Bytes(Data::Remembered(name.to_owned()))
}

/// What the first check of a chapter remembers that a module may leave out (§5.1.6).
pub(in crate::scenarios) const OFFERED: &str = "offered";

/// The checks after the one that remembers [`OFFERED`] run only where that one was answered as is due.
pub(in crate::scenarios) fn only_where_offered(mut s: Scenario) -> Scenario {
    let first = s.checks.iter().position(|check| check.remember.as_deref() == Some(OFFERED));
    for check in s.checks.iter_mut().skip(first.map_or(usize::MAX, |first| first + 1)) {
        check.requires.get_or_insert_with(|| OFFERED.to_owned());
    }
    s
}

/// The sections of Init, one-shot, Update and Final of an operation.
pub(in crate::scenarios) fn clauses(operation: Operation) -> [String; 4] {
    let section = match operation {
        Operation::Encrypt => "§5.8",
        Operation::Decrypt => "§5.10",
        Operation::Digest => "§5.12",
        Operation::Sign => "§5.13",
        Operation::SignRecover => "§5.13",
        Operation::Verify | Operation::VerifyRecover => "§5.15",
    };
    let names = operation.functions();
    let places = match operation {
        Operation::Digest => [1, 2, 3, 5],
        Operation::SignRecover | Operation::VerifyRecover => [5, 6, 0, 0],
        _ => [1, 2, 3, 4],
    };
    std::array::from_fn(|at| format!("{section}.{} {}", places[at], names[at]))
}
