//! The record of which check caught which defect last time: a line for each, kept beside the list.

use std::fmt::Write as _;

/// The record's file, from the workspace's folder.
pub const FILE: &str = "harness/proxy/caught.csv";

/// The first line of the record.
const HEADER: &str = "defect,scenario,check,clause";

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caught {
    /// Name of the defect.
    pub defect: String,
    /// The scenario that caught it.
    pub scenario: String,
    /// The first check therein that departed.
    pub check: String,
    /// The clause the check cites.
    pub clause: String,
}

/// Reads a record; lines that are none are left out.
#[must_use]
pub fn read(text: &str) -> Vec<Caught> {
    let line = |line: &str| {
        let mut fields = line.splitn(4, ',').map(str::to_owned);
        let (defect, scenario) = (fields.next()?, fields.next()?);
        Some(Caught { defect, scenario, check: fields.next()?, clause: fields.next()? })
    };
    text.lines().filter(|line| *line != HEADER).filter_map(line).collect()
}

/// Writes a record.
#[must_use]
pub fn write(record: &[Caught]) -> String {
    let mut text = format!("{HEADER}\n");
    for Caught { defect, scenario, check, clause } in record {
        let _ = writeln!(text, "{defect},{scenario},{check},{clause}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let line = |defect: &str| Caught {
            defect: defect.into(),
            scenario: "sign/a".into(),
            check: "b".into(),
            clause: "§5.1, of two parts".into(),
        };
        let record = [line("one"), line("two")];
        assert_eq!(read(&write(&record)), record);
    }
}
