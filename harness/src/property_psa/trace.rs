//! A run of calls that can be played on a fresh store, judged step by step, shrunk, and saved.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::model::{Model, SUCCESS};
use crate::backend::Backend;
use crate::child::{DEADLINE, Process};
use crate::psa::{Call, Key};
use crate::step::{Action, Observation, Token};

/// One step of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its number, by which later steps name what it made or returned; it stays when other steps are left out.
    pub number: u32,
    /// What is done.
    pub what: What,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// A call.
    Call(Call),
    /// The process ends and a fresh one begins on the same store.
    Restart,
}

/// A step on which the key store and the model disagree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// Number of the step.
    pub number: u32,
    /// What was due and what was answered.
    pub text: String,
}

/// A run on one fresh store.
pub(super) struct Player<'a> {
    program: &'a Path,
    backend: &'a Backend,
    folder: tempfile::TempDir,
    process: Option<Process>,
    token: Token,
    pub(super) model: Model,
    ids: HashMap<u32, u32>,
    bytes: HashMap<String, Vec<u8>>,
}

impl<'a> Player<'a> {
    pub(super) fn new(program: &'a Path, backend: &'a Backend) -> std::io::Result<Self> {
        let folder = crate::run::fresh_folder()?;
        Ok(Self {
            program,
            backend,
            folder,
            process: None,
            token: Token::Create,
            model: Model::default(),
            ids: HashMap::new(),
            bytes: HashMap::new(),
        })
    }

    /// The call with ids and bytes written in; `None` when a step it builds on is missing.
    fn written(&self, call: &Call) -> Option<Call> {
        let mut call = call.clone();
        if let Some(key) = call.key_mut()
            && let Key::Made(step) = key
        {
            *key = Key::Id(*self.ids.get(step)?);
        }
        for data in call.data_mut() {
            if let Some(name) = data.names().first() {
                *data = data.written_from(self.bytes.get(*name)?.clone());
            }
        }
        Some(call)
    }

    /// Performs a step; the code of the answer, `None` when a step it builds on is missing.
    pub(super) fn step(&mut self, step: &Step) -> Result<Option<String>, Disagreement> {
        let wrong = |text: String| Disagreement { number: step.number, text };
        let What::Call(call) = &step.what else {
            self.process = None;
            self.model.restart();
            return Ok(Some(SUCCESS.to_owned()));
        };
        let Some(call) = self.written(call) else { return Ok(None) };
        if self.process.is_none() {
            self.process = Some(self.begin().map_err(wrong)?);
        }
        let Some(process) = &mut self.process else { return Ok(None) };
        let (seen, _) = process.perform(&Action::Psa(call.clone()));
        self.model.judge(&call, &seen).map_err(wrong)?;
        self.keep(step.number, &call, &seen);
        Ok(Some(seen.code))
    }

    fn keep(&mut self, number: u32, call: &Call, seen: &Observation) {
        let Some(bytes) = seen.bytes.as_deref().and_then(crate::hex::decode) else { return };
        let makes = matches!(call, Call::ImportKey { .. } | Call::GenerateKey(_) | Call::CopyKey { .. });
        if let (true, Ok(id)) = (makes, <[u8; 4]>::try_from(bytes.as_slice())) {
            self.ids.insert(number, u32::from_be_bytes(id));
        }
        self.bytes.insert(number.to_string(), bytes);
    }

    fn begin(&mut self) -> Result<Process, String> {
        let folder = self.folder.path();
        let recipe = &self.backend.profile.folder.environment;
        let fill = |text: &String| text.replace("{folder}", &folder.display().to_string());
        let environment: BTreeMap<String, String> =
            recipe.iter().map(|(name, value)| (name.clone(), fill(value))).collect();
        let process = Process::start(self.program, &self.backend.target, &environment, folder, DEADLINE);
        let mut process = process.map_err(|error| error.to_string())?;
        let (seen, _) = process.perform(&Action::Open(self.token));
        self.token = Token::Existing;
        if seen.code == SUCCESS { Ok(process) } else { Err(format!("the store did not open: {}", seen.code)) }
    }
}

/// Plays all steps on a fresh store.
pub(super) fn play(
    program: &Path,
    backend: &Backend,
    steps: &[Step],
) -> std::io::Result<Option<Disagreement>> {
    let mut player = Player::new(program, backend)?;
    Ok(steps.iter().find_map(|step| player.step(step).err()))
}

/// Leaves out steps as long as some step still disagrees; never plays more than `tries` times.
pub(super) fn shrink(
    program: &Path,
    backend: &Backend,
    steps: &[Step],
    tries: usize,
) -> std::io::Result<(Vec<Step>, Option<Disagreement>)> {
    let mut left = tries;
    let mut disagreement = play(program, backend, steps)?;
    let mut steps = up_to(steps, disagreement.as_ref());
    let mut size = steps.len() / 2;
    while size > 0 && disagreement.is_some() {
        let mut at = 0;
        while at < steps.len() && left > 0 {
            left -= 1;
            let mut fewer = steps.clone();
            fewer.drain(at..(at + size).min(steps.len()));
            match play(program, backend, &fewer)? {
                Some(still) => {
                    steps = up_to(&fewer, Some(&still));
                    disagreement = Some(still);
                }
                None => at += size,
            }
        }
        size /= 2;
    }
    Ok((steps, disagreement))
}

fn up_to(steps: &[Step], disagreement: Option<&Disagreement>) -> Vec<Step> {
    let last = disagreement.and_then(|one| steps.iter().position(|step| step.number == one.number));
    steps.get(..last.map_or(steps.len(), |last| last + 1)).unwrap_or(steps).to_vec()
}
