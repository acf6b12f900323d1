//! A throw-away store folder, and the environment that makes the module use it.

use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// A folder of one test's own. It goes when the value goes.
#[derive(Debug)]
pub struct Store(TempDir);

impl Store {
    /// An empty folder.
    ///
    /// # Panics
    /// When the system gives none.
    #[must_use]
    pub fn new() -> Store {
        Store(tempfile::Builder::new().prefix("twintoken-test-").tempdir().unwrap())
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Gives `command` this store, fast PIN hashing, and nothing that the caller's own environment says about tokens.
    pub fn put_into(&self, command: &mut Command) {
        for (name, _) in std::env::vars_os() {
            let name_text = name.to_string_lossy();
            if name_text.starts_with("TWINTOKEN_") || name_text.starts_with("SOFTHSM2_") {
                command.env_remove(&name);
            }
        }
        command.env("TWINTOKEN_STORE", self.path()).env("TWINTOKEN_KDF", "fast");
    }
}

impl Default for Store {
    fn default() -> Self {
        Store::new()
    }
}
