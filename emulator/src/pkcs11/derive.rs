//! Deriving keys (PKCS#11 §5.18.5), one or several from one base key.

use super::{Access, Cryptoki, Mechanism, Template};
use crate::algorithms;
use crate::attribute::{self, Draft, nested};
use crate::fault::Fault;
use crate::grant::{Grant, Use};
use crate::key::key_type::KeyType;
use crate::key::policy::Usage;
use crate::object::{Class, Object, Origin};
use crate::registry::constants as ck;
use crate::registry::counted::{Counted, Field};
use crate::registry::parameter::Parameter;
use crate::registry::{Derive, End};
use crate::secret::Secret;
use std::sync::Arc;

/// Why keys were not derived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotDerived {
    /// The refusal.
    pub fault: Fault,
    /// Whose fault it was: the place of a template among those that were given; `None` when none is to blame.
    pub template: Option<usize>,
}

impl From<Fault> for NotDerived {
    fn from(fault: Fault) -> NotDerived {
        NotDerived { fault, template: None }
    }
}

/// A key that is to be derived.
struct Wish {
    draft: Draft,
    key_type: KeyType,
    /// Its length in bytes, where template or type say it.
    length: Option<usize>,
}

/// The keys that take part in a derivation: the base key first.
type Sources = Vec<Arc<Object>>;

impl Cryptoki<'_> {
    /// C_DeriveKey.
    ///
    /// # Errors
    /// What [`crate::grant::Grant::check`] refuses; what templates refuse; [`Fault::KeySize`] when the secret is shorter
    /// than the key; what the store refuses.
    pub fn derive_key(
        &self,
        session: u64,
        mechanism: &Mechanism,
        base: u64,
        template: &Template,
    ) -> Result<u64, Fault> {
        let handles = self.derive_keys(session, mechanism, base, &[template]);
        handles.map(|handles| handles[0]).map_err(|refused| refused.fault)
    }

    /// C_DeriveKey with a mechanism that derives several keys at once, the first being the function's own (§6.42.9): all of
    /// them come to be, or none.
    ///
    /// # Errors
    /// As [`Cryptoki::derive_key`]; [`Fault::BadParameter`] for several with a mechanism that derives one.
    pub fn derive_keys(
        &self,
        session: u64,
        mechanism: &Mechanism,
        base: u64,
        templates: &[&Template],
    ) -> Result<Vec<u64>, NotDerived> {
        let access = self.access(session)?;
        let (mechanism, others) = self.with_other_keys(&access, mechanism)?;
        let (grant, tie, base) = self.grant(session, &mechanism, base, Use::Derive)?;
        if tie.locked {
            // Its own login belongs to an operation that has begun, and derivation begins none.
            return Err(Fault::NotLoggedIn.into());
        }
        let derive = grant.row().derive.as_ref().ok_or(Fault::NoSuchMechanism(mechanism.ckm))?;
        let mut sources = vec![base];
        sources.extend(others);
        let each = templates.iter().enumerate();
        let wishes: Result<Vec<Wish>, NotDerived> = each
            .map(|(at, template)| {
                let wish = wish(&access, derive, &sources[0], template);
                wish.map_err(|fault| NotDerived { fault, template: Some(at) })
            })
            .collect();
        let wishes = wishes?;
        let lengths: Vec<Option<usize>> = wishes.iter().map(|wish| wish.length).collect();
        let secrets = secrets(&grant, derive, &lengths)?;
        let objects: Result<Vec<Object>, NotDerived> = wishes
            .into_iter()
            .zip(secrets)
            .enumerate()
            .map(|(at, (wish, secret))| {
                let object = derived(wish, derive, secret, &sources);
                object.map_err(|fault| NotDerived { fault, template: Some(at) })
            })
            .collect();
        Ok(self.store_new(&access, objects?)?)
    }

    /// The mechanism with the secrets that its parameter names by handle, and the objects which those are.
    fn with_other_keys(
        &self,
        access: &Access,
        mechanism: &Mechanism,
    ) -> Result<(Mechanism, Vec<Arc<Object>>), Fault> {
        let mut others = Vec::new();
        let parameter = match &mechanism.parameter {
            Parameter::Handle(handle) => {
                let (other, secret) = self.other_key(access, *handle)?;
                others.push(other);
                Parameter::OtherKey(secret)
            }
            Parameter::Counted(counted) => {
                let mut fields = Vec::with_capacity(counted.fields.len());
                for field in &counted.fields {
                    fields.push(if let Field::Handle(handle) = field {
                        let (other, secret) = self.other_key(access, *handle)?;
                        if !other.policy().usage.contains(Usage::DERIVE) {
                            return Err(Fault::UsageForbidden("derive"));
                        }
                        others.push(other);
                        Field::Secret(secret)
                    } else {
                        field.clone()
                    });
                }
                Parameter::Counted(Counted { prf: counted.prf, fields, iv: counted.iv.clone() })
            }
            other => other.clone(),
        };
        Ok((Mechanism { ckm: mechanism.ckm, parameter }, others))
    }

    fn other_key(&self, access: &Access, handle: u64) -> Result<(Arc<Object>, Secret), Fault> {
        let other = self.key_object(access, handle)?;
        let key = other.key.as_ref().filter(|_| other.class == Class::SecretKey);
        let secret = key.ok_or(Fault::BadParameter("the other key is no secret"))?.material().clone();
        Ok((other, secret))
    }
}

/// What a template asks for, as far as it can be told before anything is derived.
fn wish(access: &Access, derive: &Derive, base: &Object, template: &Template) -> Result<Wish, Fault> {
    let template = &nested::bound_by(base, ck::CKA_DERIVE_TEMPLATE, template)?;
    let key_type = match Cryptoki::value_of(template, ck::CKA_KEY_TYPE) {
        None => KeyType::GenericSecret,
        Some(attribute::Value::Ulong(ckk)) => attribute::secret_type_of(ckk)
            .map_err(|_| Fault::TemplateInconsistent("only secret keys are derived"))?,
        Some(_) => return Err(Fault::AttributeValue("CKA_KEY_TYPE")),
    };
    let mut draft =
        attribute::draft_for_generation(Class::SecretKey, key_type, template, false, access.is_so())?;
    access.may_write(&draft.object)?;
    let asked = draft.number_of(ck::CKA_VALUE_LEN).map(usize::try_from).transpose();
    let length = asked.map_err(|_| Fault::AttributeValue("CKA_VALUE_LEN"))?.or(key_type.fixed_length());
    if derive.follows {
        follow(&mut draft, template, base);
    }
    Ok(Wish { draft, key_type, length })
}

/// The secret of each key.
fn secrets(grant: &Grant, derive: &Derive, lengths: &[Option<usize>]) -> Result<Vec<Secret>, Fault> {
    if let Some(several) = derive.several {
        return several(grant.key(), grant.parameter(), lengths);
    }
    let [length] = lengths else {
        return Err(Fault::BadParameter("this mechanism derives one key"));
    };
    Ok(vec![(derive.derive)(grant.key(), grant.parameter(), *length)?])
}

/// The object of one key.
fn derived(wish: Wish, derive: &Derive, secret: Secret, sources: &Sources) -> Result<Object, Fault> {
    let Wish { mut draft, key_type, length } = wish;
    let wanted = length.unwrap_or(secret.len());
    let too_long = Fault::KeySize { bits: wanted.saturating_mul(8) };
    let surplus = secret.len().checked_sub(wanted).ok_or(too_long)?;
    let kept = match derive.drops {
        End::Leading => &secret.expose()[surplus..],
        End::Trailing => &secret.expose()[..wanted],
    };
    draft.take_key(key_type, 0, algorithms::fitted(key_type, Secret::from(kept)))?;
    if derive.inherits {
        draft.object.facts.sensitive |= sources.iter().any(|source| source.facts.sensitive);
        draft.object.facts.extractable &= sources.iter().all(|source| source.facts.extractable);
    }
    // §6.42.10 asks for one of the keys, the other clauses for all of them.
    let hold = |fact: fn(&Arc<Object>) -> bool| {
        if derive.follows { sources.iter().any(fact) } else { sources.iter().all(fact) }
    };
    let origin = Origin {
        local: false,
        always_sensitive: hold(|source| source.origin.always_sensitive),
        never_extractable: hold(|source| source.origin.never_extractable),
        generation: None,
    };
    Ok(super::keys::finished(draft, origin))
}

/// What the template does not say of secrecy is what the base key says.
fn follow(draft: &mut Draft, template: &Template, base: &Object) {
    if template.get(ck::CKA_SENSITIVE).is_none() {
        draft.object.facts.sensitive = base.facts.sensitive;
    }
    if template.get(ck::CKA_EXTRACTABLE).is_none() {
        draft.object.facts.extractable = base.facts.extractable;
    }
}
