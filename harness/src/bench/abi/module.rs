//! A loaded module with safe calls: slices in, numbers out, and no allocation on the way.

use std::ffi::c_void;
use std::path::Path;
use std::ptr::null_mut;

use cryptoki_sys as ck;
use cryptoki_sys::{CK_ATTRIBUTE, CK_GCM_PARAMS, CK_MECHANISM, CK_RV, CK_ULONG};

use super::Failed;
use super::functions::Functions;

/// The longest template of the bench.
const MOST_ATTRIBUTES: usize = 12;

/// An attribute: its type and its value as C has it in memory.
pub(super) type Pair<'a> = (u64, &'a [u8]);

/// A mechanism with its parameter.
#[derive(Debug, Clone, Copy)]
pub enum Mechanism {
    /// Without a parameter.
    Plain(u64),
    /// With an initialisation vector of one AES block.
    Iv(u64, [u8; 16]),
    /// AES-GCM with a nonce of 12 bytes, no additional data and a tag of 16.
    Gcm([u8; 12]),
}

impl Mechanism {
    /// Hands the C structure to `call`; it points into `self` and into this frame.
    fn with<T>(&mut self, call: impl FnOnce(*mut CK_MECHANISM) -> T) -> T {
        let mut gcm: CK_GCM_PARAMS;
        let (mechanism, parameter, size): (u64, *mut c_void, usize) = match self {
            Mechanism::Plain(number) => (*number, null_mut(), 0),
            Mechanism::Iv(number, iv) => (*number, iv.as_mut_ptr().cast(), iv.len()),
            Mechanism::Gcm(nonce) => {
                gcm = CK_GCM_PARAMS {
                    pIv: nonce.as_mut_ptr(),
                    ulIvLen: 12,
                    ulIvBits: 96,
                    pAAD: null_mut(),
                    ulAADLen: 0,
                    ulTagBits: 128,
                };
                (ck::CKM_AES_GCM, (&raw mut gcm).cast(), size_of::<CK_GCM_PARAMS>())
            }
        };
        let mut raw = CK_MECHANISM { mechanism, pParameter: parameter, ulParameterLen: size as CK_ULONG };
        call(&raw mut raw)
    }
}

/// A loaded module.
pub struct Module {
    functions: Functions,
    // Holds the code that the functions are in.
    _library: libloading::Library,
}

fn outcome(call: &'static str, code: CK_RV) -> Result<(), Failed> {
    if code == ck::CKR_OK { Ok(()) } else { Err(Failed::Call(call, code)) }
}

/// Calls a function of the list and names it in the error.
macro_rules! call {
    ($module:expr, $name:ident($($argument:expr),* $(,)?)) => {{
        // SAFETY: the module implements PKCS#11; each pointer comes from a slice or a local that outlives the call, with
        // its true length, and modules only write where the specification lets them.
        let code = unsafe { ($module.functions.$name)($($argument),*) };
        outcome(stringify!($name), code)
    }};
}

fn length(bytes: &[u8]) -> CK_ULONG {
    bytes.len() as CK_ULONG
}

/// The address of what a module only reads.
fn input(bytes: &[u8]) -> *mut u8 {
    bytes.as_ptr().cast_mut()
}

/// A template on the stack; its values are borrowed from the pairs.
struct Template {
    attributes: [CK_ATTRIBUTE; MOST_ATTRIBUTES],
    count: usize,
}

impl Template {
    fn of(pairs: &[Pair<'_>]) -> Template {
        let blank = CK_ATTRIBUTE { type_: 0, pValue: null_mut(), ulValueLen: 0 };
        let mut attributes = [blank; MOST_ATTRIBUTES];
        for (attribute, (type_, value)) in attributes.iter_mut().zip(pairs) {
            *attribute =
                CK_ATTRIBUTE { type_: *type_, pValue: input(value).cast(), ulValueLen: length(value) };
        }
        Template { attributes, count: pairs.len().min(MOST_ATTRIBUTES) }
    }

    fn pointer(&mut self) -> *mut CK_ATTRIBUTE {
        self.attributes.as_mut_ptr()
    }

    fn count(&self) -> CK_ULONG {
        self.count as CK_ULONG
    }
}

impl Module {
    /// Loads the module in a file.
    ///
    /// # Errors
    /// When it is no PKCS#11 module.
    pub fn load(path: &Path) -> Result<Module, Failed> {
        let (library, list) = crate::driver::raw::function_list(path).map_err(Failed::Bench)?;
        Ok(Module { functions: Functions::of(&list)?, _library: library })
    }

    /// C_Initialize, as a program with threads calls it.
    ///
    /// # Errors
    /// What the module answers; so with every call below.
    pub fn initialize(&self) -> Result<(), Failed> {
        let flags = ck::CKF_OS_LOCKING_OK;
        let mut arguments = ck::CK_C_INITIALIZE_ARGS { flags, ..ck::CK_C_INITIALIZE_ARGS::default() };
        call!(self, C_Initialize((&raw mut arguments).cast()))
    }

    /// C_Finalize.
    #[allow(clippy::missing_errors_doc, reason = "as for C_Initialize")]
    pub fn finalize(&self) -> Result<(), Failed> {
        call!(self, C_Finalize(null_mut()))
    }
}

#[allow(clippy::missing_errors_doc, reason = "each gives what the module answers")]
impl Module {
    /// What the library says of itself: description and version.
    pub fn description(&self) -> Result<String, Failed> {
        let mut info = ck::CK_INFO::default();
        call!(self, C_GetInfo(&raw mut info))?;
        let text = String::from_utf8_lossy(&info.libraryDescription).trim_end_matches([' ', '\0']).to_owned();
        Ok(format!("{text} {}.{}", info.libraryVersion.major, info.libraryVersion.minor))
    }

    /// The first slot whose token is initialised, or is not.
    pub fn slot(&self, initialized: bool) -> Result<Option<u64>, Failed> {
        let (mut slots, mut count) = ([0; 16], 16);
        call!(self, C_GetSlotList(ck::CK_TRUE, slots.as_mut_ptr(), &raw mut count))?;
        for slot in slots.iter().take(usize::try_from(count).unwrap_or(0)) {
            let mut info = ck::CK_TOKEN_INFO::default();
            call!(self, C_GetTokenInfo(*slot, &raw mut info))?;
            if (info.flags & ck::CKF_TOKEN_INITIALIZED != 0) == initialized {
                return Ok(Some(*slot));
            }
        }
        Ok(None)
    }

    /// C_InitToken.
    pub fn init_token(&self, slot: u64, pin: &[u8], label: &[u8; 32]) -> Result<(), Failed> {
        call!(self, C_InitToken(slot, input(pin), length(pin), input(label)))
    }

    /// C_InitPIN.
    pub fn init_pin(&self, session: u64, pin: &[u8]) -> Result<(), Failed> {
        call!(self, C_InitPIN(session, input(pin), length(pin)))
    }

    /// C_OpenSession, read-write.
    pub fn open_session(&self, slot: u64) -> Result<u64, Failed> {
        let (flags, mut session) = (ck::CKF_SERIAL_SESSION | ck::CKF_RW_SESSION, 0);
        call!(self, C_OpenSession(slot, flags, null_mut(), None, &raw mut session))?;
        Ok(session)
    }

    /// C_CloseSession.
    pub fn close_session(&self, session: u64) -> Result<(), Failed> {
        call!(self, C_CloseSession(session))
    }

    /// C_Login.
    pub fn login(&self, session: u64, user: u64, pin: &[u8]) -> Result<(), Failed> {
        call!(self, C_Login(session, user, input(pin), length(pin)))
    }

    /// C_Logout.
    pub fn logout(&self, session: u64) -> Result<(), Failed> {
        call!(self, C_Logout(session))
    }

    /// C_CreateObject.
    pub fn create_object(&self, session: u64, pairs: &[Pair<'_>]) -> Result<u64, Failed> {
        let (mut template, mut object) = (Template::of(pairs), 0);
        call!(self, C_CreateObject(session, template.pointer(), template.count(), &raw mut object))?;
        Ok(object)
    }

    /// C_DestroyObject.
    pub fn destroy_object(&self, session: u64, object: u64) -> Result<(), Failed> {
        call!(self, C_DestroyObject(session, object))
    }

    /// C_GetAttributeValue of one attribute; how many bytes were put into `room`.
    pub fn read_attribute(
        &self,
        session: u64,
        object: u64,
        type_: u64,
        room: &mut [u8],
    ) -> Result<u64, Failed> {
        let (value, size) = (room.as_mut_ptr().cast(), length(room));
        let mut attribute = CK_ATTRIBUTE { type_, pValue: value, ulValueLen: size };
        call!(self, C_GetAttributeValue(session, object, &raw mut attribute, 1))?;
        Ok(attribute.ulValueLen)
    }

    /// C_SetAttributeValue.
    pub fn set_attributes(&self, session: u64, object: u64, pairs: &[Pair<'_>]) -> Result<(), Failed> {
        let mut template = Template::of(pairs);
        call!(self, C_SetAttributeValue(session, object, template.pointer(), template.count()))
    }

    /// A whole search; how many handles were put into `found`.
    pub fn find(&self, session: u64, pairs: &[Pair<'_>], found: &mut [u64]) -> Result<u64, Failed> {
        let (mut template, mut count) = (Template::of(pairs), 0);
        let most = found.len() as CK_ULONG;
        call!(self, C_FindObjectsInit(session, template.pointer(), template.count()))?;
        call!(self, C_FindObjects(session, found.as_mut_ptr(), most, &raw mut count))?;
        call!(self, C_FindObjectsFinal(session))?;
        Ok(count)
    }

    /// C_EncryptInit and C_Encrypt; the size of what was put into `room`.
    pub fn encrypt(
        &self,
        session: u64,
        mut mechanism: Mechanism,
        key: u64,
        data: &[u8],
        room: &mut [u8],
    ) -> Result<u64, Failed> {
        mechanism.with(|mechanism| call!(self, C_EncryptInit(session, mechanism, key)))?;
        let mut size = length(room);
        call!(self, C_Encrypt(session, input(data), length(data), room.as_mut_ptr(), &raw mut size))?;
        Ok(size)
    }

    /// C_DigestInit and C_Digest.
    pub fn digest(
        &self,
        session: u64,
        mut mechanism: Mechanism,
        data: &[u8],
        room: &mut [u8],
    ) -> Result<u64, Failed> {
        mechanism.with(|mechanism| call!(self, C_DigestInit(session, mechanism)))?;
        let mut size = length(room);
        call!(self, C_Digest(session, input(data), length(data), room.as_mut_ptr(), &raw mut size))?;
        Ok(size)
    }

    /// C_SignInit and C_Sign; the size of the signature.
    pub fn sign(
        &self,
        session: u64,
        mut mechanism: Mechanism,
        key: u64,
        data: &[u8],
        room: &mut [u8],
    ) -> Result<u64, Failed> {
        mechanism.with(|mechanism| call!(self, C_SignInit(session, mechanism, key)))?;
        let mut size = length(room);
        call!(self, C_Sign(session, input(data), length(data), room.as_mut_ptr(), &raw mut size))?;
        Ok(size)
    }

    /// C_VerifyInit and C_Verify.
    pub fn verify(
        &self,
        session: u64,
        mut mechanism: Mechanism,
        key: u64,
        data: &[u8],
        signature: &[u8],
    ) -> Result<(), Failed> {
        mechanism.with(|mechanism| call!(self, C_VerifyInit(session, mechanism, key)))?;
        let signature = (input(signature), length(signature));
        call!(self, C_Verify(session, input(data), length(data), signature.0, signature.1))
    }

    /// C_GenerateKey.
    pub fn generate_key(&self, session: u64, ckm: u64, pairs: &[Pair<'_>]) -> Result<u64, Failed> {
        let (mut template, mut key) = (Template::of(pairs), 0);
        let (pointer, count) = (template.pointer(), template.count());
        Mechanism::Plain(ckm)
            .with(|mechanism| call!(self, C_GenerateKey(session, mechanism, pointer, count, &raw mut key)))?;
        Ok(key)
    }

    /// C_GenerateKeyPair: the public and the private key.
    pub fn generate_key_pair(
        &self,
        session: u64,
        ckm: u64,
        public: &[Pair<'_>],
        private: &[Pair<'_>],
    ) -> Result<[u64; 2], Failed> {
        let (mut public, mut private) = (Template::of(public), Template::of(private));
        let (mut public_key, mut private_key) = (0, 0);
        let (public, public_count) = (public.pointer(), public.count());
        let (private, private_count) = (private.pointer(), private.count());
        let (first, second) = (&raw mut public_key, &raw mut private_key);
        Mechanism::Plain(ckm).with(|mechanism| {
            call!(
                self,
                C_GenerateKeyPair(
                    session,
                    mechanism,
                    public,
                    public_count,
                    private,
                    private_count,
                    first,
                    second
                )
            )
        })?;
        Ok([public_key, private_key])
    }

    /// C_GenerateRandom.
    pub fn random(&self, session: u64, room: &mut [u8]) -> Result<(), Failed> {
        call!(self, C_GenerateRandom(session, room.as_mut_ptr(), length(room)))
    }
}
