//! Whether what a store holds makes sense as tokens and objects: each header, cover, tag and link, and what opens.

use super::header::{Header, User};
use super::keys::PrivateKey;
use super::{Asset, asset, envelope, tags};
use crate::object::{Class, Object};
use crate::registry::constants as ck;
use crate::store::{Contents, Record, RecordId};
use std::collections::{BTreeMap, BTreeSet};

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// A token's header does not verify.
    Header {
        /// Its record.
        id: RecordId,
        /// The slot that its tags name.
        slot: Option<u64>,
    },
    /// Two tokens say that they sit in one slot.
    Slot(u64),
    /// A record that no read gives back.
    Record {
        /// Its id, which is its object's CKA_UNIQUE_ID.
        id: RecordId,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A record that belongs to nothing there is.
    Stray {
        /// Its id.
        id: RecordId,
        /// Why it is one.
        why: &'static str,
    },
    /// Several records carry one PSA key id.
    KeyId {
        /// The key id.
        key: u32,
        /// How many carry it.
        carriers: usize,
    },
    /// A private key names as its public half what is none.
    Companion(RecordId),
}

/// One token, and what was seen of its objects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenLook {
    /// Its slot, where that is known.
    pub slot: Option<u64>,
    /// Its label, without the padding.
    pub label: String,
    /// Its serial number.
    pub serial: String,
    /// Whether its header verifies.
    pub sound: bool,
    /// Public objects that opened and are sound.
    pub public: usize,
    /// Private objects that opened and are sound.
    pub private: usize,
    /// Assets of PSA's secure storage that opened and are sound.
    pub assets: usize,
    /// Objects and assets that nobody could look into: private ones without the PIN, and all of a token without a header.
    pub closed: usize,
    /// Objects that are damaged.
    pub damaged: usize,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Looked {
    /// All tokens, by slot.
    pub tokens: Vec<TokenLook>,
    /// All flaws.
    pub flaws: Vec<Flaw>,
}

/// A token while its objects are looked at.
struct Owner {
    header: Option<Header>,
    key: Option<PrivateKey>,
    look: TokenLook,
}

/// Looks at everything in `contents`; with the user PIN also into private objects.
#[must_use]
pub fn examine(contents: &Contents, pin: Option<&[u8]>) -> Looked {
    let mut looked = Looked::default();
    let mut owners = owners(contents, pin, &mut looked.flaws);
    let mut opened = BTreeMap::new();
    let mut carriers: BTreeMap<u32, usize> = BTreeMap::new();
    for (id, kept) in &contents.records {
        match &kept.record {
            Ok(record) => {
                for key in record.tags.iter().filter_map(tags::key_id_of) {
                    *carriers.entry(key.0).or_default() += 1;
                }
                let belongs_to_none = [tags::all_tokens(), tags::quota()];
                if record.tags.iter().any(|tag| belongs_to_none.contains(tag)) {
                    continue;
                }
                match look_at(*id, record, contents, &mut owners) {
                    Ok(Some((token, object))) => {
                        opened.insert(*id, (token, object));
                    }
                    Ok(None) => {}
                    Err(flaw) => looked.flaws.push(flaw),
                }
            }
            Err(_) if owners.contains_key(id) => {}
            Err(_) => looked.flaws.push(Flaw::Record { id: *id, why: "does not decode" }),
        }
    }
    let twice = carriers.into_iter().filter(|(_, carriers)| *carriers > 1);
    looked.flaws.extend(twice.map(|(key, carriers)| Flaw::KeyId { key, carriers }));
    looked.flaws.extend(wrong_companions(&opened));
    looked.tokens = owners.into_values().map(|owner| owner.look).collect();
    looked.tokens.sort_by_key(|token| token.slot);
    let mut slots = BTreeSet::new();
    let taken = looked.tokens.iter().filter_map(|token| token.slot).filter(|slot| !slots.insert(*slot));
    looked.flaws.extend(taken.map(Flaw::Slot));
    looked
}

/// All tokens: records that say they are headers, and records that do not decode but have objects.
fn owners(contents: &Contents, pin: Option<&[u8]>, flaws: &mut Vec<Flaw>) -> BTreeMap<RecordId, Owner> {
    let mut owners = BTreeMap::new();
    for (id, record) in contents.decoded() {
        if record.tags.contains(&tags::all_tokens()) {
            owners.insert(id, owner(id, record, pin, flaws));
        } else if let Some(token) = owner_of(record)
            && contents.records.get(&token).is_some_and(|kept| kept.record.is_err())
            && !owners.contains_key(&token)
        {
            flaws.push(Flaw::Header { id: token, slot: None });
            owners.insert(token, Owner { header: None, key: None, look: TokenLook::default() });
        }
    }
    owners
}

/// The token that a record says it belongs to.
fn owner_of(record: &Record) -> Option<RecordId> {
    let of_asset = || asset::cover(&record.bytes).map(|(cover, _)| cover.token);
    envelope::cover(record).map(|(cover, _)| cover.token).or_else(of_asset)
}

fn owner(id: RecordId, record: &Record, pin: Option<&[u8]>, flaws: &mut Vec<Flaw>) -> Owner {
    let slot = record.tags.iter().find_map(tags::slot_of);
    let Ok(header) = Header::decode(&record.bytes) else {
        flaws.push(Flaw::Header { id, slot });
        return Owner { header: None, key: None, look: TokenLook { slot, ..TokenLook::default() } };
    };
    if slot != Some(header.slot) {
        flaws.push(Flaw::Header { id, slot: Some(header.slot) });
    }
    let with_pin = |pin| header.unlock(User::User, pin).ok();
    let key = header.clear_key().ok().or_else(|| pin.and_then(with_pin));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end_matches(' ').to_owned();
    let look = TokenLook {
        slot: Some(header.slot),
        label: text(&*header.label),
        serial: text(&*header.serial),
        sound: slot == Some(header.slot),
        ..TokenLook::default()
    };
    Owner { header: Some(header), key, look }
}

/// Looks at one object; gives it back with its token if it opened and is sound.
fn look_at(
    id: RecordId,
    record: &Record,
    contents: &Contents,
    owners: &mut BTreeMap<RecordId, Owner>,
) -> Result<Option<(RecordId, Object)>, Flaw> {
    let Some(token) = owner_of(record) else {
        return Err(Flaw::Record { id, why: "has a cover that makes no sense" });
    };
    let Some(owner) = owners.get_mut(&token) else {
        let there = contents.records.contains_key(&token);
        let why =
            if there { "belongs to a record that is no token" } else { "belongs to a token that is gone" };
        return Err(Flaw::Stray { id, why });
    };
    let Some(header) = &owner.header else {
        owner.look.closed += 1;
        return Ok(None);
    };
    let Some((cover, _)) = envelope::cover(record) else {
        return look_at_asset(id, record, token, owner).map(|()| None);
    };
    let key = owner.key.as_ref().filter(|_| cover.private);
    if cover.private && key.is_none() {
        if is_member(record, cover) {
            owner.look.closed += 1;
            return Ok(None);
        }
        owner.look.damaged += 1;
        return Err(Flaw::Record { id, why: "carries the tag of another token" });
    }
    let fault = match envelope::open(id, record, header, key) {
        Ok(object) if is_member(record, cover) && is_tagged(&object, record, cover, header, key) => {
            *if cover.private { &mut owner.look.private } else { &mut owner.look.public } += 1;
            return Ok(Some((cover.token, object)));
        }
        Ok(_) => Flaw::Record { id, why: "opens, but carries the tags of another object" },
        Err(_) if is_of_now(id, record, cover, header, key) => {
            Flaw::Record { id, why: "does not open with its token's key" }
        }
        // Every tag was made with a key that the token no longer has.
        Err(_) => Flaw::Stray {
            id,
            why: "is not sealed for the token as it is now: left over, or damaged throughout",
        },
    };
    owner.look.damaged += 1;
    Err(fault)
}

/// Looks at one asset. Its uid is told by its private key alone, so without that nobody can say whether its tags are right.
fn look_at_asset(id: RecordId, record: &Record, token: RecordId, owner: &mut Owner) -> Result<(), Flaw> {
    let (Some(header), Some(key)) = (&owner.header, &owner.key) else {
        owner.look.closed += 1;
        return Ok(());
    };
    match Asset::open(id, record, header, key) {
        Some(asset) if asset.is_tagged(record, token, key) => {
            owner.look.assets += 1;
            Ok(())
        }
        opened => {
            owner.look.damaged += 1;
            let why = "does not open with its token's key";
            Err(Flaw::Record {
                id,
                why: opened.map_or(why, |_| "opens, but carries the tags of another asset"),
            })
        }
    }
}

fn is_member(record: &Record, cover: envelope::Cover) -> bool {
    let mut memberships = record.tags.iter().filter(|tag| tags::is_membership(tag));
    memberships.next() == Some(&tags::members(cover.token, cover.private)) && memberships.next().is_none()
}

fn is_tagged(
    object: &Object,
    record: &Record,
    cover: envelope::Cover,
    header: &Header,
    key: Option<&PrivateKey>,
) -> bool {
    object.facts.private == cover.private && tags::of(object, cover.token, header, key) == record.tags
}

/// Whether the record was made under the token's present keys: its tag by CKA_UNIQUE_ID tells.
fn is_of_now(
    id: RecordId,
    record: &Record,
    cover: envelope::Cover,
    header: &Header,
    key: Option<&PrivateKey>,
) -> bool {
    let name = crate::object::unique_id(id);
    record.tags.contains(&tags::attribute(cover.token, header, key, ck::CKA_UNIQUE_ID, name.as_bytes()))
}

/// Private keys whose public half is there and is none. One that is gone is none of our business: halves die apart.
fn wrong_companions(opened: &BTreeMap<RecordId, (RecordId, Object)>) -> Vec<Flaw> {
    let fits = |token: &RecordId, object: &Object| {
        let companion = object.companion.and_then(|id| opened.get(&id));
        companion.is_none_or(|(owner, half)| owner == token && half.class == Class::PublicKey)
    };
    opened
        .iter()
        .filter(|(_, (token, object))| !fits(token, object))
        .map(|(id, _)| Flaw::Companion(*id))
        .collect()
}
