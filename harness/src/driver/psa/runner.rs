//! A PSA library in C: its calls are made by a small C program, one line for each.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use twintoken::psa::Status;

use super::face::{Answer, Face, Output};
use crate::driver::bytes;
use crate::hex;
use crate::psa::{Attributes, Call, Key, Work};
use crate::step::Data;

/// The running program.
pub(crate) struct Runner {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Runner {
    /// Starts `program` and lets it call psa_crypto_init.
    pub(crate) fn start(program: &Path) -> Result<Self, String> {
        let start = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = start.map_err(|error| format!("{}: {error}", program.display()))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("the runner has no pipes".into());
        };
        let mut runner = Self { child, input, output: BufReader::new(output) };
        match runner.answer("psa_crypto_init") {
            Ok(_) => Ok(runner),
            Err(status) => Err(format!("psa_crypto_init: {}", status.name())),
        }
    }

    fn answer(&mut self, line: &str) -> Answer {
        let mut said = String::new();
        if writeln!(self.input, "{line}").is_err() {
            self.end();
        }
        loop {
            said.clear();
            match self.output.read_line(&mut said) {
                Ok(read) if read > 0 => {}
                _ => self.end(),
            }
            // Libraries print what they like; an answer begins with this sign.
            if let Some(answer) = said.strip_prefix('=') {
                return parsed(answer.trim_end());
            }
        }
    }

    /// A library that ends its program has ended this one too: whoever watches sees it crash, with a shell's codes.
    fn end(&mut self) -> ! {
        let status = self.child.wait().ok();
        let code = status.and_then(|status| status.signal().map(|signal| 128 + signal).or(status.code()));
        std::process::exit(code.filter(|code| *code != 0).unwrap_or(70))
    }
}

impl Face for Runner {
    fn call(&mut self, call: &Call) -> Answer {
        self.answer(&line(call))
    }
}

/// What the program answers: a status, and what the call returned.
fn parsed(answer: &str) -> Answer {
    let mut words = answer.split(' ');
    let number = |words: &mut std::str::Split<'_, char>| -> Option<u64> { words.next()?.parse().ok() };
    let garbled = Status::COMMUNICATION_FAILURE;
    let status: i32 = words.next().and_then(|word| word.parse().ok()).ok_or(garbled)?;
    if status != 0 {
        return Err(Status(status));
    }
    let output = match words.next() {
        None => Some(Output::Nothing),
        Some("key") => number(&mut words).and_then(|id| u32::try_from(id).ok()).map(Output::Key),
        Some("bytes") => match words.next() {
            Some("-") => Some(Output::Bytes(Vec::new())),
            text => text.and_then(hex::decode).map(Output::Bytes),
        },
        Some("attributes") => attributes(|| number(&mut words)).map(Output::Attributes),
        Some(_) => None,
    };
    output.ok_or(garbled)
}

fn attributes(mut number: impl FnMut() -> Option<u64>) -> Option<Attributes> {
    Some(Attributes {
        id: number()?.try_into().ok()?,
        lifetime: number()?.try_into().ok()?,
        key_type: number()?.try_into().ok()?,
        bits: number()?.try_into().ok()?,
        usage: number()?.try_into().ok()?,
        algorithm: number()?.try_into().ok()?,
    })
}

/// A call as the program reads it.
fn line(call: &Call) -> String {
    let mut line = Line(call.name().to_owned());
    match call {
        Call::ImportKey { attributes, data } => line.attributes(attributes).data(data),
        Call::GenerateKey(attributes) => line.attributes(attributes),
        Call::CopyKey { key, attributes } => line.key(*key).attributes(attributes),
        Call::DestroyKey(key)
        | Call::PurgeKey(key)
        | Call::GetKeyAttributes(key)
        | Call::ExportKey(key)
        | Call::ExportPublicKey(key) => line.key(*key),
        Call::SignMessage(work)
        | Call::SignHash(work)
        | Call::MacCompute(work)
        | Call::CipherEncrypt(work)
        | Call::CipherDecrypt(work)
        | Call::RawKeyAgreement(work) => line.work(work),
        Call::VerifyMessage(work, proof) | Call::VerifyHash(work, proof) | Call::MacVerify(work, proof) => {
            line.work(work).data(proof)
        }
        Call::AeadEncrypt(work, nonce, more) | Call::AeadDecrypt(work, nonce, more) => {
            line.work(work).data(nonce).data(more)
        }
        Call::HashCompute { algorithm, input } => line.word(algorithm).data(input),
        Call::GenerateRandom(size) => line.word(size),
    };
    line.0
}

struct Line(String);

impl Line {
    fn word(&mut self, word: impl std::fmt::Display) -> &mut Self {
        // Writing to a string does not fail.
        let _ = write!(self.0, " {word}");
        self
    }

    fn key(&mut self, key: Key) -> &mut Self {
        match key {
            Key::Id(id) => self.word(id),
            // By now the id is written in; no key has the null id.
            Key::Made(_) => self.word(0),
        }
    }

    fn data(&mut self, data: &Data) -> &mut Self {
        match bytes(data).as_slice() {
            [] => self.word('-'),
            bytes => self.word(hex::encode(bytes)),
        }
    }

    fn attributes(&mut self, attributes: &Attributes) -> &mut Self {
        self.word(attributes.id)
            .word(attributes.lifetime)
            .word(attributes.key_type)
            .word(attributes.bits)
            .word(attributes.usage)
            .word(attributes.algorithm)
    }

    fn work(&mut self, work: &Work) -> &mut Self {
        self.key(work.key).word(work.algorithm).data(&work.input)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_one_line_with_its_arguments_in_order() {
        let work = Work { key: Key::Id(7), algorithm: 9, input: Data::of(b"") };
        let call = Call::AeadEncrypt(work, Data::of(&[1, 0xab]), Data::of(&[2]));
        assert_eq!(line(&call), "psa_aead_encrypt 7 9 - 01ab 02");
    }

    #[test]
    fn an_answer_is_a_status_and_what_the_call_returned() {
        assert_eq!(parsed("-136"), Err(Status::INVALID_HANDLE));
        assert_eq!(parsed("0"), Ok(Output::Nothing));
        assert_eq!(parsed("0 key 7"), Ok(Output::Key(7)));
        assert_eq!(parsed("0 bytes -"), Ok(Output::Bytes(vec![])));
        assert_eq!(parsed("0 bytes 01ab"), Ok(Output::Bytes(vec![1, 0xab])));
        let read = Attributes { id: 1, lifetime: 2, key_type: 3, bits: 4, usage: 5, algorithm: 6 };
        assert_eq!(parsed("0 attributes 1 2 3 4 5 6"), Ok(Output::Attributes(read)));
    }

    #[test]
    fn an_answer_that_is_none_is_a_failure_and_not_a_success() {
        for garbled in ["", "x", "0 key", "0 bytes 0", "0 attributes 1 2", "0 something"] {
            assert_eq!(parsed(garbled), Err(Status::COMMUNICATION_FAILURE), "{garbled}");
        }
    }
}
