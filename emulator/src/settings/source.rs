//! Where settings come from, and which wins: a variable, then the file, then SoftHSM2's configuration, then defaults.
//!
//! The store is settled first, because the file may lie in its folder: TWINTOKEN_STORE, else `store` in the file that
//! TWINTOKEN_CONF names, else SOFTHSM2_CONF, else the user's data folder. Whoever names a store means Twintoken, so
//! SOFTHSM2_CONF is then not read at all.

use super::rows::{self, ROWS, Text};
use super::{Settings, StoreChoice, file, softhsm2};
use crate::fault::Fault;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The settings file's name in the store folder.
const FILE: &str = "twintoken.toml";

/// Variables that other programs of this project read; the store does not mind them.
const OTHERS: [&str; 7] = [
    "TWINTOKEN_MODULE",
    "TWINTOKEN_NEW_PIN",
    "TWINTOKEN_P11_KIT",
    "TWINTOKEN_PASSWORD",
    "TWINTOKEN_SLOT",
    "TWINTOKEN_TOKEN_LABEL",
    "TWINTOKEN_URI",
];

/// Beginnings of variables that tests and the harness may use as they like.
const ROOMS: [&str; 2] = ["TWINTOKEN_TEST_", "TWINTOKEN_HARNESS_"];

/// An environment: that of the process, or one that a test makes up.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, Option<String>>,
    /// The file name of the library that asks, where one does.
    library: Option<String>,
}

impl Explained {
    /// Why a setting has the value it has when nobody set it.
    pub const DEFAULT: &'static str = "default";
}

impl Environment {
    /// The process's own.
    #[must_use]
    pub fn of_process() -> Environment {
        let readable = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()))
        };
        Environment { variables: std::env::vars_os().filter_map(readable).collect(), library: None }
    }

    /// One of these variables only.
    #[must_use]
    pub fn of<const N: usize>(variables: [(&str, &str); N]) -> Environment {
        let owned = |(name, value): (&str, &str)| (name.to_owned(), Some(value.to_owned()));
        Environment { variables: variables.into_iter().map(owned).collect(), library: None }
    }

    /// This one with another value for a variable, or without it.
    #[must_use]
    pub fn with(mut self, name: &str, value: Option<&str>) -> Environment {
        match value {
            Some(value) => drop(self.variables.insert(name.to_owned(), Some(value.to_owned()))),
            None => drop(self.variables.remove(name)),
        }
        self
    }

    /// This one as a library meets it that was loaded from `file`: one named like SoftHSM2's shows itself as SoftHSM2
    /// does, unless told otherwise.
    #[must_use]
    pub fn loaded_from(mut self, file: &Path) -> Environment {
        self.library = file.file_name().map(|name| name.to_string_lossy().into_owned());
        self
    }

    /// The library's file name, if it is SoftHSM2's.
    fn softhsm2s_name(&self) -> Option<&str> {
        self.library.as_deref().filter(|name| name.starts_with("libsofthsm2."))
    }

    /// The value of a variable.
    ///
    /// # Errors
    /// [`Fault::Setting`] when it is not UTF-8.
    pub fn get(&self, name: &str) -> Result<Option<&str>, Fault> {
        match self.variables.get(name) {
            None => Ok(None),
            Some(Some(value)) => Ok(Some(value)),
            Some(None) => Err(setting(name, "is not UTF-8 text")),
        }
    }

    /// The first variable that looks like a setting and is none.
    fn stranger(&self) -> Option<&str> {
        let ours = |name: &&String| name.starts_with("TWINTOKEN_");
        let known = |name: &str| {
            ["TWINTOKEN_STORE", "TWINTOKEN_CONF"].contains(&name)
                || OTHERS.contains(&name)
                || ROOMS.iter().any(|room| name.starts_with(room))
                || ROWS.iter().any(|row| row.variable() == name)
        };
        self.variables.keys().filter(ours).map(String::as_str).find(|name| !known(name))
    }
}

/// One setting in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// Its name.
    pub name: &'static str,
    /// Its value as people may see it: never a PIN.
    pub value: String,
    /// Where the value comes from.
    pub why: String,
}

/// What `environment` and the files it names ask for, and why.
pub(super) fn resolve(environment: &Environment) -> Result<(Settings, Vec<Explained>), Fault> {
    if let Some(name) = environment.stranger() {
        let variables: Vec<String> = ROWS.iter().map(rows::Row::variable).collect();
        let known = variables.join(", ");
        return Err(setting(
            name,
            &format!("no such setting; there are TWINTOKEN_STORE, TWINTOKEN_CONF, {known}"),
        ));
    }
    let named = environment.get("TWINTOKEN_CONF")?.map(|path| file_at(Path::new(path))).transpose()?;
    let found = find_store(environment, named.as_ref())?;
    let settings_file = match (named, &found.choice) {
        (Some(named), _) => Some(named),
        (None, StoreChoice::Folder(folder)) if folder.join(FILE).exists() => {
            Some(file_at(&folder.join(FILE))?)
        }
        (None, _) => None,
    };
    let mut layers = Layers::over(&found.choice);
    if let Some(library) = environment.softhsm2s_name() {
        let why = format!("the module's file name, {library}");
        layers.set("identity", &why, "softhsm2", Path::new(""), || why.clone())?;
    }
    for (name, key, text) in &found.softhsm2 {
        let why = format!("{key} of the file in SOFTHSM2_CONF");
        layers.set(name, &why, text, Path::new(""), || why.clone())?;
    }
    if let Some(file) = &settings_file {
        layers.take_file(file, &found)?;
    }
    layers.take_variables(environment)?;
    Ok(layers.finish(&found))
}

/// A settings file as it was read.
struct File {
    path: PathBuf,
    values: Vec<(String, String)>,
}

impl File {
    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }
}

fn file_at(path: &Path) -> Result<File, Fault> {
    Ok(File { path: path.to_owned(), values: file::read(path)? })
}

/// The store, why it is this one, and what SoftHSM2's configuration adds where that named it.
struct Found {
    choice: StoreChoice,
    why: String,
    softhsm2: Vec<(&'static str, &'static str, String)>,
}

fn find_store(environment: &Environment, named: Option<&File>) -> Result<Found, Fault> {
    let plain = |choice, why: String| Ok(Found { choice, why, softhsm2: Vec::new() });
    if let Some(text) = environment.get("TWINTOKEN_STORE")? {
        return plain(store("TWINTOKEN_STORE", text, Path::new(""))?, "TWINTOKEN_STORE".to_owned());
    }
    if let Some(file) = named
        && let Some((_, text)) = file.values.iter().find(|(name, _)| name == "store")
    {
        let name = format!("store in {}", file.path.display());
        return plain(
            store(&name, text, file.folder())?,
            format!("{}, from TWINTOKEN_CONF", file.path.display()),
        );
    }
    if let Some(path) = environment.get("SOFTHSM2_CONF")? {
        let read = softhsm2::read(Path::new(path))?;
        let choice = StoreChoice::Folder(absolute(read.folder));
        let why =
            format!("directories.tokendir in {path}, from SOFTHSM2_CONF; TWINTOKEN_STORE would win over it");
        return Ok(Found { choice, why, softhsm2: read.values });
    }
    let (folder, why) = data_folder(environment, cfg!(target_os = "macos"))?;
    plain(StoreChoice::Folder(folder), format!("{why}; set TWINTOKEN_STORE for another place"))
}

fn store(name: &str, text: &str, base: &Path) -> Result<StoreChoice, Fault> {
    if text == "memory" {
        return Ok(StoreChoice::Memory);
    }
    let folder = rows::path(&Text { text, base });
    let right = "must be a folder, or `memory`; `~` is not expanded";
    folder.map(|folder| StoreChoice::Folder(absolute(folder))).ok_or_else(|| setting(name, right))
}

/// A host program may change its working directory later; the store stays where it was.
fn absolute(folder: PathBuf) -> PathBuf {
    std::path::absolute(&folder).unwrap_or(folder)
}

/// The user's data folder, as the XDG base directory specification and macOS have it.
pub(super) fn data_folder(environment: &Environment, macos: bool) -> Result<(PathBuf, &'static str), Fault> {
    // The XDG specification says that a relative path is to be ignored.
    let xdg = environment.get("XDG_DATA_HOME")?.filter(|path| Path::new(path).is_absolute());
    if let Some(data) = xdg.filter(|_| !macos) {
        return Ok((Path::new(data).join("twintoken"), "the user's data folder, from XDG_DATA_HOME"));
    }
    let home = environment.get("HOME")?.filter(|home| !home.is_empty()).ok_or_else(|| {
        setting("TWINTOKEN_STORE", "HOME is not set, so there is no place for tokens: set TWINTOKEN_STORE to a folder or to `memory`")
    })?;
    let below = if macos { "Library/Application Support/twintoken" } else { ".local/share/twintoken" };
    Ok((Path::new(home).join(below), "the user's data folder, from HOME"))
}

/// Settings while one source after another is laid over them.
struct Layers {
    settings: Settings,
    whys: BTreeMap<&'static str, String>,
}

impl Layers {
    fn over(choice: &StoreChoice) -> Layers {
        let settings = match choice {
            StoreChoice::Folder(folder) => Settings::at(folder),
            StoreChoice::Memory => Settings::memory(),
        };
        Layers { settings, whys: BTreeMap::new() }
    }

    fn set(
        &mut self,
        name: &str,
        why: &str,
        text: &str,
        base: &Path,
        shown: impl Fn() -> String,
    ) -> Result<(), Fault> {
        let no_such = || {
            let known: Vec<&str> = ROWS.iter().map(|row| row.name).collect();
            setting(&shown(), &format!("no such setting; there are store, {}", known.join(", ")))
        };
        let row = rows::row(name).ok_or_else(no_such)?;
        row.set(&mut self.settings, &Text { text, base }).map_err(|reason| setting(&shown(), &reason))?;
        self.whys.insert(if row.name == "pin_file" { "pin" } else { row.name }, why.to_owned());
        Ok(())
    }

    fn take_file(&mut self, file: &File, found: &Found) -> Result<(), Fault> {
        let shown = |name: &str| format!("{name} in {}", file.path.display());
        refuse_two_pins(|name| file.values.iter().any(|(own, _)| own == name), shown)?;
        let in_its_own_store =
            matches!(&found.choice, StoreChoice::Folder(folder) if folder.join(FILE) == file.path);
        for (name, text) in &file.values {
            match name.as_str() {
                "store" if in_its_own_store => {
                    let reason = "a file inside the store cannot say where the store is: use TWINTOKEN_STORE";
                    return Err(setting(&shown(name), reason));
                }
                // TWINTOKEN_STORE may have won over it, but a malformed value is refused all the same.
                "store" => drop(store(&shown(name), text, file.folder())?),
                _ => self.set(name, &file.path.display().to_string(), text, file.folder(), || shown(name))?,
            }
        }
        Ok(())
    }

    fn take_variables(&mut self, environment: &Environment) -> Result<(), Fault> {
        let variable = |name: &str| format!("TWINTOKEN_{}", name.to_ascii_uppercase());
        refuse_two_pins(|name| environment.variables.contains_key(&variable(name)), variable)?;
        for row in ROWS {
            let variable = row.variable();
            if let Some(text) = environment.get(&variable)? {
                self.set(row.name, &variable, text, Path::new(""), || variable.clone())?;
            }
        }
        Ok(())
    }

    fn finish(self, found: &Found) -> (Settings, Vec<Explained>) {
        let store = match &found.choice {
            StoreChoice::Folder(folder) => folder.display().to_string(),
            StoreChoice::Memory => "memory".to_owned(),
        };
        let mut explained = vec![Explained { name: "store", value: store, why: found.why.clone() }];
        for row in ROWS.iter().filter(|row| row.name != "pin_file") {
            let why = self.whys.get(row.name).cloned().unwrap_or_else(|| Explained::DEFAULT.to_owned());
            explained.push(Explained { name: row.name, value: (row.show)(&self.settings), why });
        }
        (self.settings, explained)
    }
}

/// One source gives a PIN or a file that holds it; which of two would be meant is anybody's guess.
fn refuse_two_pins(has: impl Fn(&str) -> bool, shown: impl Fn(&str) -> String) -> Result<(), Fault> {
    if has("pin") && has("pin_file") {
        return Err(setting(&shown("pin_file"), &format!("{} is set too: keep one of them", shown("pin"))));
    }
    Ok(())
}

fn setting(name: &str, reason: &str) -> Fault {
    Fault::Setting { name: name.to_owned(), reason: reason.to_owned() }
}
