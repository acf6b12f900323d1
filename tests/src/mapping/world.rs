//! A store with both faces on it, the keys that are in it, and what their makers know of them.

use super::kinds::{Kind, ways};
use super::seen::{Both, CKA_PSA_KEY_ID, Maker, Shown, Told};
use super::steps::{Place, Policy, Step, Template as Wish};
use std::collections::BTreeMap;
use std::sync::Arc;
use twintoken::Emulator;
use twintoken::env::{SeededRng, SystemClock};
use twintoken::pkcs11::Template;
use twintoken::psa::{Algorithm, Attributes, KeyId, KeyType, Lifetime, Status, Usage};
use twintoken::registry::constants as ck;
use twintoken::secret::Secret;
use twintoken::settings::{Kdf, Settings};
use twintoken::store::MemoryStore;

const SO_PIN: &[u8] = b"12345678";
const PIN: &str = "1234";
/// The location of slot 1.
pub(super) const FAR: u32 = 4;
/// CK_BBOOL attributes that callers give, and the classes that have them: public, private, secret.
pub(super) const FLAGS: [(u64, [bool; 3]); 12] = [
    (ck::CKA_SIGN, [false, true, true]),
    (ck::CKA_VERIFY, [true, false, true]),
    (ck::CKA_ENCRYPT, [true, false, true]),
    (ck::CKA_DECRYPT, [false, true, true]),
    (ck::CKA_WRAP, [true, false, true]),
    (ck::CKA_UNWRAP, [false, true, true]),
    (ck::CKA_DERIVE, [true, true, true]),
    (ck::CKA_SENSITIVE, [false, true, true]),
    (ck::CKA_EXTRACTABLE, [false, true, true]),
    (ck::CKA_MODIFIABLE, [true, true, true]),
    (ck::CKA_COPYABLE, [true, true, true]),
    (ck::CKA_DESTROYABLE, [true, true, true]),
];

/// A key, by the names under which it is looked for, and what its maker knows of it.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) slot: u64,
    pub(super) maker: Maker,
    pub(super) psa: Option<KeyId>,
    /// CKA_UNIQUE_ID of the object and of a pair's public half.
    pub(super) object: Option<Vec<u8>>,
    pub(super) half: Option<Vec<u8>>,
    /// The object does not outlive its session, or the key the process.
    pub(super) passing: bool,
    pub(super) given_id: Option<Vec<u8>>,
    pub(super) given_label: Option<Vec<u8>>,
    pub(super) given_modifiable: Option<bool>,
    pub(super) given_type: Option<KeyType>,
}

/// The store and both its faces.
pub struct World {
    emulator: Option<Emulator>,
    sessions: [u64; 2],
    pub(super) kept: Vec<Kept>,
    open: bool,
    pub(super) made: u32,
}

impl World {
    /// An empty store of two tokens: both made by PSA and open to all, or both made by C_InitToken.
    ///
    /// # Panics
    /// When they cannot be made.
    #[must_use]
    pub fn new(open: bool) -> World {
        let mut settings = Settings::at("/nowhere");
        settings.kdf = Kdf::Fast;
        settings.pin = Some(PIN.to_owned());
        settings.locations.insert(FAR, 1);
        let rng = Arc::new(SeededRng::new(1));
        let emulator =
            Emulator::with(settings, Box::new(MemoryStore::default()), Arc::new(SystemClock), rng).unwrap();
        for (slot, location) in [(0, 0), (1, FAR)] {
            if open {
                let place = Attributes::new().with_lifetime(Lifetime::new(1, location)).with_id(1);
                let key = Kind::Aes.make(emulator.psa(), place).unwrap();
                emulator.psa().destroy_key(key).unwrap();
                continue;
            }
            let face = emulator.pkcs11();
            face.init_token(slot, SO_PIN, &[b' '; 32]).unwrap();
            let session = face.open_session(slot, ck::CKF_SERIAL_SESSION | ck::CKF_RW_SESSION).unwrap();
            face.login(session, ck::CKU_SO, SO_PIN).unwrap();
            face.init_pin(session, PIN.as_bytes()).unwrap();
            face.close_all_sessions(slot).unwrap();
        }
        let mut world = World { emulator: Some(emulator), sessions: [0; 2], kept: Vec::new(), open, made: 0 };
        world.log_in();
        world
    }

    pub(super) fn emulator(&self) -> &Emulator {
        self.emulator.as_ref().unwrap()
    }

    fn log_in(&mut self) {
        let face = self.emulator().pkcs11();
        let session = |slot| {
            let session = face.open_session(slot, ck::CKF_SERIAL_SESSION | ck::CKF_RW_SESSION).unwrap();
            if !self.open {
                face.login(session, ck::CKU_USER, PIN.as_bytes()).unwrap();
            }
            session
        };
        self.sessions = [session(0), session(1)];
    }

    pub(super) fn session(&self, slot: u64) -> u64 {
        self.sessions[usize::try_from(slot).unwrap()]
    }

    /// All objects by CKA_UNIQUE_ID.
    pub(super) fn objects(&self) -> BTreeMap<Vec<u8>, (u64, u64, Shown)> {
        let face = self.emulator().pkcs11();
        let mut all = BTreeMap::new();
        for slot in [0, 1] {
            let session = self.session(slot);
            face.find_objects_init(session, &Template::default()).unwrap();
            let found = face.find_objects(session, 10_000).unwrap();
            face.find_objects_final(session).unwrap();
            for handle in found {
                let shown = Shown::read(face, session, handle);
                all.insert(shown.bytes(ck::CKA_UNIQUE_ID).to_vec(), (slot, handle, shown));
            }
        }
        all
    }

    /// Both views of every key.
    ///
    /// # Panics
    /// When a key is not there, or an object is there that nobody made.
    #[must_use]
    pub fn look(&self) -> Vec<Both> {
        let objects = self.objects();
        let known = self.kept.iter().flat_map(|one| one.object.iter().chain(&one.half)).count();
        assert_eq!(objects.len(), known, "objects that nobody made, or that are gone");
        self.kept.iter().map(|one| self.look_at(one, &objects)).collect()
    }

    fn look_at(&self, one: &Kept, objects: &BTreeMap<Vec<u8>, (u64, u64, Shown)>) -> Both {
        let (face, psa) = (self.emulator().pkcs11(), self.emulator().psa());
        let object = one.object.as_ref().map(|id| &objects[id]);
        let half = one.half.as_ref().map(|id| &objects[id]);
        let mut told = one.psa.map(|id| Told::ask(psa, id));
        let mut used = Vec::new();
        if let (Some((_, handle, shown)), Some(told), Some(id)) = (object, &mut told, one.psa) {
            let here = (face, self.session(one.slot));
            used = ways(here, (*handle, shown), half.map(|(_, handle, _)| *handle), (psa, id));
            let stays = [object, half].into_iter().flatten();
            if stays.into_iter().any(|(.., shown)| shown.is(ck::CKA_DESTROYABLE) == Some(false)) {
                told.destroyed = Some(psa.destroy_key(id));
            }
            let label = shown.bytes(ck::CKA_LABEL);
            let same =
                |entry: &&(u64, u64, Shown)| entry.0 == one.slot && entry.2.bytes(ck::CKA_LABEL) == label;
            let others =
                objects.values().filter(same).count() - usize::from(half.is_some_and(|half| same(&half)));
            if !label.is_empty() && others == 1 {
                told.attached = Some(self.attach(told, label));
            }
        }
        Both {
            maker: one.maker,
            slot: one.slot,
            given_id: one.given_id.clone(),
            given_label: one.given_label.clone(),
            given_modifiable: one.given_modifiable,
            given_type: one.given_type,
            object: object.map(|(.., shown)| shown.clone()),
            half: half.map(|(.., shown)| shown.clone()),
            psa: told,
            ways: used,
        }
    }

    /// Attaches a key by its label, looks at it, and detaches it.
    fn attach(&self, told: &Told, label: &[u8]) -> Result<bool, Status> {
        let psa = self.emulator().psa();
        let wish = Attributes::new()
            .with_lifetime(Lifetime::new(0, told.lifetime.location()))
            .with_usage(Usage::all())
            .with_algorithm(told.algorithm);
        let id = psa.attach_key(&wish, label)?;
        let seen = psa.get_key_attributes(id)?;
        psa.destroy_key(id)?;
        let seen = (seen.key_type(), seen.bits(), seen.usage(), seen.algorithm());
        Ok(seen == (told.key_type, told.bits, told.usage, told.algorithm))
    }

    /// Does one step. What either face refuses has done nothing; what it accepts is remembered.
    ///
    /// # Panics
    /// When a copy is made of what must not be copied, what must not go is destroyed, or a signature of one face is none
    /// for the other.
    pub fn step(&mut self, step: &Step) {
        match *step {
            Step::Psa(kind, place, policy) => {
                let attributes = self.attributes(place, kind.algorithms(), policy);
                let made = kind.make(self.emulator().psa(), attributes);
                self.made_by_psa(made, place, kind.psa().0);
            }
            Step::Pkcs11(kind, place, wish) => self.create(kind, place, wish),
            Step::Restart => {
                self.emulator = self.emulator.take().map(Emulator::restart);
                self.kept.retain(|one| !one.passing);
                self.log_in();
            }
            _ if self.kept.is_empty() => {}
            Step::Set { key, half, attribute, value } => self.set(key, half, attribute, value),
            Step::CopyPkcs11 { key, half, token, attribute, value } => {
                self.copy_by_pkcs11(key, half, token, (attribute, value));
            }
            Step::CopyPsa { key, place, policy } => self.copy_by_psa(key, place, policy),
            Step::DestroyPkcs11 { key, half } => self.destroy_by_pkcs11(key, half),
            Step::DestroyPsa { key } => self.destroy_by_psa(key),
            Step::Purge { key } => {
                let one = &self.kept[key % self.kept.len()];
                one.psa.map(|id| self.emulator().psa().purge_key(id)).transpose().unwrap();
            }
            Step::Use { key, sign_through_psa } => self.use_key(key, sign_through_psa),
        }
    }

    pub(super) fn attributes(
        &mut self,
        place: Place,
        algorithms: &[Algorithm],
        policy: Policy,
    ) -> Attributes {
        self.made += 1;
        let location = if place.far { FAR } else { 0 };
        let attributes = Attributes::new()
            .with_usage(Usage::from_bits_truncate(policy.usage))
            .with_algorithm(algorithms[policy.algorithm % algorithms.len()])
            .with_lifetime(Lifetime::new(u8::from(place.kept), location));
        if place.kept { attributes.with_id(self.made) } else { attributes }
    }

    /// The objects that no key has yet: the private or secret one, and the public half of a pair.
    fn new_objects(&self) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
        let known: Vec<&Vec<u8>> =
            self.kept.iter().flat_map(|one| one.object.iter().chain(&one.half)).collect();
        let mut new: Vec<(Vec<u8>, Shown)> = self
            .objects()
            .into_iter()
            .filter(|(id, _)| !known.contains(&id))
            .map(|(id, (.., shown))| (id, shown))
            .collect();
        // Only the first of a pair, or a lone key, has an id for PSA.
        new.sort_by_key(|(_, shown)| !shown.0.contains_key(&CKA_PSA_KEY_ID));
        let mut new = new.into_iter().map(|(id, _)| id);
        (new.next(), new.next())
    }

    pub(super) fn made_by_psa(&mut self, made: Result<KeyId, Status>, place: Place, key_type: KeyType) {
        let Ok(id) = made else { return };
        let (object, half) = self.new_objects();
        self.kept.push(Kept {
            slot: u64::from(place.far),
            maker: Maker::Psa,
            psa: Some(id),
            object,
            half,
            passing: !place.kept,
            given_id: None,
            given_label: None,
            given_modifiable: None,
            given_type: Some(key_type),
        });
    }

    fn create(&mut self, kind: Kind, place: Place, wish: Wish) {
        self.made += 1;
        let class = match kind {
            Kind::Public => 0,
            Kind::Pair | Kind::Edwards => 1,
            _ => 2,
        };
        let (id, label) =
            (vec![7, u8::try_from(self.made).unwrap()], format!("key {}", self.made).into_bytes());
        let template = |class: usize| {
            let mut template = vec![(ck::CKA_TOKEN, bool_value(place.kept))];
            for (bit, (cka, classes)) in FLAGS.iter().enumerate() {
                // Most may be destroyed, or the world would be full soon.
                let rare = *cka != ck::CKA_DESTROYABLE || wish.given & 0x30_0000 == 0;
                if wish.given >> bit & 1 == 1 && classes[class] && rare {
                    template.push((*cka, bool_value(wish.values >> bit & 1 == 1)));
                }
            }
            if wish.id {
                template.push((ck::CKA_ID, Secret::new(id.clone())));
            }
            if wish.label {
                template.push((ck::CKA_LABEL, Secret::new(label.clone())));
            }
            if let Some(list) = kind.allowed().get(wish.allowed) {
                let list: Vec<u8> = list.iter().flat_map(|ckm| ckm.to_ne_bytes()).collect();
                template.push((ck::CKA_ALLOWED_MECHANISMS, Secret::new(list)));
            }
            Template(template)
        };
        let slot = u64::from(place.far);
        let main = template(class);
        let given_modifiable = main.get(ck::CKA_MODIFIABLE).map(|value| value.expose() == [1]);
        let made = kind.create(self.emulator().pkcs11(), self.session(slot), main, template(0));
        let (object, half) = made.unwrap();
        let (_, id_of, _) = self.names(slot, object);
        let half = half.map(|half| self.names(slot, half).0);
        self.kept.push(Kept {
            slot,
            maker: Maker::Pkcs11,
            psa: id_of,
            object: Some(self.names(slot, object).0),
            half,
            passing: !place.kept,
            given_id: wish.id.then_some(id),
            given_label: wish.label.then_some(label),
            given_modifiable,
            given_type: None,
        });
    }

    /// An object's CKA_UNIQUE_ID, its id for PSA, and all it shows.
    pub(super) fn names(&self, slot: u64, handle: u64) -> (Vec<u8>, Option<KeyId>, Shown) {
        let shown = Shown::read(self.emulator().pkcs11(), self.session(slot), handle);
        let id = shown.number(CKA_PSA_KEY_ID).map(|id| KeyId(u32::try_from(id).unwrap()));
        (shown.bytes(ck::CKA_UNIQUE_ID).to_vec(), id, shown)
    }

    /// The key number `key`, and of its objects one that both exists and is asked for.
    pub(super) fn target(&self, key: usize, half: bool) -> Option<(usize, bool, u64, Shown)> {
        let index = key % self.kept.len();
        let one = &self.kept[index];
        let unique = if half { one.half.as_ref() } else { one.object.as_ref() }?;
        let (_, handle, shown) = self.objects().remove(unique)?;
        Some((index, half, handle, shown))
    }
}

pub(super) fn bool_value(value: bool) -> Secret {
    Secret::new(vec![u8::from(value)])
}
