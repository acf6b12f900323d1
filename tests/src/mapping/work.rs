//! What the steps of random work do to keys that are there: change, copy, destroy and use them, through either face.

use super::kinds::{self, ECDSA, HMAC, plain};
use super::seen::Maker;
use super::steps::{Place, Policy};
use super::world::{FLAGS, Kept, World, bool_value};
use twintoken::fault::Fault;
use twintoken::operation::Room;
use twintoken::pkcs11::Template;
use twintoken::psa::{Algorithm, Status, Usage};
use twintoken::registry::constants as ck;
use twintoken::secret::Secret;

impl World {
    pub(super) fn set(&mut self, key: usize, half: bool, attribute: usize, value: bool) {
        let Some((index, half, handle, shown)) = self.target(key, half) else { return };
        self.made += 1;
        let name = format!("name {}", self.made).into_bytes();
        let (cka, bytes) = match attribute % (FLAGS.len() + 2) {
            12 => (ck::CKA_ID, Secret::new(name.clone())),
            13 => (ck::CKA_LABEL, Secret::new(name.clone())),
            flag => (FLAGS[flag].0, bool_value(value)),
        };
        let session = self.session(self.kept[index].slot);
        let set =
            self.emulator().pkcs11().set_attribute_value(session, handle, &Template(vec![(cka, bytes)]));
        if shown.is(ck::CKA_MODIFIABLE) == Some(false) {
            assert_eq!(set, Err(Fault::ActionProhibited("modified")));
        }
        if set.is_ok() && !half {
            let one = &mut self.kept[index];
            match cka {
                ck::CKA_ID => one.given_id = Some(name),
                ck::CKA_LABEL => one.given_label = Some(name),
                _ => {}
            }
        }
    }

    pub(super) fn copy_by_pkcs11(
        &mut self,
        key: usize,
        half: bool,
        token: bool,
        (attribute, value): (usize, bool),
    ) {
        let Some((index, _, handle, shown)) = self.target(key, half) else { return };
        let one = self.kept[index].clone();
        let (flag, classes) = FLAGS[attribute % FLAGS.len()];
        let class = match shown.number(ck::CKA_CLASS) {
            Some(ck::CKO_PUBLIC_KEY) => 0,
            Some(ck::CKO_PRIVATE_KEY) => 1,
            _ => 2,
        };
        let mut template = Template(vec![(ck::CKA_TOKEN, bool_value(token))]);
        if classes[class] {
            template.0.push((flag, bool_value(value)));
        }
        let made = self.emulator().pkcs11().copy_object(self.session(one.slot), handle, &template);
        assert!(shown.is(ck::CKA_COPYABLE) != Some(false) || made.is_err(), "a copy of what is not copyable");
        let Ok(made) = made else { return };
        let (unique, psa, _) = self.names(one.slot, made);
        let given_modifiable =
            if flag == ck::CKA_MODIFIABLE { Some(value) } else { shown.is(ck::CKA_MODIFIABLE) };
        let had = |cka| Some(shown.bytes(cka).to_vec()).filter(|bytes: &Vec<u8>| !bytes.is_empty());
        self.kept.push(Kept {
            maker: Maker::Pkcs11,
            psa,
            object: Some(unique),
            half: None,
            passing: !token,
            given_id: had(ck::CKA_ID),
            given_label: had(ck::CKA_LABEL),
            given_modifiable,
            given_type: one.given_type.filter(|_| !half),
            ..one
        });
    }

    pub(super) fn copy_by_psa(&mut self, key: usize, place: Place, policy: Policy) {
        let Some(source) = self.kept[key % self.kept.len()].psa else { return };
        let have = self.emulator().psa().get_key_attributes(source).unwrap();
        // The source's own policy, or none.
        let algorithms = [have.algorithm(), Algorithm::NONE];
        let algorithm = usize::from(policy.algorithm == 0);
        let wish = self.attributes(place, &algorithms, Policy { algorithm, ..policy });
        let made = self.emulator().psa().copy_key(source, &wish);
        assert!(have.usage().contains(Usage::COPY) || made.is_err(), "a copy of what must not be copied");
        self.made_by_psa(made, place, have.key_type());
    }

    pub(super) fn destroy_by_pkcs11(&mut self, key: usize, half: bool) {
        let Some((index, half, handle, shown)) = self.target(key, half) else { return };
        let session = self.session(self.kept[index].slot);
        let gone = self.emulator().pkcs11().destroy_object(session, handle);
        assert_eq!(gone.is_ok(), shown.is(ck::CKA_DESTROYABLE) == Some(true), "{gone:?}");
        if gone.is_err() {
            return;
        }
        let one = &mut self.kept[index];
        if half {
            one.half = None;
            return;
        }
        // The public half may live on: nobody's key for PSA, an object of its own for PKCS#11.
        let id = one.psa.take();
        one.object = one.half.take();
        one.given_type = None;
        if one.object.is_none() {
            self.kept.remove(index);
        }
        let left = id.map(|id| self.emulator().psa().get_key_attributes(id));
        assert!(left.is_none_or(|left| left == Err(Status::INVALID_HANDLE)), "PSA sees what was destroyed");
    }

    pub(super) fn destroy_by_psa(&mut self, key: usize) {
        let index = key % self.kept.len();
        let Some(id) = self.kept[index].psa else { return };
        if self.emulator().psa().destroy_key(id) == Ok(()) {
            self.kept.remove(index);
        }
    }

    /// Signs through one face and verifies through the other, where both let it be.
    pub(super) fn use_key(&mut self, key: usize, sign_through_psa: bool) {
        let one = self.kept[key % self.kept.len()].clone();
        let Some((_, _, handle, shown)) = self.target(key, false) else { return };
        let Some(id) = one.psa else { return };
        let private = shown.number(ck::CKA_CLASS) == Some(ck::CKO_PRIVATE_KEY);
        let half =
            if private { self.target(key, true).map(|(_, _, handle, _)| handle) } else { Some(handle) };
        let (face, psa, session) = (self.emulator().pkcs11(), self.emulator().psa(), self.session(one.slot));
        let is_ec = shown.bytes(ck::CKA_EC_PARAMS) == kinds::P256;
        let ckm = plain(if is_ec { ck::CKM_ECDSA_SHA256 } else { ck::CKM_SHA256_HMAC });
        let message = b"seen by both";
        if sign_through_psa {
            let signature =
                if is_ec { psa.sign_message(id, ECDSA, message) } else { psa.mac_compute(id, HMAC, message) };
            let (Ok(signature), Some(half)) = (signature, half) else { return };
            if face.verify_init(session, &ckm, half).is_ok() {
                face.verify(session, message, &signature).unwrap();
            }
            return;
        }
        if face.sign_init(session, &ckm, handle).is_err() {
            return;
        }
        let signature = face.sign(session, message, Room::ENOUGH).unwrap().into_bytes();
        let verified = if is_ec {
            psa.verify_message(id, ECDSA, message, &signature)
        } else {
            psa.mac_verify(id, HMAC, message, &signature)
        };
        assert!(verified != Err(Status::INVALID_SIGNATURE), "PSA does not know a signature of its own key");
    }
}
