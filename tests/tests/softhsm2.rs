//! The module in SoftHSM2's place: its file name, its names and its one interface, its configuration file.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails by panicking")]
#![allow(unsafe_code, reason = "a PKCS#11 module is reached through C pointers")]

use cryptoki_sys::{CK_INFO, CK_INTERFACE, CK_RV, CK_ULONG, CKF_REMOVABLE_DEVICE, CKM_SHA256, CKR_OK};
use std::path::Path;
use std::ptr;
use twintoken_tests::module::{self, Module};
use twintoken_tests::{call, child, ok, spec, token};

fn manufacturer(module: &Module) -> String {
    let mut info = CK_INFO::default();
    ok!(module, C_GetInfo(&raw mut info));
    String::from_utf8_lossy(&info.manufacturerID).trim_end().to_owned()
}

/// How many interfaces C_GetInterfaceList tells of.
fn interfaces(module: &Module) -> CK_ULONG {
    type GetInterfaceList = unsafe extern "C" fn(*mut CK_INTERFACE, *mut CK_ULONG) -> CK_RV;
    let address = module.symbol("C_GetInterfaceList").unwrap();
    let mut count = 0;
    // SAFETY: the symbol has the specification's type, and a query for the count writes nothing else.
    let code =
        unsafe { std::mem::transmute::<usize, GetInterfaceList>(address)(ptr::null_mut(), &raw mut count) };
    assert_eq!(code, CKR_OK);
    count
}

#[test]
fn the_library_named_libsofthsm2_exports_every_function_and_shows_softhsm2s_names_and_one_interface() {
    child::run(
        "the_library_named_libsofthsm2_exports_every_function_and_shows_softhsm2s_names_and_one_interface",
        || {
            let module = Module::load_from(&module::as_softhsm2());
            for function in spec::functions() {
                assert!(module.symbol(function).is_some(), "{function} is not exported");
            }
            assert_eq!(interfaces(&module), 1, "before C_Initialize");
            token::start(&module);
            assert_eq!((manufacturer(&module).as_str(), interfaces(&module)), ("SoftHSM", 1));
            ok!(module, C_Finalize(ptr::null_mut()));
        },
    );
}

#[test]
fn the_identity_that_is_set_wins_over_the_file_name() {
    child::run_with(
        "the_identity_that_is_set_wins_over_the_file_name",
        |command, _| {
            command.env("TWINTOKEN_IDENTITY", "twintoken");
        },
        || {
            let module = Module::load_from(&module::as_softhsm2());
            token::start(&module);
            assert_eq!((manufacturer(&module).as_str(), interfaces(&module)), ("Twintoken", 4));
        },
    );
}

/// A configuration file of SoftHSM2's, whose tokens lie in a folder beside it.
fn configure(file: &Path, removable: bool, mechanisms: &str) {
    let folder = file.with_extension("tokens");
    std::fs::create_dir_all(&folder).unwrap();
    let text = format!(
        "directories.tokendir = {}\nslots.removable = {removable}\nslots.mechanisms = {mechanisms}\n",
        folder.display()
    );
    std::fs::write(file, text).unwrap();
}

/// Whether slots are removable, and whether CKM_SHA256 is there.
fn seen(module: &Module) -> (bool, bool) {
    token::start(module);
    let slot = token::slots(module)[0];
    let (mut info, mut mechanism) = Default::default();
    ok!(module, C_GetSlotInfo(slot, &raw mut info));
    let sha256 = call!(module, C_GetMechanismInfo(slot, CKM_SHA256, &raw mut mechanism)) == CKR_OK;
    ok!(module, C_Finalize(ptr::null_mut()));
    (info.flags & CKF_REMOVABLE_DEVICE != 0, sha256)
}

#[test]
fn softhsm2s_configuration_is_read_again_at_each_c_initialize() {
    child::run_with(
        "softhsm2s_configuration_is_read_again_at_each_c_initialize",
        |command, store| {
            command.env_remove("TWINTOKEN_STORE").env("SOFTHSM2_CONF", store.path().join("softhsm2.conf"));
        },
        || {
            let file = std::env::var_os("SOFTHSM2_CONF").unwrap();
            let module = Module::load();
            for (removable, mechanisms, sha256) in
                [(false, "ALL", true), (true, "-CKM_SHA256", false), (false, "CKM_SHA256,CKM_ECDSA", true)]
            {
                configure(Path::new(&file), removable, mechanisms);
                assert_eq!(seen(&module), (removable, sha256), "{mechanisms}");
            }
        },
    );
}
