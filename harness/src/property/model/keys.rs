//! Keys that the token makes (PKCS#11 v3.1 §5.18).

use super::attributes::{Entries, entries, flaws_of_values};
use super::objects::{Kind, Object};
use super::{Broken, Model, Verdict};
use crate::driver::raw::names::number;
use crate::raw::{Mechanism, Template};

fn constant(name: &str) -> Vec<u8> {
    number(name).unwrap_or(u64::MAX).to_ne_bytes().to_vec()
}

/// §4.10: a generated key is local; what it is now it has always been.
fn originate(attributes: &mut Entries) {
    attributes.insert("CKA_LOCAL".into(), vec![1]);
    if let Some(sensitive) = attributes.get("CKA_SENSITIVE").cloned() {
        attributes.insert("CKA_ALWAYS_SENSITIVE".into(), sensitive);
    }
    if let Some(extractable) = attributes.get("CKA_EXTRACTABLE").cloned() {
        let never = vec![u8::from(extractable == [0])];
        attributes.insert("CKA_NEVER_EXTRACTABLE".into(), never);
    }
}

impl Model {
    pub(super) fn generate(
        &mut self,
        session: &str,
        mechanism: &Mechanism,
        template: &Template,
        name: Option<&String>,
    ) -> Verdict {
        let Mechanism::Of(mechanism, _) = mechanism else { return None };
        let mut attributes = entries(template)?;
        let mut broken = Broken::default();
        self.write_rules(&mut broken, session, &attributes);
        flaws_of_values(&mut broken, &attributes);
        let kind = match mechanism.as_str() {
            "CKM_AES_KEY_GEN" => Some(Kind::Aes),
            "CKM_GENERIC_SECRET_KEY_GEN" => Some(Kind::Generic),
            _ => None,
        };
        broken.when(kind.is_none(), &["CKR_MECHANISM_INVALID"]);
        let length = attributes.get("CKA_VALUE_LEN").map(|value| <[u8; 8]>::try_from(&value[..]));
        broken.when(length.is_none(), &["CKR_TEMPLATE_INCOMPLETE"]);
        if let (Some(Kind::Aes), Some(Ok(length))) = (kind, length) {
            let codes = ["CKR_ATTRIBUTE_VALUE_INVALID", "CKR_KEY_SIZE_RANGE", "CKR_TEMPLATE_INCONSISTENT"];
            broken.when(![16, 24, 32].contains(&u64::from_ne_bytes(length)), &codes);
        }
        if let Some(refusal) = broken.refusal() {
            return Some(refusal);
        }
        let kind = kind?;
        attributes.insert("CKA_CLASS".into(), constant("CKO_SECRET_KEY"));
        let key_type = if kind == Kind::Aes { "CKK_AES" } else { "CKK_GENERIC_SECRET" };
        attributes.insert("CKA_KEY_TYPE".into(), constant(key_type));
        originate(&mut attributes);
        let material = self.fresh_material();
        self.keep(name, Object { kind, attributes, material, owner: session.to_owned() })
    }

    pub(super) fn generate_pair(
        &mut self,
        session: &str,
        mechanism: &Mechanism,
        templates: [&Template; 2],
        name: Option<&String>,
    ) -> Verdict {
        let Mechanism::Of(mechanism, _) = mechanism else { return None };
        let [public, private] = templates.map(entries);
        let (mut public, mut private) = (public?, private?);
        let mut broken = Broken::default();
        for half in [&public, &private] {
            self.write_rules(&mut broken, session, half);
            flaws_of_values(&mut broken, half);
        }
        broken.when(mechanism != "CKM_EC_KEY_PAIR_GEN", &["CKR_MECHANISM_INVALID"]);
        broken.when(!public.contains_key("CKA_EC_PARAMS"), &["CKR_TEMPLATE_INCOMPLETE"]);
        if let Some(refusal) = broken.refusal() {
            return Some(refusal);
        }
        let (material, owner) = (self.fresh_material(), session.to_owned());
        for (half, class) in [(&mut public, "CKO_PUBLIC_KEY"), (&mut private, "CKO_PRIVATE_KEY")] {
            half.insert("CKA_CLASS".into(), constant(class));
            half.insert("CKA_KEY_TYPE".into(), constant("CKK_EC"));
            originate(half);
        }
        let half =
            |kind, attributes| Object { kind, attributes, material: material.clone(), owner: owner.clone() };
        let (public, private) = (half(Kind::EcPublic, public), half(Kind::EcPrivate, private));
        let public_name = name.map(|name| format!("{name}.public"));
        self.keep(public_name.as_ref(), public)?;
        self.keep(name, private)
    }
}
