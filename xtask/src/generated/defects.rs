//! DEFECTS.md: what is planted to test the harness, and which check caught it when that was last recorded.

use super::NOTE;
use std::fmt::Write;
use std::path::Path;
use twintoken_proxy::caught::{self, Caught};
use twintoken_proxy::defects::{CHAPTERS, all};
use twintoken_proxy::plant::{Defect, Needs};

pub(super) fn text() -> String {
    let record = record();
    let mut out = format!(
        "# Planted defects\n\n{NOTE}\nA harness that finds no fault may be blind. `cargo xtask conformance --self-check` \
         puts a proxy before a module, plants one of these {} defects after the other, and runs the scenarios: each must \
         be caught by a check that is content with the module itself. The last column is from the record of that \
         command, `{}`.\n",
        all().count(),
        caught::FILE
    );
    for (chapter, defects) in CHAPTERS {
        let _ = writeln!(
            out,
            "\n## {chapter}\n\n| defect | what the module then does | clause of PKCS#11 v3.1 | caught by |\n|---|---|---|---|"
        );
        for defect in *defects {
            let _ = writeln!(
                out,
                "| {} | {}{} | {} | {} |",
                defect.name,
                defect.sentence,
                needs(defect),
                defect.clause,
                by(defect, &record)
            );
        }
    }
    out
}

fn needs(defect: &Defect) -> String {
    match defect.needs {
        Needs::Nothing => String::new(),
        Needs::Ability(word) => format!(" (planted in a module that can `{word}`)"),
    }
}

fn by(defect: &Defect, record: &[Caught]) -> String {
    let line = record.iter().find(|line| line.defect == defect.name);
    line.map_or_else(|| "nothing yet".to_owned(), |line| format!("`{}`: {}", line.scenario, line.check))
}

/// The record as it lies in the workspace: it changes without a new build.
fn record() -> Vec<Caught> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or_else(|| Path::new("."));
    caught::read(&std::fs::read_to_string(root.join(caught::FILE)).unwrap_or_default())
}
