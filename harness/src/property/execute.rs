//! Runs a whole sequence on a fresh token, in a child process of its own, so that a crash or a hang is an answer.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::Step;
use crate::backend::Backend;
use crate::driver::Target;
use crate::driver::raw::RawModule;
use crate::raw::{Answer, Call, Handle};
use crate::run::{fill, scratch};
use crate::step::{Data, Token};

/// How long a sequence may take.
const DEADLINE: Duration = Duration::from_secs(60);

/// What a module answered to each step. Where it crashed or hung, the last answer says so.
///
/// # Errors
/// When the child process cannot be given its folder or does not start, or the token is not made.
pub fn run(program: &Path, backend: &Backend, steps: &[Step]) -> std::io::Result<Vec<Answer>> {
    let Target::Pkcs11(module) = &backend.target else {
        return Err(std::io::Error::other("only PKCS#11 modules take raw calls"));
    };
    let folder = tempfile::Builder::new().prefix("harness-").tempdir_in(scratch())?;
    let recipe = &backend.profile.folder;
    for name in &recipe.folders {
        std::fs::create_dir_all(folder.path().join(name))?;
    }
    for (name, content) in &recipe.files {
        std::fs::write(folder.path().join(name), fill(content, folder.path()))?;
    }
    let environment: BTreeMap<&String, String> =
        recipe.environment.iter().map(|(name, value)| (name, fill(value, folder.path()))).collect();
    let (calls, answers) = (folder.path().join("calls.json"), folder.path().join("answers.jsonl"));
    std::fs::write(&calls, serde_json::to_vec(steps).map_err(std::io::Error::other)?)?;
    let mut child = Command::new(program)
        .arg("drive-calls")
        .args([module, &calls, &answers])
        .envs(environment)
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let begun = Instant::now();
    let ending = loop {
        if let Some(status) = child.try_wait()? {
            break match (status.signal(), status.code()) {
                (Some(signal), _) => format!("crashed: signal {signal}"),
                (None, Some(0)) => String::new(),
                (None, code) => format!("crashed: exit code {}", code.unwrap_or(-1)),
            };
        }
        if begun.elapsed() > DEADLINE {
            child.kill()?;
            child.wait()?;
            break "timed out".to_owned();
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    let text = std::fs::read_to_string(&answers)?;
    let mut read: Vec<Answer> = text.lines().map_while(|line| serde_json::from_str(line).ok()).collect();
    if let Some(refused) = read.first().filter(|first| first.function == "prepare") {
        return Err(std::io::Error::other(format!("the token was not made: {}", refused.code)));
    }
    if let (false, Some(step)) = (ending.is_empty(), steps.get(read.len())) {
        read.push(Answer { function: step.call.function().to_owned(), code: ending, ..Answer::default() });
    }
    Ok(read)
}

/// The number for names that nothing made.
const DEAD: u64 = 0xdead_beef;

/// Makes the call; a name that nothing made is a dead handle.
fn perform(module: &mut RawModule, call: &Call) -> Answer {
    let mut call = call.clone();
    loop {
        let answer = module.perform(&call);
        let Some(name) = answer.code.strip_prefix("harness: nothing is called ") else { return answer };
        let Some(changed) = without(&call, name).filter(|changed| *changed != call) else { return answer };
        call = changed;
    }
}

/// The call with a dead number in place of a name.
fn without(call: &Call, name: &str) -> Option<Call> {
    let text = serde_json::to_string(call).ok()?;
    let named = serde_json::to_string(&Handle::Named(name.to_owned())).ok()?;
    let number = serde_json::to_string(&Handle::Number(DEAD)).ok()?;
    serde_json::from_str(&text.replace(&named, &number)).ok()
}

/// Makes the calls of one file and writes the answers to another: what the child process does.
///
/// # Errors
/// When a file cannot be read or written; the parent sees the exit code.
pub fn serve([module, calls, answers]: [&PathBuf; 3]) -> std::io::Result<()> {
    let steps: Vec<Step> = serde_json::from_slice(&std::fs::read(calls)?).map_err(std::io::Error::other)?;
    // Each line is written at once, so that none is lost in a crash.
    let mut file = std::fs::File::create(answers)?;
    let mut write = |answer: &Answer| -> std::io::Result<()> {
        let line = serde_json::to_string(answer).map_err(std::io::Error::other)?;
        file.write_all(format!("{line}\n").as_bytes())
    };
    let refusal = |code: String| Answer { function: "prepare".into(), code, ..Answer::default() };
    let mut module = match RawModule::load(module) {
        Ok(module) => module,
        Err(text) => return write(&refusal(text)),
    };
    if let Err(answer) = module.prepare(Token::Create) {
        return write(&refusal(format!("{} from {}", answer.code, answer.function)));
    }
    let mut memory = HashMap::new();
    for mut step in steps {
        for data in step.call.data_mut() {
            resolve(data, &memory);
        }
        let answer = perform(&mut module, &step.call);
        if let (Some(name), Some(bytes)) = (step.remember, &answer.bytes) {
            memory.insert(name, bytes.clone());
        }
        write(&answer)?;
    }
    Ok(())
}

/// Writes out bytes that an earlier step left; what it did not leave is empty.
fn resolve(data: &mut Data, memory: &HashMap<String, String>) {
    let names = data.names();
    if names.is_empty() {
        return;
    }
    let left = |name: &str| memory.get(name).and_then(|text| crate::hex::decode(text)).unwrap_or_default();
    let bytes = names.into_iter().flat_map(left).collect();
    *data = data.written_from(bytes);
}
