//! Progress while scenarios run: bars on a terminal, nothing elsewhere but a first and a last line.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::run::{CheckResult, Job};
use crate::verdict::Outcome;

/// The progress of a run.
pub struct Progress {
    bars: BTreeMap<String, ProgressBar>,
    scenarios: usize,
}

impl Progress {
    /// One bar for each backend.
    #[must_use]
    pub fn new(jobs: &[Job<'_>]) -> Self {
        let mut counts: BTreeMap<String, (String, u64)> = BTreeMap::new();
        for job in jobs {
            let backend = job.backends[0];
            counts.entry(backend.id.clone()).or_insert_with(|| (backend.profile.title.clone(), 0)).1 += 1;
        }
        let together = MultiProgress::new();
        let terminal = std::io::stderr().is_terminal();
        let style = ProgressStyle::with_template("{prefix:22} {bar:40} {pos:>4}/{len:4} {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = |(id, (title, count)): (String, (String, u64))| {
            let bar = if terminal { together.add(ProgressBar::new(count)) } else { ProgressBar::hidden() };
            bar.set_style(style.clone());
            bar.set_prefix(title);
            (id, bar)
        };
        if !terminal {
            eprintln!("running {} scenarios …", jobs.len());
        }
        Self { bars: counts.into_iter().map(bar).collect(), scenarios: jobs.len() }
    }

    /// One job has ended.
    pub fn finished(&self, job: &Job<'_>, results: &[CheckResult]) {
        let Some(bar) = self.bars.get(&job.backends[0].id) else { return };
        bar.inc(1);
        bar.set_message(job.scenario.name.clone());
        if results.iter().any(|result| result.outcome == Outcome::Surprise) {
            bar.println(format!("surprise: {} on {}", job.scenario.name, job.backends[0].profile.title));
        }
    }

    /// All jobs have ended.
    pub fn end(&self) {
        for bar in self.bars.values() {
            bar.finish_and_clear();
        }
        if !std::io::stderr().is_terminal() {
            eprintln!("… {} scenarios done", self.scenarios);
        }
    }
}
