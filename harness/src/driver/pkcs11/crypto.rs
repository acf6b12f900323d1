//! Signing, encrypting, hashing and agreeing through a PKCS#11 module.

use cryptoki::mechanism::aead::GcmParams;
use cryptoki::mechanism::elliptic_curve::{EcKdf, Ecdh1DeriveParams};
use cryptoki::mechanism::vendor_defined::VendorDefinedMechanism;
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;

use super::mechanism::{self, CtrParams};
use super::{Handles, Outcome, Pkcs11Driver, Stop, cannot, done};
use crate::driver::{bytes, parts};
use crate::step::{Action, Algorithm, Cipher, Curve, Data, Kind, Observation};

fn signing(algorithm: Algorithm) -> Result<Mechanism<'static>, Stop> {
    mechanism::signing(algorithm).ok_or_else(|| cannot(format!("no mechanism for {algorithm:?}")))
}

impl Pkcs11Driver {
    pub(super) fn crypto(&mut self, action: &Action) -> Outcome {
        match action {
            Action::Sign { key, algorithm, input, part } => self.sign(key, *algorithm, &bytes(input), *part),
            Action::Verify { key, algorithm, input, signature, part } => {
                self.verify(key, *algorithm, &bytes(input), &bytes(signature), *part)
            }
            Action::Encrypt(cipher) => self.cipher(cipher, true),
            Action::Decrypt(cipher) => self.cipher(cipher, false),
            Action::Digest { hash, input, part } => {
                let session = &self.token()?.worker;
                let how = mechanism::digest(*hash).ok_or_else(|| cannot("not a hash function"))?;
                let input = bytes(input);
                let hashed = if *part == 0 {
                    session.digest(&how, &input)?
                } else {
                    session.digest_init(&how)?;
                    for piece in parts(&input, *part) {
                        session.digest_update(piece)?;
                    }
                    session.digest_final()?
                };
                Ok(Observation::bytes("CKR_OK", &hashed))
            }
            Action::Agree { key, peer } => self.agree(key, &bytes(peer)),
            Action::SignAfterRefusal { key, algorithm, refused } => {
                let handles = self.handles(key)?;
                let session = &self.token()?.worker;
                let how = signing(*algorithm)?;
                if session.sign(&how, handles.main, &bytes(refused)).is_ok() {
                    return Err(cannot("the call that was to be refused was not"));
                }
                session.sign_init(&how, handles.main)?;
                self.renew_worker();
                Ok(done())
            }
            Action::SignTwice { key, algorithm, input } => {
                let handles = self.handles(key)?;
                let session = &self.token()?.worker;
                let (how, input) = (signing(*algorithm)?, bytes(input));
                session.sign_init(&how, handles.main)?;
                session.sign_update(&input)?;
                // `Session::sign` begins with C_SignInit: on a session that is busy with parts, this must be refused.
                let signature = session.sign(&how, handles.main, &input)?;
                Ok(Observation::bytes("CKR_OK", &signature))
            }
            _ => Err(cannot("this face has no such action")),
        }
    }

    fn sign(&mut self, key: &str, algorithm: Algorithm, input: &[u8], part: usize) -> Outcome {
        let main = self.handles(key)?.main;
        let session = &self.token()?.worker;
        let how = signing(algorithm)?;
        let signature = if part == 0 {
            session.sign(&how, main, input)?
        } else {
            session.sign_init(&how, main)?;
            for piece in parts(input, part) {
                session.sign_update(piece)?;
            }
            session.sign_final()?
        };
        Ok(Observation::bytes("CKR_OK", &signature))
    }

    fn verify(
        &mut self,
        key: &str,
        algorithm: Algorithm,
        input: &[u8],
        signature: &[u8],
        part: usize,
    ) -> Outcome {
        let Handles { main, public, .. } = self.handles(key)?;
        let object = public.unwrap_or(main);
        let session = &self.token()?.worker;
        let how = signing(algorithm)?;
        if part == 0 {
            session.verify(&how, object, input, signature)?;
        } else {
            session.verify_init(&how, object)?;
            for piece in parts(input, part) {
                session.verify_update(piece)?;
            }
            session.verify_final(signature)?;
        }
        Ok(done())
    }

    fn cipher(&mut self, cipher: &Cipher, encrypt: bool) -> Outcome {
        let key = self.handles(&cipher.key)?.main;
        let session = &self.token()?.worker;
        let (mut iv, aad, input) = (bytes(&cipher.iv), bytes(&cipher.aad), bytes(&cipher.input));
        let (counter, short);
        let how = match cipher.algorithm {
            Algorithm::AesGcm => Mechanism::AesGcm(GcmParams::new(&mut iv, &aad, 128.into())?),
            Algorithm::AesCbcPad if iv.len() == 8 => {
                short = eight(&iv)?;
                Mechanism::VendorDefined(VendorDefinedMechanism::new(
                    MechanismType::AES_CBC_PAD,
                    Some(&short),
                ))
            }
            Algorithm::AesCbcPad => Mechanism::AesCbcPad(block(&iv)?),
            Algorithm::AesCtr => {
                counter = CtrParams { counter_bits: 128, block: block(&iv)? };
                Mechanism::VendorDefined(VendorDefinedMechanism::new(MechanismType::AES_CTR, Some(&counter)))
            }
            other => return Err(cannot(format!("{other:?} is no cipher"))),
        };
        let output = match (encrypt, cipher.part) {
            (true, 0) => session.encrypt(&how, key, &input)?,
            (false, 0) => session.decrypt(&how, key, &input)?,
            (_, part) => in_parts(session, &how, key, parts(&input, part), encrypt)?,
        };
        let observation = Observation::bytes("CKR_OK", &output);
        let Data::Hex(iv) = cipher.iv.clone() else { return Ok(observation) };
        Ok(Observation { iv: Some(iv), ..observation })
    }

    /// C_DeriveKey into a session object that may be read.
    fn agree(&mut self, key: &str, peer: &[u8]) -> Outcome {
        let Handles { main, kind, .. } = self.handles(key)?;
        let session = &self.token()?.worker;
        let size = if kind == Some(Kind::Ec(Curve::P384)) { 48 } else { 32 };
        let how = Mechanism::Ecdh1Derive(Ecdh1DeriveParams::new(EcKdf::null(), peer));
        let secret = session.derive_key(
            &how,
            main,
            &[
                Attribute::Class(ObjectClass::SECRET_KEY),
                Attribute::KeyType(KeyType::GENERIC_SECRET),
                Attribute::ValueLen(size.into()),
                Attribute::Token(false),
                Attribute::Sensitive(false),
                Attribute::Extractable(true),
            ],
        )?;
        let read = session.get_attributes(secret, &[AttributeType::Value])?;
        let Some(Attribute::Value(value)) = read.first() else {
            return Err(cannot("the agreed secret cannot be read"));
        };
        Ok(Observation::bytes("CKR_OK", value))
    }
}

fn in_parts<'a>(
    session: &Session,
    how: &Mechanism<'_>,
    key: ObjectHandle,
    pieces: impl Iterator<Item = &'a [u8]>,
    encrypt: bool,
) -> Result<Vec<u8>, Stop> {
    let mut output = Vec::new();
    if encrypt {
        session.encrypt_init(how, key)?;
        for piece in pieces {
            output.extend(session.encrypt_update(piece)?);
        }
        output.extend(session.encrypt_final()?);
    } else {
        session.decrypt_init(how, key)?;
        for piece in pieces {
            output.extend(session.decrypt_update(piece)?);
        }
        output.extend(session.decrypt_final()?);
    }
    Ok(output)
}

/// An IV of half a block, to be refused.
fn eight(iv: &[u8]) -> Result<[u8; 8], Stop> {
    iv.try_into().map_err(|_| cannot("an IV that is not 8 bytes long"))
}

fn block(iv: &[u8]) -> Result<[u8; 16], Stop> {
    iv.try_into().map_err(|_| cannot("an IV that is not 16 bytes long"))
}
