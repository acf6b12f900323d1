//! Performs steps on any PKCS#11 module.

mod code;
mod crypto;
mod mechanism;
mod objects;
mod template;

use std::collections::HashMap;
use std::path::PathBuf;

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::Error;
use cryptoki::object::ObjectHandle;
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;

use super::Driver;
use super::raw::RawModule;
use crate::step::{Action, Kind, Observation, Token};

/// Label and PINs of the tokens the harness makes.
pub const LABEL: &str = "harness";
/// The security officer's PIN.
pub const SO_PIN: &str = "so-pin-1234";
/// The user's PIN.
pub const USER_PIN: &str = "user-pin-1234";

/// Either what the key store returned, or what the harness could not do.
type Outcome = Result<Observation, Stop>;

/// Why an action ended early.
enum Stop {
    /// A call was refused.
    Refused(Error),
    /// The harness cannot perform it.
    Cannot(String),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

fn cannot(text: impl Into<String>) -> Stop {
    Stop::Cannot(text.into())
}

/// The objects behind one name.
#[derive(Clone, Copy)]
struct Handles {
    /// Private half, secret key, certificate or data.
    main: ObjectHandle,
    /// Public half.
    public: Option<ObjectHandle>,
    kind: Option<Kind>,
}

/// The driver.
pub struct Pkcs11Driver {
    path: PathBuf,
    open: Option<Open>,
    handles: HashMap<String, Handles>,
    /// The same module without the safe binding, for scenarios of raw calls.
    raw: Option<RawModule>,
}

/// A token in use: one session owns the session objects, the other runs operations and is replaced after a refusal.
struct Open {
    module: Pkcs11,
    slot: Slot,
    holder: Session,
    worker: Session,
}

impl Pkcs11Driver {
    /// A driver for the module in this file; nothing is loaded yet.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { path, open: None, handles: HashMap::new(), raw: None }
    }

    fn open(&mut self, token: Token) -> Outcome {
        let module = Pkcs11::new(&self.path)?;
        module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK))?;
        if token == Token::Create {
            make_token(&module)?;
        }
        let slot = *module
            .get_slots_with_initialized_token()?
            .first()
            .ok_or_else(|| cannot("no initialised token in this folder"))?;
        let holder = module.open_rw_session(slot)?;
        if module.get_token_info(slot)?.login_required() {
            holder.login(UserType::User, Some(&pin(USER_PIN)))?;
        }
        let worker = module.open_rw_session(slot)?;
        self.open = Some(Open { module, slot, holder, worker });
        Ok(done())
    }

    fn open_raw(&mut self, token: Token) -> Outcome {
        let mut module = RawModule::load(&self.path).map_err(cannot)?;
        if let Err(answer) = module.prepare(token) {
            return Ok((*answer).into());
        }
        self.raw = Some(module);
        Ok(done())
    }

    fn token(&self) -> Result<&Open, Stop> {
        self.open.as_ref().ok_or_else(|| cannot("the token is not open"))
    }

    fn handles(&self, name: &str) -> Result<Handles, Stop> {
        self.handles.get(name).copied().ok_or_else(|| cannot(format!("no key named {name}")))
    }

    fn act(&mut self, action: &Action) -> Outcome {
        match action {
            Action::Open(token) => self.open(*token),
            Action::Login(text) => {
                self.token()?.holder.login(UserType::User, Some(&pin(text)))?;
                Ok(done())
            }
            Action::Logout => {
                self.token()?.holder.logout()?;
                Ok(done())
            }
            Action::OpenRaw(token) => self.open_raw(*token),
            Action::Raw(call) => {
                let module =
                    self.raw.as_mut().ok_or_else(|| cannot("the token is not open for raw calls"))?;
                Ok(module.perform(call).into())
            }
            Action::Random(size) => {
                let bytes = self.token()?.worker.generate_random_vec(*size)?;
                Ok(Observation::bytes("CKR_OK", &bytes))
            }
            Action::Restart => Err(cannot("a restart is the runner's business")),
            Action::Generate(_)
            | Action::Import { .. }
            | Action::Store { .. }
            | Action::Populate { .. }
            | Action::Copy { .. }
            | Action::Destroy(_)
            | Action::Locate { .. }
            | Action::Find(_)
            | Action::Read { .. }
            | Action::Relabel { .. }
            | Action::Loosen { .. } => self.objects(action),
            _ => self.crypto(action),
        }
    }

    /// After a refusal an operation may still be active; a fresh session keeps that from the next step.
    fn renew_worker(&mut self) {
        if let Some(open) = &mut self.open
            && let Ok(fresh) = open.module.open_rw_session(open.slot)
        {
            open.worker = fresh;
        }
    }
}

impl Driver for Pkcs11Driver {
    fn perform(&mut self, action: &Action) -> Observation {
        match self.act(action) {
            Ok(observation) => observation,
            Err(Stop::Refused(error)) => {
                self.renew_worker();
                code::refusal(&error)
            }
            Err(Stop::Cannot(text)) => Observation::harness(text),
        }
    }
}

fn done() -> Observation {
    Observation::code("CKR_OK")
}

fn pin(text: &str) -> AuthPin {
    AuthPin::new(text.into())
}

/// C_InitToken, then the user PIN.
fn make_token(module: &Pkcs11) -> Result<(), Stop> {
    let free = module
        .get_slots_with_token()?
        .into_iter()
        .find(|slot| module.get_token_info(*slot).is_ok_and(|token| !token.token_initialized()));
    let slot = free.ok_or_else(|| cannot("no slot with an uninitialised token"))?;
    module.init_token(slot, &pin(SO_PIN), LABEL)?;
    let made = module.get_slots_with_initialized_token()?;
    let slot = *made.first().ok_or_else(|| cannot("C_InitToken left no initialised token"))?;
    let session = module.open_rw_session(slot)?;
    session.login(UserType::So, Some(&pin(SO_PIN)))?;
    session.init_pin(&pin(USER_PIN))?;
    session.logout()?;
    Ok(())
}
