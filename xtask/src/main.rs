//! `cargo xtask …`: the project's own commands, a file for each.

mod bench;
mod cargo;
mod clients;
mod conformance;
mod functions;
mod generate;
mod others;
mod psa_install;
mod sim;
mod test;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's own commands")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the same store, sign and query scenarios on both faces, beside SoftHSM2 and any other module
    Conformance(conformance::Arguments),
    /// Time the calls of our module beside SoftHSM2 and any other module
    Bench(bench::Arguments),
    /// Run real programs against our module and SoftHSM2, or against another module
    Clients(clients::Arguments),
    /// Run the test suites of python-pkcs11 and of the crate cryptoki on our module, under each of its names, and those of
    /// the crate psa-crypto on our PSA library
    Suites(others::Arguments),
    /// Run all tests of the workspace; says what was skipped and which package it needs
    Test(test::Arguments),
    /// Run the store on a disk that fails, from seeds; or kill processes that write
    Sim(sim::Arguments),
    /// Build the PSA library and install it for C projects: lib/, include/, pkg-config and CMake files
    PsaInstall(psa_install::Arguments),
    /// Run real calls of all functions of PKCS#11, or of PSA, and write a document from what they answer
    Functions(functions::Arguments),
    /// Write docs/generated/ from the tables in the code
    Generate,
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Conformance(arguments) => conformance::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Clients(arguments) => clients::run(&arguments),
        Command::Suites(arguments) => others::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Sim(arguments) => sim::run(&arguments),
        Command::PsaInstall(arguments) => psa_install::run(&arguments),
        Command::Functions(arguments) => functions::run(&arguments),
        Command::Generate => generate::run(),
    }
}
