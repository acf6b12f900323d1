//! PSA libraries in C as columns of a run: the runner is compiled against the headers of each.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde::Deserialize;

use crate::backend::{Backend, Refusal, Selection, profiles};
use crate::driver::Target;
use crate::expectation::Profile;

/// The runner's source.
const RUNNER: &str = include_str!("../psa-runner/runner.c");

/// How the runner is compiled against a library.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Arguments of the C compiler; `{headers}` and `{library}` stand for those of our own library.
    pub flags: Vec<String>,
    /// C that compiles only where the library is installed, in the version the profile is about.
    #[serde(default)]
    pub probe: String,
}

impl Recipe {
    fn is_ours(&self) -> bool {
        self.flags.iter().any(|flag| flag.contains("{library}"))
    }
}

/// Our own library.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Own {
    /// Our own PSA library, to be linked with the runner
    #[arg(long = "own-psa", value_name = "PATH", requires = "headers")]
    pub library: Option<PathBuf>,
    /// Its headers
    #[arg(long = "own-psa-headers", value_name = "DIR")]
    pub headers: Option<PathBuf>,
}

/// Takes the names of PSA libraries out of those of modules.
///
/// # Errors
/// When a profile is malformed.
pub fn among(modules: &[String]) -> Result<(Vec<String>, Vec<String>), Refusal> {
    let profiles = profiles()?;
    let is_library = |name: &String| {
        profiles.iter().any(|(_, profile)| profile.c.is_some() && profile.libraries.contains(&stem(name)))
    };
    Ok(modules.iter().cloned().partition(is_library))
}

fn stem(name: &str) -> String {
    name.split(".so").next().unwrap_or(name).to_owned()
}

/// Adds a column for our own library, and for each that was asked for or, when no module was, is looked for. The
/// compiled runners lie in the folder that is returned.
///
/// # Errors
/// When a library that was asked for is absent, or a runner does not compile.
pub fn add(
    selection: &mut Selection,
    own: &Own,
    asked: &[String],
    beside: bool,
) -> Result<tempfile::TempDir, Refusal> {
    let here = std::env::current_exe().map_err(|error| Refusal::File("this program".into(), error))?;
    // Beside this program, because a folder for temporary files may forbid programs.
    let folder = tempfile::Builder::new()
        .prefix("psa-runner-")
        .tempdir_in(here.parent().unwrap_or(Path::new(".")))
        .map_err(|error| Refusal::File("a folder for the PSA runners".into(), error))?;
    for (id, profile) in profiles()? {
        let Some(recipe) = &profile.c else { continue };
        let named = asked.iter().any(|name| profile.libraries.contains(&stem(name)));
        let wanted = if recipe.is_ours() { own.library.is_some() } else { named || beside && profile.beside };
        if !wanted {
            continue;
        }
        match compile(&id, &profile, recipe, own, folder.path()) {
            Ok(program) => {
                let backend = Backend { id, profile, target: Target::PsaLibrary(program) };
                // Beside the other columns of the same store, where there are any.
                let same =
                    |b: &Backend| b.profile.store.is_some() && b.profile.store == backend.profile.store;
                let at =
                    selection.backends.iter().rposition(same).map_or(selection.backends.len(), |at| at + 1);
                selection.backends.insert(at, backend);
            }
            Err(Refusal::NotInstalled { module, package, install }) if !named => {
                let line =
                    format!("{module} skipped: needs {package}. Install it with: {install}, then run again");
                if !selection.remarks.contains(&line) {
                    selection.remarks.push(line);
                }
            }
            Err(refusal) => return Err(refusal),
        }
    }
    Ok(folder)
}

fn compile(
    id: &str,
    profile: &Profile,
    recipe: &Recipe,
    own: &Own,
    folder: &Path,
) -> Result<PathBuf, Refusal> {
    let (source, program) = (folder.join(format!("{id}.c")), folder.join(id));
    let probe = folder.join(format!("{id}-probe.c"));
    let write = |path: &Path, text: &str| {
        std::fs::write(path, text).map_err(|error| Refusal::File(path.display().to_string(), error))
    };
    write(&source, RUNNER)?;
    let compiles = |text: &str| {
        write(&probe, text)?;
        Ok::<_, Refusal>(c(&["-fsyntax-only".into(), probe.clone().into_os_string()])?.status.success())
    };
    // A compiler that only links for Rust may have no headers at all.
    if !compiles("#include <stdint.h>\n#include <stdlib.h>\n")? {
        return Err(no_compiler());
    }
    if !compiles(&recipe.probe)? {
        return Err(absent(profile));
    }
    let place = |path: &Option<PathBuf>| path.as_deref().unwrap_or(Path::new("")).display().to_string();
    let fill = |flag: &String| {
        flag.replace("{headers}", &place(&own.headers)).replace("{library}", &place(&own.library))
    };
    let mut arguments: Vec<std::ffi::OsString> =
        ["-std=c99", "-D_POSIX_C_SOURCE=200809L", "-o"].map(Into::into).into();
    arguments.extend([program.clone().into_os_string(), source.into_os_string()]);
    arguments.extend(recipe.flags.iter().map(fill).map(Into::into));
    let output = c(&arguments)?;
    if output.status.success() {
        return Ok(program);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Refusal::Nothing(format!("{}: the runner does not compile:\n{said}", profile.title)))
}

/// Runs the C compiler.
fn c(arguments: &[std::ffi::OsString]) -> Result<Output, Refusal> {
    Command::new("cc").args(arguments).output().map_err(|error| match error.kind() {
        ErrorKind::NotFound => no_compiler(),
        _ => Refusal::File("cc".into(), error),
    })
}

fn no_compiler() -> Refusal {
    Refusal::NotInstalled {
        module: "PSA in C".into(),
        package: "gcc and libc6-dev".into(),
        install: "apt-get install gcc libc6-dev".into(),
    }
}

fn absent(profile: &Profile) -> Refusal {
    let (package, install) = profile
        .package
        .as_ref()
        .map_or(("its headers".into(), "its package".into()), |p| (p.name.clone(), p.install.clone()));
    Refusal::NotInstalled { module: profile.title.clone(), package, install }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_psa_libraries_are_told_from_those_of_modules() {
        let all = profiles().unwrap();
        let other = |profile: &&Profile| profile.c.as_ref().is_some_and(|recipe| !recipe.is_ours());
        let library = all.iter().map(|(_, profile)| profile).find(other).unwrap().libraries[0].clone();
        let names = ["libsomething.so".to_owned(), format!("{library}.so")];
        let (libraries, modules) = among(&names).unwrap();
        assert_eq!((libraries, modules), (vec![names[1].clone()], vec![names[0].clone()]));
    }

    #[test]
    fn a_library_that_is_merely_looked_for_and_absent_is_named_with_its_package() {
        let text = r##"
            title = "Absent"
            face = "psa"
            package = { name = "absent-dev", install = "apt-get install absent-dev" }
            [c]
            flags = []
            probe = "#include <absent/from/every/machine.h>"
            [folder]
        "##;
        let profile = Profile::parse(text).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let recipe = profile.c.clone().unwrap();
        let refusal = compile("absent", &profile, &recipe, &Own::default(), folder.path()).unwrap_err();
        // Where there is no C compiler either, that is what is named.
        assert!(
            matches!(&refusal, Refusal::NotInstalled { package, .. } if package == "absent-dev" || package.starts_with("gcc"))
        );
    }
}
