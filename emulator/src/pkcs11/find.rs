//! Finding objects (PKCS#11 §5.7.7 to §5.7.9).

use super::{Cryptoki, Template};
use crate::attribute;
use crate::fault::Fault;

impl Cryptoki<'_> {
    /// C_FindObjectsInit: settles what is found, now.
    ///
    /// The search goes through the index of unique id, id or label when the template has one of them.
    ///
    /// # Errors
    /// [`Fault::OperationActive`]; what the store refuses; [`Fault::Damaged`] rather than a silent absence.
    pub fn find_objects_init(&self, session: u64, template: &Template) -> Result<(), Fault> {
        let access = self.access(session)?;
        if access.session.is_searching() {
            return Err(Fault::OperationActive);
        }
        if let Some(built_in) = self.built_in_found(&access, template) {
            let found = built_in.iter().map(|object| self.handle_of(&access, object)).collect();
            return access.session.begin_search(found);
        }
        let indexed = attribute::search_keys(template).first().copied();
        let candidates = self.emulator.vault.candidates(&access.token, access.key.as_ref(), indexed)?;
        let found = candidates
            .iter()
            .filter(|object| attribute::matches(object, template))
            .map(|object| self.handle_of(&access, object))
            .collect();
        access.session.begin_search(found)
    }

    /// C_FindObjects: the next handles, at most `most`.
    ///
    /// # Errors
    /// [`Fault::NoOperation`].
    pub fn find_objects(&self, session: u64, most: usize) -> Result<Vec<u64>, Fault> {
        self.emulator.sessions.get(session)?.next_found(most)
    }

    /// C_FindObjectsFinal.
    ///
    /// # Errors
    /// [`Fault::NoOperation`].
    pub fn find_objects_final(&self, session: u64) -> Result<(), Fault> {
        self.emulator.sessions.get(session)?.end_search()
    }
}
