//! C_WaitForSlotEvent (PKCS#11 §5.5.4): tokens that came, went or were initialised anew, in whichever process.
//!
//! There is no thread that watches. Who waits asks the store now and then whether anybody has committed, which costs less
//! than a microsecond, and sleeps in between.

use super::Cryptoki;
use crate::fault::Fault;
use crate::settings::Identity;
use std::time::Duration;

/// How long a call that waits sleeps before it looks again.
const PAUSE: Duration = Duration::from_millis(100);

impl Cryptoki<'_> {
    /// C_WaitForSlotEvent: the slot of an event, once for each event. `None` when there is none and the call is not to
    /// wait for one.
    ///
    /// Under SoftHSM2's identity there are no events, as there: programs that know it take them for granted.
    ///
    /// # Errors
    /// [`Fault::NotBuilt`] for waiting under SoftHSM2's identity; [`Fault::NotInitialized`] when the library was ended meanwhile; what the store refuses.
    pub fn wait_for_slot_event(&self, blocks: bool) -> Result<Option<u64>, Fault> {
        if self.emulator.identity() == Identity::Softhsm2 {
            return if blocks {
                Err(Fault::NotBuilt("waiting for a slot event as SoftHSM2"))
            } else {
                Ok(None)
            };
        }
        let events = &self.emulator.slot_events;
        let waiting = events.wait();
        loop {
            match self.look_at_slots() {
                // What is wrong with the store now may be mended while somebody waits.
                Err(_) if blocks => {}
                looked => looked?,
            }
            let event = events.take();
            if event.is_some() || !blocks {
                return Ok(event);
            }
            if !waiting.pause(PAUSE) {
                return Err(Fault::NotInitialized);
            }
        }
    }

    /// Takes note of which token is in which slot.
    pub(crate) fn look_at_slots(&self) -> Result<(), Fault> {
        let tokens = self.emulator.vault.tokens()?;
        let now = tokens.iter().map(|token| (self.slot_id(token), *token.header.incarnation)).collect();
        self.emulator.slot_events.look(now);
        Ok(())
    }
}
