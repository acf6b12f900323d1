//! The program `twintoken`: makes and lists tokens, says what is in force, and sets programs up to use a token.

mod answer;
mod chosen;
mod commands;
mod failure;
mod folder;
mod formats;
mod found;
mod hex;
mod incoming;
mod module;
mod pem;
mod pins;
mod query;
mod readable;
mod shell;
mod softhsm;
mod table;
mod terminal;
mod token;
mod uri;

use answer::Answer;
use clap::{Parser, Subcommand};
use failure::Failure;
use std::io::Write;
use std::process::ExitCode;

/// A software key store that programs reach through PKCS#11 and PSA.
#[derive(Parser)]
#[command(version, arg_required_else_help = true, after_help = START)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const START: &str = "\
To start, in a shell:
  eval \"$(twintoken env)\"                                    a throw-away token for the programs that follow
  pkcs11-tool --module \"$PKCS11_MODULE\" --list-slots         … for instance this one

For a token that stays:
  twintoken init --label mine --pin-file pin.txt
  twintoken list
  twintoken import key.pem --label first
  twintoken show

Tokens lie in the folder that `twintoken where` names; TWINTOKEN_STORE=FOLDER names another.";

#[derive(Subcommand)]
enum Command {
    /// Make a token
    Init(commands::init::Arguments),
    /// Show slots and tokens
    List(commands::list::Arguments),
    /// Show a token's objects and their attributes
    Show(commands::show::Arguments),
    /// Bring keys and certificates from a file into a token
    Import(commands::import::Arguments),
    /// Write a certificate, a public key, data, or a key that may leave the token
    Export(commands::export::Arguments),
    /// Destroy objects of a token
    Delete(commands::delete::Arguments),
    /// Make, store, show and remove credentials by address, as clients of the internet of things name them
    Credential(commands::credential::Arguments),
    /// Change a token's PINs
    Pin(commands::pin::Arguments),
    /// Bring tokens of SoftHSM2 over, with all their objects
    ImportSofthsm(commands::import_softhsm::Arguments),
    /// Show which store, settings and module are in force, and why
    Where(commands::place::Arguments),
    /// Show what the store can compute
    Mechanisms(commands::mechanisms::Arguments),
    /// Make a ready token and print the variables that lead other programs to it
    Env(commands::env::Arguments),
    /// Say whether the store is sound, and mend it
    Doctor(commands::doctor::Arguments),
    /// Copy the store to a file, while programs may be using it
    Backup(commands::backup::Arguments),
    /// Put a backup in the store's place
    Restore(commands::restore::Arguments),
}

impl Command {
    fn run(self) -> Result<Answer, Failure> {
        Ok(match self {
            Command::Init(arguments) => commands::init::run(&arguments)?.into(),
            Command::List(arguments) => commands::list::run(&arguments)?.into(),
            Command::Show(arguments) => commands::show::run(&arguments)?.into(),
            Command::Import(arguments) => commands::import::run(&arguments)?.into(),
            Command::Export(arguments) => commands::export::run(&arguments)?,
            Command::Delete(arguments) => commands::delete::run(&arguments)?.into(),
            Command::Credential(arguments) => commands::credential::run(&arguments)?,
            Command::Pin(arguments) => commands::pin::run(&arguments)?.into(),
            Command::ImportSofthsm(arguments) => commands::import_softhsm::run(&arguments)?,
            Command::Where(arguments) => commands::place::run(&arguments)?.into(),
            Command::Mechanisms(arguments) => commands::mechanisms::run(&arguments)?.into(),
            Command::Env(arguments) => commands::env::run(&arguments)?.into(),
            Command::Doctor(arguments) => commands::doctor::run(&arguments)?,
            Command::Backup(arguments) => commands::backup::run(&arguments)?,
            Command::Restore(arguments) => commands::restore::run(&arguments)?.into(),
        })
    }
}

fn main() -> ExitCode {
    match Arguments::parse().command.run() {
        Ok(answer) => {
            // A reader that has seen enough and closed the pipe is no failure.
            let _ = std::io::stdout().write_all(&answer.output);
            if answer.all_is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(failure) => {
            eprintln!("twintoken: {failure}");
            ExitCode::FAILURE
        }
    }
}
