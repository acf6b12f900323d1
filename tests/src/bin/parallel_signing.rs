//! Measures ECDSA P-256 signing through the module: one thread, two threads of one process, two processes.
//!
//! `parallel_signing [ROUNDS] [MILLISECONDS]`: each measurement runs that long (20 and 250 if not given). A round takes the
//! three in turns and the next one backwards, so that a busy machine disturbs all alike. It prints a report and judges
//! nothing.
#![allow(clippy::unwrap_used, reason = "a measurement that cannot run may end")]

use cryptoki_sys::{CK_ULONG, CKA_CLASS, CKM_ECDSA, CKO_PRIVATE_KEY, CKR_OK, CKU_USER};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Barrier;
use std::time::{Duration, Instant};
use twintoken_tests::module::Module;
use twintoken_tests::store::Store;
use twintoken_tests::{ok, token};

/// Opens a session and finds the key. One login serves all sessions of a process.
fn open(module: &Module) -> (u64, u64) {
    let session = token::session(module, token::slot_of_token(module));
    let code = token::login(module, session, CKU_USER, token::PIN);
    assert!(code == CKR_OK || code == cryptoki_sys::CKR_USER_ALREADY_LOGGED_IN);
    let class = (CKO_PRIVATE_KEY as CK_ULONG).to_ne_bytes();
    let key = token::find(module, session, &mut [token::attribute(CKA_CLASS, &class)])[0];
    (session, key)
}

/// Signs for that long; signatures per second.
fn sign_for(module: &Module, (session, key): (u64, u64), duration: Duration) -> f64 {
    let (start, mut signatures) = (Instant::now(), 0);
    while start.elapsed() < duration {
        token::sign(module, session, key, CKM_ECDSA, &[0x5a; 32]);
        signatures += 1;
    }
    f64::from(signatures) / start.elapsed().as_secs_f64()
}

fn threads(module: &Module, count: usize, duration: Duration) -> f64 {
    let start = Barrier::new(count);
    let opened: Vec<_> = (0..count).map(|_| open(module)).collect();
    let rate = std::thread::scope(|scope| {
        let running: Vec<_> = opened
            .iter()
            .map(|seat| {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    sign_for(module, *seat, duration)
                })
            })
            .collect();
        running.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    for (session, _) in opened {
        ok!(module, C_CloseSession(session));
    }
    rate
}

/// What a process of its own does: gets ready, waits for a line, signs, prints its rate.
fn work(duration: Duration) {
    let module = Module::load();
    token::start(&module);
    let seat = open(&module);
    println!("ready");
    std::io::stdin().lines().next().unwrap().unwrap();
    println!("{}", sign_for(&module, seat, duration));
}

fn processes(count: usize, duration: Duration) -> f64 {
    let mut workers: Vec<_> = (0..count).map(|_| worker(duration)).collect();
    for (_, lines) in &mut workers {
        assert_eq!(line_of(lines), "ready");
    }
    for (child, _) in &mut workers {
        writeln!(child.stdin.as_mut().unwrap()).unwrap();
    }
    workers
        .into_iter()
        .map(|(mut child, mut lines)| {
            let rate: f64 = line_of(&mut lines).parse().unwrap();
            assert!(child.wait().unwrap().success());
            rate
        })
        .sum()
}

type Lines = BufReader<std::process::ChildStdout>;

fn worker(duration: Duration) -> (Child, Lines) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--worker", &duration.as_millis().to_string()]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap());
    (child, lines)
}

fn line_of(lines: &mut Lines) -> String {
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    line.trim_end().to_owned()
}

/// The measurement, in a process whose environment names the store; its workers inherit it.
fn measure(rounds: usize, duration: Duration) {
    let module = Module::load();
    let session = token::ready(&module);
    token::generate_p256(&module, session, "measured", b"\x01");
    let mut measured = Vec::new();
    for round in 0..rounds {
        let mut rates = [0.0; 3];
        let turns = if round % 2 == 0 { [0, 1, 2] } else { [2, 1, 0] };
        for turn in turns {
            rates[turn] = match turn {
                0 => threads(&module, 1, duration),
                1 => threads(&module, 2, duration),
                _ => processes(2, duration),
            };
        }
        measured.push(rates);
    }
    let column = |which: usize| median(measured.iter().map(|rates| rates[which]).collect());
    let ratio = |to: usize| median(measured.iter().map(|rates| rates[1] / rates[to]).collect());
    println!("ECDSA P-256 signatures per second, medians of {rounds} rounds of {duration:?}:");
    println!("  one thread     {:>8.0}", column(0));
    println!("  two threads    {:>8.0}   {:.2} of one thread in the same round", column(1), ratio(0));
    println!(
        "  two processes  {:>8.0}   two threads reach {:.2} of it in the same round",
        column(2),
        ratio(2)
    );
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (mode, numbers) = match arguments.split_first() {
        Some((mode, numbers)) if mode.starts_with("--") => (mode.as_str(), numbers),
        _ => ("", &arguments[..]),
    };
    let number =
        |index: usize, default: u64| numbers.get(index).map_or(default, |text| text.parse().unwrap());
    match mode {
        "--worker" => work(Duration::from_millis(number(0, 1000))),
        "--measure" => {
            let rounds = usize::try_from(number(0, 20)).unwrap().max(1);
            measure(rounds, Duration::from_millis(number(1, 250)));
        }
        // The module reads the environment of its process, so a child that has the right one does the measuring.
        _ => {
            let store = Store::new();
            let mut command = Command::new(std::env::current_exe().unwrap());
            store.put_into(&mut command);
            assert!(command.arg("--measure").args(numbers).status().unwrap().success());
        }
    }
}
