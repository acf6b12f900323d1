//! docs/generated/MAPPING.md, made from the table.

use super::rows;
use std::fmt::Write as _;

/// The document, in Markdown.
#[must_use]
pub fn text() -> String {
    let defects: usize = rows().map(|row| row.defects.len()).sum();
    let mut out =
        String::from("# One key seen through both faces\n\nMade by `cargo xtask generate`; do not edit.\n\n");
    let _ = writeln!(
        out,
        "{} rows. `tests/tests/mapping.rs` makes, uses, copies, restricts and destroys keys through either face in random \
         order, and holds every row against every key after each step. It then plays stores whose mapping is wrong in one \
         row, {defects} of them: each is found, by the row that it is wrong in.\n",
        rows().count()
    );
    out.push_str("| row | PKCS#11 | PSA | how they agree |\n|---|---|---|---|\n");
    for row in rows() {
        let _ = writeln!(out, "| {} | {} | {} | {} |", row.name, row.pkcs11, row.psa, row.agree);
    }
    out.push_str("\n## Wrong mappings that are found\n\n| row | what such a store does |\n|---|---|\n");
    for (row, defect) in rows().flat_map(|row| row.defects.iter().map(move |defect| (row, defect))) {
        let _ = writeln!(out, "| {} | {} |", row.name, defect.what);
    }
    out
}
