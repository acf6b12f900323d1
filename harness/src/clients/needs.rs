//! Which of the needed packages are here, and installing those that are not.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use super::data::{Need, Registry};
use super::process::{LIMIT, Surroundings};

/// The names of the packages that are absent.
pub(super) fn absent(needs: &[&Need], surroundings: &Surroundings) -> BTreeSet<String> {
    let log = surroundings.folder.join("probes");
    let missing = needs.iter().filter(|need| surroundings.run(&need.probe, &log, LIMIT).is_err());
    missing.map(|need| need.package.clone()).collect()
}

/// The command lines that install these packages: with Debian's as root, the others into folders below `tools`.
pub(super) fn commands(needs: &[&Need], tools: &Path) -> Vec<Vec<String>> {
    let of = |registry| {
        let packages = needs.iter().filter(move |need| need.from == registry);
        packages.map(|need| need.package.clone()).collect::<Vec<_>>()
    };
    let words = |line: &[&str]| line.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let below = |name: &str| tools.join(name).display().to_string();
    let mut commands = Vec::new();
    let debian = of(Registry::Debian);
    if !debian.is_empty() {
        commands.push(words(&["apt-get", "update"]));
        let install = words(&["apt-get", "install", "--yes", "--no-install-recommends"]);
        commands.push([install, debian].concat());
    }
    let pypi = of(Registry::PyPI);
    if !pypi.is_empty() {
        commands.push(words(&["python3", "-m", "venv", &below("python")]));
        let install = words(&[&below("python/bin/pip"), "install", "--quiet"]);
        commands.push([install, pypi].concat());
    }
    let npm = of(Registry::Npm);
    if !npm.is_empty() {
        commands.push([words(&["npm", "install", "--silent", "--prefix", &below("node")]), npm].concat());
    }
    commands
}

/// Runs the commands; as somebody who is not root, prints those that need it.
///
/// # Errors
/// The command that failed.
pub(super) fn install(commands: &[Vec<String>], tools: &Path) -> Result<(), String> {
    std::fs::create_dir_all(tools).map_err(|error| format!("{}: {error}", tools.display()))?;
    let root = rustix::process::geteuid().is_root();
    for line in commands {
        let Some((program, arguments)) = line.split_first() else { continue };
        if program == "apt-get" && !root {
            println!("To be run as root: {}", line.join(" "));
            continue;
        }
        println!("{}", line.join(" "));
        let mut command = Command::new(program);
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdin(std::process::Stdio::null());
        match command.status() {
            Ok(status) if status.success() => {}
            Ok(status) => return Err(format!("{}: {status}", line.join(" "))),
            Err(error) => return Err(format!("{program}: {error}")),
        }
    }
    Ok(())
}

/// What a row that cannot run is told to need: `skipped: needs <this>`.
pub(super) fn named(missing: &[&Need]) -> String {
    let name = |need: &&Need| match need.from {
        Registry::Debian => need.package.clone(),
        Registry::PyPI => format!("{} of PyPI", need.package),
        Registry::Npm => format!("{} of npm", need.package),
    };
    missing.iter().map(name).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need(package: &str, from: Registry) -> Need {
        Need { package: package.into(), from, probe: "true".into(), by: None }
    }

    #[test]
    fn each_registry_is_asked_in_its_own_way_and_only_where_something_is_missing() {
        let (opensc, cbor) = (need("opensc", Registry::Debian), need("cbor2", Registry::PyPI));
        let lines = |needs: &[&Need]| {
            let commands = commands(needs, Path::new("/t"));
            commands.iter().map(|line| line.join(" ")).collect::<Vec<_>>()
        };
        assert_eq!(lines(&[]), Vec::<String>::new());
        let apt = ["apt-get update", "apt-get install --yes --no-install-recommends opensc"];
        let pip = ["python3 -m venv /t/python", "/t/python/bin/pip install --quiet cbor2"];
        assert_eq!(lines(&[&opensc, &cbor]), [apt, pip].concat());
        assert_eq!(named(&[&opensc, &cbor]), "opensc cbor2 of PyPI");
    }
}
