//! Shell scripts as processes of their own session: with a time limit, or running until they are dropped.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

/// How long one step may take.
pub(super) const LIMIT: Duration = Duration::from_secs(60);

/// How long a server may take until it is ready.
const PATIENCE: Duration = Duration::from_secs(20);

const PAUSE: Duration = Duration::from_millis(20);

/// Functions that every script knows.
const PRELUDE: &str = include_str!("prelude.sh");

/// Where scripts run, and the variables they see: nothing of the caller's environment.
#[derive(Clone, Debug)]
pub(super) struct Surroundings {
    pub(super) folder: PathBuf,
    pub(super) environment: BTreeMap<String, String>,
}

impl Surroundings {
    /// A shell that runs `script`. It has a session of its own, so that no program can ask at a terminal and its
    /// children can be ended with it; and it ends with this program, however that ends.
    fn shell(&self, script: &str, log: &File) -> std::io::Result<Command> {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "setsid", "bash", "-euo", "pipefail", "-c"]);
        command.arg(format!("{PRELUDE}\n{script}"));
        command.current_dir(&self.folder).env_clear().envs(&self.environment);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log.try_clone()?);
        Ok(command)
    }

    /// Runs a script to its end.
    ///
    /// # Errors
    /// One sentence on how it ended, when that was not well.
    pub(super) fn run(&self, script: &str, log: &Path, limit: Duration) -> Result<(), String> {
        let mut running = Running::start(self, script, log).map_err(|error| error.to_string())?;
        let end = Instant::now() + limit;
        loop {
            match running.child.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(()),
                Ok(Some(status)) => return Err(ending(status)),
                Ok(None) if Instant::now() < end => std::thread::sleep(PAUSE),
                Ok(None) => return Err(format!("took longer than {} s", limit.as_secs())),
                Err(error) => return Err(error.to_string()),
            }
        }
    }

    /// Starts a server and waits until `ready` succeeds.
    ///
    /// # Errors
    /// One sentence on why it does not serve.
    pub(super) fn serve(&self, script: &str, ready: &str, log: &Path) -> Result<Running, String> {
        let mut running = Running::start(self, script, log).map_err(|error| error.to_string())?;
        let end = Instant::now() + PATIENCE;
        let asking = log.with_extension("ready");
        while Instant::now() < end {
            match running.child.try_wait() {
                Ok(Some(status)) => return Err(format!("the server {}", ending(status))),
                Ok(None) => {}
                Err(error) => return Err(error.to_string()),
            }
            if self.run(ready, &asking, PATIENCE).is_ok() {
                return Ok(running);
            }
            std::thread::sleep(PAUSE);
        }
        Err(format!("the server was not ready after {} s", PATIENCE.as_secs()))
    }
}

fn ending(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.signal(), status.code()) {
        (Some(signal), _) => format!("ended by signal {signal}"),
        (None, code) => format!("ended with code {}", code.unwrap_or_default()),
    }
}

/// A process that ends, with its children, when this value goes.
#[derive(Debug)]
pub(super) struct Running {
    child: Child,
}

impl Running {
    fn start(surroundings: &Surroundings, script: &str, log: &Path) -> std::io::Result<Running> {
        let log = File::options().create(true).append(true).open(log)?;
        Ok(Running { child: surroundings.shell(script, &log)?.spawn()? })
    }

    /// Sends a signal to every process of its group, whose number is its own.
    fn signal(&self, signal: Signal) {
        let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) else { return };
        // It fails when all have ended, which is what is wanted.
        let _ = kill_process_group(group, signal);
    }
}

impl Drop for Running {
    /// Asks it to end, and after a second ends it.
    fn drop(&mut self) {
        let ended = matches!(self.child.try_wait(), Ok(Some(_)));
        if !ended {
            self.signal(Signal::TERM);
            let end = Instant::now() + Duration::from_secs(1);
            while Instant::now() < end && matches!(self.child.try_wait(), Ok(None)) {
                std::thread::sleep(PAUSE);
            }
        }
        // What it left behind in its group ends too. The group's number cannot belong to anybody else while one of
        // its processes is there; and a number that has just become free is not given out again at once.
        self.signal(Signal::KILL);
        // Both fail only when it has just ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn surroundings(folder: &Path) -> Surroundings {
        let path = std::env::var("PATH").unwrap_or_default();
        Surroundings { folder: folder.to_owned(), environment: BTreeMap::from([("PATH".to_owned(), path)]) }
    }

    #[test]
    fn a_script_that_takes_too_long_is_ended_with_its_children() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let script = "sleep 1000 & echo $! > child; wait";
        let refused = surroundings(folder.path()).run(script, &log, Duration::from_secs(1)).unwrap_err();
        assert_eq!(refused, "took longer than 1 s");
        let child = std::fs::read_to_string(folder.path().join("child")).unwrap();
        let state = std::fs::read_to_string(format!("/proc/{}/stat", child.trim())).unwrap_or_default();
        assert!(state.is_empty() || state.contains(" Z "), "{state}");
    }

    #[test]
    fn a_refusal_that_does_not_come_fails_the_script() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let surroundings = surroundings(folder.path());
        assert_eq!(surroundings.run("refuses false", &log, LIMIT), Ok(()));
        assert_eq!(surroundings.run("refuses true", &log, LIMIT), Err("ended with code 1".to_owned()));
        assert_eq!(surroundings.run("says hello echo hello", &log, LIMIT), Ok(()));
        assert!(surroundings.run("says hello echo goodbye", &log, LIMIT).is_err());
        assert!(surroundings.run("false | true", &log, LIMIT).is_err());
        let said = std::fs::read_to_string(&log).unwrap();
        assert!(said.contains("accepted: true") && said.contains("not said: hello"), "{said}");
    }

    #[test]
    fn a_server_that_ends_at_once_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let refused =
            surroundings(folder.path()).serve("exit 3", "false", &folder.path().join("log")).unwrap_err();
        assert_eq!(refused, "the server ended with code 3");
    }
}
