//! The tests of the crate `cryptoki`, on the module.

use super::crates::Crate;
use super::place::Subject;
use super::{Missing, Place, Test, excuses};

const CRATE: Crate = Crate { name: "cryptoki" };

/// Whether the test programs are built.
pub(super) fn is_there(place: &Place) -> Result<(), Missing> {
    CRATE.is_built(place)
}

/// Builds the tests of the crate as this workspace depends on it.
pub(super) fn fetch(place: &Place) -> Result<(), Missing> {
    if is_there(place).is_ok() {
        return Ok(());
    }
    let built = CRATE.build(place, &place.root, &[]);
    built.map_err(|reason| Missing::Broken(format!("cryptoki's tests could not be built: {reason}")))
}

/// Runs them.
pub(super) fn run(place: &Place, subject: &Subject) -> Result<Vec<Test>, String> {
    let waits = excuses::that_wait(CRATE.name, &subject.name)?;
    CRATE.run(place, subject, &waits, &[("TEST_PKCS11_MODULE", subject.module.as_os_str())])
}
