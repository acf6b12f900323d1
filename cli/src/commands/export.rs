//! `twintoken export`: what may leave a token, as a file.

use crate::answer::Answer;
use crate::chosen::{self, Session, Which};
use crate::failure::Failure;
use crate::found::{self, Found};
use crate::pins::UserPin;
use crate::query::Query;
use crate::{hex, pem};
use clap::ValueEnum;
use std::io::Write;
use std::path::{Path, PathBuf};
use twintoken::registry::constants as ck;
use twintoken::secret::Secret;

/// What to export
#[derive(clap::Args)]
#[command(after_help = HELP)]
pub(crate) struct Arguments {
    /// Which object: see `twintoken show --help`
    query: String,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    pin: UserPin,
    /// The public half of the private key that the query means
    #[arg(long)]
    public: bool,
    /// How to write it; without it PEM for keys and certificates, raw for secret keys and data
    #[arg(long)]
    format: Option<Format>,
    /// The new file to write; without it the standard output
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Export all certificates and public keys that the query means, as PEM behind each other
    #[arg(long)]
    all: bool,
}

const HELP: &str = "\
Public keys become SubjectPublicKeyInfo, certificates stay what they are, and data is written as it is. A private key
(as PKCS #8) or a secret key leaves the token only when its CKA_EXTRACTABLE is true and its CKA_SENSITIVE is false;
nothing overrides that.";

/// How it is written.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// PEM (RFC 7468)
    Pem,
    /// DER
    Der,
    /// The bare bytes
    Raw,
    /// The bare bytes as hexadecimal digits
    Hex,
}

/// An object as it leaves.
struct Outgoing {
    /// The label of its PEM block; `None` for what has no DER.
    label: Option<&'static str>,
    bytes: Secret,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Answer, Failure> {
    let opened = chosen::store()?;
    let query = Query::parse(Some(&arguments.query))?;
    let held = arguments.which.find(&opened.emulator, &query.token)?;
    let session = Session::open(&opened.emulator, &held)?;
    let given = match &query.pin {
        Some(pin) => Some(pin.clone()),
        None => arguments.pin.given(&opened.settings)?,
    };
    if let Some(pin) = &given {
        session.log_in(&held, pin)?;
    }
    let mut found = found::find(&session, &query)?;
    if found.is_empty() && given.is_none() && held.state.asks_for_login {
        // What is meant may be private.
        session.log_in(&held, &arguments.pin.wanted(&opened.settings, &held.state.label)?)?;
        found = found::find(&session, &query)?;
    }
    let chosen = choose(arguments, &found, &held.state.label)?;
    let mut output = Vec::new();
    for one in &chosen {
        output.extend(written(outgoing(&session, one, arguments.public)?, arguments.format)?);
    }
    let Some(file) = &arguments.out else { return Ok(Answer::from(output)) };
    write(file, &output)?;
    let named: Vec<String> = chosen.iter().map(|one| one.words()).collect();
    Ok(format!("{} has {}.\n", file.display(), named.join(", ")).into())
}

/// The objects to write: one, or with --all any number of those that are no secret.
fn choose<'f>(arguments: &Arguments, found: &'f [Found], token: &str) -> Result<Vec<&'f Found>, Failure> {
    let is_open = |one: &&Found| [ck::CKO_PUBLIC_KEY, ck::CKO_CERTIFICATE].contains(&one.class());
    let has_half = |one: &&Found| [ck::CKO_PUBLIC_KEY, ck::CKO_PRIVATE_KEY].contains(&one.class());
    let meant: Vec<&Found> = match (arguments.public, arguments.all) {
        (true, _) => {
            let keys: Vec<&Found> = found.iter().filter(has_half).collect();
            let public: Vec<&Found> = keys.iter().copied().filter(is_open).collect();
            if public.is_empty() { keys } else { public }
        }
        (false, true) => found.iter().filter(is_open).collect(),
        (false, false) => found.iter().collect(),
    };
    match meant.len() {
        0 => Err(Failure::new(format!("{token:?} has no such object {:?} to export", arguments.query))),
        1 => Ok(meant),
        _ if arguments.all && arguments.format.is_none_or(|format| format == Format::Pem) => Ok(meant),
        several => {
            let named: Vec<String> = meant.iter().map(|one| one.words()).collect();
            Err(Failure::new(format!(
                "{several} objects are meant: narrow the query, for instance with class=public, or say --public, or --all \
                 for all that is no secret, as PEM\n  {}",
                named.join("\n  ")
            )))
        }
    }
}

fn outgoing(session: &Session<'_>, one: &Found, public: bool) -> Result<Outgoing, Failure> {
    let cryptoki = &session.cryptoki;
    let info = || -> Result<Outgoing, Failure> {
        let bytes = Secret::new(cryptoki.public_key_info(session.handle, one.handle)?);
        Ok(Outgoing { label: Some("PUBLIC KEY"), bytes })
    };
    let value = |label| Outgoing { label, bytes: Secret::from(one.bytes(ck::CKA_VALUE)) };
    match one.class() {
        ck::CKO_PUBLIC_KEY => info(),
        ck::CKO_PRIVATE_KEY if public => info(),
        ck::CKO_CERTIFICATE => Ok(value(Some("CERTIFICATE"))),
        ck::CKO_DATA => Ok(value(None)),
        ck::CKO_PRIVATE_KEY => {
            may_leave(one)?;
            let bytes = cryptoki.private_key_info(session.handle, one.handle)?;
            Ok(Outgoing { label: Some("PRIVATE KEY"), bytes })
        }
        ck::CKO_SECRET_KEY => {
            may_leave(one)?;
            Ok(value(None))
        }
        _ => Err(Failure::new(format!("{} is nothing that has a file format", one.words()))),
    }
}

/// The rule by which keys leave, named when it says no.
fn may_leave(one: &Found) -> Result<(), Failure> {
    let rule = match (one.is(ck::CKA_EXTRACTABLE), one.is(ck::CKA_SENSITIVE)) {
        (true, false) => return Ok(()),
        (false, _) => "its CKA_EXTRACTABLE is false, so it never leaves the token",
        (true, true) => {
            "its CKA_SENSITIVE is true, so it leaves the token wrapped (C_WrapKey) and never in clear"
        }
    };
    let is_pair = one.class() == ck::CKO_PRIVATE_KEY;
    let advice = if is_pair { ". --public gives its public half" } else { "" };
    Err(Failure::new(format!("{} may not be exported: {rule}{advice}", one.words())))
}

fn written(outgoing: Outgoing, format: Option<Format>) -> Result<Vec<u8>, Failure> {
    let bytes = outgoing.bytes.expose();
    match (format, outgoing.label) {
        (None | Some(Format::Pem), Some(label)) => pem::written(label, bytes),
        (Some(Format::Pem | Format::Der), None) => {
            Err(Failure::new("a secret key or data has no DER: --format raw and --format hex are there"))
        }
        (Some(Format::Der), Some(_)) | (None | Some(Format::Raw), _) => Ok(bytes.to_vec()),
        (Some(Format::Hex), _) => Ok(format!("{}\n", hex::digits(bytes)).into_bytes()),
    }
}

/// A new file for the owner alone, as it may hold a key.
fn write(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |error| Failure::new(format!("{} cannot be written: {error}", file.display()));
    let mut options = std::fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).and_then(|mut file| file.write_all(bytes)).map_err(failed)
}
