//! `twintoken where`: which store, settings and module are in force, and why.

use crate::failure::Failure;
use crate::{module, table};
use std::fmt::Write;
use twintoken::algorithms;
use twintoken::settings::{Environment, MechanismFilter, MechanismName, Settings};

/// There is nothing to choose
#[derive(clap::Args)]
pub(crate) struct Arguments {}

pub(crate) fn run(_: &Arguments) -> Result<String, Failure> {
    let environment = Environment::of_process();
    let (settings, explained) = Settings::explained_from(&environment)?;
    let mut rows = vec![table::row(["SETTING", "VALUE", "WHY"])];
    rows.extend(explained.iter().map(|one| table::row([one.name, &one.value, &one.why])));
    rows.push(match module::of_process(&environment) {
        Some((path, why)) if path.is_file() => table::row(["module", &path.display().to_string(), why]),
        Some((path, why)) => {
            table::row(["module", &path.display().to_string(), &format!("{why}, but there is no such file")])
        }
        None => table::row(["module", "none found", module::ADVICE]),
    });
    let mut text = table::lines(&rows);
    for name in strangers(&settings.mechanisms) {
        let _ = writeln!(
            text,
            "\n`mechanisms` names {name}, which this store does not have: see `twintoken mechanisms`."
        );
    }
    Ok(text)
}

/// Listed mechanisms that there is no row for: misspelt, or not built.
fn strangers(filter: &MechanismFilter) -> Vec<String> {
    let (MechanismFilter::Only(list) | MechanismFilter::Without(list)) = filter else { return Vec::new() };
    let known = |one: &&MechanismName| !algorithms::mechanisms().any(|row| one.means(row.name, row.ckm));
    list.iter().filter(known).map(ToString::to_string).collect()
}
