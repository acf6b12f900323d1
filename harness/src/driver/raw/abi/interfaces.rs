//! The functions by which a caller finds all others.

use std::ffi::CStr;
use std::ptr::null_mut;

use cryptoki_sys as ck;

use super::later::later;
use super::loan::Loan;
use super::output::Output;
use super::{Made, RawModule, answer, call};
use crate::raw::{Answer, Call};

/// Writes down the version that a list of functions begins with.
///
/// # Safety
/// `list` is NULL or points to a list of functions.
unsafe fn tell_version(list: *const ck::CK_VERSION, answer: &mut Answer) {
    // SAFETY: every list begins with its version; the caller vouches for the pointer.
    match unsafe { list.as_ref() } {
        None => answer.trespasses.push("gave no list although it succeeded".to_owned()),
        Some(version) => {
            answer.numbers.insert("major".to_owned(), version.major.into());
            answer.numbers.insert("minor".to_owned(), version.minor.into());
        }
    }
}

impl RawModule {
    /// Makes the call if it is one of these.
    pub(super) fn interfaces(&self, loan: &mut Loan, call: &Call) -> Made<Option<Answer>> {
        let three = &self.later.three;
        Ok(Some(match call {
            Call::C_GetFunctionList { null } => {
                let mut list: ck::CK_FUNCTION_LIST_PTR = null_mut();
                let place = if *null { null_mut() } else { &raw mut list };
                let mut answer = call!(self, C_GetFunctionList(place));
                if answer.code == "CKR_OK" {
                    // SAFETY: the module said CKR_OK, so it is NULL or a list that lives as long as the library.
                    unsafe { tell_version(list.cast(), &mut answer) };
                }
                answer
            }
            Call::C_GetInterfaceList { room } => {
                let mut output = Output::new(*room, size_of::<ck::CK_INTERFACE>())?;
                let (pointer, count) = (output.pointer(), output.length());
                let mut answer = later!(three, C_GetInterfaceList(pointer, count));
                output.report(&mut answer);
                // They are addresses, which differ from run to run.
                answer.bytes = None;
                answer
            }
            Call::C_GetInterface { name, null } => {
                let name = name.as_ref().map(|name| loan.bytes(&[name.as_bytes(), &[0]].concat()).0);
                let mut interface: *mut ck::CK_INTERFACE = null_mut();
                let place = if *null { null_mut() } else { &raw mut interface };
                let name = name.unwrap_or(null_mut());
                let mut answer = later!(three, C_GetInterface(name, null_mut(), place, 0));
                // SAFETY: after CKR_OK it is NULL or an interface that lives as long as the library.
                let given = unsafe { interface.as_ref() }.filter(|_| answer.code == "CKR_OK");
                if let Some(given) = given {
                    // SAFETY: an interface's name is text with a zero behind it, by the specification.
                    let told = unsafe { CStr::from_ptr(given.pInterfaceName.cast()) };
                    answer.texts.insert("name".to_owned(), told.to_string_lossy().into_owned());
                    // SAFETY: an interface has a list of functions.
                    unsafe { tell_version(given.pFunctionList.cast(), &mut answer) };
                }
                answer
            }
            _ => return Ok(None),
        }))
    }
}
