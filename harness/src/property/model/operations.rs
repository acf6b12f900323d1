//! Operations: Init, one-shot, Update, Final (PKCS#11 v3.1 §5.2 and §5.8 to §5.15).

use super::objects::{Behind, Kind};
use super::{Active, Broken, Condition, Model, Remembered, Verdict, ok, ok_with, refused};
use crate::raw::{Handle, Input, Mechanism, Operation, Parameter, Room};
use crate::step::{Data, Hash};
use crate::verify::hash;

const BLOCK: usize = 16;

/// The kind of key that a mechanism takes for an operation; `Err` where it takes part in none of this kind.
fn key_of(mechanism: &str, operation: Operation) -> Result<Option<Kind>, ()> {
    Ok(match (mechanism, operation) {
        ("CKM_SHA256", Operation::Digest) => None,
        ("CKM_SHA256_HMAC", Operation::Sign | Operation::Verify) => Some(Kind::Generic),
        ("CKM_ECDSA", Operation::Sign) => Some(Kind::EcPrivate),
        ("CKM_ECDSA", Operation::Verify) => Some(Kind::EcPublic),
        ("CKM_AES_ECB" | "CKM_AES_CBC" | "CKM_AES_CBC_PAD", Operation::Encrypt | Operation::Decrypt) => {
            Some(Kind::Aes)
        }
        _ => return Err(()),
    })
}

fn usage(operation: Operation) -> &'static str {
    match operation {
        Operation::Encrypt => "CKA_ENCRYPT",
        Operation::Decrypt => "CKA_DECRYPT",
        Operation::Sign => "CKA_SIGN",
        _ => "CKA_VERIFY",
    }
}

/// An input: its bytes where the model knows them, how many they are, and what left them.
type Known<'a> = (Option<Vec<u8>>, u64, Option<&'a Remembered>);

/// What an operation comes to, once it has all its input.
enum Outcome {
    Refused(&'static [&'static str]),
    /// The bytes, or how many; whether the model can tell when a buffer is too small.
    Bytes(Vec<u8>),
    Size(u64),
}

impl Model {
    pub(super) fn init(
        &mut self,
        session: &str,
        operation: Operation,
        mechanism: &Mechanism,
        key: &Handle,
    ) -> Verdict {
        let Mechanism::Of(name, parameter) = mechanism else { return None };
        let mut broken = Broken::default();
        let here = self.sessions.get(session)?;
        match here.operations.get(&operation) {
            Some(active) if !active.certain => return None,
            Some(_) => broken.when(true, &["CKR_OPERATION_ACTIVE"]),
            // §5.1.6: an operation of another kind may prevent this one, or not.
            None if !here.operations.is_empty() || here.search.is_some() => return None,
            None => {}
        }
        let wanted = key_of(name, operation);
        broken.when(wanted.is_err(), &["CKR_MECHANISM_INVALID"]);
        let parameter = match parameter {
            Parameter::None => Vec::new(),
            Parameter::Bytes(data) => crate::driver::bytes(data),
            _ => return None,
        };
        let size = if name.starts_with("CKM_AES_CBC") { BLOCK } else { 0 };
        broken.when(parameter.len() != size, &["CKR_MECHANISM_PARAM_INVALID"]);
        let (mut material, mut object) = (Vec::new(), None);
        if operation != Operation::Digest {
            match self.behind(key) {
                Behind::Unclear => return None,
                Behind::Dead => broken.when(true, &["CKR_KEY_HANDLE_INVALID"]),
                Behind::Object(name) => {
                    let found = self.objects.get(&name)?;
                    let no_key = found.kind == Kind::Data;
                    broken.when(no_key, &["CKR_KEY_HANDLE_INVALID", "CKR_KEY_TYPE_INCONSISTENT"]);
                    let other = wanted.is_ok_and(|wanted| wanted != Some(found.kind));
                    broken.when(other, &["CKR_KEY_TYPE_INCONSISTENT", "CKR_KEY_FUNCTION_NOT_PERMITTED"]);
                    broken.when(!found.is(usage(operation)), &["CKR_KEY_FUNCTION_NOT_PERMITTED"]);
                    material.clone_from(&found.material);
                    object = Some(name);
                }
            }
        }
        if let Some(refusal) = broken.refusal() {
            return Some(refusal);
        }
        let active = Active {
            mechanism: name.clone(),
            parameter,
            material,
            key: object,
            data: Vec::new(),
            multi_part: false,
            certain: true,
        };
        self.sessions.get_mut(session)?.operations.insert(operation, active);
        ok()
    }

    /// The operation at work; `Err` holds the verdict where there is none.
    fn active(&self, session: &str, operation: Operation) -> Result<Active, Verdict> {
        match self.sessions.get(session).and_then(|session| session.operations.get(&operation)) {
            None => Err(refused(["CKR_OPERATION_NOT_INITIALIZED"])),
            Some(active) if !active.certain => Err(None),
            Some(active) => Ok(active.clone()),
        }
    }

    fn end(&mut self, session: &str, operation: Operation) {
        if let Some(session) = self.sessions.get_mut(session) {
            session.operations.remove(&operation);
        }
    }

    /// The bytes of an input where the model knows them, and how many they are.
    fn input(&self, input: &Input) -> Option<Known<'_>> {
        match input {
            Input::Null(_) => None,
            Input::Bytes(Data::Remembered(name)) => {
                let known = self.memory.get(name)?;
                Some((None, known.size, Some(known)))
            }
            Input::Bytes(Data::Flipped(name)) => Some((None, self.memory.get(name)?.size, None)),
            Input::Bytes(data) => {
                let bytes = crate::driver::bytes(data);
                Some((Some(bytes.clone()), bytes.len() as u64, None))
            }
        }
    }

    pub(super) fn one_shot(
        &mut self,
        session: &str,
        operation: Operation,
        input: &Input,
        signature: Option<&Input>,
        room: Room,
        remember: Option<&String>,
    ) -> Verdict {
        let active = match self.active(session, operation) {
            Ok(active) => active,
            Err(verdict) => return verdict,
        };
        // Nothing is said of the code when a one-shot call ends what Update began.
        if active.multi_part {
            return None;
        }
        let (bytes, size, known) = self.input(input)?;
        if operation == Operation::Verify {
            let verdict = self.verified(&active, &bytes?, signature?);
            self.end(session, operation);
            return verdict;
        }
        let outcome = match operation {
            Operation::Decrypt => decrypted(&active, size, known)?,
            _ => computed(operation, &active, bytes.as_deref()?)?,
        };
        self.answered(session, operation, outcome, room, (&active, bytes.unwrap_or_default(), remember))
    }

    pub(super) fn update(
        &mut self,
        session: &str,
        operation: Operation,
        input: &Input,
        room: Room,
    ) -> Verdict {
        let active = match self.active(session, operation) {
            Ok(active) => active,
            Err(verdict) => return verdict,
        };
        let ciphers = matches!(operation, Operation::Encrypt | Operation::Decrypt);
        if active.mechanism == "CKM_ECDSA" || (ciphers && room != Room::Ample) {
            return None;
        }
        // Ciphertexts of several parts are told apart by nothing but their length.
        let bytes = self.input(input)?.0?;
        if operation == Operation::Decrypt && active.mechanism == "CKM_AES_CBC_PAD" {
            return None;
        }
        let active = self.sessions.get_mut(session)?.operations.get_mut(&operation)?;
        active.data.extend(bytes);
        active.multi_part = true;
        ok()
    }

    pub(super) fn finish(
        &mut self,
        session: &str,
        operation: Operation,
        signature: Option<&Input>,
        room: Room,
        remember: Option<&String>,
    ) -> Verdict {
        let active = match self.active(session, operation) {
            Ok(active) => active,
            Err(verdict) => return verdict,
        };
        if active.mechanism == "CKM_ECDSA" || !active.multi_part {
            return None;
        }
        match operation {
            Operation::Verify => {
                let verdict = self.verified(&active, &active.data, signature?);
                self.end(session, operation);
                verdict
            }
            Operation::Encrypt | Operation::Decrypt => {
                if room != Room::Ample {
                    return None;
                }
                let whole = active.data.len().is_multiple_of(BLOCK) || active.mechanism == "CKM_AES_CBC_PAD";
                self.end(session, operation);
                if whole {
                    return ok();
                }
                let encrypting = operation == Operation::Encrypt;
                refused([if encrypting { "CKR_DATA_LEN_RANGE" } else { "CKR_ENCRYPTED_DATA_LEN_RANGE" }])
            }
            _ => {
                let outcome = computed(operation, &active, &active.data)?;
                let data = active.data.clone();
                self.answered(session, operation, outcome, room, (&active, data, remember))
            }
        }
    }

    /// Whether a signature fits the data.
    fn verified(&self, active: &Active, data: &[u8], signature: &Input) -> Verdict {
        let due = if active.mechanism == "CKM_ECDSA" { 64 } else { 32 };
        let (_, size, known) = self.input(signature)?;
        // How long the digest may be that CKM_ECDSA takes is left to the token.
        if active.mechanism == "CKM_ECDSA" && data.len() != 32 {
            return None;
        }
        if size != due {
            // §5.13: the length can be seen; that the whole is then invalid as well cannot be denied.
            return refused(["CKR_SIGNATURE_LEN_RANGE", "CKR_SIGNATURE_INVALID"]);
        }
        let fits = known.is_some_and(|made| {
            made.operation == Operation::Sign
                && made.mechanism == active.mechanism
                && made.material == active.material
                && made.data == data
        });
        if fits { ok() } else { refused(["CKR_SIGNATURE_INVALID"]) }
    }

    /// The rule of lengths (§5.2): asking for it, or a buffer too small, leaves the operation active; all else ends it.
    fn answered(
        &mut self,
        session: &str,
        operation: Operation,
        outcome: Outcome,
        room: Room,
        (active, data, remember): (&Active, Vec<u8>, Option<&String>),
    ) -> Verdict {
        let (size, condition) = match outcome {
            // A token may look at the input only when it computes.
            Outcome::Refused(_) if room != Room::Ample => return None,
            Outcome::Refused(codes) => {
                self.end(session, operation);
                return refused(codes.iter().copied());
            }
            Outcome::Size(size) => (size, Condition::Size(size)),
            Outcome::Bytes(bytes) => (bytes.len() as u64, Condition::Bytes(bytes)),
        };
        match room {
            Room::Query => return ok_with(Condition::AtLeast(size)),
            // A decrypting token may ask for room for the padding.
            Room::Of(lent) if lent >= size && operation == Operation::Decrypt => return None,
            Room::Of(lent) if lent < size => return refused(["CKR_BUFFER_TOO_SMALL"]),
            Room::NoLength => return None,
            _ => {}
        }
        self.end(session, operation);
        if let Some(name) = remember {
            let made = Remembered {
                operation,
                mechanism: active.mechanism.clone(),
                parameter: active.parameter.clone(),
                material: active.material.clone(),
                data,
                size,
            };
            self.memory.insert(name.clone(), made);
        }
        ok_with(condition)
    }
}

/// What signing, digesting or encrypting comes to.
fn computed(operation: Operation, active: &Active, data: &[u8]) -> Option<Outcome> {
    let size = data.len();
    Some(match (active.mechanism.as_str(), operation) {
        ("CKM_SHA256", _) => Outcome::Bytes(hash::digest(Hash::Sha256, data)),
        ("CKM_SHA256_HMAC", _) if active.material.starts_with(b"made-") => Outcome::Size(32),
        ("CKM_SHA256_HMAC", _) => Outcome::Bytes(hash::hmac(Hash::Sha256, &active.material, data)),
        ("CKM_ECDSA", _) if size == 32 => Outcome::Size(64),
        ("CKM_AES_CBC_PAD", Operation::Encrypt) => Outcome::Size(((size / BLOCK + 1) * BLOCK) as u64),
        (_, Operation::Encrypt) if size.is_multiple_of(BLOCK) => Outcome::Size(size as u64),
        (_, Operation::Encrypt) => Outcome::Refused(&["CKR_DATA_LEN_RANGE"]),
        _ => return None,
    })
}

/// What decrypting comes to.
fn decrypted(active: &Active, size: u64, known: Option<&Remembered>) -> Option<Outcome> {
    let own = known.filter(|made| {
        made.operation == Operation::Encrypt
            && made.mechanism == active.mechanism
            && made.parameter == active.parameter
            && made.material == active.material
    });
    if let Some(made) = own {
        return Some(Outcome::Bytes(made.data.clone()));
    }
    if active.mechanism == "CKM_AES_CBC_PAD" {
        return None;
    }
    Some(match size % BLOCK as u64 {
        0 => Outcome::Size(size),
        _ => Outcome::Refused(&["CKR_ENCRYPTED_DATA_LEN_RANGE"]),
    })
}
