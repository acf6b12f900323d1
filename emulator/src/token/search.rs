//! Finding a token's objects by their tags: one look at the store for a search, and none when nobody has committed since
//! the same search was last made.

use super::kept::Entry;
use super::keys::PrivateKey;
use super::list::Token;
use super::vault::{LOOKS, Vault};
use super::{envelope, tags};
use crate::fault::Fault;
use crate::object::Object;
use crate::store::{Carrier, Generation, Record, RecordId, Tag};
use crate::sync::lock;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// How many searches are remembered at most.
const MOST: usize = 16_384;

/// What searches by these tags found in the durable store, at one generation.
#[derive(Default)]
pub(super) struct Searches(Mutex<(Option<Generation>, Found)>);

type Found = HashMap<Vec<Tag>, Arc<[RecordId]>>;

impl Searches {
    fn get(&self, generation: Generation, wanted: &[Tag]) -> Option<Arc<[RecordId]>> {
        let (then, found) = &*lock(&self.0);
        if *then == Some(generation) { found.get(wanted).cloned() } else { None }
    }

    fn keep(&self, generation: Generation, wanted: &[Tag], ids: Arc<[RecordId]>) {
        let (then, found) = &mut *lock(&self.0);
        if *then != Some(generation) || found.len() >= MOST {
            found.clear();
        }
        *then = Some(generation);
        found.insert(wanted.to_vec(), ids);
    }
}

/// What one look at a store found.
#[derive(Default)]
struct Look {
    objects: Vec<Arc<Object>>,
    /// A record that the index leads to and that is not there.
    lost: Option<RecordId>,
}

impl Vault {
    /// All objects of a token that may match: those with the first indexed attribute of `search`, or all.
    ///
    /// # Errors
    /// As [`Vault::get`].
    pub fn candidates(
        &self,
        token: &Token,
        key: Option<&PrivateKey>,
        search: Option<(u64, &[u8])>,
    ) -> Result<Vec<Arc<Object>>, Fault> {
        let mut wanted: Vec<Tag> = Vec::new();
        match search {
            None => {
                wanted.push(tags::members(token.id, false));
                wanted.extend(key.map(|_| tags::members(token.id, true)));
            }
            Some((cka, value)) => {
                wanted.push(tags::attribute(token.id, &token.header, None, cka, value));
                wanted.extend(key.map(|key| tags::attribute(token.id, &token.header, Some(key), cka, value)));
            }
        }
        let mut objects = Vec::new();
        for durable in [true, false] {
            let store = self.store(durable);
            let mut look = Look::default();
            for _ in 0..LOOKS {
                let generation = store.generation()?;
                if let Some(known) = self.remembered(durable, generation, &wanted) {
                    look = Look { objects: known, lost: None };
                    break;
                }
                look = self.look(durable, generation, token, key, &wanted)?;
                // Some may have been decoded before a commit and others after it: that would be seen by half.
                if store.generation()? == generation {
                    // The index leads to a record that is not there: better an error than a silent absence.
                    if let Some(id) = look.lost {
                        return Err(envelope::damaged(id));
                    }
                    if durable && search.is_some() {
                        let ids = look.objects.iter().map(|object| object.id).collect();
                        self.searches.keep(generation, &wanted, ids);
                    }
                    break;
                }
            }
            objects.append(&mut look.objects);
        }
        Ok(objects)
    }

    /// What the same search found, if nobody has committed since and all of it is still decoded.
    fn remembered(&self, durable: bool, generation: Generation, wanted: &[Tag]) -> Option<Vec<Arc<Object>>> {
        let ids = if durable { self.searches.get(generation, wanted)? } else { return None };
        ids.iter().map(|id| self.kept.current(*id, generation)).collect()
    }

    fn look(
        &self,
        durable: bool,
        generation: Generation,
        token: &Token,
        key: Option<&PrivateKey>,
        wanted: &[Tag],
    ) -> Result<Look, Fault> {
        let known = |id| self.kept.current(id, generation).is_some();
        let mut look = Look::default();
        for (id, carrier) in self.store(durable).carriers(wanted, &known)? {
            let object = match carrier {
                Carrier::Known => self.get_from(durable, generation, token, key, id)?,
                Carrier::Read(record) => self.opened(durable, generation, token, key, id, &record)?,
                Carrier::Lost => None,
            };
            match object {
                Some(object) => look.objects.push(object),
                None => look.lost = Some(id),
            }
        }
        Ok(look)
    }

    /// `generation` is the store's, asked for before: what was decoded at it is not read again.
    pub(super) fn get_from(
        &self,
        durable: bool,
        generation: Generation,
        token: &Token,
        key: Option<&PrivateKey>,
        id: RecordId,
    ) -> Result<Option<Arc<Object>>, Fault> {
        if let Some(object) = self.kept.current(id, generation) {
            return Ok((!object.facts.private || key.is_some()).then_some(object));
        }
        match self.store(durable).get(id)? {
            Some(record) => self.opened(durable, generation, token, key, id, &record),
            None => Ok(None),
        }
    }

    /// The object in a record that was read; it is kept.
    fn opened(
        &self,
        durable: bool,
        generation: Generation,
        token: &Token,
        key: Option<&PrivateKey>,
        id: RecordId,
        record: &Record,
    ) -> Result<Option<Arc<Object>>, Fault> {
        if !envelope::is_visible(id, record, token.id, key.is_some())? {
            return Ok(None);
        }
        let object = match self.kept.get(id) {
            Some(Entry { object, .. }) if object.version == record.version => object,
            _ => Arc::new(envelope::open(id, record, &token.header, key)?),
        };
        let kept = Arc::clone(&object);
        self.kept.keep(Entry { object: kept, token: token.id, durable, generation: Some(generation) });
        Ok(Some(object))
    }
}
