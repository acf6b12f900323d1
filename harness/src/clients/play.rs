//! One row on one module: a folder of its own, its setups, its steps, and the reason when one of them fails.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::data::{Book, PROGRAMS, Row, Step};
use super::process::{LIMIT, Running, Surroundings};
use super::report::{Failure, Outcome};
use super::trace;
use crate::expectation::Profile;
use crate::run::{fill, fresh_folder};

/// The token of every row.
const TOKEN: [(&str, &str); 3] = [("LABEL", "clients"), ("PIN", "123456"), ("SO_PIN", "12345678")];

/// A module that clients are run against.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column<'a> {
    pub(super) profile: &'a Profile,
    pub(super) module: &'a Path,
    /// Where Python's and Node's packages were installed.
    pub(super) tools: &'a Path,
}

/// What came of a row, and the seconds it took.
pub(super) fn play(book: &Book, row: &Row, column: &Column<'_>, logs: &Path) -> (Outcome, f64) {
    let start = Instant::now();
    let outcome = match Stage::new(column) {
        Ok(stage) => stage.play(book, row, logs),
        Err(error) => Outcome::Failed(Failure {
            step: "preparing".into(),
            why: error.to_string(),
            ..Failure::default()
        }),
    };
    (outcome, start.elapsed().as_secs_f64())
}

/// The variables that scripts see whatever the module is.
pub(super) fn surroundings(folder: &Path, tools: &Path) -> Surroundings {
    let path = std::env::var("PATH").unwrap_or_default();
    let text = |path: PathBuf| path.display().to_string();
    let mut environment = BTreeMap::from([
        ("PATH".to_owned(), format!("{path}:/usr/sbin:/sbin")),
        ("HOME".to_owned(), text(folder.join("home"))),
        ("TMPDIR".to_owned(), text(folder.join("tmp"))),
        ("FOLDER".to_owned(), text(folder.to_owned())),
        ("LC_ALL".to_owned(), "C.UTF-8".to_owned()),
        ("PYTHON".to_owned(), text(tools.join("python/bin/python3"))),
        ("NODE_PATH".to_owned(), text(tools.join("node/node_modules"))),
    ]);
    environment.extend(TOKEN.map(|(name, value)| (name.to_owned(), value.to_owned())));
    Surroundings { folder: folder.to_owned(), environment }
}

/// A row in progress. Servers end before the folder goes.
struct Stage {
    servers: Vec<(Running, PathBuf)>,
    surroundings: Surroundings,
    trace: Option<PathBuf>,
    _folder: tempfile::TempDir,
}

impl Stage {
    fn new(column: &Column<'_>) -> std::io::Result<Stage> {
        let folder = fresh_folder()?;
        let mut surroundings = surroundings(folder.path(), column.tools);
        let own = folder.path().join("module");
        for name in ["home", "tmp", "module"] {
            fs::create_dir_all(folder.path().join(name))?;
        }
        let recipe = &column.profile.folder;
        for name in &recipe.folders {
            fs::create_dir_all(own.join(name))?;
        }
        for (name, content) in &recipe.files {
            fs::write(own.join(name), fill(content, &own))?;
        }
        let mut given: BTreeMap<String, String> =
            recipe.environment.iter().map(|(name, value)| (name.clone(), fill(value, &own))).collect();
        let trace = column.profile.trace_variable.as_ref().map(|variable| {
            let file = folder.path().join("trace");
            given.insert(variable.clone(), file.display().to_string());
            file
        });
        let names: Vec<&str> = given.keys().map(String::as_str).collect();
        let environment = &mut surroundings.environment;
        environment.insert("MODULE_ENVIRONMENT".to_owned(), names.join(" "));
        environment.insert("MODULE".to_owned(), column.module.display().to_string());
        environment.insert("PORT".to_owned(), free_port()?.to_string());
        environment.extend(given);
        Ok(Stage { servers: Vec::new(), surroundings, trace, _folder: folder })
    }

    fn play(mut self, book: &Book, row: &Row, logs: &Path) -> Outcome {
        for (name, content) in PROGRAMS.iter().filter(|(name, _)| row.files.iter().any(|file| file == name)) {
            if let Err(error) = fs::write(self.surroundings.folder.join(name), content) {
                return Outcome::Failed(Failure::at("preparing", error.to_string()));
            }
        }
        let before = book
            .setups_of(row)
            .map(|setup| (setup.name.clone(), Step { run: Some(setup.run.clone()), ..Step::default() }));
        let numbered = row.steps.iter().enumerate();
        let steps = numbered.map(|(index, step)| (format!("step {}", index + 1), step.clone()));
        for (number, (name, step)) in before.chain(steps).enumerate() {
            let log = self.surroundings.folder.join(format!("{number}.log"));
            if let Err(why) = self.step(&step, &log) {
                let failure = self.explain(name, why, &log);
                self.keep_logs(row, logs);
                return Outcome::Failed(failure);
            }
        }
        Outcome::Passed
    }

    fn step(&mut self, step: &Step, log: &Path) -> Result<(), String> {
        if let Some(script) = &step.run {
            return self.surroundings.run(script, log, LIMIT);
        }
        let script = step.serve.as_deref().unwrap_or_default();
        let ready = step.ready.as_deref().unwrap_or("listening");
        let server = self.surroundings.serve(script, ready, log)?;
        self.servers.push((server, log.to_owned()));
        Ok(())
    }

    fn explain(&self, step: String, why: String, log: &Path) -> Failure {
        Failure {
            step,
            why,
            said: telling_line(log),
            server: self.servers.last().and_then(|(_, log)| telling_line(log)),
            trace: self.trace.as_deref().and_then(trace::last_refusal),
        }
    }

    /// Keeps everything that was said, and the trace, beside the report.
    fn keep_logs(&self, row: &Row, logs: &Path) {
        let target = logs.join(row.name.replace('/', "-"));
        // Without them the report still says what failed.
        let _ = fs::create_dir_all(&target);
        let Ok(files) = fs::read_dir(&self.surroundings.folder) else { return };
        for path in files.filter_map(|entry| entry.ok().map(|entry| entry.path())) {
            let wanted = path.extension().is_some_and(|ending| ending == "log") || path.ends_with("trace");
            if let (true, Some(name)) = (wanted, path.file_name()) {
                let _ = fs::copy(&path, target.join(name));
            }
        }
    }
}

/// A port of 127.0.0.1 that nobody uses at the moment.
fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// The line that says what went wrong: the last one, unless that is one of a stack or a farewell and an earlier one names
/// an error.
fn telling_line(log: &Path) -> Option<String> {
    let text = String::from_utf8_lossy(&fs::read(log).ok()?).into_owned();
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = *lines.last()?;
    let of_ours = ["not said:", "accepted:"].iter().any(|start| last.starts_with(start));
    let names_error = |line: &&&str| {
        let line = line.to_lowercase();
        ["error", "exception", "ckr_", "failed"].iter().any(|word| line.contains(word))
    };
    let found = lines.iter().rev().find(names_error).filter(|_| !of_ours);
    Some(found.copied().unwrap_or(last).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_that_names_the_error_is_found_behind_a_farewell() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let telling = |text: &str| {
            fs::write(&log, text).unwrap();
            telling_line(&log)
        };
        assert_eq!(
            telling("error: rv = CKR_ARGUMENTS_BAD\nAborting.\n\n").as_deref(),
            Some("error: rv = CKR_ARGUMENTS_BAD")
        );
        assert_eq!(telling("no errors\nnot said: hello\n").as_deref(), Some("not said: hello"));
        assert_eq!(telling("one\ntwo\n").as_deref(), Some("two"));
        assert_eq!(telling("\n"), None);
    }
}
