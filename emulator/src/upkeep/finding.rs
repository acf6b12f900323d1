//! One thing that is wrong with a store: what it is, what is lost by it, and what can be done.

use crate::fault::Fault;
use crate::object::unique_id;
use crate::store::contents::Contents;
use crate::store::redb::folder::Open;
use crate::token::Flaw;
use std::collections::BTreeSet;

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// A repair mends it and loses nothing that can still be read.
    Repair(&'static str),
    /// A repair that may remove damaged records removes it.
    Remove,
    /// Only a backup brings back what is lost.
    Restore,
    /// Something a person must decide.
    ByHand(&'static str),
}

/// The parts of a store that are looked at, from the outside in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Area {
    /// Who may read and write file and folder.
    Permissions,
    /// The file as redb sees it.
    Pages,
    /// The tag index.
    Index,
    /// The tokens' headers.
    Tokens,
    /// The objects.
    Objects,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong.
    pub what: String,
    /// What is lost by it.
    pub lost: String,
    /// What can be done.
    pub remedy: Remedy,
    /// What part of the store it is about.
    pub area: Area,
}

impl Finding {
    fn new(area: Area, what: impl Into<String>, lost: impl Into<String>, remedy: Remedy) -> Finding {
        Finding { area, what: what.into(), lost: lost.into(), remedy }
    }

    pub(super) fn open(open: &Open) -> Finding {
        let what = format!("{} has mode {:04o}, which lets others at it", open.path.display(), open.mode);
        Finding::new(
            Area::Permissions,
            what,
            "secrecy, perhaps",
            Remedy::Repair("takes the permissions away"),
        )
    }

    pub(super) fn file(fault: &Fault, readable: bool) -> Finding {
        let (lost, remedy) = if readable {
            ("what cannot be read any more", Remedy::Repair("builds the file anew from what can be read"))
        } else {
            ("everything in it", Remedy::Restore)
        };
        Finding::new(Area::Pages, fault.to_string(), lost, remedy)
    }

    pub(super) fn of_index(contents: &Contents) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut add = |count: usize, what: String, lost: String, remedy| {
            if count > 0 {
                findings.push(Finding::new(Area::Index, what, lost, Remedy::Repair(remedy)));
            }
        };
        let dead: Vec<_> = contents.dead_entries().collect();
        let gone: BTreeSet<_> =
            dead.iter().map(|(_, id)| *id).filter(|id| !contents.records.contains_key(id)).collect();
        let lost = if gone.is_empty() { "nothing".to_owned() } else { counted(gone.len(), "record") };
        add(dead.len(), lead_nowhere(dead.len()), lost, "removes them");
        let missing: Vec<_> = contents.missing_entries().collect();
        let hidden: BTreeSet<_> = missing.iter().map(|(_, id)| *id).collect();
        let what = format!("{} not found by {} of their tags", are(hidden.len(), "record"), missing.len());
        add(missing.len(), what, "nothing: they are there".to_owned(), "leads to those that are sound again");
        let sums = contents.wrong_sums;
        let what = format!("the index does not add up for {}", counted(sums, "tag"));
        add(sums, what, "reads by these tags are refused".to_owned(), "sums them up anew");
        let unreadable = contents.unreadable_entries;
        let what = format!("{} not to be made sense of", are(unreadable, "index entry"));
        add(unreadable, what, "nothing".to_owned(), "removes them");
        findings
    }

    pub(super) fn flaw(flaw: &Flaw) -> Finding {
        match flaw {
            Flaw::Header { slot, .. } => {
                let slot = slot.map_or_else(|| "an unknown slot".to_owned(), |slot| format!("slot {slot}"));
                let what = format!("the header of the token in {slot} does not verify");
                Finding::new(Area::Tokens, what, "the token with all its objects", Remedy::Restore)
            }
            Flaw::Slot(slot) => Finding::new(
                Area::Tokens,
                format!("two tokens sit in slot {slot}"),
                "one of them is not seen",
                Remedy::ByHand("restore a backup, or make one of them anew"),
            ),
            Flaw::Record { id, why } => Finding::new(
                Area::Objects,
                format!("object {} {why}", unique_id(*id)),
                "this object",
                Remedy::Remove,
            ),
            Flaw::Stray { id, why } => Finding::new(
                Area::Objects,
                format!("object {} {why}", unique_id(*id)),
                "nothing that is in use",
                Remedy::Remove,
            ),
            Flaw::KeyId { key, carriers } => Finding::new(
                Area::Objects,
                format!("{carriers} keys have the PSA id {key:#x}"),
                "which of them PSA opens is chance",
                Remedy::ByHand("destroy all but one through PKCS#11"),
            ),
            Flaw::Companion(id) => Finding::new(
                Area::Objects,
                format!("key {} names as its public half what is none", unique_id(*id)),
                "the link between the two",
                Remedy::ByHand("copy the key through PKCS#11 and destroy the old one"),
            ),
        }
    }
}

fn lead_nowhere(count: usize) -> String {
    if count == 1 {
        "1 index entry leads nowhere".into()
    } else {
        format!("{count} index entries lead nowhere")
    }
}

fn counted(count: usize, what: &str) -> String {
    let plural = what.strip_suffix('y').map_or_else(|| format!("{what}s"), |stem| format!("{stem}ies"));
    format!("{count} {}", if count == 1 { what } else { &plural })
}

fn are(count: usize, what: &str) -> String {
    format!("{} {}", counted(count, what), if count == 1 { "is" } else { "are" })
}
