//! Where the suites lie, and the module, store and environment that each run gets.

use super::Options;
use std::path::{Path, PathBuf};
use std::process::Command;
use twintoken::registry::constants as ck;
use twintoken::settings::Kdf;
use twintoken::{Emulator, Settings};

/// PINs and label of the token that a suite finds ready.
pub(super) const LABEL: &str = "suite";
pub(super) const PIN: &str = "1234";
pub(super) const SO_PIN: &str = "12345678";

/// A name under which our module is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// Its own.
    Twintoken,
    /// SoftHSM2's file name, and with it SoftHSM2's strings.
    Softhsm2,
}

impl Identity {
    /// Both.
    pub const ALL: [Identity; 2] = [Identity::Twintoken, Identity::Softhsm2];

    /// As it is written in options, tables and excuses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Identity::Twintoken => "twintoken",
            Identity::Softhsm2 => "softhsm2",
        }
    }

    fn library(self) -> String {
        let stem = match self {
            Identity::Twintoken => "twintoken_pkcs11",
            Identity::Softhsm2 => "softhsm2",
        };
        format!("{}{stem}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX)
    }
}

/// What a suite does not find.
#[derive(Debug)]
pub enum Missing {
    /// A Debian package.
    Package(&'static str),
    /// The suite itself: it has not been fetched.
    Suite(&'static str),
    /// Anything else that keeps it from running.
    Broken(String),
}

impl std::fmt::Display for Missing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Missing::Package(package) => write!(formatter, "skipped: needs {package}"),
            Missing::Suite(suite) => {
                write!(formatter, "{suite} has not been fetched: run `cargo xtask suites --install` once")
            }
            Missing::Broken(reason) => formatter.write_str(reason),
        }
    }
}

/// A module as a suite meets it.
pub(super) struct Subject {
    pub(super) name: String,
    pub(super) module: PathBuf,
    /// A folder of this run's own: the store, and what tests print.
    pub(super) folder: PathBuf,
    foreign: bool,
}

impl Subject {
    /// The environment in which a suite's program finds the module's tokens, and nothing of the caller's own.
    pub(super) fn prepare(&self, command: &mut Command) {
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("TWINTOKEN_") || text.starts_with("SOFTHSM2_") {
                command.env_remove(&name);
            }
        }
        if self.foreign {
            command.env("SOFTHSM2_CONF", self.folder.join("softhsm2.conf"));
        } else {
            command.env("TWINTOKEN_STORE", self.folder.join("store")).env("TWINTOKEN_KDF", "fast");
        }
    }

    /// Whether it is somebody else's module, which writes no trace.
    pub(super) fn is_foreign(&self) -> bool {
        self.foreign
    }

    /// A ready token, for suites that want one: the label, the PINs.
    pub(super) fn make_token(&self) -> Result<(), String> {
        if self.foreign {
            let mut util = Command::new("softhsm2-util");
            self.prepare(&mut util);
            util.arg("--module").arg(&self.module).args(["--init-token", "--free", "--label", LABEL]);
            let made = util.args(["--pin", PIN, "--so-pin", SO_PIN]).output();
            let made = made.map_err(|error| format!("softhsm2-util: {error}"))?;
            return if made.status.success() {
                Ok(())
            } else {
                Err(String::from_utf8_lossy(&made.stderr).into_owned())
            };
        }
        self.make_own_token().map_err(|fault| fault.to_string())
    }

    fn make_own_token(&self) -> Result<(), twintoken::fault::Fault> {
        let mut settings = Settings::at(self.folder.join("store"));
        settings.kdf = Kdf::Fast;
        let emulator = Emulator::open(settings)?;
        let face = emulator.pkcs11();
        let mut label = [b' '; 32];
        label[..LABEL.len()].copy_from_slice(LABEL.as_bytes());
        face.init_token(0, SO_PIN.as_bytes(), &label)?;
        let session = face.open_session(0, ck::CKF_SERIAL_SESSION | ck::CKF_RW_SESSION)?;
        face.login(session, ck::CKU_SO, SO_PIN.as_bytes())?;
        face.init_pin(session, PIN.as_bytes())
    }
}

/// The workspace, and the folder for what is fetched.
#[derive(Debug)]
pub struct Place {
    pub(super) root: PathBuf,
    pub(super) suites: PathBuf,
}

impl Place {
    /// The folders of this workspace.
    #[must_use]
    pub fn of_this_workspace() -> Place {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned).unwrap_or_default();
        Place { suites: root.join("target/suites"), root }
    }

    /// The modules to run a suite on, each with an empty store.
    pub(super) fn subjects(&self, options: &Options, suite: &str) -> Result<Vec<Subject>, Missing> {
        if let Some(module) = &options.module {
            let name = module.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            return Ok(vec![self.subject(suite, name, module.clone(), true)?]);
        }
        let wanted = Identity::ALL.into_iter().filter(|one| options.identity.is_none_or(|only| only == *one));
        let of = |one: Identity| self.subject(suite, one.name().to_owned(), built(&one.library())?, false);
        wanted.map(of).collect()
    }

    /// The PSA library to run a suite on, unless another module or name alone is asked for.
    pub(super) fn psa_subjects(&self, options: &Options, suite: &str) -> Result<Vec<Subject>, Missing> {
        if options.module.is_some() || options.identity.is_some_and(|only| only != Identity::Twintoken) {
            return Ok(Vec::new());
        }
        let name = Identity::Twintoken.name().to_owned();
        Ok(vec![self.subject(suite, name, self.psa_library()?, false)?])
    }

    /// Our PSA library.
    pub(super) fn psa_library(&self) -> Result<PathBuf, Missing> {
        built(&format!("{}twintoken_psa{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX))
    }

    fn subject(&self, suite: &str, name: String, module: PathBuf, foreign: bool) -> Result<Subject, Missing> {
        let folder =
            self.suites.join("runs").join(std::process::id().to_string()).join(format!("{suite}-{name}"));
        let store = folder.join("store");
        let prepared = std::fs::create_dir_all(&store).and_then(|()| {
            let text = format!("directories.tokendir = {}\n", store.display());
            std::fs::write(folder.join("softhsm2.conf"), text)
        });
        let module = std::path::absolute(&module).unwrap_or(module);
        match prepared {
            Ok(()) => Ok(Subject { name, module, folder, foreign }),
            Err(error) => Err(Missing::Broken(format!("{}: {error}", folder.display()))),
        }
    }

    /// Removes what the runs of this process have left.
    pub(super) fn clean(&self) {
        let _ = std::fs::remove_dir_all(self.suites.join("runs").join(std::process::id().to_string()));
    }
}

/// A library that cargo built beside this program, or one folder below it.
fn built(name: &str) -> Result<PathBuf, Missing> {
    let program = std::env::current_exe().unwrap_or_default();
    let folder = program.parent().unwrap_or(Path::new(""));
    let found = [folder.join(name), folder.join("deps").join(name)].into_iter().find(|path| path.is_file());
    found.ok_or_else(|| Missing::Broken(format!("{name} is not built beside {}", program.display())))
}
