//! Ed448 and Ed448ph (RFC 8032, §5.2). There is no kind without a context; it is mostly empty.

use super::Kind;
use crate::fault::Fault;
use ed448_goldilocks::signature::hazmat::PrehashSigner;
use ed448_goldilocks::{EdwardsScalarBytes, PreHash, Signature, SigningKey, VerifyingKey, signature::Signer};
use zeroize::Zeroizing;

/// The length of a key of either half, and of each half of a signature, in bytes.
const LENGTH: usize = 57;

/// A key of either half, ready for use.
pub(super) struct Ready {
    private: Option<SigningKey>,
    public: VerifyingKey,
}

fn wrong_length() -> Fault {
    Fault::InvalidKey("an Ed448 key has 57 bytes")
}

/// A hash that was computed before.
struct Hashed<'a>(&'a [u8]);

impl PreHash for Hashed<'_> {
    fn fill_bytes(&mut self, out: &mut [u8]) {
        for (to, from) in out.iter_mut().zip(self.0) {
            *to = *from;
        }
    }
}

impl Ready {
    /// Of the 57 bytes of a private key.
    pub(super) fn private(bytes: &[u8]) -> Result<Ready, Fault> {
        let seed = Zeroizing::new(EdwardsScalarBytes::try_from(bytes).map_err(|_| wrong_length())?);
        let private = SigningKey::from(&*seed);
        Ok(Ready { public: private.verifying_key(), private: Some(private) })
    }

    /// Of a public key in its one canonical encoding, in the subgroup of prime order.
    pub(super) fn public(bytes: &[u8]) -> Result<Ready, Fault> {
        let bytes: [u8; LENGTH] = bytes.try_into().map_err(|_| wrong_length())?;
        if !is_canonical(&bytes) {
            return Err(Fault::InvalidKey("the point is not in canonical form"));
        }
        // The crate refuses points outside the subgroup too, and the identity.
        let public = VerifyingKey::from_bytes(&bytes);
        let public =
            public.map_err(|_| Fault::InvalidKey("the point is not on the curve, or of small order"))?;
        Ok(Ready { public, private: None })
    }

    pub(super) fn public_bytes(&self) -> Vec<u8> {
        self.public.to_bytes().to_vec()
    }

    /// A signature of the message, or of its hash.
    pub(super) fn sign(&self, kind: Kind, input: &[u8], context: &[u8]) -> Result<Vec<u8>, Fault> {
        let key = self.private.as_ref().ok_or(Fault::WrongKeyType("signing"))?.with_context(context);
        let signature = if kind == Kind::Prehashed { key.sign_prehash(input) } else { key.try_sign(input) };
        let signature: Signature =
            signature.map_err(|_| Fault::BadParameter("a context has at most 255 bytes"))?;
        Ok(signature.to_bytes().to_vec())
    }

    /// Verifies one: canonical numbers, and no point outside the subgroup.
    pub(super) fn verify(
        &self,
        kind: Kind,
        (input, context): (&[u8], &[u8]),
        signature: &[u8],
    ) -> Result<(), Fault> {
        let bytes: &[u8; 2 * LENGTH] = signature.try_into().map_err(|_| Fault::SignatureLength)?;
        let point = bytes.first_chunk().ok_or(Fault::SignatureLength)?;
        if context.len() > 255 {
            return Err(Fault::BadParameter("a context has at most 255 bytes"));
        }
        if !is_canonical(point) {
            return Err(Fault::BadSignature);
        }
        let signature = Signature::from_bytes(bytes);
        let verified = match kind {
            Kind::Prehashed => self.public.verify_prehashed(&signature, Some(context), Hashed(input)),
            Kind::Pure | Kind::Context => self.public.verify_ctx(&signature, context, input),
        };
        verified.map_err(|_| Fault::BadSignature)
    }
}

/// Whether y is written reduced modulo 2^448 - 2^224 - 1, with only the sign of x above it. The crate reduces it instead.
fn is_canonical(point: &[u8; LENGTH]) -> bool {
    let [low @ .., last] = point;
    let (least, most) = low.split_at(28);
    let ones = |bytes: &[u8]| bytes.iter().all(|byte| *byte == 0xff);
    let is_above = match most {
        [0xff, rest @ ..] => ones(rest),
        [0xfe, rest @ ..] => ones(rest) && ones(least),
        _ => false,
    };
    last & 0x7f == 0 && !is_above
}
