//! General purpose functions: C_Initialize, C_Finalize, C_GetInfo, C_GetFunctionList.

use crate::abi::bytes;
use crate::abi::guard::{answer_initialized, cryptoki_functions};
use crate::abi::out::Place;
use crate::abi::table::{LIST, VERSION, VERSION_3_0, VERSION_3_1, VERSION_3_2};
use cryptoki_sys::{CK_C_INITIALIZE_ARGS, CK_FUNCTION_LIST, CK_INFO, CK_RV, CK_VERSION};
use std::ffi::c_void;
use twintoken::fault::Fault;
use twintoken::pkcs11::Cryptoki;

/// A version as the face gives it, as C has it.
pub(super) fn version((major, minor): (u8, u8)) -> CK_VERSION {
    CK_VERSION { major, minor }
}

/// The rules for C_Initialize's argument. Whatever it asks for, the locks are the system's own and no thread is made, so
/// nothing in it changes what the module does.
///
/// # Safety
/// If `pointer` is not NULL, a CK_C_INITIALIZE_ARGS must be readable there.
unsafe fn check_arguments(pointer: *const CK_C_INITIALIZE_ARGS) -> Result<(), Fault> {
    if pointer.is_null() {
        return Ok(());
    }
    // SAFETY: not NULL, and readable by this function's contract.
    let given = unsafe { bytes::structure(pointer, Fault::BadArgument("pInitArgs is NULL")) }?;
    if !given.pReserved.is_null() {
        return Err(Fault::BadArgument("pReserved is not NULL"));
    }
    let callbacks = [
        given.CreateMutex.is_some(),
        given.DestroyMutex.is_some(),
        given.LockMutex.is_some(),
        given.UnlockMutex.is_some(),
    ];
    if callbacks.contains(&true) && callbacks.contains(&false) {
        return Err(Fault::BadArgument("of the four mutex callbacks, some are NULL and some are not"));
    }
    Ok(())
}

/// C_GetInfo of a list of this version.
///
/// # Safety
/// `info`, if not NULL, must be writable.
unsafe fn put_info(face: Cryptoki<'_>, info: *mut CK_INFO, of_list: CK_VERSION) -> Result<(), Fault> {
    // SAFETY: writable by this function's contract.
    let place = unsafe { Place::new(info) }?;
    let info = face.info();
    place.put(CK_INFO {
        cryptokiVersion: of_list,
        manufacturerID: info.manufacturer,
        flags: 0,
        libraryDescription: info.description,
        libraryVersion: version(info.library_version),
    });
    Ok(())
}

/// C_GetInfo of the lists after 2.40: the version it tells is the list's.
macro_rules! get_info {
    ($($name:ident: $version:expr;)*) => {
        $(
            #[doc = concat!("C_GetInfo as ", stringify!($name), ".")]
            pub(in crate::abi) unsafe extern "C" fn $name(info: *mut CK_INFO) -> CK_RV {
                // SAFETY: the caller vouches for the pointer.
                answer_initialized("C_GetInfo", &Vec::new, |face| unsafe { put_info(face, info, $version) })
            }
        )*
    };
}

get_info! {
    get_info_3_0: VERSION_3_0;
    get_info_3_1: VERSION_3_1;
    get_info_3_2: VERSION_3_2;
}

cryptoki_functions! {
    /// C_Initialize.
    fn C_Initialize(arguments: *mut c_void) in process {
        // SAFETY: the caller vouches for the structure.
        unsafe { check_arguments(arguments.cast()) }?;
        process.initialize()
    }

    /// C_Finalize.
    fn C_Finalize(reserved: *mut c_void) in process {
        // Whether it is initialised comes first, as in every other call.
        process.emulator()?;
        if !reserved.is_null() {
            return Err(Fault::BadArgument("pReserved is not NULL"));
        }
        process.finalize()
    }

    /// C_GetInfo.
    fn C_GetInfo(info: *mut CK_INFO) with face {
        // SAFETY: the caller vouches for the pointer.
        unsafe { put_info(face, info, VERSION) }
    }

    /// C_GetFunctionList. It works before C_Initialize.
    fn C_GetFunctionList(list: *mut *mut CK_FUNCTION_LIST) in _process {
        // SAFETY: the caller vouches for the pointer.
        unsafe { Place::new(list) }?.put((&raw const LIST).cast_mut());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cryptoki_sys::{CK_RV, CKF_LIBRARY_CANT_CREATE_OS_THREADS, CKF_OS_LOCKING_OK};
    use std::ptr;

    unsafe extern "C" fn create(_mutex: *mut *mut c_void) -> CK_RV {
        0
    }
    unsafe extern "C" fn use_one(_mutex: *mut c_void) -> CK_RV {
        0
    }

    fn check(arguments: CK_C_INITIALIZE_ARGS) -> Result<(), Fault> {
        // SAFETY: a whole structure of ours.
        unsafe { check_arguments(&raw const arguments) }
    }

    #[test]
    fn mutex_callbacks_come_all_or_none_and_reserved_is_null() {
        let none = CK_C_INITIALIZE_ARGS {
            CreateMutex: None,
            DestroyMutex: None,
            LockMutex: None,
            UnlockMutex: None,
            flags: CKF_OS_LOCKING_OK | CKF_LIBRARY_CANT_CREATE_OS_THREADS,
            pReserved: ptr::null_mut(),
        };
        let some = CK_C_INITIALIZE_ARGS { CreateMutex: Some(create), LockMutex: Some(use_one), ..none };
        let all = CK_C_INITIALIZE_ARGS {
            DestroyMutex: Some(use_one),
            UnlockMutex: Some(use_one),
            flags: 0,
            ..some
        };
        assert_eq!((check(none), check(all)), (Ok(()), Ok(())));
        assert!(matches!(check(some), Err(Fault::BadArgument(_))));
        let reserved = CK_C_INITIALIZE_ARGS { pReserved: ptr::dangling_mut(), ..none };
        assert!(matches!(check(reserved), Err(Fault::BadArgument(_))));
        // SAFETY: NULL is never read.
        assert_eq!(unsafe { check_arguments(ptr::null()) }, Ok(()));
    }
}
