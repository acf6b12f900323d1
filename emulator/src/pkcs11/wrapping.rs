//! Wrapping and unwrapping keys (PKCS#11 §5.18.3 and §5.18.4).

use super::{Cryptoki, Mechanism, Template};
use crate::algorithms::private_key_info;
use crate::attribute::{self, Draft, Value, nested};
use crate::fault::Fault;
use crate::grant::Use;
use crate::key::key_type::KeyType;
use crate::object::{Class, Object, Origin};
use crate::operation::{Output, Room};
use crate::registry::constants as ck;
use crate::secret::Secret;
use zeroize::Zeroizing;

impl Cryptoki<'_> {
    /// C_WrapKey.
    ///
    /// # Errors
    /// [`Fault::WrappingKey`] with what is wrong with that; [`Fault::NoSuchKey`]; [`Fault::NotExportable`] when the key's
    /// CKA_EXTRACTABLE is false; [`Fault::OutsideTemplate`], [`Fault::WrongKeyToWrap`]; [`Fault::BufferTooSmall`].
    pub fn wrap_key(
        &self,
        session: u64,
        mechanism: &Mechanism,
        wrapping_key: u64,
        key: u64,
        room: Room,
    ) -> Result<Output, Fault> {
        let access = self.access(session)?;
        let by = |fault| Fault::WrappingKey(Box::new(fault));
        let (grant, _, wrapping) = self.grant(session, mechanism, wrapping_key, Use::Wrap).map_err(by)?;
        let object = self.key_object(&access, key)?;
        if let Some(wanted) = nested::of_object(&wrapping, ck::CKA_WRAP_TEMPLATE)
            && !attribute::matches(&object, &wanted)
        {
            return Err(Fault::OutsideTemplate);
        }
        let material = material_to_wrap(&object, wrapping.facts.trusted)?;
        let wrap = grant.row().wrap.as_ref().ok_or(Fault::NoSuchMechanism(mechanism.ckm))?;
        if object.class == Class::PrivateKey && !wrap.private {
            return Err(Fault::WrongKeyToWrap("this mechanism wraps secret keys"));
        }
        let material = with_zeroes(material, wrap.pads);
        let wrapped = (wrap.wrap)(grant.key(), grant.parameter(), material.expose(), &*self.emulator.rng)?;
        Ok(match room.admit(wrapped.len())? {
            None => Output::Length(wrapped.len()),
            Some(()) => Output::Bytes(wrapped),
        })
    }

    /// C_UnwrapKey: the handle of the key that was wrapped.
    ///
    /// # Errors
    /// [`Fault::UnwrappingKey`] with what is wrong with that; [`Fault::WrappedKeyLength`], [`Fault::WrappedKeyInvalid`]; what
    /// templates refuse; what the store refuses.
    pub fn unwrap_key(
        &self,
        session: u64,
        mechanism: &Mechanism,
        unwrapping_key: u64,
        wrapped: &[u8],
        template: &Template,
    ) -> Result<u64, Fault> {
        let access = self.access(session)?;
        let by = |fault| Fault::UnwrappingKey(Box::new(fault));
        let (grant, tie, unwrapping) =
            self.grant(session, mechanism, unwrapping_key, Use::Unwrap).map_err(by)?;
        if tie.locked {
            // Its own login belongs to an operation, and unwrapping is none.
            return Err(by(Fault::NotLoggedIn));
        }
        let template = &nested::bound_by(&unwrapping, ck::CKA_UNWRAP_TEMPLATE, template)?;
        let draft = attribute::draft_for_unwrapping(template, access.is_so())?;
        access.may_write(&draft.object)?;
        let unwrap = grant.row().wrap.as_ref().ok_or(Fault::NoSuchMechanism(mechanism.ckm))?;
        let bytes = (unwrap.unwrap)(grant.key(), grant.parameter(), wrapped, &*self.emulator.rng)?;
        if draft.object.class == Class::PrivateKey && !unwrap.private {
            return Err(Fault::TemplateInconsistent("this mechanism unwraps secret keys"));
        }
        let bytes = without_zeroes(&draft, template, bytes, unwrap.pads)?;
        let object = unwrapped_key(draft, template, bytes)?;
        self.store_new(&access, vec![object]).map(|handles| handles[0])
    }
}

/// The key that was unwrapped, as the template wants it.
pub(super) fn unwrapped_key(mut draft: Draft, template: &Template, bytes: Secret) -> Result<Object, Fault> {
    let wanted = draft.key_type()?.ok_or(Fault::TemplateIncomplete("CKA_KEY_TYPE"))?;
    let (key_type, bits, material) = match draft.object.class {
        Class::PrivateKey => private_key_info::decode(bytes.expose())?,
        _ => (wanted, 0, bytes),
    };
    // CKK_EC does not say whose curve it is.
    if attribute::ckk_of(key_type) != attribute::ckk_of(wanted) || key_type.is_pair() != wanted.is_pair() {
        return Err(Fault::TemplateInconsistent("CKA_KEY_TYPE is not the type of what was wrapped"));
    }
    fits_value_length(template, &material)?;
    let invalid = |fault| match fault {
        Fault::InvalidKey(reason) => Fault::WrappedKeyInvalid(reason),
        other => other,
    };
    draft.take_key(key_type, bits, material).map_err(invalid)?;
    let mut object = draft.finish();
    object.origin = Origin::default();
    Ok(object)
}

/// What of a key is wrapped: a secret as it is, a private key as its PrivateKeyInfo.
pub(super) fn material_to_wrap(object: &Object, by_a_trusted_key: bool) -> Result<Secret, Fault> {
    let Some(key) = &object.key else { return Err(Fault::WrongKeyToWrap("it is no key")) };
    if object.class == Class::PublicKey {
        return Err(Fault::WrongKeyToWrap("public keys are not wrapped"));
    }
    if !object.facts.extractable {
        return Err(Fault::NotExportable);
    }
    if object.facts.wrap_with_trusted && !by_a_trusted_key {
        return Err(Fault::WrongKeyToWrap(
            "its CKA_WRAP_WITH_TRUSTED asks for a wrapping key with CKA_TRUSTED",
        ));
    }
    if object.class == Class::PrivateKey { private_key_info::encode(key) } else { Ok(key.material().clone()) }
}

/// CKA_VALUE_LEN, where a template has it, must be right (3.2, §5.18.4).
fn fits_value_length(template: &Template, material: &Secret) -> Result<(), Fault> {
    match Cryptoki::value_of(template, ck::CKA_VALUE_LEN) {
        None => Ok(()),
        Some(Value::Ulong(length)) if length == material.len() as u64 => Ok(()),
        Some(_) => Err(Fault::WrappedKeyLength),
    }
}

/// What is wrapped, brought to a multiple of so many bytes.
fn with_zeroes(material: Secret, pads: usize) -> Secret {
    let spare = material.len().next_multiple_of(pads.max(1)) - material.len();
    if spare == 0 {
        return material;
    }
    let mut padded = Zeroizing::new(Vec::with_capacity(material.len() + spare));
    padded.extend_from_slice(material.expose());
    padded.resize(material.len() + spare, 0);
    Secret::new(std::mem::take(&mut *padded))
}

/// What was unwrapped, cut to the length that the key's type or CKA_VALUE_LEN says (§6.10, §6.16); all of it where neither
/// does.
fn without_zeroes(draft: &Draft, template: &Template, bytes: Secret, pads: usize) -> Result<Secret, Fault> {
    if pads <= 1 {
        return Ok(bytes);
    }
    if draft.object.class == Class::PrivateKey {
        return Ok(Secret::from(private_key_info::without_zeroes(bytes.expose())));
    }
    let of_type = draft.key_type()?.and_then(KeyType::fixed_length);
    let length = match (of_type, Cryptoki::value_of(template, ck::CKA_VALUE_LEN)) {
        (Some(length), _) => length,
        (None, Some(Value::Ulong(length))) => usize::try_from(length).map_err(|_| Fault::WrappedKeyLength)?,
        (None, _) => return Ok(bytes),
    };
    match bytes.expose().split_at_checked(length) {
        Some((key, rest)) if rest.len() < pads => Ok(Secret::from(key)),
        _ => Err(Fault::WrappedKeyLength),
    }
}
