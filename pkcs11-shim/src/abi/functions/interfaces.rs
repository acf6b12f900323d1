//! C_GetInterfaceList and C_GetInterface: the way to the function lists after 2.40. Both work before C_Initialize.

use crate::abi::bytes;
use crate::abi::guard::cryptoki_functions;
use crate::abi::instance::{self, Process};
use crate::abi::out::{Interfaces, Place};
use crate::abi::table::{LIST, LIST_3_0, LIST_3_1, LIST_3_2, VERSION, VERSION_3_0, VERSION_3_1, VERSION_3_2};
use cryptoki_sys::{CK_FLAGS, CK_INTERFACE, CK_ULONG, CK_UTF8CHAR, CK_VERSION, CKF_INTERFACE_FORK_SAFE};
use std::ffi::{CStr, c_void};
use twintoken::Settings;
use twintoken::fault::Fault;
use twintoken::settings::{Identity, OnFork};

const NAME: &CStr = c"PKCS 11";

/// An interface with the version of its list.
pub(in crate::abi) struct Interface {
    version: CK_VERSION,
    list: *const c_void,
}

// SAFETY: the lists are constants of the module.
unsafe impl Sync for Interface {}

impl Interface {
    /// What the caller gets.
    pub(in crate::abi) fn as_c(&self, flags: CK_FLAGS) -> CK_INTERFACE {
        CK_INTERFACE {
            pInterfaceName: NAME.as_ptr().cast_mut().cast(),
            pFunctionList: self.list.cast_mut(),
            flags,
        }
    }
}

/// The newest first: C_GetInterface without a name gives that one.
static INTERFACES: [Interface; 4] = [
    Interface { version: VERSION_3_2, list: (&raw const LIST_3_2).cast() },
    Interface { version: VERSION_3_1, list: (&raw const LIST_3_1).cast() },
    Interface { version: VERSION_3_0, list: (&raw const LIST_3_0).cast() },
    Interface { version: VERSION, list: (&raw const LIST).cast() },
];

/// As C_GetInterface gives them: it hands out pointers, so these live as long as the module.
struct Handed([[CK_INTERFACE; 4]; 2]);

// SAFETY: the name and the lists are constants of the module, and nobody here writes to them.
unsafe impl Sync for Handed {}
// SAFETY: as above.
unsafe impl Send for Handed {}

static HANDED: std::sync::OnceLock<Handed> = std::sync::OnceLock::new();

/// The flags of all interfaces: CKF_INTERFACE_FORK_SAFE promises a child its parent's sessions, so it is off unless a
/// child inherits them.
const FLAGS: [CK_FLAGS; 2] = [0, CKF_INTERFACE_FORK_SAFE];

/// The interfaces of this process, and which of [`FLAGS`] they have: a module that stands in for SoftHSM2 has its one.
fn offered(process: &Process) -> (&'static [Interface], usize) {
    let read = |settings: &Settings| (settings.identity, settings.fork);
    let (identity, fork) = match process.emulator() {
        Ok(emulator) => read(emulator.settings()),
        Err(_) => instance::settings().map_or_else(|_| Default::default(), |settings| read(&settings)),
    };
    let interfaces = match identity {
        Identity::Twintoken => &INTERFACES[..],
        Identity::Softhsm2 => &INTERFACES[3..],
    };
    (interfaces, usize::from(fork == OnFork::Inherit))
}

fn same(one: CK_VERSION, other: CK_VERSION) -> bool {
    (one.major, one.minor) == (other.major, other.minor)
}

/// Whether the caller asks for interfaces of our name, by it or by none.
///
/// # Safety
/// `name`, if not NULL, must be a string that ends with a zero byte.
unsafe fn is_ours(name: *const CK_UTF8CHAR) -> bool {
    // SAFETY: not NULL, and ended by this function's contract.
    name.is_null() || unsafe { CStr::from_ptr(name.cast()) } == NAME
}

cryptoki_functions! {
    /// C_GetInterfaceList.
    fn C_GetInterfaceList(interfaces: *mut CK_INTERFACE, count: *mut CK_ULONG) in process {
        // SAFETY: the caller vouches for both pointers.
        let out = unsafe { Interfaces::new(interfaces, count) }?;
        let (interfaces, flags) = offered(process);
        out.answer(interfaces, FLAGS[flags])
    }

    /// C_GetInterface.
    fn C_GetInterface(
        name: *mut CK_UTF8CHAR,
        version: *mut CK_VERSION,
        interface: *mut *mut CK_INTERFACE,
        flags: CK_FLAGS,
    ) in process {
        // SAFETY: the caller vouches for the pointer.
        let place = unsafe { Place::new(interface) }?;
        // SAFETY: the caller vouches for the name.
        let ours = unsafe { is_ours(name) };
        let none = Fault::BadArgument("there is no interface of this name, version and flags");
        let wanted = if version.is_null() {
            None
        } else {
            // SAFETY: not NULL, and the caller vouches for it.
            Some(unsafe { bytes::structure(version, none.clone()) }?)
        };
        let fits = |one: &Interface| wanted.is_none_or(|version| same(one.version, version));
        let (interfaces, had) = offered(process);
        let has_flags = flags & !FLAGS[had] == 0;
        let found = interfaces.iter().find(|one| ours && has_flags && fits(one)).ok_or(none)?;
        let with = |flags| std::array::from_fn(|index| INTERFACES[index].as_c(flags));
        let handed = HANDED.get_or_init(|| Handed(FLAGS.map(with)));
        let at = INTERFACES.iter().position(|one| same(one.version, found.version)).unwrap_or(0);
        place.put((&raw const handed.0[had][at]).cast_mut());
        Ok(())
    }
}
