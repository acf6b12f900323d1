//! Tokens as the commands make and see them, in the steps of PKCS#11.

use crate::failure::Failure;
use std::collections::HashSet;
use twintoken::Emulator;
use twintoken::attribute::Template;
use twintoken::emulator::TokenState;
use twintoken::fault::Fault;
use twintoken::pkcs11::Cryptoki;
use twintoken::registry::constants as ck;

/// What a new token is to be.
pub(crate) struct Wanted<'a> {
    pub(crate) label: &'a str,
    pub(crate) pin: &'a str,
    pub(crate) so_pin: &'a str,
}

/// A slot with its token.
pub(crate) struct Held {
    /// The slot id that PKCS#11 callers use.
    pub(crate) slot: u64,
    pub(crate) state: TokenState,
}

/// All initialised tokens, in the order of C_GetSlotList.
pub(crate) fn held(emulator: &Emulator) -> Result<Vec<Held>, Failure> {
    let states = emulator.tokens()?;
    let mut held = Vec::new();
    for slot in emulator.pkcs11().slot_list(true)? {
        let serial = emulator.pkcs11().token_info(slot)?.serial_number;
        // A free slot's serial number is blank, so it matches none.
        if let Some(state) = states.iter().find(|state| state.serial.as_bytes() == serial) {
            held.push(Held { slot, state: state.clone() });
        }
    }
    Ok(held)
}

/// The first slot whose token is not initialised.
pub(crate) fn free_slot(emulator: &Emulator) -> Result<u64, Failure> {
    let taken: HashSet<u64> = held(emulator)?.iter().map(|one| one.slot).collect();
    let slots = emulator.pkcs11().slot_list(true)?;
    slots.into_iter().find(|slot| !taken.contains(slot)).ok_or_else(|| Failure::new("there is no free slot"))
}

/// Makes a token in a slot, C_InitToken and C_InitPIN, and says where it is then: under SoftHSM2's identity a slot id
/// follows from the new serial number.
pub(crate) fn make(emulator: &Emulator, slot: u64, wanted: &Wanted<'_>) -> Result<Held, Failure> {
    let label = padded(wanted.label)?;
    // Checked before anything is erased: a token without a user PIN would be half of what was asked for.
    if [wanted.pin, wanted.so_pin].iter().any(|pin| !(4..=255).contains(&pin.len())) {
        return Err(Fault::PinLength.into());
    }
    let before: HashSet<String> = held(emulator)?.into_iter().map(|one| one.state.serial).collect();
    let cryptoki = emulator.pkcs11();
    cryptoki.init_token(slot, wanted.so_pin.as_bytes(), &label)?;
    let made = held(emulator)?
        .into_iter()
        .find(|one| !before.contains(&one.state.serial))
        .ok_or_else(|| Failure::new("another process erased the new token at once: try again"))?;
    let session = cryptoki.open_session(made.slot, ck::CKF_SERIAL_SESSION | ck::CKF_RW_SESSION)?;
    cryptoki.login(session, ck::CKU_SO, wanted.so_pin.as_bytes())?;
    cryptoki.init_pin(session, wanted.pin.as_bytes())?;
    cryptoki.close_session(session)?;
    Ok(made)
}

fn padded(label: &str) -> Result<[u8; 32], Failure> {
    let mut field = [b' '; 32];
    let room = field.get_mut(..label.len()).filter(|_| !label.is_empty());
    room.ok_or_else(|| Failure::new("a label has 1 to 32 bytes"))?.copy_from_slice(label.as_bytes());
    Ok(field)
}

/// How many objects a token holds.
pub(crate) struct Objects {
    /// Those that are seen without a login.
    pub(crate) public: usize,
    /// Those that need one: `None` when there was no PIN, or why it did not open them.
    pub(crate) private: Result<Option<usize>, Fault>,
}

/// Counts a token's objects, the private ones with a PIN where the token asks for one.
pub(crate) fn count(
    emulator: &Emulator,
    slot: u64,
    pin: Option<&str>,
    login: bool,
) -> Result<Objects, Failure> {
    let cryptoki = emulator.pkcs11();
    let session = cryptoki.open_session(slot, ck::CKF_SERIAL_SESSION)?;
    let public = find(&cryptoki, session)?;
    let private = match pin {
        _ if !login => Ok(Some(0)),
        None => Ok(None),
        Some(pin) => cryptoki
            .login(session, ck::CKU_USER, pin.as_bytes())
            .and_then(|()| find(&cryptoki, session))
            .map(|all| Some(all - public.min(all))),
    };
    cryptoki.close_session(session)?;
    Ok(Objects { public, private })
}

fn find(cryptoki: &Cryptoki<'_>, session: u64) -> Result<usize, Fault> {
    cryptoki.find_objects_init(session, &Template::default())?;
    let found = cryptoki.find_objects(session, usize::MAX)?;
    cryptoki.find_objects_final(session)?;
    Ok(found.len())
}
