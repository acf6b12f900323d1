//! What an attestation token holds and how it is encoded: the claims of RFC 9783 in CBOR (RFC 8949), within a `COSE_Sign1`
//! (RFC 9052, §4.2).

use crate::algorithms::digest;
use crate::fault::Fault;
use crate::psa::Hash;
use crate::settings::{Attestation, SoftwareComponent};
use minicbor::Encode;
use minicbor::bytes::{ByteSlice, ByteVec};

const PROFILE: &str = "tag:psacertified.org,2023:psa#tfm";

/// A UEID of type RAND: this byte, then 32 that are the key's.
const RAND: u8 = 1;

/// The claims, by their numbers. What is absent is left out.
#[derive(Encode)]
#[cbor(map)]
pub(super) struct Claims<'a> {
    #[n(10)]
    nonce: &'a ByteSlice,
    #[n(256)]
    instance_id: ByteVec,
    #[n(265)]
    profile: &'static str,
    #[n(268)]
    boot_seed: &'a ByteSlice,
    #[n(2394)]
    client_id: i32,
    #[n(2395)]
    lifecycle: u16,
    #[n(2396)]
    implementation_id: ByteVec,
    #[n(2398)]
    certification_reference: Option<&'a str>,
    #[n(2399)]
    software_components: Vec<Component<'a>>,
    #[n(2400)]
    verification_service: Option<&'a str>,
}

#[derive(Encode)]
#[cbor(map)]
struct Component<'a> {
    #[n(1)]
    kind: Option<&'a str>,
    #[n(2)]
    value: ByteVec,
    #[n(4)]
    version: Option<&'a str>,
    #[n(5)]
    signer: ByteVec,
    #[n(6)]
    description: Option<&'a str>,
}

impl<'a> From<&'a SoftwareComponent> for Component<'a> {
    fn from(told: &'a SoftwareComponent) -> Self {
        Component {
            kind: told.kind.as_deref(),
            value: told.value.clone().into(),
            version: told.version.as_deref(),
            signer: told.signer.clone().into(),
            description: told.description.as_deref(),
        }
    }
}

impl Component<'_> {
    /// This program, measured by its name and version: it cannot see itself from outside.
    fn this_program() -> Component<'static> {
        Component {
            kind: Some("PRoT"),
            value: hashed(concat!("twintoken ", env!("CARGO_PKG_VERSION"))),
            version: Some(env!("CARGO_PKG_VERSION")),
            signer: hashed("twintoken"),
            description: Some("sha-256"),
        }
    }
}

fn hashed(text: &str) -> ByteVec {
    digest::hash(Hash::Sha256, text.as_bytes()).into()
}

impl<'a> Claims<'a> {
    /// What is told of the device, with the challenge, the hash of the public key and the boot seed.
    pub(super) fn of(
        told: &'a Attestation,
        challenge: &'a [u8],
        key: &[u8],
        boot_seed: &'a [u8],
    ) -> Claims<'a> {
        let mut software_components: Vec<Component<'_>> =
            told.software_components.iter().map(Component::from).collect();
        if software_components.is_empty() {
            software_components.push(Component::this_program());
        }
        Claims {
            nonce: challenge.into(),
            instance_id: [&[RAND], key].concat().into(),
            profile: PROFILE,
            boot_seed: boot_seed.into(),
            client_id: told.client_id,
            lifecycle: told.lifecycle,
            implementation_id: told
                .implementation_id
                .map_or_else(|| hashed("twintoken"), |id| id.to_vec().into()),
            certification_reference: told.certification_reference.as_deref(),
            software_components,
            verification_service: told.verification_service.as_deref(),
        }
    }

    pub(super) fn encoded(&self) -> Result<Vec<u8>, Fault> {
        encoded(self)
    }
}

/// The headers that the signature covers.
#[derive(Encode)]
#[cbor(map)]
struct Protected {
    /// `alg`: -7 is ES256.
    #[n(1)]
    algorithm: i8,
}

#[derive(Encode)]
#[cbor(map)]
struct Unprotected {}

/// A signed message of one signer.
#[derive(Encode)]
#[cbor(array, tag(18))]
pub(super) struct Sign1<'a> {
    #[n(0)]
    protected: ByteVec,
    #[n(1)]
    unprotected: Unprotected,
    #[n(2)]
    payload: &'a ByteSlice,
    #[n(3)]
    signature: &'a ByteSlice,
}

/// `Sig_structure`: what is signed (RFC 9052, §4.4).
#[derive(Encode)]
#[cbor(array)]
struct ToBeSigned<'a> {
    #[n(0)]
    context: &'static str,
    #[n(1)]
    protected: ByteVec,
    #[n(2)]
    external: &'a ByteSlice,
    #[n(3)]
    payload: &'a ByteSlice,
}

impl Sign1<'_> {
    /// The bytes that the signature is over.
    pub(super) fn to_be_signed(claims: &[u8]) -> Result<Vec<u8>, Fault> {
        encoded(&ToBeSigned {
            context: "Signature1",
            protected: protected()?,
            external: [].as_slice().into(),
            payload: claims.into(),
        })
    }

    /// The token.
    pub(super) fn encoded(claims: &[u8], signature: &[u8]) -> Result<Vec<u8>, Fault> {
        let (payload, signature) = (claims.into(), signature.into());
        encoded(&Sign1 { protected: protected()?, unprotected: Unprotected {}, payload, signature })
    }
}

fn protected() -> Result<ByteVec, Fault> {
    encoded(&Protected { algorithm: -7 }).map(ByteVec::from)
}

fn encoded(value: &impl Encode<()>) -> Result<Vec<u8>, Fault> {
    minicbor::to_vec(value).map_err(|_| Fault::Internal("an attestation token could not be encoded"))
}
