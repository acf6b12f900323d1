//! `twintoken import`: keys and certificates from a file.

use crate::chosen::{self, Session, Which};
use crate::failure::Failure;
use crate::formats::{self, Item, What};
use crate::incoming::{self, Use, Wishes};
use crate::pins::{self, UserPin};
use crate::query::{self, TokenQuery};
use crate::{found, hex};
use clap::ValueEnum;
use std::path::{Path, PathBuf};
use twintoken::fault::Fault;
use twintoken::key::key_type::KeyType;
use twintoken::pkcs11::{Incoming, Material};
use twintoken::secret::Secret;

/// What to import
#[derive(clap::Args)]
#[command(after_help = HELP)]
pub(crate) struct Arguments {
    /// The file; `-` is the standard input
    file: PathBuf,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    pin: UserPin,
    /// A file whose first line is the password of FILE; without it TWINTOKEN_PASSWORD counts, then the terminal is asked
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// The objects' CKA_LABEL; without it the name inside the file, a certificate's common name, or the file's name
    #[arg(long)]
    label: Option<String>,
    /// The objects' CKA_ID, hexadecimal; without it SHA-1 of the public key, so that keys and certificates match
    #[arg(long, value_name = "HEX")]
    id: Option<String>,
    /// What the key may do; for a pair, the public half gets the counterpart
    #[arg(long, value_delimiter = ',', value_name = "USE,…")]
    usage: Option<Vec<Use>>,
    /// Let the key leave the token again, wrapped
    #[arg(long)]
    extractable: bool,
    /// Let whoever has the PIN read the key, when it is also --extractable
    #[arg(long)]
    not_sensitive: bool,
    /// FILE is the bare bytes of a secret key
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<Kind>,
    /// Make a key that PSA calls read-only, which PSA itself cannot make: it is neither changed nor destroyed but with
    /// its token
    #[arg(long)]
    read_only: bool,
    /// The number by which PSA knows the key, 1 to 0x3fffffff; without it one from 0x40000000
    #[arg(long, value_name = "NUMBER")]
    psa_id: Option<String>,
}

/// What bare bytes are.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// An AES key of 16, 24 or 32 bytes
    Aes,
    /// A generic secret, for HMAC and derivation
    Generic,
}

const HELP: &str = "\
Understood are private keys as PKCS #8 (PEM or DER, also under a password), PKCS #1 and SEC 1, X.509 certificates (one or
a chain), PKCS #12 files, and with --type the bare bytes of a secret key. Of a private key the public half is made, too.
All objects of a file come into the token together, or none does.

Without --extractable and --not-sensitive a key never leaves the token again: keep the file, or shred it.";

pub(crate) fn run(arguments: &Arguments) -> Result<String, Failure> {
    let opened = chosen::store()?;
    let held = arguments.which.find(&opened.emulator, &TokenQuery::default())?;
    let objects =
        objects(arguments).map_err(|failure| failure.about(&arguments.file.display().to_string()))?;
    let session = Session::open(&opened.emulator, &held)?;
    // Certificates alone are public; the PIN is for what is not.
    if held.state.asks_for_login && objects.iter().any(|one| one.material.is_some()) {
        session.log_in(&held, &arguments.pin.wanted(&opened.settings, &held.state.label)?)?;
    }
    let handles = session.cryptoki.take_over(session.handle, &objects).map_err(|fault| match fault {
        Fault::KeyIdTaken(id) => Failure::new(format!(
            "PSA knows another key as {id:#x}: choose another --psa-id, or `twintoken delete kid={id:#x}`"
        )),
        other => other.into(),
    })?;
    let all = found::find(&session, &query::Query::default())?;
    let mut text = String::new();
    for one in handles.iter().filter_map(|handle| all.iter().find(|one| one.handle == *handle)) {
        let psa = one.psa_id().map_or_else(String::new, |id| format!(", PSA id {id:#x}"));
        text.push_str(&format!("{}{psa}\n", one.words()));
    }
    Ok(format!(
        "Token {:?} has {} more:\n{text}",
        held.state.label,
        crate::folder::counted(handles.len(), "object")
    ))
}

fn objects(arguments: &Arguments) -> Result<Vec<Incoming>, Failure> {
    let bytes = read(&arguments.file)?;
    let items = match arguments.kind {
        Some(kind) => {
            let key_type = match kind {
                Kind::Aes => KeyType::Aes,
                Kind::Generic => KeyType::GenericSecret,
            };
            vec![Item { name: None, what: What::Key(Material { key_type, bits: 0, bytes }) }]
        }
        None => formats::read(bytes.expose(), &|| password(arguments))?,
    };
    let stem = arguments.file.file_stem().and_then(|stem| stem.to_str()).filter(|stem| *stem != "-");
    let wishes = Wishes {
        label: arguments.label.clone(),
        id: arguments.id.as_deref().map(hex::bytes).transpose()?,
        usage: arguments.usage.clone(),
        extractable: arguments.extractable,
        sensitive: !arguments.not_sensitive,
        read_only: arguments.read_only,
        psa_id: arguments.psa_id.as_deref().map(query::number).transpose()?,
        fallback: stem.unwrap_or("imported").to_owned(),
    };
    let objects = incoming::objects(&items, &wishes)?;
    // Refused before a PIN is asked for.
    for one in &objects {
        one.object()?;
    }
    Ok(objects)
}

pub(super) fn read(file: &Path) -> Result<Secret, Failure> {
    let failed = |error: std::io::Error| Failure::new(format!("it cannot be read: {error}"));
    if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin(), &mut bytes).map_err(failed)?;
        return Ok(Secret::new(bytes));
    }
    std::fs::read(file).map(Secret::new).map_err(failed)
}

fn password(arguments: &Arguments) -> Result<String, Failure> {
    let given = pins::one_of(None, arguments.password_file.as_ref())?;
    let given = given.or_else(|| std::env::var("TWINTOKEN_PASSWORD").ok());
    let question = format!("Password of {}", arguments.file.display());
    pins::given_or_asked(given, &question, "give --password-file, or set TWINTOKEN_PASSWORD")
}
