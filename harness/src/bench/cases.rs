//! What is timed: one row for each call or sequence of calls.

use cryptoki_sys as ck;

use super::abi::{Failed, Mechanism};
use super::stand::{Filler, Phase, Stand};

/// When a case is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Once: the store has no part in it.
    Call,
    /// In each place, with few objects.
    Store,
    /// In each place, at each number of objects.
    Scale,
    /// As [`Group::Scale`]: one call, after another process has changed the token.
    Foreign,
    /// Once: this many threads or processes do it at the same time.
    Together {
        /// Threads of one process.
        threads: usize,
        /// Processes.
        processes: usize,
    },
}

/// A step of a case.
pub type Step = fn(&mut Stand) -> Result<(), Failed>;

/// One thing that is timed.
pub struct Case {
    /// Its name in files and for `--only`.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// When it is run.
    pub group: Group,
    /// What has to be there before.
    pub phase: Phase,
    /// What comes before each call, untimed.
    pub before: Option<Step>,
    /// What is timed.
    pub once: Step,
    /// What comes after each call, untimed.
    pub after: Option<Step>,
}

const fn case(name: &'static str, title: &'static str, group: Group, once: Step) -> Case {
    Case { name, title, group, phase: Phase::Ready, before: None, once, after: None }
}

/// All of them, in the order of the report.
pub static CASES: &[Case] = &[
    case("open-close-session", "open + close session", Group::Call, open_close),
    Case {
        after: Some(Stand::find_keys),
        ..case("logout-login", "logout + login", Group::Call, |stand| stand.log_out_and_in())
    },
    case("random-32", "random, 32 B", Group::Call, |stand| {
        stand.module.random(stand.session, &mut stand.room[..32])
    }),
    case("digest-sha256-16k", "digest SHA-256, 16 KiB", Group::Call, digest),
    case("read-attribute", "read CKA_ID of a key", Group::Call, read_attribute),
    case("sign-ecdsa-p256", "sign CKM_ECDSA P-256", Group::Call, sign_p256),
    case("verify-ecdsa-p256", "verify CKM_ECDSA P-256", Group::Call, verify_p256),
    case("sign-rsa-2048", "sign CKM_RSA_PKCS 2048", Group::Call, sign_rsa),
    case("verify-rsa-2048", "verify CKM_RSA_PKCS 2048", Group::Call, verify_rsa),
    case("encrypt-gcm-1k", "encrypt AES-256-GCM, 1 KiB", Group::Call, encrypt_gcm),
    case("encrypt-cbc-16k", "encrypt AES-256-CBC-PAD, 16 KiB", Group::Call, encrypt_cbc),
    Case {
        after: Some(destroy_made),
        ..case("generate-p256-session", "generate EC pair, session", Group::Call, |stand| {
            generate(stand, false)
        })
    },
    case("sign-two-threads", "sign P-256, two threads", together(2, 1), sign_p256),
    case("sign-two-processes", "sign P-256, two processes", together(1, 2), sign_p256),
    Case {
        after: Some(destroy_made),
        ..case("generate-p256-token", "generate EC pair, token", Group::Store, |stand| generate(stand, true))
    },
    Case {
        before: Some(create),
        ..case("destroy-token-object", "destroy token object", Group::Store, destroy_made)
    },
    case("set-label", "set CKA_LABEL of a token object", Group::Store, set_label),
    Case {
        after: Some(destroy_made),
        ..case("create-token-object", "create token object", Group::Scale, create)
    },
    case("find-hit", "find by id, hit", Group::Scale, find_hit),
    case("find-first", "find by id, each for the first time", Group::Scale, find_first),
    case("find-miss", "find by id, miss", Group::Scale, find_miss),
    case("find-after-commit", "find by id, after a foreign commit", Group::Foreign, find_hit),
    Case {
        phase: Phase::Finalized,
        ..case("initialize-finalize", "initialise + finalise", Group::Scale, |stand| {
            stand.module.initialize()?;
            stand.module.finalize()
        })
    },
    Case {
        phase: Phase::Finalized,
        after: Some(|stand| stand.module.finalize()),
        ..case("cold-start", "cold start: initialise … sign", Group::Scale, cold_start)
    },
    Case {
        phase: Phase::Finalized,
        after: Some(|stand| {
            destroy_made(stand)?;
            stand.module.finalize()
        }),
        ..case("cold-create", "cold start: initialise … create", Group::Scale, cold_create)
    },
];

/// The case with this name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Case> {
    CASES.iter().find(|case| case.name == name)
}

const fn together(threads: usize, processes: usize) -> Group {
    Group::Together { threads, processes }
}

fn open_close(stand: &mut Stand) -> Result<(), Failed> {
    let session = stand.module.open_session(stand.slot)?;
    stand.module.close_session(session)
}

fn digest(stand: &mut Stand) -> Result<(), Failed> {
    let mechanism = Mechanism::Plain(ck::CKM_SHA256);
    stand.module.digest(stand.session, mechanism, &stand.input, &mut stand.room).map(drop)
}

fn read_attribute(stand: &mut Stand) -> Result<(), Failed> {
    let key = stand.keys.p256[1];
    stand.module.read_attribute(stand.session, key, ck::CKA_ID, &mut stand.room).map(drop)
}

fn sign_p256(stand: &mut Stand) -> Result<(), Failed> {
    let (mechanism, key) = (Mechanism::Plain(ck::CKM_ECDSA), stand.keys.p256[1]);
    stand.module.sign(stand.session, mechanism, key, &stand.input[..32], &mut stand.room).map(drop)
}

fn verify_p256(stand: &mut Stand) -> Result<(), Failed> {
    let (mechanism, key) = (Mechanism::Plain(ck::CKM_ECDSA), stand.keys.p256[0]);
    stand.module.verify(stand.session, mechanism, key, &stand.input[..32], &stand.p256_signature)
}

fn sign_rsa(stand: &mut Stand) -> Result<(), Failed> {
    let (mechanism, key) = (Mechanism::Plain(ck::CKM_RSA_PKCS), stand.keys.rsa[1]);
    stand.module.sign(stand.session, mechanism, key, &stand.input[..51], &mut stand.room).map(drop)
}

fn verify_rsa(stand: &mut Stand) -> Result<(), Failed> {
    let (mechanism, key) = (Mechanism::Plain(ck::CKM_RSA_PKCS), stand.keys.rsa[0]);
    stand.module.verify(stand.session, mechanism, key, &stand.input[..51], &stand.rsa_signature)
}

fn encrypt_gcm(stand: &mut Stand) -> Result<(), Failed> {
    let mut nonce = [0; 12];
    stand.counter += 1;
    nonce[..8].copy_from_slice(&stand.counter.to_ne_bytes());
    let (mechanism, data) = (Mechanism::Gcm(nonce), &stand.input[..1024]);
    stand.module.encrypt(stand.session, mechanism, stand.keys.aes, data, &mut stand.room).map(drop)
}

fn encrypt_cbc(stand: &mut Stand) -> Result<(), Failed> {
    let mechanism = Mechanism::Iv(ck::CKM_AES_CBC_PAD, [7; 16]);
    stand.module.encrypt(stand.session, mechanism, stand.keys.aes, &stand.input, &mut stand.room).map(drop)
}

/// The id of an object that comes and goes.
fn passing(stand: &mut Stand) -> u64 {
    stand.counter += 1;
    (1 << 40) + stand.counter
}

fn generate(stand: &mut Stand, in_token: bool) -> Result<(), Failed> {
    let id = Filler::id(passing(stand));
    let pair = stand.generate_p256(in_token, &id)?;
    stand.made.extend(pair);
    Ok(())
}

fn create(stand: &mut Stand) -> Result<(), Failed> {
    let object = Filler::new(passing(stand));
    let made = stand.module.create_object(stand.session, &object.pairs())?;
    stand.made.push(made);
    Ok(())
}

fn destroy_made(stand: &mut Stand) -> Result<(), Failed> {
    while let Some(object) = stand.made.pop() {
        stand.module.destroy_object(stand.session, object)?;
    }
    Ok(())
}

/// Changes one object of the token; also what another process does before a search.
///
/// # Errors
/// What the module answers.
pub fn set_label(stand: &mut Stand) -> Result<(), Failed> {
    stand.counter += 1;
    let label = format!("label {}", stand.counter);
    stand.module.set_attributes(stand.session, stand.keys.aes, &[(ck::CKA_LABEL, label.as_bytes())])
}

/// How many keys a program uses that finds them again and again.
const IN_USE: u64 = 100;

/// Searches for one of a hundred objects that lie all over the token.
fn find_hit(stand: &mut Stand) -> Result<(), Failed> {
    stand.counter += 1;
    let (in_use, objects) = (IN_USE.min(stand.objects), stand.objects);
    find_number(stand, stand.counter % in_use.max(1) * (objects / in_use.max(1)))
}

/// Searches for another object each time, and in no order. A short walk over few objects comes back to the same ones.
fn find_first(stand: &mut Stand) -> Result<(), Failed> {
    stand.counter = stand.counter.wrapping_add(7_368_787);
    find_number(stand, stand.counter % stand.objects.max(1))
}

fn find_number(stand: &mut Stand, number: u64) -> Result<(), Failed> {
    match stand.count_fillers(&Filler::id(number))? {
        1 => Ok(()),
        count => Err(Failed::Bench(format!("{count} objects found, not 1"))),
    }
}

fn find_miss(stand: &mut Stand) -> Result<(), Failed> {
    stand.counter += 1;
    let number = (1 << 41) + (stand.counter & 0xffff);
    match stand.count_fillers(&Filler::id(number))? {
        0 => Ok(()),
        count => Err(Failed::Bench(format!("{count} objects found, not 0"))),
    }
}

/// C_Initialize, C_GetSlotList, C_OpenSession, C_Login.
fn from_the_start(stand: &mut Stand) -> Result<u64, Failed> {
    stand.module.initialize()?;
    let slot = stand.module.slot(true)?;
    stand.slot = slot.ok_or_else(|| Failed::Bench("the token is not there".into()))?;
    stand.log_in()
}

/// What a program does that comes, writes one object and goes.
fn cold_create(stand: &mut Stand) -> Result<(), Failed> {
    stand.session = from_the_start(stand)?;
    create(stand)
}

fn cold_start(stand: &mut Stand) -> Result<(), Failed> {
    let session = from_the_start(stand)?;
    let key = stand.find_one(session, ck::CKO_PRIVATE_KEY, b"p256")?;
    let mechanism = Mechanism::Plain(ck::CKM_ECDSA);
    stand.module.sign(session, mechanism, key, &stand.input[..32], &mut stand.room).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_case_has_a_name_of_its_own() {
        let names: HashSet<_> = CASES.iter().map(|case| case.name).collect();
        assert_eq!(names.len(), CASES.len());
        assert!(CASES.iter().all(|case| named(case.name).is_some_and(|found| found.title == case.title)));
    }
}
