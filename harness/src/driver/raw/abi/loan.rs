//! The arguments of one call in C's form, kept until the call is over, and examined afterwards.

use std::any::Any;
use std::ptr::null_mut;

use cryptoki_sys as ck;
use cryptoki_sys::{CK_ATTRIBUTE, CK_MECHANISM, CK_ULONG};

use super::super::names::number;
use super::buffer::Buffer;
use crate::driver::bytes;
use crate::raw::{Entry, Input, Mechanism, Parameter, Template, Value};

/// Everything a call points to.
#[derive(Default)]
pub(super) struct Loan {
    inputs: Vec<(Buffer, Vec<u8>)>,
    attributes: Vec<Vec<CK_ATTRIBUTE>>,
    structures: Vec<Box<dyn Any>>,
}

impl Loan {
    /// Bytes the module may only read.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> (*mut u8, CK_ULONG) {
        let mut buffer = Buffer::of(bytes);
        let pointer = buffer.pointer();
        self.inputs.push((buffer, bytes.to_vec()));
        (pointer, bytes.len() as CK_ULONG)
    }

    /// An input: its address and its length.
    pub(super) fn input(&mut self, input: &Input) -> (*mut u8, CK_ULONG) {
        match input {
            Input::Bytes(data) => self.bytes(&bytes(data)),
            Input::Null(length) => (null_mut(), *length),
        }
    }

    /// A structure the module may read.
    fn structure<T: 'static>(&mut self, value: T) -> (*mut std::ffi::c_void, CK_ULONG) {
        let mut boxed = Box::new(value);
        let pointer: *mut T = &raw mut *boxed;
        self.structures.push(boxed);
        (pointer.cast(), size_of::<T>() as CK_ULONG)
    }

    /// A template: its address and how many entries it has.
    pub(super) fn template(&mut self, template: &Template) -> Result<(*mut CK_ATTRIBUTE, CK_ULONG), String> {
        match template {
            Template::Entries(entries) => self.entries(entries),
            Template::Null(count) => Ok((null_mut(), *count)),
        }
    }

    fn entries(&mut self, entries: &[Entry]) -> Result<(*mut CK_ATTRIBUTE, CK_ULONG), String> {
        let mut attributes = Vec::with_capacity(entries.len());
        for entry in entries {
            let type_ = number(&entry.attribute)?;
            let (value, length) = self.value(&entry.value)?;
            attributes.push(CK_ATTRIBUTE { type_, pValue: value, ulValueLen: length });
        }
        let (pointer, count) = (attributes.as_mut_ptr(), attributes.len() as CK_ULONG);
        self.attributes.push(attributes);
        Ok((pointer, count))
    }

    fn value(&mut self, value: &Value) -> Result<(*mut std::ffi::c_void, CK_ULONG), String> {
        let (pointer, length) = match value {
            Value::Bool(flag) => self.bytes(&[u8::from(*flag)]),
            Value::Number(number) => self.bytes(&number.to_ne_bytes()),
            Value::Constant(name) => self.bytes(&number(name)?.to_ne_bytes()),
            Value::Text(text) => self.bytes(text.as_bytes()),
            Value::Bytes(data) => self.bytes(&bytes(data)),
            Value::Mechanisms(names) => {
                let numbers: Vec<u64> = names.iter().map(|name| number(name)).collect::<Result<_, _>>()?;
                self.bytes(&numbers.iter().flat_map(|number| number.to_ne_bytes()).collect::<Vec<u8>>())
            }
            Value::Template(entries) => {
                let (pointer, count) = self.entries(entries)?;
                return Ok((pointer.cast(), count * size_of::<CK_ATTRIBUTE>() as CK_ULONG));
            }
            Value::Null(length) => (null_mut(), *length),
        };
        Ok((pointer.cast(), length))
    }

    /// A mechanism with its parameter.
    pub(super) fn mechanism(&mut self, mechanism: &Mechanism) -> Result<*mut CK_MECHANISM, String> {
        let Mechanism::Of(name, parameter) = mechanism else { return Ok(null_mut()) };
        let (pointer, length) = self.parameter(parameter)?;
        let raw = CK_MECHANISM { mechanism: number(name)?, pParameter: pointer, ulParameterLen: length };
        Ok(self.structure(raw).0.cast())
    }

    fn parameter(&mut self, parameter: &Parameter) -> Result<(*mut std::ffi::c_void, CK_ULONG), String> {
        Ok(match parameter {
            Parameter::None => (null_mut(), 0),
            Parameter::Null(length) => (null_mut(), *length),
            Parameter::Bytes(data) => {
                let (pointer, length) = self.bytes(&bytes(data));
                (pointer.cast(), length)
            }
            Parameter::Number(number) => self.structure::<CK_ULONG>(*number),
            Parameter::Pss { hash, mgf, salt } => self.structure(ck::CK_RSA_PKCS_PSS_PARAMS {
                hashAlg: number(hash)?,
                mgf: number(mgf)?,
                sLen: *salt,
            }),
            Parameter::Oaep { hash, mgf } => self.structure(ck::CK_RSA_PKCS_OAEP_PARAMS {
                hashAlg: number(hash)?,
                mgf: number(mgf)?,
                source: ck::CKZ_DATA_SPECIFIED,
                pSourceData: null_mut(),
                ulSourceDataLen: 0,
            }),
            Parameter::Gcm { iv, aad, tag_bits } => {
                let ((iv, iv_length), (aad, aad_length)) = (self.bytes(&bytes(iv)), self.bytes(&bytes(aad)));
                self.structure(ck::CK_GCM_PARAMS {
                    pIv: iv,
                    ulIvLen: iv_length,
                    ulIvBits: iv_length.wrapping_mul(8),
                    pAAD: aad,
                    ulAADLen: aad_length,
                    ulTagBits: *tag_bits,
                })
            }
            Parameter::Ctr { counter_bits, block } => {
                let block = bytes(block);
                let cb = block.try_into().map_err(|_| "a counter block has 16 bytes".to_owned())?;
                self.structure(ck::CK_AES_CTR_PARAMS { ulCounterBits: *counter_bits, cb })
            }
            Parameter::Ecdh1 { kdf, public } => {
                let (public, length) = self.bytes(&bytes(public));
                self.structure(ck::CK_ECDH1_DERIVE_PARAMS {
                    kdf: number(kdf)?,
                    ulSharedDataLen: 0,
                    pSharedData: null_mut(),
                    ulPublicDataLen: length,
                    pPublicData: public,
                })
            }
        })
    }

    /// What the module did to bytes it was lent to read.
    pub(super) fn trespasses(&self) -> Vec<String> {
        let mut trespasses = Vec::new();
        for (buffer, original) in &self.inputs {
            if !buffer.is_intact() {
                trespasses.push("wrote around its input".to_owned());
            }
            if buffer.bytes(usize::MAX) != *original {
                trespasses.push("changed its input".to_owned());
            }
        }
        trespasses.dedup();
        trespasses
    }
}
