//! Defects of searches.

use crate::call::{Call, Template};
use crate::function::Function::*;
use crate::plant::{Defect, Memory, Pass, after, around, before, dropped, recoded};
use cryptoki_sys as ck;
use std::collections::{HashMap, HashSet};

/// The rows.
pub(super) const DEFECTS: &[Defect] = &[
    Defect::new(
        "find-returns-a-duplicate",
        "§5.7.8 C_FindObjects",
        "The first object found is given twice.",
        || {
            found(|numbers, room| {
                if let (Some(first), true) = (numbers.first().copied(), (numbers.len() as u64) < room) {
                    numbers.push(first);
                }
            })
        },
    ),
    Defect::new(
        "find-misses-one",
        "§5.7.8 C_FindObjects",
        "Of two or more objects the last one is not given.",
        || {
            found(|numbers, _| {
                if numbers.len() > 1 {
                    numbers.pop();
                }
            })
        },
    ),
    Defect::new("find-stops-after-ten", "§5.7.8 C_FindObjects", "A search ends after ten objects.", || {
        let given: Memory<HashMap<u64, usize>> = Memory::default();
        around(&[C_FindObjectsInit, C_FindObjects], move |call, beyond| {
            beyond.forward(call);
            let session = call.session();
            if call.is(&[C_FindObjectsInit]) {
                given.recall().insert(session, 0);
            } else if let (true, Some(list)) = (call.ok(), call.list_mut()) {
                let mut given = given.recall();
                let given = given.entry(session).or_default();
                let mut numbers = std::mem::take(&mut list.numbers);
                numbers.truncate(10_usize.saturating_sub(*given));
                *given += numbers.len();
                list.answer(numbers);
            }
        })
    }),
    Defect::new(
        "find-ignores-the-last-entry",
        "§5.7.7 C_FindObjectsInit",
        "A search by two or more attributes ignores the last one.",
        || {
            before(&[C_FindObjectsInit], |call| {
                if let Some(Template::Entries(entries)) = call.template_mut()
                    && entries.len() > 1
                {
                    entries.pop();
                }
            })
        },
    ),
    Defect::new("find-ignores-the-label", "§5.7.7 C_FindObjectsInit", "A search ignores CKA_LABEL.", || {
        before(&[C_FindObjectsInit], |call| {
            if let Some(template) = call.template_mut() {
                template.remove(ck::CKA_LABEL);
            }
        })
    }),
    Defect::new(
        "find-without-template-finds-nothing",
        "§5.7.7 C_FindObjectsInit",
        "A search with an empty template finds nothing instead of everything.",
        || {
            before(&[C_FindObjectsInit], |call| {
                if let Some(template) = call.template_mut()
                    && matches!(template, Template::Null(0))
                        | matches!(template, Template::Entries(entries) if entries.is_empty())
                {
                    template.set(ck::CKA_LABEL, b"no object has this label");
                }
            })
        },
    ),
    Defect::new(
        "find-shows-destroyed-objects",
        "§5.7.8 C_FindObjects",
        "An object that was destroyed is still found.",
        || {
            let dead: Memory<HashSet<u64>> = Memory::default();
            around(&[C_DestroyObject, C_FindObjects], move |call, beyond| {
                beyond.forward(call);
                let room = call.list().and_then(|list| list.room).unwrap_or(0);
                if call.is(&[C_DestroyObject]) && call.ok() {
                    dead.recall().insert(call.object());
                } else if let (true, Some(list)) = (call.ok(), call.list_mut()) {
                    let mut numbers = std::mem::take(&mut list.numbers);
                    let space = usize::try_from(room).unwrap_or(0).saturating_sub(numbers.len());
                    numbers.extend(dead.recall().drain().take(space));
                    list.answer(numbers);
                }
            })
        },
    ),
    Defect::new(
        "find-gives-more-than-asked",
        "§5.7.8 C_FindObjects",
        "C_FindObjects counts one object more than it was asked for at most.",
        || {
            after(&[C_FindObjects], |call| {
                if let Some(list) = call.list_mut()
                    && list.count.is_some()
                    && list.count == list.room
                {
                    list.count = list.count.map(|count| count + 1);
                }
            })
        },
    ),
    Defect::new(
        "find-begun-twice",
        "§5.7.7 C_FindObjectsInit",
        "A second C_FindObjectsInit while a search is active is answered with CKR_OK.",
        || recoded(&[C_FindObjectsInit], ck::CKR_OPERATION_ACTIVE, ck::CKR_OK),
    ),
    Defect::new(
        "find-without-beginning",
        "§5.7.8 C_FindObjects",
        "C_FindObjects without a search is answered with CKR_OK.",
        || recoded(&[C_FindObjects, C_FindObjectsFinal], ck::CKR_OPERATION_NOT_INITIALIZED, ck::CKR_OK),
    ),
    Defect::new(
        "find-never-ends",
        "§5.7.9 C_FindObjectsFinal",
        "C_FindObjectsFinal answers CKR_OK and leaves the search active.",
        || dropped(&[C_FindObjectsFinal], |_| true),
    ),
    Defect::new(
        "find-restarts-at-each-call",
        "§5.7.8 C_FindObjects",
        "Each C_FindObjects begins the search anew, so that it never comes to an end.",
        restart,
    ),
];

/// Changes the handles that a search gave; it hears how many there is room for.
fn found(change: impl Fn(&mut Vec<u64>, u64) + Send + Sync + 'static) -> Pass {
    after(&[C_FindObjects], move |call| {
        if let (true, Some(list)) = (call.ok(), call.list_mut()) {
            let mut numbers = std::mem::take(&mut list.numbers);
            change(&mut numbers, list.room.unwrap_or(0));
            list.answer(numbers);
        }
    })
}

/// Begins each search anew, for the first three times.
fn restart() -> Pass {
    let begun: Memory<HashMap<u64, (Call, usize)>> = Memory::default();
    around(&[C_FindObjectsInit, C_FindObjects], move |call, beyond| {
        let session = call.session();
        if call.is(&[C_FindObjectsInit]) {
            let asked = call.clone();
            beyond.forward(call);
            if call.ok() {
                begun.recall().insert(session, (asked, 0));
            }
            return;
        }
        beyond.forward(call);
        let again = begun.recall().get_mut(&session).and_then(|(asked, times)| {
            *times += 1;
            (*times <= 3).then(|| asked.clone())
        });
        if let Some(mut again) = again {
            beyond.forward(&mut Call::of_session(C_FindObjectsFinal, session));
            beyond.forward(&mut again);
        }
    })
}
