//! Calls that compute, by chance.

use super::{Generator, IV};
use crate::property::model::{Kind, Object, Session};
use crate::raw::{Call, Handle, Input, Mechanism, Operation, Parameter, Room};
use crate::step::Data;

impl Generator {
    pub(super) fn operation(&mut self) -> Operation {
        use Operation::{Decrypt, Digest, Encrypt, Sign, Verify};
        self.chance.pick(&[Digest, Sign, Sign, Verify, Verify, Encrypt, Encrypt, Decrypt]).unwrap_or(Digest)
    }

    /// A kind of operation that is at work somewhere, mostly.
    pub(super) fn operation_at_work(&mut self) -> Operation {
        let sessions = self.model.sessions.values();
        let certain = |session: &Session| -> Vec<Operation> {
            session.operations.iter().filter(|(_, active)| active.certain).map(|(kind, _)| *kind).collect()
        };
        let at_work: Vec<Operation> = sessions.flat_map(certain).collect();
        if self.chance.one_in(8) {
            return self.operation();
        }
        self.chance.pick(&at_work).unwrap_or_else(|| self.operation())
    }

    /// A key that made some of the bytes that were left, mostly: what can be verified, what can be decrypted.
    pub(super) fn key(&mut self, operation: Operation, kinds: &[Kind]) -> Handle {
        let made = match operation {
            Operation::Verify => Operation::Sign,
            Operation::Decrypt => Operation::Encrypt,
            _ => return self.object(kinds),
        };
        let memory: Vec<&[u8]> = self
            .model
            .memory
            .values()
            .filter(|left| left.operation == made)
            .map(|left| &left.material[..])
            .collect();
        let fits = |object: &Object| kinds.contains(&object.kind) && memory.contains(&&object.material[..]);
        let objects = self.model.objects.iter();
        let names: Vec<String> =
            objects.filter(|(_, object)| fits(object)).map(|(name, _)| name.clone()).collect();
        if self.chance.one_in(4) {
            return self.object(kinds);
        }
        self.chance.pick(&names).map_or_else(|| self.object(kinds), Handle::Named)
    }

    pub(super) fn init(&mut self) -> Call {
        let operation = self.operation();
        let (mechanisms, kinds): (&[&str], &[Kind]) = match operation {
            Operation::Digest => (&["CKM_SHA256"], &[]),
            Operation::Sign => (&["CKM_SHA256_HMAC", "CKM_ECDSA"], &[Kind::Generic, Kind::EcPrivate]),
            Operation::Verify => (&["CKM_SHA256_HMAC", "CKM_ECDSA"], &[Kind::Generic, Kind::EcPublic]),
            _ => (&["CKM_AES_CBC_PAD"], &[Kind::Aes]),
        };
        let mut mechanism = self.chance.pick(mechanisms).unwrap_or("CKM_SHA256");
        if self.chance.one_in(25) {
            mechanism = "CKM_AES_KEY_GEN";
        }
        let with_iv = mechanism.starts_with("CKM_AES_CBC") != self.chance.one_in(20);
        let parameter = if with_iv { Parameter::Bytes(Data::of(&IV)) } else { Parameter::None };
        let mechanism = Mechanism::Of(mechanism.into(), parameter);
        let key = if operation == Operation::Digest { Handle::Number(0) } else { self.key(operation, kinds) };
        Call::Init { operation, session: self.session(), mechanism, key }
    }

    pub(super) fn data(&mut self) -> Vec<u8> {
        let size = self.chance.pick(&[32, 32, 32, 16, 48, 0, 5, 33]).unwrap_or(32);
        vec![u8::try_from(self.chance.below(4)).unwrap_or(0); size]
    }

    pub(super) fn room(&mut self) -> Room {
        self.chance
            .pick(&[Room::Ample, Room::Ample, Room::Ample, Room::Query, Room::Of(1)])
            .unwrap_or(Room::Ample)
    }

    /// Bytes an earlier step left, with what they were made of; mostly by the key that is now at work.
    pub(super) fn left(
        &mut self,
        operation: Operation,
        session: &Handle,
        now: Operation,
    ) -> Option<(String, Vec<u8>)> {
        let at_work = match session {
            Handle::Named(name) => self.model.sessions.get(name).and_then(|here| here.operations.get(&now)),
            Handle::Number(_) => None,
        };
        let key = at_work.filter(|active| active.certain).map(|active| active.material.clone());
        let key = if self.chance.one_in(6) { None } else { key };
        let made: Vec<(String, Vec<u8>)> = self
            .model
            .memory
            .iter()
            .filter(|(_, made)| {
                made.operation == operation && key.as_ref().is_none_or(|key| *key == made.material)
            })
            .map(|(name, made)| (name.clone(), made.data.clone()))
            .collect();
        self.chance.pick(&made)
    }

    pub(super) fn signature(&mut self, session: &Handle) -> Option<(Input, Vec<u8>)> {
        if self.chance.one_in(8) {
            let size = self.chance.pick(&[31, 32, 64, 65]).unwrap_or(32);
            return Some((Input::Bytes(Data::of(&vec![9; size])), self.data()));
        }
        let (name, data) = self.left(Operation::Sign, session, Operation::Verify)?;
        let kept = if self.chance.one_in(6) { Data::Flipped(name) } else { Data::Remembered(name) };
        Some((Input::Bytes(kept), data))
    }

    pub(super) fn one_shot(&mut self) -> Option<Call> {
        let operation = self.operation_at_work();
        let session = self.session_at_work(operation);
        let (mut input, mut signature) = (Input::Bytes(Data::of(&self.data())), None);
        if operation == Operation::Verify {
            let (made, data) = self.signature(&session)?;
            input = Input::Bytes(Data::of(&data));
            signature = Some(made);
        } else if operation == Operation::Decrypt
            && let Some((name, _)) = self.left(Operation::Encrypt, &session, Operation::Decrypt)
        {
            input = Input::Bytes(Data::Remembered(name));
        }
        let room = if operation == Operation::Verify { Room::Ample } else { self.room() };
        Some(Call::OneShot { operation, session, input, signature, room })
    }

    pub(super) fn update(&mut self) -> Option<Call> {
        let operation = self.operation_at_work();
        let session = self.session_at_work(operation);
        let input = Input::Bytes(Data::of(&self.data()));
        Some(Call::Update { operation, session, input, room: Room::Ample })
    }

    pub(super) fn finish(&mut self) -> Option<Call> {
        let operation = self.operation_at_work();
        let session = self.session_at_work(operation);
        let signature = if operation == Operation::Verify { Some(self.signature(&session)?.0) } else { None };
        let room = if operation == Operation::Verify { Room::Ample } else { self.room() };
        Some(Call::Final { operation, session, signature, room })
    }
}
