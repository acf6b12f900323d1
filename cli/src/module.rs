//! Where the PKCS#11 module lies.

use std::path::{Path, PathBuf};

/// The module's file name on this system.
pub(crate) const FILE_NAME: &str =
    if cfg!(target_os = "macos") { "libtwintoken_pkcs11.dylib" } else { "libtwintoken_pkcs11.so" };

/// What to do when there is no module.
pub(crate) const ADVICE: &str =
    "build it with `cargo build -p twintoken-pkcs11`, or set TWINTOKEN_MODULE to where it lies";

/// The module and why it is this one. `named` is TWINTOKEN_MODULE, `program` the running executable.
pub(crate) fn find(named: Option<&str>, program: &Path) -> Option<(PathBuf, &'static str)> {
    if let Some(named) = named {
        return Some((std::path::absolute(named).unwrap_or_else(|_| named.into()), "TWINTOKEN_MODULE"));
    }
    // A link on the PATH is as good as the program itself.
    let program = program.canonicalize().unwrap_or_else(|_| program.to_owned());
    let folder = program.parent()?;
    let beside = (folder.join(FILE_NAME), "beside this program");
    let places =
        ["lib", "lib/pkcs11"].map(|place| folder.parent().map(|prefix| prefix.join(place).join(FILE_NAME)));
    let installed = places.into_iter().flatten().map(|path| (path, "installed with this program"));
    std::iter::once(beside).chain(installed).find(|(path, _)| path.is_file())
}

/// As [`find`], for this process.
pub(crate) fn of_process(environment: &twintoken::settings::Environment) -> Option<(PathBuf, &'static str)> {
    let named = environment.get("TWINTOKEN_MODULE").ok().flatten();
    find(named, &std::env::current_exe().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn installed(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        folder
    }

    fn found(folder: &tempfile::TempDir, named: Option<&str>) -> Option<(PathBuf, &'static str)> {
        let root = folder.path().canonicalize().unwrap();
        find(named, &root.join("bin/twintoken"))
            .map(|(path, why)| (path.strip_prefix(&root).unwrap_or(&path).to_owned(), why))
    }

    #[test]
    fn a_module_beside_the_program_comes_before_an_installed_one() {
        let (beside, installed_one) = (format!("bin/{FILE_NAME}"), format!("lib/{FILE_NAME}"));
        let both = installed(&["bin/twintoken", &beside, &installed_one]);
        assert_eq!(found(&both, None).unwrap().0, Path::new(&beside));
        let one = installed(&["bin/twintoken", &installed_one]);
        assert_eq!(found(&one, None).unwrap().0, Path::new(&installed_one));
    }

    #[test]
    fn a_named_module_wins_and_without_any_there_is_none() {
        let empty = installed(&["bin/twintoken"]);
        assert_eq!(found(&empty, Some("/m.so")), Some(("/m.so".into(), "TWINTOKEN_MODULE")));
        assert_eq!(found(&empty, None), None);
    }
}
