//! NIST SP 800-108 as PKCS#11 has it (§6.42): three modes, whose input is put together as the caller says.

use super::prf;
use crate::algorithms::{Family, hmac};
use crate::fault::Fault;
use crate::key::Key;
use crate::key::key_type::KeyType;
use crate::registry::constants as ck;
use crate::registry::counted::{Counted, Encoding, Field, Prf};
use crate::registry::parameter::{Parameter, Shape};
use crate::registry::{Derive, DeriveFn, DeriveSeveralFn, End, KeyKind, Mechanism, Sizes, Unit};
use crate::secret::Secret;
use zeroize::Zeroizing;

/// A mode for one key.
macro_rules! one {
    ($mode:ident) => {
        |key, parameter, wanted| {
            let keys = $mode(key, parameter, &[wanted])?;
            keys.into_iter().next().ok_or(Fault::Internal("a derivation of one key"))
        }
    };
}

/// The family's rows.
pub static FAMILY: Family = Family {
    name: "sp800-108",
    mechanisms: &[
        row(
            "CKM_SP800_108_COUNTER_KDF",
            ck::CKM_SP800_108_COUNTER_KDF,
            Shape::Counted,
            (one!(counter), counter),
        ),
        row(
            "CKM_SP800_108_FEEDBACK_KDF",
            ck::CKM_SP800_108_FEEDBACK_KDF,
            Shape::Feedback,
            (one!(feedback), feedback),
        ),
        row(
            "CKM_SP800_108_DOUBLE_PIPELINE_KDF",
            ck::CKM_SP800_108_DOUBLE_PIPELINE_KDF,
            Shape::Counted,
            (one!(double_pipeline), double_pipeline),
        ),
    ],
    keys: None,
};

const fn row(
    name: &'static str,
    ckm: u64,
    parameter: Shape,
    (derive, several): (DeriveFn, DeriveSeveralFn),
) -> Mechanism {
    Mechanism {
        name,
        ckm,
        keys: &[KeyKind::AnySecret],
        sizes: Sizes { min: 8, max: hmac::LONGEST * 8, unit: Unit::Bits },
        parameter,
        derive: Some(Derive {
            derive,
            several: Some(several),
            drops: End::Trailing,
            inherits: false,
            follows: true,
        }),
        ..Mechanism::NOTHING
    }
}

/// A derivation under way.
struct Run<'a> {
    counted: &'a Counted,
    prf: Box<dyn prf::Prf>,
    /// The lengths of the keys, in bytes.
    lengths: Vec<usize>,
}

impl<'a> Run<'a> {
    fn new(key: &Key, parameter: &'a Parameter, asked: &[Option<usize>]) -> Result<Run<'a>, Fault> {
        let Parameter::Counted(counted) = parameter else {
            return Err(Fault::BadParameter("a parameter of SP 800-108 is expected"));
        };
        let material = key.material().expose();
        let prf = match counted.prf {
            Prf::Hmac(hash) => prf::hmac(hash, material)?,
            Prf::AesCmac if key.attributes().key_type == KeyType::Aes => prf::aes_cmac(material)?,
            Prf::AesCmac => return Err(Fault::WrongKeyType("AES-CMAC")),
        };
        let lengths: Vec<usize> = asked.iter().map(|one| one.unwrap_or(prf.length())).collect();
        if let Some(long) = lengths.iter().find(|length| **length > hmac::LONGEST) {
            return Err(Fault::KeySize { bits: long.saturating_mul(8) });
        }
        Ok(Run { counted, prf, lengths })
    }

    /// Checks which fields there are; in counter mode the iteration variable is the counter.
    fn check(&self, is_counter_mode: bool) -> Result<(), Fault> {
        let count = |is: fn(&Field) -> bool| self.counted.fields.iter().filter(|field| is(field)).count();
        let right =
            |field: &Field| !matches!(field, Field::Iteration(given) if given.is_some() != is_counter_mode);
        if count(|field| matches!(field, Field::Iteration(_))) != 1 {
            return Err(Fault::BadParameter("there is one iteration variable"));
        }
        if !self.counted.fields.iter().all(right) {
            return Err(Fault::BadParameter(
                "the iteration variable has a format in counter mode, and only there",
            ));
        }
        if count(|field| matches!(field, Field::Counter(_))) > usize::from(!is_counter_mode) {
            return Err(Fault::BadParameter("there is one counter at most, and none in counter mode"));
        }
        if count(|field| matches!(field, Field::Length { .. })) > 1 {
            return Err(Fault::BadParameter("there is one length at most"));
        }
        Ok(())
    }

    /// How many blocks there are: no two keys have bytes of one block.
    fn blocks(&self) -> usize {
        self.lengths.iter().map(|length| length.div_ceil(self.prf.length())).sum()
    }

    /// The input for block `count`, with the iteration variable of the modes that are not counter mode; without either
    /// for `None`.
    fn input(&self, turn: Option<(u64, &[u8])>) -> Result<Zeroizing<Vec<u8>>, Fault> {
        let mut out = Zeroizing::new(Vec::new());
        for field in &self.counted.fields {
            match (field, turn) {
                (Field::Bytes(bytes), _) => out.extend_from_slice(bytes),
                (Field::Secret(bytes), _) => out.extend_from_slice(bytes.expose()),
                (Field::Handle(_), _) => return Err(Fault::Internal("a key's handle that nobody looked up")),
                (Field::Length { of_blocks, encoding }, _) => {
                    let keys = self.lengths.iter().sum();
                    let length = if *of_blocks { self.blocks() * self.prf.length() } else { keys };
                    out.extend(encode(length as u64 * 8, *encoding)?);
                }
                (Field::Iteration(None), Some((_, variable))) => out.extend_from_slice(variable),
                (Field::Iteration(Some(encoding)) | Field::Counter(encoding), Some((count, _))) => {
                    out.extend(encode(count, *encoding)?);
                }
                (Field::Iteration(_) | Field::Counter(_), None) => {}
            }
        }
        Ok(out)
    }

    /// Block after block; `variable` gives the iteration variable of the block behind the one that it is handed.
    fn all(&self, mut variable: impl FnMut(&Secret) -> Secret) -> Result<Vec<Secret>, Fault> {
        let (mut before, mut count) = (Secret::default(), 0);
        let mut keys = Vec::with_capacity(self.lengths.len());
        for length in &self.lengths {
            let mut out = Zeroizing::new(Vec::with_capacity(length + self.prf.length()));
            while out.len() < *length {
                count += 1;
                let current = variable(&before);
                let input = self.input(Some((count, current.expose())))?;
                before = self.prf.of(&[&input]);
                out.extend_from_slice(before.expose());
            }
            out.truncate(*length);
            keys.push(Secret::new(std::mem::take(&mut *out)));
        }
        Ok(keys)
    }
}

/// A number in whole bytes.
fn encode(number: u64, encoding: Encoding) -> Result<Vec<u8>, Fault> {
    let unfit = Fault::BadParameter("a number is 8 to 64 bits wide, in whole bytes");
    let width = usize::try_from(encoding.bits / 8).map_err(|_| unfit.clone())?;
    if !(1..=8).contains(&width) || !encoding.bits.is_multiple_of(8) {
        return Err(unfit);
    }
    let all = number.to_be_bytes();
    let (spare, digits) = all.split_at(8 - width);
    if spare.iter().any(|byte| *byte != 0) {
        return Err(Fault::BadParameter("a number is too large for its width"));
    }
    Ok(if encoding.little_endian { digits.iter().rev().copied().collect() } else { digits.to_vec() })
}

/// SP 800-108, §4.1.
fn counter(key: &Key, parameter: &Parameter, lengths: &[Option<usize>]) -> Result<Vec<Secret>, Fault> {
    let run = Run::new(key, parameter, lengths)?;
    run.check(true)?;
    run.all(|_| Secret::default())
}

/// SP 800-108, §4.2.
fn feedback(key: &Key, parameter: &Parameter, lengths: &[Option<usize>]) -> Result<Vec<Secret>, Fault> {
    let run = Run::new(key, parameter, lengths)?;
    run.check(false)?;
    run.all(|before| if before.is_empty() { Secret::from(run.counted.iv.as_slice()) } else { before.clone() })
}

/// SP 800-108, §4.3.
fn double_pipeline(
    key: &Key,
    parameter: &Parameter,
    lengths: &[Option<usize>],
) -> Result<Vec<Secret>, Fault> {
    let run = Run::new(key, parameter, lengths)?;
    run.check(false)?;
    let first = run.input(None)?;
    let mut chain = Secret::from(first.as_slice());
    run.all(|_| {
        chain = run.prf.of(&[chain.expose()]);
        chain.clone()
    })
}
