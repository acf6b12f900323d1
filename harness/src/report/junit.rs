//! The report as JUnit XML: one suite for each key store, one case for each check.

use quick_junit::{NonSuccessKind, Report as Xml, TestCase, TestCaseStatus, TestSuite};

use super::{Report, word};
use crate::verdict::Outcome;

/// The XML text.
#[must_use]
pub fn render(report: &Report) -> String {
    let mut xml = Xml::new("conformance");
    for column in &report.backends {
        let mut suite = TestSuite::new(column.id.as_str());
        for result in report.of(&column.id, "") {
            let mut status = match result.outcome {
                Outcome::Agrees => TestCaseStatus::success(),
                Outcome::Surprise => TestCaseStatus::non_success(NonSuccessKind::Failure),
                _ => TestCaseStatus::skipped(),
            };
            if result.outcome != Outcome::Agrees {
                status.set_message(format!(
                    "{}: {}; due {}; observed {}; {}",
                    word(result.outcome),
                    result.clause,
                    result.due,
                    result.observed.as_deref().unwrap_or("as due"),
                    result.reason.as_deref().unwrap_or("no excuse"),
                ));
            }
            let mut case = TestCase::new(result.check.as_str(), status);
            case.set_classname(result.scenario.as_str());
            suite.add_test_case(case);
        }
        xml.add_test_suite(suite);
    }
    xml.to_string().unwrap_or_default()
}
