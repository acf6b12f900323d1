//! Prints docs/generated/MAPPING.md; `cargo xtask generate` writes it.

fn main() {
    print!("{}", twintoken_tests::mapping::text());
}
