//! `cargo xtask sim`: the store's test bench, from seeds; or many kills of processes that write through either face.

use crate::cargo::cargo;
use std::process::{Command, ExitCode};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The first seed
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How many seeds
    #[arg(long, default_value_t = 1000)]
    runs: u64,
    /// Plant this mistake in the store, which then must be found: skip-sync, drop-precondition, forget-unique,
    /// tear-batch, acknowledge-early, keep-latched-handle or keep-lost-tags
    #[arg(long, conflicts_with = "self_check")]
    mutation: Option<String>,
    /// Plant each mistake in turn, and say at which seed it was found
    #[arg(long)]
    self_check: bool,
    /// Instead of seeds: this many kills each of processes that write through the module, of those that write keys and
    /// assets through the PSA library, and of those that fill a quota with them
    #[arg(long, conflicts_with_all = ["mutation", "self_check"])]
    kills: Option<u32>,
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let mut command = match arguments.kills {
        Some(kills) => kill(kills),
        None => simulate(arguments),
    };
    match command.status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("cargo did not start: {error}");
            ExitCode::from(2)
        }
    }
}

/// The bench is a program of the emulator's own, built with a feature that no other build has.
fn simulate(arguments: &Arguments) -> Command {
    let mut command = cargo();
    command.args(["run", "--quiet", "--release", "--package", "twintoken", "--features", "simulation"]);
    command.args(["--example", "storage_sim", "--"]);
    command.args(["--seed", &arguments.seed.to_string(), "--runs", &arguments.runs.to_string()]);
    if let Some(name) = &arguments.mutation {
        command.args(["--mutation", name]);
    }
    if arguments.self_check {
        command.arg("--self-check");
    }
    command
}

fn kill(kills: u32) -> Command {
    let mut command = cargo();
    command.args(["test", "--quiet", "--package", "twintoken-tests", "--test", "kills", "--", "--nocapture"]);
    command.env("TWINTOKEN_TEST_KILLS", kills.to_string());
    command
}
