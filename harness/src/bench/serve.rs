//! The child process: it does what the lines of JSON on standard input ask for, and holds the clock.

use std::collections::HashSet;
use std::io::{BufRead, Write};
use std::path::Path;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

use super::abi::{Failed, Mechanism};
use super::cases::{self, Case, Step};
use super::stand::{Filler, Phase, Stand};

/// What the parent asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// Make the token and its keys.
    MakeToken,
    /// Open the token that is there, and say what the library calls itself.
    OpenToken,
    /// Time a case.
    Time {
        /// Its name.
        case: String,
        /// How many objects the token was filled with.
        objects: u64,
        /// For how long, in milliseconds.
        milliseconds: u64,
        /// How many calls at most; one is not warmed up for.
        most: u64,
        /// In how many threads.
        threads: usize,
    },
    /// Fill the token with objects of these numbers, for a while at most.
    Fill {
        /// The first number.
        from: u64,
        /// The number after the last.
        to: u64,
        /// For how long, in milliseconds.
        milliseconds: u64,
    },
    /// Change one object.
    Touch,
}

/// What the child answers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// How many calls were timed, or how many objects were made.
    pub calls: u64,
    /// Their time on the wall, together, in nanoseconds.
    pub wall: u64,
    /// Their time on the processor, in nanoseconds: that of all threads of the process.
    pub cpu: u64,
    /// What the library calls itself.
    pub description: Option<String>,
    /// What was refused, by which call.
    pub refused: Option<String>,
}

/// Does what standard input asks for until it ends.
///
/// # Errors
/// When standard input or output fails.
pub fn serve(module: &Path) -> std::io::Result<()> {
    let mut stand = Stand::load(module);
    let mut warm = HashSet::new();
    let mut output = std::io::stdout();
    for line in std::io::stdin().lock().lines() {
        let order = serde_json::from_str::<Order>(&line?).map_err(std::io::Error::other)?;
        let done = match &mut stand {
            Ok(stand) => obey(stand, &mut warm, &order),
            Err(failed) => Err(failed.clone()),
        };
        let answer =
            done.unwrap_or_else(|failed| Answer { refused: Some(failed.to_string()), ..Answer::default() });
        let text = serde_json::to_string(&answer).map_err(std::io::Error::other)?;
        // The line begins with a newline of its own, in case the module left half a line there.
        writeln!(output, "\n{text}")?;
        output.flush()?;
    }
    Ok(())
}

fn obey(stand: &mut Stand, warm: &mut HashSet<String>, order: &Order) -> Result<Answer, Failed> {
    match order {
        Order::MakeToken => stand.make_token()?,
        Order::OpenToken => {
            stand.enter(Phase::Ready)?;
        }
        Order::Time { case, objects, milliseconds, most, threads } => {
            let case = cases::named(case).ok_or_else(|| Failed::Bench(format!("no case {case}")))?;
            if stand.enter(case.phase)? {
                // What a fresh C_Initialize makes slow is a case of its own.
                warm.clear();
            }
            stand.objects = *objects;
            if *most > 1 && warm.insert(format!("{} {objects}", case.name)) {
                alone(stand, case, Duration::ZERO, 1)?;
            }
            let budget = Duration::from_millis(*milliseconds);
            return match (threads, case.before.is_some() || case.after.is_some()) {
                (2.., _) => together(stand, *threads, budget),
                (_, true) => alone(stand, case, budget, *most),
                (_, false) => in_a_row(stand, case, budget, *most),
            };
        }
        Order::Fill { from, to, milliseconds } => {
            stand.enter(Phase::Ready)?;
            return fill(stand, *from..*to, Duration::from_millis(*milliseconds));
        }
        Order::Touch => {
            stand.enter(Phase::Ready)?;
            cases::set_label(stand)?;
        }
    }
    Ok(Answer { description: Some(stand.module.description()?), ..Answer::default() })
}

/// The processor time of this process, in nanoseconds.
fn cpu() -> u64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    u64::try_from(time.tv_sec * 1_000_000_000 + time.tv_nsec).unwrap_or(0)
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Calls with nothing in between; the clock is looked at seldom.
fn in_a_row(stand: &mut Stand, case: &Case, budget: Duration, most: u64) -> Result<Answer, Failed> {
    let (start, cpu_before) = (Instant::now(), cpu());
    let (mut calls, mut step) = (0, 1);
    loop {
        for _ in 0..step {
            (case.once)(stand)?;
        }
        calls += step;
        let elapsed = start.elapsed();
        if elapsed >= budget || calls >= most {
            let answer = Answer { calls, wall: nanoseconds(elapsed), ..Answer::default() };
            return Ok(Answer { cpu: cpu() - cpu_before, ..answer });
        }
        if elapsed < budget / 64 {
            step = (step * 2).min(most - calls);
        } else {
            step = step.min(most - calls);
        }
    }
}

/// Calls that are timed each for itself, because something untimed lies between them.
fn alone(stand: &mut Stand, case: &Case, budget: Duration, most: u64) -> Result<Answer, Failed> {
    let mut answer = Answer::default();
    let begin = Instant::now();
    let untimed = |step: Option<Step>, stand: &mut Stand| step.map_or(Ok(()), |step| step(stand));
    loop {
        untimed(case.before, stand)?;
        let (start, cpu_before) = (Instant::now(), cpu());
        (case.once)(stand)?;
        let (wall, cpu) = (start.elapsed(), cpu() - cpu_before);
        untimed(case.after, stand)?;
        answer.calls += 1;
        answer.wall += nanoseconds(wall);
        answer.cpu += cpu;
        // What is untimed may cost more than what is timed, and the run should end.
        let enough = Duration::from_nanos(answer.wall) >= budget || begin.elapsed() >= budget * 3;
        if enough || answer.calls >= most {
            return Ok(answer);
        }
    }
}

/// P-256 signatures by several threads, each with a session of its own; one login serves them all.
fn together(stand: &Stand, threads: usize, budget: Duration) -> Result<Answer, Failed> {
    let sessions: Vec<u64> =
        (0..threads).map(|_| stand.module.open_session(stand.slot)).collect::<Result<_, _>>()?;
    let barrier = Barrier::new(threads + 1);
    let (module, key, data) = (&stand.module, stand.keys.p256[1], &stand.input[..32]);
    let sign = |session: u64| {
        let (mut calls, mut room) = (0, [0; 64]);
        barrier.wait();
        let start = Instant::now();
        while start.elapsed() < budget {
            module.sign(session, Mechanism::Plain(cryptoki_sys::CKM_ECDSA), key, data, &mut room)?;
            calls += 1;
        }
        Ok::<u64, Failed>(calls)
    };
    let (calls, wall, cpu) = std::thread::scope(|scope| {
        let running: Vec<_> = sessions.iter().map(|session| scope.spawn(|| sign(*session))).collect();
        barrier.wait();
        let (start, cpu_before) = (Instant::now(), cpu());
        let mut calls = 0;
        for thread in running {
            let signed = thread.join().map_err(|_| Failed::Bench("a thread panicked".into()))?;
            calls += signed?;
        }
        Ok::<_, Failed>((calls, nanoseconds(start.elapsed()), cpu() - cpu_before))
    })?;
    for session in sessions {
        module.close_session(session)?;
    }
    Ok(Answer { calls, wall, cpu, ..Answer::default() })
}

fn fill(stand: &mut Stand, numbers: std::ops::Range<u64>, patience: Duration) -> Result<Answer, Failed> {
    let (start, mut calls) = (Instant::now(), 0);
    for number in numbers {
        if start.elapsed() >= patience {
            break;
        }
        stand.module.create_object(stand.session, &Filler::new(number).pairs())?;
        calls += 1;
    }
    Ok(Answer { calls, wall: nanoseconds(start.elapsed()), ..Answer::default() })
}
