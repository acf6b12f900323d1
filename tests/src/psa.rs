//! The built PSA library, loaded and called as a C program would: every argument is a word or two.
#![allow(unsafe_code, reason = "a PSA library is reached through C pointers")]

use crate::module;
use crate::spec::{self, PsaFunction};
use libloading::Library;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// PSA_SUCCESS.
pub const SUCCESS: i32 = 0;

/// The most words that the arguments of any function take.
pub const MOST_WORDS: usize = 11;

/// psa_key_attributes_t as the headers lay it out.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Attributes {
    /// psa_key_id_t.
    pub id: u32,
    /// psa_key_lifetime_t.
    pub lifetime: u32,
    /// psa_key_usage_t.
    pub usage: u32,
    /// psa_algorithm_t.
    pub alg: u32,
    /// The size; u32::MAX is what a size that no key has becomes.
    pub bits: u32,
    /// psa_key_type_t.
    pub key_type: u16,
    /// Nothing yet.
    pub reserved: u16,
}

impl Attributes {
    /// Those of a volatile key.
    #[must_use]
    pub fn new(key_type: u16, bits: u32, usage: u32, alg: u32) -> Attributes {
        Attributes { key_type, bits, usage, alg, ..Attributes::default() }
    }
}

/// psa_pake_cipher_suite_t as the headers lay it out.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct CipherSuite {
    /// psa_algorithm_t.
    pub alg: u32,
    /// Of the primitive.
    pub bits: u32,
    /// Of the primitive.
    pub primitive_type: u8,
    /// Of the primitive.
    pub family: u8,
    /// Nothing yet.
    pub reserved: u16,
    /// 0 is a confirmed key.
    pub key_confirmation: u32,
}

/// An operation's structure: all zero is inactive.
pub type Operation = Cell<u64>;

/// A buffer, and the length that a call writes.
#[derive(Debug)]
pub struct Buffer {
    bytes: Vec<Cell<u8>>,
    length: Cell<usize>,
}

impl Buffer {
    /// A buffer of `size` bytes, each 0xaa, with a length that no call writes.
    #[must_use]
    pub fn new(size: usize) -> Buffer {
        Buffer { bytes: vec![Cell::new(0xaa); size], length: Cell::new(usize::MAX) }
    }

    /// What a call has written, by the length that it wrote.
    ///
    /// # Panics
    /// When no call wrote a length, or one that is no length of this buffer's.
    #[must_use]
    pub fn given(&self) -> Vec<u8> {
        self.bytes[..self.length.get()].iter().map(Cell::get).collect()
    }

    /// The pointer to it alone, for functions that take the size first.
    #[must_use]
    pub fn at(&self) -> *const u8 {
        self.bytes.as_ptr().cast()
    }

    /// The pointer to the length that a call writes.
    #[must_use]
    pub fn told(&self) -> *const usize {
        self.length.as_ptr()
    }

    /// All of it.
    #[must_use]
    pub fn all(&self) -> Vec<u8> {
        self.bytes.iter().map(Cell::get).collect()
    }

    /// Whether nothing was written, not even the length.
    #[must_use]
    pub fn is_untouched(&self) -> bool {
        self.length.get() == usize::MAX && self.bytes.iter().all(|byte| byte.get() == 0xaa)
    }
}

/// A buffer that a call fills to its end: pointer and size alone.
#[derive(Debug)]
pub struct Whole(pub Buffer);

impl Whole {
    /// A buffer of `size` bytes, each 0xaa.
    #[must_use]
    pub fn new(size: usize) -> Whole {
        Whole(Buffer::new(size))
    }
}

impl Words for Whole {
    fn words(&self, to: &mut Vec<u64>) {
        to.extend([self.0.bytes.as_ptr() as u64, self.0.bytes.len() as u64]);
    }
}

/// An argument, or a pointer and its length, as words.
pub trait Words {
    /// Appends them.
    fn words(&self, to: &mut Vec<u64>);
}

macro_rules! numbers {
    ($($type:ty),*) => {
        $(impl Words for $type {
            fn words(&self, to: &mut Vec<u64>) {
                to.push(u64::from(*self));
            }
        })*
    };
}

numbers!(u8, u16, u32, u64);

impl Words for usize {
    fn words(&self, to: &mut Vec<u64>) {
        to.push(*self as u64);
    }
}

impl<T> Words for *const T {
    fn words(&self, to: &mut Vec<u64>) {
        to.push(*self as u64);
    }
}

impl<T> Words for *mut T {
    fn words(&self, to: &mut Vec<u64>) {
        to.push(*self as u64);
    }
}

/// Input: pointer and length.
impl Words for &[u8] {
    fn words(&self, to: &mut Vec<u64>) {
        to.extend([self.as_ptr() as u64, self.len() as u64]);
    }
}

impl<const N: usize> Words for [u8; N] {
    fn words(&self, to: &mut Vec<u64>) {
        self.as_slice().words(to);
    }
}

impl Words for Vec<u8> {
    fn words(&self, to: &mut Vec<u64>) {
        self.as_slice().words(to);
    }
}

/// Output: pointer, size, and pointer to the length.
impl Words for Buffer {
    fn words(&self, to: &mut Vec<u64>) {
        to.extend([self.bytes.as_ptr() as u64, self.bytes.len() as u64, self.length.as_ptr() as u64]);
    }
}

/// A result: the pointer to it.
impl<T: Copy> Words for Cell<T> {
    fn words(&self, to: &mut Vec<u64>) {
        to.push(self.as_ptr() as u64);
    }
}

impl Words for Attributes {
    fn words(&self, to: &mut Vec<u64>) {
        to.push(std::ptr::from_ref(self) as u64);
    }
}

impl Words for CipherSuite {
    fn words(&self, to: &mut Vec<u64>) {
        to.push(std::ptr::from_ref(self) as u64);
    }
}

/// The loaded library. It remembers the statuses of each function.
#[derive(Debug)]
pub struct Psa {
    /// Held, so that the addresses stay good.
    _library: Library,
    functions: BTreeMap<String, (usize, usize)>,
    statuses: RefCell<BTreeMap<String, Vec<i32>>>,
}

/// Where the library lies: beside the tests, because this crate depends on it.
///
/// # Panics
/// When it is not there.
#[must_use]
pub fn path() -> std::path::PathBuf {
    module::built("twintoken_psa")
}

impl Psa {
    /// Loads the library. It is not initialised by that.
    ///
    /// # Panics
    /// When it cannot be loaded, or a function is not there.
    #[must_use]
    pub fn load() -> Psa {
        // SAFETY: loading it runs nothing but the start code of the standard library.
        let library = unsafe { Library::new(path()) }.unwrap();
        let address = |function: PsaFunction| {
            // SAFETY: only the address is taken.
            let symbol = unsafe { library.get::<unsafe extern "C" fn()>(function.name.as_bytes()) };
            let address = *symbol.unwrap_or_else(|_| panic!("{} is not exported", function.name)) as usize;
            (function.name, (address, function.parameters.len()))
        };
        let functions = spec::psa_exported().into_iter().map(address).collect();
        Psa { _library: library, functions, statuses: RefCell::default() }
    }

    /// Loads the library and calls psa_crypto_init.
    ///
    /// # Panics
    /// When that fails.
    #[must_use]
    pub fn ready() -> Psa {
        let psa = Psa::load();
        psa.ok("psa_crypto_init", &[]);
        psa
    }

    /// Calls a function with these words.
    ///
    /// Every argument of every function is a pointer or an integer of at most one word, and on the 64-bit Unix systems that
    /// the library is for, the caller clears the arguments away: words beyond those a function takes are not looked at.
    ///
    /// # Panics
    /// When there is no such function.
    pub fn call_words(&self, function: &str, words: [u64; MOST_WORDS]) -> i32 {
        type Any = unsafe extern "C" fn(u64, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64) -> i32;
        let (address, _) = self.functions[function];
        let [a, b, c, d, e, f, g, h, i, j, k] = words;
        // SAFETY: a function's address, see above for the arguments; callers pass pointers that are NULL or valid for what
        // the function does with them.
        let status = unsafe { std::mem::transmute::<usize, Any>(address)(a, b, c, d, e, f, g, h, i, j, k) };
        self.statuses.borrow_mut().entry(function.to_owned()).or_default().push(status);
        status
    }

    /// Calls a function.
    ///
    /// # Panics
    /// When it takes another number of arguments.
    pub fn call(&self, function: &str, arguments: &[&dyn Words]) -> i32 {
        let mut words = Vec::new();
        arguments.iter().for_each(|argument| argument.words(&mut words));
        assert_eq!(words.len(), self.functions[function].1, "the arguments of {function}");
        words.resize(MOST_WORDS, 0);
        self.call_words(function, words.try_into().unwrap())
    }

    /// Calls a function that must succeed.
    ///
    /// # Panics
    /// When it does not.
    pub fn ok(&self, function: &str, arguments: &[&dyn Words]) {
        let status = self.call(function, arguments);
        assert_eq!(status, SUCCESS, "{function}: {}", twintoken::psa::Status(status).name());
    }

    /// Calls a function that must give this status.
    ///
    /// # Panics
    /// When it gives another.
    pub fn fails(&self, function: &str, arguments: &[&dyn Words], status: twintoken::psa::Status) {
        let found = twintoken::psa::Status(self.call(function, arguments));
        assert_eq!(found, status, "{function}");
    }

    /// Makes a key with a function whose last argument is its id.
    ///
    /// # Panics
    /// When it fails.
    pub fn key(&self, function: &str, arguments: &[&dyn Words]) -> u32 {
        let id = Cell::new(u32::MAX);
        self.ok(function, &[arguments, &[&id]].concat());
        id.get()
    }

    /// Calls a function whose last arguments are a buffer of `size` bytes, and gives what it wrote.
    ///
    /// # Panics
    /// When it fails.
    pub fn bytes(&self, function: &str, arguments: &[&dyn Words], size: usize) -> Vec<u8> {
        let buffer = Buffer::new(size);
        self.ok(function, &[arguments, &[&buffer]].concat());
        buffer.given()
    }

    /// The functions that were called, each with all its statuses.
    #[must_use]
    pub fn statuses(&self) -> BTreeMap<String, Vec<i32>> {
        self.statuses.borrow().clone()
    }
}
