//! What `cargo xtask psa-install` lays down below a prefix: libraries, headers, pkg-config and CMake files.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// The PSA library as cargo built it.
#[derive(Debug, Clone, Default)]
pub struct Built {
    /// The static library and the shared one.
    pub libraries: Vec<PathBuf>,
    /// What a program that links the static one must link besides, as words for a linker.
    pub needs: String,
}

impl Built {
    /// Copies everything below `prefix`, which is made if it is absent, and gives it as an absolute path.
    ///
    /// # Errors
    /// What the file system refuses.
    pub fn install(&self, prefix: &Path) -> io::Result<PathBuf> {
        fs::create_dir_all(prefix)?;
        let prefix = prefix.canonicalize()?;
        for library in &self.libraries {
            copy(library, &prefix.join("lib"))?;
        }
        for header in fs::read_dir(shim("include/psa"))? {
            copy(&header?.path(), &prefix.join("include/psa"))?;
        }
        let values = [
            ("@PREFIX@", prefix.display().to_string()),
            ("@VERSION@", env!("CARGO_PKG_VERSION").to_owned()),
            ("@URL@", env!("CARGO_PKG_REPOSITORY").to_owned()),
            ("@LIBS_PRIVATE@", self.needs.clone()),
        ];
        let cmake = prefix.join("lib/cmake/twintoken-psa");
        fill("twintoken-psa.pc.in", &prefix.join("lib/pkgconfig"), &values)?;
        fill("cmake/twintoken-psa-config-version.cmake.in", &cmake, &values)?;
        copy(&shim("cmake/twintoken-psa-config.cmake"), &cmake)?;
        Ok(prefix)
    }
}

/// A file of the crate.
fn shim(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../psa-shim").join(name)
}

fn copy(file: &Path, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let name = file.file_name().ok_or_else(|| io::Error::other("a file without a name"))?;
    fs::copy(file, folder.join(name))?;
    Ok(())
}

/// Writes a template of the crate, without its ending and with its words between `@` filled in.
fn fill(template: &str, folder: &Path, values: &[(&str, String)]) -> io::Result<()> {
    let template = shim(template);
    let mut text = fs::read_to_string(&template)?;
    for (word, value) in values {
        text = text.replace(word, value);
    }
    fs::create_dir_all(folder)?;
    let name = template.file_stem().ok_or_else(|| io::Error::other("a template without a name"))?;
    fs::write(folder.join(name), text)
}
