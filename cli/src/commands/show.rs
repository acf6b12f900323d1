//! `twintoken show`: a token's objects with their attributes.

use crate::chosen::{self, Session, Which};
use crate::failure::Failure;
use crate::found::{self, Found};
use crate::pins::UserPin;
use crate::query::{self, Query};
use crate::token::Held;
use crate::{hex, readable, table};
use clap::ValueEnum;
use std::fmt::Write;
use twintoken::registry::constants as ck;

/// What to show
#[derive(clap::Args)]
#[command(after_help = query::HELP)]
pub(crate) struct Arguments {
    /// Which objects, see below; all without it
    query: Option<String>,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    pin: UserPin,
    /// Ask for the user PIN when none was given, to show private objects too
    #[arg(long)]
    login: bool,
    /// Show every attribute of each object, not a line for each; done anyway when the query means a single object
    #[arg(long, short)]
    attributes: bool,
    /// Whether a person or a program reads it
    #[arg(long, default_value = "table")]
    format: Format,
}

/// Who reads it.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table for a person
    Table,
    /// An array with an object for each object, whose members are its attributes; bytes are hexadecimal digits, and what
    /// may not be shown is null
    Json,
}

pub(crate) fn run(arguments: &Arguments) -> Result<String, Failure> {
    let opened = chosen::store()?;
    let query = Query::parse(arguments.query.as_deref())?;
    let held = arguments.which.find(&opened.emulator, &query.token)?;
    let session = Session::open(&opened.emulator, &held)?;
    let mut pin = query.pin.clone();
    if pin.is_none() {
        pin = match arguments.login && held.state.asks_for_login {
            true => Some(arguments.pin.wanted(&opened.settings, &held.state.label)?),
            false => arguments.pin.given(&opened.settings)?,
        };
    }
    if let Some(pin) = &pin {
        session.log_in(&held, pin)?;
    }
    let found = found::find(&session, &query)?;
    if arguments.format == Format::Json {
        let objects: Vec<serde_json::Value> = found.iter().map(json).collect();
        return Ok(format!("{:#}\n", serde_json::Value::Array(objects)));
    }
    let blind = held.state.asks_for_login && pin.is_none();
    let single = !query.is_all() && found.len() == 1;
    let mut text = match found.is_empty() {
        true => format!("{}\n", nothing(&query, &held)),
        false if arguments.attributes || single => found.iter().map(block).collect::<Vec<_>>().join("\n"),
        false => summary(&found),
    };
    if blind {
        text.push_str(
            "\nPrivate objects are not shown: give --pin-file, set TWINTOKEN_PIN, or say --login.\n",
        );
    }
    Ok(text)
}

fn nothing(query: &Query, held: &Held) -> String {
    let what = if query.is_all() { "no objects" } else { "no such objects" };
    format!("Token {:?} has {what}.", held.state.label)
}

fn summary(found: &[Found]) -> String {
    let mut rows = vec![table::row(["CLASS", "LABEL", "ID", "KEY", "MAY", "GUARDED", "PSA ID"])];
    for one in found {
        let id = hex::digits(one.bytes(ck::CKA_ID));
        rows.push(table::row([
            query::class_name(one.class()),
            &one.label(),
            if id.is_empty() { "-" } else { &id },
            &readable::kind(one),
            &readable::uses(one),
            &readable::guards(one),
            &one.psa_id().map_or_else(|| "-".to_owned(), |id| format!("{id:#x}")),
        ]));
    }
    let mut text = table::lines(&rows);
    let _ =
        writeln!(text, "\n{}. `twintoken show QUERY` shows all attributes.", found::counted_by_class(found));
    text
}

/// One object with all its attributes.
fn block(found: &Found) -> String {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for attribute in &found.attributes {
        rows.push(vec![format!("  {}", attribute.row.name), readable::cell(attribute)]);
    }
    format!("{}, {}\n{}", found.words(), readable::kind(found), table::lines(&rows))
}

fn json(found: &Found) -> serde_json::Value {
    let member = |one: &found::Attribute| (one.row.name.to_owned(), readable::json(one));
    serde_json::Value::Object(found.attributes.iter().map(member).collect())
}
