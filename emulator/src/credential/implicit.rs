//! The implicit mode: what a bootstrap server delivers moves into the store, at addresses that a callback chooses.

use super::{Credential, Credentials, Refused};

impl Credentials<'_> {
    /// Stores all of `delivered`, each at the address that `choose` gives for it, and tells the addresses in the same order.
    /// The program is left with addresses where it had credentials. What is secret in `delivered` is zeroed.
    ///
    /// Either all of it is stored, or what was stored before one was refused is removed again.
    ///
    /// # Errors
    /// What [`Credentials::store`] refuses.
    ///
    /// ```
    /// use twintoken::credential::{Credential, Credentials, Kind};
    /// use twintoken::{Emulator, Settings, secret::Secret};
    /// let emulator = Emulator::open(Settings::memory())?;
    /// let credentials = Credentials::new(&emulator);
    /// let delivered = vec![
    ///     Credential::PskIdentity(b"device-7".to_vec()),
    ///     Credential::PskKey(Secret::from(&b"a key of sixteen"[..])),
    /// ];
    /// let addresses = credentials.take_in(delivered, |credential| match credential.kind() {
    ///     Kind::PskIdentity => "uid=1".to_owned(),
    ///     _ => "kid=1".to_owned(),
    /// })?;
    /// assert_eq!(addresses, ["uid=1", "kid=1"]);
    /// assert_eq!(credentials.psk_identity("uid=1")?, b"device-7");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn take_in(
        &self,
        delivered: Vec<Credential>,
        mut choose: impl FnMut(&Credential) -> String,
    ) -> Result<Vec<String>, Refused> {
        let mut addresses: Vec<String> = Vec::with_capacity(delivered.len());
        for credential in &delivered {
            let address = choose(credential);
            if let Err(refused) = self.store(&address, credential) {
                for (stored, address) in delivered.iter().zip(&addresses) {
                    // What cannot be removed any more is the lesser evil beside the reason that is told.
                    let _ = self.remove(address, stored.kind());
                }
                return Err(refused);
            }
            addresses.push(address);
        }
        Ok(addresses)
    }
}
