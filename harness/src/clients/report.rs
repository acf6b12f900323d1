//! The matrix of clients and modules: on the terminal, and as JSON.

use std::fmt::Write as _;

use serde::Serialize;

use crate::expectation::Client;

/// What came of a row on a module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Every step did its work and the proof held.
    Passed,
    /// A step failed.
    Failed(Failure),
    /// Packages are absent.
    Skipped(String),
}

/// Where and why a row failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The setup or step.
    pub step: String,
    /// How the step ended.
    pub why: String,
    /// The last line that its program said.
    pub said: Option<String>,
    /// The last line that the row's server said.
    pub server: Option<String>,
    /// The last refusal in the module's trace, where it writes one.
    pub trace: Option<String>,
}

impl Failure {
    /// A failure that only has a cause.
    pub(super) fn at(step: &str, why: String) -> Failure {
        Failure { step: step.to_owned(), why, ..Failure::default() }
    }
}

/// One row on one module.
#[derive(Clone, Debug, Serialize)]
pub struct Cell {
    /// The row's name.
    pub row: String,
    /// The module's id.
    pub module: String,
    /// What came of it.
    pub outcome: Outcome,
    /// Why it is known to fail with this module.
    pub excuse: Option<Client>,
    /// How long it took.
    pub seconds: f64,
}

impl Cell {
    /// A failure nobody excused, or an excuse for what succeeds.
    #[must_use]
    pub fn is_surprise(&self) -> bool {
        match self.outcome {
            Outcome::Passed => self.excuse.as_ref().is_some_and(|excuse| !excuse.sometimes),
            Outcome::Failed(_) => self.excuse.is_none(),
            Outcome::Skipped(_) => false,
        }
    }

    fn word(&self) -> &'static str {
        match (&self.outcome, &self.excuse) {
            (Outcome::Passed, _) if self.is_surprise() => "PASS, but excused",
            (Outcome::Passed, _) => "pass",
            (Outcome::Failed(_), Some(_)) => "known",
            (Outcome::Failed(_), None) => "FAIL",
            (Outcome::Skipped(_), _) => "skipped",
        }
    }
}

/// A row's name and what it proves.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// `program/what-it-does`.
    pub name: String,
    /// What shows that the client did its work.
    pub proof: String,
}

/// A module of the matrix.
#[derive(Clone, Debug, Serialize)]
pub struct Module {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The library file.
    pub library: String,
}

/// A whole run.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The modules: columns.
    pub modules: Vec<Module>,
    /// The rows.
    pub rows: Vec<Line>,
    /// Every row on every module.
    pub cells: Vec<Cell>,
    /// Modules that were looked for in vain.
    pub remarks: Vec<String>,
}

impl Report {
    /// Failures nobody excused, and excuses for what succeeds.
    pub fn surprises(&self) -> impl Iterator<Item = &Cell> {
        self.cells.iter().filter(|cell| cell.is_surprise())
    }

    fn cell(&self, row: &str, module: &str) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.row == row && cell.module == module)
    }

    /// The matrix, then what failed and why, then what was skipped.
    #[must_use]
    pub fn render(&self) -> String {
        let mut out = String::new();
        let name = self.rows.iter().map(|row| row.name.len()).max().unwrap_or(0).max(6);
        let _ = write!(out, "\n{:name$}", "");
        for module in &self.modules {
            let _ = write!(out, "  {:>20}", module.title);
        }
        out.push('\n');
        for row in &self.rows {
            let _ = write!(out, "{:name$}", row.name);
            for module in &self.modules {
                let Some(cell) = self.cell(&row.name, &module.id) else { continue };
                let text = match cell.outcome {
                    Outcome::Skipped(_) => cell.word().to_owned(),
                    _ => format!("{} {:5.1} s", cell.word(), cell.seconds),
                };
                let _ = write!(out, "  {text:>20}");
            }
            out.push('\n');
        }
        self.totals(name, &mut out);
        self.failures(&mut out);
        self.skipped(&mut out);
        for remark in &self.remarks {
            let _ = writeln!(out, "\n{remark}");
        }
        out
    }

    fn totals(&self, name: usize, out: &mut String) {
        let _ = write!(out, "{:name$}", "passed");
        for module in &self.modules {
            let own = self.cells.iter().filter(|cell| cell.module == module.id);
            let passed = own.filter(|cell| cell.outcome == Outcome::Passed).count();
            let _ = write!(out, "  {:>20}", format!("{passed} of {}", self.rows.len()));
        }
        out.push('\n');
    }

    fn failures(&self, out: &mut String) {
        for cell in &self.cells {
            let title = self.modules.iter().find(|module| module.id == cell.module).map(|m| m.title.as_str());
            let title = title.unwrap_or(&cell.module);
            if let Outcome::Failed(failure) = &cell.outcome {
                let _ = writeln!(
                    out,
                    "\n{}  {}  {title}: {} {}",
                    cell.word(),
                    cell.row,
                    failure.step,
                    failure.why
                );
                let reason = cell.excuse.as_ref().map(|excuse| &excuse.reason);
                let said = [("said", &failure.said), ("server", &failure.server), ("trace", &failure.trace)];
                let said = said.map(|(who, text)| (who, text.as_ref()));
                for (who, text) in said.into_iter().chain([("reason", reason)]) {
                    if let Some(text) = text {
                        let _ = writeln!(out, "      {who}: {text}");
                    }
                }
            } else if cell.is_surprise() {
                let _ =
                    writeln!(out, "\n{}  {}  {title}: the excuse is no longer needed", cell.word(), cell.row);
            }
        }
    }

    fn skipped(&self, out: &mut String) {
        let Some(first) = self.modules.first() else { return };
        for cell in self.cells.iter().filter(|cell| cell.module == first.id) {
            if let Outcome::Skipped(packages) = &cell.outcome {
                let _ = writeln!(out, "{}  skipped: needs {packages}", cell.row);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(row: &str, outcome: Outcome, excuse: Option<&str>) -> Cell {
        let excuse =
            excuse.map(|reason| Client { row: row.into(), sometimes: false, reason: reason.to_owned() });
        Cell { row: row.into(), module: "m".into(), outcome, excuse, seconds: 0.5 }
    }

    #[test]
    fn what_fails_now_and_then_is_no_surprise_either_way() {
        for outcome in [Outcome::Passed, Outcome::Failed(Failure::default())] {
            let mut cell = cell("a", outcome, Some("it crashes"));
            if let Some(excuse) = &mut cell.excuse {
                excuse.sometimes = true;
            }
            assert!(!cell.is_surprise());
        }
    }

    #[test]
    fn the_matrix_names_the_reason_of_each_failure_and_the_package_of_each_skip() {
        let failure = Failure {
            step: "step 1".into(),
            why: "ended with code 1".into(),
            said: Some("error: no key".into()),
            server: None,
            trace: Some("C_SignInit CKR_KEY_HANDLE_INVALID: no such object".into()),
        };
        let line = |name: &str| Line { name: name.into(), proof: "it holds".into() };
        let report = Report {
            modules: vec![Module { id: "m".into(), title: "A module".into(), library: "m.so".into() }],
            rows: vec![line("a/passes"), line("a/fails"), line("a/absent"), line("a/stale")],
            cells: vec![
                cell("a/passes", Outcome::Passed, None),
                cell("a/fails", Outcome::Failed(failure), None),
                cell("a/absent", Outcome::Skipped("opensc".into()), None),
                cell("a/stale", Outcome::Passed, Some("it fails there")),
            ],
            remarks: Vec::new(),
        };
        assert_eq!(report.surprises().count(), 2);
        insta::assert_snapshot!(report.render());
    }
}
