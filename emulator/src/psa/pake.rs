//! Password-authenticated key exchange (PSA Crypto, "Password-authenticated key exchange (PAKE)"): cipher suites as values;
//! no algorithm is built, as no well-kept crate has one, so no operation ever becomes active.

use super::multipart::operation;
use super::{Algorithm, Attributes, KeyId, Psa, Status, expect};
use crate::fault::Fault;

/// A psa_pake_primitive_t: type in bits 31:24, family in 23:16, size in bits in 15:0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct PakePrimitive(pub u32);

impl PakePrimitive {
    /// PSA_PAKE_PRIMITIVE; 0 for a size that does not fit 16 bits.
    ///
    /// ```
    /// assert_eq!(twintoken::psa::PakePrimitive::new(1, 0x12, 256).0, 0x0112_0100);
    /// ```
    #[must_use]
    pub const fn new(primitive_type: u8, family: u8, bits: u32) -> PakePrimitive {
        if bits > 0xffff {
            return PakePrimitive(0);
        }
        PakePrimitive((primitive_type as u32) << 24 | (family as u32) << 16 | bits)
    }
}

/// psa_pake_cipher_suite_t. The default is PSA_PAKE_CIPHER_SUITE_INIT: no algorithm, and a confirmed key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PakeCipherSuite {
    algorithm: Algorithm,
    primitive: PakePrimitive,
    key_confirmation: u32,
}

impl PakeCipherSuite {
    /// psa_pake_cipher_suite_init.
    ///
    /// ```
    /// # use twintoken::psa::{Algorithm, PakeCipherSuite};
    /// assert_eq!(PakeCipherSuite::new().algorithm(), Algorithm::NONE);
    /// ```
    #[must_use]
    pub fn new() -> PakeCipherSuite {
        PakeCipherSuite::default()
    }

    /// psa_pake_cs_get_algorithm.
    ///
    /// ```
    /// # use twintoken::psa::{Algorithm, PakeCipherSuite};
    /// let jpake = Algorithm(0x0a00_0109);
    /// assert_eq!(PakeCipherSuite::new().with_algorithm(jpake).algorithm(), jpake);
    /// ```
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// psa_pake_cs_set_algorithm.
    ///
    /// ```
    /// # use twintoken::psa::{Algorithm, PakeCipherSuite};
    /// let suite = PakeCipherSuite::new().with_algorithm(Algorithm(0x0a00_0109));
    /// assert!(suite.algorithm().is_pake());
    /// ```
    #[must_use]
    pub fn with_algorithm(self, algorithm: Algorithm) -> PakeCipherSuite {
        PakeCipherSuite { algorithm, ..self }
    }

    /// psa_pake_cs_get_primitive.
    ///
    /// ```
    /// # use twintoken::psa::{PakeCipherSuite, PakePrimitive};
    /// assert_eq!(PakeCipherSuite::new().primitive(), PakePrimitive(0));
    /// ```
    #[must_use]
    pub fn primitive(&self) -> PakePrimitive {
        self.primitive
    }

    /// psa_pake_cs_set_primitive.
    ///
    /// ```
    /// # use twintoken::psa::{PakeCipherSuite, PakePrimitive};
    /// let p256 = PakePrimitive::new(1, 0x12, 256);
    /// assert_eq!(PakeCipherSuite::new().with_primitive(p256).primitive(), p256);
    /// ```
    #[must_use]
    pub fn with_primitive(self, primitive: PakePrimitive) -> PakeCipherSuite {
        PakeCipherSuite { primitive, ..self }
    }

    /// psa_pake_cs_get_key_confirmation: PSA_PAKE_CONFIRMED_KEY is 0, PSA_PAKE_UNCONFIRMED_KEY is 1.
    ///
    /// ```
    /// assert_eq!(twintoken::psa::PakeCipherSuite::new().key_confirmation(), 0);
    /// ```
    #[must_use]
    pub fn key_confirmation(&self) -> u32 {
        self.key_confirmation
    }

    /// psa_pake_cs_set_key_confirmation.
    ///
    /// ```
    /// assert_eq!(twintoken::psa::PakeCipherSuite::new().with_key_confirmation(1).key_confirmation(), 1);
    /// ```
    #[must_use]
    pub fn with_key_confirmation(self, key_confirmation: u32) -> PakeCipherSuite {
        PakeCipherSuite { key_confirmation, ..self }
    }
}

/// What an active operation would hold; there is none.
pub(super) enum Never {}

operation! {
    /// psa_pake_operation_t.
    PakeOperation, Never, "psa_pake_operation_init"
}

/// A function of an operation that is never active, with the specification's parameters.
macro_rules! inactive {
    ($(#[$doc:meta])* $name:ident, $returns:ty $(, $parameter:ident: $kind:ty = $sample:literal)*) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// PSA_ERROR_BAD_STATE: no operation is ever active.
        ///
        /// ```
        /// # use twintoken::{Emulator, Settings, psa::{Attributes, PakeOperation, Status}};
        /// # let emulator = Emulator::open(Settings::memory())?;
        /// let (psa, mut operation) = (emulator.psa(), PakeOperation::new());
        #[doc = concat!("let answer = psa.", stringify!($name), "(&mut operation", $(", ", $sample,)* ");")]
        /// assert_eq!(answer, Err(Status::BAD_STATE));
        /// # Ok::<(), Box<dyn std::error::Error>>(())
        /// ```
        pub fn $name(&self, operation: &mut PakeOperation $(, $parameter: $kind)*) -> Result<$returns, Status> {
            $(let _ = $parameter;)*
            operation.0.run(|never| match *never {})
        }
    };
}

impl Psa<'_> {
    /// psa_pake_setup.
    ///
    /// # Errors
    /// PSA_ERROR_NOT_SUPPORTED for every PAKE; PSA_ERROR_INVALID_ARGUMENT for what is none.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::{Algorithm, KeyId, PakeCipherSuite, PakeOperation, Status}};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// let suite = PakeCipherSuite::new().with_algorithm(Algorithm(0x0a00_0109));
    /// let answer = emulator.psa().pake_setup(&mut PakeOperation::new(), KeyId(1), &suite);
    /// assert_eq!(answer, Err(Status::NOT_SUPPORTED));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn pake_setup(
        &self,
        operation: &mut PakeOperation,
        _password_key: KeyId,
        suite: &PakeCipherSuite,
    ) -> Result<(), Status> {
        operation.0.begin(|| {
            let algorithm = suite.algorithm();
            expect(algorithm, algorithm.is_pake(), "it is no PAKE")?;
            Err(Fault::AlgorithmNotSupported(algorithm.0))
        })
    }

    inactive! {
        /// psa_pake_set_role.
        pake_set_role, (), _role: u8 = "1"
    }

    inactive! {
        /// psa_pake_set_user.
        pake_set_user, (), _user: &[u8] = "b\"client\""
    }

    inactive! {
        /// psa_pake_set_peer.
        pake_set_peer, (), _peer: &[u8] = "b\"server\""
    }

    inactive! {
        /// psa_pake_set_context.
        pake_set_context, (), _context: &[u8] = "b\"context\""
    }

    inactive! {
        /// psa_pake_output: would write what the other side is sent, and tell its length in bytes.
        pake_output, usize, _step: u8 = "1", _output: &mut [u8] = "&mut [0; 65]"
    }

    inactive! {
        /// psa_pake_input: would take in what the other side has sent.
        pake_input, (), _step: u8 = "1", _input: &[u8] = "&[4; 65]"
    }

    inactive! {
        /// psa_pake_get_shared_key: would make a key of the shared secret.
        pake_get_shared_key, KeyId, _attributes: &Attributes = "&Attributes::new()"
    }

    /// psa_pake_abort: the operation is inactive afterwards, whatever it was.
    ///
    /// # Errors
    /// None.
    ///
    /// ```
    /// # use twintoken::{Emulator, Settings, psa::PakeOperation};
    /// # let emulator = Emulator::open(Settings::memory())?;
    /// emulator.psa().pake_abort(&mut PakeOperation::new())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn pake_abort(&self, operation: &mut PakeOperation) -> Result<(), Status> {
        *operation = PakeOperation::new();
        Ok(())
    }
}
