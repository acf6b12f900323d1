//! Lists the files of `expect/` and `clients/`, so that adding a backend, a client or its program is adding a file.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    println!("cargo::rerun-if-changed=expect");
    println!("cargo::rerun-if-changed=clients");
    let here = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let toml = |path: &Path| path.extension().is_some_and(|ending| ending == "toml");
    list(&here.join("expect"), toml, "profiles.rs")?;
    list(&here.join("clients"), toml, "clients.rs")?;
    list(&here.join("clients/programs"), |_| true, "client_programs.rs")
}

/// Writes a slice of file names and contents; a `.toml` file goes by its name without the ending.
fn list(folder: &Path, wanted: impl Fn(&Path) -> bool, output: &str) -> Outcome<()> {
    let mut files: Vec<_> = std::fs::read_dir(folder)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.is_file() && wanted(path))
        .collect();
    files.sort();
    let mut code = String::from("&[\n");
    for path in files {
        let name = path.file_name().and_then(|name| name.to_str()).ok_or("a file name that is not text")?;
        let name = name.strip_suffix(".toml").unwrap_or(name);
        writeln!(code, "    ({name:?}, include_str!({path:?})),")?;
    }
    code.push(']');
    std::fs::write(Path::new(&std::env::var("OUT_DIR")?).join(output), code)?;
    Ok(())
}
