//! PEM (RFC 7468): the blocks of a file, and DER as such a block.

use crate::failure::Failure;
use pem_rfc7468::{Decoder, LineEnding};
use twintoken::secret::Secret;

/// A block's label and its content.
pub(crate) struct Block {
    pub(crate) label: String,
    pub(crate) content: Secret,
}

const BEGIN: &str = "-----BEGIN ";

/// The blocks of a text, in order; what stands between them is for people. `None` when there is none.
pub(crate) fn blocks(bytes: &[u8]) -> Option<Result<Vec<Block>, Failure>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let first = text.find(BEGIN)?;
    let block = |piece: &str| {
        let end = piece
            .find("-----END ")
            .and_then(|at| Some(at + piece.get(at..)?.find('\n').unwrap_or(piece.len() - at)));
        let whole =
            format!("{BEGIN}{}\n", piece.get(..end.unwrap_or(piece.len())).unwrap_or(piece).trim_end());
        one(&whole)
    };
    let pieces = text.get(first + BEGIN.len()..)?.split(BEGIN);
    Some(pieces.map(block).collect())
}

fn one(text: &str) -> Result<Block, Failure> {
    if text.contains("Proc-Type:") {
        return Err(Failure::new(
            "the key is encrypted in OpenSSL's old way, which is not built: `openssl pkcs8 -topk8 -in FILE -out NEW` \
             makes an encrypted PKCS #8 key of it",
        ));
    }
    let read = || {
        // Lines of any width: 64 is what the standard has, OpenSSH writes 70, others 76.
        let mut decoder = Decoder::new_detect_wrap(text.as_bytes())?;
        let mut content = Vec::with_capacity(decoder.remaining_len());
        decoder.decode_to_end(&mut content)?;
        Ok(Block { label: decoder.type_label().to_owned(), content: Secret::new(content) })
    };
    read().map_err(|error: pem_rfc7468::Error| Failure::new(format!("a PEM block is broken: {error}")))
}

/// DER as a PEM block.
pub(crate) fn written(label: &str, der: &[u8]) -> Result<Vec<u8>, Failure> {
    pem_rfc7468::encode_string(label, LineEnding::LF, der)
        .map(String::into_bytes)
        .map_err(|error| Failure::new(format!("it cannot be written as PEM: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_among_words_for_people() {
        let block = |label, content: &[u8]| String::from_utf8(written(label, content).unwrap()).unwrap();
        let text =
            format!("subject: a\n{}words\n{}", block("CERTIFICATE", &[1; 60]), block("PRIVATE KEY", &[2]));
        let read = blocks(text.as_bytes()).unwrap().unwrap();
        let seen: Vec<(&str, &[u8])> =
            read.iter().map(|one| (one.label.as_str(), one.content.expose())).collect();
        assert_eq!(seen, [("CERTIFICATE", &[1; 60][..]), ("PRIVATE KEY", &[2][..])]);
    }

    #[test]
    fn what_has_no_block_is_no_pem_and_a_broken_block_is_refused() {
        assert!(blocks(b"\x30\x03\x02\x01\x01").is_none());
        assert!(blocks(b"no block here").is_none());
        for broken in ["-----BEGIN X-----\n!!!!\n-----END X-----\n", "-----BEGIN X-----\nAQ==\n"] {
            assert!(blocks(broken.as_bytes()).unwrap().is_err(), "{broken}");
        }
    }
}
