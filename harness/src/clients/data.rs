//! Clients as data: the files of `harness/clients/` with their rows, what comes before them, and what they need.

use serde::Deserialize;

use crate::backend::Refusal;

/// The files of `clients/`: name without ending, and content.
static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/clients.rs"));

/// The files of `clients/programs/`: small programs that rows run, name and content.
pub(super) static PROGRAMS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/client_programs.rs"));

/// Everything in `clients/`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Book {
    /// Programs and libraries that rows need.
    #[serde(default, rename = "need")]
    pub needs: Vec<Need>,
    /// What several rows have to do first.
    #[serde(default, rename = "setup")]
    pub setups: Vec<Setup>,
    /// The rows.
    #[serde(default, rename = "row")]
    pub rows: Vec<Row>,
}

/// A package that brings a client.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Need {
    /// The package's name.
    pub package: String,
    /// Whose package it is.
    #[serde(default)]
    pub from: Registry,
    /// A shell command that succeeds where it is installed.
    pub probe: String,
    /// A package that must be there before this one can be installed.
    #[serde(default)]
    pub by: Option<String>,
}

/// Who distributes a package.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Registry {
    /// Debian: installed for the whole machine.
    #[default]
    Debian,
    /// PyPI: installed into a virtual environment of our own.
    PyPI,
    /// npm: installed into a folder of our own.
    Npm,
}

/// What several rows have to do first.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// What rows call it.
    pub name: String,
    /// Packages it needs.
    #[serde(default)]
    pub needs: Vec<String>,
    /// A shell script.
    pub run: String,
}

/// One client doing one thing: a line of the matrix.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// `program/what-it-does`.
    pub name: String,
    /// Packages it needs, beside those of its setups.
    pub needs: Vec<String>,
    /// Setups, in order.
    #[serde(default)]
    pub setup: Vec<String>,
    /// Files of `clients/programs/` that are laid into the row's folder.
    #[serde(default)]
    pub files: Vec<String>,
    /// What shows that the client did its work, beyond an exit code.
    pub proof: String,
    /// Its steps, in order.
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
}

/// One step of a row: a script that runs to its end, or a server that runs until the row's end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// A shell script; the row fails when it does.
    #[serde(default)]
    pub run: Option<String>,
    /// A shell script that becomes the server (`exec`), in the foreground.
    #[serde(default)]
    pub serve: Option<String>,
    /// For a server: a shell command that succeeds when it is ready. Without it: when `$PORT` is open.
    #[serde(default)]
    pub ready: Option<String>,
}

impl Book {
    /// All files of `clients/`, taken together.
    ///
    /// # Errors
    /// When one of them is malformed.
    pub fn read() -> Result<Book, Refusal> {
        let mut all = Book::default();
        for (name, text) in FILES {
            let one: Book = toml::from_str(text).map_err(|error| Refusal::BadClient {
                name: (*name).to_owned(),
                problem: error.to_string(),
            })?;
            all.needs.extend(one.needs);
            all.setups.extend(one.setups);
            all.rows.extend(one.rows);
        }
        Ok(all)
    }

    /// The setups of a row, in order; a name without a setup is passed over (a test finds it).
    pub fn setups_of<'a>(&'a self, row: &'a Row) -> impl Iterator<Item = &'a Setup> {
        row.setup.iter().filter_map(|name| self.setups.iter().find(|setup| setup.name == *name))
    }

    /// Everything that a row and its setups need, each once.
    #[must_use]
    pub fn needs_of(&self, row: &Row) -> Vec<&Need> {
        let names = self.setups_of(row).flat_map(|setup| &setup.needs).chain(&row.needs);
        let mut needs: Vec<&Need> = Vec::new();
        for name in names {
            let Some(need) = self.needs.iter().find(|need| need.package == *name) else { continue };
            if !needs.contains(&need) {
                needs.push(need);
            }
        }
        needs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_name_that_a_row_or_setup_uses_stands_for_something() {
        let book = Book::read().unwrap();
        let packages: BTreeSet<&String> = book.needs.iter().map(|need| &need.package).collect();
        let setups: BTreeSet<&String> = book.setups.iter().map(|setup| &setup.name).collect();
        let programs: BTreeSet<&str> = PROGRAMS.iter().map(|(name, _)| *name).collect();
        for setup in &book.setups {
            assert!(setup.needs.iter().all(|name| packages.contains(name)), "{setup:?}");
        }
        for row in &book.rows {
            assert!(row.needs.iter().all(|name| packages.contains(name)), "{}: {:?}", row.name, row.needs);
            assert!(row.setup.iter().all(|name| setups.contains(name)), "{}: {:?}", row.name, row.setup);
            assert!(
                row.files.iter().all(|name| programs.contains(name.as_str())),
                "{}: {:?}",
                row.name,
                row.files
            );
        }
        let used: BTreeSet<&str> = book.rows.iter().flat_map(|row| &row.files).map(String::as_str).collect();
        assert_eq!(programs, used, "a program that no row runs");
    }

    #[test]
    fn every_row_has_a_name_of_its_own_a_proof_and_steps_that_do_one_thing() {
        let book = Book::read().unwrap();
        let names: BTreeSet<&String> = book.rows.iter().map(|row| &row.name).collect();
        assert_eq!(names.len(), book.rows.len());
        for row in &book.rows {
            assert!(!row.proof.is_empty() && !row.steps.is_empty(), "{}", row.name);
            assert!(row.steps.last().is_some_and(|step| step.run.is_some()), "{}", row.name);
            for step in &row.steps {
                assert!(step.run.is_some() != step.serve.is_some(), "{}: {step:?}", row.name);
                assert!(step.ready.is_none() || step.serve.is_some(), "{}: {step:?}", row.name);
            }
        }
    }

    #[test]
    fn every_excuse_for_a_client_names_a_row_and_a_reason() {
        let book = Book::read().unwrap();
        for (name, profile) in crate::backend::profiles().unwrap() {
            for excuse in &profile.clients {
                assert!(book.rows.iter().any(|row| row.name == excuse.row), "{name}: {}", excuse.row);
                assert!(!excuse.reason.is_empty(), "{name}: {}", excuse.row);
            }
        }
    }

    #[test]
    fn no_row_names_a_module() {
        let known = crate::backend::profiles().unwrap();
        let libraries: Vec<&String> = known.iter().flat_map(|(_, profile)| &profile.libraries).collect();
        for (name, text) in FILES.iter().chain(PROGRAMS) {
            let named = libraries.iter().find(|library| text.contains(library.as_str()));
            assert!(named.is_none(), "{name} names {named:?}");
        }
    }
}
