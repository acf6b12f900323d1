//! `twintoken credential`: credentials behind an address, as clients of the internet of things name them.

use crate::answer::Answer;
use crate::chosen;
use crate::failure::Failure;
use crate::formats::{self, Item, What};
use crate::{hex, incoming, pem, pins, terminal};
use clap::{Subcommand, ValueEnum};
use std::path::{Path, PathBuf};
use twintoken::algorithms::private_key_info;
use twintoken::credential::{Address, Credential, Credentials, KeyKind, Kind, Refused, Type};
use twintoken::pkcs11::Material;

/// What to do with which credential
#[derive(clap::Args)]
#[command(after_help = HELP)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

const HELP: &str = "\
An ADDRESS is one of
  kid=NUMBER[,lifetime=NUMBER]   a PSA key; the lifetime is used when it is made (1 without it) and checked when it is used
  uid=NUMBER                     an entry of PSA's protected storage
  pkcs11:…                       an object of a token, as a PKCS#11 URI (RFC 7512): token, serial, object, id, type,
                                 pin-value, pin-source
Numbers are decimal, octal behind 0, or hexadecimal behind 0x. A token that asks for its PIN gets it from the address, or from
TWINTOKEN_PIN or TWINTOKEN_PIN_FILE.";

#[derive(Subcommand)]
enum Action {
    /// Make a private key
    Generate {
        /// Where it will lie, see below
        address: String,
        /// What key
        #[arg(long = "type", value_name = "TYPE", default_value = "p256")]
        kind: Made,
    },
    /// Bring a credential from a file; nothing that is there is replaced
    Store {
        /// Where it will lie, see below
        address: String,
        /// The file; `-` is the standard input
        file: PathBuf,
        /// What the file holds; without it, a private key or certificates, whichever is in it
        #[arg(long = "as", value_name = "KIND")]
        kind: Option<Named>,
    },
    /// Write a credential: of a private key the public half, of certificates the chain
    Show {
        /// Where it lies, see below
        address: String,
        /// What is there; without it, what the URI's type says, else a private key
        #[arg(long = "as", value_name = "KIND")]
        kind: Option<Named>,
    },
    /// Remove a credential; a private key with its public half
    Remove {
        /// Where it lies, see below
        address: String,
        /// What is there; without it, what the URI's type says, else a private key
        #[arg(long = "as", value_name = "KIND")]
        kind: Option<Named>,
        /// Do not ask whether it is meant
        #[arg(long, short)]
        yes: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Made {
    P256,
    P384,
    Rsa2048,
    Rsa3072,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Named {
    PrivateKey,
    Certificate,
    Psk,
    PskIdentity,
}

impl Named {
    fn kind(self) -> Kind {
        match self {
            Named::PrivateKey => Kind::PrivateKey,
            Named::Certificate => Kind::Certificate,
            Named::Psk => Kind::PskKey,
            Named::PskIdentity => Kind::PskIdentity,
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<Answer, Failure> {
    let (Action::Generate { address, .. }
    | Action::Store { address, .. }
    | Action::Show { address, .. }
    | Action::Remove { address, .. }) = &arguments.action;
    // Refused before anything else is asked or opened.
    let parsed = Address::parse(address).map_err(|malformed| told(address, malformed.into()))?;
    let opened = chosen::store()?;
    let credentials = Credentials::new(&opened.emulator);
    let done = |text: String| Ok(Answer::from(text));
    match &arguments.action {
        Action::Generate { kind, .. } => {
            let kind = match kind {
                Made::P256 => KeyKind::EcP256,
                Made::P384 => KeyKind::EcP384,
                Made::Rsa2048 => KeyKind::Rsa2048,
                Made::Rsa3072 => KeyKind::Rsa3072,
            };
            credentials.generate(address, kind).map_err(|refused| told(address, refused))?;
            let key = credentials.private_key(address).map_err(|refused| told(address, refused))?;
            let public = key.public_key().map_err(|refused| told(address, refused))?;
            Ok(pem::written("PUBLIC KEY", &public)?.into())
        }
        Action::Store { file, kind, .. } => {
            let credential =
                read(file, *kind).map_err(|failure| failure.about(&file.display().to_string()))?;
            credentials.store(address, &credential).map_err(|refused| told(address, refused))?;
            done("Stored.\n".to_owned())
        }
        Action::Show { kind, .. } => {
            let kind = meant(*kind, &parsed);
            Ok(show(&credentials, address, kind)?.into())
        }
        Action::Remove { kind, yes, .. } => {
            let kind = meant(*kind, &parsed);
            confirm(*yes)?;
            credentials.remove(address, kind).map_err(|refused| told(address, refused))?;
            done("Removed.\n".to_owned())
        }
    }
}

/// A refusal in words; a wrong address with a mark where it goes wrong.
fn told(address: &str, refused: Refused) -> Failure {
    match refused {
        Refused::Malformed(malformed) => {
            Failure::new(format!("the address is wrong\n{}", malformed.pointed(address)))
        }
        other => Failure::new(other.to_string()),
    }
}

fn meant(named: Option<Named>, address: &Address) -> Kind {
    match (named, address) {
        (Some(named), _) => named.kind(),
        (None, Address::Object(uri)) => match uri.kind {
            Some(Type::Certificate) => Kind::Certificate,
            Some(Type::SecretKey) => Kind::PskKey,
            Some(Type::Data) => Kind::PskIdentity,
            _ => Kind::PrivateKey,
        },
        (None, _) => Kind::PrivateKey,
    }
}

fn show(credentials: &Credentials<'_>, address: &str, kind: Kind) -> Result<Vec<u8>, Failure> {
    let refused = |refused| told(address, refused);
    match kind {
        Kind::PrivateKey => {
            let public =
                credentials.private_key(address).and_then(|key| key.public_key()).map_err(refused)?;
            pem::written("PUBLIC KEY", &public)
        }
        Kind::Certificate => {
            let chain = credentials.certificates(address).map_err(refused)?;
            let blocks = chain.iter().map(|der| pem::written("CERTIFICATE", der));
            Ok(blocks.collect::<Result<Vec<_>, _>>()?.concat())
        }
        Kind::PskKey => {
            let key = credentials.psk_key(address).map_err(refused)?;
            Ok(format!("{}\n", hex::digits(key.expose())).into_bytes())
        }
        Kind::PskIdentity => credentials.psk_identity(address).map_err(refused),
    }
}

fn confirm(yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    match terminal::agrees("Remove it for ever?")? {
        Some(true) => Ok(()),
        Some(false) => Err(Failure::new("nothing was removed")),
        None => Err(Failure::new("there is no terminal to ask whether this is meant: say --yes")),
    }
}

/// The credential in a file.
fn read(file: &Path, named: Option<Named>) -> Result<Credential, Failure> {
    let bytes = super::import::read(file)?;
    match named {
        Some(Named::Psk) => return Ok(Credential::PskKey(bytes)),
        Some(Named::PskIdentity) => return Ok(Credential::PskIdentity(bytes.expose().to_vec())),
        _ => {}
    }
    let items = formats::read(bytes.expose(), &|| password(file))?;
    let mut certificates = Vec::new();
    let mut keys = Vec::new();
    for Item { what, .. } in items {
        match what {
            What::Certificate(one) => certificates.push(one.der),
            What::Key(material) => keys.push(material),
        }
    }
    match (named, &keys[..], certificates.is_empty()) {
        (Some(Named::Certificate), _, false) | (None, [], false) => {
            Ok(Credential::Certificates(certificates))
        }
        (Some(Named::PrivateKey), [one], _) | (None, [one], true) => private_key(one),
        (None, [_], false) => Err(Failure::new("it holds a key and certificates: say which with --as")),
        (_, [_, _, ..], _) => Err(Failure::new("it holds several keys: store them one by one")),
        _ => Err(Failure::new("it holds no such credential")),
    }
}

fn private_key(material: &Material) -> Result<Credential, Failure> {
    Ok(Credential::PrivateKey(private_key_info::encode(&incoming::admitted(material)?)?))
}

fn password(file: &Path) -> Result<String, Failure> {
    let given = std::env::var("TWINTOKEN_PASSWORD").ok();
    let question = format!("Password of {}", file.display());
    pins::given_or_asked(given, &question, "set TWINTOKEN_PASSWORD")
}
