//! The file this module was loaded from: under SoftHSM2's name it shows itself as SoftHSM2 does.

use std::ffi::{CStr, OsStr};
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use twintoken::settings::Environment;

/// The process's environment, with the file name that the module was loaded by.
pub(super) fn environment() -> Environment {
    let environment = Environment::of_process();
    match own_file() {
        Some(path) => environment.loaded_from(path),
        None => environment,
    }
}

/// The path that the loader knows the module by; in a program that links it, the program's.
fn own_file() -> Option<&'static Path> {
    let mut told = MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: the address is one of this module's own, and the structure is ours. All of its fields may be zero.
    let told = unsafe {
        if libc::dladdr((environment as fn() -> Environment) as *const _, told.as_mut_ptr()) == 0 {
            return None;
        }
        told.assume_init()
    };
    if told.dli_fname.is_null() {
        return None;
    }
    // SAFETY: the loader's name of the module is a C string that stays while the module is loaded, and this code with it.
    let name = unsafe { CStr::from_ptr(told.dli_fname) };
    Some(Path::new(OsStr::from_bytes(name.to_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_links_the_module_is_the_file_it_was_loaded_from() {
        let program = std::env::current_exe().unwrap();
        assert_eq!(own_file().unwrap().file_name(), program.file_name());
    }
}
