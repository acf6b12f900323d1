//! A child process that measures, as its parent sees it.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use super::serve::{Answer, Order};

/// How long one order may take: filling a token of a slow module ends with a call that was begun before its cap.
const DEADLINE: Duration = Duration::from_secs(180);

/// A running child. It ends with this value, as most programs end: without C_Finalize.
pub struct Process {
    child: Child,
    input: Option<ChildStdin>,
    answers: Receiver<Answer>,
}

impl Process {
    /// Starts `program bench-drive MODULE`; what it says on standard error goes to a file in `folder`.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn start(
        program: &Path,
        module: &Path,
        environment: &[(String, String)],
        folder: &Path,
    ) -> std::io::Result<Process> {
        let errors = std::fs::File::options().create(true).append(true).open(folder.join("stderr.txt"))?;
        let mut command = Command::new(program);
        command.arg("bench-drive").arg(module).current_dir(folder);
        command.envs(environment.iter().map(|(name, value)| (name, value)));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(errors).spawn()?;
        let input = child.stdin.take();
        let (sender, answers) = channel();
        if let Some(output) = child.stdout.take() {
            std::thread::spawn(move || {
                for line in BufReader::new(output).lines().map_while(Result::ok) {
                    // Modules print what they like; only an answer is an answer.
                    let Ok(answer) = serde_json::from_str(&line) else { continue };
                    if sender.send(answer).is_err() {
                        break;
                    }
                }
            });
        }
        Ok(Process { child, input, answers })
    }

    /// Sends an order; the answer is fetched by [`Process::answer`].
    pub fn order(&mut self, order: &Order) {
        let Some(input) = &mut self.input else { return };
        let sent = serde_json::to_string(order)
            .map_err(std::io::Error::other)
            .and_then(|text| writeln!(input, "{text}"));
        if sent.is_err() {
            // The child has ended; the answer says so.
            self.input = None;
        }
    }

    /// The answer to the order that was sent last; else why there is none.
    ///
    /// # Errors
    /// What the module refused; a crash; a hang.
    pub fn answer(&mut self) -> Result<Answer, String> {
        match self.answers.recv_timeout(DEADLINE) {
            Ok(Answer { refused: Some(refused), .. }) => Err(refused),
            Ok(answer) => Ok(answer),
            Err(RecvTimeoutError::Disconnected) => {
                self.input = None;
                Err(self
                    .child
                    .wait()
                    .map_or_else(|error| error.to_string(), |status| format!("ended: {status}")))
            }
            Err(RecvTimeoutError::Timeout) => {
                self.input = None;
                // It is ours and does not answer; a failure to end it only means that it has just ended.
                let _ = self.child.kill();
                Err("timed out".to_owned())
            }
        }
    }

    /// Sends an order and waits for the answer.
    ///
    /// # Errors
    /// As [`Process::answer`].
    pub fn ask(&mut self, order: &Order) -> Result<Answer, String> {
        self.order(order);
        self.answer()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.input.take());
        // Without input it ends by itself; both calls can only fail when it already has.
        std::thread::sleep(Duration::from_millis(20));
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
