//! One scenario in progress: its folder, its processes, and what its steps left for later ones.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use super::{CheckResult, Job};
use crate::backend::Backend;
use crate::child::{DEADLINE, Process};
use crate::scenario::{Check, Rule};
use crate::step::{Action, Observation, Token};
use crate::verdict::{Judgement, Outcome, judge, weigh};

/// A scenario in progress.
pub(super) struct Stage<'a> {
    program: PathBuf,
    job: &'a Job<'a>,
    folder: tempfile::TempDir,
    processes: HashMap<String, Process>,
    token_made: bool,
    memory: HashMap<String, String>,
    /// Keys and bytes that later steps may want and that did not come to be: by which check, with which outcome.
    missing: HashMap<String, (String, Outcome)>,
    /// The check that ended a process unasked.
    ended_by: Option<(String, Outcome)>,
}

impl<'a> Stage<'a> {
    pub(super) fn new(program: PathBuf, job: &'a Job<'a>) -> std::io::Result<Self> {
        let folder = fresh_folder()?;
        for backend in &job.backends {
            let recipe = &backend.profile.folder;
            for name in &recipe.folders {
                std::fs::create_dir_all(folder.path().join(name))?;
            }
            for (name, content) in &recipe.files {
                std::fs::write(folder.path().join(name), fill(content, folder.path()))?;
            }
        }
        Ok(Self {
            program,
            job,
            folder,
            processes: HashMap::new(),
            token_made: false,
            memory: HashMap::new(),
            missing: HashMap::new(),
            ended_by: None,
        })
    }

    /// Ends an actor's process; the next step begins a fresh one on the same folder.
    pub(super) fn end(&mut self, actor: &str) {
        self.processes.remove(actor);
    }

    fn backend_of(&self, actor: &str) -> &'a Backend {
        let first = self.job.backends[0];
        let face = self.job.scenario.face_of(actor, first.profile.face);
        self.job.backends.iter().find(|backend| backend.profile.face == face).unwrap_or(&first)
    }

    /// Performs and judges one check; `None` where the face has no word for it.
    pub(super) fn check(&mut self, check: &Check) -> Option<CheckResult> {
        let backend = self.backend_of(&check.actor);
        let rule = check.rules.get(&backend.profile.face)?;
        let expectation = backend.profile.expectation(&self.job.scenario.name, &check.name);
        let mut result = CheckResult {
            backend: backend.id.clone(),
            scenario: self.job.scenario.name.clone(),
            check: check.name.clone(),
            clause: rule.clause.clone(),
            due: rule.due(),
            outcome: Outcome::Surprise,
            observed: None,
            reason: None,
            follows_from: None,
            verifier: None,
        };
        match self.written_out(check, rule) {
            Err((cause, outcome)) => {
                result.outcome = outcome;
                result.observed = Some("did not run".into());
                if expectation.is_some() {
                    result.outcome = Outcome::Surprise;
                    result.reason = Some(format!("is excused, but did not run because of `{cause}`"));
                } else {
                    result.follows_from = Some(cause);
                }
                self.note_missing(check, result.outcome);
            }
            Ok((action, rule)) => {
                let (observation, alive) = self.perform(&check.actor, backend, &action);
                let judgement = judge(&rule, &observation);
                let weighed = weigh(&judgement, expectation);
                (result.outcome, result.reason) = (weighed.outcome, weighed.reason);
                match judgement {
                    Judgement::Accepted { verifier } => result.verifier = verifier.map(str::to_owned),
                    Judgement::Refused { observed } => result.observed = Some(observed),
                }
                self.keep(check, &rule, &observation, result.outcome);
                if !alive {
                    self.processes.remove(&check.actor);
                    self.ended_by.get_or_insert((check.name.clone(), result.outcome));
                }
            }
        }
        Some(result)
    }

    /// The action and the rule with all bytes written out; else the check that failed to deliver them.
    fn written_out(&self, check: &Check, rule: &Rule) -> Result<(Action, Rule), (String, Outcome)> {
        if let Some(cause) = &self.ended_by {
            return Err(cause.clone());
        }
        let (mut action, mut rule) = (check.action.clone(), rule.clone());
        let needed = action.needs().into_iter().chain(check.requires.as_deref());
        for name in needed {
            if let Some(cause) = self.missing.get(name) {
                return Err(cause.clone());
            }
        }
        let conditions = rule.conditions.iter_mut().flat_map(|condition| condition.data_mut());
        for data in action.data_mut().into_iter().chain(conditions) {
            let names: Vec<String> = data.names().into_iter().map(str::to_owned).collect();
            if names.is_empty() {
                continue;
            }
            let mut bytes = Vec::new();
            for name in names {
                let Some(text) = self.memory.get(&name) else {
                    let unknown = (format!("nothing remembered as {name}"), Outcome::Surprise);
                    return Err(self.missing.get(&name).cloned().unwrap_or(unknown));
                };
                bytes.extend(crate::hex::decode(text).unwrap_or_default());
            }
            *data = data.written_from(bytes);
        }
        Ok((action, rule))
    }

    fn perform(&mut self, actor: &str, backend: &Backend, action: &Action) -> (Observation, bool) {
        if !self.processes.contains_key(actor) {
            match self.begin(actor, backend) {
                Ok(process) => self.processes.insert(actor.to_owned(), process),
                Err(observation) => return (*observation, false),
            };
        }
        match self.processes.get_mut(actor) {
            Some(process) => process.perform(action),
            None => (Observation::harness("no process"), false),
        }
    }

    /// Starts the actor's process and opens the token.
    fn begin(&mut self, actor: &str, backend: &Backend) -> Result<Process, Box<Observation>> {
        let mut environment: BTreeMap<String, String> = backend
            .profile
            .folder
            .environment
            .iter()
            .map(|(name, value)| (name.clone(), fill(value, self.folder.path())))
            .collect();
        let with_pin = self.job.scenario.actors.get(actor).is_some_and(|actor| actor.with_pin);
        if let (true, Some(variable)) = (with_pin, &backend.profile.pin_variable) {
            environment.insert(variable.clone(), crate::driver::pkcs11::USER_PIN.to_owned());
        }
        let mut process =
            Process::start(&self.program, &backend.target, &environment, self.folder.path(), DEADLINE)
                .map_err(|error| Box::new(Observation::harness(error)))?;
        let token = if self.token_made { Token::Existing } else { Token::Create };
        let open = if self.job.scenario.is_raw() { Action::OpenRaw(token) } else { Action::Open(token) };
        let (observation, _) = process.perform(&open);
        self.token_made = true;
        if observation.code.ends_with("_OK") || observation.code.ends_with("_SUCCESS") {
            return Ok(process);
        }
        let call = observation.call.map(|call| format!(" from {call}")).unwrap_or_default();
        Err(Box::new(Observation::code(format!("the token did not open: {}{call}", observation.code))))
    }

    /// Keeps what later steps may need.
    fn keep(&mut self, check: &Check, rule: &Rule, observation: &Observation, outcome: Outcome) {
        if !rule.accepts.contains(&observation.code) {
            self.note_missing(check, outcome);
            return;
        }
        let length = observation.answer.as_ref().and_then(|answer| answer.length);
        if let (Some(name), Some(length)) = (&check.remember, length) {
            self.memory.insert(format!("{name}.length"), crate::hex::encode(&length.to_be_bytes()));
        }
        if let (Some(name), Some(bytes)) = (&check.remember, &observation.bytes) {
            self.memory.insert(name.clone(), bytes.clone());
            if let Some(iv) = &observation.iv {
                self.memory.insert(format!("{name}.iv"), iv.clone());
            }
        }
    }

    fn note_missing(&mut self, check: &Check, outcome: Outcome) {
        let cause = (check.name.clone(), outcome);
        if let Some(name) = check.action.makes() {
            self.missing.insert(name.to_owned(), cause.clone());
        }
        if let Some(name) = &check.remember {
            self.missing.insert(format!("{name}.iv"), cause.clone());
            self.missing.insert(name.clone(), cause);
        }
    }
}

/// A folder of its own for a token.
pub(crate) fn fresh_folder() -> std::io::Result<tempfile::TempDir> {
    tempfile::Builder::new().prefix("harness-").tempdir_in(scratch())
}

/// Where token folders are made: in memory where the system has such a folder, because a store that waits for the
/// disk after each of a thousand objects says nothing more about the standard. `TMPDIR` chooses another place.
pub(crate) fn scratch() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if std::env::var_os("TMPDIR").is_none() && memory.is_dir() {
        memory.to_owned()
    } else {
        std::env::temp_dir()
    }
}

pub(crate) fn fill(text: &str, folder: &Path) -> String {
    text.replace("{folder}", &folder.display().to_string())
}
