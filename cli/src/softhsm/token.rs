//! The tokens in a folder of SoftHSM2, and how a PIN opens one.

use super::file::{self, Stored};
use crate::failure::Failure;
use std::path::{Path, PathBuf};
use twintoken::algorithms::foreign;
use twintoken::secret::Secret;

/// SoftHSM2's own attributes of a token, which it numbers from here.
const OWN: u64 = 0x8000_0000 + 0x5348;
const LABEL: u64 = OWN + 1;
const SERIAL: u64 = OWN + 2;
const USER_PIN: u64 = OWN + 5;

/// What stands before the key that a PIN opens, so that a wrong PIN is noticed.
const MAGIC: &[u8] = &[0x52, 0x4a, 0x52];

/// A token as it lies on disk.
pub(crate) struct Locked {
    pub(crate) folder: PathBuf,
    pub(crate) label: String,
    pub(crate) serial: String,
    user_pin: Option<Secret>,
}

/// The key that seals a token's private objects.
pub(super) struct TokenKey(Secret);

/// The tokens in a folder: the folder of one, or one with a folder for each, as `directories.tokendir` names it.
pub(crate) fn tokens(folder: &Path) -> Result<Vec<Locked>, Failure> {
    let failed = |error| Failure::new(format!("{} cannot be read: {error}", folder.display()));
    let mut candidates = vec![folder.to_owned()];
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        candidates.push(entry.map_err(failed)?.path());
    }
    candidates.sort();
    let database = candidates.iter().find(|one| one.join("sqlite3.db").is_file());
    if let Some(database) = database {
        return Err(Failure::new(format!(
            "{} is kept by SoftHSM2's sqlite3 backend (`objectstore.backend = db`), which cannot be read: only tokens of \
             the file backend can be brought over",
            database.display()
        )));
    }
    let found: Result<Vec<Locked>, Failure> =
        candidates.iter().filter(|one| one.join("token.object").is_file()).map(|one| token(one)).collect();
    match found {
        Ok(found) if found.is_empty() => Err(Failure::new(format!(
            "there is no token of SoftHSM2 in {}: name the folder that `directories.tokendir` in softhsm2.conf names",
            folder.display()
        ))),
        other => other,
    }
}

fn token(folder: &Path) -> Result<Locked, Failure> {
    let path = folder.join("token.object");
    let failed = |why: String| Failure::new(format!("{}: {why}", path.display()));
    let bytes = std::fs::read(&path).map_err(|error| failed(format!("it cannot be read: {error}")))?;
    let attributes = file::parse(&bytes).map_err(failed)?;
    let value = |cka: u64| {
        attributes.iter().find(|(one, _)| *one == cka).and_then(|(_, value)| match value {
            Stored::Bytes(bytes) => Some(bytes.clone()),
            _ => None,
        })
    };
    let text = |cka: u64| {
        let bytes =
            value(cka).ok_or_else(|| failed(format!("it is damaged: it lacks attribute {cka:#x}")))?;
        Ok::<String, Failure>(
            String::from_utf8_lossy(bytes.expose()).trim_end_matches([' ', '\0']).to_owned(),
        )
    };
    Ok(Locked {
        folder: folder.to_owned(),
        label: text(LABEL)?,
        serial: text(SERIAL)?,
        user_pin: value(USER_PIN).filter(|blob| !blob.is_empty()),
    })
}

impl Locked {
    /// Opens the token with its user PIN.
    pub(super) fn open(&self, pin: &[u8]) -> Result<TokenKey, Failure> {
        let blob = self.user_pin.as_ref().ok_or_else(|| {
            Failure::new(format!(
                "{:?} has no user PIN in SoftHSM2: set one there first, for instance with `pkcs11-tool --init-pin`",
                self.label
            ))
        })?;
        let wrong = || Failure::new(format!("this is not the user PIN of {:?} in SoftHSM2", self.label));
        let (salt, sealed) = blob.expose().split_first_chunk::<8>().ok_or_else(wrong)?;
        let opened = foreign::softhsm2_pin_key(pin, salt).and_then(|key| foreign::open_cbc(&key, sealed));
        let opened = opened.map_err(|_| wrong())?;
        let key = opened.expose().strip_prefix(MAGIC).filter(|key| key.len() == 32).ok_or_else(wrong)?;
        Ok(TokenKey(Secret::from(key)))
    }
}

impl TokenKey {
    /// The bytes of an attribute of a private object. Empty ones are not sealed.
    pub(super) fn unsealed(&self, bytes: &Secret) -> Result<Secret, String> {
        if bytes.is_empty() {
            return Ok(bytes.clone());
        }
        foreign::open_cbc(&self.0, bytes.expose())
            .map_err(|fault| format!("it is damaged, or of another token: {fault}"))
    }
}
