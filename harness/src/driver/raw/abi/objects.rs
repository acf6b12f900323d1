//! Calls about objects and keys.

use super::loan::Loan;
use super::output::{Output, Place, Wanted};
use super::{Made, RawModule, call};
use crate::raw::{Answer, Call, Handle, Mechanism, Template};

const WORD: usize = size_of::<cryptoki_sys::CK_ULONG>();

impl RawModule {
    /// Makes the call if it is one of these.
    pub(super) fn objects(&mut self, call: &Call) -> Made<Option<Answer>> {
        let mut loan = Loan::default();
        let mut answer = match call {
            Call::C_CreateObject { session, template, name } => {
                let (session, mut place) = (self.handle(session)?, Place::new(name.is_some()));
                let (template, count) = loan.template(template)?;
                let mut answer = call!(self, C_CreateObject(session, template, count, place.pointer()));
                let handle = place.report(&mut answer);
                self.name(name.as_ref(), handle);
                answer
            }
            Call::C_CopyObject { session, object, template, name } => {
                let (session, object) = (self.handle(session)?, self.handle(object)?);
                let (mut place, (template, count)) = (Place::new(name.is_some()), loan.template(template)?);
                let mut answer = call!(self, C_CopyObject(session, object, template, count, place.pointer()));
                let handle = place.report(&mut answer);
                self.name(name.as_ref(), handle);
                answer
            }
            Call::C_DestroyObject { session, object } => {
                let (session, object) = (self.handle(session)?, self.handle(object)?);
                call!(self, C_DestroyObject(session, object))
            }
            Call::C_GetObjectSize { session, object, null } => {
                let (session, object) = (self.handle(session)?, self.handle(object)?);
                let mut place = Place::new(!null);
                let mut answer = call!(self, C_GetObjectSize(session, object, place.pointer()));
                answer.length = place.report(&mut answer);
                answer
            }
            Call::C_GetAttributeValue { session, object, wanted } => {
                let (session, object) = (self.handle(session)?, self.handle(object)?);
                let mut wanted = Wanted::new(wanted)?;
                let (template, count) = wanted.pointer();
                let mut answer = call!(self, C_GetAttributeValue(session, object, template, count));
                wanted.report(&mut answer);
                answer
            }
            Call::C_SetAttributeValue { session, object, template } => {
                let (session, object) = (self.handle(session)?, self.handle(object)?);
                let (template, count) = loan.template(template)?;
                call!(self, C_SetAttributeValue(session, object, template, count))
            }
            Call::C_FindObjectsInit { session, template } => {
                let (session, (template, count)) = (self.handle(session)?, loan.template(template)?);
                call!(self, C_FindObjectsInit(session, template, count))
            }
            Call::C_FindObjects { session, most, name } => {
                self.find_objects(session, *most, name.as_ref())?
            }
            Call::C_FindObjectsFinal { session } => {
                let session = self.handle(session)?;
                call!(self, C_FindObjectsFinal(session))
            }
            _ => return self.keys(call),
        };
        answer.trespasses.extend(loan.trespasses());
        Ok(Some(answer))
    }

    fn find_objects(&mut self, session: &Handle, most: u64, name: Option<&String>) -> Made<Answer> {
        let session = self.handle(session)?;
        let (mut list, mut count) = (Output::new(crate::raw::Room::Of(most), WORD)?, Place::new(true));
        let mut answer = call!(self, C_FindObjects(session, list.pointer(), most, count.pointer()));
        answer.found = count.report(&mut answer);
        if !list.is_intact() || answer.found.is_some_and(|found| found > most) {
            answer.trespasses.push(format!("gave more than {most} objects"));
        }
        let found = answer.found.unwrap_or(0).min(most);
        let handles = list.all().iter().take(usize::try_from(found).unwrap_or(0));
        if let Some(name) = name {
            let next = self.found.entry(name.clone()).or_default();
            for handle in handles {
                self.handles.insert(format!("{name}-{next}"), *handle);
                *next += 1;
            }
        }
        Ok(answer)
    }

    fn keys(&mut self, call: &Call) -> Made<Option<Answer>> {
        let mut loan = Loan::default();
        let mut answer = match call {
            Call::C_GenerateKey { session, mechanism, template, name } => {
                let (session, mut place) = (self.handle(session)?, Place::new(name.is_some()));
                let (mechanism, (template, count)) = (loan.mechanism(mechanism)?, loan.template(template)?);
                let mut answer =
                    call!(self, C_GenerateKey(session, mechanism, template, count, place.pointer()));
                let handle = place.report(&mut answer);
                self.name(name.as_ref(), handle);
                answer
            }
            Call::C_GenerateKeyPair { session, mechanism, public, private, name } => {
                self.generate_key_pair(&mut loan, session, mechanism, [public, private], name.as_ref())?
            }
            Call::C_WrapKey { session, mechanism, wrapping_key, key, room } => {
                let (session, mut output) = (self.handle(session)?, Output::new(*room, 1)?);
                let (wrapping_key, key) = (self.handle(wrapping_key)?, self.handle(key)?);
                let mechanism = loan.mechanism(mechanism)?;
                let (pointer, length) = (output.pointer(), output.length());
                let mut answer =
                    call!(self, C_WrapKey(session, mechanism, wrapping_key, key, pointer, length));
                output.report(&mut answer);
                answer
            }
            Call::C_UnwrapKey { session, mechanism, unwrapping_key, wrapped, template, name } => {
                let (session, key) = (self.handle(session)?, self.handle(unwrapping_key)?);
                let (mechanism, (wrapped, size)) = (loan.mechanism(mechanism)?, loan.input(wrapped));
                let (mut place, (template, count)) = (Place::new(name.is_some()), loan.template(template)?);
                let place_pointer = place.pointer();
                let mut answer = call!(
                    self,
                    C_UnwrapKey(session, mechanism, key, wrapped, size, template, count, place_pointer)
                );
                let handle = place.report(&mut answer);
                self.name(name.as_ref(), handle);
                answer
            }
            Call::C_DeriveKey { session, mechanism, base_key, template, name } => {
                let (session, key) = (self.handle(session)?, self.handle(base_key)?);
                let (mechanism, (template, count)) = (loan.mechanism(mechanism)?, loan.template(template)?);
                let mut place = Place::new(name.is_some());
                let mut answer =
                    call!(self, C_DeriveKey(session, mechanism, key, template, count, place.pointer()));
                let handle = place.report(&mut answer);
                self.name(name.as_ref(), handle);
                answer
            }
            _ => return Ok(None),
        };
        answer.trespasses.extend(loan.trespasses());
        Ok(Some(answer))
    }

    fn generate_key_pair(
        &mut self,
        loan: &mut Loan,
        session: &Handle,
        mechanism: &Mechanism,
        [public, private]: [&Template; 2],
        name: Option<&String>,
    ) -> Made<Answer> {
        let (session, mechanism) = (self.handle(session)?, loan.mechanism(mechanism)?);
        let (public, private) = (loan.template(public)?, loan.template(private)?);
        let (mut first, mut second) = (Place::new(name.is_some()), Place::new(name.is_some()));
        let places = (first.pointer(), second.pointer());
        let mut answer = call!(
            self,
            C_GenerateKeyPair(
                session, mechanism, public.0, public.1, private.0, private.1, places.0, places.1
            )
        );
        let (public, private) = (first.report(&mut answer), second.report(&mut answer));
        self.name(name.map(|name| format!("{name}.public")).as_ref(), public);
        self.name(name, private);
        Ok(answer)
    }
}
