//! A C program made from the specification's tables, which compiles only if the headers of the PSA face say the same.

mod algorithms;
mod key_types;
mod sizes;
mod written;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};
use twintoken_vectors::spec::{self, PsaFunction, PsaValue};

/// What the program begins with.
const HEADERS: &str = "#include <stddef.h>
#include <stdint.h>
#include \"psa/crypto.h\"
#include \"psa/internal_trusted_storage.h\"
#include \"psa/protected_storage.h\"
#include \"psa/initial_attestation.h\"
#ifdef __cplusplus
extern \"C\" {
#endif
";
const END: &str = "#ifdef __cplusplus
}
#endif
";

/// What the headers are compiled with, in both languages.
pub const WARNINGS: [&str; 4] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];

/// The specification's tables; a test may spoil its copy.
#[derive(Debug, Clone)]
pub struct Tables {
    /// Constants, macros and types.
    pub values: Vec<PsaValue>,
    /// Functions.
    pub functions: Vec<PsaFunction>,
}

impl Tables {
    /// As they are in `vectors/data/spec/`.
    #[must_use]
    pub fn specified() -> Tables {
        Tables { values: spec::psa_values(), functions: spec::psa_functions() }
    }

    /// What the table has for a name.
    fn value(&self, name: &str) -> &str {
        let row = self.values.iter().find(|row| row.name == name);
        &row.unwrap_or_else(|| panic!("{name} is in no table")).value
    }

    /// The number of a plain constant.
    fn number(&self, name: &str) -> u32 {
        let row = self.values.iter().find(|row| row.name == name).and_then(PsaValue::number);
        u32::try_from(row.unwrap_or_else(|| panic!("{name} is no number"))).unwrap()
    }

    /// The first number in the formula of a function-like macro: what its argument is put into.
    fn base(&self, name: &str) -> u32 {
        let formula = self.value(name);
        let digits = formula.split("0x").nth(1).unwrap_or_else(|| panic!("{name}: {formula}"));
        let end = digits.find(|one: char| !one.is_ascii_hexdigit()).unwrap_or(digits.len());
        u32::from_str_radix(&digits[..end], 16).unwrap()
    }
}

/// A claim about a macro that has no plain number in the table: a C expression that is constant and must be true.
#[derive(Debug, Clone)]
struct Claim {
    of: String,
    expression: String,
}

impl Claim {
    /// That a call of the macro gives a number.
    fn call(of: &str, arguments: &str, gives: impl Into<u64>) -> Claim {
        Claim::new(of, format!("{of}({arguments}) == {}u", gives.into()))
    }

    fn new(of: &str, expression: String) -> Claim {
        Claim { of: of.to_owned(), expression }
    }
}

/// How a row of the values is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// By its number.
    Number,
    /// By what the type is, or by its size.
    Type,
    /// By an object that it initialises.
    Initializer,
    /// By the claims about it.
    Claims,
}

fn how(row: &PsaValue) -> How {
    if row.name.ends_with("_t") {
        How::Type
    } else if row.name.ends_with("_INIT") {
        How::Initializer
    } else if row.number().is_some() {
        How::Number
    } else {
        How::Claims
    }
}

/// How many rows were checked, and how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows of plain numbers.
    pub numbers: usize,
    /// Rows of types.
    pub types: usize,
    /// Rows of initialisers.
    pub initializers: usize,
    /// Rows of macros about which something is claimed.
    pub claimed: usize,
    /// Rows of functions.
    pub functions: usize,
}

/// The program, and what it checks.
#[derive(Debug)]
pub struct Program {
    /// C99, and C++11.
    pub text: String,
    /// The rows it checks.
    pub counts: Counts,
    /// How many expressions it has.
    pub checks: usize,
}

impl Program {
    /// Makes the program of these tables.
    ///
    /// # Panics
    /// When a row is checked by nothing, or something is claimed that no row names.
    #[must_use]
    pub fn of(tables: &Tables) -> Program {
        let mut program = Program { text: HEADERS.to_owned(), counts: Counts::default(), checks: 0 };
        for row in &tables.values {
            match how(row) {
                How::Number => program.number(row),
                How::Type => program.type_of(row),
                How::Initializer => program.initializer(row),
                How::Claims => program.counts.claimed += 1,
            }
        }
        program.claims(tables);
        for function in &tables.functions {
            program.function(function);
        }
        program.text += END;
        program
    }

    /// An array of a negative size does not compile. (`_Static_assert` is not C99.)
    fn check(&mut self, of: &str, expression: &str) {
        self.checks += 1;
        writeln!(self.text, "extern char {of}_{}[({expression}) ? 1 : -1];", self.checks).unwrap();
    }

    fn number(&mut self, row: &PsaValue) {
        let (name, value) = (&row.name, row.number().unwrap());
        let is_status = row.kind == "status" || row.document.starts_with("status-code");
        let due = match value {
            _ if is_status => format!("({value})"),
            ..0 => format!("((size_t) {value})"),
            _ => format!("{value:#x}u"),
        };
        self.check(&format!("value_{name}"), &format!("{name} == {due}"));
        self.counts.numbers += 1;
    }

    /// Two declarations of one object agree only if the types are the same; those left to us have the agreed sizes.
    fn type_of(&mut self, row: &PsaValue) {
        let name = &row.name;
        match row.value.strip_prefix("typedef:").and_then(|text| text.split_once(' ')) {
            Some((own, rest)) if rest == name => {
                let line = format!("extern {own} type_{name};\nextern {name} type_{name};");
                writeln!(self.text, "{line}").unwrap();
            }
            _ => {
                let size = sizes::of_type(name);
                let keyword = if name == "psa_storage_info_t" { "struct " } else { "" };
                self.check(&format!("size_{name}"), &format!("sizeof({keyword}{name}) == {size}"));
            }
        }
        self.counts.types += 1;
    }

    fn initializer(&mut self, row: &PsaValue) {
        let name = &row.name;
        let of = format!("{}_t", name.trim_end_matches("_INIT").to_lowercase());
        writeln!(self.text, "extern const {of} object_{of};\nconst {of} object_{of} = {name};").unwrap();
        self.counts.initializers += 1;
    }

    fn claims(&mut self, tables: &Tables) {
        let due: BTreeSet<&str> =
            tables.values.iter().filter(|row| how(row) == How::Claims).map(|row| row.name.as_str()).collect();
        let mut seen = BTreeSet::new();
        let claims = [
            algorithms::claims(tables),
            key_types::claims(tables),
            sizes::claims(),
            written::claims().to_vec(),
        ];
        for claim in claims.into_iter().flatten() {
            self.check(&claim.of, &claim.expression);
            seen.insert(claim.of);
        }
        let seen: BTreeSet<&str> = seen.iter().map(String::as_str).collect();
        assert_eq!(
            due.difference(&seen).collect::<Vec<_>>(),
            Vec::<&&str>::new(),
            "nothing is claimed of these"
        );
        assert_eq!(seen.difference(&due).collect::<Vec<_>>(), Vec::<&&str>::new(), "these are in no row");
    }

    /// The pointer needs a declaration in the headers, of this type; so does, for what the library exports, another one.
    fn function(&mut self, row: &PsaFunction) {
        let (returns, name) = (&row.returns, &row.function);
        assert!(!returns.is_empty(), "{name} has no type in the table");
        let parameters = if row.params.trim().is_empty() { "void" } else { &row.params };
        let pointer = format!("{returns} (*const pointer_{name})({parameters})");
        writeln!(self.text, "extern {pointer};\n{pointer} = {name};").unwrap();
        if !is_inline(name) {
            writeln!(self.text, "{returns} {name}({parameters});").unwrap();
        }
        self.counts.functions += 1;
    }

    /// Compiles the program with a C or C++ compiler, with all warnings as errors, and gives what that said.
    ///
    /// # Panics
    /// When the compiler does not start.
    #[must_use]
    pub fn compile(&self, compiler: &Path, language: Language) -> Output {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(format!("checks.{}", language.suffix()));
        std::fs::write(&file, &self.text).unwrap();
        command(compiler, language).arg("-fsyntax-only").arg(file).output().unwrap()
    }
}

/// Functions that only read or write what the caller holds are no part of the library.
fn is_inline(name: &str) -> bool {
    let attribute = |verb: &str| {
        let rest = name.strip_prefix(verb);
        rest.is_some_and(|rest| {
            ["id", "lifetime", "algorithm", "usage_flags", "type", "bits"].contains(&rest)
        })
    };
    name.ends_with("_init") && name != "psa_crypto_init"
        || name == "psa_reset_key_attributes"
        || name.starts_with("psa_pake_cs_")
        || attribute("psa_set_key_")
        || attribute("psa_get_key_")
}

/// What the headers can be read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// C99.
    C,
    /// C++11.
    Cpp,
}

impl Language {
    const fn suffix(self) -> &'static str {
        match self {
            Language::C => "c",
            Language::Cpp => "cpp",
        }
    }

    const fn standard(self) -> &'static str {
        match self {
            Language::C => "-std=c99",
            Language::Cpp => "-std=c++11",
        }
    }
}

/// A compiler that finds the headers.
#[must_use]
pub fn command(compiler: &Path, language: Language) -> Command {
    let mut command = Command::new(compiler);
    command.arg(language.standard()).args(WARNINGS);
    command.arg(concat!("-I", env!("CARGO_MANIFEST_DIR"), "/../psa-shim/include"));
    command
}
