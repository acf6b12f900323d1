//! What the proxy lends to the module behind for the length of one call, and what it takes back.

use super::words::Word;
use crate::call::{Argument, Attribute, Call, Input, List, Mechanism, Output, Place, Structure, Template};
use crate::function::Shape;
use cryptoki_sys::{CK_ATTRIBUTE, CK_MECHANISM, CK_RV, CKR_OK};
use std::ptr::null_mut;

/// The largest buffer that is lent, whatever the caller announced: no answer is longer.
const MOST: u64 = 1 << 24;

/// What stands in a place before the module writes there.
const UNTOUCHED: u64 = 0x5eed_f00d_5eed_f00d;

/// Memory aligned for any value.
pub(super) struct Buffer {
    words: Vec<u64>,
}

impl Buffer {
    /// So many bytes, which begin with these.
    fn new(size: u64, content: &[u8]) -> Self {
        let size = usize::try_from(size.min(MOST)).unwrap_or(0).max(content.len());
        let mut words = vec![0; size.div_ceil(8).max(1)];
        for (word, bytes) in words.iter_mut().zip(content.chunks(8)) {
            let mut whole = [0; 8];
            whole.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
            *word = u64::from_ne_bytes(whole);
        }
        Self { words }
    }

    fn pointer<T>(&mut self) -> *mut T {
        self.words.as_mut_ptr().cast()
    }

    /// The first so many bytes, as far as there are so many.
    fn bytes(&self, size: u64) -> Vec<u8> {
        let size = usize::try_from(size).unwrap_or(0).min(self.words.len() * 8);
        let mut bytes: Vec<u8> =
            self.words.iter().take(size.div_ceil(8)).flat_map(|word| word.to_ne_bytes()).collect();
        bytes.truncate(size);
        bytes
    }
}

/// One argument in the form C has it.
pub(super) enum Lent {
    /// Nothing to take back; the buffers are only held.
    Read {
        words: Vec<Word>,
        _held: Vec<Buffer>,
        _attributes: Vec<CK_ATTRIBUTE>,
        _mechanism: Option<Box<CK_MECHANISM>>,
    },
    /// A buffer and its length.
    Bytes { buffer: Option<Buffer>, length: Option<Box<u64>>, filled: bool },
    /// Attributes to be answered.
    Wanted { attributes: Vec<CK_ATTRIBUTE>, buffers: Vec<Option<Buffer>> },
    /// A place for a number.
    Place(Option<Box<u64>>),
    /// A list and its count.
    Numbers { buffer: Option<Vec<u64>>, count: Option<Box<u64>>, most: Option<u64> },
    /// A structure.
    Structure(Option<Box<Structure>>),
}

fn pointer<T>(place: Option<&mut T>) -> Word {
    Word::Pointer(place.map_or(null_mut(), |place| std::ptr::from_mut(place).cast()))
}

fn read(words: Vec<Word>) -> Lent {
    Lent::Read { words, _held: Vec::new(), _attributes: Vec::new(), _mechanism: None }
}

/// Pointer and length; the bytes are copied into `held`.
fn lend(input: &Input, held: &mut Vec<Buffer>) -> (Word, u64) {
    match input {
        Input::Null(length) => (Word::Pointer(null_mut()), *length),
        Input::Bytes(bytes) => {
            let mut buffer = Buffer::new(bytes.len() as u64, bytes);
            let pointer = Word::Pointer(buffer.pointer());
            held.push(buffer);
            (pointer, bytes.len() as u64)
        }
    }
}

fn template(template: &Template) -> Lent {
    let mut held = Vec::new();
    let entries = match template {
        Template::Null(count) => return read(vec![Word::Pointer(null_mut()), Word::Number(*count)]),
        Template::Entries(entries) => entries,
    };
    let mut raw = |entry: &Attribute| {
        let (value, length) = lend(&entry.value, &mut held);
        CK_ATTRIBUTE { type_: entry.attribute, pValue: value.pointer(), ulValueLen: length }
    };
    let mut attributes: Vec<CK_ATTRIBUTE> = entries.iter().map(&mut raw).collect();
    let words = vec![Word::Pointer(attributes.as_mut_ptr().cast()), Word::Number(attributes.len() as u64)];
    Lent::Read { words, _held: held, _attributes: attributes, _mechanism: None }
}

fn mechanism(mechanism: Option<&Mechanism>) -> Lent {
    let Some(mechanism) = mechanism else { return read(vec![Word::Pointer(null_mut())]) };
    let (mut held, mut parameter) = (Vec::new(), mechanism.parameter.clone());
    for nested in &mechanism.parameter.nested {
        let (inner, length) = lend(&nested.bytes, &mut held);
        parameter.set_word(nested.pointer_at, inner.pointer::<u8>().expose_provenance() as u64);
        parameter.set_word(nested.length_at, length);
    }
    let (outer, length) = lend(&parameter.bytes, &mut held);
    let raw =
        CK_MECHANISM { mechanism: mechanism.mechanism, pParameter: outer.pointer(), ulParameterLen: length };
    let mut raw = Box::new(raw);
    let words = vec![Word::Pointer(std::ptr::from_mut(raw.as_mut()).cast())];
    Lent::Read { words, _held: held, _attributes: Vec::new(), _mechanism: Some(raw) }
}

fn wanted(entries: &[crate::call::Wanted]) -> Lent {
    let (mut attributes, mut buffers) = (Vec::new(), Vec::new());
    for entry in entries {
        let mut buffer = entry.lent.then(|| Buffer::new(entry.room, &entry.bytes));
        let value = buffer.as_mut().map_or(null_mut(), Buffer::pointer);
        attributes.push(CK_ATTRIBUTE { type_: entry.attribute, pValue: value, ulValueLen: entry.room });
        buffers.push(buffer);
    }
    Lent::Wanted { attributes, buffers }
}

fn numbers(list: &List) -> Lent {
    let size = usize::try_from(list.room.unwrap_or(0).min(MOST)).unwrap_or(0);
    let buffer = list.lent.then(|| vec![0; size.max(1)]);
    let (count, most) = if list.apart { (list.count, list.room) } else { (list.room, None) };
    Lent::Numbers { buffer, count: count.map(Box::new), most }
}

impl Lent {
    /// Brings an argument into C's form.
    pub(super) fn of(shape: Shape, argument: &Argument) -> Self {
        match argument {
            Argument::Number(_, number) => read(vec![Word::Number(*number)]),
            Argument::Opaque(address) => {
                read(vec![Word::Pointer(std::ptr::with_exposed_provenance_mut(*address))])
            }
            Argument::Notify(callback) => read(vec![Word::Notify(*callback)]),
            Argument::Input(input) => {
                let mut held = Vec::new();
                let (pointer, length) = lend(input, &mut held);
                let mut words = vec![pointer];
                if shape == Shape::Input {
                    words.push(Word::Number(length));
                }
                Lent::Read { words, _held: held, _attributes: Vec::new(), _mechanism: None }
            }
            Argument::Output(Output { lent, room, .. }) => Lent::Bytes {
                buffer: lent.then(|| Buffer::new(room.unwrap_or(MOST), &[])),
                length: room.map(Box::new),
                filled: shape == Shape::Filled,
            },
            Argument::Template(entries) => template(entries),
            Argument::Wanted(Ok(entries)) => wanted(entries),
            Argument::Wanted(Err(count)) => read(vec![Word::Pointer(null_mut()), Word::Number(*count)]),
            Argument::Mechanism(own) => mechanism(own.as_ref()),
            Argument::Place(Place { lent, .. }) => Lent::Place(lent.then(|| Box::new(UNTOUCHED))),
            Argument::List(list) => numbers(list),
            Argument::Structure(structure) => Lent::Structure(structure.map(Box::new)),
        }
    }

    /// The places of the C signature that it takes.
    pub(super) fn words(&mut self) -> Vec<Word> {
        match self {
            Lent::Read { words, .. } => words.clone(),
            Lent::Bytes { buffer, length, filled } => {
                let room = Word::Number(length.as_deref().copied().unwrap_or(0));
                let length = if *filled { room } else { pointer(length.as_deref_mut()) };
                vec![Word::Pointer(buffer.as_mut().map_or(null_mut(), Buffer::pointer)), length]
            }
            Lent::Wanted { attributes, .. } => {
                vec![Word::Pointer(attributes.as_mut_ptr().cast()), Word::Number(attributes.len() as u64)]
            }
            Lent::Place(place) => vec![pointer(place.as_deref_mut())],
            Lent::Numbers { buffer, count, most } => {
                let list = buffer.as_mut().map_or(null_mut(), |buffer| buffer.as_mut_ptr().cast());
                let first = [Word::Pointer(list)].into_iter();
                first.chain(most.map(Word::Number)).chain([pointer(count.as_deref_mut())]).collect()
            }
            Lent::Structure(None) => vec![Word::Pointer(null_mut())],
            Lent::Structure(Some(structure)) => vec![match structure.as_mut() {
                Structure::Info(info) => pointer(Some(info)),
                Structure::Slot(info) => pointer(Some(info)),
                Structure::Token(info) => pointer(Some(info)),
                Structure::Mechanism(info) => pointer(Some(info)),
                Structure::Session(info) => pointer(Some(info)),
            }],
        }
    }

    /// Takes back what the module wrote.
    pub(super) fn settle(self, argument: &mut Argument, code: CK_RV) {
        match (self, argument) {
            (Lent::Bytes { buffer, length, filled }, Argument::Output(output)) => {
                output.length = length.as_deref().copied();
                let written = if code == CKR_OK { output.length.unwrap_or(0) } else { 0 };
                output.bytes = buffer.map(|buffer| buffer.bytes(written)).unwrap_or_default();
                if filled {
                    output.length = None;
                }
            }
            (Lent::Wanted { attributes, buffers }, Argument::Wanted(Ok(entries))) => {
                for ((entry, raw), buffer) in entries.iter_mut().zip(attributes).zip(buffers) {
                    entry.length = raw.ulValueLen;
                    let size = if entry.length <= entry.room { entry.length } else { 0 };
                    let size = size.max(entry.bytes.len() as u64);
                    entry.bytes = buffer.map(|buffer| buffer.bytes(size)).unwrap_or_default();
                }
            }
            (Lent::Place(value), Argument::Place(place)) => {
                place.value = value.as_deref().copied().filter(|value| *value != UNTOUCHED);
            }
            (Lent::Numbers { buffer, count, .. }, Argument::List(list)) => {
                list.count = count.as_deref().copied();
                let written = if code == CKR_OK { list.count.unwrap_or(0) } else { 0 };
                let written = usize::try_from(written).unwrap_or(0);
                list.numbers = buffer.unwrap_or_default();
                list.numbers.truncate(written);
            }
            (Lent::Structure(Some(filled)), Argument::Structure(structure)) => *structure = Some(*filled),
            _ => {}
        }
    }
}

/// All arguments of a call.
pub(super) fn all(call: &Call) -> Vec<Lent> {
    call.function
        .shape()
        .iter()
        .zip(&call.arguments)
        .map(|(shape, argument)| Lent::of(*shape, argument))
        .collect()
}
