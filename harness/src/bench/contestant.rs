//! One column of a run: a module with its settings, and in each place its token folder and its two processes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::place::Place;
use super::process::Process;
use super::recipe::Filling;
use super::serve::{Answer, Order};
use crate::backend::{Backend, Refusal};
use crate::driver::Target;

/// A module under one setting.
#[derive(Clone, Debug)]
pub struct Contestant {
    /// Its name in reports.
    pub title: String,
    /// The library.
    pub path: PathBuf,
    /// Its environment; `{folder}` stands for the token folder.
    pub environment: BTreeMap<String, String>,
    folders: Vec<String>,
    files: BTreeMap<String, String>,
    filling: Filling,
    /// The cases it takes part in; all if there are none.
    cases: Vec<String>,
    /// The most objects it is measured with.
    most: u64,
}

impl Contestant {
    /// The columns of these backends; those that are no PKCS#11 modules take no part.
    #[must_use]
    pub fn all(backends: &[Backend]) -> Vec<Contestant> {
        let mut all = Vec::new();
        for backend in backends {
            let Target::Pkcs11(path) = &backend.target else { continue };
            let profile = &backend.profile;
            let plain = Contestant {
                title: profile.title.clone(),
                path: path.clone(),
                environment: profile.folder.environment.clone(),
                folders: profile.folder.folders.clone(),
                files: profile.folder.files.clone(),
                filling: profile.bench.fill,
                cases: Vec::new(),
                most: u64::MAX,
            };
            let variants = profile.bench.variants.iter().map(|variant| {
                let mut environment = plain.environment.clone();
                environment.extend(variant.environment.clone());
                let title = format!("{}, {}", plain.title, variant.title);
                let (cases, most) = (variant.cases.clone(), variant.most);
                Contestant { title, environment, cases, most, ..plain.clone() }
            });
            let variants: Vec<Contestant> = variants.collect();
            all.push(plain);
            all.extend(variants);
        }
        // Modules side by side first, their variants behind them.
        all.sort_by_key(|contestant| !contestant.cases.is_empty());
        all
    }

    /// Whether it takes part in a case.
    #[must_use]
    pub fn plays(&self, case: &str) -> bool {
        self.cases.is_empty() || self.cases.iter().any(|own| own == case)
    }

    /// Whether it is only another setting of a module that takes part.
    #[must_use]
    pub fn is_variant(&self) -> bool {
        !self.cases.is_empty()
    }
}

/// A contestant in one place.
pub struct Seat<'a> {
    /// Which one.
    pub contestant: &'a Contestant,
    /// How many objects its token was filled with.
    pub objects: u64,
    /// What the library calls itself.
    pub description: String,
    /// The process that is measured.
    pub first: Process,
    /// Another one on the same token.
    pub second: Process,
    /// Whether it could not be filled further.
    is_full: bool,
    program: PathBuf,
    environment: Vec<(String, String)>,
    _folder: tempfile::TempDir,
}

impl<'a> Seat<'a> {
    /// Makes its token in a fresh folder.
    ///
    /// # Errors
    /// When a file or a process cannot be made, or the module refuses.
    pub fn take(program: &Path, contestant: &'a Contestant, place: &Place) -> Result<Seat<'a>, Refusal> {
        let failed = |error| Refusal::File(place.folder.display().to_string(), error);
        let folder = tempfile::Builder::new().prefix("bench-").tempdir_in(&place.folder).map_err(failed)?;
        let path = folder.path().display().to_string();
        let filled = |text: &String| text.replace("{folder}", &path);
        for name in &contestant.folders {
            std::fs::create_dir_all(folder.path().join(name)).map_err(failed)?;
        }
        for (name, content) in &contestant.files {
            std::fs::write(folder.path().join(name), filled(content)).map_err(failed)?;
        }
        let environment: Vec<(String, String)> =
            contestant.environment.iter().map(|(name, value)| (name.clone(), filled(value))).collect();
        let start = || Process::start(program, &contestant.path, &environment, folder.path()).map_err(failed);
        let (mut first, mut second) = (start()?, start()?);
        let refused = |why| Refusal::Nothing(format!("{}: {why}", contestant.title));
        let made = first.ask(&Order::MakeToken).map_err(refused)?;
        second.ask(&Order::OpenToken).map_err(refused)?;
        Ok(Seat {
            contestant,
            objects: 0,
            description: made.description.unwrap_or_default(),
            first,
            second,
            is_full: false,
            program: program.to_owned(),
            environment,
            _folder: folder,
        })
    }

    /// Fills the token up to a number of objects, within what is left of the cap; whether it takes part at this number.
    ///
    /// # Errors
    /// What the module refuses.
    pub fn fill(&mut self, objects: u64, patience: &mut u64) -> Result<bool, String> {
        if self.is_full || objects > self.contestant.most {
            return Ok(false);
        }
        let numbers = self.objects..objects;
        if self.contestant.filling == Filling::InProcess {
            super::fill::in_a_child(&self.program, &self.environment, &numbers)?;
            self.objects = objects;
            return Ok(true);
        }
        let order = Order::Fill { from: numbers.start, to: numbers.end, milliseconds: *patience };
        let Answer { calls, wall, .. } = self.first.ask(&order)?;
        *patience = patience.saturating_sub(wall / 1_000_000);
        self.objects += calls;
        self.is_full = self.objects < objects;
        Ok(calls > 0)
    }
}
