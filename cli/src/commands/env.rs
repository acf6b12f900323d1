//! `twintoken env`: a ready token, and the variables that lead other programs to it.

use crate::failure::Failure;
use crate::shell::{self, Format};
use crate::token::{self, Held, Wanted};
use crate::{module, uri};
use std::path::{Path, PathBuf};
use twintoken::settings::{Environment, ReadyToken};
use twintoken::{Emulator, Settings};

/// What to make ready
#[derive(clap::Args)]
#[command(after_help = WHAT)]
pub(crate) struct Arguments {
    /// The folder to keep the token in; made when it is missing, used again when it has the token
    #[arg(long, value_name = "FOLDER")]
    store: Option<PathBuf>,
    /// The token's name, up to 32 bytes
    #[arg(long, default_value_t = ReadyToken::default().label)]
    label: String,
    /// The user PIN
    #[arg(long, default_value_t = ReadyToken::default().pin)]
    pin: String,
    /// The security officer's PIN
    #[arg(long, value_name = "PIN", default_value_t = ReadyToken::default().so_pin)]
    so_pin: String,
    /// Who reads the variables
    #[arg(long, default_value = "sh")]
    format: Format,
}

const WHAT: &str = "\
In a shell:
  eval \"$(twintoken env)\"

What is set then:
  TWINTOKEN_STORE        the token's folder: a fresh private one that stays until you remove it, or --store
  TWINTOKEN_KDF          fast: the token is for throwing away
  TWINTOKEN_TOKEN_LABEL, TWINTOKEN_SLOT, TWINTOKEN_PIN, TWINTOKEN_SO_PIN
  TWINTOKEN_URI          the token as a PKCS#11 URI (RFC 7512), PIN included
  PKCS11_MODULE          the module, for programs that load one by its path
  TWINTOKEN_P11_KIT      a configuration folder in which p11-kit finds the module:
                           XDG_CONFIG_HOME=\"$TWINTOKEN_P11_KIT\" p11tool --list-tokens
                         (not as root, for whom p11-kit reads no configuration of this kind);
                         to have it always, copy pkcs11/modules/twintoken.module from there to
                         ~/.config/pkcs11/modules/
TWINTOKEN_CONF and TWINTOKEN_PIN_FILE are unset, as they would speak of another token.";

/// Where p11-kit looks below XDG_CONFIG_HOME.
const MODULES: &str = "pkcs11/modules";

pub(crate) fn run(arguments: &Arguments) -> Result<String, Failure> {
    let folder = folder(arguments.store.as_deref())?;
    let store = utf8(&folder)?;
    let environment = Environment::of_process()
        .with("TWINTOKEN_STORE", Some(store))
        .with("TWINTOKEN_KDF", Some("fast"))
        .with("TWINTOKEN_PIN", Some(&arguments.pin))
        .with("TWINTOKEN_SO_PIN", Some(&arguments.so_pin))
        .with("TWINTOKEN_CONF", None)
        .with("TWINTOKEN_PIN_FILE", None);
    let (mut settings, _) = Settings::explained_from(&environment)?;
    settings.free_slot = true;
    let emulator = Emulator::open(settings)?;
    let held = ready_token(&emulator, arguments)?;
    let mut variables = vec![
        ("TWINTOKEN_STORE", Some(store.to_owned())),
        ("TWINTOKEN_KDF", Some("fast".to_owned())),
        ("TWINTOKEN_CONF", None),
        ("TWINTOKEN_PIN_FILE", None),
        ("TWINTOKEN_TOKEN_LABEL", Some(arguments.label.clone())),
        ("TWINTOKEN_SLOT", Some(held.slot.to_string())),
        ("TWINTOKEN_PIN", Some(arguments.pin.clone())),
        ("TWINTOKEN_SO_PIN", Some(arguments.so_pin.clone())),
        ("TWINTOKEN_URI", Some(uri::of_token(&held.state.label, &held.state.serial, &arguments.pin))),
    ];
    match module::of_process(&environment) {
        Some((path, _)) => {
            let path = utf8(&path)?;
            let p11_kit = write_p11_kit(&folder, path)?;
            variables.push(("PKCS11_MODULE", Some(path.to_owned())));
            variables.push(("TWINTOKEN_P11_KIT", Some(utf8(&p11_kit)?.to_owned())));
        }
        // The token is as good without; a program that only uses PSA needs no module.
        None => eprintln!(
            "twintoken: PKCS11_MODULE is not set, as no {} was found: {}",
            module::FILE_NAME,
            module::ADVICE
        ),
    }
    Ok(shell::lines(arguments.format, &variables))
}

fn folder(named: Option<&Path>) -> Result<PathBuf, Failure> {
    let failed = |error: std::io::Error| Failure::new(format!("no folder for the token: {error}"));
    match named {
        Some(named) => std::path::absolute(named).map_err(failed),
        None => {
            let mut builder = tempfile::Builder::new();
            // For the owner alone; otherwise the umask would decide.
            #[cfg(unix)]
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
            Ok(builder.prefix("twintoken-").tempdir().map_err(failed)?.keep())
        }
    }
}

/// The token with the label, made when it is not there; one that is there must take the PIN that will be told.
fn ready_token(emulator: &Emulator, arguments: &Arguments) -> Result<Held, Failure> {
    let there = token::held(emulator)?.into_iter().find(|held| held.state.label == arguments.label);
    let Some(held) = there else {
        let wanted = Wanted { label: &arguments.label, pin: &arguments.pin, so_pin: &arguments.so_pin };
        return token::make(emulator, token::free_slot(emulator)?, &wanted);
    };
    let objects = token::count(emulator, held.slot, Some(&arguments.pin), true)?;
    objects.private.map_err(|fault| {
        Failure::new(format!(
            "the token {:?} is there already, but not with this PIN ({fault}): give --pin",
            arguments.label
        ))
    })?;
    Ok(held)
}

/// Writes the module file for p11-kit and returns what XDG_CONFIG_HOME must be for p11-kit to find it.
fn write_p11_kit(folder: &Path, module: &str) -> Result<PathBuf, Failure> {
    let home = folder.join("p11-kit");
    let modules = home.join(MODULES);
    let content = format!("# Twintoken, for p11-kit: see `twintoken env --help`.\nmodule: {module}\n");
    std::fs::create_dir_all(&modules)
        .and_then(|()| std::fs::write(modules.join("twintoken.module"), content))
        .map_err(|error| Failure::new(format!("{} cannot be written: {error}", modules.display())))?;
    Ok(home)
}

fn utf8(path: &Path) -> Result<&str, Failure> {
    path.to_str()
        .ok_or_else(|| Failure::new(format!("{} is not UTF-8, so no variable can hold it", path.display())))
}
