//! Creating, finding, reading and destroying objects of a PKCS#11 module.

use cryptoki::object::{Attribute, AttributeInfo, AttributeType, ObjectClass, ObjectHandle};

use super::{Handles, Outcome, Pkcs11Driver, Stop, cannot, done, mechanism, template};
use crate::der;
use crate::driver::bytes;
use crate::step::{Action, Class, Criterion, Kind, Material, NewKey, Observation, Property};

impl Pkcs11Driver {
    pub(super) fn objects(&mut self, action: &Action) -> Outcome {
        match action {
            Action::Generate(key) => self.generate(key),
            Action::Import { key, material } => self.import(key, material),
            Action::Store { name, id, label, class, persistent, value } => {
                let attributes = template::object(*class, *id, label, *persistent, &bytes(value));
                let main = self.token()?.holder.create_object(&attributes)?;
                self.handles.insert(name.clone(), Handles { main, public: None, kind: None });
                Ok(done())
            }
            Action::Populate { count, first, label } => {
                let session = &self.token()?.holder;
                for number in 0..*count {
                    let text = format!("{label}-{number}");
                    let value = number.to_be_bytes();
                    session.create_object(&template::object(
                        Class::Data,
                        first + number,
                        &text,
                        true,
                        &value,
                    ))?;
                }
                Ok(done())
            }
            Action::Copy { .. } => self.copy(action),
            Action::Destroy(name) => {
                let handles = self.handles(name)?;
                let session = &self.token()?.holder;
                session.destroy_object(handles.main)?;
                if let Some(public) = handles.public {
                    session.destroy_object(public)?;
                }
                Ok(done())
            }
            Action::Locate { name, id, kind } => self.locate(name, *id, *kind),
            Action::Find(criteria) => self.find(criteria),
            Action::Read { key, property } => self.read(key, *property),
            Action::Relabel { key, label } => {
                let main = self.handles(key)?.main;
                let change = [Attribute::Label(label.clone().into_bytes())];
                self.token()?.holder.update_attributes(main, &change)?;
                Ok(done())
            }
            Action::Loosen { key, property } => {
                let main = self.handles(key)?.main;
                let change = match property {
                    Property::Sensitive => Attribute::Sensitive(false),
                    _ => Attribute::Extractable(true),
                };
                self.token()?.holder.update_attributes(main, &[change])?;
                Ok(done())
            }
            _ => Err(cannot("not an action on objects")),
        }
    }

    fn remember(&mut self, key: &NewKey, main: ObjectHandle, public: Option<ObjectHandle>) -> Observation {
        self.handles.insert(key.name.clone(), Handles { main, public, kind: Some(key.kind) });
        done()
    }

    fn generate(&mut self, key: &NewKey) -> Outcome {
        let session = &self.token()?.holder;
        let how = mechanism::generation(key.kind);
        let (main, public) = if key.kind.is_pair() {
            let public = [template::public(key), template::parameters(key.kind)].concat();
            let (public, private) = session.generate_key_pair(&how, &public, &template::secret(key))?;
            (private, Some(public))
        } else {
            let attributes = [template::secret(key), template::parameters(key.kind)].concat();
            (session.generate_key(&how, &attributes)?, None)
        };
        Ok(self.remember(key, main, public))
    }

    fn import(&mut self, key: &NewKey, material: &Material) -> Outcome {
        let session = &self.token()?.holder;
        let halves = match material {
            Material::Secret(value) => (vec![Attribute::Value(bytes(value))], None),
            Material::Pair { secret, public } => {
                let (private, public) = template::curve_halves(key.kind, &bytes(secret), &bytes(public));
                (private, Some(public))
            }
            Material::Rsa(pkcs1) => {
                let halves = template::rsa_halves(&bytes(pkcs1));
                let (private, public) = halves.ok_or_else(|| cannot("not a PKCS#1 RSAPrivateKey"))?;
                (private, Some(public))
            }
        };
        let class = if halves.1.is_some() { ObjectClass::PRIVATE_KEY } else { ObjectClass::SECRET_KEY };
        let whole = |class, attributes: Vec<Attribute>, value| {
            [template::class_of(class, key.kind).to_vec(), attributes, value].concat()
        };
        let main = session.create_object(&whole(class, template::secret(key), halves.0))?;
        let public = match halves.1 {
            Some(value) => {
                Some(session.create_object(&whole(ObjectClass::PUBLIC_KEY, template::public(key), value))?)
            }
            None => None,
        };
        Ok(self.remember(key, main, public))
    }

    fn copy(&mut self, action: &Action) -> Outcome {
        let Action::Copy { source, name, id, label, persistent, sensitive, extractable, .. } = action else {
            return Err(cannot("not a copy"));
        };
        let from = self.handles(source)?;
        let mut change = vec![Attribute::Token(*persistent), Attribute::Id(template::id(*id))];
        change.extend(label.iter().map(|label| Attribute::Label(label.clone().into_bytes())));
        change.extend(sensitive.map(Attribute::Sensitive));
        change.extend(extractable.map(Attribute::Extractable));
        let main = self.token()?.holder.copy_object(from.main, &change)?;
        self.handles.insert(name.clone(), Handles { main, public: from.public, kind: from.kind });
        Ok(done())
    }

    /// Finds both halves by CKA_ID; the labels found are those of the private or secret object.
    fn locate(&mut self, name: &str, id: u32, kind: Kind) -> Outcome {
        let class = if kind.is_pair() { Class::PrivateKey } else { Class::SecretKey };
        let session = &self.token()?.worker;
        let by = |class| template::search(&[Criterion::Class(class), Criterion::Id(id)]);
        let found = session.find_objects(&by(class))?;
        let public = session.find_objects(&by(Class::PublicKey))?.first().copied();
        let labels = self.labels(&found)?;
        if let Some(main) = found.first().copied() {
            self.handles.insert(name.to_owned(), Handles { main, public, kind: Some(kind) });
        }
        Ok(Observation { found: Some(labels), ..done() })
    }

    fn find(&mut self, criteria: &[Criterion]) -> Outcome {
        let found = self.token()?.worker.find_objects(&template::search(criteria))?;
        Ok(Observation { found: Some(self.labels(&found)?), ..done() })
    }

    /// The labels of a few objects; beyond 20 only their number counts.
    fn labels(&self, objects: &[ObjectHandle]) -> Result<Vec<String>, Stop> {
        let session = &self.token()?.worker;
        if objects.len() > 20 {
            return Ok(vec![String::new(); objects.len()]);
        }
        let mut labels = Vec::new();
        for object in objects {
            let attributes = session.get_attributes(*object, &[AttributeType::Label])?;
            let label = attributes.first().map(raw).unwrap_or_default();
            labels.push(String::from_utf8_lossy(&label).into_owned());
        }
        labels.sort();
        Ok(labels)
    }

    fn read(&mut self, name: &str, property: Property) -> Outcome {
        let handles = self.handles(name)?;
        let main = handles.main;
        match property {
            Property::PublicKey => self.public_key(handles),
            Property::EcPoint => self
                .attribute(handles.public.ok_or_else(|| cannot("no public half"))?, AttributeType::EcPoint),
            Property::Value if matches!(handles.kind, Some(Kind::Rsa(_))) => {
                self.attribute(main, AttributeType::PrivateExponent)
            }
            Property::Bits => self.bits(handles),
            Property::PsaId => self.psa_id(main),
            _ => self.attribute(main, attribute_type(property)),
        }
    }

    /// One attribute, raw; the code of an attribute that is not to be had is the one the standard gives for it.
    fn attribute(&self, object: ObjectHandle, attribute: AttributeType) -> Outcome {
        let session = &self.token()?.worker;
        let call = Some("C_GetAttributeValue".to_owned());
        let code = match session.get_attribute_info(object, &[attribute])?.first() {
            Some(AttributeInfo::Sensitive) => "CKR_ATTRIBUTE_SENSITIVE",
            Some(AttributeInfo::TypeInvalid) => "CKR_ATTRIBUTE_TYPE_INVALID",
            Some(AttributeInfo::Available(_)) => {
                let read = session.get_attributes(object, &[attribute])?;
                let value = read.first().map(raw).ok_or_else(|| cannot("the attribute vanished"))?;
                return Ok(Observation { call, ..Observation::bytes("CKR_OK", &value) });
            }
            Some(AttributeInfo::Unavailable) | None => "CKR_OK without a value",
        };
        Ok(Observation { call, ..Observation::code(code) })
    }

    /// The PSA key id, from a CK_ULONG to four bytes with the highest first.
    fn psa_id(&self, object: ObjectHandle) -> Outcome {
        let mut observation = self.attribute(object, psa_id_attribute()?)?;
        let value = observation.bytes.as_deref().and_then(crate::hex::decode);
        let number = value.and_then(|value| Some(std::ffi::c_ulong::from_ne_bytes(value.try_into().ok()?)));
        if let Some(id) = number.and_then(|number| u32::try_from(number).ok()) {
            observation.bytes = Some(crate::hex::encode(&id.to_be_bytes()));
        }
        Ok(observation)
    }

    fn public_key(&self, handles: Handles) -> Outcome {
        let object = handles.public.ok_or_else(|| cannot("no public half"))?;
        if matches!(handles.kind, Some(Kind::Rsa(_))) {
            let read = self
                .token()?
                .worker
                .get_attributes(object, &[AttributeType::Modulus, AttributeType::PublicExponent])?;
            let numbers: Vec<u8> = read.iter().flat_map(|number| der::integer(&raw(number))).collect();
            return Ok(Observation::bytes("CKR_OK", &der::element(0x30, &numbers)));
        }
        let mut observation = self.attribute(object, AttributeType::EcPoint)?;
        let point = observation.bytes.as_deref().and_then(crate::hex::decode);
        if let Some(inner) = point.and_then(|point| der::octets(&point)) {
            observation.bytes = Some(crate::hex::encode(&inner));
        }
        Ok(observation)
    }

    fn bits(&self, handles: Handles) -> Outcome {
        let session = &self.token()?.worker;
        let (object, attribute) = match handles.public {
            Some(public) => (public, AttributeType::ModulusBits),
            None => (handles.main, AttributeType::ValueLen),
        };
        let bits = match session.get_attributes(object, &[attribute])?.first() {
            Some(Attribute::ModulusBits(bits)) => u64::from(*bits),
            Some(Attribute::ValueLen(size)) => u64::from(*size) * 8,
            _ => return Err(cannot("the key has no size to read")),
        };
        let bits = u32::try_from(bits).map_err(|_| cannot("a size beyond 32 bits"))?;
        Ok(Observation::bytes("CKR_OK", &bits.to_be_bytes()))
    }
}

fn attribute_type(property: Property) -> AttributeType {
    match property {
        Property::Label => AttributeType::Label,
        Property::Id => AttributeType::Id,
        Property::Local => AttributeType::Local,
        Property::Sensitive => AttributeType::Sensitive,
        Property::Extractable => AttributeType::Extractable,
        Property::AlwaysSensitive => AttributeType::AlwaysSensitive,
        Property::NeverExtractable => AttributeType::NeverExtractable,
        Property::Persistent => AttributeType::Token,
        Property::Private => AttributeType::Private,
        Property::MaySign => AttributeType::Sign,
        Property::GenerationMechanism => AttributeType::KeyGenMechanism,
        Property::Modulus => AttributeType::Modulus,
        Property::Value | Property::PublicKey | Property::EcPoint | Property::Bits | Property::PsaId => {
            AttributeType::Value
        }
    }
}

/// The vendor attribute that shows a PSA key id, as the backend's profile names it.
fn psa_id_attribute() -> Result<AttributeType, Stop> {
    let text = std::env::var("HARNESS_PSA_ID_ATTRIBUTE").unwrap_or_default();
    let number = text.strip_prefix("0x").and_then(|digits| u64::from_str_radix(digits, 16).ok());
    let number = number.and_then(|number| std::ffi::c_ulong::try_from(number).ok());
    number.map(AttributeType::VendorDefined).ok_or_else(|| cannot("no attribute shows the PSA key id"))
}

/// The bytes of an attribute's value; a truth value is one byte.
fn raw(attribute: &Attribute) -> Vec<u8> {
    match attribute {
        Attribute::Value(v)
        | Attribute::Label(v)
        | Attribute::Id(v)
        | Attribute::Modulus(v)
        | Attribute::PublicExponent(v)
        | Attribute::PrivateExponent(v)
        | Attribute::EcPoint(v) => v.clone(),
        Attribute::Local(v)
        | Attribute::Sensitive(v)
        | Attribute::Extractable(v)
        | Attribute::AlwaysSensitive(v)
        | Attribute::NeverExtractable(v)
        | Attribute::Token(v)
        | Attribute::Private(v)
        | Attribute::Sign(v) => vec![u8::from(*v)],
        Attribute::KeyGenMechanism(v) => v.to_string().into_bytes(),
        Attribute::VendorDefined((_, v)) => v.clone(),
        _ => Vec::new(),
    }
}
