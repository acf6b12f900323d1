//! Finds the key stores a run compares, and refuses those it cannot give a token folder of their own.

use std::path::{Path, PathBuf};

use crate::driver::Target;
use crate::expectation::Profile;

/// The profiles of `expect/`: file name without ending, and content.
static PROFILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/profiles.rs"));

/// A key store that takes part in a run: one column of the report.
#[derive(Clone, Debug)]
pub struct Backend {
    /// Name of its profile; with `-2` and so on where one profile takes part more than once.
    pub id: String,
    /// What is known about it.
    pub profile: Profile,
    /// How to drive it.
    pub target: Target,
}

/// Why a run does not begin; the program then ends with code 2.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The module is not on this machine.
    #[error("{module} is not installed. Package: {package}. Install it with: {install}")]
    NotInstalled {
        /// What was asked for.
        module: String,
        /// The package that holds it.
        package: String,
        /// The command that installs it.
        install: String,
    },
    /// No such file.
    #[error("{0}: no such file")]
    NoSuchFile(String),
    /// Nobody wrote down how to give this module its own token folder.
    #[error(
        "{module} is refused: the harness makes, changes and destroys tokens, and has no recipe to give this module \
         a private token folder.\nWrite one to harness/expect/{stem}.toml:\n\n\
         title = \"…\"\nface = \"pkcs11\"\nlibraries = [\"{stem}\"]\n\n\
         [folder]\nenvironment = {{ VARIABLE_THAT_NAMES_THE_FOLDER = \"{{folder}}\" }}\n\nThen build and run again."
    )]
    NoRecipe {
        /// What was asked for.
        module: String,
        /// Its file name without the ending.
        stem: String,
    },
    /// A file of `expect/` cannot be read.
    #[error("expect/{name}.toml: {problem}")]
    BadProfile {
        /// Name of the file without its ending.
        name: String,
        /// What is wrong.
        problem: String,
    },
    /// A file of `clients/` cannot be read.
    #[error("clients/{name}.toml: {problem}")]
    BadClient {
        /// Name of the file without its ending.
        name: String,
        /// What is wrong.
        problem: String,
    },
    /// Nothing to run.
    #[error("{0}")]
    Nothing(String),
    /// A file of the run could not be read or written.
    #[error("{0}: {1}")]
    File(String, std::io::Error),
}

/// The backends of a run and remarks about those that are absent.
#[derive(Debug, Default)]
pub struct Selection {
    /// The columns, in order.
    pub backends: Vec<Backend>,
    /// One line for each backend that was looked for in vain.
    pub remarks: Vec<String>,
}

impl Selection {
    /// The selection, if there is anything to run.
    ///
    /// # Errors
    /// When there is no column.
    pub fn filled(self) -> Result<Selection, Refusal> {
        if self.backends.is_empty() {
            let remarks = self.remarks.join("\n");
            return Err(Refusal::Nothing(format!(
                "no key store to run: name one with --module or --own\n{remarks}"
            )));
        }
        Ok(self)
    }
}

/// Reads all profiles.
///
/// # Errors
/// When one of them is malformed.
pub fn profiles() -> Result<Vec<(String, Profile)>, Refusal> {
    let parse = |(name, text): &(&str, &str)| {
        let profile = Profile::parse(text);
        profile
            .map(|profile| ((*name).to_owned(), profile))
            .map_err(|problem| Refusal::BadProfile { name: (*name).to_owned(), problem })
    };
    PROFILES.iter().map(parse).collect()
}

/// Chooses the columns: both faces of our own store when `own` names its module, then the modules asked for, or
/// without any, those the profiles say to look for.
///
/// # Errors
/// When a module asked for is absent or has no recipe.
pub fn select(own: Option<&Path>, modules: &[String]) -> Result<Selection, Refusal> {
    select_only(own, modules, modules.is_empty())?.filled()
}

/// As [`select`]; whether those of the profiles are looked for is told by `beside`, and there may be no column.
///
/// # Errors
/// As [`select`].
pub fn select_only(own: Option<&Path>, modules: &[String], beside: bool) -> Result<Selection, Refusal> {
    let profiles = profiles()?;
    let mut selection = Selection::default();
    if let Some(path) = own {
        let module = resolve(&profiles, &path.display().to_string())?;
        let store = module.profile.store.clone();
        let in_process = profiles.iter().filter(|(_, p)| p.runs_in_process() && p.store == store);
        let psa = in_process.map(|(id, profile)| Backend {
            id: id.clone(),
            profile: profile.clone(),
            target: Target::Psa,
        });
        selection.backends.push(module);
        selection.backends.extend(psa);
    }
    for name in modules {
        let mut backend = resolve(&profiles, name)?;
        let same = selection
            .backends
            .iter()
            .filter(|other| other.profile.libraries == backend.profile.libraries)
            .count();
        if selection.backends.iter().any(|other| other.target == backend.target) {
            continue;
        }
        if same > 0 {
            backend.id = format!("{}-{}", backend.id, same + 1);
            backend.profile.title = format!("{} ({})", backend.profile.title, same + 1);
        }
        selection.backends.push(backend);
    }
    if beside {
        look_beside(&profiles, &mut selection)?;
    }
    Ok(selection)
}

fn look_beside(profiles: &[(String, Profile)], selection: &mut Selection) -> Result<(), Refusal> {
    for (_, profile) in profiles.iter().filter(|(_, profile)| profile.beside && profile.c.is_none()) {
        let Some(library) = profile.libraries.first() else { continue };
        match resolve(profiles, library) {
            Ok(backend) => selection.backends.push(backend),
            Err(Refusal::NotInstalled { install, .. }) => {
                selection.remarks.push(format!("{} not found: {install}, then run again", profile.title));
            }
            Err(other) => return Err(other),
        }
    }
    Ok(())
}

/// The module behind a name or a path.
///
/// # Errors
/// When it is not there, or nobody wrote down how to give it a token folder.
pub fn named(module: &str) -> Result<Backend, Refusal> {
    resolve(&profiles()?, module)
}

/// The backend behind a name or a path.
fn resolve(profiles: &[(String, Profile)], module: &str) -> Result<Backend, Refusal> {
    let stem = stem(module);
    let known = profiles.iter().find(|(_, profile)| {
        profile.libraries.iter().any(|library| *library == stem || library.strip_prefix("lib") == Some(&stem))
    });
    let Some((id, profile)) = known else {
        return Err(Refusal::NoRecipe { module: module.to_owned(), stem });
    };
    let target = |path| Backend { id: id.clone(), profile: profile.clone(), target: Target::Pkcs11(path) };
    if module.contains('/') {
        let path = Path::new(module);
        let path = path.canonicalize().map_err(|_| missing(profile, module))?;
        return Ok(target(path));
    }
    let names: Vec<String> = profile.libraries.iter().map(|library| format!("{library}.so")).collect();
    folders()
        .iter()
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
        .find(|path| path.is_file())
        .map(target)
        .ok_or_else(|| missing(profile, module))
}

fn missing(profile: &Profile, module: &str) -> Refusal {
    match &profile.package {
        Some(package) => Refusal::NotInstalled {
            module: module.to_owned(),
            package: package.name.clone(),
            install: package.install.clone(),
        },
        None => Refusal::NoSuchFile(module.to_owned()),
    }
}

/// `libsome` of `/usr/lib/some/libsome.so`.
fn stem(module: &str) -> String {
    let name = Path::new(module).file_name().and_then(|name| name.to_str()).unwrap_or(module);
    name.split(".so").next().unwrap_or(name).to_owned()
}

/// Where modules lie on the usual systems.
fn folders() -> Vec<PathBuf> {
    let mut roots: Vec<PathBuf> =
        ["/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64", "/opt/homebrew/lib"]
            .map(PathBuf::from)
            .into();
    for root in ["/usr/lib", "/usr/local/lib"] {
        let Ok(entries) = std::fs::read_dir(root) else { continue };
        let mut triplets: Vec<PathBuf> = entries
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.to_str().is_some_and(|name| name.contains("-linux-")))
            .collect();
        triplets.sort();
        roots.extend(triplets);
    }
    roots.iter().flat_map(|root| ["", "softhsm", "pkcs11"].map(|sub| root.join(sub))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_of_the_folder_can_be_read() {
        assert!(!profiles().unwrap().is_empty());
    }

    #[test]
    fn a_module_without_a_recipe_is_refused_and_told_what_to_write_where() {
        let error = select(None, &["libunheard-of.so".to_owned()]).unwrap_err().to_string();
        assert!(error.contains("harness/expect/libunheard-of.toml"), "{error}");
        assert!(error.contains("{folder}"), "{error}");
    }

    #[test]
    fn a_known_module_that_is_absent_names_its_package() {
        let (_, profile) = profiles().unwrap().into_iter().find(|(_, p)| p.package.is_some()).unwrap();
        let path = format!("/nowhere/{}.so", profile.libraries[0]);
        let error = select(None, &[path]).unwrap_err().to_string();
        assert!(error.contains(&profile.package.unwrap().install), "{error}");
    }

    #[test]
    fn a_module_that_is_merely_looked_for_and_absent_is_one_line_with_the_command() {
        let text = r#"
            title = "Absent"
            face = "pkcs11"
            libraries = ["libabsent-from-every-machine"]
            beside = true
            package = { name = "absent", install = "apt-get install absent" }
            [folder]
        "#;
        let mut selection = Selection::default();
        look_beside(&[("absent".into(), Profile::parse(text).unwrap())], &mut selection).unwrap();
        assert_eq!(selection.remarks, ["Absent not found: apt-get install absent, then run again"]);
        assert!(selection.backends.is_empty());
    }

    #[test]
    fn every_excuse_of_every_profile_names_an_existing_check_and_its_clause() {
        let scenarios = crate::scenarios::all();
        for (name, profile) in profiles().unwrap() {
            let stale: Vec<String> = profile
                .stale(&scenarios)
                .into_iter()
                .map(|(entry, problem)| format!("{} {}: {problem}", entry.scenario, entry.check))
                .collect();
            assert_eq!(stale, Vec::<String>::new(), "{name}");
        }
    }
}
