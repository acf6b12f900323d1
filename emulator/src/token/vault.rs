//! The vault: all tokens and their objects, over a durable store and a transient one.
//!
//! Objects are decoded once and kept while nobody commits; a foreign commit is noticed by the store's generation, and
//! then a record is read again only if its version changed.

use super::header::Header;
use super::kept::{Entry, Kept};
use super::keys::PrivateKey;
use super::list::{Token, Tokens};
use super::search::Searches;
use super::{envelope, tags};
use crate::env::Rng;
use crate::fault::Fault;
use crate::key::identity::KeyId;
use crate::object::Object;
use crate::store::{self, Batch, Carrier, Expect, Generation, RecordId, Store};
use crate::sync::lock;
use std::sync::{Arc, Mutex};

/// One object's part in a commit.
#[derive(Debug, Clone)]
pub enum Change {
    /// Writes the object. Version 0 makes a new record, any other must be the stored one.
    Put(Object),
    /// Removes it, at the version that was seen.
    Remove(Arc<Object>),
}

impl Change {
    fn object(&self) -> &Object {
        match self {
            Change::Put(object) => object,
            Change::Remove(object) => object,
        }
    }
}

/// How often a search looks again because somebody committed meanwhile. After that it takes what it saw.
pub(super) const LOOKS: usize = 64;

/// All tokens and their objects.
pub struct Vault {
    pub(super) durable: Box<dyn Store>,
    transient: Box<dyn Store>,
    pub(super) rng: Arc<dyn Rng>,
    /// How many bytes objects and assets may take; `None` is any number.
    pub(super) quota: Option<u64>,
    tokens: Mutex<Option<(Generation, Arc<Tokens>)>>,
    pub(super) kept: Kept,
    pub(super) searches: Searches,
}

impl Vault {
    /// A vault over a store for token objects and one for session objects. With a quota, the records of token objects and
    /// assets may take so many bytes together.
    #[must_use]
    pub fn new(
        durable: Box<dyn Store>,
        transient: Box<dyn Store>,
        rng: Arc<dyn Rng>,
        quota: Option<u64>,
    ) -> Vault {
        Vault {
            durable,
            transient,
            rng,
            quota,
            tokens: Mutex::new(None),
            kept: Kept::default(),
            searches: Searches::default(),
        }
    }

    /// The durable store alone: what is left of a vault when its process ends.
    #[must_use]
    pub fn into_durable(self) -> Box<dyn Store> {
        self.durable
    }

    /// All tokens, by slot.
    ///
    /// # Errors
    /// What the store refuses; [`Fault::Damaged`] for a header that does not even tell its slot.
    pub fn tokens(&self) -> Result<Arc<Tokens>, Fault> {
        let generation = self.durable.generation()?;
        if let Some((then, tokens)) = &*lock(&self.tokens)
            && *then == generation
        {
            return Ok(Arc::clone(tokens));
        }
        let mut tokens = Tokens::default();
        for (id, carrier) in self.durable.carriers(&[tags::all_tokens()], &|_| false)? {
            let Carrier::Read(record) = carrier else { continue };
            match (Header::decode(&record.bytes), record.tags.iter().find_map(tags::slot_of)) {
                (Ok(header), _) => {
                    tokens.sound.push(Arc::new(Token { id, version: record.version, header }));
                }
                (Err(_), Some(slot)) => tokens.damaged.push((id, slot)),
                (Err(fault), None) => return Err(fault),
            }
        }
        tokens.sound.sort_by_key(|token| token.header.slot);
        let tokens = Arc::new(tokens);
        *lock(&self.tokens) = Some((generation, Arc::clone(&tokens)));
        Ok(tokens)
    }

    /// The token in a slot, if there is one.
    ///
    /// # Errors
    /// As [`Vault::tokens`].
    pub fn token_in(&self, slot: u64) -> Result<Option<Arc<Token>>, Fault> {
        self.tokens()?.in_slot(slot)
    }

    /// Puts a fresh token into its slot, in place of `old` and all its objects. Gives the record of its header.
    ///
    /// # Errors
    /// [`Fault::Conflict`] when another process was there first; what the store refuses.
    pub fn initialize(&self, old: Option<&Token>, header: &Header) -> Result<RecordId, Fault> {
        // A record id of its own: whatever is still being made for the old token fails, because its header is gone.
        let id = self.fresh_record_id()?;
        let mut batch = self.header_batch(id, Expect::Absent, header)?;
        if let Some(token) = old {
            let expect = Expect::Version(token.version);
            batch.changes.push((token.id, store::Change::Remove { expect }));
            batch.changes.extend(self.removal_of_members(token)?);
        }
        self.durable.commit(batch)?;
        if let Some(token) = old {
            self.kept.forget_all(|entry| entry.token == token.id);
            // What another process made between our look and our commit.
            let late = self.removal_of_members(token)?;
            if !late.is_empty() {
                self.durable.commit(Batch { changes: late, unique: Vec::new() })?;
            }
        }
        Ok(id)
    }

    fn removal_of_members(&self, token: &Token) -> Result<Vec<(RecordId, store::Change)>, Fault> {
        let mut changes = Vec::new();
        for belonging in tags::belongings(token.id) {
            for member in self.durable.ids_with(&belonging)? {
                if let Some(record) = self.durable.get(member)? {
                    let expect = Expect::Version(record.version);
                    changes.push((member, store::Change::Remove { expect }));
                }
            }
        }
        Ok(changes)
    }

    /// Replaces a token's header.
    ///
    /// # Errors
    /// [`Fault::Conflict`] when another process changed it; what the store refuses.
    pub fn update_header(&self, token: &Token, header: &Header) -> Result<(), Fault> {
        self.durable.commit(self.header_batch(token.id, Expect::Version(token.version), header)?)
    }

    fn header_batch(&self, id: RecordId, expect: Expect, header: &Header) -> Result<Batch, Fault> {
        let slot = tags::slot(header.slot);
        let put = store::Change::Put {
            expect,
            tags: vec![tags::all_tokens(), slot.clone()],
            bytes: header.encode()?,
        };
        Ok(Batch { changes: vec![(id, put)], unique: vec![slot] })
    }

    /// One object; `None` when it is gone, or private and `key` is not there.
    ///
    /// # Errors
    /// [`Fault::Damaged`]; what the store refuses.
    pub fn get(
        &self,
        token: &Token,
        key: Option<&PrivateKey>,
        id: RecordId,
    ) -> Result<Option<Arc<Object>>, Fault> {
        let durable = self.kept.get(id).map(|entry| entry.durable);
        for place in durable.map_or(&[false, true][..], |known| if known { &[true] } else { &[false] }) {
            let generation = self.store(*place).generation()?;
            if let Some(object) = self.get_from(*place, generation, token, key, id)? {
                return Ok(Some(object));
            }
        }
        Ok(None)
    }

    pub(super) fn store(&self, durable: bool) -> &dyn Store {
        if durable { &*self.durable } else { &*self.transient }
    }

    /// The key that PSA calls `id`: the record of its token's header, and its own.
    ///
    /// # Errors
    /// What the store refuses.
    pub fn by_key_id(&self, id: KeyId) -> Result<Option<(RecordId, RecordId)>, Fault> {
        for durable in [false, true] {
            let store = self.store(durable);
            for _ in 0..LOOKS {
                let generation = store.generation()?;
                let Some(&object) = store.ids_with(&tags::key_id(id))?.first() else { break };
                let damaged = || Fault::Damaged(format!("the record of key {:#x}", id.0));
                let Some(record) = store.get(object)? else {
                    // Gone between the two look-ups, or hidden by rot.
                    if store.generation()? == generation {
                        return Err(damaged());
                    }
                    continue;
                };
                let (cover, _) = envelope::cover(&record).ok_or_else(damaged)?;
                return Ok(Some((cover.token, object)));
            }
        }
        Ok(None)
    }

    /// Commits changes to one token's objects: together and durably for token objects, in memory for the others.
    ///
    /// # Errors
    /// [`Fault::Conflict`] when a version is not the expected one, a PSA id is taken or the token changed; what the
    /// store refuses. Nothing is changed then.
    pub fn commit(&self, token: &Token, key: Option<&PrivateKey>, changes: &[Change]) -> Result<(), Fault> {
        for durable in [true, false] {
            let mut batch = Batch::default();
            for change in changes.iter().filter(|change| change.object().facts.token == durable) {
                self.enter(&mut batch, change, token, key)?;
            }
            if batch.changes.is_empty() {
                continue;
            }
            if durable {
                let expect = Expect::Version(token.version);
                batch.changes.push((token.id, store::Change::Require { expect }));
                self.commit_within_quota(batch)?;
            } else {
                self.transient.commit(batch)?;
            }
        }
        for change in changes {
            match change {
                Change::Remove(object) => self.kept.forget(object.id),
                Change::Put(object) => {
                    let durable = object.facts.token;
                    let object = Arc::new(Object { version: object.version + 1, ..object.clone() });
                    self.kept.keep(Entry { object, token: token.id, durable, generation: None });
                }
            }
        }
        Ok(())
    }

    fn enter(
        &self,
        batch: &mut Batch,
        change: &Change,
        token: &Token,
        key: Option<&PrivateKey>,
    ) -> Result<(), Fault> {
        let object = change.object();
        let expect = if object.version == 0 { Expect::Absent } else { Expect::Version(object.version) };
        let entry = match change {
            Change::Remove(_) => store::Change::Remove { expect },
            Change::Put(object) => {
                let key = if object.facts.private { Some(key.ok_or(Fault::NotLoggedIn)?) } else { None };
                let tags = tags::of(object, token.id, &token.header, key);
                if let Some(id) = object.key.as_ref().and_then(|key| key.attributes().id) {
                    batch.unique.push(tags::key_id(id));
                }
                let bytes =
                    envelope::seal(object, expect.next(), &tags, token.id, &token.header, key, &*self.rng)?;
                store::Change::Put { expect, tags, bytes }
            }
        };
        batch.changes.push((object.id, entry));
        Ok(())
    }

    /// Removes a token object's record as it is: one that does not open can still go.
    ///
    /// # Errors
    /// What the store refuses.
    pub fn remove_damaged(&self, id: RecordId) -> Result<(), Fault> {
        let expect = match self.durable.get(id) {
            Ok(None) => return Ok(()),
            Ok(Some(record)) => Expect::Version(record.version),
            Err(Fault::Damaged(_)) => Expect::Damaged,
            Err(other) => return Err(other),
        };
        let change = store::Change::Remove { expect };
        self.durable.commit(Batch { changes: vec![(id, change)], unique: Vec::new() })?;
        self.kept.forget(id);
        Ok(())
    }

    /// Removes session objects, all or the private ones, and tells which: without a key, because the login may have
    /// ended before.
    pub fn drop_transient(&self, objects: &[RecordId], only_private: bool) -> Vec<RecordId> {
        let goes = |id: &&RecordId| {
            let Ok(Some(record)) = self.transient.get(**id) else { return false };
            if only_private && envelope::cover(&record).is_some_and(|(cover, _)| !cover.private) {
                return false;
            }
            let change = store::Change::Remove { expect: Expect::Version(record.version) };
            // In memory; nothing can refuse but a record that is gone already.
            let _ = self.transient.commit(Batch { changes: vec![(**id, change)], unique: Vec::new() });
            self.kept.forget(**id);
            true
        };
        objects.iter().filter(goes).copied().collect()
    }

    /// An id for a new record.
    ///
    /// # Errors
    /// [`Fault::NoEntropy`].
    pub fn fresh_record_id(&self) -> Result<RecordId, Fault> {
        let mut id = [0; 16];
        self.rng.fill(&mut id)?;
        Ok(RecordId(id))
    }

    /// A key id out of `range`, at random: whether it is free is settled when it is committed.
    ///
    /// # Errors
    /// [`Fault::NoEntropy`].
    pub fn fresh_key_id(&self, range: &std::ops::RangeInclusive<u32>) -> Result<KeyId, Fault> {
        let mut bytes = [0; 4];
        self.rng.fill(&mut bytes)?;
        let span = range.end() - range.start() + 1;
        Ok(KeyId(range.start() + u32::from_be_bytes(bytes) % span))
    }

    /// Forgets a decoded object.
    pub fn forget(&self, id: RecordId) {
        self.kept.forget(id);
    }

    /// Forgets the decoded private objects of a token, at logout.
    pub fn forget_private(&self, token: RecordId) {
        self.kept.forget_all(|entry| entry.token == token && entry.object.facts.private);
    }
}
