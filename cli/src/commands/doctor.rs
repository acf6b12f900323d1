//! `twintoken doctor`: whether the store is sound, what is lost, and what mends it.

use crate::answer::Answer;
use crate::failure::Failure;
use crate::folder::{Place, counted};
use crate::pins::one_of;
use crate::table;
use std::fmt::Write;
use std::path::PathBuf;
use twintoken::upkeep::{self, Area, Examination, Finding, Remedy, Repaired};

/// What to examine, and whether to mend it
#[derive(clap::Args)]
#[command(after_help = WHAT)]
pub(crate) struct Arguments {
    /// The store's folder; without it, the one that `twintoken where` names
    #[arg(long, value_name = "FOLDER")]
    store: Option<PathBuf>,
    /// A file whose first line is the user PIN, to look into private objects; without it, TWINTOKEN_PIN counts
    #[arg(long, value_name = "FILE")]
    pin_file: Option<PathBuf>,
    /// Mend what can be mended without losing anything; the file as it is stays beside it
    #[arg(long)]
    repair: bool,
    /// With --repair: remove damaged objects, and those that belong to nothing
    #[arg(long, requires = "repair")]
    remove_damaged: bool,
}

const WHAT: &str = "\
Without --repair nothing is changed: a copy in memory is examined, which is the store at one moment. Programs may go on
using the store; those that write wait while it is read. For --repair, end them first: a file with damaged pages is built
anew from what can be read, and what is committed to the old one meanwhile is lost.
The exit code is 0 when nothing is wrong, as far as could be looked into, and 1 when something is.";

/// How many findings are shown one by one.
const MOST_SHOWN: usize = 40;

pub(crate) fn run(arguments: &Arguments) -> Result<Answer, Failure> {
    let place = Place::with_store(arguments.store.as_deref())?;
    let pin = one_of(None, arguments.pin_file.as_ref())?.or(place.pin);
    let pin = pin.as_deref().map(str::as_bytes);
    let seen = upkeep::examine(&place.folder, pin)?;
    let mut text = format!("{}\n\n", place.folder.display());
    if !arguments.repair || seen.is_sound() {
        describe(&mut text, &seen);
        text.push_str(&next(&seen, None, arguments));
        return Ok(Answer::text(text, seen.is_sound()));
    }
    describe(&mut text, &seen);
    match upkeep::repair(&place.folder, &seen, arguments.remove_damaged, pin) {
        Ok(repaired) => {
            let _ = writeln!(text, "After the repair:\n");
            describe(&mut text, &repaired.after);
            text.push_str(&done(&repaired));
            text.push_str(&next(&repaired.after, Some(&repaired), arguments));
            Ok(Answer::text(text, repaired.after.is_sound()))
        }
        Err(fault) => {
            let _ = writeln!(text, "The repair failed: {fault}.");
            text.push_str(
                "Next: `twintoken restore FILE --force` with a backup; the file as it was lies beside it.\n",
            );
            Ok(Answer::text(text, false))
        }
    }
}

fn describe(text: &mut String, seen: &Examination) {
    let row = |name: &str, area, looked_at: String| {
        let wrong = match seen.wrong_with(area) {
            0 => "-".to_owned(),
            wrong => wrong.to_string(),
        };
        table::row([name, &wrong, &looked_at])
    };
    let objects: usize = seen
        .tokens
        .iter()
        .map(|token| token.public + token.private + token.assets + token.closed + token.damaged)
        .sum();
    let closed = match seen.closed() {
        0 => String::new(),
        closed => format!(", {closed} of them not looked into"),
    };
    text.push_str(&table::lines(&[
        table::row(["PART", "WRONG", "LOOKED AT"]),
        row("permissions", Area::Permissions, "folder and file".into()),
        row("pages", Area::Pages, counted(seen.length, "byte")),
        row(
            "index",
            Area::Index,
            format!("{} of {}", counted(seen.entries, "tag"), counted(seen.records, "record")),
        ),
        row("tokens", Area::Tokens, counted(seen.tokens.len(), "token")),
        row("objects", Area::Objects, format!("{}{closed}", counted(objects, "object"))),
    ]));
    if !seen.tokens.is_empty() {
        text.push('\n');
        text.push_str(&tokens(seen));
    }
    if !seen.findings.is_empty() {
        text.push('\n');
        text.push_str(&findings(&seen.findings));
    }
    text.push('\n');
}

fn tokens(seen: &Examination) -> String {
    let mut rows = vec![table::row([
        "SLOT",
        "LABEL",
        "SERIAL",
        "HEADER",
        "PUBLIC",
        "PRIVATE",
        "STORAGE",
        "DAMAGED",
        "NOT LOOKED INTO",
    ])];
    for token in &seen.tokens {
        let closed = match (token.closed, token.sound) {
            (0, _) => "0".to_owned(),
            (closed, true) => format!("{closed}: needs the PIN"),
            (closed, false) => format!("{closed}: needs the header"),
        };
        rows.push(table::row([
            &token.slot.map_or_else(|| "?".to_owned(), |slot| slot.to_string()),
            &token.label,
            &token.serial,
            if token.sound { "sound" } else { "damaged" },
            &token.public.to_string(),
            &token.private.to_string(),
            &token.assets.to_string(),
            &token.damaged.to_string(),
            &closed,
        ]));
    }
    table::lines(&rows)
}

fn findings(findings: &[Finding]) -> String {
    let mut rows = vec![table::row(["WRONG", "LOST", "WHAT HELPS"])];
    for finding in findings.iter().take(MOST_SHOWN) {
        let helps = match finding.remedy {
            Remedy::Repair(how) => format!("--repair {how}"),
            Remedy::Remove => "--repair --remove-damaged removes it".to_owned(),
            Remedy::Restore => "a backup: `twintoken restore`".to_owned(),
            Remedy::ByHand(how) => how.to_owned(),
        };
        rows.push(table::row([&finding.what, &finding.lost, &helps]));
    }
    let mut text = table::lines(&rows);
    if findings.len() > MOST_SHOWN {
        let _ = writeln!(text, "… and {} more", findings.len() - MOST_SHOWN);
    }
    text
}

fn done(repaired: &Repaired) -> String {
    format!(
        "{} added, {} summed up anew, {} and {} removed. The file as it was is {}.\n",
        tags(repaired.mended.entries_added),
        counted(repaired.mended.sums_mended, "tag"),
        tags(repaired.mended.entries_removed),
        counted(repaired.mended.records_removed, "record"),
        repaired.copy.display()
    )
}

fn tags(count: usize) -> String {
    format!("{count} index {}", if count == 1 { "entry" } else { "entries" })
}

/// The last line: what to do next.
fn next(seen: &Examination, repaired: Option<&Repaired>, arguments: &Arguments) -> String {
    let remedies = || seen.findings.iter().map(|finding| finding.remedy);
    let store =
        arguments.store.as_ref().map_or_else(String::new, |store| format!(" --store {}", store.display()));
    let advice = if seen.is_sound() {
        match seen.closed() {
            0 => return "The store is sound: nothing to do.\n".to_owned(),
            closed => format!(
                "The store is sound as far as could be looked into; for the {}, set TWINTOKEN_PIN or give --pin-file.",
                counted(closed, "closed object")
            ),
        }
    } else if repaired.is_none() && remedies().any(|remedy| matches!(remedy, Remedy::Repair(_))) {
        format!("Next: `twintoken doctor --repair{store}`, which keeps the file as it is beside it.")
    } else if remedies().any(|remedy| remedy == Remedy::Restore) {
        format!("Next: `twintoken restore FILE --force{store}` with a backup, if what is lost matters.")
    } else if remedies().any(|remedy| remedy == Remedy::Remove) {
        format!(
            "Next: `twintoken restore FILE --force{store}` with a backup, or `twintoken doctor --repair --remove-damaged{store}` \
             to go on without what is damaged."
        )
    } else {
        "Next: what the table says; no repair decides that.".to_owned()
    };
    advice + "\n"
}
