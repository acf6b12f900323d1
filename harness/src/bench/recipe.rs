//! What a backend's profile says to the bench: the `[bench]` table of a file in `expect/`.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The `[bench]` table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Recipe {
    /// How its token is filled with many objects.
    #[serde(default)]
    pub fill: Filling,
    /// Further settings under which some cases are measured.
    #[serde(default, rename = "variant")]
    pub variants: Vec<Variant>,
}

/// How a token is filled with many objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Filling {
    /// One C_CreateObject after the other, for as long as the cap allows.
    #[default]
    Calls,
    /// By the library in our own process, with many objects to a commit. Only for the store that the harness is built
    /// with.
    InProcess,
}

/// The same module under another setting, as a column of its own.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Variant {
    /// What the column is called behind the module's name.
    pub title: String,
    /// Environment variables in place of the recipe's.
    pub environment: BTreeMap<String, String>,
    /// The cases that the setting matters for.
    pub cases: Vec<String>,
    /// The most objects it is measured with.
    pub most: u64,
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_variants_of_all_profiles_name_cases_that_exist() {
        for (name, profile) in crate::backend::profiles().unwrap() {
            for case in profile.bench.variants.iter().flat_map(|variant| &variant.cases) {
                assert!(crate::bench::cases::named(case).is_some(), "{name}: {case}");
            }
        }
    }
}
