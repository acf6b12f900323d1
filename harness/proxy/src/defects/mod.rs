//! The defects, a file for each chapter of the specification.

mod attributes;
mod crypto;
mod find;
mod general;
mod keys;
mod objects;
mod operations;
mod sessions;
mod tokens;

use crate::plant::{Defect, Pass, nothing};

/// The chapters in the specification's order.
pub const CHAPTERS: &[(&str, &[Defect])] = &[
    ("General functions, slots, mechanisms", general::DEFECTS),
    ("Tokens, PINs, logins", tokens::DEFECTS),
    ("Sessions", sessions::DEFECTS),
    ("Objects", objects::DEFECTS),
    ("Attributes", attributes::DEFECTS),
    ("Searches", find::DEFECTS),
    ("Operations", operations::DEFECTS),
    ("Cryptography", crypto::DEFECTS),
    ("Keys", keys::DEFECTS),
];

/// All defects.
pub fn all() -> impl Iterator<Item = &'static Defect> {
    CHAPTERS.iter().flat_map(|(_, defects)| defects.iter())
}

/// Makes the defect of this name; without a name there is none, and the proxy only forwards.
#[must_use]
pub fn plant(name: &str) -> Option<Pass> {
    if name.is_empty() {
        return Some(nothing());
    }
    if let Some(seed) = name.strip_prefix("random:") {
        return seed.parse().ok().map(crate::random::plant);
    }
    all().find(|defect| defect.name == name).map(|defect| (defect.plant)())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_defect_has_its_own_name_a_sentence_and_a_clause() {
        let mut names = BTreeSet::new();
        for defect in all() {
            assert!(names.insert(defect.name), "{} twice", defect.name);
            assert!(defect.name.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", defect.name);
            assert!(defect.sentence.ends_with('.'), "{}", defect.name);
            assert!(defect.clause.starts_with('§'), "{}", defect.name);
        }
    }

    #[test]
    fn every_chapter_has_defects_and_an_unknown_name_plants_none() {
        assert!(CHAPTERS.iter().all(|(_, defects)| !defects.is_empty()));
        assert!(plant("no-such-defect").is_none());
        assert!(plant("").is_some() && plant("random:7").is_some());
        assert!(all().all(|defect| plant(defect.name).is_some()));
    }
}
