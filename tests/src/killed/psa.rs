//! A program that makes, changes and removes keys and assets through the PSA library.

use super::{Content, Ledger, tell};
use crate::module::Module;
use crate::psa::{Attributes, Buffer, Psa, SUCCESS};
use crate::token::{self, attribute};
use cryptoki_sys::CKA_ID;
use std::cell::Cell;
use std::collections::BTreeMap;
use twintoken::psa::Status;

const RAW_DATA: u16 = 0x1001;
const ECC_PAIR: u16 = 0x7112;
const EXPORT_AND_COPY: u32 = 0x3;

/// What the calls are, one after another, over and over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    /// psa_import_key: one record.
    Import,
    /// psa_generate_key of a pair: two records at once.
    Pair,
    /// psa_copy_key of the oldest key that was imported.
    Copy(u32),
    /// psa_destroy_key: of a pair, both records at once.
    Destroy(u32),
    /// psa_its_set or psa_ps_set.
    Set(Service, u64),
    /// psa_its_remove or psa_ps_remove.
    Remove(Service, u64),
    /// psa_ps_create.
    Create(u64),
    /// psa_ps_set_extended: what the asset has room for, from its first byte.
    Extend(u64),
}

/// The two services of secure storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Service {
    Its,
    Ps,
}

impl Service {
    fn function(self, what: &str) -> String {
        format!("psa_{}_{what}", if self == Service::Its { "its" } else { "ps" })
    }
}

/// A key: its value, or that it is a pair, whose value nobody knows before.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Key {
    Value(Vec<u8>),
    Pair,
}

/// What the store holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    keys: BTreeMap<u32, Key>,
    /// Data and capacity.
    assets: BTreeMap<(Service, u64), (Vec<u8>, usize)>,
}

/// The value that call number `number` writes: of no common length, and told from any other.
///
/// # Panics
/// Never.
#[must_use]
pub fn value(number: u64) -> Vec<u8> {
    let length = usize::try_from(1 + number * 67 % 900).unwrap();
    (0..length).map(|at| (number.wrapping_mul(31).wrapping_add(at as u64)).to_le_bytes()[0]).collect()
}

/// Call number `number` makes the key of this id.
fn key_id(number: u64) -> u32 {
    u32::try_from(number + 1).unwrap()
}

impl State {
    fn call(&self, number: u64) -> Call {
        let oldest_key = self.keys.keys().next().copied();
        let is_value = |entry: &(&u32, &Key)| matches!(entry.1, Key::Value(_));
        let oldest_value = self.keys.iter().find(is_value).map(|(id, _)| *id);
        let oldest = |service| self.assets.keys().find(|(one, _)| *one == service).map(|(_, uid)| *uid);
        let oldest_empty =
            self.assets.iter().find(|(_, (data, capacity))| data.len() < *capacity).map(|(name, _)| name.1);
        let uid = number + 1;
        match number % 14 {
            1 | 8 => Call::Pair,
            2 => oldest_value.map_or(Call::Import, Call::Copy),
            3 | 10 => Call::Set(Service::Its, uid),
            4 => Call::Set(Service::Its, oldest(Service::Its).unwrap_or(uid)),
            5 => Call::Set(Service::Ps, uid),
            6 => Call::Create(uid),
            7 => oldest_empty.map_or(Call::Create(uid), Call::Extend),
            9 | 12 => oldest_key.map_or(Call::Import, Call::Destroy),
            11 => oldest(Service::Its).map_or(Call::Import, |uid| Call::Remove(Service::Its, uid)),
            13 => oldest(Service::Ps).map_or(Call::Import, |uid| Call::Remove(Service::Ps, uid)),
            _ => Call::Import,
        }
    }
}

impl Content for State {
    fn apply(&mut self, number: u64) {
        let (id, value) = (key_id(number), value(number));
        match self.call(number) {
            Call::Import => drop(self.keys.insert(id, Key::Value(value))),
            Call::Pair => drop(self.keys.insert(id, Key::Pair)),
            Call::Copy(source) => drop(self.keys.insert(id, self.keys[&source].clone())),
            Call::Destroy(id) => drop(self.keys.remove(&id)),
            Call::Set(service, uid) => {
                let capacity = value.len();
                self.assets.insert((service, uid), (value, capacity));
            }
            Call::Remove(service, uid) => drop(self.assets.remove(&(service, uid))),
            Call::Create(uid) => drop(self.assets.insert((Service::Ps, uid), (Vec::new(), value.len()))),
            Call::Extend(uid) => {
                if let Some((data, capacity)) = self.assets.get_mut(&(Service::Ps, uid)) {
                    *data = value.iter().copied().cycle().take(*capacity).collect();
                }
            }
        }
    }
}

/// psa_storage_info_t: capacity, size, flags.
type Info = Cell<[usize; 3]>;

/// The program.
#[derive(Debug)]
pub struct Writer {
    psa: Psa,
    content: State,
    next: u64,
    found: Option<String>,
}

impl Writer {
    /// Loads the library and holds what is there against the ledger.
    ///
    /// # Panics
    /// When something is lost, or there by half.
    #[must_use]
    pub fn start(ledger: &Ledger<State>) -> Writer {
        let psa = Psa::ready();
        let content = see(&psa, ledger.next);
        let found = ledger.settle(&content);
        let writer = Writer { psa, content, next: ledger.next, found };
        writer.compare_with_pkcs11();
        writer
    }

    /// One call, told before and after.
    ///
    /// # Panics
    /// When it fails for another reason than the quota.
    pub fn step(&mut self) {
        if let Some(found) = self.found.take() {
            tell(&found);
        }
        let number = self.next;
        self.next += 1;
        let call = self.content.call(number);
        tell(&format!("begin {number}"));
        let status = self.make(call, number);
        if status == Status::INSUFFICIENT_STORAGE.0 {
            tell(&format!("full {number}"));
            return;
        }
        assert_eq!(status, SUCCESS, "{call:?}: {}", Status(status).name());
        tell(&format!("done {number}"));
        self.content.apply(number);
    }

    fn make(&self, call: Call, number: u64) -> i32 {
        let (psa, made, value) = (&self.psa, Cell::new(0_u32), value(number));
        let kept =
            Attributes { id: key_id(number), lifetime: 1, usage: EXPORT_AND_COPY, ..Attributes::default() };
        match call {
            Call::Import => {
                let raw = Attributes { key_type: RAW_DATA, ..kept };
                psa.call("psa_import_key", &[&raw, &value, &made])
            }
            Call::Pair => {
                let pair = Attributes { key_type: ECC_PAIR, bits: 256, ..kept };
                psa.call("psa_generate_key", &[&pair, &made])
            }
            Call::Copy(source) => psa.call("psa_copy_key", &[&source, &kept, &made]),
            Call::Destroy(id) => psa.call("psa_destroy_key", &[&id]),
            Call::Set(service, uid) => {
                psa.call(&service.function("set"), &[&uid, &value.len(), &value.as_ptr(), &0_u32])
            }
            Call::Remove(service, uid) => psa.call(&service.function("remove"), &[&uid]),
            Call::Create(uid) => psa.call("psa_ps_create", &[&uid, &value.len(), &0_u32]),
            Call::Extend(uid) => {
                let (_, capacity) = &self.content.assets[&(Service::Ps, uid)];
                let data: Vec<u8> = value.iter().copied().cycle().take(*capacity).collect();
                psa.call("psa_ps_set_extended", &[&uid, &0_usize, &data.len(), &data.as_ptr()])
            }
        }
    }

    /// PKCS#11 shows one object for each key, two for a pair, and no others.
    fn compare_with_pkcs11(&self) {
        if self.content == State::default() {
            return;
        }
        let module = Module::load();
        token::start(&module);
        let session = token::session(&module, token::slots(&module)[0]);
        let mut due = 0;
        for (id, key) in &self.content.keys {
            let objects = if *key == Key::Pair { 2 } else { 1 };
            let found = token::find(&module, session, &mut [attribute(CKA_ID, &id.to_be_bytes())]);
            assert_eq!(found.len(), objects, "the objects of key {id:#x}");
            due += objects;
        }
        assert_eq!(token::all(&module, session).len(), due, "objects of no key");
    }
}

/// What the store holds of all that calls before number `next` can have made.
fn see(psa: &Psa, next: u64) -> State {
    let mut content = State::default();
    let gone = |status: i32, also: Status| status == Status::DOES_NOT_EXIST.0 || status == also.0;
    for number in 0..next {
        let id = key_id(number);
        let (attributes, data) = (Cell::new(Attributes::default()), Buffer::new(1000));
        let status = psa.call("psa_get_key_attributes", &[&id, &attributes]);
        if gone(status, Status::INVALID_HANDLE) {
            psa.fails("psa_export_key", &[&id, &data], Status::INVALID_HANDLE);
        } else {
            assert_eq!(status, SUCCESS, "key {id:#x}: {}", Status(status).name());
            let pair = attributes.get().key_type == ECC_PAIR;
            psa.ok("psa_export_key", &[&id, &data]);
            if pair {
                assert_eq!(data.given().len(), 32);
                assert_eq!(psa.bytes("psa_export_public_key", &[&id], 65).len(), 65);
            }
            content.keys.insert(id, if pair { Key::Pair } else { Key::Value(data.given()) });
        }
        for service in [Service::Its, Service::Ps] {
            let (uid, info) = (number + 1, Info::new([0; 3]));
            let status = psa.call(&service.function("get_info"), &[&uid, &info]);
            if gone(status, Status::DOES_NOT_EXIST) {
                continue;
            }
            assert_eq!(status, SUCCESS, "{service:?} {uid}: {}", Status(status).name());
            let [capacity, size, _] = info.get();
            let (data, length) = (vec![0_u8; size], Cell::new(0_usize));
            psa.ok(&service.function("get"), &[&uid, &0_usize, &size, &data.as_ptr(), &length]);
            assert_eq!(length.get(), size);
            content.assets.insert((service, uid), (data, capacity));
        }
    }
    content
}
