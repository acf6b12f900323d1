//! Key derivation in steps: HKDF, the PRF of TLS 1.2, PBKDF2, and SP 800-108 in counter mode.

mod blocks;
mod material;
mod prf;
pub mod sp800_108;

pub use material::material;

use super::Family;
use crate::fault::Fault;
use crate::key::algorithm::{Algorithm, Hash};
use crate::key::key_type::KeyType;
use crate::registry::kdf::{Kdf, Step, StepRule};
use crate::registry::{Mechanism, Psa, Takes};

const SECRETS: &[KeyType] = &[KeyType::Derive, KeyType::GenericSecret];
const PASSWORDS: &[KeyType] = &[KeyType::Password, KeyType::Derive, KeyType::GenericSecret];
const SALTS: &[KeyType] = &[KeyType::RawData, KeyType::Pepper];
const DATA: &[KeyType] = &[KeyType::RawData];

/// The longest pre-shared key, in bytes: PSA_TLS12_PSK_TO_MS_PSK_MAX_SIZE.
pub const LONGEST_PSK: usize = 128;
/// PSA_TLS12_ECJPAKE_TO_PMS_OUTPUT_SIZE.
pub const ECJPAKE_OUTPUT: usize = 32;
/// The most that SP 800-108 gives, in bytes: its count of bits has 32.
const LONGEST_COUNTED: u64 = 0x1fff_ffff;

/// HKDF (RFC 5869).
pub const HKDF: Kdf = Kdf {
    steps: &[
        StepRule::once(Step::SALT, SALTS).or_not(),
        StepRule::once(Step::SECRET, SECRETS),
        StepRule { any_time: true, ..StepRule::once(Step::INFO, DATA) },
    ],
    hashes: &Hash::ALL,
    capacity: |hash| 255 * hash.length() as u64,
    check: any,
    largest: 0,
    begin: blocks::hkdf,
};

const HKDF_EXTRACT: Kdf = Kdf {
    steps: &[StepRule::once(Step::SALT, SALTS), StepRule::once(Step::SECRET, SECRETS)],
    capacity: |hash| hash.length() as u64,
    begin: blocks::hkdf_extract,
    ..HKDF
};

const HKDF_EXPAND: Kdf = Kdf {
    steps: &[StepRule::once(Step::SECRET, SECRETS), StepRule::once(Step::INFO, DATA)],
    check: |hash, step, bytes| {
        let is_right = step != Step::SECRET || bytes.len() == hash.length();
        if is_right { Ok(()) } else { Err(Fault::DataLength("a pseudorandom key is as long as the hash")) }
    },
    begin: blocks::hkdf_expand,
    ..HKDF
};

const TLS12_PRF: Kdf = Kdf {
    steps: &[
        StepRule::once(Step::SEED, DATA),
        StepRule::once(Step::SECRET, SECRETS),
        StepRule::once(Step::LABEL, DATA),
    ],
    hashes: &[Hash::Sha256, Hash::Sha384],
    capacity: |_| u64::MAX,
    begin: blocks::tls12_prf,
    ..HKDF
};

const TLS12_PSK_TO_MS: Kdf = Kdf {
    steps: &[
        StepRule::once(Step::SEED, DATA),
        StepRule::once(Step::OTHER_SECRET, &[KeyType::Derive, KeyType::GenericSecret, KeyType::RawData])
            .or_not(),
        StepRule::once(Step::SECRET, SECRETS),
        StepRule::once(Step::LABEL, DATA),
    ],
    check: |_, step, bytes| match step {
        Step::SECRET if bytes.len() > LONGEST_PSK => {
            Err(Fault::DataLength("a pre-shared key has at most 128 bytes"))
        }
        Step::OTHER_SECRET if bytes.len() > 0xffff => {
            Err(Fault::DataLength("a secret has at most 65535 bytes"))
        }
        _ => Ok(()),
    },
    begin: blocks::tls12_psk_to_ms,
    ..TLS12_PRF
};

const TLS12_ECJPAKE_TO_PMS: Kdf = Kdf {
    steps: &[StepRule::once(Step::SECRET, SECRETS)],
    hashes: &[Hash::Sha256],
    capacity: |_| ECJPAKE_OUTPUT as u64,
    check: |_, _, bytes| match bytes {
        [4, rest @ ..] if rest.len() == 64 => Ok(()),
        _ => Err(Fault::DataLength("the shared secret is an uncompressed point of P-256")),
    },
    begin: blocks::tls12_ecjpake_to_pms,
    ..HKDF
};

/// PBKDF2 (RFC 8018, §5.2).
pub const PBKDF2_HMAC: Kdf = Kdf {
    steps: &[
        StepRule { keys: &[], ..StepRule::once(Step::COST, &[]) },
        StepRule { repeats: true, ..StepRule::once(Step::SALT, SALTS) },
        StepRule::once(Step::PASSWORD, PASSWORDS),
    ],
    capacity: |hash| 0xffff_ffff * hash.length() as u64,
    largest: 0xffff_ffff,
    begin: blocks::pbkdf2_hmac,
    ..HKDF
};

const PBKDF2_AES_CMAC_PRF_128: Kdf = Kdf {
    hashes: &[],
    capacity: |_| 0xffff_ffff * 16,
    begin: blocks::pbkdf2_aes_cmac_prf_128,
    ..PBKDF2_HMAC
};

const SP800_108_COUNTER_HMAC: Kdf = Kdf {
    steps: &[
        StepRule::once(Step::SECRET, &[KeyType::Hmac, KeyType::Derive, KeyType::GenericSecret]),
        StepRule::once(Step::LABEL, DATA).or_not(),
        StepRule::once(Step::CONTEXT, DATA).or_not(),
    ],
    capacity: |_| LONGEST_COUNTED,
    check: |_, step, bytes| {
        let broken = step == Step::LABEL && bytes.contains(&0);
        if broken { Err(Fault::DataInvalid("a label holds no zero byte")) } else { Ok(()) }
    },
    begin: blocks::sp800_108_hmac,
    ..HKDF
};

const SP800_108_COUNTER_CMAC: Kdf = Kdf {
    steps: &[
        StepRule { direct: false, ..StepRule::once(Step::SECRET, &[KeyType::Aes]) },
        StepRule::once(Step::LABEL, DATA).or_not(),
        StepRule::once(Step::CONTEXT, DATA).or_not(),
    ],
    hashes: &[],
    begin: blocks::sp800_108_cmac,
    ..SP800_108_COUNTER_HMAC
};

/// The family's rows.
pub static FAMILY: Family = Family {
    name: "kdf",
    mechanisms: &[
        row("PSA_ALG_HKDF_EXTRACT", Algorithm::hkdf_extract(Algorithm::ANY_HASH), HKDF_EXTRACT),
        row("PSA_ALG_HKDF_EXPAND", Algorithm::hkdf_expand(Algorithm::ANY_HASH), HKDF_EXPAND),
        row("PSA_ALG_TLS12_PRF", Algorithm::tls12_prf(Algorithm::ANY_HASH), TLS12_PRF),
        row("PSA_ALG_TLS12_PSK_TO_MS", Algorithm::tls12_psk_to_ms(Algorithm::ANY_HASH), TLS12_PSK_TO_MS),
        row("PSA_ALG_TLS12_ECJPAKE_TO_PMS", Algorithm::TLS12_ECJPAKE_TO_PMS, TLS12_ECJPAKE_TO_PMS),
        row("PSA_ALG_PBKDF2_HMAC", Algorithm::pbkdf2_hmac(Algorithm::ANY_HASH), PBKDF2_HMAC),
        row("PSA_ALG_PBKDF2_AES_CMAC_PRF_128", Algorithm::PBKDF2_AES_CMAC_PRF_128, PBKDF2_AES_CMAC_PRF_128),
        row(
            "PSA_ALG_SP800_108_COUNTER_HMAC",
            Algorithm::sp800_108_counter_hmac(Algorithm::ANY_HASH),
            SP800_108_COUNTER_HMAC,
        ),
        row("PSA_ALG_SP800_108_COUNTER_CMAC", Algorithm::SP800_108_COUNTER_CMAC, SP800_108_COUNTER_CMAC),
    ],
    keys: None,
};

const fn row(name: &'static str, algorithm: Algorithm, kdf: Kdf) -> Mechanism {
    Mechanism {
        name,
        ckm: Mechanism::PSA_ONLY,
        psa: Some(Psa { algorithm, takes: Takes::Message }),
        kdf: Some(kdf),
        ..Mechanism::NOTHING
    }
}

fn any(_: Hash, _: Step, _: &[u8]) -> Result<(), Fault> {
    Ok(())
}
