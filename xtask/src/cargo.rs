//! Running cargo, and finding what it built.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The workspace's folder.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned).unwrap_or_default()
}

/// Cargo, in the workspace's folder.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// The folder that finished programs and libraries are in: this program's own.
pub(crate) fn built() -> PathBuf {
    std::env::current_exe().ok().and_then(|program| program.parent().map(Path::to_owned)).unwrap_or_default()
}
