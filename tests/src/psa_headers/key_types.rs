//! Claims about key types, lifetimes and PAKE primitives.

use super::{Claim, Tables};

/// Types that are made of a family: their kind, and the tables' prefix of the families.
const OF_A_FAMILY: [(&str, &str, &str); 10] = [
    ("ECC_KEY_PAIR", "ECC", "PSA_ECC_FAMILY_"),
    ("ECC_PUBLIC_KEY", "ECC", "PSA_ECC_FAMILY_"),
    ("SPAKE2P_KEY_PAIR", "SPAKE2P", "PSA_ECC_FAMILY_"),
    ("SPAKE2P_PUBLIC_KEY", "SPAKE2P", "PSA_ECC_FAMILY_"),
    ("WPA3_SAE_ECC", "WPA3_SAE_ECC", "PSA_ECC_FAMILY_"),
    ("DH_KEY_PAIR", "DH", "PSA_DH_FAMILY_"),
    ("DH_PUBLIC_KEY", "DH", "PSA_DH_FAMILY_"),
    ("WPA3_SAE_DH", "WPA3_SAE_DH", "PSA_DH_FAMILY_"),
    ("SLH_DSA_KEY_PAIR", "SLH_DSA", "PSA_SLH_DSA_FAMILY_"),
    ("SLH_DSA_PUBLIC_KEY", "SLH_DSA", "PSA_SLH_DSA_FAMILY_"),
];

/// The blocks of ciphers, in bytes.
const BLOCKS: [(&str, u32); 9] = [
    ("AES", 16),
    ("ARIA", 16),
    ("CAMELLIA", 16),
    ("SM4", 16),
    ("DES", 8),
    ("ARC4", 1),
    ("CHACHA20", 1),
    ("XCHACHA20", 1),
    ("ASCON", 1),
];

/// A key type as C writes it, its number, and its name without the family.
struct Sample {
    text: String,
    number: u32,
    name: String,
    family: Option<(&'static str, u32)>,
}

fn samples(tables: &Tables) -> Vec<Sample> {
    let rows = tables.values.iter().filter(|row| row.kind == "key_type");
    let mut samples: Vec<Sample> = rows
        .map(|row| Sample {
            text: row.name.clone(),
            number: tables.number(&row.name),
            name: row.name.trim_start_matches("PSA_KEY_TYPE_").to_owned(),
            family: None,
        })
        .collect();
    for (name, kind, prefix) in OF_A_FAMILY {
        let base = tables.base(&format!("PSA_KEY_TYPE_{name}"));
        for family in tables.values.iter().filter(|row| row.name.starts_with(prefix)) {
            let number = tables.number(&family.name);
            samples.push(Sample {
                text: format!("PSA_KEY_TYPE_{name}({})", family.name),
                number: base | number,
                name: name.to_owned(),
                family: Some((kind, number)),
            });
        }
    }
    samples
}

/// Whether the type is what a predicate asks for ("Key type encoding": bit 14 and category, else by its name).
fn is(sample: &Sample, predicate: &str) -> bool {
    let category = (sample.number >> 14 & 1, sample.number >> 12 & 3);
    match predicate {
        "ASYMMETRIC" => category.0 == 1,
        "UNSTRUCTURED" => category == (0, 1) || category == (0, 2),
        "PUBLIC_KEY" => category == (1, 0),
        "KEY_PAIR" => category == (1, 3),
        _ => {
            let kind = sample.name.trim_end_matches("_KEY_PAIR").trim_end_matches("_PUBLIC_KEY");
            sample.name == predicate || kind == predicate
        }
    }
}

/// All claims of this file.
pub(super) fn claims(tables: &Tables) -> Vec<Claim> {
    let samples = samples(tables);
    let mut claims = Vec::new();
    for sample in &samples {
        assert!(
            sample.number.count_ones().is_multiple_of(2),
            "{}: the encoding has even parity",
            sample.text
        );
        claims.extend(parts(sample));
    }
    for predicate in tables.values.iter().filter(|row| row.name.starts_with("PSA_KEY_TYPE_IS_")) {
        let of = predicate.name.trim_start_matches("PSA_KEY_TYPE_IS_");
        for sample in &samples {
            let expression =
                format!("({}({}) != 0) == {}", predicate.name, sample.text, u8::from(is(sample, of)));
            claims.push(Claim::new(&predicate.name, expression));
        }
        assert!(samples.iter().any(|sample| is(sample, of)), "no sample is {of}");
    }
    for (short, block) in BLOCKS {
        claims.push(Claim::call("PSA_BLOCK_CIPHER_BLOCK_LENGTH", &format!("PSA_KEY_TYPE_{short}"), block));
    }
    claims.extend(lifetimes());
    claims.extend(primitives());
    claims
}

fn parts(sample: &Sample) -> Vec<Claim> {
    let Sample { text, number, name, family } = sample;
    let mut claims = Vec::new();
    if let Some((kind, family)) = family {
        claims.push(Claim::new(&format!("PSA_KEY_TYPE_{name}"), format!("{text} == {number:#06x}u")));
        claims.push(Claim::call(&format!("PSA_KEY_TYPE_{kind}_GET_FAMILY"), text, *family));
    }
    if number & 0x4000 != 0 {
        let (public, pair) = (number & !0x3000, number | 0x3000);
        claims.push(Claim::call("PSA_KEY_TYPE_PUBLIC_KEY_OF_KEY_PAIR", text, public));
        claims.push(Claim::call("PSA_KEY_TYPE_KEY_PAIR_OF_PUBLIC_KEY", text, pair));
    }
    claims
}

/// A lifetime is location << 8 | persistence, and volatile when the persistence is 0.
fn lifetimes() -> Vec<Claim> {
    let mut claims = Vec::new();
    for (persistence, location) in [(0, 0), (1, 0), (0, 1), (1, 4), (0xff, 0x0080_0000), (0x80, 0x00ff_ffff)]
    {
        let lifetime: u32 = location << 8 | persistence;
        let both = format!("(psa_key_persistence_t) {persistence}, (psa_key_location_t) {location}");
        let made = "PSA_KEY_LIFETIME_FROM_PERSISTENCE_AND_LOCATION";
        claims.push(Claim::call(made, &both, lifetime));
        let made = format!("{made}({both})");
        claims.push(Claim::call("PSA_KEY_LIFETIME_GET_PERSISTENCE", &made, persistence));
        claims.push(Claim::call("PSA_KEY_LIFETIME_GET_LOCATION", &made, location));
        let volatile = u8::from(persistence == 0);
        claims.push(Claim::new(
            "PSA_KEY_LIFETIME_IS_VOLATILE",
            format!("(PSA_KEY_LIFETIME_IS_VOLATILE({made}) != 0) == {volatile}"),
        ));
    }
    claims
}

/// Type in bits 31:24, family in 23:16, size in 15:0; 0 for a size that does not fit.
fn primitives() -> Vec<Claim> {
    let mut claims = Vec::new();
    for (kind, family, bits) in [(1, 0x12, 256), (1, 0x42, 255), (2, 0x03, 6144), (0x80, 0xff, 0xffff)] {
        let primitive: u32 = kind << 24 | family << 16 | bits;
        let parts = format!("(psa_pake_primitive_type_t) {kind}, (psa_pake_family_t) {family}, {bits}");
        claims.push(Claim::call("PSA_PAKE_PRIMITIVE", &parts, primitive));
        let made = format!("PSA_PAKE_PRIMITIVE({parts})");
        claims.push(Claim::call("PSA_PAKE_PRIMITIVE_GET_TYPE", &made, kind));
        claims.push(Claim::call("PSA_PAKE_PRIMITIVE_GET_FAMILY", &made, family));
        claims.push(Claim::call("PSA_PAKE_PRIMITIVE_GET_BITS", &made, bits));
    }
    claims.push(Claim::call(
        "PSA_PAKE_PRIMITIVE",
        "PSA_PAKE_PRIMITIVE_TYPE_ECC, PSA_ECC_FAMILY_SECP_R1, 65536",
        0_u32,
    ));
    claims
}
