//! PKCS#11 URIs (RFC 7512).

use crate::failure::Failure;
use crate::hex;

/// The URI of a token, with the PIN for programs that read it from there.
pub(crate) fn of_token(label: &str, serial: &str, pin: &str) -> String {
    format!("pkcs11:token={};serial={}?pin-value={}", encoded(label), encoded(serial), encoded(pin))
}

/// Percent-encoding of all bytes but RFC 3986's unreserved ones, which every part of the URI may hold.
fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// The attributes of a URI with their values decoded, those after the question mark among them.
pub(crate) fn parts(uri: &str) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let body = uri.strip_prefix("pkcs11:").unwrap_or(uri);
    let part = |part: &str| {
        let (name, value) = part.split_once('=').ok_or_else(|| {
            Failure::new(format!(
                "{part:?} in the URI has no `=`: it is made like pkcs11:token=mine;object=key"
            ))
        })?;
        Ok((name.to_owned(), decoded(value)?))
    };
    body.split([';', '?', '&']).filter(|part| !part.is_empty()).map(part).collect()
}

fn decoded(text: &str) -> Result<Vec<u8>, Failure> {
    let mut pieces = text.split('%');
    let mut bytes = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        let (digits, rest) = piece
            .split_at_checked(2)
            .ok_or_else(|| Failure::new(format!("a % in {text:?} is not followed by two digits")))?;
        bytes.extend(hex::bytes(digits)?);
        bytes.extend(rest.as_bytes());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_encoded_is_decoded_again() {
        let uri = of_token("my token; ä&%?~", "01ab", "1;2=3");
        let parts = parts(&uri).unwrap();
        assert_eq!(parts[0], ("token".to_owned(), "my token; ä&%?~".as_bytes().to_vec()));
        assert_eq!(parts[2], ("pin-value".to_owned(), b"1;2=3".to_vec()));
    }

    #[test]
    fn a_broken_escape_is_refused() {
        for uri in ["pkcs11:object=%", "pkcs11:object=%4", "pkcs11:object=%zz", "pkcs11:object"] {
            assert!(parts(uri).is_err(), "{uri}");
        }
    }

    #[test]
    fn what_is_special_in_a_uri_is_encoded_and_so_is_every_byte_of_utf8() {
        assert_eq!(
            of_token("my token", "01ab", "1;2"),
            "pkcs11:token=my%20token;serial=01ab?pin-value=1%3B2"
        );
        assert_eq!(encoded("ä&%?~"), "%C3%A4%26%25%3F~");
    }
}
