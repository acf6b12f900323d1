//! One child process per module: a crash or a hang becomes an observation and never ends the run.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use crate::driver::Target;
use crate::step::{Action, Observation};

/// How long one action may take.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// A running child.
pub struct Process {
    child: Child,
    input: Option<ChildStdin>,
    answers: Receiver<Observation>,
    deadline: Duration,
}

impl Process {
    /// Starts `program drive …` with these environment variables; what it says on standard error goes to a file.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn start(
        program: &Path,
        target: &Target,
        environment: &BTreeMap<String, String>,
        folder: &Path,
        deadline: Duration,
    ) -> std::io::Result<Self> {
        let errors = std::fs::File::options().create(true).append(true).open(folder.join("stderr.txt"))?;
        let mut command = Command::new(program);
        command.arg("drive");
        match target {
            Target::Pkcs11(path) => command.arg("--pkcs11").arg(path),
            Target::Psa => command.arg("--psa"),
            Target::PsaLibrary(program) => command.arg("--psa-library").arg(program),
        };
        command.envs(environment).current_dir(folder);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(errors).spawn()?;
        let input = child.stdin.take();
        let (sender, answers) = channel();
        if let Some(output) = child.stdout.take() {
            std::thread::spawn(move || {
                for line in BufReader::new(output).lines().map_while(Result::ok) {
                    // Modules print what they like; only an observation is an answer.
                    let Ok(observation) = serde_json::from_str(&line) else { continue };
                    if sender.send(observation).is_err() {
                        break;
                    }
                }
            });
        }
        Ok(Self { child, input, answers, deadline })
    }

    /// Performs one action; the second value says whether the process is still there.
    pub fn perform(&mut self, action: &Action) -> (Observation, bool) {
        let Some(input) = &mut self.input else { return (Observation::code("ended"), false) };
        let sent = serde_json::to_string(action)
            .map_err(std::io::Error::other)
            .and_then(|text| writeln!(input, "{text}"));
        if sent.is_err() {
            return (self.ending(), false);
        }
        match self.answers.recv_timeout(self.deadline) {
            Ok(observation) => (observation, true),
            Err(RecvTimeoutError::Disconnected) => (self.ending(), false),
            Err(RecvTimeoutError::Timeout) => {
                // The process is ours alone and does not answer; a failure to end it only means it just ended.
                let _ = self.child.kill();
                (Observation::code("timed out"), false)
            }
        }
    }

    fn ending(&mut self) -> Observation {
        let Ok(status) = self.child.wait() else { return Observation::code("crashed") };
        Observation::code(match (status.signal(), status.code()) {
            (Some(signal), _) => format!("crashed: signal {signal}"),
            (None, Some(code)) => format!("crashed: exit code {code}"),
            (None, None) => "crashed".to_owned(),
        })
    }
}

impl Drop for Process {
    /// Ends the process as most programs end: without C_Finalize.
    fn drop(&mut self) {
        drop(self.input.take());
        let patience = std::time::Instant::now() + Duration::from_secs(5);
        while std::time::Instant::now() < patience {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        // It does not end by itself; both calls can only fail when it just has.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::OpenOptionsExt;

    /// What a child that runs this shell script instead of a driver is observed to do.
    fn observe(script: &str, deadline: Duration) -> (Observation, bool) {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("child");
        let mut file = std::fs::File::options()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o755)
            .open(&program)
            .unwrap();
        file.write_all(format!("#!/bin/sh\nread line\n{script}\n").as_bytes()).unwrap();
        drop(file);
        let start = || Process::start(&program, &Target::Psa, &BTreeMap::new(), folder.path(), deadline);
        // Another test's fork may still hold the script open for writing for a moment.
        let mut process = start().or_else(|_| start()).or_else(|_| start()).unwrap();
        process.perform(&Action::Random(1))
    }

    #[test]
    fn a_crash_is_an_observation_that_names_the_signal() {
        let (observation, alive) = observe("kill -SEGV $$", DEADLINE);
        assert_eq!((observation.code.as_str(), alive), ("crashed: signal 11", false));
    }

    #[test]
    fn an_exit_is_an_observation_that_names_the_code() {
        let (observation, alive) = observe("exit 3", DEADLINE);
        assert_eq!((observation.code.as_str(), alive), ("crashed: exit code 3", false));
    }

    #[test]
    fn a_hang_is_an_observation() {
        let (observation, alive) = observe("read never", Duration::from_millis(50));
        assert_eq!((observation.code.as_str(), alive), ("timed out", false));
    }

    #[test]
    fn what_a_module_prints_is_not_taken_for_an_answer() {
        let (observation, alive) =
            observe(r#"printf 'debug: hello\n{"code":"CKR_OK"}\n'; read end"#, DEADLINE);
        assert_eq!((observation.code.as_str(), alive), ("CKR_OK", true));
    }
}
