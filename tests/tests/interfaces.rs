//! The function lists of all versions, through C_GetInterfaceList and C_GetInterface.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]
#![allow(unsafe_code, reason = "interfaces are C pointers")]

use cryptoki_sys::{
    CK_FLAGS, CK_INFO, CK_INTERFACE, CK_RV, CK_ULONG, CK_UTF8CHAR, CK_VERSION, CKF_INTERFACE_FORK_SAFE,
    CKR_ARGUMENTS_BAD, CKR_BUFFER_TOO_SMALL, CKR_OK,
};
use std::ffi::CStr;
use std::ptr;
use twintoken_tests::module::Module;
use twintoken_tests::{child, spec, token};

type GetInfo = unsafe extern "C" fn(*mut CK_INFO) -> CK_RV;
type GetInterfaceList = unsafe extern "C" fn(*mut CK_INTERFACE, *mut CK_ULONG) -> CK_RV;
type GetInterface =
    unsafe extern "C" fn(*mut CK_UTF8CHAR, *mut CK_VERSION, *mut *mut CK_INTERFACE, CK_FLAGS) -> CK_RV;

/// Versions with the number of their functions.
const VERSIONS: [((u8, u8), usize); 4] = [((3, 2), 104), ((3, 1), 92), ((3, 0), 92), ((2, 40), 68)];

fn interfaces(module: &Module) -> Vec<CK_INTERFACE> {
    let address = module.symbol("C_GetInterfaceList").unwrap();
    // SAFETY: the symbol has the specification's type.
    let list = unsafe { std::mem::transmute::<usize, GetInterfaceList>(address) };
    let mut count = 0;
    // SAFETY: a query for the count.
    assert_eq!(unsafe { list(ptr::null_mut(), &raw mut count) }, CKR_OK);
    let nothing = CK_INTERFACE { pInterfaceName: ptr::null_mut(), pFunctionList: ptr::null_mut(), flags: 0 };
    let mut found = vec![nothing; usize::try_from(count).unwrap()];
    let mut less = count - 1;
    // SAFETY: there is room for one less than there are.
    assert_eq!(unsafe { list(found.as_mut_ptr(), &raw mut less) }, CKR_BUFFER_TOO_SMALL);
    assert_eq!((less, found[0].pFunctionList), (count, ptr::null_mut()));
    // SAFETY: there is room for all.
    assert_eq!(unsafe { list(found.as_mut_ptr(), &raw mut count) }, CKR_OK);
    found
}

/// The interface that C_GetInterface gives, or its refusal.
fn interface(
    module: &Module,
    name: Option<&CStr>,
    version: Option<(u8, u8)>,
    flags: CK_FLAGS,
) -> Result<CK_INTERFACE, CK_RV> {
    let address = module.symbol("C_GetInterface").unwrap();
    // SAFETY: the symbol has the specification's type.
    let get = unsafe { std::mem::transmute::<usize, GetInterface>(address) };
    let name = name.map_or(ptr::null(), CStr::as_ptr).cast_mut().cast();
    let mut version = version.map(|(major, minor)| CK_VERSION { major, minor });
    let version = version.as_mut().map_or(ptr::null_mut(), ptr::from_mut);
    let mut found = ptr::null_mut();
    // SAFETY: each pointer is NULL or to a value that outlives the call.
    match unsafe { get(name, version, &raw mut found, flags) } {
        // SAFETY: on success the module gives an interface that lives as long as it does.
        CKR_OK => Ok(unsafe { *found }),
        code => Err(code),
    }
}

fn version_of(interface: &CK_INTERFACE) -> (u8, u8) {
    // SAFETY: every list begins with its version.
    let version = unsafe { interface.pFunctionList.cast::<CK_VERSION>().read() };
    (version.major, version.minor)
}

/// The entries of a list, as addresses.
fn entries(interface: &CK_INTERFACE, count: usize) -> Vec<usize> {
    // SAFETY: after the word of the version a list is an array of so many function pointers.
    (1..=count).map(|index| unsafe { interface.pFunctionList.cast::<usize>().add(index).read() }).collect()
}

#[test]
fn each_version_has_a_list_of_its_own_in_which_every_function_stands() {
    let module = Module::load();
    let found = interfaces(&module);
    assert_eq!(found.iter().map(version_of).collect::<Vec<_>>(), VERSIONS.map(|(version, _)| version));
    let oldest = entries(&found[3], 68);
    for (interface, (version, count)) in found.iter().zip(VERSIONS) {
        // SAFETY: the name ends with a zero byte.
        let name = unsafe { CStr::from_ptr(interface.pInterfaceName.cast()) };
        assert_eq!((name, interface.flags), (c"PKCS 11", 0));
        let entries = entries(interface, count);
        assert!(!entries.contains(&0), "{version:?}: an entry is NULL");
        let differing = entries.iter().zip(&oldest).filter(|(one, other)| one != other).count();
        assert_eq!(differing, usize::from(version != (2, 40)), "{version:?}: only C_GetInfo differs");
    }
}

#[test]
fn every_function_of_every_version_is_a_symbol() {
    let module = Module::load();
    let functions = spec::functions();
    assert_eq!(functions.len(), 104);
    for function in functions {
        assert!(module.symbol(function).is_some(), "{function} is not exported");
    }
}

#[test]
fn get_info_of_each_list_tells_the_lists_version() {
    child::run("get_info_of_each_list_tells_the_lists_version", || {
        let module = Module::load();
        token::start(&module);
        for interface in interfaces(&module) {
            // C_GetInfo is the third entry.
            let address = entries(&interface, 3)[2];
            // SAFETY: the entry has the specification's type.
            let get_info = unsafe { std::mem::transmute::<usize, GetInfo>(address) };
            let mut info = CK_INFO::default();
            // SAFETY: the structure outlives the call.
            assert_eq!(unsafe { get_info(&raw mut info) }, CKR_OK);
            let told = (info.cryptokiVersion.major, info.cryptokiVersion.minor);
            assert_eq!(told, version_of(&interface));
        }
    });
}

#[test]
fn an_interface_is_found_by_name_version_and_flags_and_the_newest_without_any() {
    let module = Module::load();
    let version = |name, version, flags| interface(&module, name, version, flags).map(|one| version_of(&one));
    assert_eq!(version(None, None, 0), Ok((3, 2)));
    assert_eq!(version(Some(c"PKCS 11"), None, 0), Ok((3, 2)));
    for (wanted, _) in VERSIONS {
        assert_eq!(version(Some(c"PKCS 11"), Some(wanted), 0), Ok(wanted));
    }
    assert_eq!(version(Some(c"PKCS 12"), None, 0), Err(CKR_ARGUMENTS_BAD));
    assert_eq!(version(None, Some((2, 20)), 0), Err(CKR_ARGUMENTS_BAD));
    assert_eq!(version(None, None, CKF_INTERFACE_FORK_SAFE), Err(CKR_ARGUMENTS_BAD));
}

#[test]
fn in_place_of_softhsm2_there_is_one_interface() {
    child::run_with(
        "in_place_of_softhsm2_there_is_one_interface",
        |command, _| {
            command.env("TWINTOKEN_IDENTITY", "softhsm2");
        },
        || {
            let module = Module::load();
            assert_eq!(interfaces(&module).iter().map(version_of).collect::<Vec<_>>(), [(2, 40)]);
            token::start(&module);
            assert_eq!(interfaces(&module).len(), 1);
            assert_eq!(interface(&module, None, Some((3, 0)), 0).err(), Some(CKR_ARGUMENTS_BAD));
        },
    );
}
