//! `twintoken mechanisms`: the registry's rows as a table.

use crate::failure::Failure;
use crate::table;
use twintoken::registry::Mechanism;
use twintoken::{Settings, algorithms};

/// How to show them
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// As JSON, for programs
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<String, Failure> {
    let filter = Settings::from_environment()?.mechanisms;
    let offered: Vec<&Mechanism> =
        algorithms::mechanisms().filter(|row| filter.admits(row.name, row.ckm)).collect();
    if arguments.json {
        let rows: Vec<serde_json::Value> = offered.iter().map(|row| json(row)).collect();
        return Ok(format!("{:#}\n", serde_json::Value::Array(rows)));
    }
    let mut rows = vec![table::row(["MECHANISM", "NUMBER", "DOES", "KEY SIZES", "PSA", "PARAMETER"])];
    rows.extend(offered.iter().map(|row| describe(row)));
    let mut text = table::lines(&rows);
    let left_out = algorithms::mechanisms().count() - offered.len();
    if left_out > 0 {
        text.push_str(&format!("\nThe setting `mechanisms` leaves out {left_out} more.\n"));
    }
    Ok(text)
}

fn describe(row: &Mechanism) -> Vec<String> {
    let psa = row.psa.map_or_else(|| "-".to_owned(), |psa| format!("{:#010x}", psa.algorithm.0));
    let number = format!("{:#x}", row.ckm);
    table::row([
        row.name,
        &number,
        &row.operations().join(", "),
        &row.sizes.to_string(),
        &psa,
        row.parameter.name(),
    ])
}

fn json(row: &Mechanism) -> serde_json::Value {
    serde_json::json!({
        "name": row.name,
        "ckm": row.ckm,
        "operations": row.operations(),
        "sizes": {
            "min": row.sizes.min,
            "max": row.sizes.max,
            "unit": format!("{:?}", row.sizes.unit).to_lowercase(),
        },
        "psa_algorithm": row.psa.map(|psa| psa.algorithm.0),
        "parameter": row.parameter.name(),
    })
}
