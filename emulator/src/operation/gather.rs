//! How a signature's input is collected, part by part, before the mechanism computes.

use crate::algorithms::digest;
use crate::fault::Fault;
use crate::grant::Grant;
use crate::registry::xof::XofState;
use crate::registry::{DigestState, Gather, MacState, Signature};

/// The longest message that is kept whole, in bytes: 64 MiB.
const LONGEST: usize = 64 << 20;

/// Input of a multi-part signature or verification.
pub(super) enum Gathered {
    Whole(Vec<u8>),
    Digest(Box<dyn DigestState>),
    Xof(Box<dyn XofState>, usize),
    Mac(Box<dyn MacState>),
}

/// What the mechanism computes with once all input is there.
pub(super) enum Input {
    /// The bytes to sign: the message or its digest.
    Bytes(Vec<u8>),
    /// The MAC itself.
    Mac(Vec<u8>),
}

pub(super) fn signature_of(grant: &Grant) -> Result<&'static Signature, Fault> {
    grant.row().sign.as_ref().ok_or(Fault::Internal("a grant to sign for a mechanism that does not sign"))
}

/// Refuses parts where the mechanism takes its input in one.
pub(super) fn admit_parts(grant: &Grant) -> Result<(), Fault> {
    match signature_of(grant)?.gather {
        Gather::Once => Err(Fault::OnePartOnly(grant.row().name)),
        Gather::All | Gather::Digest(_) | Gather::Xof { .. } | Gather::Mac(_) => Ok(()),
    }
}

impl Gathered {
    /// Begins a multi-part input.
    pub(super) fn begin(grant: &Grant) -> Result<Gathered, Fault> {
        match signature_of(grant)?.gather {
            Gather::Once => Err(Fault::OnePartOnly(grant.row().name)),
            Gather::All => Ok(Gathered::Whole(Vec::new())),
            Gather::Digest(hash) => Ok(Gathered::Digest(digest::begin(hash))),
            Gather::Xof { begin, length } => Ok(Gathered::Xof(begin(), length)),
            Gather::Mac(begin) => Ok(Gathered::Mac(begin(grant.key())?)),
        }
    }

    pub(super) fn feed(&mut self, part: &[u8]) -> Result<(), Fault> {
        match self {
            Gathered::Whole(all) if all.len().saturating_add(part.len()) > LONGEST => {
                Err(Fault::DataLength("more than 64 MiB for a mechanism that needs its message whole"))
            }
            Gathered::Whole(all) => {
                all.extend_from_slice(part);
                Ok(())
            }
            Gathered::Digest(state) => {
                state.update(part);
                Ok(())
            }
            Gathered::Xof(state, _) => {
                state.update(part);
                Ok(())
            }
            Gathered::Mac(state) => {
                state.update(part);
                Ok(())
            }
        }
    }

    pub(super) fn finish(self, grant: &Grant) -> Input {
        match self {
            Gathered::Whole(all) => Input::Bytes(all),
            Gathered::Digest(state) => Input::Bytes(state.finish()),
            Gathered::Xof(state, length) => {
                let mut digest = vec![0; length];
                state.finish().read(&mut digest);
                Input::Bytes(digest)
            }
            Gathered::Mac(state) => {
                let mut mac = state.finish();
                mac.truncate(grant.parameter().mac_length().unwrap_or(mac.len()));
                Input::Mac(mac)
            }
        }
    }
}

/// The input of a one-part call.
pub(super) fn whole(grant: &Grant, data: &[u8]) -> Result<Input, Fault> {
    if let Gather::Once = signature_of(grant)?.gather {
        return Ok(Input::Bytes(data.to_vec()));
    }
    let mut gathered = Gathered::begin(grant)?;
    gathered.feed(data)?;
    Ok(gathered.finish(grant))
}
